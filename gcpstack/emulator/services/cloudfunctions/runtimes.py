"""Runtimes, and what a function's source must hold for each.

https://cloud.google.com/functions/docs/runtime-support, https://cloud.google.com/functions/docs/writing
"""

import json
import re
from dataclasses import dataclass
from fnmatch import fnmatch

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.filters import matcher
from gcpstack.emulator.core.model import Body


@dataclass(frozen=True)
class Language:
    """What sources in a language look like.

    Attributes:
        title: as people call it.
        mains: patterns of which one file must be there.
        code: patterns of the files that may define the entry point.
        missing: the builder's words where no main file is there.
    """

    title: str
    mains: tuple[str, ...]
    code: tuple[str, ...]
    missing: str


LANGUAGES = {
    "nodejs": Language(
        "Node.js", ("package.json", "index.js", "function.js", "index.mjs"), ("*.js", "*.mjs", "*.cjs", "*.ts"),
        "function.js does not exist",
    ),
    "python": Language(
        "Python", ("main.py",), ("*.py",),
        "missing main.py and GOOGLE_FUNCTION_SOURCE not specified. Either create the function in main.py or specify "
        "GOOGLE_FUNCTION_SOURCE to point to the file that contains the function",
    ),
    "go": Language("Go", ("*.go",), ("*.go",), "no Go files in the function's directory"),
    "java": Language(
        "Java", ("pom.xml", "build.gradle", "build.gradle.kts", "*.jar"), ("*.java", "*.kt", "*.scala", "*.groovy", "*.jar"),
        "function has neither pom.xml nor already-built jar file; directory has these entries",
    ),
    "ruby": Language("Ruby", ("app.rb",), ("*.rb",), "expected source file app.rb does not exist"),
    "php": Language("PHP", ("index.php",), ("*.php",), "index.php does not exist"),
    "dotnet": Language(
        ".NET Core", ("*.csproj", "*.fsproj", "*.vbproj", "*.dll"), ("*.cs", "*.fs", "*.vb", "*.dll"),
        "no project file found",
    ),
}  # fmt: skip
SUPPORTED = (
    "nodejs20", "nodejs22", "nodejs24", "python310", "python311", "python312", "python313", "python314",
    "go122", "go123", "go124", "go125", "java17", "java21", "ruby32", "ruby33", "ruby34", "php82", "php83", "php84",
    "dotnet8",
)  # fmt: skip
DEPRECATED = ("nodejs18", "python38", "python39", "go121", "java11", "dotnet6", "php81", "ruby31")
WORD = re.compile(r"(?P<name>[a-z]+)(?P<number>\d+)")


def known(runtime: str) -> bool:
    """Whether functions can be deployed with a runtime."""
    return runtime in SUPPORTED or runtime in DEPRECATED


def language(runtime: str) -> Language:
    """The language of a runtime."""
    found = WORD.fullmatch(runtime)
    return LANGUAGES[found["name"] if found else runtime]


def _title(runtime: str) -> str:
    found = WORD.fullmatch(runtime)
    number = found["number"] if found else ""
    if found and found["name"] in ("python", "go", "ruby", "php"):
        number = f"{number[0]}.{number[1:]}"
    return f"{language(runtime).title} {number}"


def listed(call: Call) -> Body:
    """``runtimes.list``: every runtime for both generations."""
    rows = [
        {
            "name": name,
            "displayName": _title(name),
            "stage": "GA" if name in SUPPORTED else "DEPRECATED",
            "environment": environment,
        }
        for name in sorted((*SUPPORTED, *DEPRECATED))
        for environment in ("GEN_1", "GEN_2")
    ]
    keep = matcher(str(call.query.get("filter", "")))
    return {"runtimes": [row for row in rows if keep(row)]}


def problem(runtime: str, entry: str, given: str, files: dict[str, bytes]) -> str:
    """Why a source can't be built; ``""`` where it can.

    Args:
        runtime: of the function.
        entry: the entry point.
        given: the file that ``GOOGLE_FUNCTION_SOURCE`` names, or ``""``.
        files: of the source.
    """
    kind = language(runtime)
    mains = (given,) if given else kind.mains
    if not any(fnmatch(name, pattern) for name in files for pattern in mains if "/" not in name):
        return f"{given} does not exist" if given else kind.missing
    if "package.json" in files and runtime.startswith("nodejs"):
        words = _package(files)
        if words:
            return words
    code = [name for name in files if any(fnmatch(name, pattern) for pattern in kind.code)]
    wanted = re.compile(rf"\b{re.escape(entry.rpartition('.')[2])}\b".encode())
    binary = any(name.endswith((".jar", ".dll")) for name in code)
    if binary or any(wanted.search(files[name]) for name in code):
        return ""
    return (
        f"Function '{entry}' is not defined in the provided module. "
        "Did you specify the correct target function to execute?"
    )


def _package(files: dict[str, bytes]) -> str:
    """Whether the main file that ``package.json`` names is there."""
    try:
        package = json.loads(files["package.json"])
    except ValueError as error:
        return f"unmarshalling package.json: {error}"
    main = package.get("main") if isinstance(package, dict) else None
    names = (main, f"{main}.js", f"{main}/index.js") if main else ("index.js", "function.js")
    found = any(str(name).removeprefix("./") in files for name in names)
    scripts = isinstance(package, dict) and "build" in (package.get("scripts") or {})
    built = scripts or "gcp-build" in (package.get("scripts") or {})
    return "" if found or built else f"{main or 'function.js'} does not exist"
