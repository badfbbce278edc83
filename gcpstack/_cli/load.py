"""Loads a stack file; whatever is wrong with it is said with its place."""

import importlib.util
import os
import sys
import traceback
from pathlib import Path
from types import ModuleType

from gcpstack._stack.stack import Stack
from gcpstack.exceptions import GcpstackError, StackFileError

_FORM = "A stack file has a module-level `stack = Stack(...)`, or a function `stack(env)`."


def load_stack(file: str, env: str | None) -> Stack:
    """Run a stack file and take its stack.

    Args:
        file: the path of the file.
        env: the environment, for a file whose `stack` is a function.

    Raises:
        StackFileError: the file can't be read or run, or holds no stack.
    """
    path = Path(file)
    if not path.exists():
        raise StackFileError(f"There is no stack file {file}.", remedy=_near(path))
    if path.is_dir():
        raise StackFileError(f"{file} is a folder.", remedy="Name the stack file in it.")
    return stack_of(_run(path), file, env)


def _near(path: Path) -> str:
    """Point at files that may have been meant."""
    folder = path.parent if path.parent.is_dir() else Path()
    found = sorted(str(other) for other in folder.glob("*.py"))[:5]
    return f"There are: {', '.join(found)}." if found else _FORM


def _run(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise StackFileError(f"{path} is no Python file.", remedy=_FORM)
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent.resolve()))
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except GcpstackError:
        raise
    except SyntaxError as error:
        if error.lineno is None:
            raise StackFileError(f"{path} is no Python file: {error.msg}.", remedy=_FORM) from None
        raise StackFileError(f"{error.filename}:{error.lineno}: {error.msg}.") from None
    except UnicodeDecodeError:
        raise StackFileError(f"{path} is no Python file: it is not text.", remedy=_FORM) from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 # a stack file may raise anything, SystemExit too
        raise StackFileError(f"{_where(error, path)}: {_words(error)}") from None
    return module


def _where(error: BaseException, path: Path) -> str:
    """Find the line of the stack file that raised."""
    mine = os.fspath(path.resolve())
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if os.path.realpath(frame.filename) == mine
    ]
    return f"{path}:{lines[-1]}" if lines else str(path)


def _words(error: BaseException) -> str:
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def stack_of(module: ModuleType, file: str, env: str | None) -> Stack:
    """Take the stack of a module.

    Raises:
        StackFileError: it holds none, or the environment does not fit.
    """
    if not hasattr(module, "stack"):
        raise StackFileError(f"{file} holds no `stack`.", remedy=_FORM)
    return taken(module.stack, file, env)


def taken(stack: object, file: str, env: str | None) -> Stack:
    """Take a stack, or call the function that makes it.

    Raises:
        StackFileError: it is neither, or the environment does not fit.
    """
    if isinstance(stack, Stack):
        return stack
    if not callable(stack):
        raise StackFileError(
            f"`stack` in {file} is a {type(stack).__name__}, not a Stack.", remedy=_FORM
        )
    return _called(stack, file, env)


def _called(function: object, file: str, env: str | None) -> Stack:
    if env is None:
        raise StackFileError(
            f"`stack` in {file} is a function of the environment, and none is named.",
            remedy="Add --env NAME.",
        )
    try:
        made = function(env)  # type: ignore[operator] # checked by the caller
    except GcpstackError:
        raise
    except (KeyError, ValueError) as error:
        raise StackFileError(
            f"{file} knows no environment {env!r}: {_words(error)}", remedy="Correct --env."
        ) from None
    except Exception as error:  # noqa: BLE001 # the user's own code
        raise StackFileError(f"{_where(error, Path(file))}: {_words(error)}") from None
    if not isinstance(made, Stack):
        raise StackFileError(
            f"stack({env!r}) in {file} returned a {type(made).__name__}, not a Stack.",
            remedy=_FORM,
        )
    return made
