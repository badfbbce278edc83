"""What is done with a live stack: examined, repaired, rotated, restored. Nothing here prints."""
