"""Cloud SQL (https://cloud.google.com/sql/docs/mysql/admin-api/rest). No database runs behind an instance."""

from gcpstack.emulator.core.model import Service
from gcpstack.emulator.services.sqladmin import (
    authorities,
    backups,
    catalogue,
    certificates,
    databases,
    kept,
    logins,
    operations,
    users,
)
from gcpstack.emulator.services.sqladmin.instances import INSTANCES

SERVICE = Service(
    name="sqladmin",
    title="Cloud SQL Admin API",
    style="v1",
    versions=("v1beta4", "v1"),
    kinds=(
        INSTANCES, databases.DATABASES, users.USERS, backups.BACKUP_RUNS, kept.BACKUPS,
        certificates.CERTIFICATES, operations.OPERATIONS,
    ),
    methods={
        "tiers.list": catalogue.list_tiers,
        "flags.list": catalogue.list_flags,
        "connect.get": certificates.connect_settings,
        "connect.generateEphemeral": authorities.generate,
        "sslCerts.createEphemeral": authorities.create,
        "projects.instances.getLatestRecoveryTime": authorities.latest_recovery,
    },
    controls={"login": logins.login},
    events={**operations.EVENTS, **backups.EVENTS, **kept.EVENTS},
)  # fmt: skip
