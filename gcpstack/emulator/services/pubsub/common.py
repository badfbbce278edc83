"""What the resources of Pub/Sub share: created by PUT, updated by a mask inside the body."""

from typing import Any

from gcpstack.emulator.core import masks
from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import seconds_of
from gcpstack.emulator.core.errors import ApiError, invalid
from gcpstack.emulator.core.model import Body, Dialect
from gcpstack.emulator.core.paths import camel
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects import aip, standard

SERVICE = "pubsub"
DELETED_TOPIC = "_deleted-topic_"

# Letters, digits and -_.~+%, begun by a letter, and never by "goog"
# (https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names).
ID = r"(?!goog)[A-Za-z][A-Za-z0-9\-_.~+%]{2,254}"
ALREADY_EXISTS = "Resource already exists in the project (resource={id})."
NOT_FOUND = "Resource not found (resource={id})."


def bad_argument(field: str) -> ApiError:
    """The 400 that Pub/Sub has for most wrong values."""
    return ApiError(
        400, f"You have passed an invalid argument to the service (argument={field}).",
        reason="badRequest",
    )  # fmt: skip


def check_name(call: Call, name: str, ident: str) -> None:
    """Refuse a name that Pub/Sub's rules don't allow."""
    kind = standard.need_kind(call)
    if not standard.check_id(kind, ident):
        raise invalid(
            f"Invalid resource name given (name={name}). Refer to "
            "https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names for more information."
        )


def check_span(body: Body, field: str, low: float, high: float) -> None:
    """Refuse a duration outside its bounds; an absent one is fine."""
    value = body.get(field)
    if value is not None and not low <= seconds_of(value) <= high:
        raise bad_argument(field)


def create(call: Call) -> Body:
    """``create``: a PUT on the name."""
    kind = standard.need_kind(call)
    check_name(call, call.name, call.name.rsplit("/", 1)[-1])
    return aip.make(call, kind, call.name)


def patch(call: Call) -> Body:
    """``patch``: the body holds the resource and the mask; an immutable field can't be in the mask."""
    kind = standard.need_kind(call)
    obj = call.need()
    request, schema = call.method.request, call.api.schemas[kind.schema]
    text = call.body.get("updateMask") or call.query.get("updateMask") or ""
    if not text:
        raise invalid(
            f"The update_mask in the {request} must be set, and must contain a non-empty paths list."
        )
    _check_mask(request, kind.schema, text, set(schema.fields), set(kind.immutable))
    sent: Any = call.body.get(kind.schema[0].lower() + kind.schema[1:], {})
    return aip.change(
        call, kind, obj, masks.apply(obj.body, sent, masks.parse(call.api, schema, text))
    )


def _check_mask(request: str, schema: str, text: str, known: set[str], fixed: set[str]) -> None:
    for raw in filter(None, (part.strip() for part in text.split(","))):
        head = camel(raw.partition(".")[0])
        if head not in known:
            raise invalid(
                f"Invalid update_mask provided in the {request}: '{raw}' is not a known {schema} field."
            )
        if head in fixed or head == "name":
            raise invalid(
                f"Invalid update_mask provided in the {request}: "
                f"the '{raw}' field in the {schema} is not mutable."
            )


def replace_users(call: Call, gone: Obj, path: str, mark: str) -> None:
    """Let whatever names a deleted resource tell so; nothing stops the deletion."""
    state = call.world.state
    for user, where in state.users(gone.service, gone.name):
        if where == path:
            body = {**user.body}
            *above, last = path.split(".")
            holder = body
            for step in above:
                holder[step] = {**holder[step]}
                holder = holder[step]
            holder[last] = mark
            refs = tuple(ref for ref in user.refs if ref[2] != path)
            state.put(user.but(body=body, refs=refs))


DIALECT = Dialect(
    name="pubsub",
    methods={"get": aip.get, "list": aip.list_all, "create": create, "patch": patch, "delete": aip.delete},
    events=aip.AIP.events,
)  # fmt: skip
