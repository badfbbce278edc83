"""Substitutions: ``$PROJECT_ID`` and ``${_NAME}`` in the fields of a build.

https://cloud.google.com/build/docs/configuring-builds/substitute-variable-values
"""

import re
from collections.abc import Callable
from typing import Any

from gcpstack.emulator.core.errors import ApiError, invalid
from gcpstack.emulator.core.model import Body

KEY = re.compile(r"_[A-Z0-9_]+")
REFERENCE = re.compile(r"\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)([^}]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)")
MOST, LONGEST_KEY, LONGEST_VALUE = 200, 100, 4000
BUILT_IN = frozenset({
    "PROJECT_ID", "PROJECT_NUMBER", "BUILD_ID", "LOCATION", "SERVICE_ACCOUNT", "SERVICE_ACCOUNT_EMAIL",
    "TRIGGER_NAME", "TRIGGER_BUILD_CONFIG_PATH", "COMMIT_SHA", "REVISION_ID", "SHORT_SHA", "REPO_NAME",
    "REPO_FULL_NAME", "BRANCH_NAME", "TAG_NAME", "REF_NAME",
})  # fmt: skip
# Where references are replaced; a script is run as it stands.
FIELDS = (
    "steps",
    "images",
    "tags",
    "artifacts",
    "logsBucket",
    "serviceAccount",
    "options",
    "source",
)
UNTOUCHED = frozenset({"script", "id", "waitFor"})


def check_keys(data: Body) -> None:
    """Refuse keys that only Cloud Build may give, and too many or too long ones."""
    if len(data) > MOST:
        raise _refusal(f"there may be at most {MOST} substitutions, got {len(data)}")
    for key, value in data.items():
        if not KEY.fullmatch(key):
            raise _refusal(
                f'substitution key "{key}" does not respect format "^_[A-Z0-9_]+$" and is not an overridable built-in substitution'
            )
        if len(key) > LONGEST_KEY or len(value) > LONGEST_VALUE:
            raise _refusal(f'substitution "{key}" is too long')


def _refusal(words: str) -> ApiError:
    return invalid(f"invalid value for 'build.substitutions': {words}", field="build.substitutions")


def apply(body: Body, known: dict[str, str], *, loose: bool) -> None:
    """Replace every reference in a build.

    Args:
        body: the build.
        known: what the built-in references stand for.
        loose: a reference without data is empty and data may be left over, as for triggered builds.
    """
    data: dict[str, str] = body.get("substitutions") or {}
    used: set[str] = set()

    def one(match: "re.Match[str]") -> str:
        key = match[1] or match[3]
        if not key:
            return "$"
        used.add(key)
        if key in data or key in known:
            return data.get(key, known.get(key, ""))
        if not key.startswith("_") and key not in BUILT_IN:
            raise _refusal(f'key in the template "{key}" is not a valid built-in substitution')
        if key.startswith("_") and not loose:
            raise _refusal(f'key in the template "{key}" is not matched in the substitution data')
        return ""

    for field in FIELDS:
        if field in body:
            body[field] = _walk(body[field], lambda text: REFERENCE.sub(one, text))
    options = body.get("options") or {}
    if not loose and not options.get("automapSubstitutions"):
        left = sorted(key for key in data if key not in used and not _in_scripts(body, key))
        if left:
            raise _refusal(
                f'key "{left[0]}" in the substitution data is not matched in the template'
            )


def _in_scripts(body: Body, key: str) -> bool:
    return any(key in str(step.get("script", "")) for step in body.get("steps", ()))


def _walk(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_walk(inner, change) for inner in value]
    if isinstance(value, dict):
        return {
            key: inner if key in UNTOUCHED else _walk(inner, change) for key, inner in value.items()
        }
    return value
