"""Certificate Manager (https://cloud.google.com/certificate-manager/docs/reference/certificate-manager/rest)."""

from gcpstack.emulator.core import lro
from gcpstack.emulator.core.model import Lro, Service
from gcpstack.emulator.services.certificatemanager import issuance
from gcpstack.emulator.services.certificatemanager.certificates import CERTIFICATES
from gcpstack.emulator.services.certificatemanager.maps import ENTRIES, MAPS
from gcpstack.emulator.services.certificatemanager.trust import (
    AUTHORIZATIONS,
    ISSUANCE_CONFIGS,
    TRUST_CONFIGS,
)

_TYPES = "google.cloud.certificatemanager.v1"

SERVICE = Service(
    name="certificatemanager",
    title="Certificate Manager API",
    kinds=(CERTIFICATES, MAPS, ENTRIES, AUTHORIZATIONS, ISSUANCE_CONFIGS, TRUST_CONFIGS),
    lro=Lro(
        metadata=lro.standard_metadata(
            f"{_TYPES}.OperationMetadata",
            "createTime", "target", "verb", "apiVersion",
            end_time=False,
        ),
        types=_TYPES,
    ),
    locations=True,
    events={"issue": issuance.tell},
    react=issuance.react,
    # google/cloud/certificatemanager/v1/certificate_manager.proto leaves numbers out
    enum_numbers={
        "AuthorizationAttemptInfo.state": {
            "STATE_UNSPECIFIED": 0, "AUTHORIZING": 1, "AUTHORIZED": 6, "FAILED": 7,
        },
    },
)  # fmt: skip
