"""Declarations of Cloud Run resources; their names are public in `gcpstack.resources`."""
