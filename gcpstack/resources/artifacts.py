"""Artifact Registry repositories."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_data as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import KeyRef, Labels, Ref, Seconds, Text

_FIXED = Facet.IMMUTABLE
_MOST_POLICIES = 10
_CENTURY = 3_155_760_000

#: https://cloud.google.com/artifact-registry/docs/repositories/create-repos
REPOSITORY_NAME = NameRule(
    r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?",
    "1 to 63 lower-case letters, digits and hyphens, a letter first and no hyphen last",
)
_FORMATS = Literal[
    "DOCKER",
    "MAVEN",
    "NPM",
    "APT",
    "YUM",
    "GOOGET",
    "PYTHON",
    "KFP",
    "GO",
    "GENERIC",
    "RUBY",
    "CONDA",
]


@block
class CleanupPolicy(Part):
    """Which versions go by themselves, or stay: https://cloud.google.com/artifact-registry/docs/repositories/cleanup-policy.

    Attributes:
        name: its name, unique in the repository.
        action: DELETE, or KEEP what another policy would delete.
        tag_state: by tags: TAGGED, UNTAGGED or ANY.
        tag_prefixes: by how tags begin, with TAGGED.
        version_name_prefixes: by how versions begin.
        package_name_prefixes: by how packages begin.
        older_than: by age, such as ``30d``.
        newer_than: by youth.
        keep_count: or so many of the newest versions, to KEEP.
        keep_packages: of packages that begin so.
    """

    name: str = required(wire="id")
    action: Literal["DELETE", "KEEP"] = required()
    tag_state: Literal["TAGGED", "UNTAGGED", "ANY"] | None = spec(wire="condition.tagState")
    tag_prefixes: Sequence[str] | None = spec(wire="condition.tagPrefixes")
    version_name_prefixes: Sequence[str] | None = spec(wire="condition.versionNamePrefixes")
    package_name_prefixes: Sequence[str] | None = spec(wire="condition.packageNamePrefixes")
    older_than: Seconds | None = spec(wire="condition.olderThan", encode=encode.seconds)
    newer_than: Seconds | None = spec(wire="condition.newerThan", encode=encode.seconds)
    keep_count: int | None = spec(wire="mostRecentVersions.keepCount")
    keep_packages: Sequence[str] | None = spec(wire="mostRecentVersions.packageNamePrefixes")

    def findings(self) -> Iterator[Finding]:
        """Check that it says which versions, in one of the two ways."""
        conditions = [
            field
            for field in (
                "tag_state",
                "tag_prefixes",
                "version_name_prefixes",
                "package_name_prefixes",
                "older_than",
                "newer_than",
            )
            if getattr(self, field) is not None
        ]
        if self.keep_count is None and not conditions and self.extra is None:
            yield Finding("", "says not which versions: it would hold for all")
        if self.keep_count is not None:
            yield from checks.within("keep_count", self.keep_count, 1, 10_000, "versions")
            if self.action != "KEEP":
                yield Finding("keep_count", "needs action='KEEP'")
            if conditions:
                yield Finding("", f"keep_count and {conditions[0]} exclude each other")
        elif self.keep_packages is not None:
            yield Finding("keep_packages", "needs keep_count")
        if self.tag_prefixes and self.tag_state != "TAGGED":
            yield Finding("tag_prefixes", "needs tag_state='TAGGED'")
        for field in ("older_than", "newer_than"):
            value = getattr(self, field)
            if value is not None:
                yield from checks.duration(field, value, 1, _CENTURY)


@block
class UpstreamPolicy(Part):
    """A repository that a virtual one stands for.

    Attributes:
        id: a name for it, unique in the repository.
        repository: the repository.
        priority: the greater the sooner it is asked.
    """

    id: str = required()
    repository: Ref = required(like="link")
    priority: int | None = spec()


@block
class RemoteRepository(Part):
    """What a remote repository is a cache of: https://cloud.google.com/artifact-registry/docs/repositories/remote-overview.

    Attributes:
        description: a note.
        docker: a public registry of images,
        docker_uri: or the address of another.
        maven: a public repository of Maven artifacts,
        maven_uri: or the address of another.
        npm: a public registry of npm packages,
        npm_uri: or the address of another.
        python: a public index of Python packages,
        python_uri: or the address of another.
        apt_base: the kind of a public Debian repository,
        apt_path: and its path.
        yum_base: the kind of a public RPM repository,
        yum_path: and its path.
        uri: the address of anything else, or another repository of Artifact Registry.
        username: the user of the upstream,
        password_secret_version: and the secret version that holds the password.
        disable_upstream_validation: whether the upstream isn't asked when this is made.
        no_cache: whether nothing is kept.
    """

    description: Text | None = spec()
    docker: Literal["DOCKER_HUB"] | None = spec(wire="dockerRepository.publicRepository")
    docker_uri: Text | None = spec(wire="dockerRepository.customRepository.uri")
    maven: Literal["MAVEN_CENTRAL"] | None = spec(wire="mavenRepository.publicRepository")
    maven_uri: Text | None = spec(wire="mavenRepository.customRepository.uri")
    npm: Literal["NPMJS"] | None = spec(wire="npmRepository.publicRepository")
    npm_uri: Text | None = spec(wire="npmRepository.customRepository.uri")
    python: Literal["PYPI"] | None = spec(wire="pythonRepository.publicRepository")
    python_uri: Text | None = spec(wire="pythonRepository.customRepository.uri")
    apt_base: Literal["DEBIAN", "UBUNTU", "DEBIAN_SNAPSHOT"] | None = spec(
        wire="aptRepository.publicRepository.repositoryBase"
    )
    apt_path: Text | None = spec(wire="aptRepository.publicRepository.repositoryPath")
    yum_base: (
        Literal["CENTOS", "CENTOS_DEBUG", "CENTOS_VAULT", "CENTOS_STREAM", "ROCKY", "EPEL"] | None
    ) = spec(wire="yumRepository.publicRepository.repositoryBase")
    yum_path: Text | None = spec(wire="yumRepository.publicRepository.repositoryPath")
    uri: Text | None = spec(wire="commonRepository.uri")
    username: Text | None = spec(wire="upstreamCredentials.usernamePasswordCredentials.username")
    password_secret_version: Text | None = spec(
        wire="upstreamCredentials.usernamePasswordCredentials.passwordSecretVersion"
    )
    disable_upstream_validation: bool | None = spec()
    no_cache: Literal[True] | None = spec(encode=lambda _: dict[str, object]())

    def findings(self) -> Iterator[Finding]:
        """Check that it is a cache of one thing, and that halves come together."""
        sources = (
            "docker",
            "docker_uri",
            "maven",
            "maven_uri",
            "npm",
            "npm_uri",
            "python",
            "python_uri",
            "apt_base",
            "yum_base",
            "uri",
        )
        yield from checks.exactly_one(self, *sources)
        for one, other in (
            ("apt_base", "apt_path"),
            ("yum_base", "yum_path"),
            ("username", "password_secret_version"),
        ):
            if (getattr(self, one) is None) != (getattr(self, other) is None):
                yield Finding("", f"{one} and {other} go together")


def _by_name(policies: Sequence[CleanupPolicy]) -> dict[str, CleanupPolicy]:
    return {policy.name: policy for policy in policies}


@resource(kinds.ARTIFACT_REPOSITORY)
class ArtifactRepository(Declaration):
    """A repository of images or packages. It holds them: never deleted or replaced without a consent.

    https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories

    Outputs: ``name``, ``registry_uri`` (such as ``us-docker.pkg.dev/p/r``).

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        location: a region, ``us``, ``europe`` or ``asia``; the stack's region if not given.
        format: what it holds. Can't change.
        description: a note.
        labels: labels.
        kms_key_name: the KMS key that encrypts it. Can't change.
        mode: STANDARD_REPOSITORY (Google's default), VIRTUAL_REPOSITORY or REMOTE_REPOSITORY. Can't
            change.
        immutable_tags: whether tags of images can't be moved.
        maven_allow_snapshot_overwrites: whether a snapshot can be published again. Can't change.
        maven_version_policy: whether it takes releases or snapshots only. Can't change.
        cleanup_policies: what goes by itself, 10 policies at most.
        cleanup_policy_dry_run: whether nothing goes, but it is logged what would.
        upstream_policies: the repositories that a virtual one stands for.
        remote: what a remote one is a cache of. Can't change.
        vulnerability_scanning: whether images are scanned: INHERITED (Google's default) or DISABLED.
    """

    NAMES: ClassVar[NameRule | None] = REPOSITORY_NAME
    PLACES: ClassVar[frozenset[str]] = frozenset({"asia", "europe", "us"})

    name: str = identity(kw_only=False)
    project: str | None = scope()
    location: str | None = scope()
    format: _FORMATS = required(_FIXED, like="caseless")
    description: Text | None = spec()
    labels: Labels | None = spec()
    kms_key_name: KeyRef | None = spec(_FIXED)
    mode: Literal["STANDARD_REPOSITORY", "VIRTUAL_REPOSITORY", "REMOTE_REPOSITORY"] | None = spec(
        _FIXED
    )
    immutable_tags: bool | None = spec(wire="dockerConfig.immutableTags")
    maven_allow_snapshot_overwrites: bool | None = spec(
        _FIXED, wire="mavenConfig.allowSnapshotOverwrites"
    )
    maven_version_policy: Literal["RELEASE", "SNAPSHOT"] | None = spec(
        _FIXED, wire="mavenConfig.versionPolicy"
    )
    cleanup_policies: Sequence[CleanupPolicy] | None = spec(encode=_by_name, block=CleanupPolicy)
    cleanup_policy_dry_run: bool | None = spec()
    upstream_policies: Sequence[UpstreamPolicy] | None = spec(
        Facet.UNORDERED, wire="virtualRepositoryConfig.upstreamPolicies", key="id"
    )
    remote: RemoteRepository | None = spec(_FIXED, wire="remoteRepositoryConfig")
    vulnerability_scanning: Literal["INHERITED", "DISABLED"] | None = spec(
        wire="vulnerabilityScanningConfig.enablementConfig"
    )

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the policies, and what belongs to some formats and modes only.

        https://cloud.google.com/artifact-registry/docs/repositories
        """
        policies = self.cleanup_policies or ()
        yield from checks.longest("cleanup_policies", policies, _MOST_POLICIES, "policies")
        yield from checks.distinct("cleanup_policies", [policy.name for policy in policies])
        if self.immutable_tags is not None and self.format != "DOCKER":
            yield Finding("immutable_tags", "needs format='DOCKER'")
        for field in ("maven_allow_snapshot_overwrites", "maven_version_policy"):
            if getattr(self, field) is not None and self.format != "MAVEN":
                yield Finding(field, "needs format='MAVEN'")
        for field, mode in (
            ("upstream_policies", "VIRTUAL_REPOSITORY"),
            ("remote", "REMOTE_REPOSITORY"),
        ):
            if (getattr(self, field) is not None) != (self.mode == mode):
                yield Finding(field, f"and mode={mode!r} go together")
