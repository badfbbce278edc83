"""Cloud SQL: instances, databases and users."""
