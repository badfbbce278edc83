"""Plans, events and reports as text for people. Pure: nothing in here prints."""
