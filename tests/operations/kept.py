"""What holds data: the declarations that are backed up and moved, and stacks of them that stand."""

import json
import uuid

import requests

from gcpstack import (
    Bucket,
    BucketIamMember,
    FirestoreDatabase,
    RedisInstance,
    SqlBackups,
    SqlDatabase,
    SqlInstance,
    Stack,
)
from gcpstack._cli.main import main

SQL = "sql.DatabaseInstance/orders"
CACHE, CARTS = "redis.Instance/us-central1/cache", "firestore.Database/carts"


def add_orders(stack: Stack) -> SqlInstance:
    """An instance with backups, and a database."""
    made = stack.add(
        SqlInstance(
            "orders",
            database_version="POSTGRES_16",
            tier="db-custom-1-3840",
            edition="ENTERPRISE",
            backups=SqlBackups(enabled=True, point_in_time_recovery=True),
        )
    )
    stack.add(SqlDatabase("shop", instance=made))
    return made


def add_carts(stack: Stack) -> FirestoreDatabase:
    """Documents."""
    return stack.add(FirestoreDatabase("carts", location="nam5"))


def add_cache(stack: Stack, bucket: str, *, granted: bool = True, **fields: object) -> None:
    """A cache, and a bucket that it may write its file to.

    Args:
        stack: where.
        bucket: its name.
        granted: whether it may.
        fields: what else is declared of the bucket.
    """
    cache = stack.add(RedisInstance("cache", tier="BASIC", memory_size_gb=1))
    files = stack.add(Bucket(bucket, location="US", **fields))
    if granted:
        member = cache.output("persistence_iam_identity")
        stack.add(BucketIamMember(files, role="roles/storage.objectAdmin", member=member))


class Kept:
    """An applied stack that holds data."""

    def __init__(self, endpoint, file, text):
        """Declare it.

        Args:
            endpoint: the emulator's.
            file: the stack file.
            text: what stands in it; BUCKET stands for a name of this project's.
        """
        self.endpoint = endpoint
        self.project = f"bak-{uuid.uuid4().hex[:12]}"
        self.bucket = f"{self.project}-kept"
        file.write_text(text.replace("BUCKET", self.bucket))
        self.file = str(file)
        self.where = ["--project", self.project, "--endpoint", endpoint]

    def run(self, capsys, *words):
        capsys.readouterr()
        status = main([*words, *self.where])
        said = capsys.readouterr()
        return status, said.out + said.err

    def backups(self, capsys, *words):
        action, *more = words
        return self.run(capsys, "backups", action, self.file, *more)

    def listed(self, capsys):
        _, text = self.backups(capsys, "list", "--json")
        return json.loads(text)["backups"]

    def instances(self):
        url = f"{self.endpoint}/sqladmin.googleapis.com/v1/projects/{self.project}/instances"
        return sorted(item["name"] for item in requests.get(url, timeout=30).json()["items"])

    def apply(self, capsys):
        status, text = self.run(capsys, "apply", self.file, "--yes")
        assert status == 0, text

    def write(self, name, data):
        url = f"{self.endpoint}/storage.googleapis.com/upload/storage/v1/b/{self.bucket}/o"
        params = {"uploadType": "media", "name": name}
        assert requests.post(url, params=params, data=data, timeout=30).ok

    def content(self, name):
        url = f"{self.endpoint}/storage.googleapis.com/storage/v1/b/{self.bucket}/o/{name}"
        answer = requests.get(url, params={"alt": "media"}, timeout=30)
        return answer.content if answer.ok else None

    def document(self, path, value=None):
        """Read a document's value, or write it."""
        url = (
            f"{self.endpoint}/firestore.googleapis.com/v1/projects/{self.project}"
            f"/databases/carts/documents/{path}"
        )
        if value is not None:
            body = {"fields": {"v": {"stringValue": value}}}
            assert requests.patch(url, json=body, timeout=30).ok
        return requests.get(url, timeout=30).json()["fields"]["v"]["stringValue"]
