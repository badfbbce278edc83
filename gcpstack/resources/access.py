"""Grants on topics, subscriptions, service accounts, repositories and subnetworks; audit logs."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal, Self

from gcpstack._core.facets import Facet, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_access as kinds
from gcpstack.resources._agents import DOMAINS
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import RFC1035, RUN_JOB, SERVICE_ACCOUNT, Finding, NameRule
from gcpstack.resources._types import (
    RepositoryRef,
    RunJobRef,
    ServiceAccountRef,
    SubnetworkRef,
    SubscriptionRef,
    TopicRef,
)
from gcpstack.resources.artifacts import REPOSITORY_NAME
from gcpstack.resources.grants import IamMember, beside
from gcpstack.resources.pubsub import PUBSUB_NAME

_EVERY = "allServices"
_API = r"[a-z0-9.-]+\.googleapis\.com"


@resource(kinds.TOPIC_IAM_MEMBER)
class TopicIamMember(IamMember):
    """A grant on a Pub/Sub topic, such as ``roles/pubsub.publisher``.

    https://cloud.google.com/pubsub/docs/access-control

    Attributes:
        topic: the topic: its declaration or its name.
        role: the role.
        member: the principal.
        project: its project; the stack's if not given.
    """

    ON: ClassVar[tuple[str, NameRule] | None] = ("topic", PUBSUB_NAME)

    topic: TopicRef = identity(kw_only=False)
    project: str | None = scope()


@resource(kinds.SUBSCRIPTION_IAM_MEMBER)
class SubscriptionIamMember(IamMember):
    """A grant on a Pub/Sub subscription, such as ``roles/pubsub.subscriber``.

    https://cloud.google.com/pubsub/docs/access-control

    Attributes:
        subscription: the subscription: its declaration or its name.
        role: the role.
        member: the principal.
        project: its project; the stack's if not given.
    """

    ON: ClassVar[tuple[str, NameRule] | None] = ("subscription", PUBSUB_NAME)

    subscription: SubscriptionRef = identity(kw_only=False)
    project: str | None = scope()


@resource(kinds.SERVICE_ACCOUNT_IAM_MEMBER)
class ServiceAccountIamMember(IamMember):
    """A grant on a service account, such as ``roles/iam.serviceAccountUser``: who may act as it.

    https://cloud.google.com/iam/docs/manage-access-service-accounts

    Attributes:
        service_account: the service account: its declaration, or the part of its email before the
            ``@``.
        role: the role.
        member: the principal; not everybody.
        project: its project; the stack's if not given.
    """

    PUBLIC: ClassVar[bool] = False
    ON: ClassVar[tuple[str, NameRule] | None] = ("service_account", SERVICE_ACCOUNT)

    service_account: ServiceAccountRef = identity(kw_only=False)
    project: str | None = scope()


@resource(kinds.REPOSITORY_IAM_MEMBER)
class ArtifactRepositoryIamMember(IamMember):
    """A grant on an Artifact Registry repository, such as ``roles/artifactregistry.reader``.

    https://cloud.google.com/artifact-registry/docs/access-control

    Attributes:
        repository: the repository: its declaration or its name.
        role: the role.
        member: the principal.
        project: its project; the stack's if not given.
        location: its place; that of the declared repository, or the stack's region, if not given.
    """

    ON: ClassVar[tuple[str, NameRule] | None] = ("repository", REPOSITORY_NAME)
    PLACES: ClassVar[frozenset[str]] = frozenset({"us", "europe", "asia"})

    repository: RepositoryRef = identity(kw_only=False)
    project: str | None = scope()
    location: str | None = scope()

    def located(self, scope: Scope) -> Self:
        """Stand where the repository stands."""
        return beside(self, self.repository, "location", scope)


@resource(kinds.RUN_JOB_IAM_MEMBER)
class CloudRunJobIamMember(IamMember):
    """A grant on a Cloud Run job, such as ``roles/run.invoker``.

    https://cloud.google.com/run/docs/securing/managing-access

    Attributes:
        job: the job: its declaration or its name.
        role: the role.
        member: the principal; not everybody.
        project: its project; the stack's if not given.
        location: its region; that of the declared job, or the stack's, if not given.
    """

    PUBLIC: ClassVar[bool] = False
    ON: ClassVar[tuple[str, NameRule] | None] = ("job", RUN_JOB)

    job: RunJobRef = identity(kw_only=False)
    project: str | None = scope()
    location: str | None = scope()

    def located(self, scope: Scope) -> Self:
        """Stand where the job stands."""
        return beside(self, self.job, "location", scope)


@resource(kinds.SUBNETWORK_IAM_MEMBER)
class SubnetworkIamMember(IamMember):
    """A grant on a subnetwork, such as ``roles/compute.networkUser``.

    https://cloud.google.com/vpc/docs/provisioning-shared-vpc#networkuseratsubnet

    Attributes:
        subnetwork: the subnetwork: its declaration or its name.
        role: the role.
        member: the principal; not everybody.
        project: its project; the stack's if not given.
        region: its region; that of the declared subnetwork, or the stack's, if not given.
    """

    PUBLIC: ClassVar[bool] = False
    ON: ClassVar[tuple[str, NameRule] | None] = ("subnetwork", RFC1035)

    subnetwork: SubnetworkRef = identity(kw_only=False)
    project: str | None = scope()
    region: str | None = scope()

    def located(self, scope: Scope) -> Self:
        """Stand where the subnetwork stands."""
        return beside(self, self.subnetwork, "region", scope)


@resource(kinds.PROJECT_AUDIT_LOG)
class ProjectAuditLog(Declaration):
    """A type of audit log that a service writes in the project; all others stay as they are.

    https://cloud.google.com/logging/docs/audit/configure-data-access. Admin activity is always
    written and takes no declaration. Data access logs can be many, and cost what logs cost.

    Attributes:
        service: the API, such as ``secretmanager.googleapis.com``; ``allServices`` for every one.
        log_type: DATA_READ, DATA_WRITE or ADMIN_READ.
        project: the project; the stack's if not given.
        exempted_members: principals whose access is not logged.
    """

    service: str = identity(kw_only=False)
    log_type: Literal["ADMIN_READ", "DATA_READ", "DATA_WRITE"] = required(Facet.IDENTITY)
    project: str | None = scope()
    exempted_members: Sequence[str] | None = spec(Facet.UNORDERED, like="caseless")

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the service and the members.

        https://cloud.google.com/resource-manager/reference/rest/Shared.Types/AuditConfig
        """
        if self.service != _EVERY:
            yield from checks.pattern(
                "service", self.service, _API, f"an API, as 'run.googleapis.com', or {_EVERY!r}"
            )
        for index, member in enumerate(self.exempted_members or ()):
            yield from checks.member(f"exempted_members[{index}]", member, public=False)


@resource(kinds.SERVICE_AGENT)
class ServiceAgent(Declaration):
    """The account that one of Google's services acts as in the project, to grant it something.

    https://cloud.google.com/iam/docs/service-agents. Secret Manager's publishes rotations, Pub/Sub's
    forwards what could not be delivered, Cloud Scheduler's calls with a token. It is made if it is
    not there, and stays when the stack goes: ``member=agent.output("member")``.

    Outputs: ``email``, ``member`` (known at plan time).

    Attributes:
        name: the API, such as ``secretmanager.googleapis.com``.
        project: the project; the stack's if not given.
        made: that it is made: the first time this is asked for.
    """

    NAMES: ClassVar[NameRule | None] = checks.API

    name: str = identity(kw_only=False)
    project: str | None = scope()
    made: Literal[True] = spec(Facet.WRITE_ONLY, default=True, encode=encode.sensitive)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check that the agent's address is known.

        https://cloud.google.com/iam/docs/service-agents
        """
        apis = [f"{name}.googleapis.com" for name in DOMAINS]
        if not list(checks.name("name", self.name, checks.API)) and self.name not in apis:
            yield checks.not_one_of("name", self.name, apis)
