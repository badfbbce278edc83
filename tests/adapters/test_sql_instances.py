"""What is within a Cloud SQL instance is told only while the instance runs."""

import pytest

from gcpstack._adapters.rest import Collection
from gcpstack.emulator import Emulator
from gcpstack.exceptions import InvalidRequest
from tests.adapters.test_contract import Bench, request_id

WITHIN = ("sql.Database", "sql.User")


def instances(bench):
    return Collection(bench.clients, "sqladmin", "v1", "instances")


@pytest.mark.parametrize("kind", WITHIN)
def test_nothing_is_in_what_is_being_made(kind):
    """A run that comes while it is goes on from there."""
    with Emulator(latency="typical") as slow:
        bench = Bench(slow.endpoint, kind, "rest")
        sql, ids, body = bench.case.needs[0]
        target = bench.at(sql, ids)
        adapter = bench.for_kind(target.kind)
        adapter.create(target, body, request_id())
        found = adapter.get(target)

        assert found is not None
        assert not found.settled
        assert bench.adapter.get(bench.target) is None
        assert list(bench.adapter.list(bench.target)) == []


@pytest.mark.parametrize("kind", WITHIN)
def test_what_is_in_a_stopped_one_is_not_guessed(gcp_emulator, kind):
    """The remedy is to start it."""
    bench = Bench(gcp_emulator.endpoint, kind, "rest")
    bench.prepare()
    bench.create()
    name = {"project": bench.project, "instance": "db"}
    stopped = {"settings": {"activationPolicy": "NEVER"}}
    instances(bench).call("patch", {**name, "body": stopped})

    for read in (bench.adapter.get, bench.adapter.list):
        with pytest.raises(InvalidRequest, match="not running") as caught:
            read(bench.target)
        assert "--activation-policy=ALWAYS" in caught.value.remedy
