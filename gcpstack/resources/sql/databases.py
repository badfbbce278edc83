"""Databases and users of Cloud SQL instances."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Literal, Self

from gcpstack._core.facets import Facet, identity, required, scope, spec
from gcpstack._core.names import template
from gcpstack._core.refs import Sensitive
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_data as kinds
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import Seconds, ServiceAccountRef, SqlInstanceRef, Text
from gcpstack.resources.accounts import ServiceAccount
from gcpstack.resources.sources import FromEnv, FromFile, Generated
from gcpstack.resources.sql.instances import SqlInstance

_FIXED = Facet.IMMUTABLE
_LONGEST = 64
_LONGEST_USER = {"MYSQL": 32, "POSTGRES": 63}
_GIVEN = frozenset(
    {"information_schema", "performance_schema", "sys", "template0", "template1", "cloudsqladmin"}
)
_IAM = "CLOUD_IAM_"
#: What PostgreSQL's names of service accounts go without.
_SUFFIX = ".gserviceaccount.com"


def _engine(instance: object) -> str:
    """Return the engine of an instance; nothing where it is managed elsewhere."""
    if not isinstance(instance, SqlInstance):
        return ""
    return instance.database_version.split("_", maxsplit=1)[0]


@resource(kinds.SQL_DATABASE)
class SqlDatabase(Declaration):
    """A database of a Cloud SQL instance. Never deleted or replaced without a consent.

    https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/databases

    Outputs: ``self_link``.

    Attributes:
        name: its name.
        instance: the instance.
        project: its project; the stack's if not given.
        charset: its character set; only MySQL can change it.
        collation: its collation; only MySQL can change it.
    """

    name: str = identity(kw_only=False)
    instance: SqlInstanceRef = required(Facet.IDENTITY)
    project: str | None = scope()
    charset: Text | None = spec(like="caseless")
    collation: Text | None = spec(like="caseless")

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the name, and what PostgreSQL offers.

        https://cloud.google.com/sql/docs/postgres/create-manage-databases
        """
        if not self.name:
            yield Finding("name", "is empty")
        yield from checks.longest("name", self.name, _LONGEST)
        if "/" in self.name:
            yield Finding("name", f"{self.name!r} holds a slash")
        if self.name.lower() in _GIVEN:
            yield Finding("name", f"{self.name!r} is the database system's own")
        if _engine(self.instance) == "POSTGRES" and self.charset not in {None, "UTF8", "utf8"}:
            yield Finding(
                "charset", f"{self.charset!r} is not UTF8, all that Cloud SQL offers here"
            )


@resource(kinds.SQL_USER)
class SqlUser(Declaration):
    """A user of a Cloud SQL instance.

    https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/users. The password is never read
    back; the inventory holds no more of it than a keyed hash. MySQL tells users of one name apart by
    their hosts.

    Attributes:
        name: its name; for IAM, the email, without ``.gserviceaccount.com`` on PostgreSQL; or a
            `ServiceAccount`, from which the name and the type follow. MySQL knows who comes by IAM by
            what stands before the ``@``.
        instance: the instance.
        project: its project; the stack's if not given.
        password: its password: text, an output of another resource, text composed of such, a
            `FromFile`, a `FromEnv`, or a `Generated` that a secret keeps.
        host: from where it may connect; MySQL only, from anywhere if not given. Can't change.
        type: BUILT_IN (Google's default), or an IAM principal. Can't change.
        database_roles: roles within the database, which have to exist; what Cloud SQL gives a new
            user if never given. Those that are no longer declared are revoked.
        password_expires: how long a password is good; MySQL only.
        allowed_failed_attempts: after how many mistakes it is locked; MySQL only,
        check_failed_attempts: and whether it is.
        verify_password: whether the old password is asked for to change it; MySQL only.
    """

    name: ServiceAccountRef = required(_FIXED, link="email", kw_only=False)
    instance: SqlInstanceRef = required(Facet.IDENTITY)
    project: str | None = scope()
    password: Text | Sensitive | FromFile | FromEnv | Generated | None = spec(
        Facet.WRITE_ONLY | Facet.SENSITIVE, encode=encode.sensitive
    )
    host: str | None = spec(_FIXED)
    type: (
        Literal[
            "BUILT_IN",
            "CLOUD_IAM_USER",
            "CLOUD_IAM_SERVICE_ACCOUNT",
            "CLOUD_IAM_GROUP",
            "CLOUD_IAM_WORKFORCE_IDENTITY",
            "ENTRAID_USER",
        ]
        | None
    ) = spec(_FIXED, like="or_built_in")
    database_roles: Sequence[str] | None = spec(Facet.UNORDERED)
    password_expires: Seconds | None = spec(
        wire="passwordPolicy.passwordExpirationDuration", like="duration", encode=encode.seconds
    )
    allowed_failed_attempts: int | None = spec(wire="passwordPolicy.allowedFailedAttempts")
    check_failed_attempts: bool | None = spec(wire="passwordPolicy.enableFailedAttemptsCheck")
    verify_password: bool | None = spec(wire="passwordPolicy.enablePasswordVerification")

    @property
    def account(self) -> str:
        """Its identity in the instance: the name, and the host where that is not any."""
        name = self._known_as()
        return name if self.host in {None, "", "%"} else f"{name}@{self.host}"

    def _known_as(self) -> str:
        """Return the name within the database.

        https://cloud.google.com/sql/docs/mysql/add-manage-iam-users
        """
        name = str(self.name)
        short = _engine(self.instance) == "MYSQL" and (self.type or "").startswith(_IAM)
        return name.partition("@")[0].lower() if short else name

    def located(self, scope: Scope) -> Self:
        """Name a service account as the database wants it: PostgreSQL without its last part."""
        account = self.name
        if not isinstance(account, ServiceAccount):
            return super().located(scope)
        email = template(account.KIND.known["email"]).format(account.ids(scope))
        named = dataclasses.replace(
            self,
            name=email if _engine(self.instance) == "MYSQL" else email.removesuffix(_SUFFIX),
            type=self.type or "CLOUD_IAM_SERVICE_ACCOUNT",
            depends_on=(*self.depends_on, account),
        )
        return super(SqlUser, named).located(scope)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check the name, and that the kind of user and the password fit.

        https://cloud.google.com/sql/docs/postgres/create-manage-users,
        https://cloud.google.com/sql/docs/postgres/add-manage-iam-users
        """
        engine, iam = _engine(self.instance), (self.type or "").startswith(_IAM)
        if not isinstance(self.name, str):
            yield Finding("name", "is not a valid name", "Write it as the database knows it.")
            return
        if not self.name:
            yield Finding("name", "is empty")
        if "/" in self.account:
            yield Finding("name", f"{self.account!r} holds a slash")
        yield from checks.longest("name", self._known_as(), _LONGEST_USER.get(engine, 128))
        if iam and self.password is not None:
            yield Finding("password", f"does not go with type={self.type!r}")
        if iam and engine == "MYSQL" and "@" not in self.name:
            yield Finding("name", f"{self.name!r} is not an email", "Write the whole address.")
        if iam and engine == "POSTGRES" and self.name.endswith(_SUFFIX):
            plain = self.name.removesuffix(_SUFFIX)
            yield Finding("name", f"{self.name!r} is too long for PostgreSQL", f"Use {plain!r}.")
        if engine in {"POSTGRES", "SQLSERVER"}:
            for field in (
                "host",
                "password_expires",
                "allowed_failed_attempts",
                "check_failed_attempts",
                "verify_password",
            ):
                if getattr(self, field) is not None:
                    yield Finding(field, "is for MySQL only")
