"""What documents, keys and files of one stack demand of each other."""

from collections.abc import Iterator

from gcpstack.exceptions import Problem
from gcpstack.resources._stackwide import Stack, of
from gcpstack.resources._together_keys import keys


def keep(stack: Stack) -> Iterator[Problem]:
    """Find everything that Google would refuse, or that would silently not work."""
    for rule in (_expiring_indexes, _two_ttls, keys):
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
