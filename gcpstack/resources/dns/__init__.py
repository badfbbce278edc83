"""Declarations of Cloud DNS."""
