"""The stacks of scripts/, and what the tests read from their plans."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from gcpstack._core.kinds import Health
from gcpstack._engine.plan import Action

SCRIPTS = Path(__file__).parents[2] / "scripts"
sys.path.append(str(SCRIPTS))  # as the command does: a script may have modules beside it


def load(name):
    """Run a script and give its ``stack``: a fresh one each time, or what makes one."""
    return module(name).stack


def module(name):
    """Run a script."""
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made  # dataclasses look their module up
    spec.loader.exec_module(made)
    return made


def actions(plan):
    """What a plan does, by address."""
    return {
        str(change.address): change.action.value
        for change in plan.changes
        if change.action is not Action.NOOP or change.retire
    }


def command(program, *arguments, folder, **variables):
    """Run the command as a process of its own, which knows nothing of Google."""
    foreign = ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "GCPSTACK_ENDPOINT")
    known = {name: value for name, value in os.environ.items() if name not in foreign}
    return subprocess.run(
        [program, *arguments],
        cwd=folder,
        env=known | {"NO_COLOR": "1"} | variables,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def whole_life(place, make, *, pending=()):
    """Plan, apply, nothing more to do, status, destroy: nothing is left.

    Args:
        place: where.
        make: makes the stack afresh.
        pending: kinds that wait for something that nobody does here, such as a DNS record.
    """
    plan = place.plan(make())
    assert plan.problems == ()
    assert not plan.empty
    result = place.converge(make())
    report = make().status(place.settings)
    waiting = {row.address.kind for row in report.rows if row.health is not Health.READY}
    assert waiting <= set(pending)
    assert not [row for row in report.rows if row.drift or not row.exists]
    make().destroy(place.settings)
    left = place.resources()
    assert left == {}, sorted(left)
    return result


def live(place, part):
    """The live objects whose full names hold a text."""
    return {name: body for name, body in place.resources().items() if part in name}


def readable_secrets(place):
    """Which secrets each service account may read, by the policies of the secrets."""
    out = {}
    for name in live(place, "secretmanager"):
        project, _, secret = name.partition("/projects/")[2].partition("/secrets/")
        if "/" in secret:
            continue
        path = f"/secretmanager.googleapis.com/v1/projects/{project}/secrets/{secret}"
        policy = place.control("GET", f"{path}:getIamPolicy")
        for binding in policy.get("bindings", ()):
            assert binding["role"] == "roles/secretmanager.secretAccessor"
            for member in binding["members"]:
                out.setdefault(member.removeprefix("serviceAccount:"), set()).add(secret)
    return out


def mounted_secrets(place):
    """Which secrets each service account's services mount or have in their environment."""
    out = {}
    for name, body in live(place, "//run.googleapis.com/").items():
        if name.split("/")[-2] in ("services", "jobs"):
            template = body["template"].get("template") or body["template"]
            found = set(_secrets(template))
            out.setdefault(template["serviceAccount"], set()).update(found)
    return {who: secrets for who, secrets in out.items() if secrets}


def _secrets(value):
    if isinstance(value, dict):
        secret = value.get("secret")
        if isinstance(secret, str):
            yield secret.rsplit("/", 1)[-1]
        for inner in value.values():
            yield from _secrets(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _secrets(inner)
