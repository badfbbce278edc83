"""Google Public DNS over HTTPS, as far as the emulated zones go.

https://developers.google.com/speed/public-dns/docs/doh
"""

import base64
import binascii
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from gcpstack.emulator.core import dns as names
from gcpstack.emulator.core.wire import Request, Response

if TYPE_CHECKING:
    from gcpstack.emulator.core.world import World

_TYPE = "application/dns-message"


def answer(world: "World", request: Request) -> Response:
    """Answer a question in the wire format of DNS, by GET or POST."""
    try:
        asked = dns.message.from_wire(_question(request))
        question = asked.question[0]
    except (dns.exception.DNSException, ValueError, IndexError, binascii.Error):
        return Response(400, b"no DNS message", {"content-type": "text/plain"})
    told = dns.message.make_response(asked)
    told.flags |= dns.flags.RA
    kind = dns.rdatatype.to_text(question.rdtype)
    found, exists = names.resolve(world, question.name.to_text(omit_final_dot=True), kind)
    for item in found:
        values = [_absolute(item.type, value) for value in item.values]
        told.answer.append(dns.rrset.from_text(f"{item.name}.", item.ttl, "IN", item.type, *values))
    if not exists:
        told.set_rcode(dns.rcode.NXDOMAIN)
    return Response(200, told.to_wire(), {"content-type": _TYPE})


def _question(request: Request) -> bytes:
    if request.method == "POST":
        return request.body
    text = parse_qs(request.query)["dns"][0] if "dns" in parse_qs(request.query) else ""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _absolute(kind: str, value: str) -> str:
    """Write a name as the wire has it: to its end."""
    return f"{value.rstrip('.')}." if kind in ("CNAME", "NS", "PTR") else value
