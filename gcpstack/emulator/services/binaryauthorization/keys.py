"""The keys of attestors, and the names that Binary Authorization gives them.

https://cloud.google.com/binary-authorization/docs/reference/rest/v1/projects.attestors#AttestorPublicKey
"""

import base64
import binascii
import re
from hashlib import sha1, sha256

from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body

URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
PEM = re.compile(
    r"-----BEGIN PUBLIC KEY-----(?P<text>[A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*"
)
ARMOR = re.compile(
    r"-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:[^\n]*:[^\n]*\n)*\r?\n(?P<text>[A-Za-z0-9+/=\s]+?)"
    r"(?:\r?\n=[A-Za-z0-9+/]{4})?\r?\n-----END PGP PUBLIC KEY BLOCK-----\s*"
)
# google/cloud/binaryauthorization/v1/resources.proto gives some algorithms two names; the first is told.
TOLD = {
    "RSA_SIGN_PSS_2048_SHA256": "RSA_PSS_2048_SHA256",
    "RSA_SIGN_PSS_3072_SHA256": "RSA_PSS_3072_SHA256",
    "RSA_SIGN_PSS_4096_SHA256": "RSA_PSS_4096_SHA256",
    "RSA_SIGN_PSS_4096_SHA512": "RSA_PSS_4096_SHA512",
    "EC_SIGN_P256_SHA256": "ECDSA_P256_SHA256",
    "EC_SIGN_P384_SHA384": "ECDSA_P384_SHA384",
    "EC_SIGN_P521_SHA512": "ECDSA_P521_SHA512",
}
NUMBERS = {
    "SIGNATURE_ALGORITHM_UNSPECIFIED": 0, "RSA_PSS_2048_SHA256": 1, "RSA_PSS_3072_SHA256": 2,
    "RSA_PSS_4096_SHA256": 3, "RSA_PSS_4096_SHA512": 4, "RSA_SIGN_PKCS1_2048_SHA256": 5,
    "RSA_SIGN_PKCS1_3072_SHA256": 6, "RSA_SIGN_PKCS1_4096_SHA256": 7, "RSA_SIGN_PKCS1_4096_SHA512": 8,
    "ECDSA_P256_SHA256": 9, "ECDSA_P384_SHA384": 10, "ECDSA_P521_SHA512": 11, "ML_DSA_65": 13,
}  # fmt: skip
_TAG, _NEW_FORMAT, _PUBLIC_KEY, _VERSION = 0x80, 0x40, 6, 4


def complete(keys: list[Body]) -> None:
    """Name every key of an attestor; refuses one that is none, and two of one name."""
    names: set[str] = set()
    for key in keys:
        if ("asciiArmoredPgpPublicKey" in key) == ("pkixPublicKey" in key):
            raise invalid("A public key is either a PGP key or a PKIX key.", field="public_keys")
        if "pkixPublicKey" in key:
            _pkix(key)
        else:
            key["id"] = _pgp(key["asciiArmoredPgpPublicKey"])
        if key["id"] in names:
            raise invalid(f"The public key '{key['id']}' is given twice.", field="public_keys")
        names.add(key["id"])


def _pkix(key: Body) -> None:
    found = key["pkixPublicKey"]
    der = _decoded(PEM.fullmatch(found.get("publicKeyPem", "").strip() + "\n"))
    algorithm = found.get("signatureAlgorithm", "SIGNATURE_ALGORITHM_UNSPECIFIED")
    if algorithm == "SIGNATURE_ALGORITHM_UNSPECIFIED":
        raise invalid(
            "The signature algorithm of a PKIX key must be set.", field="signature_algorithm"
        )
    found["signatureAlgorithm"] = TOLD.get(algorithm, algorithm)
    digest = base64.urlsafe_b64encode(sha256(der).digest()).decode().rstrip("=")
    key["id"] = key.get("id") or f"ni:///sha-256;{digest}"
    found["keyId"] = key["id"]
    if not URI.fullmatch(key["id"]):
        raise invalid(f"The id of a PKIX key must be a URI, got '{key['id']}'.", field="id")


def _decoded(found: re.Match[str] | None) -> bytes:
    try:
        if found is not None:
            return base64.b64decode("".join(found["text"].split()), validate=True)
    except binascii.Error:
        pass
    raise invalid("Invalid public key.", field="public_keys")


def _pgp(text: str) -> str:
    """The fingerprint of https://www.rfc-editor.org/rfc/rfc4880#section-12.2, of the first packet."""
    raw = _decoded(ARMOR.fullmatch(text.strip() + "\n"))
    tag, body = _packet(raw)
    if tag != _PUBLIC_KEY or body[:1] != bytes([_VERSION]):
        raise invalid("Invalid PGP public key.", field="ascii_armored_pgp_public_key")
    head = b"\x99" + len(body).to_bytes(2, "big")
    return sha1(head + body, usedforsecurity=False).hexdigest().upper()


def _packet(raw: bytes) -> tuple[int, bytes]:
    """Tag and body of the first packet (https://www.rfc-editor.org/rfc/rfc4880#section-4.2)."""
    if len(raw) < 3 or not raw[0] & _TAG:  # noqa: PLR2004 # a tag and a length
        return 0, b""
    if raw[0] & _NEW_FORMAT:
        tag, first = raw[0] & 0x3F, raw[1]
        if first < 192:  # noqa: PLR2004 # one octet of length
            start, length = 2, first
        else:
            start, length = 3, ((first - 192) << 8) + raw[2] + 192
    else:
        tag, wide = (raw[0] & 0x3C) >> 2, 1 << (raw[0] & 3)
        start, length = 1 + wide, int.from_bytes(raw[1 : 1 + wide], "big")
    return tag, raw[start : start + length]
