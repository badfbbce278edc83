"""What is done with a stack that stands: examined, repaired, rotated, restored. Nothing here prints."""
