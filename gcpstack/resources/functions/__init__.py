"""Declarations of functions; their names are public in `gcpstack.resources`."""
