"""Server certificate authorities and how they take turns, and the short certificates of connectors.

https://cloud.google.com/sql/docs/postgres/manage-ssl-instance#server-certs-rotate: up to three
authorities are trusted, the one in use, one that waits to be rotated in, and the one before.
"""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.services.sqladmin import certificates, operations
from gcpstack.emulator.services.sqladmin.operations import invalid, need, running

SHORT = 3600  # seconds for which a connector's certificate holds
NEXT, BEFORE = "nextAuthority", "lastAuthority"
PEM = "-----BEGIN PUBLIC KEY-----", "-----BEGIN RSA PUBLIC KEY-----"


def list_all(call: Call) -> Body:
    """``listServerCas``."""
    instance = need(call)
    active = instance.body["serverCaCert"]
    others = [instance.meta[key] for key in (NEXT, BEFORE) if key in instance.meta]
    return {
        "kind": "sql#instancesListServerCas",
        "certs": [active, *others],
        "activeVersion": active["sha1Fingerprint"],
    }


def add(call: Call) -> Body:
    """``addServerCa``: one more that waits; it takes the place of another that waits."""
    instance = need(call)
    operations.refuse_busy(instance)
    fresh = certificates.authority(call.world, instance.id, call.world.ids.number(9))
    instance = call.world.state.put(instance.but(meta={**instance.meta, NEXT: fresh}))
    return operations.start(call, "UPDATE", instance)


def rotate(call: Call) -> Body:
    """``rotateServerCa``: to the one that waits, or back to the one before."""
    instance = need(call)
    operations.refuse_busy(instance)
    wanted = call.body.get("rotateServerCaContext", {}).get("nextVersion")
    known = {
        instance.meta[key]["sha1Fingerprint"]: key for key in (NEXT, BEFORE) if key in instance.meta
    }
    if not wanted and NEXT not in instance.meta:
        raise invalid("Invalid request: There is no server CA to rotate to; add one first.")
    key = known.get(wanted, "") if wanted else NEXT
    if not key:
        raise invalid(f"Invalid request: There is no server CA version {wanted} to rotate to.")
    meta = {name: value for name, value in instance.meta.items() if name != key}
    body = {**instance.body, "serverCaCert": instance.meta[key]}
    meta[BEFORE] = instance.body["serverCaCert"]
    changed = call.world.state.put(instance.but(body=body, meta=meta))
    return operations.start(call, "UPDATE", changed)


def _short(call: Call, instance: Obj) -> Body:
    running(instance)
    public = str(call.body.get("public_key", ""))
    if not public.strip().startswith(PEM):
        raise invalid("Invalid request: The public key is not a PEM-encoded RSA key.")
    serial = call.world.ids.number(9)
    return certificates.signed(call.world, instance.id, "Google Cloud SQL Client", serial, SHORT)


def generate(call: Call) -> Body:
    """``connect.generateEphemeral``: what a connector shows to the instance."""
    return {"ephemeralCert": _short(call, need(call))}


def create(call: Call) -> Body:
    """``sslCerts.createEphemeral``: the same, told as it is."""
    return _short(call, need(call))


# -- what an instance is asked to do beside


def latest_recovery(call: Call) -> Body:
    """``getLatestRecoveryTime``: of an instance that keeps its log."""
    instance = need(call)
    config = instance.body["settings"]["backupConfiguration"]
    if not (config.get("pointInTimeRecoveryEnabled") or config.get("binaryLogEnabled")):
        raise invalid("Invalid request: Point-in-time recovery is not enabled for the instance.")
    return {
        "kind": "sql#getLatestRecoveryTime",
        "earliestRecoveryTime": instance.body["createTime"],
        "latestRecoveryTime": call.world.stamp(),
    }


def truncate_log(call: Call) -> Body:
    """``truncateLog``: MySQL keeps two logs in tables."""
    instance, kind = need(call), call.body.get("truncateLogContext", {}).get("logType", "")
    operations.refuse_busy(instance)
    running(instance)
    if not instance.body["databaseVersion"].startswith("MYSQL"):
        raise invalid("Invalid request: Only logs of MySQL instances can be truncated.")
    if kind not in ("MYSQL_GENERAL_TABLE", "MYSQL_SLOW_TABLE"):
        raise invalid(f"Invalid request: Invalid log type ({kind}).")
    return operations.start(call, "TRUNCATE_LOG", instance)


def reencrypt(call: Call) -> Body:
    """``reencrypt``: with the primary version of the instance's own key."""
    instance = need(call)
    operations.refuse_busy(instance)
    if not instance.body.get("diskEncryptionConfiguration", {}).get("kmsKeyName"):
        raise invalid("Invalid request: The instance has no customer-managed encryption key.")
    return operations.start(call, "REENCRYPT", instance)


def pre_check(call: Call) -> Body:
    """``preCheckMajorVersionUpgrade``: to a version that the instance can go to."""
    instance, context = need(call), call.body.get("preCheckMajorVersionUpgradeContext", {})
    operations.refuse_busy(instance)
    running(instance)
    wanted = context.get("targetDatabaseVersion", "")
    if wanted not in [one["name"] for one in instance.body.get("upgradableDatabaseVersions", ())]:
        now = instance.body["databaseVersion"]
        raise invalid(f"Invalid request: Cannot upgrade from {now} to {wanted}.")
    return operations.start(
        call, "PRE_CHECK_MAJOR_VERSION_UPGRADE", instance,
        preCheckMajorVersionUpgradeContext={**context, "preCheckResponse": []},
    )  # fmt: skip
