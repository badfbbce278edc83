"""Pure values: declarations, names, fields, ports. Standard library only."""
