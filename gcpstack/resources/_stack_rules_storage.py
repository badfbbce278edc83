"""What documents, keys and files of one stack demand of each other."""

from collections.abc import Iterator, Mapping

from gcpstack._core.json import Path, get
from gcpstack._core.refs import Address, Link, placeholders
from gcpstack._core.resource import Declared
from gcpstack.exceptions import Problem
from gcpstack.resources._granted import of_agent
from gcpstack.resources._stack_rules_keys import keys
from gcpstack.resources._stackwide import Stack, of


def keep(stack: Stack) -> Iterator[Problem]:
    """Find everything that Google would refuse, or that would silently not work."""
    for rule in (_expiring_indexes, _two_ttls, _mute, _kept_out, _guards, keys):
        yield from rule(stack)


def _expiring_indexes(stack: Stack) -> Iterator[Problem]:
    """An index of the time that documents expire by limits how fast they are written.

    https://cloud.google.com/firestore/docs/ttl#ttl_fields_and_indexes
    """
    expiring = {
        (item.ids["database"], item.ids["collection"], item.ids["name"])
        for item in of(stack, "firestore.Field")
        # Where that is accepted, the field's own indexes are left to Google or named.
        if "ttlConfig" in item.body and item.body.get("indexConfig") == {"indexes": []}
    }
    for item in of(stack, "firestore.Index"):
        fields = item.body.get("fields")
        for field in fields if isinstance(fields, list) else ():
            key = (item.ids["database"], item.ids["collection"], str(field.get("fieldPath")))
            if key in expiring:
                yield Problem(
                    f"{item.address}: fields",
                    f"index {key[2]}, by which documents expire: writes of rising times to one "
                    "index are limited to some 500 a second.",
                    "Leave it out, or declare its field with allow_indexed_ttl=True.",
                )


def _two_ttls(stack: Stack) -> Iterator[Problem]:
    """Documents of a collection expire by one field.

    https://cloud.google.com/firestore/docs/ttl#limitations
    """
    seen: dict[tuple[str, str], str] = {}
    for item in of(stack, "firestore.Field"):
        if "ttlConfig" not in item.body:
            continue
        key, name = (item.ids["database"], item.ids["collection"]), item.ids["name"]
        first = seen.setdefault(key, name)
        if first != name:
            yield Problem(
                f"{item.address}: ttl",
                f"is set, but documents of {key[1]} expire by {first} already.",
                "One field of a collection may have it.",
            )


_PUBLISHERS = frozenset(
    {"roles/pubsub.publisher", "roles/pubsub.editor", "roles/pubsub.admin", "roles/editor"}
)
_PUBLIC = ("allUsers", "allAuthenticatedUsers")


#: What publishes by itself: where its topics stand, the API whose agent does, and Google's page.
_TELLING: Mapping[str, tuple[Path, str, str]] = {
    "secretmanager.Secret": (
        ("topics",),
        "secretmanager",
        "https://cloud.google.com/secret-manager/docs/event-notifications",
    ),
    "storage.Notification": (
        ("topic",),
        "storage",
        "https://cloud.google.com/storage/docs/reporting-changes",
    ),
}


def _publishers(stack: Stack, topic: Declared, api: str) -> list[Declared]:
    """List the grants by which the agent of an API may publish to a topic."""
    scopes = (
        ("pubsub.TopicIamMember", {"project": topic.ids["project"], "topic": topic.ids["name"]}),
        ("resourcemanager.ProjectIamMember", {"project": topic.ids["project"]}),
    )
    return [
        grant
        for kind, on in scopes
        for grant in of(stack, kind)
        if (grant.ids["role"] in _PUBLISHERS or not grant.ids["role"].startswith("roles/"))
        and all(grant.ids[name] == value for name, value in on.items())
        and of_agent(grant, api)
    ]


def _told(stack: Stack) -> Iterator[tuple[Declared, Declared, str, str]]:
    """List what publishes with its topics, where both are declared; its API, and Google's page."""
    for kind, (path, api, page) in _TELLING.items():
        for item in of(stack, kind):
            for link in placeholders(get(item.body, path)):
                topic = stack.get(link.to) if isinstance(link, Link) else None
                if topic is not None and topic.kind.name == "pubsub.Topic":
                    yield item, topic, api, page


def publishers_first(stack: Stack) -> Iterator[tuple[Address, set[Address]]]:
    """Tell for everything that publishes which grants must be there before."""
    for item, topic, api, _ in _told(stack):
        yield item.address, {grant.address for grant in _publishers(stack, topic, api)}


def _mute(stack: Stack) -> Iterator[Problem]:
    """Google's services publish as their agents: https://cloud.google.com/iam/docs/service-agents."""
    for item, topic, api, page in _told(stack):
        if not _publishers(stack, topic, api):
            yield Problem(
                str(item.address),
                f"tells the topic {topic.ids['name']}, to which the agent of {api} may not publish "
                f"({page}).",
                "Declare TopicIamMember(topic, role='roles/pubsub.publisher', "
                f"member=ServiceAgent('{api}.googleapis.com').output('member')).",
            )


def _kept_out(stack: Stack) -> Iterator[Problem]:
    """Public access prevention wins over grants.

    https://cloud.google.com/storage/docs/public-access-prevention
    """
    closed = {
        item.ids["name"]
        for item in of(stack, "storage.Bucket")
        if get(item.body, ("iamConfiguration", "publicAccessPrevention")) == "enforced"
    }
    for grant in of(stack, "storage.BucketIamMember"):
        if grant.ids["bucket"] in closed and grant.ids["member"] in _PUBLIC:
            yield Problem(
                f"{grant.address}: member",
                f"public_access_prevention='enforced' keeps {grant.ids['member']} out of the "
                "bucket: Google refuses the grant.",
                "Remove one of them.",
            )


#: The fields that name a Cloud Armor policy, and the type that each takes.
_GUARDS = (("securityPolicy", "CLOUD_ARMOR"), ("edgeSecurityPolicy", "CLOUD_ARMOR_EDGE"))


def _guards(stack: Stack) -> Iterator[Problem]:
    """Policies before a cache are of another type than those before backends.

    https://cloud.google.com/armor/docs/security-policy-overview#policy-types
    """
    for kind in ("compute.BackendBucket", "compute.BackendService"):
        for item in of(stack, kind):
            for field, wanted in _GUARDS:
                link = item.body.get(field)
                policy = stack.get(link.to) if isinstance(link, Link) else None
                found = (policy.body.get("type") or "CLOUD_ARMOR") if policy else wanted
                if policy and found != wanted:
                    yield Problem(
                        f"{item.address}: {item.table.python_name((field,))}",
                        f"is {policy.ids['name']}, of the type {found}: it takes one of {wanted}.",
                        f"Declare that policy with type={wanted!r}, or name another.",
                    )
