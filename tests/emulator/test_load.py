"""Many objects and many clients: lists look only at their page, and whatever was acknowledged is kept."""

import concurrent.futures
import http.client
import json
import pathlib
import signal
import subprocess
import sys

import pytest

from gcpstack.emulator import ManualClock
from gcpstack.emulator.core.google import Google
from gcpstack.emulator.core.store import Obj, State
from tests.emulator.conftest import Send, sender

ADDRESSES = "/compute.googleapis.com/compute/v1/projects/demo-proj/global/addresses"
URL = f"https:/{ADDRESSES}"
COLLECTION = "projects/demo-proj/global/addresses"
SERVE = (
    "import sys; from gcpstack.emulator import Emulator; e = Emulator(state=sys.argv[1], grpc_port=None).start();"
    "print(e.endpoint, flush=True); sys.stdin.read()"
)
CLIENTS = 8


class CountingState(State):
    """A memory that counts the objects that anybody looks at one by one."""

    def __init__(self) -> None:
        super().__init__()
        self.looked = 0

    def page(self, service: str, collection: str, after: str = ""):
        """Count each object on its way."""
        for obj in super().page(service, collection, after):
            self.looked += 1
            yield obj


@pytest.mark.parametrize("many", [100, 5_000])
def test_a_page_costs_what_it_holds(many: int) -> None:
    """However many there are: the page's objects, and the one that tells that there are more."""
    world = Google(clock=ManualClock())
    send = sender(world)
    send("POST", URL, {"name": "a"})
    template = world.state.get("compute", f"{COLLECTION}/a")
    assert template is not None
    world.state.__class__, world.state.looked = CountingState, 0  # type: ignore[assignment, attr-defined]
    for number in range(many):
        name = f"b{number:05}"
        body = {**template.body, "name": name}
        world.state.put(Obj("compute", "addresses", f"{COLLECTION}/{name}", body, template.meta))
    world.commit()
    answer = send("GET", f"{URL}?maxResults=20").json()
    assert len(answer["items"]) == 20
    send("GET", f"{URL}?maxResults=20&pageToken={answer['nextPageToken']}")
    assert world.state.looked == 42  # type: ignore[attr-defined]
    world.state.looked = 0  # type: ignore[attr-defined]
    assert send("GET", f"{URL}/b00050").status == 200
    assert send("POST", URL, {"name": "z"}).status == 200
    assert send("DELETE", f"{URL}/z").status == 200
    assert world.state.looked == 0  # type: ignore[attr-defined]


def test_whole_lists_hold_everything_once(world: Google, send: Send) -> None:
    for number in range(1_234):
        send("POST", URL, {"name": f"a{number}"})
    found, token = [], ""
    while True:
        answer = send("GET", f"{URL}?pageToken={token}").json()
        found += [item["name"] for item in answer["items"]]
        token = answer.get("nextPageToken", "")
        if not token:
            break
    assert sorted(found) == sorted(f"a{number}" for number in range(1_234))


def _create(port: int, number: int, acknowledged: list[str]) -> None:
    """Create until the connection is cut."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        for count in range(100_000):
            name = f"a{number}-{count}"
            connection.request("POST", ADDRESSES, json.dumps({"name": name}))
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                acknowledged.append(name)
    except (OSError, http.client.HTTPException):
        return
    finally:
        connection.close()


def test_what_was_acknowledged_survives_a_kill(tmp_path: pathlib.Path) -> None:
    """Killed while eight clients create: each create that was answered is there, and can be used."""
    state = tmp_path / "state.db"
    acknowledged: list[str] = []
    command = [sys.executable, "-c", SERVE, str(state)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        line = process.stdout.readline() if process.stdout else ""
        port = int(line.strip().rpartition(":")[2])
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            runs = [pool.submit(_create, port, number, acknowledged) for number in range(CLIENTS)]
            while len(acknowledged) < 400:
                done, _ = concurrent.futures.wait(runs, timeout=0.01)
                assert len(done) < CLIENTS
            process.send_signal(signal.SIGKILL)
    world = Google(state_file=str(state))
    send = sender(world)
    assert len(acknowledged) >= 400
    assert [name for name in acknowledged if send("GET", f"{URL}/{name}").status != 200] == []
    assert send("DELETE", f"{URL}/{acknowledged[-1]}").status == 200
    world.close()


def test_record_sets_are_found_by_name(world: Google, send: Send) -> None:
    """A zone is walked only as far as its page goes."""
    zones = "https://dns.googleapis.com/dns/v1/projects/demo-proj/managedZones"
    send("POST", zones, {"name": "z", "dnsName": "example.com.", "description": "x"})
    world.state.__class__, world.state.looked = CountingState, 0  # type: ignore[assignment, attr-defined]
    sent = {"type": "A", "ttl": 60, "rrdatas": ["1.2.3.4"]}
    for number in range(300):
        name = f"n{number:03}.example.com."
        assert send("POST", f"{zones}/z/rrsets", {"name": name, **sent}).status == 200
    assert world.state.looked < 300 * 10  # type: ignore[attr-defined]
    world.state.looked, found, token = 0, [], ""  # type: ignore[attr-defined]
    while True:
        answer = send("GET", f"{zones}/z/rrsets?maxResults=50&pageToken={token}").json()
        found += [item["name"] for item in answer["rrsets"]]
        token = answer.get("nextPageToken", "")
        if not token:
            break
    assert (found, len(found)) == (sorted(found), 302)
    assert world.state.looked < 400  # type: ignore[attr-defined]
