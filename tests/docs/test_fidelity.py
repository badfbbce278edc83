"""What tells a recording of a mock from one of Google."""

import importlib.util
from types import ModuleType
from typing import Any

import pytest

from tests.docs import ROOT

SCRIPT = ROOT / "scripts/fidelity.py"
URL = "https://compute.googleapis.com/compute/v1/projects/p/global/networks/n"
LINK = "https://www.googleapis.com/compute/v1/projects/p/global/networks/n"
OPERATION = {"kind": "compute#operation", "operationType": "insert", "status": "RUNNING"}
ADDRESS = {"kind": "compute#address", "selfLink": LINK, "network": LINK}
MISSING = {"error": {"code": 404, "message": "Not here.", "status": "NOT_FOUND"}}
OPEN = {"settings": {"ipConfiguration": {"authorizedNetworks": [{"value": "192.0.2.0/24"}]}}}
SHUT = {"settings": {"ipConfiguration": {"authorizedNetworks": []}}}


@pytest.fixture(scope="module")
def fidelity() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fidelity", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def shown(fidelity: ModuleType, response: Any, status: int = 200, **fields: Any) -> set[str]:
    """What an exchange shows, after those in ``before``."""
    before = fields.pop("before", [])
    one = {"method": "GET", "url": URL, "status": status, "response": response, **fields}
    return {name for name, rule in fidelity.EVIDENCE_OF_MOCK.items() if rule(one, before)}


@pytest.mark.parametrize(
    ("response", "status", "word"),
    [
        ({"kind": "compute#operation", "status": "DONE"}, 200, "without a type"),
        (OPERATION, 200, ""),
        ({"name": "operations/1", "done": True}, 200, "without a result"),
        ({"name": "operations/1", "done": True, "response": {}}, 200, ""),
        (MISSING, 404, ""),
        ({"error": {"code": 404, "message": "Not here."}}, 404, "neither a status"),
        ({"code": 5, "message": "Not here."}, 404, "doesn't stand in"),
        (None, 404, ""),
        ({"error": {**MISSING["error"], "message": 'net "projects/p/x" not found'}}, 404, "words"),
        (ADDRESS, 200, ""),
        ({**ADDRESS, "network": "projects/p/global/networks/n"}, 200, "not whole"),
        ({"prefixes": ["a/"]}, 200, "delimiter"),
        ({"x": "type.googleapis.com/mockgcp.api"}, 200, "own name"),
    ],
)
def test_evidence(fidelity: ModuleType, response: Any, status: int, word: str) -> None:
    found = shown(fidelity, response, status)
    assert len(found) == bool(word)
    assert all(word in name for name in found)


@pytest.mark.parametrize(
    ("sent", "told", "lost"), [(OPEN, SHUT, 1), (OPEN, OPEN, 0), (SHUT, SHUT, 0), (None, SHUT, 0)]
)
def test_an_instance_tells_the_networks_it_was_given(
    fidelity: ModuleType, sent: Any, told: Any, lost: int
) -> None:
    request = {**sent, "name": "db"} if sent else None
    before = [{"method": "POST", "url": URL, "status": 200, "request": request}]
    assert len(shown(fidelity, {**told, "name": "db"}, before=before)) == lost
