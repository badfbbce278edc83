"""The users of ``scripts/users.py``, and what they meet while a certificate changes over."""

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.dataplane.conftest import HOST, Shop

PROGRAM = Path(__file__).resolve().parents[2] / "scripts" / "users.py"


def ask(shop: Shop, **load: Any) -> list[dict[str, Any]]:
    """Let users come, and go again at once; what came of their requests."""
    told = shop.control("GET", "dataplane")
    words = {
        "host": HOST,
        "place": shop.listener(443)["local"],
        "paths": ["/a", "/b"],
        "rate": 200,
        "authority": told["certificateAuthority"],
        **load,
    }
    done = subprocess.run(
        [sys.executable, str(PROGRAM)],
        input=json.dumps(words) + "\n",
        capture_output=True,
        text=True,
        check=True,
        timeout=50,
    )
    first, rows = done.stdout.splitlines()
    assert first == "began"
    found: list[dict[str, Any]] = json.loads(rows)
    assert found, "at least one request went out before they left"
    return found


@pytest.mark.parametrize("fresh", [False, True], ids=["kept", "fresh"])
def test_users_tell_who_answered(shop: Shop, *, fresh: bool) -> None:
    shop.deploy()
    revision = shop.live()["latestReadyRevision"].rsplit("/", 1)[-1]
    rows = ask(shop, fresh=fresh)
    assert {(row["status"], row["by"], row["error"]) for row in rows} == {(200, revision, "")}
    assert rows[0]["shook"]
    assert all(0 <= row["sent"] <= row["took"] for row in rows)


def test_users_tell_errors_of_the_server(shop: Shop) -> None:
    shop.emulator.plane.behave("gcr.io/shop/api", errors=1.0)
    shop.deploy()
    assert {row["status"] for row in ask(shop)} == {500}


def test_users_lose_what_nobody_answers(shop: Shop) -> None:
    shop.deploy()
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))  # bound, but nobody listens
        rows = ask(shop, place=f"127.0.0.1:{unheard.getsockname()[1]}")
    assert {row["status"] for row in rows} == {0}
    assert all("ConnectionRefused" in row["error"] for row in rows)


def test_users_refuse_the_certificate_of_another_host(shop: Shop) -> None:
    shop.deploy()
    rows = ask(shop, host="other.example.com")
    assert {row["status"] for row in rows} == {0}
    assert all("CERTIFICATE_VERIFY_FAILED" in row["error"] for row in rows)


def test_handshakes_go_on_while_a_domain_is_added_to_the_certificate(shop: Shop) -> None:
    more = "more.example.com"
    shop.deploy()
    shop.fields["domains"] = [HOST, more]
    shop.stack().apply(shop.settings)
    assert {row["status"] for row in ask(shop, fresh=True)} == {200}, "the successor waits for DNS"
    shop.control("PUT", "dns", {more: [shop.listener(443)["address"]]})
    assert {row["status"] for row in ask(shop, fresh=True)} == {200}, "both are there"
    shop.stack().apply(shop.settings)
    assert {row["status"] for row in ask(shop, fresh=True)} == {200}, "the predecessor is gone"
    assert shop.get(host=more).status_code == 200
    assert set(shop.listener(443)["domains"]) == {HOST, more}
