"""How Firestore indexes documents, and when they expire."""

from collections.abc import Iterator, Sequence
from typing import Literal

from gcpstack._core.facets import Facet, block, identity, meta, required, scope, spec
from gcpstack._core.json import Body
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources import _identities as identities
from gcpstack.resources import _kinds_storage as kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import FirestoreDatabaseRef, Seconds
from gcpstack.resources.firestore import DATABASE_NAME

_FIXED = Facet.IMMUTABLE
_MOST_FIELDS = 100
_MOST_DIMENSIONS = 2048
#: https://cloud.google.com/firestore/quotas#collections_documents_and_fields
_COLLECTION = r"(?!\.{1,2}$)(?!__(?!default__).*__$)[^/]{1,1500}"
_PATH = r"(?!__(?!name__).*__$).{1,1500}"

Order = Literal["ASCENDING", "DESCENDING"]
_WAYS = ("order", "array_config", "vector_dimension")


@block
class FirestoreIndexField(Part):
    """A field of an index: ordered, an array's members, or a vector.

    https://cloud.google.com/firestore/docs/query-data/index-overview#composite_indexes

    Attributes:
        field_path: the field, such as ``address.city``.
        order: its order.
        array_config: CONTAINS for queries of what an array holds.
        vector_dimension: of a vector, how many numbers it has: 2048 at most. The last field.
    """

    field_path: str = required()
    order: Order | None = spec()
    array_config: Literal["CONTAINS"] | None = spec()
    vector_dimension: int | None = spec(
        wire="vectorConfig", encode=lambda size: {"dimension": size, "flat": {}}
    )

    def findings(self) -> Iterator[Finding]:
        """Check that there is one way.

        https://cloud.google.com/firestore/docs/reference/rest/Shared.Types/Index#IndexField
        """
        yield from checks.pattern("field_path", self.field_path, _PATH, "a field's path")
        if self.extra is None:
            yield from checks.exactly_one(self, *_WAYS)
        yield from checks.within("vector_dimension", self.vector_dimension, 1, _MOST_DIMENSIONS)


@resource(kinds.FIRESTORE_INDEX)
class FirestoreIndex(Declaration):
    """A composite index, which queries over several fields need.

    https://cloud.google.com/firestore/docs/query-data/indexing. It has no name: it is told by its
    collection, fields and scope, and nothing of it changes. Other fields make another index, which
    is there before the old one goes. Building it over many documents takes its time.

    Outputs: ``name``, ``state``.

    Attributes:
        collection: the collection, or group of collections of that name.
        fields: its fields, in order; 100 at most.
        database: the database: its declaration or its name.
        project: its project; the stack's if not given.
        query_scope: COLLECTION (Google's default), COLLECTION_GROUP or COLLECTION_RECURSIVE.
        api_scope: ANY_API (Google's default), DATASTORE_MODE_API or MONGODB_COMPATIBLE_API.
        density: which documents it holds: SPARSE_ALL, SPARSE_ANY or DENSE.
        multikey: whether fields may hold arrays; enterprise edition.
        unique: whether no two documents may have the same values; enterprise edition.
    """

    collection: str = identity(kw_only=False)
    fields: Sequence[FirestoreIndexField] = required(_FIXED)
    database: FirestoreDatabaseRef = required(Facet.IDENTITY)
    project: str | None = scope()
    query_scope: Literal["COLLECTION", "COLLECTION_GROUP", "COLLECTION_RECURSIVE"] | None = spec(
        _FIXED
    )
    api_scope: Literal["ANY_API", "DATASTORE_MODE_API", "MONGODB_COMPATIBLE_API"] | None = spec(
        _FIXED
    )
    density: Literal["SPARSE_ALL", "SPARSE_ANY", "DENSE"] | None = spec(_FIXED)
    multikey: bool | None = spec(_FIXED)
    unique: bool | None = spec(_FIXED)

    @property
    def name(self) -> str:
        """What tells it apart: its fields and its scope."""
        return identities.index(
            {
                "fields": [_plain(item) for item in self.fields or ()],
                "queryScope": self.query_scope,
                "apiScope": self.api_scope,
            }
        )

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check that it is needed, and the order of its fields.

        https://cloud.google.com/firestore/docs/query-data/index-overview#composite_indexes
        """
        yield from checks.name("database", self.database, DATABASE_NAME)
        yield from checks.pattern("collection", self.collection, _COLLECTION, "a collection's name")
        yield from checks.longest("fields", self.fields, _MOST_FIELDS, "fields")
        paths = [item.field_path for item in self.fields]
        yield from checks.distinct("fields", paths)
        own = [item for item in self.fields if item.field_path != "__name__"]
        if not own:
            yield Finding("fields", "is empty")
        elif len(own) == 1 and own[0].order is None and own[0].array_config is None:
            pass  # a vector alone takes a composite index
        elif len(own) == 1:
            remedy = "Configure it by a FirestoreField."
            yield Finding("fields", "has one field: Firestore indexes each by itself", remedy)
        arrays = [item for item in self.fields if item.array_config]
        if len(arrays) > 1:
            yield Finding("fields", "has more than one array")
        vectors = [place for place, item in enumerate(self.fields) if item.vector_dimension]
        if vectors and vectors != [len(self.fields) - 1]:
            yield Finding("fields", "has a vector that is not its last field")


def _plain(item: object) -> Body:
    """Write a field as an identity needs it, be it mistyped: its address is asked for all the same."""
    ways = {"order": "order", "array_config": "arrayConfig", "vector_dimension": "vectorConfig"}
    out: Body = {"fieldPath": getattr(item, "field_path", item)}
    given = ((wire, getattr(item, name, None)) for name, wire in ways.items())
    return out | {wire: value for wire, value in given if value}


@block
class FirestoreFieldIndex(Part):
    """One index of a single field.

    Attributes:
        order: its order,
        array_config: or CONTAINS for what an array holds.
        query_scope: COLLECTION, or COLLECTION_GROUP.
    """

    query_scope: Literal["COLLECTION", "COLLECTION_GROUP"] = spec(default="COLLECTION")
    order: Order | None = spec(wire="fields", encode=lambda order: [{"order": order}])
    array_config: Literal["CONTAINS"] | None = spec(
        wire="fields", encode=lambda way: [{"arrayConfig": way}]
    )

    def findings(self) -> Iterator[Finding]:
        """Check that there is one way.

        https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.collectionGroups.fields
        """
        yield from checks.exactly_one(self, "order", "array_config")


@resource(kinds.FIRESTORE_FIELD)
class FirestoreField(Declaration):
    """How one field is indexed, and whether documents expire by it.

    https://cloud.google.com/firestore/docs/ttl,
    https://cloud.google.com/firestore/docs/query-data/index-overview#single-field_indexes. What is
    not declared is as for all fields; without its declaration, all of it is again.

    Outputs: ``name``, ``ttl_state``.

    Attributes:
        name: the field, or ``*`` for all that have no configuration of their own.
        collection: the collection, or group of collections of that name; ``__default__`` for all.
        database: the database: its declaration or its name.
        project: its project; the stack's if not given.
        indexes: how it is indexed by itself; empty for not at all.
        ttl: documents go by themselves, some time after the moment that the field holds.
        ttl_offset: how long after that moment. Can't change.
        allow_indexed_ttl: that the field may be indexed although documents expire by it.
    """

    name: str = identity(kw_only=False)
    collection: str = required(Facet.IDENTITY)
    database: FirestoreDatabaseRef = required(Facet.IDENTITY)
    project: str | None = scope()
    indexes: Sequence[FirestoreFieldIndex] | None = spec(
        Facet.UNORDERED | Facet.PRESENCE, wire="indexConfig.indexes"
    )
    ttl: Literal[True] | None = spec(
        Facet.PRESENCE, wire="ttlConfig", encode=lambda _: dict[str, object]()
    )
    ttl_offset: Seconds | None = spec(
        _FIXED, wire="ttlConfig.expirationOffset", like="duration", encode=encode.seconds
    )
    allow_indexed_ttl: bool = meta(default=False)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check what goes with a time to live.

        https://cloud.google.com/firestore/docs/ttl#ttl_fields_and_indexes
        """
        yield from checks.name("database", self.database, DATABASE_NAME)
        yield from checks.pattern("collection", self.collection, _COLLECTION, "a collection's name")
        yield from checks.pattern("name", self.name, _PATH, "a field's path")
        if self.indexes is None and self.ttl is None:
            yield Finding("", "configures nothing", "Give indexes or ttl.")
        if self.ttl_offset is not None and not self.ttl:
            yield Finding("ttl_offset", "needs ttl=True")
        if self.ttl and self.name == "*":
            yield Finding("ttl", "can't be set on all fields", "Name one field.")
        indexed = self.indexes is None or bool(self.indexes)
        if self.ttl and indexed and not self.allow_indexed_ttl:
            yield Finding(
                "indexes",
                "index the time that documents expire by: writes of rising times to one index are "
                "limited to some 500 a second",
                "Give indexes=[], or allow_indexed_ttl=True where fewer are written.",
            )
