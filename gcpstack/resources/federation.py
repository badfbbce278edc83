"""Workload identity federation: who from elsewhere may act here, without keys."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, ClassVar, Literal, Self, TypeAlias

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.refs import Composed, compose
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _kinds_security as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import Of, Ref, Text

#: https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools/create
_ID = NameRule(
    r"(?!gcp-)[a-z0-9-]{4,32}",
    "4 to 32 lower-case letters, digits and hyphens, not beginning with 'gcp-'",
)
_KEY = re.compile(
    r"google\.(subject|groups|display_name|profile_photo)|attribute\.[a-z0-9_]{1,100}"
)
_SUBJECT = "google.subject"
_MOST_ATTRIBUTES = 50
_LONGEST = {"display_name": 32, "description": 256, "attribute_condition": 4096}
_LONGEST_MAPPING = 2048
_MOST_AUDIENCES, _LONGEST_AUDIENCE = 10, 256
_LONGEST_XML = 128_000
_GITHUB = "https://token.actions.githubusercontent.com"
# Whoever has an account there gets a token of these issuers.
_FOR_ALL = (_GITHUB, "https://gitlab.com", "https://app.terraform.io")

PoolRef: TypeAlias = Annotated[Ref, Of(("iam.WorkloadIdentityPool",))]


@resource(kinds.WORKLOAD_IDENTITY_POOL)
class WorkloadIdentityPool(Declaration):
    """Identities from elsewhere that may be granted something here.

    https://cloud.google.com/iam/docs/workload-identity-federation. A deleted pool keeps its name
    for 30 days; declaring it again within that time brings it back.

    Outputs: ``name``, with the project's number, as principals are named; ``state``.

    Attributes:
        name: its id.
        project: its project; the stack's if not given.
        display_name: what people call it.
        description: a note.
        disabled: whether nobody gets in for now.
        mode: FEDERATION_ONLY if not given; TRUST_DOMAIN for managed workload identities.
    """

    NAMES: ClassVar[NameRule | None] = _ID

    name: str = identity(kw_only=False)
    project: str | None = scope()
    display_name: Text | None = spec()
    description: Text | None = spec()
    disabled: bool | None = spec()
    mode: Literal["FEDERATION_ONLY", "TRUST_DOMAIN"] | None = spec(like="or_federation")

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the texts (https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools)."""
        yield from _texts(self)

    def principal(self, subject: str) -> Composed:
        """Name one identity of it, as grants do.

        https://cloud.google.com/iam/docs/principal-identifiers

        Args:
            subject: its ``google.subject``.
        """
        return compose(
            f"principal://iam.googleapis.com/{{pool}}/subject/{subject}", pool=self.output("name")
        )

    def principals(self, attribute: str = "", value: str = "") -> Composed:
        """Name a set of its identities, as grants do: those of an attribute, or all.

        https://cloud.google.com/iam/docs/principal-identifiers

        Args:
            attribute: the attribute, such as ``repository``, or ``group``.
            value: what it is.
        """
        which = "*"
        if attribute:
            which = f"group/{value}" if attribute == "group" else f"attribute.{attribute}/{value}"
        return compose(
            f"principalSet://iam.googleapis.com/{{pool}}/{which}", pool=self.output("name")
        )


@block
class TrustStore(Part):
    """Certificates that are believed.

    Attributes:
        trust_anchors: authorities, in PEM form.
        intermediate_cas: authorities between these and what is shown, in PEM form.
    """

    trust_anchors: Sequence[Text] = required(
        encode=lambda values: [{"pemCertificate": one} for one in values]
    )
    intermediate_cas: Sequence[Text] | None = spec(
        encode=lambda values: [{"pemCertificate": one} for one in values]
    )


@resource(kinds.WORKLOAD_IDENTITY_PROVIDER)
class WorkloadIdentityProvider(Declaration):
    """Where the identities of a pool come from, and which of them are let in.

    https://cloud.google.com/iam/docs/workload-identity-federation-with-other-providers. For GitHub
    Actions: `WorkloadIdentityProvider.github`. A deleted provider keeps its name for 30 days;
    declaring it again within that time brings it back.

    Outputs: ``name``, with the project's number, as ``google-github-actions/auth`` takes it;
    ``state``.

    Attributes:
        name: its id.
        pool: the pool: its declaration or its id.
        project: its project; the stack's if not given.
        display_name: what people call it.
        description: a note.
        disabled: whether nobody gets in for now.
        attribute_mapping: what identities are told apart by: ``google.subject``,
            ``google.groups`` and ``attribute.NAME``, each with a CEL expression over ``assertion``.
        attribute_condition: who is let in, in CEL; everybody whom the issuer knows if not given.
        issuer_uri: the issuer of OIDC tokens.
        allowed_audiences: the audiences of its tokens; the provider itself if not given.
        jwks_json: the issuer's keys, where it can't be asked for them.
        aws_account_id: or an account of AWS.
        saml_metadata_xml: or the metadata of a SAML identity provider.
        trust_store: or the authorities of X.509 certificates.
    """

    NAMES: ClassVar[NameRule | None] = _ID

    name: str = identity(kw_only=False)
    pool: PoolRef = identity()
    project: str | None = scope()
    display_name: Text | None = spec()
    description: Text | None = spec()
    disabled: bool | None = spec()
    attribute_mapping: Mapping[str, str] | None = spec(like="text")
    attribute_condition: Text | None = spec(like="text")
    issuer_uri: Text | None = spec(wire="oidc.issuerUri")
    allowed_audiences: Sequence[Text] | None = spec(Facet.UNORDERED, wire="oidc.allowedAudiences")
    jwks_json: Text | None = spec(wire="oidc.jwksJson", like="json")
    aws_account_id: str | None = spec(wire="aws.accountId")
    saml_metadata_xml: Text | None = spec(wire="saml.idpMetadataXml", like="text")
    trust_store: TrustStore | None = spec(wire="x509.trustStore")

    @classmethod
    def github(cls, name: str, *, pool: PoolRef, owner: str, repository: str = "") -> Self:
        """Let in the workflows of GitHub Actions of one owner, or of one repository.

        https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines.
        A repository's workflows are ``pool.principals("repository", "OWNER/NAME")``.

        Args:
            name: the provider's id.
            pool: the pool.
            owner: the organization or person at GitHub.
            repository: its one repository that is let in; all if not given.
        """
        condition = f"assertion.repository_owner == '{owner}'"
        if repository:
            condition = f"assertion.repository == '{owner}/{repository}'"
        return cls(
            name,
            pool=pool,
            issuer_uri=_GITHUB,
            attribute_mapping={
                _SUBJECT: "assertion.sub",
                "attribute.actor": "assertion.actor",
                "attribute.ref": "assertion.ref",
                "attribute.repository": "assertion.repository",
                "attribute.repository_owner": "assertion.repository_owner",
            },
            attribute_condition=condition,
        )

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check where identities come from, and what they are told apart by.

        https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools.providers
        """
        yield from checks.name("pool", self.pool, _ID)
        yield from _texts(self)
        sources = ("issuer_uri", "aws_account_id", "saml_metadata_xml", "trust_store")
        yield from checks.exactly_one(self, *sources)
        for field in ("allowed_audiences", "jwks_json"):
            if getattr(self, field) is not None and self.issuer_uri is None:
                yield Finding(field, "needs issuer_uri")
        audiences = self.allowed_audiences or ()
        yield from checks.longest("allowed_audiences", audiences, _MOST_AUDIENCES, "audiences")
        for index, audience in enumerate(audiences):
            if isinstance(audience, str):
                place = f"allowed_audiences[{index}]"
                yield from checks.longest(place, audience, _LONGEST_AUDIENCE)
        if isinstance(self.saml_metadata_xml, str):
            yield from checks.longest("saml_metadata_xml", self.saml_metadata_xml, _LONGEST_XML)
        yield from checks.pattern("issuer_uri", self.issuer_uri, r"https://\S+", "an https address")
        yield from checks.pattern("aws_account_id", self.aws_account_id, r"\d{12}", "12 digits")
        yield from _json("jwks_json", self.jwks_json)
        yield from self._mapping()
        yield from self._condition()

    def _mapping(self) -> Iterator[Finding]:
        """https://cloud.google.com/iam/docs/workload-identity-federation#mapping."""
        mapping = self.attribute_mapping or {}
        if _SUBJECT not in mapping and (mapping or self.aws_account_id is None):
            yield Finding(
                "attribute_mapping",
                "does not map google.subject",
                "Add {'google.subject': 'assertion.sub'}.",
            )
        yield from checks.longest(
            "attribute_mapping", list(mapping), _MOST_ATTRIBUTES, "attributes"
        )
        for key, value in mapping.items():
            place = f"attribute_mapping[{key!r}]"
            if not _KEY.fullmatch(key):
                yield Finding(
                    place, "is not one of google.subject, google.groups and attribute.NAME"
                )
            yield from checks.longest(place, value, _LONGEST_MAPPING)

    def _condition(self) -> Iterator[Finding]:
        """https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines#conditions."""
        condition = self.attribute_condition
        for_all = isinstance(self.issuer_uri, str) and self.issuer_uri.rstrip("/") in _FOR_ALL
        named = not isinstance(condition, str) or re.search(r"assertion\.|attribute\.", condition)
        if for_all and (condition is None or not named):
            yield Finding(
                "attribute_condition",
                f"is needed: anybody gets tokens of {self.issuer_uri}",
                "Name whom you mean, as \"assertion.repository_owner == 'octo'\".",
            )


def _texts(item: Declaration) -> Iterator[Finding]:
    """https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools."""
    for field, most in _LONGEST.items():
        yield from checks.longest(field, getattr(item, field, None) or "", most)


def _json(field: str, value: object) -> Iterator[Finding]:
    """Check that keys are JSON, RFC 7517."""
    if not isinstance(value, str):
        return
    try:
        found = json.loads(value)
    except ValueError:
        found = None
    if not isinstance(found, dict) or "keys" not in found:
        yield Finding(field, "is not a set of keys in JSON form, as '{\"keys\": […]}'")
