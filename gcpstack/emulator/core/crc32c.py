"""The Castagnoli checksum that Secret Manager and Cloud Storage use (https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4)."""

POLYNOMIAL = 0x82F63B78


def _entry(index: int) -> int:
    for _ in range(8):
        index = (index >> 1) ^ (POLYNOMIAL if index & 1 else 0)
    return index


TABLE = tuple(_entry(index) for index in range(256))


def crc32c(data: bytes) -> int:
    """The checksum of some bytes."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF
