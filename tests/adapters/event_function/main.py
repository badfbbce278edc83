"""A function that takes events."""


def handle(event: object) -> None:
    """Take an event."""
    print(event)  # noqa: T201 # what it prints is its log
