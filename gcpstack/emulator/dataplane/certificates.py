"""Certificates of a certificate authority of this process's own, for the domains of live certificates.

A managed certificate is shown to clients once it is ACTIVE. The key of a certificate that its user
brought is never kept by the emulator: one of the same names is made in its place.
"""

import datetime as dt
import ipaddress
import pathlib
import ssl
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gcpstack.emulator.core.links import relative
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.core.world import World

VALID = dt.timedelta(days=90)
BEFORE = dt.timedelta(days=1)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _builder(
    subject: str, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)  # of the computer: whoever checks it reads that clock too
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BEFORE)
        .not_valid_after(now + VALID)
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@dataclass(slots=True)
class Authority:
    """Makes certificates."""

    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    made: x509.Certificate = field(init=False)

    def __post_init__(self) -> None:
        """Make the authority's own certificate."""
        name = _name("gcpstack emulator")
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        self.made = (
            _builder("gcpstack emulator", name, self.key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False
            )
            .sign(self.key, hashes.SHA256())
        )

    @property
    def pem(self) -> str:
        """The authority's certificate, for clients to trust."""
        return self.made.public_bytes(serialization.Encoding.PEM).decode()

    def context(self, names: list[str]) -> ssl.SSLContext:
        """What a server shows to clients that ask for one of these names."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _builder(names[0], self.made.subject, key.public_key())
            .add_extension(
                x509.SubjectAlternativeName([_general(name) for name in names]), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
            .sign(self.key, hashes.SHA256())
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            chain = pathlib.Path(folder, "chain.pem")
            chain.write_bytes(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
                + certificate.public_bytes(serialization.Encoding.PEM)
            )
            context.load_cert_chain(chain)
        return context


@dataclass(slots=True)
class Certificates:
    """What the proxies of a world show to their clients."""

    world: World
    authority: Authority = field(default_factory=Authority)
    contexts: dict[tuple[str, ...], ssl.SSLContext] = field(default_factory=dict)

    def of(self, proxy: Obj, host: str) -> ssl.SSLContext | None:
        """What a proxy shows to a client that asks for a host; None while it has nothing to show."""
        found = list(self.domains(proxy))
        fitting = next((names for names in found if any(fits(name, host) for name in names)), None)
        names = fitting or next(iter(found), None)
        if names is None:
            return None
        if names not in self.contexts:
            self.contexts[names] = self.authority.context(list(names))
        return self.contexts[names]

    def domains(self, proxy: Obj) -> Iterator[tuple[str, ...]]:
        """The names of each live certificate of a proxy."""
        for link in proxy.body.get("sslCertificates") or ():
            found = self.world.state.get("compute", relative(str(link)))
            names = _names(found) if found is not None else ()
            if names:
                yield names
        yield from self._mapped(str(proxy.body.get("certificateMap") or ""))

    def _mapped(self, link: str) -> Iterator[tuple[str, ...]]:
        """https://cloud.google.com/certificate-manager/docs/maps."""
        if not link:
            return
        name = self.world.canonical(relative(link))
        for entry in self.world.state.page("certificatemanager", f"{name}/certificateMapEntries"):
            for one in entry.body.get("certificates") or ():
                found = self.world.state.get("certificatemanager", self.world.canonical(one))
                if found is None:
                    continue
                managed = found.body.get("managed", {})
                if not managed or managed.get("state") == "ACTIVE":
                    names = found.body.get("sanDnsnames") or managed.get("domains") or ()
                    if names:
                        yield tuple(names)


def _names(found: Obj) -> tuple[str, ...]:
    """The names that a certificate is good for now."""
    managed = found.body.get("managed")
    if managed is not None:
        live = managed.get("status") == "ACTIVE"
        return tuple(name.rstrip(".") for name in managed.get("domains", ())) if live else ()
    return tuple(found.body.get("subjectAlternativeNames") or ("localhost",))


def fits(pattern: str, host: str) -> bool:
    """Whether a certificate's name is good for a host."""
    if pattern.startswith("*."):
        return host.partition(".")[2].lower() == pattern[2:].lower()
    return host.lower() == pattern.lower()
