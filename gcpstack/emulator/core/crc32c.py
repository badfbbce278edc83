"""The Castagnoli checksum that Secret Manager and Cloud Storage use (https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4).

The checksum is linear: what follows some bytes is the exclusive or of what they leave behind and of
what the rest gives by itself. So long data is cut into lanes, which are worked on side by side, a
byte of every lane at once, and joined at the end.
"""

import functools
import struct
from collections.abc import Iterable, Sequence

POLYNOMIAL = 0x82F63B78
#: How many bytes a lane has, and from how many lanes on they are worth it.
_LANE, _FEWEST = 64, 8


def _entry(index: int) -> int:
    for _ in range(8):
        index = (index >> 1) ^ (POLYNOMIAL if index & 1 else 0)
    return index


TABLE = tuple(_entry(index) for index in range(256))
#: The table by the bytes of its entries, the lowest first.
_PLANES = tuple(bytes(entry >> shift & 0xFF for entry in TABLE) for shift in (0, 8, 16, 24))


def crc32c(data: bytes) -> int:
    """The checksum of some bytes."""
    crc, lanes = 0xFFFFFFFF, len(data) // _LANE
    if lanes < _FEWEST:
        return _after(crc, data) ^ 0xFFFFFFFF
    first, second, third, fourth = _passed()
    for lane in _side_by_side(data[: lanes * _LANE], lanes):
        before = first[crc & 0xFF] ^ second[crc >> 8 & 0xFF]
        crc = before ^ third[crc >> 16 & 0xFF] ^ fourth[crc >> 24] ^ lane
    return _after(crc, data[lanes * _LANE :]) ^ 0xFFFFFFFF


def _after(crc: int, data: Iterable[int]) -> int:
    """Go on over further bytes."""
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc


def _side_by_side(data: bytes, lanes: int) -> Sequence[int]:
    """Tell what each lane gives by itself; the bytes of one place of every lane are one number."""
    planes = [0, 0, 0, 0]
    for place in range(_LANE):
        column = int.from_bytes(data[place::_LANE], "little")
        index = (column ^ planes[0]).to_bytes(lanes, "little")
        given = (int.from_bytes(index.translate(plane), "little") for plane in _PLANES)
        planes = [a ^ b for a, b in zip(given, [*planes[1:], 0], strict=True)]
    out = bytearray(4 * lanes)
    for number, plane in enumerate(planes):
        out[number::4] = plane.to_bytes(lanes, "little")
    return struct.unpack(f"<{lanes}I", out)


@functools.cache
def _passed() -> tuple[tuple[int, ...], ...]:
    """What each byte of a checksum, the lowest first, leaves after a lane of zeros."""
    zeros = bytes(_LANE)
    return tuple(
        tuple(_after(byte << shift, zeros) for byte in range(256)) for shift in (0, 8, 16, 24)
    )
