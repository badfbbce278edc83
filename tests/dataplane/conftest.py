"""A world with one load balancer in front of Cloud Run, and a way to ask it without the network."""

import asyncio
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from gcpstack import (
    CloudRunBackend,
    CloudRunService,
    CloudRunServiceIamMember,
    LoadBalancer,
    Settings,
    Stack,
)
from gcpstack.emulator import Emulator, ManualClock

HOST = "shop.example.com"
PROJECT = "data-plane"


@dataclass
class Shop:
    """A stack on an emulator, and its clients.

    Attributes:
        http: a client for what goes without TLS; one that is made for each call reads the internet's
            authorities each time, which takes longer than the call.
    """

    emulator: Emulator
    settings: Settings
    http: httpx.Client
    fields: dict[str, Any] = field(default_factory=dict)
    service: dict[str, Any] = field(default_factory=dict)
    public: bool = True

    def stack(self, *regions: str) -> Stack:
        """The stack with what the test changed."""
        stack = Stack("shop", region="us-central1")
        declared = {
            region: CloudRunService(
                "api", location=region, **{"image": "gcr.io/shop/api:1", **self.service}
            )
            for region in regions or ("us-central1",)
        }
        for one in declared.values():
            stack.add(one)
            if self.public:
                stack.add(
                    CloudRunServiceIamMember(one, role="roles/run.invoker", member="allUsers")
                )
        only = next(iter(declared.values()))
        options = self.fields.pop("backend", {})
        backend = CloudRunBackend("api", declared if len(declared) > 1 else only, **options)
        stack.add(LoadBalancer("shop", hosts=[HOST], default=backend, **self.fields))
        return stack

    def deploy(self, *regions: str) -> None:
        """Apply it, and let the domain lead to it."""
        self.stack(*regions).apply(self.settings)
        address = self.listener(443)["address"]
        self.control("PUT", "dns", {HOST: [address]})

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Use the emulator's control API."""
        answer = self.http.request(method, f"{self.emulator.endpoint}/_emulator/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def listener(self, port: int) -> Any:
        """What listens for a port of the load balancer."""
        found = self.control("GET", "dataplane")["listeners"]
        return next(one for one in found if one["port"] == port)

    def client(self) -> httpx.Client:
        """A client that trusts the emulator's certificates."""
        authority = self.control("GET", "dataplane")["certificateAuthority"]
        return httpx.Client(verify=ssl.create_default_context(cadata=authority))

    def get(
        self, path: str = "/", *, method: str = "GET", host: str = HOST, **headers: str
    ) -> httpx.Response:
        """Ask over TLS, as a client of the domain does."""
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        with self.client() as client:
            return client.request(
                method,
                f"https://{self.listener(443)['local']}{path}",
                headers={"host": host, **named},
                extensions={"sni_hostname": host},
            )

    def direct(self, tag: str = "", path: str = "/", **headers: str) -> httpx.Response:
        """Ask the service at its own address."""
        uri = self.live()["uri"].removeprefix("https://")
        host = f"{tag}---{uri}" if tag else uri
        return self.http.get(f"{self.emulator.endpoint}/{host}{path}", headers=headers)

    def live(self, region: str = "us-central1") -> Any:
        """The service as it is."""
        name = f"projects/{PROJECT}/locations/{region}/services/api"
        found = self.emulator.world.state.get("run", name)
        assert found is not None
        return found.body

    def patch(self, mask: str, **fields: Any) -> None:
        """Change the live service as another tool would."""
        url = f"{self.emulator.endpoint}/run.googleapis.com/v2/projects/{PROJECT}/locations/us-central1/services/api"
        answer = self.http.patch(url, params={"updateMask": mask}, json=fields)
        assert answer.status_code == 200, answer.text

    def count(self, number: int, key: str = "revision") -> dict[str, int]:
        """Ask so often, and count the answers by one of their fields."""
        out: dict[str, int] = {}
        address = self.listener(443)["address"]
        for _ in range(number):
            answer = self.http.get(
                f"{self.emulator.endpoint}/{address}:443/", headers={"host": HOST}
            )
            found = answer.json()[key] if answer.status_code == 200 else str(answer.status_code)
            out[found] = out.get(found, 0) + 1
        return out


@pytest.fixture
def shop() -> Iterator[Shop]:
    clock = ManualClock(1_800_000_000.0)
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with (
        Emulator(clock=clock) as emulator,
        httpx.Client(verify=nobody, trust_env=False) as http,
    ):
        yield Shop(emulator, Settings(project=PROJECT, endpoint=emulator.endpoint), http)


def wait(coroutine: Any) -> Any:
    """Run to the end what needs no loop of its own."""
    return asyncio.run(coroutine)
