"""Artifact Registry (https://cloud.google.com/artifact-registry/docs/reference/rest)."""

from gcpstack.emulator.core import lro
from gcpstack.emulator.core.model import Lro, Service
from gcpstack.emulator.services.artifactregistry import cleanup, contents, pushed, rpcs, settings
from gcpstack.emulator.services.artifactregistry.repositories import REPOSITORIES, RULES

_TYPES = "google.devtools.artifactregistry.v1"

# google/devtools/artifactregistry/v1/repository.proto and settings.proto leave numbers out
_FORMATS = {
    "FORMAT_UNSPECIFIED": 0, "DOCKER": 1, "MAVEN": 2, "NPM": 3, "APT": 5, "YUM": 6, "GOOGET": 7,
    "PYTHON": 8, "KFP": 9, "GO": 10, "GENERIC": 11, "RUBY": 12,
}  # fmt: skip
_REDIRECTIONS = {
    "REDIRECTION_STATE_UNSPECIFIED": 0,
    "REDIRECTION_FROM_GCR_IO_DISABLED": 1,
    "REDIRECTION_FROM_GCR_IO_ENABLED": 2,
    "REDIRECTION_FROM_GCR_IO_FINALIZED": 3,
    "REDIRECTION_FROM_GCR_IO_ENABLED_AND_COPYING": 5,
    "REDIRECTION_FROM_GCR_IO_PARTIAL_AND_COPYING": 6,
}

SERVICE = Service(
    name="artifactregistry",
    title="Artifact Registry API",
    kinds=(
        REPOSITORIES,
        RULES,
        contents.PACKAGES,
        contents.VERSIONS,
        contents.TAGS,
        contents.FILES,
        contents.ATTACHMENTS,
    ),
    methods={**contents.METHODS, **settings.METHODS},
    events=cleanup.EVENTS,
    react=pushed.react,
    lro=Lro(
        metadata=lro.standard_metadata(f"{_TYPES}.OperationMetadata", end_time=False), types=_TYPES
    ),
    locations=True,
    grpc=rpcs.RPCS,
    client="google.cloud.artifactregistry_v1",
    enum_numbers={
        "Repository.format": _FORMATS,
        "ProjectSettings.legacyRedirectionState": _REDIRECTIONS,
    },
)
