"""A folder of files: sent by their hashes, with their types, and gone when they go."""

import pytest

from gcpstack import Action, Bucket, BucketFolder, BucketObject, Stack
from gcpstack._adapters.storage_objects import BucketFiles
from gcpstack.components.files import content_type

from .compiled import bodies, refused

FILES = Bucket("shop-site-1", location="US", uniform_access=True)


@pytest.fixture
def folder(tmp_path):
    """A small site."""
    root = tmp_path / "site"
    for name, text in {
        "index.html": "<p>one</p>",
        "about/index.html": "<p>about</p>",
        "assets/app-1a2b.js": "run()",
        "assets/logo.png": "png",
        ".DS_Store": "junk",
        "draft.md": "later",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def site(root, **fields):
    return BucketFolder(root, **{"bucket": FILES, "exclude": ["*.md"], **fields})


def test_each_file_is_an_object_with_its_type_and_its_age(folder):
    """By the first pattern that fits; nothing is compressed unless it is asked for."""
    cache = {"assets/*": "public, max-age=31536000, immutable", "*.html": "no-cache"}
    found = bodies(
        site(
            folder,
            prefix="www/",
            cache_control=cache,
            content_types={"logo.*": "image/x-logo"},
            gzip=["*.js"],
        )
    )
    objects = {
        name.removeprefix("storage.BucketObject/shop-site-1/www/"): (
            body["contentType"],
            body.get("cacheControl"),
            body.get("contentEncoding"),
        )
        for name, body in found.items()
        if name.startswith("storage.BucketObject/")
    }
    immutable = cache["assets/*"]

    assert objects == {
        "index.html": ("text/html; charset=utf-8", "no-cache", None),
        "about/index.html": ("text/html; charset=utf-8", "no-cache", None),
        "assets/app-1a2b.js": ("text/javascript; charset=utf-8", immutable, "gzip"),
        "assets/logo.png": ("image/x-logo", immutable, None),
    }


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.css", "text/css; charset=utf-8"),
        ("a.WOFF2", "font/woff2"),
        ("a.webmanifest", "application/manifest+json"),
        ("a.json", "application/json; charset=utf-8"),
        ("a.wasm", "application/wasm"),
        ("a.mp4", "video/mp4"),
        ("LICENSE", "application/octet-stream"),
    ],
)
def test_the_type_follows_from_the_name(name, kind):
    """Whatever the machine knows of types."""
    assert content_type(name) == kind


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"folder": "/nowhere"}, "there is no such folder. Build it, or name another"),
        ({"exclude": ["*"]}, "holds no files: everything that went up from it would be deleted"),
        (
            {"prefix": "/docs/"},
            "begins with a slash, which would be part of every name. Use 'docs/'",
        ),
        ({"cache_control": {"asset/*": "x"}}, "cache_control['asset/*'] is of none of its files"),
        ({"gzip": ["*.svg"]}, "gzip['*.svg'] is of none of its files"),
    ],
)
def test_a_slip_is_told(folder, fields, words):
    """Before anything goes up or is deleted."""
    told = refused(site(fields.pop("folder", folder), **fields))

    assert words in told.replace("]: is", "] is")


def stacked(root, **fields):
    stack = Stack("shop", enable_apis=False)
    stack.add(site(root, **fields))
    return stack


def test_only_what_changed_goes_up(folder, gcp_settings):
    """What left the folder leaves the bucket; what somebody else put there stays."""
    stacked(folder).apply(gcp_settings)
    assert stacked(folder).plan(gcp_settings).empty
    other = Stack("other", enable_apis=False)
    other.add(BucketObject("foreign.txt", bucket="shop-site-1", content="theirs"))
    other.apply(gcp_settings)
    (folder / "index.html").write_text("<p>two</p>")
    (folder / "about" / "index.html").unlink()
    (folder / "new.txt").write_text("new")
    plan = stacked(folder).plan(gcp_settings)
    mutating = {
        str(one.address).removeprefix("storage.BucketObject/shop-site-1/"): one.action
        for one in plan.changes
        if one.mutates
    }

    assert mutating == {
        "index.html": Action.UPDATE,
        "about/index.html": Action.DELETE,
        "new.txt": Action.CREATE,
    }
    stacked(folder).apply(gcp_settings)
    assert stacked(folder).plan(gcp_settings).empty
    assert other.plan(gcp_settings).empty


def test_one_list_tells_of_all(folder, gcp_settings, monkeypatch):
    """No object is asked for by itself."""
    stacked(folder).apply(gcp_settings)
    calls = []
    for verb in ("get", "list"):
        inner = getattr(BucketFiles, verb)
        monkeypatch.setattr(
            BucketFiles,
            verb,
            lambda self, target, verb=verb, inner=inner: (calls.append(verb), inner(self, target))[
                1
            ],
        )

    assert stacked(folder).plan(gcp_settings).empty
    assert calls == ["list"]


def test_an_empty_site_goes_in_order(folder, gcp_settings):
    """Its objects first, then the bucket that holds nothing else."""
    stack = stacked(folder, bucket=Bucket("shop-site-2", location="US", allow_delete=True))
    stack.apply(gcp_settings)
    stack.destroy(gcp_settings)

    assert {one.action for one in stack.plan(gcp_settings).changes} == {Action.CREATE}
