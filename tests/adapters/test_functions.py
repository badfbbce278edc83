"""Functions: their source is uploaded once for each content, and what failed is built again."""

from pathlib import Path
from typing import Any

import pytest

from gcpstack._adapters.rest import Collection
from gcpstack._core.json import clone_body
from gcpstack._core.ports import Edit
from gcpstack.exceptions import InvalidRequest, OperationFailed
from gcpstack.resources.functions.archives import digest
from tests.adapters.test_contract import Bench, Running, request_id

HTTP = "def hello(request):\n    return 'hello'\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "main.py").write_text(HTTP)
    return tmp_path


@pytest.fixture
def bench(gcp_emulator: Running, folder: Path) -> Bench:
    made = Bench(gcp_emulator.endpoint, "cloudfunctions.Function", "rest")
    made.body = {**made.body, "source": source(folder)}
    return made


def source(folder: Path) -> dict[str, Any]:
    return {"folder": str(folder), "digest": digest(str(folder))}


def builds(bench: Bench) -> int:
    found = Collection(bench.clients, "cloudbuild", "v1", "projects.locations.builds")
    parent = f"projects/{bench.project}/locations/us-central1"
    return len(found.pages({"parent": parent}, "builds"))


def edit(bench: Bench, **fields: Any) -> Edit:
    live = bench.adapter.get(bench.target)
    assert live is not None
    merged = {**clone_body(live.body), **fields}
    changed = tuple((name,) for name in fields)
    return Edit(bench.target, live.body, fields, merged, changed, again=not fields)


def deploy(bench: Bench, **fields: Any) -> None:
    (step,) = bench.adapter.update(edit(bench, **fields))
    bench.finish(step.call())


def test_another_content_is_built_and_told(bench: Bench, folder: Path) -> None:
    """A change of something else builds nothing."""
    before = source(folder)["digest"]
    assert bench.create().body["source"] == {"digest": before}
    deploy(bench, description="after")
    assert builds(bench) == 1
    (folder / "main.py").write_text(HTTP + "# more\n")
    deploy(bench, source=source(folder))
    assert builds(bench) == 2
    live = bench.adapter.get(bench.target)
    assert live is not None
    assert live.body["source"] == {"digest": source(folder)["digest"]} != {"digest": before}
    assert live.body["description"] == "after"


def test_an_archive_is_taken_from_its_bucket(bench: Bench, folder: Path) -> None:
    """As it is: nothing is packed or uploaded."""
    stored = bench.adapter._uploaded(bench.target, b"")  # type: ignore[attr-defined] # makes an object to point at
    bench.body = {**bench.body, "source": {**stored, "digest": "d"}}
    with pytest.raises(OperationFailed, match=r"Build failed"):
        bench.create()
    live = bench.adapter.get(bench.target)
    assert live is not None
    assert live.body["source"] == {"digest": "d"}


def test_what_failed_is_built_again_without_a_change(bench: Bench, folder: Path) -> None:
    """Since a grant may have been late: the source is sent once more."""
    (folder / "main.py").write_text("")
    bench.body = {**bench.body, "source": source(folder)}
    with pytest.raises(OperationFailed, match=r"Build failed"):
        bench.create()
    (folder / "main.py").write_text(HTTP)
    made = edit(bench)
    desired = {"source": source(folder)}
    (step,) = bench.adapter.update(Edit(made.target, made.live, desired, made.live, (), again=True))
    bench.finish(step.call())
    assert builds(bench) == 2
    live = bench.adapter.get(bench.target)
    assert live is not None
    assert live.body["state"] == "ACTIVE"


def test_a_folder_that_changed_after_the_plan_is_not_deployed(bench: Bench, folder: Path) -> None:
    """What was consented to is what is deployed."""
    (folder / "main.py").write_text(HTTP + "# more\n")
    with pytest.raises(InvalidRequest, match=r"has changed since this was planned"):
        bench.adapter.create(bench.target, bench.body, request_id())
    bench.body["source"] = {"folder": str(folder / "gone"), "digest": "d"}
    with pytest.raises(InvalidRequest, match=r"can't be packed"):
        bench.adapter.create(bench.target, bench.body, request_id())
    bench.body["source"] = {"digest": "d"}
    with pytest.raises(InvalidRequest, match=r"is not declared"):
        bench.adapter.create(bench.target, bench.body, request_id())


def test_an_upload_that_is_refused_is_told(bench: Bench) -> None:
    """In the words of whoever refused it."""
    bench.clients.plain.put = lambda *_, **__: refusal()  # type: ignore[method-assign]
    with pytest.raises(InvalidRequest, match=r"no room"):
        bench.adapter.create(bench.target, bench.body, request_id())


def refusal() -> Any:
    import requests  # noqa: PLC0415 # beside its only use

    answer = requests.Response()
    answer.status_code = 400
    answer._content = (
        b'{"error": {"code": 400, "message": "no room", "status": "INVALID_ARGUMENT"}}'
    )
    return answer


def test_egress_stands_where_its_way_takes_it(bench: Bench) -> None:
    """A connector's and a direct way's differ at Google."""
    written = bench.adapter._written  # type: ignore[attr-defined] # what is sent
    one = written(bench.target, {"vpcEgress": "all-traffic", "serviceConfig": {}}, upload=False)
    two = written(
        bench.target,
        {
            "vpcEgress": "private-ranges-only",
            "serviceConfig": {"directVpcNetworkInterface": [{"network": "v"}]},
        },
        upload=False,
    )
    assert one["serviceConfig"] == {"vpcConnectorEgressSettings": "ALL_TRAFFIC"}
    assert two["serviceConfig"]["directVpcEgress"] == "VPC_EGRESS_PRIVATE_RANGES_ONLY"


def test_an_archive_goes_where_all_calls_go(bench: Bench) -> None:
    """A signed address of Google's is never called past an endpoint that stands in for it."""
    told = {
        "uploadUrl": "http://storage.googleapis.com/upload/storage/v1/b/b/o?uploadType=media&name=a",
        "storageSource": {"bucket": "b", "object": "a"},
    }
    sent = []
    bench.adapter._functions = Told(told)  # type: ignore[attr-defined] # what answers with the address
    bench.clients.plain.put = lambda url, **_: sent.append(url) or refusal()  # type: ignore[method-assign]
    with pytest.raises(InvalidRequest):
        bench.adapter.create(bench.target, bench.body, request_id())
    path = "/storage.googleapis.com/upload/storage/v1/b/b/o?uploadType=media&name=a"
    assert sent == [f"{bench.clients.endpoint}{path}"]


class Told:
    """A collection that answers one thing."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer

    def call(self, *_: object, **__: object) -> dict[str, Any]:
        return self.answer
