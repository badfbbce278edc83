"""Names and types that the parts of Firestore share."""

NAME = "firestore"
TYPES = "google.firestore.admin.v1"
ANY = f"type.googleapis.com/{TYPES}."
NO_DATABASE = "Project '{projects}' or database '{databases}' does not exist."
DAY = 86400
WEEK = 7 * DAY
