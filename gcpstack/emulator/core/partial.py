"""Partial answers: the ``fields`` parameter (https://cloud.google.com/compute/docs/api/how-tos/performance#partial-response)."""

import re
from typing import Any
from urllib.parse import parse_qs

from gcpstack.emulator.core.errors import ApiError

Mask = dict[str, Any]


def select(value: Any, query: str) -> Any:
    """The answer with only the fields that the query asks for."""
    values = parse_qs(query)
    text = (values.get("fields") or values.get("$fields") or [""])[0]
    mask = _parse(re.findall(r"[^,()/]+|[,()/]", text)) if text else {}
    return _pick(value, mask) if mask and "*" not in mask else value


def _parse(words: list[str]) -> Mask:
    mask: Mask = {}
    here = [mask]
    path = mask
    for word in words:
        if word == "(":
            here.append(path)
        elif word == ")":
            here.pop()
            if not here:
                raise ApiError(
                    400, f"Invalid field selection {''.join(words)}", reason="invalidParameter"
                )
        elif word == ",":
            path = here[-1]
        elif word != "/":
            path = path.setdefault(word.strip(), {})
            continue
        if word == "(":
            path = here[-1]
    return mask


def _pick(value: Any, mask: Mask) -> Any:
    if not mask or "*" in mask:
        return value
    if isinstance(value, list):
        return [_pick(item, mask) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _pick(value[key], inner) for key, inner in mask.items() if key in value}
