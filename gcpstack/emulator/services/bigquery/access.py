"""Who may use a dataset: the entries of its access list.

https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets#Dataset.FIELDS.access
"""

from gcpstack.emulator.core import iam
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body

# Nobody signs in here. Published records of datasets show this address as the one who made them.
CREATOR = "user@google.com"
# https://cloud.google.com/bigquery/docs/access-control-basic-roles: the roles' older names are told.
_BASIC = {
    "roles/bigquery.dataOwner": "OWNER",
    "roles/bigquery.dataEditor": "WRITER",
    "roles/bigquery.dataViewer": "READER",
}
_GROUPS = ("projectOwners", "projectReaders", "projectWriters", "allAuthenticatedUsers")
_PEOPLE = ("userByEmail", "groupByEmail", "domain", "specialGroup", "iamMember")
_RESOURCES = ("view", "routine", "dataset")
# A member in the words of IAM is told by the field of its own.
_FIELD_OF_MEMBER = {
    "user": "userByEmail",
    "serviceAccount": "userByEmail",
    "group": "groupByEmail",
    "domain": "domain",
}
_WITH_CONDITIONS = 3


def usual() -> list[Body]:
    """Who may use a new dataset that says nothing of it."""
    return [
        {"role": "OWNER", "specialGroup": "projectOwners"},
        {"role": "OWNER", "userByEmail": CREATOR},
        {"role": "READER", "specialGroup": "projectReaders"},
        {"role": "WRITER", "specialGroup": "projectWriters"},
    ]


def settle(call: Call, dataset: str, body: Body, had: list[Body]) -> None:
    """Check an access list and spell it as it is told; ``dataset`` is how errors call it."""
    entries = [_spelled(entry) for entry in body.get("access", ())]
    for entry in entries:
        _check(call, dataset, entry)
        if entry not in had:
            _check_account(call, dataset, entry)
    unique = [entry for index, entry in enumerate(entries) if entry not in entries[:index]]
    body["access"] = sorted(
        unique, key=lambda entry: (entry.get("role", ""), str(sorted(entry.items())))
    )


def _spelled(entry: Body) -> Body:
    entry = dict(entry)
    if "role" in entry:
        entry["role"] = _BASIC.get(entry["role"], entry["role"])
    kind, colon, rest = str(entry.get("iamMember", "")).partition(":")
    if colon and kind in _FIELD_OF_MEMBER:
        entry.pop("iamMember")
        entry[_FIELD_OF_MEMBER[kind]] = rest
    elif entry.get("iamMember") == "allAuthenticatedUsers":
        entry["specialGroup"] = entry.pop("iamMember")
    for field in ("userByEmail", "groupByEmail", "domain"):
        if field in entry:
            entry[field] = entry[field].lower()
    return entry


def _check(call: Call, dataset: str, entry: Body) -> None:
    named = [field for field in (*_PEOPLE, *_RESOURCES) if field in entry]
    if len(named) != 1:
        raise invalid("An access entry must name exactly one of whom or what it lets in.")
    role = entry.get("role", "")
    if named[0] in _RESOURCES:
        if role:
            raise invalid(f"Access entries of a {named[0]} must not have a role.")
        return
    if not role:
        raise invalid("Required field role is missing in an access entry.")
    if role not in _BASIC.values() and not role.startswith(
        ("roles/", "projects/", "organizations/")
    ):
        raise invalid(_failed(dataset, f"Role {role} is not supported for this resource."))
    if entry.get("specialGroup", _GROUPS[0]) not in _GROUPS:
        group = entry["specialGroup"]
        raise invalid(f"Invalid value for specialGroup: {group} is not a valid value")
    member = entry.get("iamMember", "")
    if member and member != "allUsers" and not iam.MEMBER.fullmatch(member):
        text = f"The member {member} is of an unknown type. Please set a valid type prefix for the member."
        raise invalid(_failed(dataset, text))
    if "condition" in entry and int(call.query.get("accessPolicyVersion") or 1) < _WITH_CONDITIONS:
        raise invalid(
            "Requests for conditional access policy binding in datasets must specify version 3."
        )


def _check_account(call: Call, dataset: str, entry: Body) -> None:
    email = entry.get("userByEmail", "")
    if iam.is_missing(call.world, f"serviceAccount:{email}"):
        raise invalid(_failed(dataset, f"Service account {email} does not exist."))


def _failed(dataset: str, why: str) -> str:
    return f"IAM setPolicy failed for Dataset {dataset}: {why}"
