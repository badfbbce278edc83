"""Secrets that a component is given: who reads them, and what comes after their values."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from gcpstack._core.resource import As
from gcpstack.components.logins import SqlLogin
from gcpstack.components.values import SecretValue
from gcpstack.exceptions import Problem
from gcpstack.resources._types import Ref
from gcpstack.resources.accounts import ServiceAccount
from gcpstack.resources.functions.functions import CloudFunction
from gcpstack.resources.grants import SecretIamMember
from gcpstack.resources.run.containers import SecretEnv
from gcpstack.resources.run.services import CloudRunService
from gcpstack.resources.secrets import Secret, SecretVersion

ACCESSOR = "roles/secretmanager.secretAccessor"
_SHORTEST_ACCOUNT, _LONGEST_ACCOUNT = 6, 30

#: A secret as a component is given it.
GivenSecret: TypeAlias = SecretValue | SqlLogin | Secret | SecretEnv | str


def account_of(name: str, account: str, project: str | None) -> ServiceAccount:
    """Declare the service account that something runs as: by the name given, or by its own, shortened."""
    return ServiceAccount(
        account or account_name(name, "runner"), project=project, display_name=name
    )


def account_name(name: str, use: str) -> str:
    """Name a service account after something: shortened, or with its use behind where that is too short.

    https://cloud.google.com/iam/docs/service-accounts-create: 6 to 30 characters.
    """
    plain = name.lower().replace("_", "-")[:_LONGEST_ACCOUNT].rstrip("-")
    return plain if len(plain) >= _SHORTEST_ACCOUNT else f"{plain}-{use}"


def plain(secrets: Mapping[str, GivenSecret]) -> dict[str, Secret | SecretEnv | str]:
    """Write the secrets as declarations take them."""
    return {
        name: item.secret if isinstance(item, SecretValue | SqlLogin) else item
        for name, item in secrets.items()
    }


def versions(secrets: Mapping[str, GivenSecret]) -> list[SecretVersion]:
    """List their values: nothing starts without them."""
    return [
        item.version
        for item in secrets.values()
        if isinstance(item, SecretValue | SqlLogin) and item.version is not None
    ]


def readable(secrets: Iterable[Ref], member: ServiceAccount) -> tuple[SecretIamMember, ...]:
    """Grant one reader access to each of some secrets, once each."""
    return tuple(
        SecretIamMember(secret, role=ACCESSOR, member=member)
        for secret in {_name(item): item for item in secrets}.values()
    )


def _name(secret: Ref) -> str:
    """Tell one secret from another."""
    target = secret.of if isinstance(secret, As) else secret
    return target.name if isinstance(target, Secret) else str(target).rsplit("/", 1)[-1]


def named(secret: Ref | SecretEnv) -> Ref:
    """Return which secret a variable is of."""
    return secret.secret if isinstance(secret, SecretEnv) else secret


def problems(
    place: str, template: CloudRunService | CloudFunction, secrets: Mapping[str, GivenSecret]
) -> Iterator[Problem]:
    """Find an identity in the template, which gets its own, and variables that are given twice."""
    if template.service_account is not None:
        yield Problem(
            f"{place}: template.service_account",
            "is given, and the app makes one of its own.",
            "Leave it out; name it with account=.",
        )
    taken = {*(template.env or {}), *(template.secret_env or {})}
    for name in sorted(taken & set(secrets)):
        yield Problem(f"{place}: secrets[{name!r}]", "stands in the template too.")
