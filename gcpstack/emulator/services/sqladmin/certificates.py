"""Certificates. No database answers here, so there is nothing in them but their frame.

https://cloud.google.com/sql/docs/mysql/admin-api/rest/v1beta4/sslCerts
"""

import re

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.model import Body, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.sqladmin import operations
from gcpstack.emulator.services.sqladmin.operations import DIALECT, SERVICE, invalid, need

FRAME = "-----BEGIN {what}-----\n-----END {what}-----\n"
LIVES = 10 * 365 * 86400
COMMON_NAME = re.compile(r"[a-zA-Z0-9._ -]{1,64}")
MOST = 10


def signed(
    world: World, instance: str, common_name: str, serial: str, lives: float = LIVES
) -> Body:
    """A certificate of an instance, for so many seconds."""
    return {
        "kind": "sql#sslCert",
        "instance": instance,
        "commonName": common_name,
        "certSerialNumber": serial,
        "cert": FRAME.format(what="CERTIFICATE"),
        "sha1Fingerprint": world.ids.hex(40),
        "createTime": world.stamp(),
        "expirationTime": world.stamp(world.now() + lives),
    }


def authority(world: World, instance: str, serial: str = "0") -> Body:
    """A certificate authority of an instance; the first has no serial number."""
    return signed(world, instance, "common-name", serial)


def _collection(instance: Obj) -> str:
    return f"{instance.name}/sslCerts"


def _insert(call: Call) -> Body:
    """``insert``: the only time at which the private key is told."""
    instance, common = need(call), str(call.body.get("commonName", ""))
    operations.refuse_busy(instance)
    if not COMMON_NAME.fullmatch(common):
        raise invalid(f"Invalid request: Invalid common name ({common}).")
    present = list(call.world.state.page(SERVICE, _collection(instance)))
    if any(obj.body["commonName"] == common for obj in present):
        raise ApiError(409, "The SSL certificate already exists.", reason="sslCertAlreadyExists")
    if len(present) >= MOST:
        raise invalid(f"Invalid request: An instance can have at most {MOST} client certificates.")
    body = signed(call.world, instance.id, common, call.world.ids.number(9))
    ident = body["sha1Fingerprint"]
    body["selfLink"] = f"{instance.body['selfLink']}/sslCerts/{ident}"
    call.world.state.put(Obj(SERVICE, CERTIFICATES.name, f"{_collection(instance)}/{ident}", body))
    operation = operations.start(call, "UPDATE", instance, latency=("SslCert", "create"))
    return {
        "kind": "sql#sslCertsInsert",
        "operation": operation,
        "clientCert": {"certInfo": body, "certPrivateKey": FRAME.format(what="RSA PRIVATE KEY")},
        "serverCaCert": instance.body["serverCaCert"],
    }


def _need(call: Call, instance: Obj) -> Obj:
    obj = call.find(f"{_collection(instance)}/{call.params['sha1Fingerprint']}")
    if obj is None:
        raise ApiError(404, "The SSL certificate does not exist.", reason="sslCertDoesNotExist")
    return obj


def _delete(call: Call) -> Body:
    instance = need(call)
    operations.refuse_busy(instance)
    call.world.state.delete(SERVICE, _need(call, instance).name)
    return operations.start(call, "UPDATE", instance, latency=("SslCert", "delete"))


def _list(call: Call) -> Body:
    found = [obj.body for obj in call.world.state.page(SERVICE, _collection(need(call)))]
    body: Body = {"kind": "sql#sslCertsList"}
    return {**body, "items": found} if found else body


def connect_settings(call: Call) -> Body:
    """``connect.get``: what a connector needs to know."""
    body = need(call).body
    told = (
        "serverCaCert",
        "ipAddresses",
        "region",
        "databaseVersion",
        "backendType",
        "connectionName",
    )
    return {
        "kind": "sql#connectSettings",
        **{field: body[field] for field in told if field in body},
    }


CERTIFICATES = Kind(
    name="sslCerts",
    resources=("sslCerts",),
    schema="SslCert",
    dialect=DIALECT,
    methods={
        "insert": _insert,
        "get": lambda call: _need(call, need(call)).body,
        "list": _list,
        "delete": _delete,
    },
)
