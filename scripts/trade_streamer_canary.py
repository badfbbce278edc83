"""Goes the way of a trade through Trade Streamer once it is deployed: UI, scan, order.

``python scripts/trade_streamer_canary.py --env staging --project P`` asks each region for the
dashboard and looks at its headers, sees that nobody gets at the API without signing in, runs the
scanner and waits for its end, and sends an order that is marked as a canary's through the topic of
orders: the broker's subscription does not get it. Whatever fails makes the exit status 1.

With ``--endpoint URL`` all that is asked of an emulator instead. That serves the dashboard through the
load balancers, runs jobs in name only and carries messages; no container runs there, so what the
scanner writes is not looked for, and that is said.
"""

import argparse
import base64
import dataclasses
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from trade_streamer import REGIONS, SIZES
from trade_streamer_data import SECRETS

_PATIENCE = 30.0
_LONGEST_RUN = 900.0
#: What every page of the dashboard carries.
_HEADERS = {
    "content-security-policy": "default-src 'self'",
    "strict-transport-security": "max-age=",
    "x-content-type-options": "nosniff",
}


class Broken(Exception):
    """Something on the way is not as it should be."""


@dataclasses.dataclass(frozen=True)
class Answer:
    """What came back for a page.

    Attributes:
        status: the HTTP status.
        headers: the headers, in lower case.
        text: the body.
    """

    status: int
    headers: Mapping[str, str]
    text: str


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: where it leads to is what is asked for."""

    def redirect_request(self, *_: object) -> None:
        """Leave the answer as it is."""


_OPENER = urllib.request.build_opener(_Stay)


def fetch(
    url: str, *, headers: Mapping[str, str] | None = None, body: object = None, method: str = "GET"
) -> Answer:
    """Ask for a page; an error status is an answer too.

    Raises:
        Broken: nobody answers.
    """
    data = None if body is None else json.dumps(body).encode()
    sent = {**(headers or {}), **({"Content-Type": "application/json"} if data else {})}
    request = urllib.request.Request(url, data, sent, method=method)  # noqa: S310 # our own URLs
    try:
        answer = _OPENER.open(request, timeout=_PATIENCE)
    except urllib.error.HTTPError as error:
        answer = error
    except OSError as error:
        raise Broken(f"{url} does not answer: {error}") from error
    with answer:
        told = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status, told, answer.read().decode(errors="replace"))


class Google:
    """Google's APIs, or an emulator in their place."""

    def __init__(self, endpoint: str | None) -> None:
        self.endpoint = endpoint and endpoint.rstrip("/")

    def call(self, api: str, path: str, body: object = None, *, method: str = "GET") -> Any:
        """Make a call and give its JSON.

        Raises:
            Broken: it is refused.
        """
        host = f"{api}.googleapis.com"
        base = f"{self.endpoint}/{host}" if self.endpoint else f"https://{host}"
        answer = fetch(f"{base}/{path}", headers=self._token(), body=body, method=method)
        if answer.status >= 400:  # noqa: PLR2004 # from here on they are errors
            raise Broken(f"{method} {path}: {answer.status} {answer.text[:300]}")
        return json.loads(answer.text or "{}")

    def page(self, address: str, domain: str, path: str) -> Answer:
        """Ask a load balancer for a page; the domain's own, where it is not an emulator's."""
        if self.endpoint:
            return fetch(f"{self.endpoint}/{address}:443{path}", headers={"Host": domain})
        return fetch(f"https://{domain}{path}")

    def _token(self) -> dict[str, str]:
        if self.endpoint:
            return {}
        import google.auth  # noqa: PLC0415 # an emulator needs none of it
        import google.auth.transport.requests  # noqa: PLC0415 # the same

        credentials, _ = google.auth.default(["https://www.googleapis.com/auth/cloud-platform"])
        credentials.refresh(google.auth.transport.requests.Request())  # type: ignore[no-untyped-call] # it has no types
        return {"Authorization": f"Bearer {credentials.token}"}


@dataclasses.dataclass(frozen=True)
class Canary:
    """The way of a trade.

    Attributes:
        google: what is asked.
        project: the project.
        domain: the domain of the environment.
        pause: waits so many seconds.
    """

    google: Google
    project: str
    domain: str
    pause: Callable[[float], None] = time.sleep  # noqa: TID251 # a program of its own

    def steps(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """List what is done, each step with what it does and tells."""
        for region in REGIONS:
            yield f"UI in {region}", lambda region=region: self.ui(region)  # type: ignore[misc] # bound early
            yield f"API in {region}", lambda region=region: self.api(region)  # type: ignore[misc] # bound early
            yield f"scan in {region}", lambda region=region: self.scan(region)  # type: ignore[misc] # bound early
        yield "secrets", self.secrets
        yield "order", self.order

    def _address(self, region: str) -> str:
        path = f"compute/v1/projects/{self.project}/global/addresses/trade-{region}-static-ip"
        return str(self.google.call("compute", path)["address"])

    def ui(self, region: str) -> str:
        """Ask for the dashboard, and look at its headers."""
        answer = self.google.page(self._address(region), self.domain, "/")
        if answer.status != 200 or "Trade Streamer" not in answer.text:  # noqa: PLR2004 # OK
            raise Broken(f"the dashboard is not served: status {answer.status}")
        for name, value in _HEADERS.items():
            if value not in answer.headers.get(name, ""):
                raise Broken(f"the header {name} is {answer.headers.get(name)!r}")
        return "the dashboard is served, with its headers"

    def api(self, region: str) -> str:
        """See that the API is behind the proxy: it asks to sign in, or refuses."""
        answer = self.google.page(self._address(region), self.domain, "/api/scans")
        if answer.status not in (302, 401, 403):
            raise Broken(f"the API answers {answer.status} to somebody who has not signed in")
        return f"nobody gets in without signing in: status {answer.status}"

    def scan(self, region: str) -> str:
        """Run the scanner, wait for its end, and look for what it wrote."""
        job = f"v2/projects/{self.project}/locations/{region}/jobs/trade-scanner"
        overrides = {"containerOverrides": [{"args": ["scanner", "--canary"]}]}
        operation = self.google.call("run", f"{job}:run", {"overrides": overrides}, method="POST")
        waited, wait = 0.0, 1.0
        while not operation.get("done"):
            if waited > _LONGEST_RUN:
                raise Broken(f"the scanner still runs after {waited:.0f} s")
            self.pause(wait)
            waited, wait = waited + wait, min(wait * 1.5, 15)
            operation = self.google.call("run", f"v2/{operation['name']}")
        if "error" in operation:
            raise Broken(f"the scanner failed: {operation['error'].get('message')}")
        execution = str(operation["response"]["name"]).rsplit("/", 1)[-1]
        if self.google.endpoint:
            return f"{execution} ended; what it writes is not looked for: no container ran"
        path = f"v1/projects/{self.project}/databases/trade-streamer/documents/scans/{execution}"
        self.google.call("firestore", path)
        return f"{execution} ended, and its scan is there"

    def secrets(self) -> str:
        """See that every secret has a value that is enabled."""
        for name in SECRETS:
            path = f"v1/projects/{self.project}/secrets/{name}/versions/latest"
            state = self.google.call("secretmanager", path).get("state")
            if state != "ENABLED":
                raise Broken(f"the newest version of {name} is {state}")
        return f"all {len(SECRETS)} have a value"

    def order(self) -> str:
        """Send an order that is marked, and take it from where the canary's orders go."""
        mark = uuid.uuid4().hex
        data = {"symbol": "CANARY", "side": "BUY", "quantity": 0, "id": mark}
        message = {
            "data": base64.b64encode(json.dumps(data).encode()).decode(),
            "attributes": {"canary": mark},
        }
        topics, subscriptions = (
            f"v1/projects/{self.project}/{what}" for what in ("topics", "subscriptions")
        )
        self.google.call(
            "pubsub", f"{topics}/trade-orders:publish", {"messages": [message]}, method="POST"
        )
        held = f"{subscriptions}/trade-orders-canary"
        for _ in range(10):
            pulled = self.google.call("pubsub", f"{held}:pull", {"maxMessages": 100}, method="POST")
            received = pulled.get("receivedMessages", [])
            if received:
                acks = {"ackIds": [item["ackId"] for item in received]}
                self.google.call("pubsub", f"{held}:acknowledge", acks, method="POST")
            if any(item["message"]["attributes"].get("canary") == mark for item in received):
                return "an order went through, and not to the broker"
            self.pause(1)
        raise Broken("the order did not arrive")


def walk(canary: Canary) -> Iterator[tuple[bool, str, str]]:
    """Do every step; one that fails leaves no other out."""
    for name, step in canary.steps():
        try:
            yield True, name, step()
        except Broken as broken:
            yield False, name, str(broken)


def main(arguments: list[str] | None = None) -> int:
    """Walk, tell each step, and give the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--env", choices=sorted(SIZES), required=True)
    parser.add_argument("--project", required=True)
    parser.add_argument("--endpoint", help="an emulator, such as http://127.0.0.1:8470")
    options = parser.parse_args(arguments)
    domain = os.environ.get("TRADE_STREAMER_DOMAIN", "trade-streamer.example.com")
    canary = Canary(Google(options.endpoint), options.project, SIZES[options.env].domain + domain)
    failed = 0
    for ok, name, told in walk(canary):
        print(f"{'✓' if ok else '✗'} {name}: {told}")
        failed += not ok
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
