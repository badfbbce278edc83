"""Source archives, and how they come into the emulated Cloud Storage."""

import io
import tarfile
import zipfile

from tests.emulator.conftest import Send

STORAGE = "https://storage.googleapis.com"


def zipped(files: dict[str, str]) -> bytes:
    """A .zip with these files."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)  # whenever it is packed
    return raw.getvalue()


def tarred(files: dict[str, str]) -> bytes:
    """A .tar.gz with these files."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"./{name}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return raw.getvalue()


def upload(send: Send, name: str, data: bytes, bucket: str = "sources-demo") -> dict[str, str]:
    """Put an archive into a bucket, made where it is missing, and tell where it is."""
    send("POST", f"{STORAGE}/storage/v1/b?project=demo-proj", {"name": bucket})
    url = f"{STORAGE}/upload/storage/v1/b/{bucket}/o?uploadType=media&name={name}"
    assert send("POST", url, data, **{"content-type": "application/zip"}).status == 200
    return {"bucket": bucket, "object": name}
