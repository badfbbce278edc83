"""What to write instead of what Python refused in a stack file."""

import dataclasses
import difflib
import inspect
import os
import re
import sys
import traceback
from collections.abc import Iterable

import gcpstack
from gcpstack._core.resource import Resource
from gcpstack._stack.stack import Stack

_COMPOSE = "Write compose('…{value}…', value=…) for text that is known only after an apply."


def remedy(error: BaseException, words: str) -> str:  # noqa: PLR0911 # one line an error
    """Return what was probably meant; empty where nobody can know.

    Args:
        error: what the user's code raised.
        words: its name and text.
    """
    if unset(error):
        return f"Set the environment variable {error.args[0]}: this file reads it."
    if isinstance(error, dataclasses.FrozenInstanceError):
        return (
            "A declaration stays as it was made: give the field there, "
            "or make another with dataclasses.replace."
        )
    if isinstance(error, AttributeError):
        return _attribute(error.name or "", error.obj)
    if isinstance(error, NameError):
        return _name(error.name or "")
    if isinstance(error, TypeError):
        return _call(words)
    if not isinstance(error, ImportError):
        return ""
    wrong = re.search(r"cannot import name '(\w+)'", str(error))
    if wrong is None:
        return "Install it into the environment that gcpstack runs in, or correct its name."
    known = getattr(sys.modules.get(error.name or ""), "__all__", ())
    return _meant(wrong[1], known)


def unset(error: BaseException) -> bool:
    """Return whether an environment variable was read that is not set."""
    if not isinstance(error, KeyError) or not error.args:
        return False
    frames = traceback.extract_tb(error.__traceback__)
    inside = bool(frames) and frames[-1].filename in (os.__file__, "<frozen os>")
    return inside and error.args[0] not in os.environ


def _attribute(name: str, of: object) -> str:
    """Return which field or output was meant; what Google assigns is no attribute."""
    if not isinstance(of, Resource):
        return _meant(name, dir(of))
    outputs = of.KIND.outputs
    if name in outputs:
        return f"Write .output({name!r}): Google assigns it."
    near = _near(name, [*(item.name for item in dataclasses.fields(of)), *outputs])
    if near in outputs:
        return f"Did you mean .output({near!r})?"
    return f"Did you mean {near}?" if near else _meant(name, dir(of))


def _name(name: str) -> str:
    """Return where a name comes from, or which one was meant."""
    if name in gcpstack.__all__:
        return f"Import it: from gcpstack import {name}."
    return _meant(name, gcpstack.__all__)


def _call(words: str) -> str:
    """Return how to write a call of ours that Python refused."""
    if re.search(r"\b(Output|Composed|InScope|FromEnv|FromFile|Generated|Sensitive)\b", words):
        return "" if "compose(" in words else _COMPOSE
    wrong = re.search(r"(\w+)\.(\w+)\(\) got an unexpected keyword argument '(\w+)'", words)
    if wrong:
        if wrong[1] == "Stack" and wrong[3] == "sensitive":
            return "Leave it out: what is secret is hidden without it."
        return _meant(wrong[3], _parameters(wrong[1], wrong[2]))
    missing = re.search(r"(\w+)\.__init__\(\) missing \d+ required [\w-]+ arguments?: (.+)", words)
    if missing and missing[1] in gcpstack.__all__:
        told = _explained(getattr(gcpstack, missing[1]), re.findall(r"'(\w+)'", missing[2]))
        return f"Give {'; '.join(told)}." if told else ""
    many = re.search(r"(\w+)\.__init__\(\) takes \d+ positional arguments? but", words)
    if many and (known := _parameters(many[1], "__init__")):
        return f"Only the first is given by its place, the others by name: {many[1]}({known[0]}, field=…)."
    return ""


def _explained(kind: type, fields: Iterable[str]) -> list[str]:
    """Return what fields are for, in the words of their class."""
    text = inspect.cleandoc(kind.__doc__ or "")
    found = (re.search(rf"^    {name}: (.*(?:\n {{8}}.*)*)", text, re.MULTILINE) for name in fields)
    return [" ".join(one[0].split()).rstrip(".").replace("``", "`") for one in found if one]


def _parameters(owner: str, method: str) -> list[str]:
    """List what one of our declarations, or a method of a stack, takes."""
    kind = Stack if owner == "Stack" else getattr(gcpstack, owner, None)
    if owner not in gcpstack.__all__ or not isinstance(kind, type):
        return []
    called = kind if method == "__init__" else getattr(kind, method)
    return [name for name in inspect.signature(called).parameters if name != "self"]


def _meant(name: str, known: Iterable[str]) -> str:
    near = _near(name, list(known))
    return f"Did you mean {near}?" if near else ""


def _near(name: str, known: list[str]) -> str:
    """Find the name that is alike, or else the only one of which it is a part."""
    exact = [one for one in known if one.lower() == name.lower()]
    near = exact or difflib.get_close_matches(name, known, n=1)
    if near:
        return near[0]
    within = [one for one in known if name and f"_{name.lower()}_" in f"_{one.lower()}_"]
    return within[0] if len(within) == 1 else ""
