"""The table of adapters covers the kinds, and loads nothing before it is needed."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from gcpstack import exceptions as ours
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.quotas import LIMITS
from gcpstack._adapters.registry import TABLE, adapters
from gcpstack._core.kinds import Kind
from gcpstack.resources import kinds

CLIENTS = Clients("p", endpoint="http://127.0.0.1:1")


def test_every_kind_has_an_adapter_and_every_adapter_a_kind() -> None:
    assert set(TABLE) == set(kinds.ALL)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_each_adapter_is_whole(name: str) -> None:
    """It has every verb, is made once, and its API has a quota."""
    adapter_for = adapters(CLIENTS)
    made = adapter_for(kinds.ALL[name])
    assert adapter_for(kinds.ALL[name]) is made
    assert isinstance(made.lists, bool)
    for verb in ("get", "list", "create", "update", "delete", "resume", "reveal"):
        assert callable(getattr(made, verb))
    assert LIMITS[kinds.ALL[name].api] > 0


def test_threads_get_the_same_adapter() -> None:
    adapter_for = adapters(CLIENTS)
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: id(adapter_for(kinds.URL_MAP)), range(64)))
    assert len(found) == 1


def test_an_unknown_kind_is_a_bug() -> None:
    kind = Kind(name="x.Y", api="x.googleapis.com", path="projects/{project}/ys/{name}", title="y")
    with pytest.raises(ours.AdapterBug, match=r"x\.Y"):
        adapters(CLIENTS)(kind)


def test_google_is_loaded_only_when_a_kind_needs_it() -> None:
    """Making every adapter loads no library of Google's; nor does translating an error."""
    program = """
import json, sys
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.errors import translate
from gcpstack._adapters.registry import TABLE, adapters
from gcpstack.resources import kinds
adapter_for = adapters(Clients("p", endpoint="http://127.0.0.1:1"))
for name in TABLE:
    adapter_for(kinds.ALL[name])
translate(ConnectionResetError("reset"))
heavy = ("google", "grpc", "googleapiclient", "httplib2", "requests", "urllib3")
print(json.dumps([name for name in sys.modules if name.split(".")[0] in heavy]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []
