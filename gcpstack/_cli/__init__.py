"""The command: reads a stack file, runs it, and tells people or programs what happened."""
