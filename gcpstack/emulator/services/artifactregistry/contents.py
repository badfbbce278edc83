"""What repositories hold: packages with their versions and tags, files, and images as one more look at them.

https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories.packages

What was pushed stands in the emulator's list of images; ``pushed`` keeps the resources here like it.
"""

from typing import Any

from gcpstack.emulator.core import lro, paging
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import already_exists, failed_precondition, invalid
from gcpstack.emulator.core.model import Body, Handler, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.dialects import aip
from gcpstack.emulator.services.artifactregistry import pushed
from gcpstack.emulator.services.artifactregistry.escaped import ESCAPED, escaped

ROOT = "projects.locations.repositories"
MOST_RELATED = 100
MOST_IN_BATCH = 10_000


def _repository(call: Call) -> Obj:
    return call.need(
        "/".join(call.segments[:6]), call.world.registry.kind(call.service.name, "repositories")
    )


def _kind(name: str, schema: str, **facts: Any) -> Kind:
    resource = f"{ROOT}.packages.{name}" if name in ("versions", "tags") else f"{ROOT}.{name}"
    return Kind(name=name, resources=(resource,), schema=schema, dialect=ESCAPED, **facts)


FILES = _kind(
    "files", "GoogleDevtoolsArtifactregistryV1File", lro=("delete",), masks=("annotations",)
)


# -- packages and versions


def _tags(world: World, version: str) -> list[Body]:
    users = world.state.users(pushed.SERVICE, version)
    found = sorted((user for user, _ in users if user.kind == "tags"), key=lambda user: user.name)
    return [user.body for user in found][:MOST_RELATED]


def _image(world: World, obj: Obj) -> Body:
    """A version as an image."""
    repository, _, rest = obj.name.partition("/packages/")
    package, _, digest = rest.partition("/versions/")
    address = f"{pushed.address(f'{repository}/packages/{package}')}@{digest}"
    body: Body = {
        "name": f"{repository}/dockerImages/{package}@{digest}",
        "uri": address,
        "imageSizeBytes": obj.meta["size"],
        "uploadTime": obj.meta["uploaded"],
        "mediaType": pushed.MEDIA_TYPE,
        "buildTime": obj.meta["uploaded"],
        "updateTime": obj.body["updateTime"],
    }
    tags = [tag["name"].rpartition("/")[2] for tag in _tags(world, obj.name)]
    return {**body, "tags": tags} if tags else body


def _full(call: Call, body: Body) -> Body:
    """A version as the view ``FULL`` tells it: with its tags."""
    tags = _tags(call.world, body["name"])
    if call.query.get("view") != "FULL" or not tags:
        return body
    return {**body, "relatedTags": tags}


def _get_version(call: Call) -> Body:
    return _full(call, aip.get(call))


def _list_versions(call: Call) -> Body:
    answer = aip.list_all(call)
    if "versions" in answer:
        answer["versions"] = [_full(call, body) for body in answer["versions"]]
    return answer


def _view_version(world: World, obj: Obj, body: Body) -> Body:
    image = _image(world, obj)
    told = ("name", "imageSizeBytes", "mediaType", "buildTime")
    return {**body, "metadata": {name: image[name] for name in told}}


def _refuse_tagged(call: Call, obj: Obj) -> None:
    if _tags(call.world, obj.name):
        raise failed_precondition(
            f"Version '{obj.name}' is tagged; delete its tags first, or set force."
        )


def _drop_version(call: Call, obj: Obj) -> None:
    """With a version go its tags and its file."""
    package, _, digest = obj.name.partition("/versions/")
    pushed.drop(call.world, package, digest)


def _drop_package(call: Call, obj: Obj) -> None:
    pushed.drop(call.world, obj.name)


def _delete_version(call: Call) -> Body:
    if not call.query.get("force"):
        _refuse_tagged(call, call.need())
    return aip.delete(call)


def _batch_delete(call: Call) -> Body:
    """``batchDelete``: all or none, and none that is tagged."""
    names = call.body.get("names", [])
    if not 0 < len(names) <= MOST_IN_BATCH:
        raise invalid(f"A batch holds 1 to {MOST_IN_BATCH} names, got {len(names)}.")
    found = [call.need(call.world.canonical(name), VERSIONS) for name in names]
    for obj in found:
        _refuse_tagged(call, obj)
    if not call.body.get("validateOnly"):
        for obj in found:
            _drop_version(call, obj)
    empty = {"@type": "type.googleapis.com/google.protobuf.Empty"}
    return lro.start(call, "delete", call.path, response=empty)


PACKAGES = _kind(
    "packages", "Package", lro=("delete",), masks=("annotations",), on_delete=_drop_package
)
VERSIONS = _kind(
    "versions", "Version",
    lro=("delete",),
    masks=("annotations",),
    view=_view_version,
    on_delete=_drop_version,
    methods={
        "get": escaped(_get_version),
        "list": escaped(_list_versions),
        "delete": escaped(_delete_version),
        "batchDelete": escaped(_batch_delete),
    },
)  # fmt: skip


# -- tags


def _refuse_fixed(call: Call, name: str) -> None:
    """400 where the tags of a repository can't be moved or taken away."""
    if _repository(call).body.get("dockerConfig", {}).get("immutableTags"):
        short = name.rpartition("/")[2]
        raise failed_precondition(
            f"cannot update tag {short}. The repository has enabled tag immutability"
        )


def _put_tag(call: Call, name: str) -> Body:
    package, _, short = name.partition("/tags/")
    target = call.world.canonical(call.body.get("version", ""))
    stem, _, digest = target.partition("/versions/")
    if stem != package:
        raise invalid(
            f"The version '{target}' is not one of the package {package}.", field="version"
        )
    call.need(target, VERSIONS)
    pushed.tag(call.world, package, short, digest)
    return {"name": name, "version": target}


def _create_tag(call: Call) -> Body:
    short = str(call.query.get("tagId") or "")
    if not short:
        raise invalid("tagId is required", field="tagId")
    aip.check_parent(call, call.path)
    name = f"{call.path}/{short}"
    if call.find(name):
        raise already_exists(f"Tag '{name}' already exists.")
    return _put_tag(call, name)


def _patch_tag(call: Call) -> Body:
    obj = call.need()
    if call.body.get("version", obj.body["version"]) != obj.body["version"]:
        _refuse_fixed(call, obj.name)
    return _put_tag(call, obj.name)


def _delete_tag(call: Call) -> Body:
    obj = call.need()
    _refuse_fixed(call, obj.name)
    package, _, short = obj.name.partition("/tags/")
    pushed.tag(call.world, package, short, "")
    return aip.delete(call)


TAGS = _kind(
    "tags", "Tag",
    methods={
        "create": escaped(_create_tag),
        "patch": escaped(_patch_tag),
        "delete": escaped(_delete_tag),
    },
)  # fmt: skip


# -- attachments


def _check_attachment(call: Call, body: Body, _old: Body | None) -> None:
    """The target is the repository, a package of it, or a version."""
    target, repository = call.world.canonical(body["target"]), _repository(call).name
    if target != repository:
        if not target.startswith(f"{repository}/packages/"):
            raise invalid(
                f"The target '{target}' is not in the repository.", field="attachment.target"
            )
        call.need(target, VERSIONS if "/versions/" in target else PACKAGES)
    if not body["files"]:
        raise invalid("An attachment needs files.", field="attachment.files")


def _complete_attachment(call: Call, body: Body) -> None:
    now = call.world.stamp()
    body |= {"createTime": now, "updateTime": now}
    package = body["target"].partition("/versions/")[0]
    if "/packages/" in package:
        body["ociVersionName"] = f"{package}/versions/sha256:{call.world.ids.hex(64)}"


ATTACHMENTS = _kind(
    "attachments", "Attachment",
    versions=("v1",),
    id_param="attachmentId",
    id_pattern=r"[a-z0-9]([a-z0-9._-]{0,127})",
    lro=("create", "delete"),
    required=("target", "files"),
    validate=_check_attachment,
    on_create=_complete_attachment,
)  # fmt: skip


# -- images


def _list_images(call: Call) -> Body:
    repository = _repository(call)
    versions = [
        obj
        for obj in call.world.state.children(call.service.name, f"{repository.name}/packages")
        if obj.kind == "versions"
    ]
    every = [_image(call.world, obj) for obj in versions]
    return paging.cut(every, call.query, "dockerImages")


def _get_image(call: Call) -> Body:
    package, at, version = call.segments[-1].partition("@")
    stem = f"{_repository(call).name}/packages/{package}"
    if not at:  # by a tag, or by none
        package, _, tag = call.segments[-1].partition(":")
        stem = f"{_repository(call).name}/packages/{package}"
        found = call.find(f"{stem}/tags/{tag or 'latest'}")
        version = found.body["version"].rpartition("/")[2] if found else ""
    return _image(call.world, call.need(f"{stem}/versions/{version}", VERSIONS))


# -- what nothing here can hold, as only images are pushed


def _none(call: Call) -> Body:
    _repository(call)
    return {}


def _missing(call: Call) -> Body:
    _repository(call)
    raise call.missing(call.name)


_ELSEWHERE = ("mavenArtifacts", "npmPackages", "pythonPackages")

METHODS: dict[str, Handler] = {
    f"{ROOT}.dockerImages.list": escaped(_list_images),
    f"{ROOT}.dockerImages.get": escaped(_get_image),
    **{f"{ROOT}.{name}.list": escaped(_none) for name in _ELSEWHERE},
    **{f"{ROOT}.{name}.get": escaped(_missing) for name in _ELSEWHERE},
}
