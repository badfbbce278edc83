"""What is done with a stack that stands: asked, mended, rotated, restored. Nothing here prints."""
