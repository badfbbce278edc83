"""Binary Authorization: which images run."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, ClassVar, Literal, TypeAlias

from gcpstack._core.facets import Block, Facet, block, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _kinds_security as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import Finding, NameRule
from gcpstack.resources._types import Of, Ref, Text
from gcpstack.resources.grants import IamMember

# https://cloud.google.com/binary-authorization/docs/creating-attestors-cli
_NAME = NameRule(r"[A-Za-z0-9_-]{1,63}", "1 to 63 letters, digits, hyphens and underscores")
_NOTE_NAME = NameRule(
    r"[A-Za-z0-9._~-]{1,128}", "1 to 128 letters, digits, dots, hyphens and underscores"
)
_NOTE_PATH = r"projects/[^/]+/notes/[^/]+"
# https://cloud.google.com/binary-authorization/docs/policy-yaml-reference#admissionwhitelistpatterns
_PATTERN = re.compile(r"[^*\s/]+(/[^*\s]*)?(/?\*{1,2})?")
_LONGEST_PATTERN = 512
_CLUSTER = re.compile(r"([a-z0-9-]+|\*)\.([a-z0-9-]+|\*)")
_PEM = r"\s*-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*"
_ATTESTED = "REQUIRE_ATTESTATION"

NoteRef: TypeAlias = Annotated[Ref, Of(("containeranalysis.Note",))]
AttestorRef: TypeAlias = Annotated[Ref, Of(("binaryauthorization.Attestor",))]


@resource(kinds.ATTESTATION_NOTE)
class AttestationNote(Declaration):
    """What attestations of an attestor are attached to; who may write them is granted on it.

    https://cloud.google.com/binary-authorization/docs/key-concepts#analysis_notes

    Outputs: ``name``.

    Attributes:
        name: its name.
        human_readable_name: what people call the authority, such as ``qa``.
        project: its project; the stack's if not given.
        short_description: a note of a sentence.
        long_description: a longer one.
    """

    NAMES: ClassVar[NameRule | None] = _NOTE_NAME

    name: str = identity(kw_only=False)
    project: str | None = scope()
    human_readable_name: Text = required(wire="attestation.hint.humanReadableName")
    short_description: Text | None = spec()
    long_description: Text | None = spec()


@resource(kinds.ATTESTATION_NOTE_IAM_MEMBER)
class AttestationNoteIamMember(IamMember):
    """Who may attest: a grant on a note, such as ``roles/containeranalysis.notes.attacher``.

    https://cloud.google.com/binary-authorization/docs/making-attestations#set_iam_permissions

    Attributes:
        note: the note: its declaration or its name.
        role: the role.
        member: the principal; not everybody.
        project: its project; the stack's if not given.
    """

    PUBLIC: ClassVar[bool] = False
    ON: ClassVar[tuple[str, NameRule] | None] = ("note", _NOTE_NAME)

    note: NoteRef = identity(kw_only=False)
    project: str | None = scope()


@resource(kinds.ATTESTOR_IAM_MEMBER)
class AttestorIamMember(IamMember):
    """A grant on an attestor, such as ``roles/binaryauthorization.attestorsVerifier``.

    https://cloud.google.com/binary-authorization/docs/multi-project-setup-cli

    Attributes:
        attestor: the attestor: its declaration or its name.
        role: the role.
        member: the principal; not everybody.
        project: its project; the stack's if not given.
    """

    PUBLIC: ClassVar[bool] = False
    ON: ClassVar[tuple[str, NameRule] | None] = ("attestor", _NAME)

    attestor: AttestorRef = identity(kw_only=False)
    project: str | None = scope()


@block
class AttestorKey(Part):
    """A public key that attestations are verified with.

    Attributes:
        pem: the key in PEM form,
        algorithm: with its algorithm;
        pgp: or a PGP key in ASCII armour.
        id: its id; a digest of the key if not given.
        comment: a note.
    """

    pem: Text | None = spec(wire="pkixPublicKey.publicKeyPem", like="text")
    algorithm: (
        Literal[
            "EC_SIGN_P256_SHA256",
            "EC_SIGN_P384_SHA384",
            "EC_SIGN_P521_SHA512",
            "ECDSA_P256_SHA256",
            "ECDSA_P384_SHA384",
            "ECDSA_P521_SHA512",
            "ML_DSA_65",
            "RSA_PSS_2048_SHA256",
            "RSA_PSS_3072_SHA256",
            "RSA_PSS_4096_SHA256",
            "RSA_PSS_4096_SHA512",
            "RSA_SIGN_PKCS1_2048_SHA256",
            "RSA_SIGN_PKCS1_3072_SHA256",
            "RSA_SIGN_PKCS1_4096_SHA256",
            "RSA_SIGN_PKCS1_4096_SHA512",
            "RSA_SIGN_PSS_2048_SHA256",
            "RSA_SIGN_PSS_3072_SHA256",
            "RSA_SIGN_PSS_4096_SHA256",
            "RSA_SIGN_PSS_4096_SHA512",
        ]
        | None
    ) = spec(wire="pkixPublicKey.signatureAlgorithm", like="signature")
    pgp: Text | None = spec(wire="asciiArmoredPgpPublicKey", like="text")
    id: Text | None = spec()
    comment: Text | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check that it is one key, with its algorithm.

        https://cloud.google.com/binary-authorization/docs/reference/rest/v1/projects.attestors#AttestorPublicKey
        """
        yield from checks.exactly_one(self, "pem", "pgp")
        if (self.pem is None) != (self.algorithm is None):
            yield Finding("", "pem and algorithm go together")
        yield from checks.pattern("pem", self.pem, _PEM, "a public key in PEM form")
        if self.pgp is not None and self.id is not None:
            yield Finding("id", "is not for PGP keys: it is the key's fingerprint")


@resource(kinds.ATTESTOR)
class Attestor(Declaration):
    """Somebody whose word on an image counts: a note, and the keys that it is signed with.

    https://cloud.google.com/binary-authorization/docs/key-concepts#attestors

    Outputs: ``name``, ``delegation_email``: who reads the note.

    Attributes:
        name: its name.
        note: its note: an `AttestationNote`, or ``projects/P/notes/N``.
        project: its project; the stack's if not given.
        description: a note of another kind.
        public_keys: the keys.
    """

    NAMES: ClassVar[NameRule | None] = _NAME

    name: str = identity(kw_only=False)
    project: str | None = scope()
    note: NoteRef = required(
        Facet.IMMUTABLE, wire="userOwnedGrafeasNote.noteReference", like="link"
    )
    description: Text | None = spec()
    public_keys: Sequence[AttestorKey] | None = spec(wire="userOwnedGrafeasNote.publicKeys")

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the note (https://cloud.google.com/binary-authorization/docs/reference/rest/v1/projects.attestors)."""
        yield from checks.pattern("note", self.note, _NOTE_PATH, "a note, as projects/P/notes/N")


@block
class AdmissionRule(Part):
    """What is asked of an image.

    Attributes:
        evaluation_mode: ALWAYS_ALLOW, ALWAYS_DENY or REQUIRE_ATTESTATION.
        enforcement_mode: what happens to one that fails: it is blocked, or only logged.
        attestors: all who must have attested it.
    """

    evaluation_mode: Literal["ALWAYS_ALLOW", "ALWAYS_DENY", "REQUIRE_ATTESTATION"] = required()
    enforcement_mode: Literal["ENFORCED_BLOCK_AND_AUDIT_LOG", "DRYRUN_AUDIT_LOG_ONLY"] = spec(
        default="ENFORCED_BLOCK_AND_AUDIT_LOG"
    )
    attestors: Sequence[AttestorRef] | None = spec(
        Facet.UNORDERED, wire="requireAttestationsBy", like="link"
    )

    def findings(self) -> Iterator[Finding]:
        """Check that attestors are named where they are asked, and only there.

        https://cloud.google.com/binary-authorization/docs/policy-yaml-reference#evaluationmode
        """
        if (self.evaluation_mode == _ATTESTED) != bool(self.attestors):
            yield Finding("attestors", f"and evaluation_mode={_ATTESTED!r} go together")
        yield from checks.distinct("attestors", self.attestors)


@block
class _Allowed(Block):
    """An image that is exempt, in Google's form.

    Attributes:
        name_pattern: its pattern.
    """

    name_pattern: str = required()


@resource(kinds.ADMISSION_POLICY)
class BinaryAuthorizationPolicy(Declaration):
    """Which images a project runs: its one policy.

    https://cloud.google.com/binary-authorization/docs/key-concepts#policies. It is always there;
    without the declaration, everything is allowed again. Cloud Run services and jobs ask it with
    ``binary_authorization_default=True``.

    Attributes:
        default_rule: what is asked of every image,
        name: the policy; there is one.
        project: the project; the stack's if not given.
        description: a note.
        allowlist: but for these: images such as ``us-docker.pkg.dev/my-project/shop/*``; ``**``
            stands for folders too.
        cluster_rules: other rules for clusters of GKE, by ``LOCATION.CLUSTER``.
        global_policy_evaluation_mode: whether Google's own system images pass.
    """

    name: Literal["policy"] = spec(Facet.IDENTITY, default="policy")
    project: str | None = scope()
    default_rule: AdmissionRule = required(wire="defaultAdmissionRule")
    description: Text | None = spec()
    allowlist: Sequence[str] | None = spec(
        Facet.UNORDERED,
        wire="admissionWhitelistPatterns",
        encode=lambda values: [{"namePattern": one} for one in values],
        key="namePattern",
        block=_Allowed,
    )
    cluster_rules: Mapping[str, AdmissionRule] | None = spec(wire="clusterAdmissionRules")
    global_policy_evaluation_mode: Literal["ENABLE", "DISABLE"] | None = spec()

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check patterns and clusters (https://cloud.google.com/binary-authorization/docs/policy-yaml-reference)."""
        yield from checks.distinct("allowlist", self.allowlist)
        for index, pattern in enumerate(self.allowlist or ()):
            if not _PATTERN.fullmatch(pattern) or len(pattern) > _LONGEST_PATTERN:
                yield Finding(
                    f"allowlist[{index}]",
                    f"{pattern!r} is not a pattern of images: a wildcard stands at the end alone",
                )
        for cluster in self.cluster_rules or ():
            if not _CLUSTER.fullmatch(cluster):
                yield Finding(
                    f"cluster_rules[{cluster!r}]", "is not a cluster, as 'us-central1.my-cluster'"
                )
