"""Declarations of Certificate Manager."""
