"""Artifact Registry: repositories with their policies, what was pushed to them, and who pulls it."""

import json
from typing import Any

import pytest

from gcpstack.emulator import Emulator
from gcpstack.emulator.core import images
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.latency import Latency
from gcpstack.emulator.core.wire import Request
from tests.emulator.conftest import Send
from tests.emulator.services.clients import discovery
from tests.emulator.services.mistakes import Mistake, refuse

HOST = "https://artifactregistry.googleapis.com/v1"
PROJECT = f"{HOST}/projects/demo-proj"
REPOSITORIES = f"{PROJECT}/locations/us-central1/repositories"
APPS = f"{REPOSITORIES}/apps"
NAME = "projects/demo-proj/locations/us-central1/repositories/apps"
IMAGE = "us-central1-docker.pkg.dev/demo-proj/apps/web"
RUN = "https://run.googleapis.com/v2/projects/demo-proj/locations/us-central1/services"
DAY = 86400
POLICIES = {
    "old": {"id": "old", "action": "DELETE", "condition": {"olderThan": "2592000s"}},
    "few": {"id": "few", "action": "KEEP", "mostRecentVersions": {"keepCount": 5}},
}


def make(send: Send, body: dict[str, Any] | None = None, name: str = "apps") -> dict[str, Any]:
    started = send("POST", f"{REPOSITORIES}?repositoryId={name}", body or {"format": "DOCKER"})
    assert started.status == 200, started.json()
    return send("GET", f"{HOST}/{started.json()['name']}").json()


def push(send: Send, world: Google, image: str = f"{IMAGE}:v1", content: str = "one") -> str:
    with world.entered():
        digest = images.push(world, image, content)
    send("GET", f"{PROJECT}/locations")  # the service is awake
    return digest


# -- repositories


def test_a_repository_and_its_operation(send: Send) -> None:
    started = send("POST", f"{REPOSITORIES}?repositoryId=apps", {"format": "DOCKER"}).json()
    kind = "type.googleapis.com/google.devtools.artifactregistry.v1"
    assert started["metadata"] == {"@type": f"{kind}.OperationMetadata"}
    done = send("GET", f"{HOST}/{started['name']}").json()
    found = send("GET", APPS).json()
    times = {field: found.pop(field) for field in ("createTime", "updateTime")}
    assert times["createTime"] == times["updateTime"]
    assert found.pop("registryUri") == "us-central1-docker.pkg.dev/demo-proj/apps"
    assert done["response"] == {"@type": f"{kind}.Repository", **found}
    assert (found["mode"], found["satisfiesPzi"]) == ("STANDARD_REPOSITORY", True)


def test_a_change_is_answered_at_once_and_without_the_address(send: Send) -> None:
    make(send)
    changed = send(
        "PATCH", f"{APPS}?updateMask=description", {"description": "all", "labels": {"a": "b"}}
    )
    told = changed.json()
    assert (told["description"], "labels" in told, "registryUri" in told) == ("all", False, False)
    assert send("GET", APPS).json() == {**told, "registryUri": IMAGE.rpartition("/")[0]}


def test_a_mask_without_cleanup_policies_keeps_them(send: Send) -> None:
    make(send, {"format": "DOCKER", "cleanupPolicies": POLICIES, "cleanupPolicyDryRun": True})
    send("PATCH", f"{APPS}?updateMask=description", {"description": "all"})
    found = send("GET", APPS).json()
    assert found["cleanupPolicies"]["few"] == POLICIES["few"]
    assert found["cleanupPolicies"]["old"]["condition"] == {
        "olderThan": "2592000s",
        "tagState": "ANY",
    }
    send("PATCH", f"{APPS}?updateMask=cleanupPolicies,cleanupPolicyDryRun", {})
    assert not {"cleanupPolicies", "cleanupPolicyDryRun"} & set(send("GET", APPS).json())


@pytest.mark.parametrize("field", ["format", "mode", "kmsKeyName", "mavenConfig"])
def test_what_never_changes(send: Send, field: str) -> None:
    make(send, {"format": "MAVEN", "mavenConfig": {"versionPolicy": "RELEASE"}})
    other = {
        "format": "DOCKER",
        "mode": "REMOTE_REPOSITORY",
        "kmsKeyName": "projects/demo-proj/locations/us-central1/keyRings/r/cryptoKeys/k",
        "mavenConfig": {"versionPolicy": "SNAPSHOT"},
    }
    answer = send("PATCH", f"{APPS}?updateMask={field}", {field: other[field]})
    assert answer.status == 400
    assert field in answer.json()["error"]["message"]


def test_scanning_follows_the_api_and_the_repository(send: Send, world: Google) -> None:
    make(send)
    make(send, {"format": "NPM"}, "npm")
    make(send, {"format": "DOCKER", "mode": "VIRTUAL_REPOSITORY"}, "virtual")

    def state(name: str) -> tuple[str, str]:
        config = send("GET", f"{REPOSITORIES}/{name}").json()["vulnerabilityScanningConfig"]
        return config["enablementState"], config.get("enablementStateReason", "")

    assert state("apps") == (
        "SCANNING_DISABLED",
        "API containerscanning.googleapis.com is not enabled.",
    )
    assert state("npm") == ("SCANNING_UNSUPPORTED", "Repository format NPM is not supported.")
    assert state("virtual") == (
        "SCANNING_UNSUPPORTED",
        "Repository mode VIRTUAL_REPOSITORY is not supported.",
    )
    usage = "https://serviceusage.googleapis.com/v1/projects/demo-proj/services"
    send("POST", f"{usage}/containerscanning.googleapis.com:enable", {})
    world.advance(3600)
    assert state("apps") == ("SCANNING_ACTIVE", "")
    config = {"vulnerabilityScanningConfig": {"enablementConfig": "DISABLED"}}
    send("PATCH", f"{APPS}?updateMask=vulnerabilityScanningConfig", config)
    assert state("apps")[0] == "SCANNING_DISABLED"


def test_it_takes_its_time(send: Send, world: Google) -> None:
    world.latency = Latency(1)
    started = send("POST", f"{REPOSITORIES}?repositoryId=apps", {"format": "DOCKER"}).json()
    assert "done" not in send("GET", f"{HOST}/{started['name']}").json()
    world.advance(60)
    assert send("GET", f"{HOST}/{started['name']}").json()["done"] is True


def test_repositories_in_the_place_of_container_registry(send: Send) -> None:
    assert make(send, name="us.gcr.io")["response"]["name"].endswith("/us.gcr.io")
    assert send("POST", f"{REPOSITORIES}?repositoryId=my.io", {"format": "DOCKER"}).status == 400


def test_remote_and_virtual_ones(send: Send) -> None:
    remote = {
        "format": "DOCKER",
        "mode": "REMOTE_REPOSITORY",
        "remoteRepositoryConfig": {
            "dockerRepository": {"publicRepository": "DOCKER_HUB"},
            "disableUpstreamValidation": True,
        },
    }
    made = make(send, remote, "hub")["response"]
    assert made["remoteRepositoryConfig"] == {
        "dockerRepository": {"publicRepository": "DOCKER_HUB"}
    }
    upstream = {"id": "hub", "priority": 10, "repository": NAME.replace("apps", "hub")}
    virtual = {
        "format": "DOCKER",
        "mode": "VIRTUAL_REPOSITORY",
        "virtualRepositoryConfig": {"upstreamPolicies": [upstream]},
    }
    assert make(send, virtual)["response"]["mode"] == "VIRTUAL_REPOSITORY"


# -- what was pushed


def test_what_was_pushed_is_told(send: Send, world: Google) -> None:
    make(send)
    first = push(send, world)
    second = push(send, world, f"{IMAGE}:v2", "two")
    push(send, world, f"{IMAGE}/team:v1")
    packages = send("GET", f"{APPS}/packages").json()["packages"]
    assert [package["name"] for package in packages] == [
        f"{NAME}/packages/web",
        f"{NAME}/packages/web%2Fteam",
    ]
    assert send("GET", f"{APPS}/packages/web%2Fteam").json()["name"] == packages[1]["name"]
    versions = send("GET", f"{APPS}/packages/web/versions?view=FULL").json()["versions"]
    tags = {version["name"]: version["relatedTags"] for version in versions}
    stem = f"{NAME}/packages/web"
    assert tags[f"{stem}/versions/{first}"] == [
        {"name": f"{stem}/tags/v1", "version": f"{stem}/versions/{first}"}
    ]
    assert "relatedTags" not in send("GET", f"{APPS}/packages/web/versions/{first}").json()
    found = send("GET", f"{APPS}/dockerImages").json()["dockerImages"]
    by_tag = {image["tags"][0]: image for image in found if image["uri"].startswith(f"{IMAGE}@")}
    assert by_tag["v2"]["uri"] == f"{IMAGE}@{second}"
    image = send("GET", f"{APPS}/dockerImages/web@{first}").json()
    assert image == by_tag["v1"]
    files = send("GET", f"{APPS}/files").json()["files"]
    assert {file["owner"] for file in files} >= {f"{stem}/versions/{first}"}
    total = sum(int(file["sizeBytes"]) for file in files)
    assert send("GET", APPS).json()["sizeBytes"] == str(total)


def control(world: Google, body: Any) -> Any:
    return world.handle(Request("PUT", "/_emulator/images", body=json.dumps(body).encode()))


def test_images_are_pushed_by_the_control_api(send: Send, world: Google) -> None:
    make(send)
    told = control(world, {f"{IMAGE}:v1": "one"}).json()
    assert told == {f"{IMAGE}:v1": images.digest_of(world, f"{IMAGE}:v1")}
    [image] = send("GET", f"{APPS}/dockerImages").json()["dockerImages"]
    assert image["tags"] == ["v1"]
    for wrong in ({"A B": "one"}, ["x"], None):
        assert control(world, wrong).status == 400


def test_pages_of_images(send: Send, world: Google) -> None:
    make(send)
    for tag in ("a", "b", "c"):
        push(send, world, f"{IMAGE}:{tag}", tag)
    page = send("GET", f"{APPS}/dockerImages?pageSize=2").json()
    rest = send("GET", f"{APPS}/dockerImages?pageToken={page['nextPageToken']}").json()
    assert (len(page["dockerImages"]), len(rest["dockerImages"])) == (2, 1)


def test_tags_move(send: Send, world: Google) -> None:
    make(send)
    first, second = push(send, world), push(send, world, f"{IMAGE}:v2", "two")
    tags = f"{APPS}/packages/web/tags"
    version = f"{NAME}/packages/web/versions/{second}"
    assert send("POST", f"{tags}?tagId=live", {"version": version}).status == 200
    assert send("POST", f"{tags}?tagId=live", {"version": version}).status == 409
    assert images.digest_of(world, f"{IMAGE}:live") == second
    send("PATCH", f"{tags}/live?updateMask=version", {"version": version.replace(second, first)})
    assert images.digest_of(world, f"{IMAGE}:live") == first
    assert send("DELETE", f"{tags}/live").json() == {}
    assert images.digest_of(world, f"{IMAGE}:live") == ""
    assert [tag["name"].rpartition("/")[2] for tag in send("GET", tags).json()["tags"]] == [
        "v1",
        "v2",
    ]


def test_tags_that_stay(send: Send, world: Google) -> None:
    make(send, {"format": "DOCKER", "dockerConfig": {"immutableTags": True}})
    push(send, world)
    second = push(send, world, f"{IMAGE}:v2", "two")
    version = f"{NAME}/packages/web/versions/{second}"
    tag = f"{APPS}/packages/web/tags/v1"
    for answer in (send("PATCH", tag, {"version": version}), send("DELETE", tag)):
        assert answer.status == 400
        assert "tag immutability" in answer.json()["error"]["message"]
    send("PATCH", f"{APPS}?updateMask=dockerConfig", {"dockerConfig": {"immutableTags": False}})
    assert send("GET", APPS).json()["dockerConfig"] == {}
    assert send("DELETE", tag).status == 200


def test_a_tagged_version_goes_by_force(send: Send, world: Google) -> None:
    make(send)
    digest = push(send, world)
    url = f"{APPS}/packages/web/versions/{digest}"
    batch = {"names": [f"{NAME}/packages/web/versions/{digest}"]}
    for answer in (
        send("DELETE", url),
        send("POST", f"{APPS}/packages/web/versions:batchDelete", batch),
    ):
        assert answer.json()["error"]["status"] == "FAILED_PRECONDITION"
    assert send("DELETE", f"{url}?force=true").status == 200
    assert send("GET", url).status == 404
    assert send("GET", f"{APPS}/packages/web/tags/v1").status == 404
    assert images.digest_of(world, f"{IMAGE}:v1") == ""


def test_untagged_versions_go_in_a_batch(send: Send, world: Google) -> None:
    make(send)
    first, second = push(send, world), push(send, world, content="two")
    url = f"{APPS}/packages/web/versions"
    name = f"{NAME}/packages/web/versions/{first}"
    send("POST", f"{url}:batchDelete", {"names": [name], "validateOnly": True})
    assert send("GET", f"{HOST}/{name}").status == 200
    send("POST", f"{url}:batchDelete", {"names": [name]})
    left = [version["name"].rpartition("/")[2] for version in send("GET", url).json()["versions"]]
    assert left == [second]


def test_with_a_repository_goes_what_it_holds(send: Send, world: Google) -> None:
    make(send)
    push(send, world)
    send("DELETE", APPS)
    make(send)
    assert send("GET", f"{APPS}/packages").json() == {}
    assert images.digest_of(world, f"{IMAGE}:v1") == ""


def test_a_package_goes_as_a_whole(send: Send, world: Google) -> None:
    make(send)
    digest = push(send, world)
    send("PATCH", f"{APPS}/packages/web?updateMask=annotations", {"annotations": {"a": "b"}})
    push(send, world, f"{IMAGE}:v2")
    assert send("GET", f"{APPS}/packages/web").json()["annotations"] == {"a": "b"}
    started = send("DELETE", f"{APPS}/packages/web").json()
    assert send("GET", f"{HOST}/{started['name']}").json()["done"] is True
    assert send("GET", f"{APPS}/packages/web/versions/{digest}").status == 404
    assert send("GET", f"{APPS}/files").json() == {}


def test_attachments_of_a_version(send: Send, world: Google) -> None:
    make(send)
    digest = push(send, world)
    target = f"{NAME}/packages/web/versions/{digest}"
    file = f"{NAME}/files/{digest}"
    body = {"target": target, "type": "application/vnd.spdx+json", "files": [file]}
    started = send("POST", f"{APPS}/attachments?attachmentId=sbom", body).json()
    made = send("GET", f"{HOST}/{started['name']}").json()["response"]
    found = send("GET", f"{APPS}/attachments/sbom").json()
    assert made["@type"].endswith(".Attachment")
    assert {key: found[key] for key in body} == body
    assert found["ociVersionName"].startswith(f"{NAME}/packages/web/versions/sha256:")
    assert send("GET", f"{APPS}/attachments").json() == {"attachments": [found]}
    for wrong, status in (
        ({**body, "target": target.replace(digest, "none")}, 404),
        ({**body, "target": target.replace("apps", "other")}, 400),
        ({**body, "files": []}, 400),
        ({"target": target}, 400),
    ):
        assert send("POST", f"{APPS}/attachments?attachmentId=x", wrong).status == status
    for short, other in (("a", NAME), ("b", f"{NAME}/packages/web")):
        url = f"{APPS}/attachments"
        assert send("POST", f"{url}?attachmentId={short}", {**body, "target": other}).status == 200
        assert ("ociVersionName" in send("GET", f"{url}/{short}").json()) is (short == "b")
    send("DELETE", f"{APPS}/attachments/sbom")
    assert len(send("GET", f"{APPS}/attachments").json()["attachments"]) == 2


@pytest.mark.parametrize("name", ["mavenArtifacts", "npmPackages", "pythonPackages"])
def test_only_images_are_pushed(send: Send, name: str) -> None:
    make(send)
    assert send("GET", f"{APPS}/{name}").json() == {}
    for url in (f"{APPS}/{name}/one", f"{REPOSITORIES}/none/{name}"):
        assert send("GET", url).status == 404


# -- cleanup


def tags(send: Send) -> list[str]:
    found = send("GET", f"{APPS}/dockerImages").json().get("dockerImages", [])
    return sorted(tag for image in found for tag in image.get("tags", ["-"]))


def daily(send: Send, world: Google, policies: dict[str, Any], **more: Any) -> list[str]:
    """The tags that are left of one a day, ``-`` for no tag, of six days with policies."""
    make(send, {"format": "DOCKER", "cleanupPolicies": policies, **more})
    for day in range(6):
        push(send, world, f"{IMAGE}:{'live' if day > 3 else f'v{day}'}", str(day))
        world.advance(DAY)
    return tags(send)


OLD = {"action": "DELETE", "condition": {"olderThan": "216000s"}}  # two days and a half


@pytest.mark.parametrize(
    ("policies", "left"),
    [
        ({"old": OLD}, ["-", "live"]),
        ({"old": OLD, "v": {"action": "KEEP", "condition": {"tagState": "TAGGED", "tagPrefixes": ["v1"]}}}, ["-", "live", "v1"]),
        ({"old": OLD, "few": {"action": "KEEP", "mostRecentVersions": {"keepCount": 3}}}, ["-", "live", "v3"]),
        ({"bare": {"action": "DELETE", "condition": {"tagState": "UNTAGGED"}}}, ["live", "v0", "v1", "v2", "v3"]),
        ({"new": {"action": "DELETE", "condition": {"newerThan": "43200s"}}}, ["-", "live", "v0", "v1", "v2", "v3"]),
        ({"other": {"action": "DELETE", "condition": {"packageNamePrefixes": ["api"]}}}, ["-", "live", "v0", "v1", "v2", "v3"]),
        ({"some": {"action": "DELETE", "condition": {"versionNamePrefixes": ["sha256:"], "packageNamePrefixes": ["w"]}}}, []),
    ],
)  # fmt: skip
def test_policies_clean_once_a_day(
    send: Send, world: Google, policies: dict[str, Any], left: list[str]
) -> None:
    assert daily(send, world, policies) == left


def test_a_dry_run_cleans_nothing(send: Send, world: Google) -> None:
    assert len(daily(send, world, {"old": OLD}, cleanupPolicyDryRun=True)) == 6
    send("PATCH", f"{APPS}?updateMask=cleanupPolicyDryRun", {})
    world.advance(DAY)
    assert len(tags(send)) == 1
    send("PATCH", f"{APPS}?updateMask=cleanupPolicies", {})
    world.advance(9 * DAY)
    assert len(tags(send)) == 1


# -- Cloud Run


@pytest.mark.parametrize(
    ("image", "found"),
    [
        (f"{IMAGE}:v1", True),
        (f"{IMAGE}:v9", False),
        (f"{IMAGE.replace('apps', 'other')}:v1", False),
        ("us-central1-docker.pkg.dev/cloudrun/container/hello", True),
    ],
)
def test_cloud_run_takes_what_was_pushed(
    send: Send, world: Google, image: str, found: bool
) -> None:
    make(send)
    digest = push(send, world)
    body = {"template": {"containers": [{"image": image}]}}
    started = send("POST", f"{RUN}?serviceId=web", body).json()
    done = send("GET", f"https://run.googleapis.com/v2/{started['name']}").json()
    assert ("error" not in done) is found
    if found and image.startswith(IMAGE):
        revision = send("GET", f"{RUN}/web").json()["latestReadyRevision"]
        container = send("GET", f"https://run.googleapis.com/v2/{revision}").json()["containers"][0]
        assert container["image"] == f"{IMAGE}@{digest}"
    if not found:
        assert done["error"]["message"].endswith(f"Image '{image}' not found.")


def test_a_repository_without_a_push_may_hold_anything(send: Send) -> None:
    make(send)
    body = {"template": {"containers": [{"image": f"{IMAGE}:v9"}]}}
    started = send("POST", f"{RUN}?serviceId=web", body).json()
    assert "error" not in send("GET", f"https://run.googleapis.com/v2/{started['name']}").json()


# -- the rest


def test_rules_of_a_repository(send: Send) -> None:
    make(send)
    body = {"action": "DENY", "operation": "DOWNLOAD", "packageId": "web"}
    made = send("POST", f"{APPS}/rules?ruleId=no-web", body).json()
    assert made == {**body, "name": f"{NAME}/rules/no-web"}
    changed = send("PATCH", f"{APPS}/rules/no-web?updateMask=action", {"action": "ALLOW"}).json()
    assert changed["action"] == "ALLOW"
    assert send("GET", f"{APPS}/rules").json() == {"rules": [changed]}
    assert send("DELETE", f"{APPS}/rules/no-web").json() == {}


def test_settings_of_a_project(send: Send) -> None:
    url = f"{PROJECT}/projectSettings"
    assert send("GET", url).json() == {
        "name": "projects/demo-proj/projectSettings",
        "legacyRedirectionState": "REDIRECTION_FROM_GCR_IO_DISABLED",
    }
    body = {"legacyRedirectionState": "REDIRECTION_FROM_GCR_IO_ENABLED"}
    send("PATCH", f"{url}?updateMask=legacyRedirectionState", body)
    assert send("GET", url).json()["legacyRedirectionState"].endswith("ENABLED")
    control = f"{PROJECT}/locations/us-central1/vpcscConfig"
    send("PATCH", control, {"vpcscPolicy": "ALLOW"})
    assert send("GET", control).json() == {
        "name": "projects/demo-proj/locations/us-central1/vpcscConfig",
        "vpcscPolicy": "ALLOW",
    }


def test_googles_client(emulator: Emulator) -> None:
    client = discovery(emulator, "artifactregistry", "v1").projects().locations()
    repositories = client.repositories()
    parent = "projects/demo-proj/locations/us-central1"
    started = repositories.create(
        parent=parent, repositoryId="apps", body={"format": "DOCKER", "cleanupPolicies": POLICIES}
    ).execute()
    assert client.operations().get(name=started["name"]).execute()["done"] is True
    binding = {"role": "roles/artifactregistry.reader", "members": ["user:ada@example.com"]}
    policy = {"bindings": [binding]}
    repositories.setIamPolicy(resource=NAME, body={"policy": policy}).execute()
    assert repositories.getIamPolicy(resource=NAME).execute()["bindings"] == [binding]
    found = repositories.list(parent=parent).execute()["repositories"]
    assert [one["name"] for one in found] == [NAME]
    images.push(emulator.world, f"{IMAGE}/team:v1", "one")
    name = f"{NAME}/packages/web%2Fteam"
    tags = repositories.packages().tags().list(parent=name).execute()["tags"]
    assert [tag["name"] for tag in tags] == [f"{name}/tags/v1"]
    repositories.delete(name=NAME).execute()
    assert repositories.list(parent=parent).execute() == {}


NEW = f"{REPOSITORIES}?repositoryId=new"
WRONG = "INVALID_ARGUMENT"
DOCKER = {"format": "DOCKER"}
VIRTUAL = {**DOCKER, "mode": "VIRTUAL_REPOSITORY"}


def upstream(name: str) -> dict[str, Any]:
    policy = {"id": "one", "repository": f"{NAME.rpartition('/')[0]}/{name}"}
    return {**VIRTUAL, "virtualRepositoryConfig": {"upstreamPolicies": [policy]}}


def cleanup(**policy: Any) -> dict[str, Any]:
    return {**DOCKER, "cleanupPolicies": {"one": policy}}


MISTAKES = [
    Mistake("GET", f"{REPOSITORIES}/none", None, 404, "NOT_FOUND", "entity was not found"),
    Mistake("POST", f"{REPOSITORIES}?repositoryId=apps", DOCKER, 409, "ALREADY_EXISTS", "already exists"),
    Mistake("POST", REPOSITORIES, DOCKER, 400, WRONG, "repositoryId"),
    Mistake("POST", f"{REPOSITORIES}?repositoryId=Big", DOCKER, 400, WRONG, "Big"),
    Mistake("POST", NEW, {**DOCKER, "colour": 1}, 400, WRONG, 'Unknown name "colour"'),
    Mistake("POST", NEW, {"format": "FLOPPY"}, 400, WRONG, "repository.format"),
    Mistake("POST", NEW, {}, 400, WRONG, "format of the repository must be specified"),
    Mistake("POST", NEW, {**DOCKER, "disallowUnspecifiedMode": True}, 400, WRONG, "mode"),
    Mistake("POST", NEW.replace("us-central1", "global"), DOCKER, 403, "PERMISSION_DENIED", "global"),
    Mistake("POST", NEW.replace("us-central1", "mars-1"), DOCKER, 403, "PERMISSION_DENIED", "mars-1"),
    Mistake("POST", NEW, {**DOCKER, "labels": {"Team": "x"}}, 400, WRONG, "Invalid label"),
    Mistake("POST", NEW, {**DOCKER, "mavenConfig": {"versionPolicy": "RELEASE"}}, 400, WRONG, "mavenConfig"),
    Mistake("POST", NEW, {**DOCKER, "mode": "REMOTE_REPOSITORY"}, 400, WRONG, "remoteRepositoryConfig"),
    Mistake("POST", NEW, {**DOCKER, "virtualRepositoryConfig": {}}, 400, WRONG, "Upstream policies"),
    Mistake("POST", NEW, upstream("none"), 404, "NOT_FOUND", "entity was not found"),
    Mistake("POST", NEW, {**upstream("apps"), "format": "NPM"}, 400, WRONG, "has the format DOCKER"),
    Mistake("POST", NEW, {**DOCKER, "kmsKeyName": "projects/demo-proj/locations/us-central1/keyRings/r/cryptoKeys/k"}, 404, "NOT_FOUND", "not found"),
    Mistake("POST", NEW, cleanup(id="two", action="DELETE"), 400, WRONG, "must be its id"),
    Mistake("POST", NEW, cleanup(condition={}), 400, WRONG, "has no action"),
    Mistake("POST", NEW, cleanup(action="DELETE"), 400, WRONG, "either condition or"),
    Mistake("POST", NEW, cleanup(action="DELETE", mostRecentVersions={"keepCount": 1}), 400, WRONG, "action KEEP"),
    Mistake("POST", NEW, cleanup(action="KEEP", mostRecentVersions={}), 400, WRONG, "keepCount"),
    Mistake("POST", NEW, cleanup(action="KEEP", condition={"tagPrefixes": ["v"]}), 400, WRONG, "TAGGED"),
    Mistake("POST", NEW, cleanup(action="DELETE", condition={"olderThan": "30d"}), 400, WRONG, "older_than"),
    Mistake("PATCH", f"{APPS}?updateMask=nope", {}, 400, WRONG, "nope"),
    Mistake("PATCH", f"{REPOSITORIES}/none?updateMask=labels", {}, 404, "NOT_FOUND", "not found"),
    Mistake("GET", f"{REPOSITORIES}/none/packages", None, 404, "NOT_FOUND", "not found"),
    Mistake("GET", f"{APPS}/packages/none", None, 404, "NOT_FOUND", "not found"),
    Mistake("GET", f"{APPS}/dockerImages/none:v1", None, 404, "NOT_FOUND", "not found"),
    Mistake("POST", f"{APPS}/packages/web/tags?tagId=live", {}, 404, "NOT_FOUND", "not found"),
    Mistake("POST", f"{APPS}/packages/web/versions:batchDelete", {}, 400, WRONG, "A batch holds"),
    Mistake("POST", f"{APPS}/rules?ruleId=one", {"operation": "DOWNLOAD"}, 400, WRONG, "action"),
    Mistake("POST", f"{APPS}/rules?ruleId=one", {"action": "DENY"}, 400, WRONG, "operation"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes(send: Send, mistake: Mistake) -> None:
    make(send)
    refuse(send, mistake)
