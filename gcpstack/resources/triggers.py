"""Cloud Build triggers."""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Literal

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.json import Body
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _kinds_data as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import SecretVersionRef, ServiceAccountRef, Text, TopicRef
from gcpstack.resources.builds import Build, substitution_findings

_ANY_ORDER = Facet.UNORDERED

#: https://cloud.google.com/build/docs/api/reference/rest/v1/projects.locations.triggers
_NAMES = NameRule(
    r"[A-Za-z0-9]([-A-Za-z0-9]{0,62}[A-Za-z0-9])?",
    "1 to 64 letters, digits and hyphens, no hyphen first or last",
)


@block
class PushEvent(Part):
    """Which pushes a trigger takes; one of *branch* and *tag*.

    Attributes:
        branch: a regular expression (RE2) that the branch must match,
        tag: or the tag.
        invert_regex: whether all others are taken instead.
    """

    branch: str | None = spec()
    tag: str | None = spec()
    invert_regex: bool | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check that it says which.

        https://cloud.google.com/build/docs/api/reference/rest/v1/projects.locations.triggers
        """
        yield from checks.exactly_one(self, "branch", "tag")


@block
class PullRequestEvent(Part):
    """Which pull requests a trigger takes.

    Attributes:
        branch: a regular expression (RE2) that the branch they are for must match.
        comment_control: whether somebody must write ``/gcbrun`` first.
        invert_regex: whether all others are taken instead.
    """

    branch: str = required()
    comment_control: (
        Literal[
            "COMMENTS_DISABLED",
            "COMMENTS_ENABLED",
            "COMMENTS_ENABLED_FOR_EXTERNAL_CONTRIBUTORS_ONLY",
        ]
        | None
    ) = spec()
    invert_regex: bool | None = spec()


@block
class RepositoryEvent(Part):
    """What events of every kind of repository share.

    Attributes:
        push: which pushes,
        pull_request: or which pull requests.
    """

    push: PushEvent | None = spec()
    pull_request: PullRequestEvent | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check that there is one event.

        https://cloud.google.com/build/docs/api/reference/rest/v1/projects.locations.triggers
        """
        yield from checks.exactly_one(self, "push", "pull_request")


@block
class GitHubEvents(RepositoryEvent):
    """Events of a repository that the Cloud Build GitHub app is installed on.

    https://cloud.google.com/build/docs/automating-builds/github/build-repos-from-github

    Attributes:
        owner: who owns the repository.
        name: its name.
        push: which pushes,
        pull_request: or which pull requests.
        enterprise_config: the GitHub Enterprise it is on, if it is.
    """

    owner: str = required()
    name: str = required()
    enterprise_config: Text | None = spec(wire="enterpriseConfigResourceName")


@block
class RepositoryEvents(RepositoryEvent):
    """Events of a connected repository, of any host.

    https://cloud.google.com/build/docs/repositories

    Attributes:
        repository: as ``projects/P/locations/L/connections/C/repositories/R``.
        push: which pushes,
        pull_request: or which pull requests.
    """

    repository: Text = required()


@block
class DeveloperConnectEvents(RepositoryEvent):
    """Events of a repository that Developer Connect links to.

    https://cloud.google.com/developer-connect/docs/overview

    Attributes:
        git_repository_link: as ``projects/P/locations/L/connections/C/gitRepositoryLinks/R``.
        push: which pushes,
        pull_request: or which pull requests.
    """

    git_repository_link: Text = required()


RepoType = Literal["GITHUB", "CLOUD_SOURCE_REPOSITORIES", "BITBUCKET_SERVER", "GITLAB"]


@block
class GitSource(Part):
    """What is built where no event of a repository says so.

    Attributes:
        uri: the repository's URL,
        repository: or its name at Google.
        ref: the branch or tag, as ``refs/heads/main``.
        repo_type: whose it is.
    """

    uri: Text | None = spec()
    repository: Text | None = spec()
    ref: str = required()
    repo_type: RepoType | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the repository and the ref.

        https://cloud.google.com/build/docs/api/reference/rest/v1/projects.locations.triggers
        """
        yield from checks.exactly_one(self, "uri", "repository")
        yield from checks.pattern("ref", self.ref, r"refs/.+", "a ref, as 'refs/heads/main'")


@block
class GitFile(Part):
    """The file of a repository that says what is built.

    Attributes:
        path: its path.
        uri: the repository's URL,
        repository: or its name at Google; the one that is built if neither is given.
        revision: the branch, tag or commit.
        repo_type: whose it is.
    """

    path: str = required()
    uri: Text | None = spec()
    repository: Text | None = spec()
    revision: str | None = spec()
    repo_type: RepoType | None = spec()


_EVENTS = (
    "github",
    "repository_events",
    "developer_connect",
    "topic",
    "webhook_secret",
    "source",
)


@resource(kinds.BUILD_TRIGGER)
class BuildTrigger(Declaration):
    """A build that Cloud Build runs when something happens to a repository, or when it is asked to.

    https://cloud.google.com/build/docs/automating-builds/create-manage-triggers. Google chooses its
    id; it is found by its name.

    Outputs: ``trigger_id``, ``name``.

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        location: its region, or ``global``.
        build: what is run,
        filename: or the file in the source that says so, such as ``cloudbuild.yaml``,
        file: or a file of another repository.
        github: runs it on events of GitHub,
        repository_events: or of a connected repository,
        developer_connect: or of a repository that Developer Connect links to,
        topic: or on messages of a Pub/Sub topic,
        webhook_secret: or on calls that know this secret's version.
        source: what is built where the event does not say so; alone for a trigger run by hand.
        service_account: who builds: a `ServiceAccount`, or its full name.
        description: a note.
        tags: words that it is found by.
        substitutions: values for ``$_NAME`` in the steps.
        included_files: globs: it runs only where one of these changed.
        ignored_files: globs: it does not run where only these changed.
        filter: a CEL expression over the event that must hold.
        disabled: whether it rests.
        approval_required: whether somebody must approve each build.
        include_build_logs: INCLUDE_BUILD_LOGS_WITH_STATUS shows logs on GitHub.
    """

    NAMES: ClassVar[NameRule | None] = _NAMES
    PLACES: ClassVar[frozenset[str]] = frozenset({"global"})

    name: str = identity(kw_only=False)
    project: str | None = scope()
    location: str = spec(Facet.IDENTITY, default="global")
    build: Build | None = spec()
    filename: str | None = spec()
    file: GitFile | None = spec(wire="gitFileSource")
    github: GitHubEvents | None = spec()
    repository_events: RepositoryEvents | None = spec(wire="repositoryEventConfig")
    developer_connect: DeveloperConnectEvents | None = spec(wire="developerConnectEventConfig")
    topic: TopicRef | None = spec(wire="pubsubConfig.topic", like="link")
    webhook_secret: SecretVersionRef | None = spec(wire="webhookConfig.secret", like="link")
    source: GitSource | None = spec(wire="sourceToBuild")
    service_account: ServiceAccountRef | None = spec(link="full_name", like="last")
    description: Text | None = spec()
    tags: Sequence[str] | None = spec(_ANY_ORDER)
    substitutions: Mapping[str, Text] | None = spec()
    included_files: Sequence[str] | None = spec(_ANY_ORDER)
    ignored_files: Sequence[str] | None = spec(_ANY_ORDER)
    filter: str | None = spec()
    disabled: bool | None = spec()
    approval_required: bool | None = spec(wire="approvalConfig.approvalRequired")
    include_build_logs: Literal["INCLUDE_BUILD_LOGS_WITH_STATUS"] | None = spec()

    def fixed(self, scope: Scope) -> Body:
        """Carry the name, by which it is found again."""
        return {"name": self.name}

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check what starts it and what it runs.

        https://cloud.google.com/build/docs/api/reference/rest/v1/projects.locations.triggers
        """
        yield from checks.exactly_one(self, "build", "filename", "file")
        if all(getattr(self, name) is None for name in _EVENTS):
            yield Finding("", f"nothing starts it: one of {', '.join(_EVENTS)} is needed")
        yield from checks.at_most_one(self, *_EVENTS[:-1])
        if self.filter is not None and self.topic is None and self.webhook_secret is None:
            yield Finding("filter", "needs topic or webhook_secret")
        yield from substitution_findings(self.substitutions)
        if self.service_account is not None and self.build is not None:
            kept = self.build.logs_bucket is not None or self.build.logging in {
                "CLOUD_LOGGING_ONLY",
                "NONE",
            }
            if not kept:
                # https://cloud.google.com/build/docs/securing-builds/configure-user-specified-service-accounts
                yield Finding(
                    "build.logging",
                    "is needed with a service account of one's own",
                    "Use logging='CLOUD_LOGGING_ONLY', or give logs_bucket.",
                )
