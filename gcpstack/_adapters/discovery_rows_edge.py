"""Names, certificates and identities, which google-api-python-client serves, as rows."""

import functools
from collections.abc import Iterable, Mapping

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.discovery import Discovery, Row
from gcpstack._core.json import Body
from gcpstack._core.ports import Edit, Step

# --- Cloud DNS -----------------------------------------------------------------------------------


def _described(ids: Mapping[str, str], body: Body) -> Body:
    """Name a new zone; Google asks for a description of it."""
    return {"description": ids["name"], **body, "name": ids["name"]}


def _record(ids: Mapping[str, str], body: Body) -> Body:
    return {**body, "name": ids["name"], "type": ids["type"]}


_RECORD = ("ttl", "rrdatas", "routingPolicy")


def _whole_record(discovery: Discovery, edit: Edit) -> Iterable[Step]:
    """Replace a record set whole, so that no mixture of two answers is ever given.

    https://cloud.google.com/dns/docs/reference/rest/v1/resourceRecordSets/patch
    """
    # What answers in another way than before is not to answer in both.
    other = "rrdatas" if "routingPolicy" in edit.desired else "routingPolicy"
    held: Body = {
        key: edit.merged[key]
        for key in _RECORD
        if edit.merged.get(key) is not None and (key != other or key in edit.desired)
    }
    policy = edit.desired.get("routingPolicy")
    if isinstance(policy, Mapping):
        held["routingPolicy"] = _one_way(policy, held["routingPolicy"])
    params = {"body": _record(edit.target.ids, held)}
    if edit.changed:
        yield Step("update", functools.partial(discovery.call, "patch", params, edit.target))


def _one_way(declared: Mapping[str, object], merged: object) -> object:
    """Keep the declared ways of routing alone."""
    if not isinstance(merged, Mapping):
        return merged
    return {key: value for key, value in merged.items() if key in declared}


# --- Certificate Manager -------------------------------------------------------------------------
# https://cloud.google.com/certificate-manager/docs/reference/certificate-manager/rest


def _unnamed(_: Mapping[str, str], body: Body) -> Body:
    """The name is told beside the body."""
    return body


_PLACE = "projects/{project}/locations/{location}"
_GLOBAL = "projects/{project}/locations/global"


def _manager(plural: str, parent: str, collection: str = "") -> Row:
    """Describe a kind of Certificate Manager."""
    single = plural.removesuffix("ies") + "y" if plural.endswith("ies") else plural[:-1]
    return Row(
        api="certificatemanager",
        version="v1",
        collection=collection or f"projects.locations.{plural}",
        one={"name": "{path}"},
        parent={"parent": parent},
        id=f"{single}Id",
        body=_unnamed,
        style="mask",
        items=plural,
        list_params={"pageSize": 500},
        operations="certificatemanager",
    )


_ZONE = {"project": "{project}", "managedZone": "{zone}"}

ROWS: Mapping[str, Row] = {
    "certificatemanager.Certificate": _manager("certificates", _PLACE),
    "certificatemanager.CertificateMap": _manager("certificateMaps", _GLOBAL),
    "certificatemanager.CertificateMapEntry": _manager(
        "certificateMapEntries",
        _GLOBAL + "/certificateMaps/{certificate_map}",
        "projects.locations.certificateMaps.certificateMapEntries",
    ),
    "certificatemanager.DnsAuthorization": _manager("dnsAuthorizations", _PLACE),
    # https://cloud.google.com/dns/docs/reference/rest/v1/managedZones
    "dns.ManagedZone": Row(
        api="dns",
        version="v1",
        collection="managedZones",
        one={"project": "{project}", "managedZone": "{name}"},
        parent={"project": "{project}"},
        body=_described,
        style="merge",
        items="managedZones",
        list_params={"maxResults": 1000},
    ),
    # https://cloud.google.com/dns/docs/reference/rest/v1/resourceRecordSets
    "dns.RecordSet": Row(
        api="dns",
        version="v1",
        collection="resourceRecordSets",
        one={**_ZONE, "name": "{name}", "type": "{type}"},
        parent=_ZONE,
        body=_record,
        steps=_whole_record,
        items="rrsets",
        list_params={"maxResults": 1000},
        ids=lambda body: {"name": str(body["name"]), "type": str(body["type"])},
    ),
}


def adapter(clients: Clients, kind: str, stack: str) -> Discovery:  # noqa: ARG001 # no marks here
    """Make the adapter of a kind."""
    return Discovery(clients, ROWS[kind])
