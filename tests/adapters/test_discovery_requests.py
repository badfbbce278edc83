"""Calls that are made of Google's descriptions, once a process."""

import pytest
from googleapiclient import discovery, discovery_cache

from gcpstack._adapters.discovery_requests import Calls, _method
from gcpstack._adapters.discovery_rows import ROWS
from gcpstack._adapters.transport import Http
from gcpstack.exceptions import SettingsError
from tests.adapters.google import FakeGoogle


@pytest.fixture
def google():
    with FakeGoogle() as found:
        yield found


def theirs(api, version, path):
    """The collection as the library makes it of the whole description."""
    here = discovery.build_from_document(
        discovery_cache.get_static_doc(api, version), http=Http(None, str, "x")
    )
    for step in path.split("."):
        here = getattr(here, step)()
    return here


@pytest.mark.parametrize(
    ("place", "method", "params"),
    [
        (("storage", "v1", "buckets"), "list", {"project": "p", "prefix": "a/b"}),
        (("storage", "v1", "objects"), "get_media", {"bucket": "b", "object": "a b/c"}),
        (("storage", "v1", "buckets"), "testIamPermissions", {"bucket": "b", "permissions": ["x", "y"]}),
        (("logging", "v2", "projects.sinks"), "create", {"parent": "projects/p", "body": {"name": "s"}}),
        (("sqladmin", "v1", "instances"), "import_", {"project": "p", "instance": "i", "body": {}}),
        (("iam", "v1", "projects.serviceAccounts"), "delete", {"name": "projects/p/serviceAccounts/a"}),
    ],
)  # fmt: skip
def test_a_request_is_the_librarys(place, method, params):
    """The same address, body, headers and reading of the answer."""
    http = Http(None, str, "x")
    ours = getattr(Calls(*place, http), method)(**params)
    told = getattr(theirs(*place), method)(**params)

    for part in ("uri", "method", "body", "headers", "methodId", "resumable"):
        assert getattr(ours, part) == getattr(told, part), part
    assert ours.postproc.__func__ is told.postproc.__func__
    assert ours.http is http


def test_what_the_description_forbids_is_refused_as_by_the_library():
    """A parameter that is missing, strange or malformed."""
    sinks = Calls("logging", "v2", "projects.sinks", Http(None, str, "x"))

    with pytest.raises(TypeError, match="Missing required parameter"):
        sinks.create(body={})
    with pytest.raises(TypeError, match="unexpected keyword"):
        sinks.create(parent="projects/p", body={}, moon=1)
    with pytest.raises(TypeError, match="does not match the pattern"):
        sinks.create(parent="moon", body={})


def test_two_clients_share_a_method_and_no_session(google):
    """Each request goes where its own client leads."""
    with FakeGoogle() as other:
        seen = {}
        for name, one in (("first", google), ("second", other)):
            one.script = lambda asked, name=name: seen.setdefault(name, asked.path) and {}
            one.clients().collection("storage", "v1", "buckets").get(bucket=name).execute()

    assert seen["first"].endswith("/b/first")
    assert seen["second"].endswith("/b/second")
    assert len(google.asked) == 1


def test_every_row_names_what_is_described():
    """Its collection, how to read and how to create; a typo would be told by the first call only."""
    for row in ROWS.values():
        for name in filter(None, (row.read, row.create)):
            assert _method(row.api, row.version, row.collection, name), (row.collection, name)


def test_what_is_not_described():
    """No such method is a bug; no such API may be an old library."""
    http = Http(None, str, "x")

    with pytest.raises(AttributeError, match="has no method 'fly'"):
        _ = Calls("storage", "v1", "buckets", http).fly
    with pytest.raises(SettingsError, match="moon v9"):
        _ = Calls("moon", "v9", "rocks", http).fly
