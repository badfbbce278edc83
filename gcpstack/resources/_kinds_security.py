"""The kinds that say who and what may pass, as data.

`gcpstack.resources.kinds` lists them with all others.
"""

from gcpstack._core.kinds import Kind, Replacement
from gcpstack.resources import _refused_changes_edge as refused_changes
from gcpstack.resources._kinds_access import GRANT
from gcpstack.resources._outputs import NAME

_IAP = "iap.googleapis.com"


def _grant(name: str, api: str, on: str, title: str) -> Kind:
    """Describe the grants on a kind of object, given the path of one below its project."""
    return Kind(
        name=name,
        api=api,
        path=f"projects/{{project}}/{on}/{GRANT}",
        title=title,
        serialize=f"iam/{{project}}/{on}",
        additive=True,
        propagates=True,
    )


IAP_BACKEND_SERVICE_IAM_MEMBER = _grant(
    "iap.WebBackendServiceIamMember",
    _IAP,
    "iap_web/compute/services/{backend_service}",
    "IAP grant on a backend service",
)
IAP_CLOUD_RUN_SERVICE_IAM_MEMBER = _grant(
    "iap.CloudRunServiceIamMember",
    _IAP,
    "iap_web/cloud_run-{location}/services/{service}",
    "IAP grant on a Cloud Run service",
)
IAP_SETTINGS = Kind(
    name="iap.Settings",
    api=_IAP,
    # Settings are always there; what is protected is told by a path of IAP's own.
    path="projects/{project}/iapSettings/{resource:raw}",
    title="IAP settings",
)

# What is deleted of these is kept for 30 days, and brought back when it is declared again
# (https://cloud.google.com/iam/docs/manage-workload-identity-pools-providers#undelete-pool).
_POOL = "projects/{project}/locations/global/workloadIdentityPools/"
WORKLOAD_IDENTITY_POOL = Kind(
    name="iam.WorkloadIdentityPool",
    api="iam.googleapis.com",
    path=_POOL + "{name}",
    title="workload identity pool",
    outputs={**NAME, "state": ("state",)},
    refuses=refused_changes.workload_pool,
    propagates=True,
)
WORKLOAD_IDENTITY_PROVIDER = Kind(
    name="iam.WorkloadIdentityPoolProvider",
    api="iam.googleapis.com",
    path=_POOL + "{pool}/providers/{name}",
    title="workload identity provider",
    outputs={**NAME, "state": ("state",)},
)

ATTESTATION_NOTE = Kind(
    name="containeranalysis.Note",
    api="containeranalysis.googleapis.com",
    path="projects/{project}/notes/{name}",
    title="attestation note",
    outputs=NAME,
)
ATTESTATION_NOTE_IAM_MEMBER = _grant(
    "containeranalysis.NoteIamMember",
    "containeranalysis.googleapis.com",
    "notes/{note}",
    "grant on an attestation note",
)
ATTESTOR_IAM_MEMBER = _grant(
    "binaryauthorization.AttestorIamMember",
    "binaryauthorization.googleapis.com",
    "attestors/{attestor}",
    "grant on an attestor",
)
ATTESTOR = Kind(
    name="binaryauthorization.Attestor",
    api="binaryauthorization.googleapis.com",
    path="projects/{project}/attestors/{name}",
    title="attestor",
    replace=Replacement.SUCCESSOR,
    outputs={
        **NAME,
        "delegation_email": ("userOwnedGrafeasNote", "delegationServiceAccountEmail"),
    },
)
ADMISSION_POLICY = Kind(
    name="binaryauthorization.Policy",
    api="binaryauthorization.googleapis.com",
    # Each project has one, from the start.
    path="projects/{project}/{name}",
    title="Binary Authorization policy",
    serialize="policy/{project}",
)
