"""When two spellings of a value are the same value.

Google returns some values in another form than they were sent: links in full, durations and
quantities normalised, ports as ranges, numbers of 64 bits as text. A difference in spelling is no
difference, or no plan would ever be empty.
"""

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

from gcpstack._core.names import relative

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)?")
_UNITS = {
    None: Decimal(1),
    "ms": Decimal("0.001"),
    "s": Decimal(1),
    "m": Decimal(60),
    "h": Decimal(3600),
    "d": Decimal(86400),
}
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(m|k|K|Ki|M|Mi|G|Gi|T|Ti)?")
_SCALE = {
    None: Decimal(1),
    "m": Decimal("0.001"),
    "k": Decimal(10**3),
    "K": Decimal(10**3),
    "Ki": Decimal(2**10),
    "M": Decimal(10**6),
    "Mi": Decimal(2**20),
    "G": Decimal(10**9),
    "Gi": Decimal(2**30),
    "T": Decimal(10**12),
    "Ti": Decimal(2**40),
}


def duration(value: object) -> object:
    """Read seconds from ``300s``, ``5m`` or a number."""
    match = _DURATION.fullmatch(str(value))
    return Decimal(match[1]) * _UNITS[match[2]] if match else value


def quantity(value: object) -> object:
    """Read an amount of CPU or memory: ``1000m`` is ``1``, ``1Gi`` is ``1024Mi``."""
    match = _QUANTITY.fullmatch(str(value))
    return Decimal(match[1]) * _SCALE[match[2]] if match else value


def link(value: object) -> object:
    """Compare resource links by their path."""
    return relative(value) if isinstance(value, str) else value


def last(value: object) -> object:
    """Compare by the last segment, where Google takes a name and returns a path."""
    return value.rsplit("/", 1)[-1] if isinstance(value, str) else value


def instance(value: object) -> object:
    """Compare Cloud SQL instances by name, where Google may put the project before it."""
    return value.replace(":", "/").rsplit("/", 1)[-1] if isinstance(value, str) else value


def port_range(value: object) -> object:
    """Compare ``443`` and ``443-443`` as equal."""
    low, dash, high = str(value).partition("-")
    return f"{low}-{high if dash else low}"


def caseless(value: object) -> object:
    """Compare without regard to case."""
    return value.lower() if isinstance(value, str) else value


def key(value: object) -> object:
    """Compare KMS keys, whichever of their versions is told."""
    return value.split("/cryptoKeyVersions/")[0] if isinstance(value, str) else value


def timestamp(value: object) -> object:
    """Compare moments, whatever their zone and precision."""
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return value


def text(value: object) -> object:
    """Compare texts without the white space around them."""
    return value.strip() if isinstance(value, str) else value


def rooted(value: object) -> object:
    """Compare domain names with and without the final dot."""
    return value.rstrip(".").lower() if isinstance(value, str) else value


def cidr(value: object) -> object:
    """Compare ranges in any spelling; a single address is the range that holds it alone."""
    try:
        return str(ipaddress.ip_network(value)) if isinstance(value, str) else value
    except ValueError:
        return value


def ip(value: object) -> object:
    """Compare addresses in any spelling; Google tells some of IPv6 with the size of their block."""
    if not isinstance(value, str):
        return value
    try:
        return str(ipaddress.ip_address(value.partition("/")[0]))
    except ValueError:
        return value


def rrdata(value: object) -> object:
    """Compare the data of DNS records: addresses in any spelling, names without regard to case.

    So are values in quotes and without, such as the authority of a CAA record.
    """
    if not isinstance(value, str) or value.startswith('"'):
        return value
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        return " ".join(value.replace('"', "").split()).lower()


def json_text(value: object) -> object:
    """Compare JSON documents by what they say."""
    try:
        return json.dumps(json.loads(str(value)), sort_keys=True)
    except ValueError:
        return value


#: Names of one signature algorithm: https://cloud.google.com/binary-authorization/docs/reference/rest.
_SIGNATURES = {"EC_SIGN_": "ECDSA_", "RSA_SIGN_PSS_": "RSA_PSS_"}


def signature(value: object) -> object:
    """Compare signature algorithms, some of which have two names."""
    for one, other in _SIGNATURES.items():
        if isinstance(value, str) and value.startswith(one):
            return value.replace(one, other, 1)
    return value


def _or_else(default: str) -> Callable[[object], object]:
    """Compare as *default* what Google may leave out where it has that value."""
    return lambda value: value or default


def span(value: object) -> object:
    """Read seconds; none where Google leaves a span of no time out."""
    return duration(value) if value else Decimal(0)


def slash(value: object) -> object:
    """Compare addresses with and without a slash at the end."""
    return value.rstrip("/") if isinstance(value, str) else value


def unread(_: object) -> object:
    """Compare nothing: Google answers with what it made of the value, not with the value."""
    return True


LIKE: Mapping[str, Callable[[object], object]] = {
    "caseless": caseless,
    "cidr": cidr,
    "domain": rooted,
    "duration": duration,
    "instance": instance,
    "ip": ip,
    "json": json_text,
    "key": key,
    "last": last,
    "link": link,
    "or_align_none": _or_else("ALIGN_NONE"),
    "or_alpha": _or_else("ALPHA"),
    "or_and": _or_else("AND"),
    "or_built_in": _or_else("BUILT_IN"),
    "or_default": _or_else("default"),
    "or_default_scope": _or_else("DEFAULT"),
    "or_external": _or_else("EXTERNAL"),
    "or_federation": _or_else("FEDERATION_ONLY"),
    "or_ipv4": _or_else("IPV4"),
    "or_off": _or_else("off"),
    "or_string": _or_else("STRING"),
    "or_reduce_none": _or_else("REDUCE_NONE"),
    "or_public": _or_else("public"),
    "or_regular": _or_else("PERIMETER_TYPE_REGULAR"),
    "port_range": port_range,
    "quantity": quantity,
    "rrdata": rrdata,
    "slash": slash,
    "span": span,
    "signature": signature,
    "text": text,
    "timestamp": timestamp,
    "unread": unread,
}


def _plain(value: object) -> object:
    """Bring numbers to one form; Google writes 64-bit integers as text."""
    if isinstance(value, bool):
        return str(value)  # or yes would be one
    if isinstance(value, int | float):
        return Decimal(str(value)).normalize()
    if isinstance(value, str) and value[:1] in "-0123456789":
        try:
            number = Decimal(value)
        except InvalidOperation:
            return value
        return number.normalize() if str(number) == value else value
    return value


def canonical(value: object, like: str = "") -> object:
    """Bring a scalar to the form in which it is compared."""
    return _plain(LIKE[like](value) if like else value)


def empty(value: object) -> bool:
    """Tell whether a value is what Google leaves out: nothing, zero, no, or an empty container."""
    return value is None or value is False or value in ("", 0, "0") or value in ([], {}, ())


def same(left: object, right: object, like: str = "") -> bool:
    """Return whether two scalars mean the same."""
    if empty(left) and empty(right):
        return True
    return canonical(left, like) == canonical(right, like)
