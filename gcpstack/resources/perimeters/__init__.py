"""Declarations of Access Context Manager: who and what may cross a perimeter."""
