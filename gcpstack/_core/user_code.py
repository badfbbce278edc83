"""Whose line it is that raised: the user's own, or one of gcpstack, Python or a package."""

import linecache
import pathlib
import sysconfig
import traceback

_ELSEWHERE = (
    pathlib.Path(__file__).resolve().parent.parent,
    *(
        pathlib.Path(sysconfig.get_path(name)).resolve()
        for name in ("stdlib", "platstdlib", "purelib", "platlib")
    ),
)


def is_users(filename: str) -> bool:
    """Return whether a file belongs to the user, not to gcpstack, Python or a package."""
    if filename.startswith("<"):
        return False
    path = pathlib.Path(filename).resolve()
    return not any(path.is_relative_to(folder) for folder in _ELSEWHERE)


def users_line(error: BaseException, own: str = "") -> tuple[str, str]:
    """Find the user's own line that is to blame: the innermost one outside libraries.

    Args:
        error: what was raised.
        own: a file that is the user's wherever it stands.

    Returns:
        Its ``FILE:LINE`` and its text; both are empty where nothing of the user's was running.
    """
    place, line = "", ""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == own or is_users(frame.filename):
            place = f"{frame.filename}:{frame.lineno}"
            line = linecache.getline(frame.filename, frame.lineno or 0).strip()
    return place, line
