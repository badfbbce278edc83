"""Managed zones (https://cloud.google.com/dns/docs/reference/rest/v1/managedZones)."""

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError, not_found
from gcpstack.emulator.core.model import Body, Kind, Reference
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.services.dns import common, records

# Google serves a public zone from one of five sets of name servers.
PUBLIC = tuple(f"ns-cloud-c{number}.googledomains.com." for number in range(1, 5))
PRIVATE = ("ns-gcp-private.googledomains.com.",)
APEX_TTL = 21600
KEY_SPECS = [
    {
        "kind": "dns#dnsKeySpec",
        "keyType": "keySigning",
        "algorithm": "rsasha256",
        "keyLength": 2048,
    },
    {
        "kind": "dns#dnsKeySpec",
        "keyType": "zoneSigning",
        "algorithm": "rsasha256",
        "keyLength": 1024,
    },
]
QUOTA = {
    "kind": "dns#quota",
    "managedZones": 10000,
    "rrsetsPerManagedZone": 10000,
    "rrsetAdditionsPerChange": 1000,
    "rrsetDeletionsPerChange": 1000,
    "totalRrdataSizePerChange": 100000,
    "resourceRecordsPerRrset": 100,
    "dnsKeysPerManagedZone": 4,
    "networksPerManagedZone": 100,
    "managedZonesPerNetwork": 10000,
    "policies": 100,
    "networksPerPolicy": 100,
    "targetNameServersPerPolicy": 50,
    "targetNameServersPerManagedZone": 50,
    "nameserversPerDelegation": 8,
    "responsePolicies": 100,
    "responsePolicyRulesPerResponsePolicy": 10000,
    "networksPerResponsePolicy": 100,
    "itemsPerRoutingPolicy": 100,
}


def _validate(_call: Call, body: Body, old: Body | None) -> None:
    name = body["dnsName"]
    if not records.is_name(name):
        raise common.wrong("entity.managedZone.dnsName", name)
    private = body["visibility"] == "private"
    if old is None and not private and body.get("privateVisibilityConfig", {}).get("networks"):
        raise common.wrong(
            "entity.managedZone.privateVisibilityConfig", "a public zone has no networks"
        )
    if private and "dnssecConfig" in body:
        raise common.wrong("entity.managedZone.dnssecConfig", "a private zone can't be signed")


def _complete(_call: Call, body: Body, _old: Body | None = None) -> None:
    """What the server adds to the settings that were sent."""
    body["cloudLoggingConfig"] = {
        "kind": "dns#managedZoneCloudLoggingConfig", **body.get("cloudLoggingConfig", {}),
    }  # fmt: skip
    if "privateVisibilityConfig" in body:
        sent = body["privateVisibilityConfig"]
        body["privateVisibilityConfig"] = {key: value for key, value in sent.items() if value != []}
    secured = body.get("dnssecConfig")
    if secured is not None:
        secured = {"kind": "dns#managedZoneDnsSecConfig", **secured}
        if secured.get("state") in ("on", "transfer"):
            secured.setdefault("nonExistence", "nsec3")
            secured.setdefault("defaultKeySpecs", KEY_SPECS)
        body["dnssecConfig"] = secured


def _on_create(call: Call, body: Body) -> None:
    body["creationTime"] = call.world.stamp()
    body["nameServers"] = list(PRIVATE if body["visibility"] == "private" else PUBLIC)
    _complete(call, body)


def _create(call: Call) -> Body:
    zone = common.create(call)
    servers, apex = zone.body["nameServers"], zone.body["dnsName"]
    start = f"{servers[0]} cloud-dns-hostmaster.google.com. 1 21600 3600 259200 300"
    for kind, rrdatas in (("NS", servers), ("SOA", [start])):
        record = {"name": apex, "type": kind, "ttl": APEX_TTL, "rrdatas": rrdatas}
        records.store(call.world, zone.name, record)
    return call.world.show(zone)


def _operate(call: Call, *, merge: bool) -> Body:
    """A change of a zone answers an operation with the zone before and after."""
    before = call.world.show(call.need())
    zone = common.change(call, merge=merge)
    ident = call.query.get("clientOperationId") or call.world.ids.uuid()
    body: Body = {
        "kind": "dns#operation",
        "id": ident,
        "startTime": call.world.stamp(),
        "status": "done",
        "user": call.world.user,
        "type": "UPDATE",
        "zoneContext": {"oldValue": before, "newValue": call.world.show(zone)},
    }
    call.world.state.put(Obj(common.SERVICE, "operations", f"{zone.name}/operations/{ident}", body))
    return body


def get_operation(call: Call) -> Body:
    """``managedZoneOperations.get``."""
    obj = call.find()
    if obj is None:
        raise not_found(
            f"The 'parameters.operation' resource named '{call.segments[-1]}' does not exist."
        )
    return obj.body


def list_operations(call: Call) -> Body:
    """``managedZoneOperations.list``."""
    call.need("/".join(call.segments[:4]), ZONES)
    found = [obj.body for obj in call.world.state.page(common.SERVICE, call.path)]
    answer: Body = {"kind": "dns#managedZoneOperationsListResponse"}
    return {**answer, "operations": found} if found else answer


def _list(call: Call) -> Body:
    wanted = call.query.get("dnsName")
    where = (lambda obj: obj.body["dnsName"] == wanted) if wanted else None
    return common.listed(call, ZONES, call.path, where)


def _check_empty(call: Call, zone: Obj) -> None:
    """Only the records that the server made may be left."""
    for obj in call.world.state.children(common.SERVICE, zone.name):
        if obj.kind == "resourceRecordSets" and not records.is_apex(zone, obj.body):
            text = f"The resource named '{zone.id}' cannot be deleted because it is not empty"
            raise ApiError(400, text, reason="containerNotEmpty", status="FAILED_PRECONDITION")


def project(call: Call) -> Body:
    """``projects.get``: the quotas."""
    number = call.world.number_of(call.project)
    return {"kind": "dns#project", "id": call.project, "number": number, "quota": QUOTA}


ZONES = Kind(
    name="managedZones",
    resources=("managedZones",),
    schema="ManagedZone",
    dialect=common.DIALECT,
    id_pattern=common.NAME,
    not_found="The 'parameters.managedZone' resource named '{id}' does not exist.",
    required=("dnsName", "description"),
    immutable=("name", "dnsName", "visibility", "reverseLookupConfig", "serviceDirectoryConfig"),
    output_only=("creationTime", "nameServers", "nameServerSet"),
    defaults={"visibility": "public"},
    refs=(
        Reference(
            path="privateVisibilityConfig.networks[].networkUrl",
            to=("compute.networks",),
            in_use=False,
        ),
        Reference(
            path="peeringConfig.targetNetwork.networkUrl", to=("compute.networks",), in_use=False
        ),
    ),
    validate=_validate,
    on_create=_on_create,
    on_update=_complete,
    on_delete=_check_empty,
    methods={
        "create": _create,
        "list": _list,
        "patch": lambda call: _operate(call, merge=True),
        "update": lambda call: _operate(call, merge=False),
    },
)
