"""Declarations of Compute Engine resources; their names are public in `gcpstack.resources`."""
