"""All that is wrong with a stack file is told at once, each with the line to look at."""

import json
import re

import pytest

from gcpstack._cli.main import main

#: Thirteen mistakes of different kinds, each on a line of its own.
FILE = """\
from gcpstack import (
    ArtifactRepository, Bucket, CloudRunService, EncryptionKey, GlobalAddress, LogMetric,
    RedisInstance, Secret, SqlInstance, Stack, Topic, Armor, CloudRunBackend, LoadBalancer,
)
stack = Stack("shop", project="my-project", region="us-central1")
stack.add(GlobalAddress("Bad_Name"))
stack.add(Secret("db password"))
stack.add(Topic("x"))
stack.add(GlobalAddress("a", description=3))
stack.add(LogMetric("errors", filter=5))
stack.add(RedisInstance("cache", tier="GOLD", memory_size_gb=1))
stack.add(RedisInstance("small", tier="BASIC", memory_size_gb=0))
stack.add(SqlInstance("db", database_version="ORACLE_23", tier="db-f1-micro"))
stack.add(Bucket("My Bucket", location="US"))
stack.add(CloudRunService("api", image=""))
api = CloudRunBackend("api", "web", regions=["us-central1"])
stack.add(LoadBalancer("lb", hosts=["not a host"], default=api))
stack.add(GlobalAddress("twice", description="one"))
stack.add(GlobalAddress("twice", description="two"))
stack.add(LoadBalancer("typed", hosts=3, default=api))
"""
LINES = [*range(6, 16), 17, 19, 20]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder with the file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.py").write_text(FILE)


@pytest.mark.parametrize("command", [["plan"], ["apply", "--yes"]], ids=" ".join)
def test_in_text(command, capsys):
    """One run tells all, in the order of the file."""
    assert main([command[0], "shop.py", "--local", *command[1:]]) == 1
    told = capsys.readouterr().err
    lines = [int(found) for found in re.findall(r"\((?:shop.py:\d+, )*shop.py:(\d+)\)", told)]
    assert set(lines) == set(LINES), told
    assert lines == sorted(lines)
    assert told.startswith("error: ")


def test_in_json(capsys):
    """Programs get the line too."""
    assert main(["plan", "shop.py", "--local", "--json"]) == 1
    [error] = json.loads(capsys.readouterr().out)["errors"]
    assert {problem["line"].rpartition(":")[2] for problem in error["problems"]} == set(
        map(str, LINES)
    )
