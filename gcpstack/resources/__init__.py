"""Declarations of Google Cloud resources."""
