"""A function that says hello."""


def hello(request: object) -> str:
    """Answer a call."""
    return f"hello {request}"


def bye(request: object) -> str:
    """Answer another."""
    return f"bye {request}"
