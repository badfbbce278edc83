"""Buckets' locks, what is in them, and what is told of it."""

import base64
import dataclasses
import gzip
import hashlib

import pytest
import requests

from gcpstack import Action, Settings, Stack, compose
from gcpstack import resources as r
from gcpstack._adapters import storage_objects
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.rest import Collection
from gcpstack._core.resource import Encoder
from gcpstack._stack.compiled import compile_stack
from gcpstack.exceptions import ConsentRequired, DeclarationError, PlanError

from .schema import violations
from .tables import SCOPE, labelled, the_problem

FILES = r.Bucket("shop-files-1", location="US", uniform_access=True)
TOPIC = r.Topic("files")
AGENT = r.ServiceAgent("storage.googleapis.com")
PUBLISHER = r.TopicIamMember(TOPIC, role="roles/pubsub.publisher", member=AGENT.output("member"))
OFFLINE = Settings(project="demo-proj", region="us-central1")


def md5(data):
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


ENCODED = [
    (
        r.Bucket("shop-files", object_retention=True, retention_period="1d"),
        {
            "location": "us-central1",
            "objectRetention": {"mode": "Enabled"},
            "retentionPolicy": {"retentionPeriod": "86400"},
        },
    ),
    (
        r.BucketNotification(
            FILES,
            topic="projects/p/topics/t",
            event_types=["OBJECT_FINALIZE"],
            object_name_prefix="in/",
            custom_attributes={"team": "web"},
        ),
        {
            "topic": "projects/p/topics/t",
            "payload_format": "JSON_API_V1",
            "event_types": ["OBJECT_FINALIZE"],
            "object_name_prefix": "in/",
            "custom_attributes": {"team": "web"},
        },
    ),
]


@pytest.mark.parametrize(("item", "body"), labelled(ENCODED))
def test_a_declaration_becomes_google_s_json(item, body):
    """To the letter, in Google's schema and without a complaint."""
    declared = Encoder(SCOPE).declared(item)

    assert declared.body == body
    assert list(item.problems(SCOPE)) == []
    assert violations(item.KIND.name, declared.body) == []


def test_an_object_is_told_by_its_hash(tmp_path):
    """Text, bytes and files alike; what is read when it goes up shows nowhere."""
    path = tmp_path / "page.html"
    path.write_text("hello")
    for content in ("hello", b"hello", r.FromFile(path)):
        item = r.BucketObject("page.html", bucket=FILES, content=content, content_type="text/html")
        body = Encoder(SCOPE).declared(item).body

        assert {**body, "content": ""} == {
            "content": "",
            "contentType": "text/html",
            "md5Hash": md5(b"hello"),
        }
        assert body["content"].value() == b"hello"
        assert "hello" not in repr(body)
    path.write_text("changed")
    assert Encoder(SCOPE).declared(item).body["md5Hash"] == md5(b"changed")


def test_what_is_compressed_stays_the_same():
    """Whenever it is done; without asking, nothing is."""
    item = r.BucketObject("page.html", bucket=FILES, content="hello" * 100, gzip=True)
    body = Encoder(SCOPE).declared(item).body
    data = body["content"].value()

    assert body["contentEncoding"] == "gzip"
    assert gzip.decompress(data) == b"hello" * 100
    assert body["md5Hash"] == md5(data)
    assert Encoder(SCOPE).declared(item).body["md5Hash"] == body["md5Hash"]
    assert (
        "contentEncoding" not in Encoder(SCOPE).declared(dataclasses.replace(item, gzip=False)).body
    )


def thing(name="a.txt", **fields):
    return r.BucketObject(name, **{"bucket": FILES, "content": "x", **fields})


def bucket(**fields):
    return r.Bucket("shop-files", **{"location": "US", **fields})


PROBLEMS = [
    (thing("a" * 1025), "name: has 1025 bytes: 1 to 1024"),
    (thing("."), r"name: '\.' is not a valid object name"),
    (thing(".well-known/acme-challenge/x"), "which Google refuses"),
    (thing(content=r.FromFile("/nowhere")), "content: the file /nowhere can't be read"),
    (thing(metadata={"a": "x" * 9000}), "metadata: has 9001 bytes, 8192 at most"),
    (
        thing(content=compose("{url}", url=FILES.output("url")), gzip=True),
        "gzip: needs content that is known before anything is made",
    ),
    (thing(gzip=True, content_encoding="br"), "content_encoding: is 'gzip' with gzip=True"),
    (
        r.BucketNotification(FILES, topic=TOPIC.output("name")),
        "topic: can't be told from another resource",
    ),
    (
        r.BucketNotification(FILES, topic=TOPIC, custom_attributes=dict.fromkeys("abcdef", "x")),
        "custom_attributes: has 6 attributes, 5 at most",
    ),
    (bucket(retention_locked=True), "retention_locked: needs retention_period"),
    (bucket(data_locations=["us-east1"]), "data_locations: names 1 regions: a dual-region has two"),
    (
        bucket(data_locations=["us-east1", "europe-west1"]),
        r"data_locations\[1\]: 'europe-west1' is not in US",
    ),
    (
        bucket(location="us-east1", data_locations=["us-east1", "us-west1"]),
        "data_locations: needs location='US', 'EU' or 'ASIA'",
    ),
    (bucket(turbo_replication=True), "turbo_replication: needs a dual-region, which US is not"),
    (
        bucket(hierarchical_namespace=True, uniform_access=True, versioning=True),
        "versioning: does not go with hierarchical_namespace=True",
    ),
    (
        bucket(
            autoclass=True,
            lifecycle_rules=[r.LifecycleRule(action="Delete", matches_storage_class=["NEARLINE"])],
        ),
        r"lifecycle_rules\[0\]: chooses by class, which autoclass=True does",
    ),
    (
        bucket(
            lifecycle_rules=[
                r.LifecycleRule(action="AbortIncompleteMultipartUpload", num_newer_versions=1)
            ]
        ),
        r"lifecycle_rules\[0\].num_newer_versions: does not go with action=",
    ),
    (bucket(log_object_prefix="x"), "log_object_prefix: needs log_bucket"),
    (
        bucket(cors=[r.Cors(method=["get"])]),
        r"cors\[0\].method\[0\]: 'get' is not one of GET, HEAD",
    ),
]


@pytest.mark.parametrize(("item", "words"), labelled(PROBLEMS))
def test_the_check_fires(item, words):
    """One slip, one problem, with its place."""
    the_problem(item, words)


ALLOWED = [
    bucket(data_locations=["US-EAST1", "us-west1"], turbo_replication=True),
    bucket(location="EUR4", turbo_replication=True),
    bucket(retention_period="1d", retention_locked=True, allow_irreversible=True),
    bucket(lifecycle_rules=[r.LifecycleRule(action="AbortIncompleteMultipartUpload", age=1)]),
    bucket(cors=[r.Cors(method=["GET", "*"])]),
    thing(content=b"", gzip=True),
    thing(content=compose("{url}", url=FILES.output("url"))),
]


@pytest.mark.parametrize("item", ALLOWED, ids=str)
def test_what_is_right_is_let_through(item):
    """No check fires."""
    assert list(item.problems(SCOPE)) == []


def stacked(*items):
    stack = Stack("shop", enable_apis=False)
    for item in items:
        stack.add(item)
    return stack


def test_an_agent_may_publish_before_it_is_told_to(gcp_settings):
    """Without the grant, nothing would come; with it, it comes first."""
    notes = r.BucketNotification(FILES, topic=TOPIC)
    with pytest.raises(DeclarationError, match="to which the agent of storage may not publish"):
        stacked(notes).plan(OFFLINE)
    stack = stacked(notes, PUBLISHER)
    (change,) = [
        one
        for one in stack.plan(gcp_settings).changes
        if one.address.kind == "storage.Notification"
    ]

    assert PUBLISHER.address_in(stack.scope(gcp_settings)) in change.needs
    stack.apply(gcp_settings)
    more = stacked(dataclasses.replace(notes, event_types=["OBJECT_DELETE"]), PUBLISHER)
    actions = {
        str(one.address): one.action for one in more.plan(gcp_settings).changes if one.mutates
    }
    assert actions == {
        "storage.Notification/shop-files-1/files:delete": Action.CREATE,
        "storage.Notification/shop-files-1/files": Action.DELETE,
    }


def test_nobody_is_let_in_where_all_are_kept_out():
    """Public access prevention wins."""
    closed = dataclasses.replace(FILES, public_access_prevention="enforced")
    grant = r.BucketIamMember(closed, role="roles/storage.objectViewer", member="allUsers")
    with pytest.raises(
        DeclarationError, match="public_access_prevention='enforced' keeps allUsers"
    ):
        stacked(closed, grant).plan(OFFLINE)
    somebody = dataclasses.replace(grant, member="user:a@example.com")
    inherited = dataclasses.replace(FILES, public_access_prevention="inherited")
    for items in ([closed, somebody], [inherited, dataclasses.replace(grant, bucket=inherited)]):
        compiled = compile_stack("shop", items, {}, SCOPE, enable_apis=False, check=lambda _: ())
        assert len(compiled.declared) == len(items)


def test_a_lock_takes_a_consent_and_holds(gcp_settings):
    """It is set after the bucket is made; then the retention only grows."""
    kept = dataclasses.replace(FILES, retention_period=60, retention_locked=True)
    (problem,) = stacked(kept).plan(gcp_settings).problems
    assert isinstance(problem, ConsentRequired)
    assert "retention_locked can't be undone once it is True" in str(problem)
    with pytest.raises(PlanError):
        stacked(kept).apply(gcp_settings)

    stacked(dataclasses.replace(kept, retention_locked=None)).apply(gcp_settings)
    agreed = dataclasses.replace(kept, allow_irreversible=True)
    plan = stacked(agreed).plan(gcp_settings)
    assert [diff.name for diff in plan.changes[0].diff] == ["retention_locked"]
    stacked(agreed).apply(gcp_settings)
    assert stacked(kept).plan(gcp_settings).empty
    refused = {
        "retention_period can't shrink from 60 to 30 seconds": {"retention_period": 30},
        "retention_locked can't be undone": {"retention_locked": None},
    }
    for words, fields in refused.items():
        (problem,) = stacked(dataclasses.replace(kept, **fields)).plan(gcp_settings).problems
        assert words in str(problem)
    bare = stacked(FILES).plan(gcp_settings).problems
    assert ["is locked: it can't be removed" in str(one) for one in bare].count(True) == 1
    stacked(dataclasses.replace(kept, retention_period=120)).apply(gcp_settings)


def test_a_new_bucket_is_locked_too(gcp_settings):
    """By a second call; another plan has nothing to do."""
    kept = dataclasses.replace(
        FILES, retention_period=60, retention_locked=True, allow_irreversible=True
    )
    stacked(kept).apply(gcp_settings)

    assert stacked(kept).plan(gcp_settings).empty


def objects(settings):
    clients = Clients(settings.project, endpoint=settings.endpoint)
    return clients, Collection(clients, "storage", "v1", "objects")


def test_what_was_changed_behind_our_back_goes_up_again(gcp_settings):
    """Told by its hash; what is the same stays; what is composed goes up when it changes."""
    page = r.BucketObject("index.html", bucket=FILES, content="<p>one</p>")
    config = r.BucketObject(
        "config.json", bucket=FILES, content=compose('{"files": "{url}"}', url=FILES.output("url"))
    )
    stack = stacked(page, config)
    stack.apply(gcp_settings)
    assert stack.plan(gcp_settings).empty
    clients, collection = objects(gcp_settings)
    where = {"bucket": "shop-files-1", "object": "index.html"}
    before = collection.call("get", where)["generation"]
    other = stacked(dataclasses.replace(page, content="<p>drift</p>"), config)
    other.apply(gcp_settings)
    plan = stack.plan(gcp_settings)
    (change,) = [one for one in plan.changes if one.mutates]

    assert [diff.name for diff in change.diff] == ["md5Hash"]
    stack.apply(gcp_settings)
    told = collection.call("get", where)
    assert told["md5Hash"] == md5(b"<p>one</p>")
    assert told["generation"] != before
    clients.close()


def test_an_object_goes_back_to_the_usual_class_once(gcp_settings):
    """By one upload: a second one would be refused, since it is held from then on."""
    page = r.BucketObject(
        "index.html", bucket=FILES, content="<p>one</p>", storage_class="NEARLINE"
    )
    stacked(page).apply(gcp_settings)
    held = stacked(dataclasses.replace(page, storage_class=None, event_based_hold=True))
    held.apply(gcp_settings)

    assert held.plan(gcp_settings).empty
    clients, collection = objects(gcp_settings)
    told = collection.call("get", {"bucket": "shop-files-1", "object": "index.html"})
    assert (told["storageClass"], told["eventBasedHold"]) == ("STANDARD", True)
    stacked(dataclasses.replace(page, storage_class=None, event_based_hold=False)).apply(
        gcp_settings
    )
    clients.close()


@pytest.mark.parametrize("usual", ["NEARLINE", "ARCHIVE"])
def test_an_object_goes_back_to_the_class_of_its_bucket_once(gcp_emulator, gcp_settings, usual):
    """Whichever that is, also the one that it had: another upload would change nothing."""
    shelf = dataclasses.replace(FILES, storage_class=usual)
    page = r.BucketObject("index.html", bucket=shelf, content="one", storage_class="ARCHIVE")
    stacked(page, shelf).apply(gcp_settings)
    before = uploads(gcp_emulator)
    plain = stacked(dataclasses.replace(page, storage_class=None), shelf)
    plain.apply(gcp_settings)

    assert uploads(gcp_emulator) - before == 1
    assert plain.plan(gcp_settings).empty


def uploads(emulator):
    """Count the uploads of pages until now."""
    url = f"{emulator.endpoint}/_emulator/requests"
    rows = requests.get(url, timeout=30).json()
    return sum(
        "/o" in row["path"]
        and "shop-files-1" in row["path"]
        and row["method"] == "storage.objects.insert"
        for row in rows
    )


def test_a_bucket_goes_with_what_is_in_it(gcp_settings):
    """Only with a consent, and the plan says what goes; versions are no obstacle."""
    kept = dataclasses.replace(FILES, versioning=True)
    pages = [r.BucketObject(f"{name}.html", bucket=kept, content=name) for name in "ab"]
    stacked(kept, *pages).apply(gcp_settings)
    stacked(kept, *[dataclasses.replace(page, content="two") for page in pages]).apply(gcp_settings)
    stacked(kept).apply(gcp_settings)
    plan = Stack("shop", enable_apis=False).plan(gcp_settings)
    (change,) = [one for one in plan.changes if one.address.kind == "storage.Bucket"]

    assert change.notes == ("everything in it is deleted too: 4 objects (8 B)",)
    assert isinstance(plan.problems[0], ConsentRequired)
    allowed = dataclasses.replace(gcp_settings, consents=frozenset({"storage.Bucket/shop-files-1"}))
    Stack("shop", enable_apis=False).apply(allowed)
    assert stacked(kept).plan(gcp_settings).changes[0].action is Action.CREATE


def test_a_bucket_with_real_folders_goes_too(gcp_settings):
    """Deepest first."""
    real = dataclasses.replace(FILES, hierarchical_namespace=True, allow_delete=True)
    stack = stacked(real, r.BucketObject("a/b/c.txt", bucket=real, content="x"))
    stack.apply(gcp_settings)
    stack.destroy(gcp_settings)

    assert stack.plan(gcp_settings).changes[0].action is Action.CREATE


def test_what_is_in_a_large_bucket_is_read_one_by_one(gcp_settings, monkeypatch):
    """Where a list of all would take too long."""
    pages = [r.BucketObject(f"{name}.html", bucket=FILES, content=name) for name in "abc"]
    stacked(*pages).apply(gcp_settings)
    monkeypatch.setattr(storage_objects, "_PAGES", 1)
    monkeypatch.setattr(storage_objects, "_PAGE", 2)

    assert stacked(*pages).plan(gcp_settings).empty


def test_an_object_has_a_retention_of_its_own(gcp_settings):
    """Unlocked it goes either way; locked, after a consent, it only grows."""
    able = dataclasses.replace(FILES, object_retention=True)

    def kept(mode, until, **fields):
        retention = r.ObjectRetention(mode=mode, retain_until_time=f"{until}-01-01T00:00:00Z")
        return stacked(
            r.BucketObject("a.txt", bucket=able, content="x", retention=retention, **fields)
        )

    for until in (2098, 2099, 2090):
        kept("Unlocked", until).apply(gcp_settings)
        assert kept("Unlocked", until).plan(gcp_settings).empty
    (problem,) = kept("Locked", 2090).plan(gcp_settings).problems
    assert "retention.mode can't be undone once it is Locked" in str(problem)
    locked = kept("Locked", 2090, allow_irreversible=True)
    locked.apply(gcp_settings)
    assert kept("Locked", 2090).plan(gcp_settings).empty
    kept("Locked", 2091).apply(gcp_settings)
    for words, stack in {
        "retention.mode can't be undone": kept("Unlocked", 2091),
        "retention.retain_until_time is locked until 2091": kept("Locked", 2089),
        "retention.mode can't be undone ": stacked(
            r.BucketObject("a.txt", bucket=able, content="x")
        ),
    }.items():
        told = [str(one) for one in stack.plan(gcp_settings).problems]
        assert len(told) == 1
        assert words.strip() in told[0]
