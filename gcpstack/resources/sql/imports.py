"""Files of SQL that are run in a database once."""

import dataclasses
from collections.abc import Iterator
from typing import ClassVar, Self

from gcpstack._core.facets import Facet, identity, required, scope, spec
from gcpstack._core.resource import Resource, Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _kinds_data as kinds
from gcpstack.resources import sources
from gcpstack.resources._base import Declaration
from gcpstack.resources._checks import BUCKET, Finding, NameRule
from gcpstack.resources._types import BucketRef, SqlDatabaseRef, SqlInstanceRef, Text
from gcpstack.resources.sources import FromFile

_NAMES = NameRule(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}",
    "1 to 100 letters, digits, dots, underscores and hyphens, a letter or digit first",
)


@resource(kinds.SQL_IMPORT)
class SqlImport(Declaration):
    """A file of SQL, such as a schema, that is imported into a database: once for each content.

    https://cloud.google.com/sql/docs/postgres/import-export/import-export-sql. The file is kept in a
    bucket, which the instance must be allowed to read: grant ``roles/storage.objectViewer`` on it to
    ``serviceAccount:`` and the instance's output ``service_account_email``. Another content is
    imported on top of what is there; nothing is ever undone, and what is imported is not checked
    again.

    Attributes:
        name: the name of the file in the bucket, such as ``schema.sql``.
        database: the database.
        bucket: the bucket.
        content: what is imported: text, or a `FromFile`.
        instance: the instance; that of the declared database if not given.
        project: its project; the stack's if not given.
        user: the user that it is imported as; PostgreSQL only.
    """

    NAMES: ClassVar[NameRule | None] = _NAMES

    name: str = identity(kw_only=False)
    database: SqlDatabaseRef = required(Facet.IDENTITY)
    bucket: BucketRef = required(Facet.IDENTITY)
    content: Text | FromFile = required(Facet.WRITE_ONLY, encode=encode.sensitive)
    instance: SqlInstanceRef | None = spec(Facet.IDENTITY)
    project: str | None = scope()
    user: Text | None = spec(wire="importUser")

    def located(self, scope: Scope) -> Self:
        """Stand where the database stands."""
        there = getattr(self.database, "instance", None) if self.instance is None else None
        placed = self if there is None else dataclasses.replace(self, instance=there)
        return super(SqlImport, placed).located(scope)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check that there is something to import, and somewhere."""
        if self.instance is None and not isinstance(self.database, Resource):
            yield Finding("instance", "is missing", "Give it, or refer to a declared SqlDatabase.")
        yield from checks.name("bucket", self.bucket, BUCKET)
        yield from sources.findings("content", self.content)
