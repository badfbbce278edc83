"""Calls of google-api-python-client, each made of Google's description of it once a process.

The library makes a Python function of every method of a collection, with all that ``help`` would
tell of it, each time that a client is made; for storage alone that takes longer than a plan of a
small stack. Here it is given the description of the one method that is called, and what it makes
serves every client of the process. Which session a request goes over is said when it is made.
"""

import copy
import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

from gcpstack._adapters.errors import translated
from gcpstack._adapters.transport import Http, load

#: What `help` would show of a body. Nothing else of the library asks how a body looks.
_UNTOLD: Mapping[str, object] = {"type": "any"}


class Calls:
    """A collection of google-api-python-client whose requests go over one session.

    Its methods are those of Google's description: each gives a request, to be executed.
    """

    def __init__(self, api: str, version: str, path: str, http: Http) -> None:
        """Name a collection.

        Args:
            api: the API's short name, such as ``logging``.
            version: such as ``v2``.
            path: the collection's place in the API, such as ``projects.sinks``.
            http: what its requests go over.
        """
        self._place = (api, version, path)
        self._http = http

    def __getattr__(self, name: str) -> Callable[..., Any]:
        with translated():
            made = _method(*self._place, name)
        if made is None:
            raise AttributeError(f"{' '.join(self._place)} has no method {name!r}")

        def request(**params: object) -> Any:
            asked = made(**params)
            asked.http = self._http
            return asked

        return request


class _Nowhere:
    """What the library takes for a connection while no call is made."""


@functools.cache
def _description(api: str, version: str) -> Mapping[str, Any]:
    """Read what comes with the library on an API."""
    told = load("googleapiclient.discovery_cache").get_static_doc(api, version)
    if told is None:
        raise load("googleapiclient.errors").UnknownApiNameOrVersion(f"{api} {version}")
    found: Mapping[str, Any] = json.loads(told)
    return found


@functools.cache
def _method(api: str, version: str, path: str, name: str) -> Callable[..., Any] | None:
    """Make one method; none where the collection has none of that name."""
    whole = _description(api, version)
    steps = path.split(".")
    here: Any = whole
    for step in steps:
        here = here["resources"][step]
    found = next((one for one in here.get("methods", ()) if name in _names(one)), None)
    if found is None:
        return None
    # The library writes into what it is given.
    part: dict[str, Any] = {"methods": {found: copy.deepcopy(here["methods"][found])}}
    for step in reversed(steps):
        part = {"resources": {step: part}}
    shared = {key: value for key, value in whole.items() if key not in ("methods", "resources")}
    schemas = dict.fromkeys(whole.get("schemas", ()), _UNTOLD)
    made = load("googleapiclient.discovery").build_from_document(
        {**shared, **part, "schemas": schemas}, http=_Nowhere()
    )
    for step in steps:
        made = getattr(made, step)()
    method: Callable[..., Any] = getattr(made, name)
    return method


def _names(method: str) -> tuple[str, ...]:
    """Return what the library calls a method: a word of Python's gets an underscore."""
    return method, f"{method}_", f"{method}_media"
