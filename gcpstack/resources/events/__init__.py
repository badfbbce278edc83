"""Declarations of schedules, queues and triggers; their names are public in `gcpstack.resources`."""
