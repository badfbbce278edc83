"""What public DNS says of a name, as Google sees it: asked of Google Public DNS over HTTPS.

https://developers.google.com/speed/public-dns/docs/doh
"""

from dataclasses import dataclass

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.errors import translated
from gcpstack._adapters.transport import CONNECT, READ, load
from gcpstack.exceptions import CloudError, Unavailable

_URL = "https://dns.google/dns-query"
_TYPE = "application/dns-message"
_OK = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found.

    Attributes:
        values: the records' data, in the form of zone files, names without their last dot.
        aliases: the names that CNAME records led through, the first one first.
        exists: whether there is such a name at all.
        failure: why nothing could be told, such as ``SERVFAIL``; empty where it could.
    """

    values: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    exists: bool = True
    failure: str = ""


class PublicDns:
    """Asks for records."""

    def __init__(self, clients: Clients) -> None:
        """Ask over the clients' connections, without their credentials."""
        self._clients = clients

    def lookup(self, name: str, kind: str) -> Answer:
        """Ask for the records of a name and type, aliases followed.

        Args:
            name: such as ``www.example.com``.
            kind: such as ``A``.

        Raises:
            CloudError: nobody answers.
        """
        message, rcode, types = (load(f"dns.{part}") for part in ("message", "rcode", "rdatatype"))
        asked = message.make_query(name, kind, use_edns=True)
        with translated():
            answer = self._clients.plain.post(
                self._clients.route(_URL),
                data=asked.to_wire(),
                headers={"content-type": _TYPE, "accept": _TYPE},
                timeout=(CONNECT, READ),
            )
        if answer.status_code != _OK:
            raise Unavailable(f"public DNS answered {answer.status_code} for {name}")
        try:
            told = message.from_wire(answer.content)
        except load("dns.exception").DNSException as error:
            raise CloudError(f"public DNS gave no DNS message for {name}") from error
        code = told.rcode()
        if code not in (rcode.NOERROR, rcode.NXDOMAIN):
            return Answer(failure=rcode.to_text(code))
        values: list[str] = []
        aliases: list[str] = []
        for group in told.answer:
            found = types.to_text(group.rdtype)
            texts = [item.to_text().removesuffix(".") for item in group]
            if found == kind:
                values += texts
            elif found == "CNAME":
                aliases += texts
        exists = code == rcode.NOERROR
        return Answer(tuple(sorted(values)), tuple(aliases), exists)
