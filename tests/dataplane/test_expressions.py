"""Expressions of Cloud Armor rules."""

from typing import Any

import pytest

from gcpstack.emulator.dataplane.armor import facts
from gcpstack.emulator.dataplane.expressions import holds
from gcpstack.emulator.dataplane.messages import Asked

REQUEST = Asked(
    "POST",
    "https",
    "shop.example.com",
    "/admin/users",
    "id=1' OR 1=1",
    (("user-agent", "curl/8"), ("x-emulated-region", "AT")),
    client="203.0.113.7",
)
FACTS: dict[str, Any] = facts(REQUEST)


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("true", True),
        ("request.method == 'POST'", True),
        ("request.path.startsWith('/admin') && !inIpRange(origin.ip, '198.51.100.0/24')", True),
        ("inIpRange(origin.ip, '203.0.113.0/24')", True),
        ("origin.region_code == 'AT' || origin.region_code == 'DE'", True),
        ("origin.region_code != 'AT'", False),
        ("request.headers['user-agent'].contains('curl')", True),
        ("request.headers['User-Agent'].lower().matches('^curl/[0-9]+$')", True),
        ("has(request.headers['x-none'])", False),
        ("!(request.path.endsWith('users') && request.method != 'GET')", False),
        ("evaluatePreconfiguredExpr('sqli-v33-stable')", True),
        ("evaluatePreconfiguredWaf('xss-v33-stable', {'sensitivity': 1})", False),
        ("size(request.path) > 5", True),
        ("request.path.size() <= 5", False),
        ("int('3') >= 3 && -1 < 0", True),
    ],
)
def test_an_expression_holds_or_not(expression: str, wanted: bool) -> None:  # a table's column
    assert holds(expression, FACTS) is wanted


@pytest.mark.parametrize(
    "expression",
    [
        "request.path.",
        "request.path ==",
        "nothing == 1",
        "request.path.frobnicate('x')",
        "evaluatePreconfiguredExpr('unheard-of')",
        "recaptcha(1)",
        "true false",
        "'open",
        "",
    ],
)
def test_what_is_not_known_is_told(expression: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        holds(expression, FACTS)
