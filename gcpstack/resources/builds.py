"""Builds: the steps that Cloud Build runs, and what they run with."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from gcpstack._core.facets import Facet, block, required, spec
from gcpstack._core.refs import Composed
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import Seconds, SecretVersionRef, Text

_ANY_ORDER = Facet.UNORDERED
_MOST_STEPS = 300
_LONGEST_TIMEOUT = 86_400
#: https://cloud.google.com/build/docs/build-config-file-schema
_SUBSTITUTION = r"_[A-Z0-9_]+"


@block
class BuildVolume(Part):
    """A folder that steps share.

    Attributes:
        name: its name.
        path: where it stands.
    """

    name: str = required()
    path: str = required()


def _pairs(env: Mapping[str, Text]) -> object:
    """Write an environment as Cloud Build does: ``NAME=value``."""
    return [
        f"{name}={value}" if isinstance(value, str) else Composed((f"{name}=", value))
        for name, value in env.items()
    ]


@block
class BuildStep(Part):
    """A container that runs.

    https://cloud.google.com/build/docs/build-config-file-schema#build_steps

    Attributes:
        image: its image, such as ``gcr.io/cloud-builders/docker``.
        args: its arguments,
        script: or a script that it runs.
        entrypoint: what is run, instead of the image's own.
        env: its environment.
        secret_env: names of `Build.secrets` that it gets.
        dir: its working folder, within the source.
        id: its name, for *wait_for*.
        wait_for: steps that must have ended before; ``-`` for none of them.
        timeout: how long it may take.
        volumes: folders that it shares with other steps.
        allow_failure: whether the build goes on where it fails,
        allow_exit_codes: or only where it fails with these.
    """

    image: Text = required(wire="name")
    args: Sequence[Text] | None = spec()
    script: Text | None = spec()
    entrypoint: str | None = spec()
    env: Mapping[str, Text] | None = spec(encode=_pairs)
    secret_env: Sequence[str] | None = spec(_ANY_ORDER)
    dir: str | None = spec()
    id: str | None = spec()
    wait_for: Sequence[str] | None = spec(_ANY_ORDER)
    timeout: Seconds | None = spec(like="duration", encode=encode.seconds)
    volumes: Sequence[BuildVolume] | None = spec(_ANY_ORDER, key="name")
    allow_failure: bool | None = spec()
    allow_exit_codes: Sequence[int] | None = spec(_ANY_ORDER)

    def findings(self) -> Iterator[Finding]:
        """Check that it runs one thing."""
        yield from checks.at_most_one(self, "script", "args")
        yield from checks.at_most_one(self, "script", "entrypoint")
        yield from checks.at_most_one(self, "allow_failure", "allow_exit_codes")
        yield from checks.duration("timeout", self.timeout, 1, _LONGEST_TIMEOUT)


def _secrets(given: Mapping[str, SecretVersionRef]) -> list["BuildSecret"]:
    return [BuildSecret(env=name, version=version) for name, version in given.items()]


@block
class BuildSecret(Part):
    """A secret in Google's form.

    Attributes:
        env: the variable that steps know it by.
        version: the version, as ``projects/P/secrets/S/versions/V``.
    """

    env: str = required()
    version: SecretVersionRef = required(wire="versionName", like="link")


@block
class Build(Part):
    """What a trigger runs.

    https://cloud.google.com/build/docs/api/reference/rest/v1/projects.builds

    Attributes:
        steps: the steps, one after the other unless they say otherwise.
        images: images that are pushed when all steps have succeeded.
        timeout: how long the whole build may take; 10 minutes (or 60, in newer projects) if not
            given.
        queue_ttl: how long it may wait for a machine.
        substitutions: values for ``$_NAME`` in the steps.
        tags: words that builds are found by.
        secrets: secrets by the names that steps know them by.
        logs_bucket: the bucket of the logs.
        artifacts_location: the place of the artifacts, as ``gs://BUCKET/FOLDER``,
        artifacts: and which files of the source's folder they are.
        machine_type: its machine, such as ``E2_HIGHCPU_8``.
        disk_size_gb: its disk.
        worker_pool: the private pool that it runs in.
        logging: where logs go: CLOUD_LOGGING_ONLY, GCS_ONLY, LEGACY or NONE.
        substitution_option: ALLOW_LOOSE takes substitutions that no step uses; MUST_MATCH
            (Google's default) refuses them.
        dynamic_substitutions: whether substitutions may hold others.
        env: the environment of every step.
        requested_verify_option: VERIFIED asks for provenance.
    """

    steps: Sequence[BuildStep] = required()
    images: Sequence[Text] | None = spec(_ANY_ORDER)
    timeout: Seconds | None = spec(like="duration", encode=encode.seconds)
    queue_ttl: Seconds | None = spec(like="duration", encode=encode.seconds)
    substitutions: Mapping[str, Text] | None = spec()
    tags: Sequence[str] | None = spec(_ANY_ORDER)
    secrets: Mapping[str, SecretVersionRef] | None = spec(
        _ANY_ORDER,
        wire="availableSecrets.secretManager",
        key="env",
        encode=_secrets,
        block=BuildSecret,
    )
    logs_bucket: Text | None = spec()
    artifacts_location: Text | None = spec(wire="artifacts.objects.location")
    artifacts: Sequence[str] | None = spec(_ANY_ORDER, wire="artifacts.objects.paths")
    machine_type: (
        Literal[
            "E2_MEDIUM",
            "E2_STANDARD_2",
            "E2_HIGHCPU_8",
            "E2_HIGHCPU_32",
            "N1_HIGHCPU_8",
            "N1_HIGHCPU_32",
        ]
        | None
    ) = spec(wire="options.machineType")
    disk_size_gb: int | None = spec(wire="options.diskSizeGb", encode=encode.text)
    worker_pool: Text | None = spec(wire="options.pool.name")
    logging: Literal["CLOUD_LOGGING_ONLY", "GCS_ONLY", "LEGACY", "NONE"] | None = spec(
        wire="options.logging"
    )
    substitution_option: Literal["MUST_MATCH", "ALLOW_LOOSE"] | None = spec(
        wire="options.substitutionOption"
    )
    dynamic_substitutions: bool | None = spec(wire="options.dynamicSubstitutions")
    env: Mapping[str, Text] | None = spec(wire="options.env", encode=_pairs)
    requested_verify_option: Literal["NOT_VERIFIED", "VERIFIED"] | None = spec(
        wire="options.requestedVerifyOption"
    )

    def findings(self) -> Iterator[Finding]:
        """Check the steps, the time and the names.

        https://cloud.google.com/build/quotas, https://cloud.google.com/build/docs/build-config-file-schema
        """
        if not self.steps:
            yield Finding("steps", "is empty")
        yield from checks.longest("steps", self.steps, _MOST_STEPS, "steps")
        names = [step.id for step in self.steps]
        yield from checks.distinct("steps", names)
        for index, step in enumerate(self.steps):
            for other in step.wait_for or ():
                if other != "-" and other not in names[:index]:
                    yield Finding(f"steps[{index}].wait_for", f"no step {other!r} stands before it")
            for name in step.secret_env or ():
                if name not in (self.secrets or {}):
                    yield Finding(f"steps[{index}].secret_env", f"{name!r} is not in secrets")
        yield from checks.duration("timeout", self.timeout, 1, _LONGEST_TIMEOUT)
        yield from substitution_findings(self.substitutions)
        if (self.artifacts_location is None) != (self.artifacts is None):
            yield Finding("artifacts", "and artifacts_location go together")


def substitution_findings(given: Mapping[str, object] | None) -> Iterator[Finding]:
    """Check the names of substitutions (https://cloud.google.com/build/docs/configuring-builds/substitute-variable-values)."""
    for name in given or {}:
        yield from checks.pattern(
            f"substitutions[{name!r}]",
            name,
            _SUBSTITUTION,
            "a valid name: an underscore, then upper-case letters, digits and underscores",
        )
