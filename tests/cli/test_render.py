"""Plans, values and failures as text, compared whole."""

import dataclasses

import pytest

from gcpstack import BackendService, GlobalAddress, Secret, SecretVersion, Sensitive, UrlMap
from gcpstack._cli.failures import Failure, failures
from gcpstack._cli.render.layout import duration, output_lines, value_text, wrapped
from gcpstack._cli.render.plans import diff_lines, heading, plan_lines
from gcpstack._cli.render.runs import failure_lines, report_lines
from gcpstack._core.kinds import Health
from gcpstack._core.ports import Target
from gcpstack._core.refs import UNKNOWN, Address
from gcpstack._core.resource import Encoder, Scope
from gcpstack._engine.diff import FieldDiff
from gcpstack._engine.plan import Action, Change, Plan
from gcpstack._stack.result import Report, StatusRow
from gcpstack.exceptions import (
    AdapterBug,
    ApplyFailed,
    ConsentRequired,
    DeclarationError,
    PermissionDenied,
    Problem,
    SettingsError,
)

SCOPE = Scope("my-project", "us-central1", "web")


def written(lines):
    return "".join(f"{line.plain}\n" for line in lines)


def change(item, action, reason, **more):
    declared = Encoder(SCOPE).declared(item)
    target = Target(declared.kind, declared.ids)
    return Change(
        address=declared.address,
        kind=declared.kind,
        action=action,
        reason=reason,
        target=target,
        declared=declared,
        desired=declared.body,
        **more,
    )


def diff(name, before, after, **more):
    return FieldDiff((name,), name, before, after, **more)


def renamed(target, name):
    return dataclasses.replace(target, ids={**target.ids, "name": name})


def everything():
    """A plan with every action."""
    backend = change(BackendService("api"), Action.REPLACE, "protocol can't change in place")
    backend = dataclasses.replace(
        backend,
        diff=(diff("protocol", "HTTP", "HTTP2", forces_replace=True),),
        target=renamed(backend.target, "api-1a2b3c4d"),
        predecessor=backend.target,
        retire=(backend.target,),
        notes=("api stays in service until api-1a2b3c4d is ready",),
    )
    link = "https://www.googleapis.com/compute/v1/projects/my-project/global/backendServices/"
    rules = [{"paths": [f"/{name}/*"], "service": f"{link}api"} for name in ("a", "b", "c")]
    return Plan(
        stack="web",
        changes=(
            change(GlobalAddress("one"), Action.NOOP, "as declared"),
            change(GlobalAddress("two"), Action.CREATE, "does not exist yet"),
            change(Secret("key"), Action.CREATE, "does not exist yet"),
            change(
                SecretVersion(Secret("key"), value=Sensitive("hunter2")),
                Action.UPDATE,
                "value differs",
                diff=(
                    diff("value", Sensitive("old"), Sensitive("hunter2"), sensitive=True),
                    diff("note", None, UNKNOWN),
                    diff("labels.team", "a", None, unset=True),
                ),
            ),
            change(
                UrlMap("map", default_service="api"),
                Action.UPDATE,
                "path_rules differs",
                diff=(diff("path_matchers[0].path_rules", rules[:2], rules[1:]),),
            ),
            change(
                GlobalAddress("three"),
                Action.ADOPT,
                "exists and was not recorded yet",
                diff=(diff("description", "by hand", "ours"),),
            ),
            backend,
            change(GlobalAddress("four"), Action.DELETE, "is no longer declared"),
            change(GlobalAddress("five"), Action.DELETE, "is no longer declared"),
            change(Secret("kept"), Action.FORGET, "is gone already"),
        ),
    )


@pytest.mark.parametrize(("width", "verbose"), [(100, False), (72, True), (1_000_000, False)])
def test_a_plan(golden, width, verbose):
    """Grouped by action, wrapped to the width, secrets hidden."""
    plan = everything()

    text = written([heading(plan, SCOPE), *plan_lines(plan, width, verbose=verbose)])

    assert "hunter2" not in text
    golden(f"plan-{width}", text)


def test_no_line_is_wider_than_the_terminal_unless_a_word_is():
    """Long words stay whole, so that they can be copied."""
    *lines, _ = plan_lines(everything(), 60, verbose=True)
    for line in lines:
        assert line.cell_len <= 60 or " " not in line.plain.strip()[30:]


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (None, "x", 'f: (none) → "x"'),
        ("x", None, 'f: "x" → (none)'),
        (1, 2, "f: 1 → 2"),
        (True, False, "f: true → false"),
        ("é", UNKNOWN, 'f: "é" → (known after apply)'),
        ([Sensitive("s")], [], "f: [(sensitive)] → []"),
        ({"a": 1}, {"a": {"b": UNKNOWN}}, 'f: {"a": 1} → {"a": {"b": (known after apply)}}'),
    ],
)
def test_a_field(before, after, text):
    """Before and after, as JSON."""
    assert written(diff_lines(diff("f", before, after), 100)).strip() == text


def test_a_sensitive_field():
    """Shows that it differs, and not how."""
    text = written(diff_lines(diff("f", "hunter1", "hunter2", sensitive=True), 100))

    assert text.strip() == "f: (sensitive) → (sensitive)"


def test_a_long_list_in_another_order():
    """Is not told as if everything were new."""
    items = [f"item number {number}" for number in range(9)]
    text = written(diff_lines(diff("f", items, items[::-1]), 60))

    assert text == "      f:\n          the same 9 items in another order\n"


def test_links_are_shown_by_their_path():
    """What differs in spelling alone looks the same."""
    full = "https://www.googleapis.com/compute/v1/projects/p/global/urlMaps/m"

    assert value_text(full) == value_text("projects/p/global/urlMaps/m")
    assert value_text("https://example.com/projects") == '"https://example.com/projects"'


def test_outputs(golden):
    """Values stand alone, ready to be copied."""
    outputs = {
        "address": "203.0.113.7",
        "count": 3,
        "records": ["a. 300 IN A 203.0.113.7", "b. 300 IN A 203.0.113.7"],
        "by_region": {"us-central1": "https://a.run.app", "europe-west1": None},
        "nothing": [],
    }

    golden("outputs", written(output_lines(outputs, 80)))


def test_a_report(golden):
    """Every state, with what differs and what would mend it."""

    def row(name, **more):
        given = {"exists": True, "health": Health.READY, "label": "READY"} | more
        return StatusRow(Address("compute.Thing", name), "thing", name, **given)

    rows = (
        row("good"),
        row("certificate", health=Health.PENDING, label="PROVISIONING", detail=("wait " * 20,)),
        row("broken", health=Health.FAILED, label="FAILED", detail=("first", "second")),
        row("gone", exists=False, health=Health.PENDING, label="ABSENT"),
        row("drifted", drift=("labels", "description")),
    )

    golden("report", written(report_lines(Report(rows, {"url": "https://a"}), 80)))


def test_failures(golden):
    """Every kind of failure, once; the same one many times is told once."""
    denied = [
        PermissionDenied("no right", code=403, reason="IAM", remedy="Ask for it.").about(
            f"compute.Thing/{name}", "reading"
        )
        for name in "abc"
    ]
    errors = ApplyFailed(
        "it failed",
        [
            *denied,
            ApplyFailed("again", [SettingsError("no project.", remedy="Give --project.")]),
            DeclarationError(
                [Problem("x.Y/z: name", "is too long.", "Shorten it."), Problem("x.Y/q", "is odd.")]
            ),
            AdapterBug("an adapter forgot something"),
        ],
    )
    found = failures([errors, KeyError("oops")])

    assert [item.fault for item in found] == [False, False, False, True, True]
    golden("failures", written(failure_lines(found, 80)))


def test_all_that_would_be_lost_is_asked_for_at_once():
    """With the flags to copy; what stands in something that is named needs none of its own."""
    asked = [
        ConsentRequired(
            "a", address="sql.Database/main/app", loss="deleted (x)", holder="sql.I/main"
        ),
        ConsentRequired("b", address="sql.I/main", loss="deleted (x)"),
        ConsentRequired("c", address="storage.Bucket/b", loss="replaced (y)", holder="z.Z/other"),
    ]
    single = failures([ConsentRequired("a", address="sql.I/main", loss="deleted (x)")])
    found = failures([ApplyFailed("no", asked), SettingsError("no project.")])
    text = "\n".join(written(failure_lines(found, 200)).splitlines())

    assert [one.message for one in single] == ["a"]
    assert [one.message for one in found] == [
        "3 resources hold data and would be lost",
        "no project.",
    ]
    assert "  sql.Database/main/app: would be deleted (x)." in text
    assert "add --allow-delete sql.I/main --allow-delete storage.Bucket/b, or" in text


def test_failures_for_programs():
    """What is empty is left out."""
    error = PermissionDenied("no", reason="IAM", remedy="Ask.").about("a.B/c", "creating")

    assert [item.to_json() for item in failures([error])] == [
        {"message": "no", "remedy": "Ask.", "reason": "IAM", "addresses": ["creating a.B/c"]}
    ]
    problem = Problem("place", "is wrong.")
    assert failures([DeclarationError([problem])])[0].to_json() == {
        "message": "1 problem in the declaration",
        "problems": [{"place": "place", "message": "is wrong.", "remedy": ""}],
    }
    assert Failure("x").to_json() == {"message": "x"}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (60, "1 min 00 s"),
        (61.9, "1 min 01 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 0 min"),
        (9000, "2 h 30 min"),
    ],
)
def test_durations(seconds, text):
    """As people say them."""
    assert duration(seconds) == text


def test_wrapping_keeps_lines_and_long_words():
    """Its own line ends, and what is longer than a line."""
    lines = written(wrapped(f"one two\n{'x' * 40} three", 20, "  ", first="> "))

    assert lines == f"> one two\n  {'x' * 40}\n  three\n"
