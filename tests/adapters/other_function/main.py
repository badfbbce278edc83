"""A function that says hello twice."""


def hello(request: object) -> str:
    """Answer a call."""
    return f"hello hello {request}"


def bye(request: object) -> str:
    """Answer another."""
    return f"bye {request}"
