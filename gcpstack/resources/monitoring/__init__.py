"""Declarations of Cloud Monitoring resources; their names are public in `gcpstack.resources`."""
