"""Identity-Aware Proxy: who passes it, and how it asks."""

from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar, Literal, Self, TypeAlias

from gcpstack._core.facets import Block, Facet, block, field_table, identity, required, scope, spec
from gcpstack._core.refs import Sensitive
from gcpstack._core.resource import Resource, Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_security as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import RFC1035, RUN_SERVICE, Finding, NameRule
from gcpstack.resources._types import Of, Ref, RunServiceRef, Seconds, Text
from gcpstack.resources.grants import IamMember, beside

ServedRef: TypeAlias = Annotated[Ref, Of(("compute.BackendService",))]
_SECRET = Facet.WRITE_ONLY | Facet.SENSITIVE
_LONGEST_EXPRESSION = 1000
_DAY = 86_400
# https://cloud.google.com/iap/docs/customizing#resource_hierarchy
_RESOURCE = (
    r"iap_web(/(compute|forwarding_rule)(-[a-z0-9-]+)?(/services/[^/]+)?"
    r"|/cloud_run-[a-z0-9-]+(/services/[^/]+)?|/appengine-[^/]+(/services/[^/]+(/versions/[^/]+)?)?)?"
)


@resource(kinds.IAP_BACKEND_SERVICE_IAM_MEMBER)
class IapBackendServiceIamMember(IamMember):
    """Who passes the proxy in front of a backend service: ``roles/iap.httpsResourceAccessor``.

    https://cloud.google.com/iap/docs/managing-access

    Attributes:
        backend_service: the backend service: its declaration or its name.
        role: the role.
        member: the principal, such as ``domain:example.com``.
        project: its project; the stack's if not given.
    """

    ON: ClassVar[tuple[str, NameRule] | None] = ("backend_service", RFC1035)

    backend_service: ServedRef = identity(kw_only=False)
    project: str | None = scope()


@resource(kinds.IAP_CLOUD_RUN_SERVICE_IAM_MEMBER)
class IapCloudRunServiceIamMember(IamMember):
    """Who passes the proxy of a Cloud Run service: ``roles/iap.httpsResourceAccessor``.

    https://cloud.google.com/run/docs/securing/identity-aware-proxy-cloud-run

    Attributes:
        service: the service: its declaration or its name.
        role: the role.
        member: the principal, such as ``domain:example.com``.
        project: its project; the stack's if not given.
        location: its region; that of the declared service, or the stack's, if not given.
    """

    ON: ClassVar[tuple[str, NameRule] | None] = ("service", RUN_SERVICE)

    service: RunServiceRef = identity(kw_only=False)
    project: str | None = scope()
    location: str | None = scope()

    def located(self, scope: Scope) -> Self:
        """Stand where the service stands."""
        return beside(self, self.service, "location", scope)


@block
class IapReauth(Part):
    """When people have to show again who they are.

    https://cloud.google.com/iap/docs/configuring-reauth

    Attributes:
        method: how: LOGIN, SECURE_KEY or ENROLLED_SECOND_FACTORS.
        max_age: how long a session lasts, 5 minutes to a day.
        policy_type: MINIMUM if settings above may not be weaker, DEFAULT if they may.
    """

    method: Literal["LOGIN", "SECURE_KEY", "ENROLLED_SECOND_FACTORS"] = required()
    max_age: Seconds = required(like="duration", encode=encode.seconds)
    policy_type: Literal["MINIMUM", "DEFAULT"] = required()

    def findings(self) -> Iterator[Finding]:
        """Check the time (https://cloud.google.com/iap/docs/configuring-reauth)."""
        yield from checks.duration("max_age", self.max_age, 300, _DAY)


@block
class IapWorkforce(Part):
    """People of a workforce pool, who have no Google accounts.

    https://cloud.google.com/iap/docs/use-workforce-identity-federation

    Attributes:
        pool: the pool, as ``locations/global/workforcePools/P``.
        client_id: the OAuth client for it.
        client_secret: its secret; Google never shows it again.
    """

    pool: Text = required(wire="workforcePools", encode=lambda value: [value])
    client_id: Text | None = spec(wire="oauth2.clientId")
    client_secret: Text | Sensitive | None = spec(
        _SECRET, wire="oauth2.clientSecret", encode=encode.sensitive
    )


@block
class _People(Block):
    """A workforce pool, and that it is where people come from.

    Attributes:
        settings: the pool.
        identity_sources: that it is used.
    """

    settings: IapWorkforce = required(wire="workforceIdentitySettings")
    identity_sources: Sequence[str] = spec(default=("WORKFORCE_IDENTITY_FEDERATION",))


@block
class _AllowedDomains(Block):
    """The domains that people may be of, and that they are asked after.

    Attributes:
        domains: the domains.
        enable: whether they are.
    """

    domains: Sequence[str] = required(Facet.UNORDERED, like="domain")
    enable: bool = spec(default=True)


@block
class IapAttributes(Part):
    """What an application is told of a person.

    https://cloud.google.com/iap/docs/signed-headers-howto#attribute_propagation

    Attributes:
        expression: which attributes, in CEL.
        output_credentials: where they are told.
        enable: whether they are.
    """

    expression: Text | None = spec(like="text")
    output_credentials: Sequence[Literal["HEADER", "JWT", "RCTOKEN"]] | None = spec(Facet.UNORDERED)
    enable: bool | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the length (https://cloud.google.com/iap/docs/reference/rest/v1/IapSettings)."""
        yield from checks.longest("expression", self.expression or "", _LONGEST_EXPRESSION)


@resource(kinds.IAP_SETTINGS)
class IapSettings(Declaration):
    """How Identity-Aware Proxy treats what it protects, or everything of a kind in the project.

    https://cloud.google.com/iap/docs/customizing. They are always there; without the declaration
    they are cleared.

    Attributes:
        resource: a `BackendService` or a `CloudRunService`; or a place of IAP's, such as
            ``iap_web`` for the whole project, ``iap_web/compute`` or
            ``iap_web/cloud_run-us-central1/services/api``.
        project: its project; the stack's if not given.
        allowed_domains: the domains that people may be of.
        cors_allow_options: whether OPTIONS calls pass unasked, as CORS needs.
        login_hint: the domain that the sign-in page suggests.
        client_id: the OAuth client, where it is not Google's own.
        client_secret: its secret; Google never shows it again.
        programmatic_clients: OAuth clients whose tokens pass.
        reauth: when people have to show again who they are.
        gcip_tenants: tenants of Identity Platform, instead of Google accounts.
        gcip_login_page: their sign-in page.
        workforce: people of a workforce pool.
        cookie_domain: the domain of its cookies.
        access_denied_page: where those go who may not pass.
        troubleshooting_uri: whether these are told how to find out why.
        remediation_token: whether these are given a token that helps.
        attributes: what an application is told of a person.
        rctoken_audience: the audience of tokens for a service mesh.
    """

    resource: Annotated[Ref, Of(("compute.BackendService", "run.Service"))] = identity(
        kw_only=False
    )
    project: str | None = scope()
    allowed_domains: Sequence[str] | None = spec(
        wire="accessSettings.allowedDomainsSettings",
        encode=lambda value: _AllowedDomains(domains=value),
        block=_AllowedDomains,
    )
    cors_allow_options: bool | None = spec(wire="accessSettings.corsSettings.allowHttpOptions")
    login_hint: Text | None = spec(wire="accessSettings.oauthSettings.loginHint")
    client_id: Text | None = spec(wire="accessSettings.oauthSettings.clientId")
    client_secret: Text | Sensitive | None = spec(
        _SECRET, wire="accessSettings.oauthSettings.clientSecret", encode=encode.sensitive
    )
    programmatic_clients: Sequence[Text] | None = spec(
        Facet.UNORDERED, wire="accessSettings.oauthSettings.programmaticClients"
    )
    reauth: IapReauth | None = spec(wire="accessSettings.reauthSettings")
    gcip_tenants: Sequence[Text] | None = spec(
        Facet.UNORDERED, wire="accessSettings.gcipSettings.tenantIds"
    )
    gcip_login_page: Text | None = spec(wire="accessSettings.gcipSettings.loginPageUri")
    workforce: IapWorkforce | None = spec(
        wire="accessSettings", encode=lambda value: _People(settings=value), block=_People
    )
    cookie_domain: Text | None = spec(wire="applicationSettings.cookieDomain")
    access_denied_page: Text | None = spec(
        wire="applicationSettings.accessDeniedPageSettings.accessDeniedPageUri"
    )
    troubleshooting_uri: bool | None = spec(
        wire="applicationSettings.accessDeniedPageSettings.generateTroubleshootingUri"
    )
    remediation_token: bool | None = spec(
        wire="applicationSettings.accessDeniedPageSettings.remediationTokenGenerationEnabled"
    )
    attributes: IapAttributes | None = spec(wire="applicationSettings.attributePropagationSettings")
    rctoken_audience: Text | None = spec(wire="applicationSettings.csmSettings.rctokenAud")

    def ids(self, scope: Scope) -> dict[str, str]:
        """Return the identity: what is protected, in IAP's words."""
        found = super().ids(scope)
        if isinstance(self.resource, Resource):
            of = self.resource.ids(scope)
            place = f"cloud_run-{of['location']}" if "location" in of else "compute"
            found["resource"] = f"iap_web/{place}/services/{of['name']}"
        return found

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check what is protected, and that something is said of it.

        https://cloud.google.com/iap/docs/customizing#resource_hierarchy,
        https://cloud.google.com/iap/docs/allowed-domains
        """
        yield from checks.pattern("resource", self.resource, _RESOURCE, "a place of IAP's")
        for index, domain in enumerate(self.allowed_domains or ()):
            yield from checks.host(f"allowed_domains[{index}]", domain)
        if (self.client_id is None) != (self.client_secret is None):
            yield Finding("", "client_id and client_secret go together")
        if self.workforce is not None and self.gcip_tenants:
            yield Finding("", "workforce and gcip_tenants exclude each other")
        about = Facet.META | Facet.IDENTITY
        said = [item.name for item in field_table(type(self)) if not item.facets & about]
        if all(getattr(self, name) is None for name in (*said, "extra")):
            yield Finding("", "says nothing", "Set something, or leave it out.")
