"""What builds and triggers share: names in both forms, who builds run as, checks of a build."""

import re
from collections.abc import Callable
from typing import Any

from gcpstack.emulator.core import accounts
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import seconds_of
from gcpstack.emulator.core.errors import ApiError, invalid
from gcpstack.emulator.core.images import NAME
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.recorded import plain
from gcpstack.emulator.services.cloudbuild import substitutions

MOST_STEPS, MOST_ARGS, MOST_IMAGES, LONGEST_ARG = 300, 100, 100, 10_000
LONGEST_TIMEOUT = 86_400
TAG = re.compile(r"[\w][\w.-]{0,127}")
LOGGED_ELSEWHERE = ("CLOUD_LOGGING_ONLY", "NONE")


def located(handler: Callable[[Call], Any]) -> Callable[[Call], Any]:
    """A handler for both forms of a name: ``projects/P/builds/B`` is the one in the location ``global``."""

    def run(call: Call) -> Any:
        if call.segments[2] != "locations":
            parent = str(call.query.get("parent") or call.query.get("name") or "").split("/")
            place = parent[3] if len(parent) > 3 and parent[2] == "locations" else "global"  # noqa: PLR2004 # projects, P, locations, L
            call.segments[2:2] = ["locations", place]
            call.last += 2 if call.last > 2 else 0  # noqa: PLR2004 # the name of a project ends there
        return handler(call)

    return run


def account_of(call: Call, body: Body) -> str:
    """The e-mail address of the account that a build runs as."""
    given = str(body.get("serviceAccount", "")).rsplit("/", 1)[-1]
    return given or accounts.default(call.world, call.project)


def refusal(words: str, field: str = "") -> ApiError:
    """The 400 of a build that can't be."""
    return invalid(f"invalid build: {words}", field=field)


def check_build(call: Call, body: Body) -> None:
    """Refuse what no build may say (https://cloud.google.com/build/docs/build-config-file-schema)."""
    steps = body.get("steps") or []
    if not steps:
        raise refusal("no build steps specified", "build.steps")
    if len(steps) > MOST_STEPS:
        raise refusal(f"at most {MOST_STEPS} build steps are allowed, got {len(steps)}")
    seen: set[str] = set()
    for index, step in enumerate(steps):
        _check_step(index, step, seen)
    for image in body.get("images") or ():
        if not NAME.fullmatch(plain(image)) and "$" not in image:
            raise refusal(f'invalid image name "{image}": could not parse reference: {image}')
    if len(body.get("images") or ()) > MOST_IMAGES:
        raise refusal(f"at most {MOST_IMAGES} images are allowed")
    for tag in body.get("tags") or ():
        if not TAG.fullmatch(tag) and "$" not in tag:
            raise refusal(f'invalid build tag "{tag}": must match format "^[\\w][\\w.-]{{0,127}}$"')
    _check_time(body)
    substitutions.check_keys(body.get("substitutions") or {})
    _check_secrets(call, body)
    if body.get("serviceAccount"):
        accounts.check(call.world, account_of(call, body))
        _check_logs(body)


def _check_step(index: int, step: Body, seen: set[str]) -> None:
    name = str(step.get("name", ""))
    if not name:
        raise refusal(f"build step {index} must specify name", f"build.steps[{index}].name")
    if not NAME.fullmatch(plain(name)) and "$" not in name:
        raise refusal(f'invalid build step name "{name}": could not parse reference: {name}')
    if step.get("script") and (step.get("args") or step.get("entrypoint")):
        raise refusal(f"build step {index} must not specify both script and args or entrypoint")
    args = step.get("args") or []
    if len(args) > MOST_ARGS or any(len(str(arg)) > LONGEST_ARG for arg in args):
        raise refusal(f"build step {index} arg {len(args)} too many or too long")
    _check_order(index, step, seen)
    for entry in step.get("env") or ():
        if "=" not in entry:
            raise refusal(f'build step {index} env "{entry}" is not in the form KEY=VALUE')


def _check_order(index: int, step: Body, seen: set[str]) -> None:
    """Steps have ids of their own and wait for earlier ones only."""
    for needed in step.get("waitFor") or ():
        if needed != "-" and needed not in seen:
            text = f'build step {index} has an invalid waitFor: step "{needed}" does not exist'
            raise refusal(text, f"build.steps[{index}].waitFor")
    if step.get("id"):
        if step["id"] in seen:
            raise refusal(f'build step id "{step["id"]}" is not unique')
        seen.add(step["id"])


def _check_time(body: Body) -> None:
    if body.get("timeout"):
        seconds = seconds_of(body["timeout"])
        if not 0 <= seconds <= LONGEST_TIMEOUT:
            raise refusal(f"timeout must be between 0s and {LONGEST_TIMEOUT}s", "build.timeout")
        for index, step in enumerate(body["steps"]):
            if step.get("timeout") and seconds_of(step["timeout"]) > seconds:
                text = f"build step {index} timeout must be <= build timeout"
                raise refusal(text, f"build.steps[{index}].timeout")


def _check_secrets(call: Call, body: Body) -> None:
    """A secret that a step reads is declared, and each declared one is read."""
    declared = [
        str(entry.get("env")) for entry in (body.get("availableSecrets") or {}).get("secretManager", ())
    ]  # fmt: skip
    declared += [key for entry in body.get("secrets") or () for key in entry.get("secretEnv") or {}]
    steps = body["steps"]
    wanted = [
        name for step in [*steps, body.get("options") or {}] for name in step.get("secretEnv") or ()
    ]
    for name in wanted:
        if name not in declared:
            raise refusal(f'secretEnv "{name}" is used without being defined in availableSecrets')
    for name in declared:
        if name not in wanted:
            raise refusal(f'availableSecrets defines "{name}" which is not used by any step')
    for entry in (body.get("availableSecrets") or {}).get("secretManager", ()):
        version = call.world.canonical(str(entry.get("versionName", "")))
        parts = version.split("/")
        if len(parts) != 6 or parts[::2] != ["projects", "secrets", "versions"]:  # noqa: PLR2004 # three pairs
            raise refusal(f'invalid secret version name "{version}"')


def _check_logs(body: Body) -> None:
    options = body.get("options") or {}
    told = (
        body.get("logsBucket")
        or options.get("logging") in LOGGED_ELSEWHERE
        or options.get("defaultLogsBucketBehavior") == "REGIONAL_USER_OWNED_BUCKET"
    )
    if not told:
        raise invalid(
            "if 'build.service_account' is specified, the build must either (a) specify 'build.logs_bucket', (b) "
            "use the REGIONAL_USER_OWNED_BUCKET build.options.default_logs_bucket_behavior option, or (c) use "
            "either CLOUD_LOGGING_ONLY / NONE logging options"
        )
