"""Triggers (https://cloud.google.com/build/docs/api/reference/rest/v1/projects.locations.triggers)."""

import hashlib
import json
import re

from gcpstack.emulator.core import accounts, masks
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, already_exists, failed_precondition, invalid
from gcpstack.emulator.core.locations import check as check_location
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.serve import ask
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.cloudbuild import builds, substitutions
from gcpstack.emulator.services.cloudbuild.common import check_build, located

NAME = re.compile(r"[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,62}[a-zA-Z0-9])?")
LONGEST_DESCRIPTION = 100
# What sets a trigger off, by field, with the eventType that it implies.
EVENTS = {
    "github": "", "triggerTemplate": "", "repositoryEventConfig": "REPO", "developerConnectEventConfig": "",
    "bitbucketServerTriggerConfig": "", "gitlabEnterpriseEventsConfig": "", "pubsubConfig": "PUBSUB",
    "webhookConfig": "WEBHOOK", "sourceToBuild": "MANUAL",
}  # fmt: skip
EXCLUSIVE = tuple(field for field in EVENTS if field != "sourceToBuild")
RECIPES = ("build", "filename", "gitFileSource", "autodetect")
OUTPUTS = ("id", "createTime", "resourceName")


def _validate(call: Call, body: Body, old: Body | None) -> None:
    name = str(body.get("name", ""))
    if name and not NAME.fullmatch(name):
        text = f'invalid trigger name "{name}": must match the pattern {NAME.pattern}'
        raise invalid(text, field="trigger.name")
    if len(body.get("description", "")) > LONGEST_DESCRIPTION:
        raise invalid(f"description must be at most {LONGEST_DESCRIPTION} characters")
    given = [field for field in EXCLUSIVE if body.get(field)]
    if len(given) > 1:
        raise invalid(f"only one event source can be set, got {', '.join(given)}", field="trigger")
    if not given and not body.get("sourceToBuild"):
        raise invalid("one event source must be set: trigger_template, github, pubsub_config, …")
    recipes = [field for field in RECIPES if body.get(field)]
    if len(recipes) > 1:
        text = f"only one of {', '.join(RECIPES)} can be set, got {', '.join(recipes)}"
        raise invalid(text, field="trigger.build_template")
    if not recipes:
        raise invalid(
            "a build template must be set: build, filename, git_file_source or autodetect"
        )
    _check_events(call, body)
    substitutions.check_keys(body.get("substitutions") or {})
    if "build" in body:
        check_build(call, {**body["build"], "substitutions": {}})
    if body.get("serviceAccount"):
        accounts.check(call.world, body["serviceAccount"].rsplit("/", 1)[-1])
    _check_unique(call, body, old)


def _check_events(call: Call, body: Body) -> None:
    for field in ("github", "repositoryEventConfig", "developerConnectEventConfig", "bitbucketServerTriggerConfig"):  # fmt: skip
        event = body.get(field)
        if event is not None and ("push" in event) == ("pullRequest" in event):
            raise invalid(
                f"{field} must have one of push and pullRequest", field=f"trigger.{field}"
            )
    for event in (body.get(field) or {} for field in EVENTS):
        _check_patterns(event.get("push") or {})
        _check_patterns(event.get("pullRequest") or {})
    template = body.get("triggerTemplate")
    if template is not None:
        _check_patterns(template)
        if sum(1 for key in ("branchName", "tagName", "commitSha") if template.get(key)) != 1:
            raise invalid("trigger_template must have one of branch_name, tag_name and commit_sha")
    _check_senders(call, body)


def _check_senders(call: Call, body: Body) -> None:
    """The topic or the secret that a trigger listens to must be there."""
    topic = (body.get("pubsubConfig") or {}).get("topic")
    if "pubsubConfig" in body and not topic:
        raise invalid("pubsub_config.topic must be set", field="trigger.pubsub_config.topic")
    if topic and call.world.registry.kind("pubsub", "topics") and call.world.find("pubsub", topic) is None:  # fmt: skip
        raise ApiError(404, f"Resource not found (resource={topic.rsplit('/', 1)[-1]}).")
    secret = (body.get("webhookConfig") or {}).get("secret")
    if "webhookConfig" in body and not secret:
        raise invalid("webhook_config.secret must be set", field="trigger.webhook_config.secret")
    if secret:
        name = call.world.canonical(secret.partition("/versions/")[0])
        if call.world.registry.kind("secretmanager", "secrets") and not call.world.find("secretmanager", name):  # fmt: skip
            raise invalid(f"secret {name} of webhook_config was not found")


def _check_patterns(event: Body) -> None:
    for key in ("branch", "tag", "branchName", "tagName"):
        try:
            re.compile(str(event.get(key, "")))
        except re.error:
            raise invalid(f"invalid regular expression '{event[key]}'", field=key) from None


def _check_unique(call: Call, body: Body, old: Body | None) -> None:
    name = body.get("name")
    if not name or (old is not None and old.get("name") == name):
        return
    if _by_name(call, _parent(call), name) is not None:
        raise already_exists(f"a build trigger named '{name}' already exists in {_parent(call)}")


def _parent(call: Call) -> str:
    return "/".join(call.segments[:4])


def _by_name(call: Call, parent: str, name: str) -> Obj | None:
    found = call.world.state.page("cloudbuild", f"{parent}/triggers")
    return next((obj for obj in found if obj.body.get("name") == name), None)


def _complete(call: Call, body: Body, _old: Body | None = None) -> None:
    template = body.get("triggerTemplate")
    if template is not None:
        body["triggerTemplate"] = {
            **template,
            "projectId": template.get("projectId") or call.project,
            "repoName": template.get("repoName") or "default",
        }
    kind = next((EVENTS[field] for field in EVENTS if body.get(field) and EVENTS[field]), "")
    if kind:
        body["eventType"] = kind
    for field in ("disabled", "autodetect"):
        if body.get(field) is False:
            body.pop(field)
    if body.get("pubsubConfig"):
        _subscribe(call, body)


def _subscribe(call: Call, body: Body) -> None:
    """The subscription by which messages set the trigger off."""
    name = f"projects/{call.project}/subscriptions/gcb-{body['name']}"
    config = {**body["pubsubConfig"], "subscription": name}
    config.setdefault("serviceAccountEmail", "")
    body["pubsubConfig"] = {key: value for key, value in config.items() if value}
    if call.world.registry.kind("pubsub", "subscriptions") and not call.find(name, "pubsub"):
        push = f"https://cloudbuild.googleapis.com/v1/{_parent(call)}/triggers/{body['id']}:webhook"
        wanted = {"topic": config["topic"], "pushConfig": {"pushEndpoint": push}}
        ask(call.world, "PUT", f"/pubsub.googleapis.com/v1/{name}", wanted)


def create(call: Call) -> Body:
    """``create``: the id is the server's, the name the client's."""
    check_location(call.location)
    world, body = call.world, dict(call.body)
    _validate(call, body, None)
    body["id"] = world.ids.uuid()
    body.setdefault("name", f"trigger-{body['id'][:8]}")
    body["createTime"] = world.stamp()
    body["resourceName"] = f"{_parent(call)}/triggers/{body['id']}"
    _complete(call, body)
    obj = Obj("cloudbuild", "triggers", body["resourceName"], body, {"created": world.now()})
    return world.show(world.state.put(obj))


def named(call: Call) -> Obj:
    """The trigger of the path, by id or by name."""
    obj = call.find() or _by_name(call, _parent(call), call.segments[-1])
    if obj is None or obj.kind != "triggers":
        raise call.missing(call.name)
    return obj


def get(call: Call) -> Body:
    """``get``."""
    return call.world.show(named(call))


def patch(call: Call) -> Body:
    """``patch``: without a mask the whole trigger is replaced."""
    obj = named(call)
    schema = call.api.schemas["BuildTrigger"]
    paths = masks.parse(call.api, schema, str(call.query.get("updateMask") or "*"))
    if "*" in paths:
        paths = [name for name, field in schema.fields.items() if not field.read_only]
    body = masks.apply(obj.body, call.body, [path for path in paths if path not in OUTPUTS])
    body.setdefault("name", obj.body["name"])
    _validate(call, body, obj.body)
    _complete(call, body)
    return call.world.show(call.world.state.put(obj.but(body=body)))


def delete(call: Call) -> Body:
    """``delete``: its subscription goes with it, its builds stay."""
    obj = named(call)
    subscription = (obj.body.get("pubsubConfig") or {}).get("subscription", "")
    if subscription and call.find(subscription, "pubsub"):
        ask(call.world, "DELETE", f"/pubsub.googleapis.com/v1/{subscription}")
    call.world.forget(obj)
    return {}


# -- running


def run(call: Call) -> Body:
    """``run``: a build as the trigger has it, of the source that is given or that the trigger watches."""
    obj = named(call)
    if call.segments[2] != "locations":
        call.segments[2:4] = obj.body["resourceName"].split("/")[2:4]
    # The global form sends the source alone, the other one a request that holds it.
    source: Body = call.body.get("source") or {
        key: value for key, value in call.body.items() if key not in ("projectId", "triggerId")
    }
    body = obj.body
    if body.get("disabled"):
        raise failed_precondition("build trigger is disabled")
    build: Body = json.loads(json.dumps(body.get("build") or _recipe(body)))
    build["substitutions"] = {
        **(build.get("substitutions") or {}),
        **(body.get("substitutions") or {}),
        **(source.get("substitutions") or {}),
    }
    if body.get("serviceAccount"):
        build.setdefault("serviceAccount", body["serviceAccount"])
    build["tags"] = [*(build.get("tags") or ()), *(body.get("tags") or ()), f"trigger-{obj.id}"]
    build["buildTriggerId"] = obj.id
    held = bool((body.get("approvalConfig") or {}).get("approvalRequired"))
    return builds.begin(call, build, loose=True, known=_known(body, source), held=held)


def _recipe(body: Body) -> Body:
    """The build of a file in the repository, which can't be read here: a step that stands for it."""
    path = body.get("filename") or (body.get("gitFileSource") or {}).get("path") or "Dockerfile"
    step = {"name": "gcr.io/cloud-builders/git", "id": f"{path}", "args": ["show", f"HEAD:{path}"]}
    return {"steps": [step]}


def _known(body: Body, source: Body) -> dict[str, str]:
    """The references that only builds of triggers have."""
    ref = str((body.get("sourceToBuild") or {}).get("ref", ""))
    branch = source.get("branchName") or (ref.removeprefix("refs/heads/") if ref.startswith("refs/heads/") else "")  # fmt: skip
    tag = source.get("tagName") or (ref.removeprefix("refs/tags/") if ref.startswith("refs/tags/") else "")  # fmt: skip
    github = body.get("github") or {}
    uri = str((body.get("sourceToBuild") or {}).get("uri", "")).removesuffix(".git")
    repo = github.get("name") or (body.get("triggerTemplate") or {}).get("repoName") or uri.rsplit("/", 1)[-1]  # fmt: skip
    commit = (
        source.get("commitSha")
        or hashlib.sha1(  # noqa: S324 # commits are named so, nothing is kept secret by it
            f"{repo}/{branch or tag}".encode()
        ).hexdigest()
    )
    return {
        "TRIGGER_NAME": str(body["name"]),
        "TRIGGER_BUILD_CONFIG_PATH": str(body.get("filename", "")),
        "COMMIT_SHA": commit,
        "REVISION_ID": commit,
        "SHORT_SHA": commit[:7],
        "REPO_NAME": str(repo),
        "REPO_FULL_NAME": f"{github['owner']}/{repo}" if github.get("owner") else str(repo),
        "BRANCH_NAME": str(branch),
        "TAG_NAME": str(tag),
        "REF_NAME": str(branch or tag),
    }


def view(world: World, _obj: Obj, body: Body) -> Body:
    """A read tells what has become of the subscription and the secret that set the trigger off."""
    config = body.get("pubsubConfig")
    if config and world.registry.kind("pubsub", "subscriptions"):
        subscription = world.find("pubsub", config["subscription"])
        topic = world.find("pubsub", config["topic"])
        state = "OK" if subscription and topic else "TOPIC_DELETED" if subscription else "SUBSCRIPTION_DELETED"  # fmt: skip
        body["pubsubConfig"] = {**config, "state": state}
    hook = body.get("webhookConfig")
    if hook and world.registry.kind("secretmanager", "secrets"):
        name = world.canonical(hook["secret"].partition("/versions/")[0])
        state = "OK" if world.find("secretmanager", name) else "SECRET_DELETED"
        body["webhookConfig"] = {**hook, "state": state}
    return body


TRIGGERS = Kind(
    name="triggers",
    resources=("projects.triggers", "projects.locations.triggers"),
    schema="BuildTrigger",
    dialect=AIP,
    not_found="Requested entity was not found.",
    view=view,
    methods={
        "create": located(create),
        "get": located(get),
        "list": located(aip.list_all),
        "patch": located(patch),
        "delete": located(delete),
        "run": located(run),
    },
)
