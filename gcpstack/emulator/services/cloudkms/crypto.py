"""The arithmetic: real, but the emulator's own. Nothing is told of Google's ciphertexts but that they are opaque.

A ciphertext is the number of the key's version, a nonce, the data mixed with a stream of SHA-256 blocks,
and an HMAC over all of it with the additional authenticated data. The MACs are the standard ones.
"""

import base64
import binascii
import hashlib
import hmac
from itertools import count
from typing import Any

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.crc32c import crc32c
from gcpstack.emulator.core.errors import invalid
from gcpstack.emulator.core.model import Body
from gcpstack.emulator.core.paths import snake

LONGEST = 64 * 1024
NONCE, TAG, HEAD = 12, 16, 4
LONGEST_BOX = LONGEST + NONCE + TAG + HEAD
RANDOM = (8, 1024)
UNREADABLE = "Decryption failed: the ciphertext is invalid."


def taken(body: Body, field: str, *, longest: int = LONGEST) -> bytes:
    """A field of bytes; refuses one that is too long or doesn't fit its checksum."""
    raw = base64.b64decode(body.get(field, ""))
    name = snake(field)
    if len(raw) > longest:
        raise invalid(f"The length of field {name} must be at most {longest} bytes.", field=name)
    checked = body.get(f"{field}Crc32c")
    if checked is not None and int(checked) != crc32c(raw):
        raise invalid(
            f"The checksum in field {name}_crc32c did not match the data in field {name}."
        )
    return raw


def given(field: str, raw: bytes) -> dict[str, Any]:
    """A field of bytes with its checksum."""
    return {field: base64.b64encode(raw).decode(), f"{field}Crc32c": str(crc32c(raw))}


def _stream(key: bytes, nonce: bytes, length: int) -> bytes:
    out = b""
    for block in count():
        if len(out) >= length:
            return out[:length]
        out += hashlib.sha256(key + nonce + block.to_bytes(8, "big")).digest()
    return out


def _tag(key: bytes, aad: bytes, rest: bytes) -> bytes:
    return hmac.new(key, len(aad).to_bytes(8, "big") + aad + rest, hashlib.sha256).digest()[:TAG]


def _mix(data: bytes, stream: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(data, stream, strict=True))


def seal(key: bytes, version: int, plain: bytes, aad: bytes, nonce: str) -> bytes:
    """Encrypt: ``nonce`` is 12 bytes in hexadecimal."""
    raw = bytes.fromhex(nonce)
    rest = version.to_bytes(HEAD, "big") + raw + _mix(plain, _stream(key, raw, len(plain)))
    return rest + _tag(key, aad, rest)


def version_of(box: bytes) -> int:
    """The number of the version that made a ciphertext."""
    return int.from_bytes(box[:HEAD], "big")


def open_box(key: bytes, box: bytes, aad: bytes) -> bytes:
    """Decrypt, or refuse what was not encrypted so."""
    rest, tag = box[:-TAG], box[-TAG:]
    if len(box) < HEAD + NONCE + TAG or not same(_tag(key, aad, rest), tag):
        raise invalid(UNREADABLE)
    nonce, mixed = rest[HEAD : HEAD + NONCE], rest[HEAD + NONCE :]
    return _mix(mixed, _stream(key, nonce, len(mixed)))


def mac(key: bytes, algorithm: str, data: bytes) -> bytes:
    """The tag of an algorithm such as ``HMAC_SHA256``."""
    return hmac.new(key, data, algorithm.removeprefix("HMAC_").lower()).digest()


def same(left: bytes, right: bytes) -> bool:
    """Whether two tags are one, in a time that tells nothing."""
    return hmac.compare_digest(left, right)


def random_bytes(call: Call) -> Body:
    """``generateRandomBytes``: from the hardware only."""
    length = call.body.get("lengthBytes", 0)
    if not RANDOM[0] <= length <= RANDOM[1]:
        raise invalid(
            f"length_bytes must be between {RANDOM[0]} and {RANDOM[1]}.", field="length_bytes"
        )
    if call.body.get("protectionLevel") != "HSM":
        raise invalid("Only the protection level HSM is supported.", field="protection_level")
    blocks = b"".join(binascii.unhexlify(call.world.ids.hex(64)) for _ in range(-(-length // 32)))
    return given("data", blocks[:length])
