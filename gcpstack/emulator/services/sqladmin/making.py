"""What makes an instance beside its settings: addresses, versions, replicas, the network it is reached by."""

import ipaddress

from gcpstack.emulator.core import encryption, links
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import ApiError
from gcpstack.emulator.core.ids import fingerprint
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.recorded import is_placeholder
from gcpstack.emulator.core.store import Obj, Ref
from gcpstack.emulator.core.world import World
from gcpstack.emulator.services.sqladmin import catalogue, certificates, operations
from gcpstack.emulator.services.sqladmin.operations import SERVICE, invalid

NETWORK_PATH = "settings.ipConfiguration.privateNetwork"
PEERING = "servicenetworking-googleapis-com"
FIXED = ("region", "name", "instanceType", "masterInstanceName")
# The opaque middle of the address of an instance's own service account.
ACCOUNT = "p{number}-abcdef@gcp-sa-cloud-sql.iam.gserviceaccount.com"


class BurnsNameError(ApiError):
    """A refusal after which the name can't be used for a week all the same."""


def tagged(body: Body) -> Body:
    """A body with a new etag."""
    plain = {key: value for key, value in body.items() if key != "etag"}
    return {**plain, "etag": fingerprint(plain)}


def primary_of(call: Call, body: Body) -> Obj | None:
    """The primary of a replica that is to be made."""
    wanted = body.get("masterInstanceName", "")
    if not wanted:
        return None
    name = f"projects/{call.project}/instances/{wanted.rsplit(':', 1)[-1]}"
    found = call.find(name)
    if found is None:
        raise ApiError(404, "The Cloud SQL instance does not exist.", reason="instanceDoesNotExist")
    if not found.body["settings"]["backupConfiguration"]["enabled"]:
        raise invalid(
            "Invalid request: Backups must be enabled on the primary instance to make a replica of it."
        )
    body["masterInstanceName"] = f"{call.project}:{found.id}"
    body.setdefault("databaseVersion", found.body["databaseVersion"])
    if body["databaseVersion"] != found.body["databaseVersion"]:
        raise invalid(
            "Invalid request: A replica must have the database version of its primary instance."
        )
    edition = {"edition": found.body["settings"]["edition"], "tier": found.body["settings"]["tier"]}
    body["settings"] = {**edition, **body.get("settings", {})}
    return found


def join(world: World, primary: Obj, replica: str) -> None:
    """A primary tells its replicas."""
    names = [*primary.body.get("replicaNames", []), replica]
    world.state.put(primary.but(body=tagged({**primary.body, "replicaNames": names})))


def leave(world: World, replica: Obj) -> None:
    """A replica that goes or stands alone is told no more."""
    project, _, ident = replica.body["masterInstanceName"].partition(":")
    primary = world.state.get(SERVICE, f"projects/{project}/instances/{ident}")
    if primary is None:
        return
    names = [name for name in primary.body.get("replicaNames", []) if name != replica.id]
    body = {key: value for key, value in primary.body.items() if key != "replicaNames"}
    world.state.put(primary.but(body=tagged({**body, "replicaNames": names} if names else body)))


def complete(call: Call, body: Body) -> tuple[Ref, ...]:
    """Fill in what only the server knows of a new instance."""
    world, ident = call.world, body["name"]
    name = f"projects/{call.project}/instances/{ident}"
    body |= {
        "kind": "sql#instance",
        "project": call.project,
        "selfLink": operations.link(call, name),
        "connectionName": f"{call.project}:{body['region']}:{ident}",
        "createTime": world.stamp(),
        "backendType": "SECOND_GEN",
        "sqlNetworkArchitecture": "NEW_NETWORK_ARCHITECTURE",
        "satisfiesPzi": True,
        "gceZone": body["settings"]["locationPreference"]["zone"],
        "serviceAccountEmailAddress": ACCOUNT.format(number=world.number_of(call.project)),
        "serverCaCert": certificates.authority(world, ident),
    }
    gemini = catalogue.GEMINI.get(catalogue.engine(body["databaseVersion"]))
    if gemini:
        body.setdefault("geminiConfig", gemini)
    set_version(body)
    return place(call, body)


def set_version(body: Body) -> None:
    """What is installed for a version, and where it can go from there."""
    version = body["databaseVersion"]
    body["databaseInstalledVersion"], body["maintenanceVersion"] = catalogue.installed(version)
    offers = catalogue.upgrades(version)
    body.pop("upgradableDatabaseVersions", None)
    if offers:
        body["upgradableDatabaseVersions"] = offers


def upgrade(old: Body, new: Body, sent: Body) -> None:
    """A major version changes alone and upwards; so does the maintenance version."""
    version = sent.get("databaseVersion", old["databaseVersion"])
    wanted = sent.get("maintenanceVersion", old["maintenanceVersion"])
    if version != old["databaseVersion"]:
        offers = [offer["name"] for offer in old.get("upgradableDatabaseVersions", [])]
        if version not in offers:
            raise invalid(
                f"Invalid request: Cannot upgrade from {old['databaseVersion']} to {version}."
            )
        set_version(new)
    elif wanted != old["maintenanceVersion"]:
        known = catalogue.installed(version)[1]
        raise invalid(
            f"Invalid request: Maintenance version ({wanted}) is not available; the newest is {known}."
        )


def check_fixed(old: Body, sent: Body) -> None:
    """Refuse to change what an instance keeps for ever."""
    for field in FIXED:
        if sent.get(field) not in (None, "", old.get(field)):
            raise invalid(f"Invalid request: {field} cannot be updated.")
    key = old.get("diskEncryptionConfiguration", {}).get("kmsKeyName")
    if sent.get("diskEncryptionConfiguration", {}).get("kmsKeyName", key) != key:
        raise invalid(
            "Invalid request: The encryption key cannot be changed after the instance is created."
        )


def reset_backups(settings: Body, sent: Body) -> None:
    """With the edition the usual numbers of backups change, unless they are sent."""
    mine = sent.get("backupConfiguration", {})
    usual = ("backupRetentionSettings", "transactionLogRetentionDays", "backupTier")
    config = settings.get("backupConfiguration", {})
    settings["backupConfiguration"] = {
        k: v for k, v in config.items() if k in mine or k not in usual
    }


def place(call: Call, body: Body) -> tuple[Ref, ...]:
    """The addresses of an instance, and what it uses of other services."""
    config = body["settings"]["ipConfiguration"]
    told = {one["type"]: one for one in body.get("ipAddresses", [])}
    kinds = []
    if config["ipv4Enabled"]:
        outgoing = catalogue.engine(body["databaseVersion"]) == "POSTGRES"
        kinds += ["PRIMARY", "OUTGOING"] if outgoing else ["PRIMARY"]
    refs: tuple[Ref, ...] = ()
    if config.get("privateNetwork"):
        network = _network(call, config["privateNetwork"])
        refs = ((*("compute", network), NETWORK_PATH),)
        told.setdefault(
            "PRIVATE", {"type": "PRIVATE", "ipAddress": _private_address(call, body, network)}
        )
        kinds.append("PRIVATE")
    if not kinds and not config.get("pscConfig", {}).get("pscEnabled"):
        raise invalid(
            "Invalid request: At least one of public IP, private IP or PSC must be enabled."
        )
    addresses = [
        told.get(kind) or {"type": kind, "ipAddress": call.world.ids.address()} for kind in kinds
    ]
    body.pop("ipAddresses", None)
    if addresses:
        body["ipAddresses"] = addresses
    key = body.get("diskEncryptionConfiguration", {}).get("kmsKeyName")
    if key and call.world.find("cloudkms", call.world.canonical(key)) is None:
        raise invalid(f"Invalid request: The KMS key {key} was not found.")
    agent = encryption.refused(call, key or "")
    if agent:  # https://cloud.google.com/sql/docs/postgres/configure-cmek
        raise invalid(
            f"Invalid request: The service account {agent} may not use the KMS key {key}."
        )
    return refs


def _network(call: Call, text: str) -> str:
    name = links.relative(text, call.project)
    return links.by_number(call.world, call.world.canonical(name))


def _problem(call: Call, network: str) -> str:
    """What keeps a network from being used privately, in Google's word; ``""`` for nothing."""
    world = call.world
    host = world.find("compute", network)
    if host is None:
        return "NETWORK_NOT_FOUND"
    for project in (call.project, network.split("/")[1]):
        enabled = world.state.record("enabled", f"{project}/servicenetworking.googleapis.com")
        if world.strict_apis and not enabled:
            return "SERVICE_NETWORKING_NOT_ENABLED"
    peerings = [one["name"] for one in host.body.get("peerings", ())]
    return "" if PEERING in peerings else "NETWORK_NOT_PEERED"


def _private_address(call: Call, body: Body, network: str) -> str:
    """An address out of the ranges that the network reserved for Google's services."""
    world = call.world
    problem = "" if is_placeholder(network.rsplit("/", 1)[-1]) else _problem(call, network)
    if problem:
        raise BurnsNameError(
            400,
            "Invalid request: Incorrect Service Networking config for instance: "
            f"{call.project}:{body['name']}:{problem}.",
            reason="invalid",
        )
    used = world.state.users("compute", network)
    found = [user for user, _ in used if user.service == "servicenetworking"]
    ranges = found[0].body["reservedPeeringRanges"] if found else []
    project = network.split("/")[1]
    address = (
        world.find("compute", f"projects/{project}/global/addresses/{ranges[0]}")
        if ranges
        else None
    )
    start = address.body.get("address", "10.0.0.0") if address else "10.0.0.0"
    number = world.state.count(f"sqladmin.address/{network}")
    return str(ipaddress.ip_address(start) + 2 + number)
