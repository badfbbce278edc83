"""Loads stack files; whatever is wrong with one is told as one message, with its line."""

import contextlib
import difflib
import inspect
import pathlib
import sys
import types
from collections.abc import Callable, Iterator
from typing import TypeAlias

from gcpstack._cli.suggestions import remedy, unset
from gcpstack._core.user_code import users_line
from gcpstack._stack.stack import Stack
from gcpstack.exceptions import GcpstackError, StackFileError

#: A stack, or what makes it for an environment.
Source: TypeAlias = "Stack | Callable[..., Stack]"

_MODULE = "gcpstack_stack_file"


def load_file(name: str) -> Source:
    """Run a stack file and give what it calls ``stack``.

    The file's folder comes first on ``sys.path``, as it does when Python runs the file.

    Raises:
        StackFileError: it is missing, can't be run, or holds no stack.
        GcpstackError: it raised this itself.
    """
    path = pathlib.Path(name)
    try:
        text = _read(path)
    except OSError as error:
        raise StackFileError(f"{name} can't be read: {error.strerror}.") from error
    code = _compile(path, text)
    module = types.ModuleType(_MODULE)
    module.__file__ = str(path)
    # Dataclasses and pickles look their module up by name.
    sys.modules[_MODULE] = module
    sys.path.insert(0, str(path.resolve().parent))
    with _told(path):
        exec(code, module.__dict__)  # noqa: S102 # running it is what it is for
    return _found(path, module)


def make_stack(source: Source, env: str | None, where: str) -> Stack:
    """Make the stack of an environment.

    Args:
        source: a stack, or what makes it.
        env: the environment's name.
        where: the file that it comes from, for messages.

    Raises:
        StackFileError: the environment is missing or unknown, or no stack was made.
        GcpstackError: the function raised this itself.
    """
    if isinstance(source, Stack):
        return source
    takes, must = _parameters(source)
    if must and env is None:
        raise StackFileError(
            f"{where} makes its stack for an environment, and none is named.",
            remedy="Give --env NAME.",
        )
    with _told(pathlib.Path(where), env):
        made = source(env) if takes and env is not None else source()
    if not isinstance(made, Stack):
        raise StackFileError(
            f"{where}: stack() returned {_kind(made)}, not a Stack.",
            remedy="Return the Stack at its end.",
        )
    return made


def _read(path: pathlib.Path) -> bytes:
    if path.is_dir():
        inside = sorted(item.name for item in path.glob("*.py"))
        advice = f"Name a file in it: {', '.join(inside[:5])}." if inside else "Name a Python file."
        raise StackFileError(f"{path} is a folder.", remedy=advice)
    if not path.exists():
        raise StackFileError(f"there is no file {path}.", remedy=_nearby(path))
    if path.suffix != ".py":
        raise StackFileError(
            f"{path} is not a Python file.", remedy="A stack file's name ends in .py."
        )
    return path.read_bytes()


def _nearby(path: pathlib.Path) -> str:
    folder = path.parent
    names = [item.name for item in folder.glob("*.py")] if folder.is_dir() else []
    near = difflib.get_close_matches(path.name, names, n=1)
    near = near or difflib.get_close_matches(f"{path.name}.py", names, n=1)
    return f"Did you mean {folder / near[0]}?" if near else "Check the path."


def _compile(path: pathlib.Path, text: bytes) -> types.CodeType:
    try:
        return compile(text, str(path), "exec", dont_inherit=True)
    except SyntaxError as error:
        shown = (error.text or "").strip()
        line = f"\n    {shown}" if shown else ""
        raise StackFileError(f"{path}:{error.lineno or 1}: {error.msg}{line}") from None
    except ValueError as error:  # null bytes, on older Pythons
        raise StackFileError(f"{path} is not a Python file: {error}.") from None
    except (MemoryError, RecursionError):  # what Python's parser says of it
        raise StackFileError(f"{path} is nested too deeply to be read.") from None


@contextlib.contextmanager
def _told(path: pathlib.Path, env: str | None = None) -> Iterator[None]:
    """Turn what the user's code raises into a message that names the user's line."""
    try:
        yield
    except GcpstackError:
        raise
    except SystemExit as error:
        raise StackFileError(
            f"{path} ends the process ({error}) instead of declaring a stack.",
            remedy="Put what only a script does under `if __name__ == '__main__':`.",
        ) from error
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # what ends an event loop is no Exception either
        place, line = _place(path, error)
        words = _words(error)
        if env is not None and isinstance(error, LookupError | ValueError) and not unset(error):
            raise StackFileError(
                f"{place}: the stack can't be made for the environment {env!r}: {words}{line}",
                remedy="Check --env.",
            ) from error
        raise StackFileError(f"{place}: {words}{line}", remedy=remedy(error, words)) from error


def _words(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 # whatever the user's own class does
        text = ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _place(path: pathlib.Path, error: BaseException) -> tuple[str, str]:
    """Find the user's own line that is to blame."""
    place, line = users_line(error, str(path))
    if isinstance(error, SyntaxError) and error.filename:  # in a module that the file imports
        place, line = f"{error.filename}:{error.lineno}", (error.text or "").strip()
    return place or str(path), f"\n    {line}" if line else ""


def _found(path: pathlib.Path, module: types.ModuleType) -> Source:
    found = getattr(module, "stack", None)
    if isinstance(found, Stack):
        return found
    if callable(found) and not isinstance(found, type) and not _unfit(found):
        return found  # type: ignore[no-any-return] # what it returns is checked when it does
    if found is None:
        others = [name for name, value in vars(module).items() if isinstance(value, Stack)]
        advice = f"Call it `stack`: it is `{others[0]}` now." if others else _HOW
        raise StackFileError(f"{path} holds no `stack`.", remedy=advice)
    raise StackFileError(f"`stack` in {path} is {_kind(found)}, not a Stack.", remedy=_HOW)


_HOW = "Write `stack = Stack('my-stack')`, or a function `stack(env)` that returns one."


def _unfit(source: object) -> bool:
    """Return whether calling a function would make something that only a loop brings to an end."""
    return inspect.iscoroutinefunction(source) or inspect.isgeneratorfunction(source)


def _kind(value: object) -> str:
    if _unfit(value):
        return "a function with `async` or `yield`"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    return "None" if value is None else f"a value of type {type(value).__name__}"


def _parameters(source: Callable[..., Stack]) -> tuple[bool, bool]:
    """Return whether a function takes the environment, and whether it must."""
    for item in inspect.signature(source).parameters.values():
        if item.kind in (item.POSITIONAL_ONLY, item.POSITIONAL_OR_KEYWORD, item.VAR_POSITIONAL):
            must = item.default is item.empty and item.kind is not item.VAR_POSITIONAL
            return True, must
    return False, False
