"""Expressions of Cloud Armor rules: the parts of the language that rules of web backends use.

https://cloud.google.com/armor/docs/rules-language-reference. What is not known here is told as a
``ValueError``: a rule that can't be followed must not be taken for one that lets everybody pass.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|r'[^']*')"
    r"|(?P<name>[A-Za-z_]\w*)|(?P<sign>&&|\|\||[=!<>]=|[-!<>()\[\].,{}:+]))"
)
# A few signs of what the preconfigured rules look for (https://cloud.google.com/armor/docs/waf-rules).
ATTACKS = {
    "sqli": r"(?i)('|%27)\s*(or|and|union)\b|union\s+(all\s+)?select|;\s*drop\s+table",
    "xss": r"(?i)<\s*script|javascript:|onerror\s*=|%3cscript",
    "lfi": r"(?i)\.\./|%2e%2e(/|%2f)|/etc/passwd",
    "rfi": r"(?i)=\s*(https?|ftp)://",
    "rce": r"(?i)[;|`]\s*(cat|ls|id|wget|curl|bash|sh)\b|\$\(",
    "scannerdetection": r"(?i)\b(nikto|sqlmap|nessus|acunetix)\b",
    "methodenforcement": r"^$",
    "protocolattack": r"(?i)%0d%0a|\r\n(set-cookie|location):",
    "php": r"(?i)<\?php|php://",
    "sessionfixation": r"(?i)document\.cookie|phpsessid=",
    "java": r"(?i)java\.lang\.|runtime\.getruntime",
    "nodejs": r"(?i)require\(['\"]child_process",
    "cve": r"(?i)\$\{jndi:",
}
Facts = Mapping[str, Any]
METHODS: Mapping[str, Callable[..., Any]] = {
    "matches": lambda text, pattern: re.search(pattern, text) is not None,
    "contains": lambda text, part: part in text,
    "startsWith": lambda text, part: text.startswith(part),
    "endsWith": lambda text, part: text.endswith(part),
    "lower": lambda text: text.lower(),
    "upper": lambda text: text.upper(),
    "size": len,
    "urlDecode": lambda text: re.sub(
        r"%([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), text
    ),
}


def holds(expression: str, facts: Facts) -> bool:
    """Whether an expression holds for a request.

    Args:
        expression: of the rule.
        facts: ``origin`` and ``request`` with their fields, headers in lower case.

    Raises:
        ValueError: it says what is not followed here.
    """
    return bool(_Reader(expression, facts).whole())


class _Reader:
    """Reads an expression from left to right and evaluates it on the way."""

    def __init__(self, text: str, facts: Facts) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._facts = facts

    def whole(self) -> Any:
        value = self._either()
        if self._at != len(self._tokens):
            raise ValueError(f"unexpected {self._tokens[self._at][1]!r}")
        return value

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise ValueError("the expression ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, *signs: str) -> str:
        """The next sign, if it is one of these."""
        if self._at < len(self._tokens) and self._tokens[self._at][1] in signs:
            return self._next()[1]
        return ""

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise ValueError(f"{sign!r} is missing")

    def _either(self) -> Any:
        value = self._both()
        while self._take("||"):
            other = self._both()
            value = bool(value) or bool(other)
        return value

    def _both(self) -> Any:
        value = self._compared()
        while self._take("&&"):
            other = self._compared()
            value = bool(value) and bool(other)
        return value

    def _compared(self) -> Any:
        left = self._single()
        sign = self._take("==", "!=", "<", ">", "<=", ">=")
        if not sign:
            return left
        right = self._single()
        if sign in ("==", "!="):
            return (left == right) == (sign == "==")
        if not isinstance(left, int | float) or not isinstance(right, int | float):
            return False  # what is not there is neither less nor more
        results = {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}
        return results[sign]

    def _single(self) -> Any:
        if self._take("!"):
            return not self._single()
        if self._take("-"):
            return -self._single()
        if self._take("("):
            value = self._either()
            self._expect(")")
            return self._tail(value)
        kind, text = self._next()
        if kind == "number":
            return float(text)
        if kind == "text":
            return self._tail(_plain(text))
        if kind == "name":
            return self._named(text)
        raise ValueError(f"unexpected {text!r}")

    def _named(self, name: str) -> Any:
        if name in ("true", "false"):
            return name == "true"
        if self._take("("):
            return self._tail(self._function(name, self._arguments()))
        if name not in self._facts:
            raise ValueError(f"{name!r} is not known")
        return self._tail(self._facts[name])

    def _arguments(self) -> list[Any]:
        out: list[Any] = []
        while not self._take(")"):
            if out:
                self._expect(",")
            out.append(self._listed() if self._take("{", "[") else self._either())
            if self._take(":"):
                raise ValueError("maps are not followed here")
        return out

    def _listed(self) -> list[Any]:
        """What stands between brackets; options of preconfigured rules change nothing here."""
        depth, out = 1, []
        while depth:
            _, text = self._next()
            depth += (text in "{[") - (text in "}]")
            out.append(text)
        return out

    def _tail(self, value: Any) -> Any:
        """Fields, indices and methods behind a value."""
        while True:
            if self._take("."):
                name = self._next()[1]
                if self._take("("):
                    value = self._method(value, name, self._arguments())
                else:
                    value = value.get(name) if isinstance(value, Mapping) else None
            elif self._take("["):
                key = self._either()
                self._expect("]")
                value = value.get(str(key).lower(), "") if isinstance(value, Mapping) else ""
            else:
                return value

    def _method(self, value: Any, name: str, arguments: list[Any]) -> Any:
        if name not in METHODS:
            raise ValueError(f"the method {name}() is not known")
        return METHODS[name]("" if value is None else str(value), *arguments)

    def _function(self, name: str, arguments: list[Any]) -> Any:
        if name == "has":
            return arguments[0] not in (None, "")
        if name == "size":
            return len(arguments[0])
        if name == "int":
            return int(float(arguments[0]))
        if name == "inIpRange":
            return in_range(str(arguments[0]), str(arguments[1]))
        if name in ("evaluatePreconfiguredExpr", "evaluatePreconfiguredWaf"):
            return _attack(str(arguments[0]), self._facts["request"])
        raise ValueError(f"the function {name}() is not known")


def _tokens(text: str) -> list[tuple[str, str]]:
    out, at = [], 0
    text = text.rstrip()
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None:
            raise ValueError(f"what is {text[at:].strip()[:20]!r}?")
        out.append((str(found.lastgroup), found.group().strip()))
        at = found.end()
    return out


def _plain(text: str) -> str:
    return text[2:-1] if text.startswith("r") else re.sub(r"\\(.)", r"\1", text[1:-1])


def _attack(name: str, request: Facts) -> bool:
    """Whether a request looks like what a preconfigured rule is for."""
    family = name.split("-", 1)[0].rstrip("0123456789")
    if family not in ATTACKS:
        raise ValueError(f"the preconfigured rule {name!r} is not known")
    texts = (request["path"], request["query"], request["headers"].get("user-agent", ""))
    pattern = re.compile(ATTACKS[family])
    return any(text and pattern.search(text) for text in texts)


def in_range(address: str, block: str) -> bool:
    """Whether an address lies in a block; ``*`` is every address."""
    if block == "*":
        return True
    return ipaddress.ip_address(address) in ipaddress.ip_network(block, strict=False)
