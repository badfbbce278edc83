"""Access Context Manager (https://cloud.google.com/access-context-manager/docs/reference/rest)."""

from gcpstack.emulator.core import lro
from gcpstack.emulator.core.model import Lro, Service
from gcpstack.emulator.services.accesscontextmanager.common import NAME, TYPES
from gcpstack.emulator.services.accesscontextmanager.levels import LEVELS
from gcpstack.emulator.services.accesscontextmanager.perimeters import METHODS, PERIMETERS
from gcpstack.emulator.services.accesscontextmanager.policies import BINDINGS, ORGS, POLICIES

SERVICE = Service(
    name=NAME,
    title="Access Context Manager API",
    kinds=(POLICIES, LEVELS, PERIMETERS, ORGS, BINDINGS),
    methods=METHODS,
    lro=Lro(
        metadata=lro.standard_metadata(
            f"{TYPES}.AccessContextManagerOperationMetadata", end_time=False
        ),
        parent="",
        types=TYPES,
    ),
    # google/identity/accesscontextmanager/type/device_resources.proto leaves numbers out
    enum_numbers={
        "OsConstraint.osType": {
            "OS_UNSPECIFIED": 0,
            "DESKTOP_MAC": 1,
            "DESKTOP_WINDOWS": 2,
            "DESKTOP_LINUX": 3,
            "ANDROID": 4,
            "IOS": 5,
            "DESKTOP_CHROME_OS": 6,
        },
    },
)
