"""Whether a folder holds what a runtime needs, and the entry point.

https://cloud.google.com/functions/docs/writing#directory-structure
"""

import ast
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch

from gcpstack.resources._checks import Finding

_FRAMEWORK = "functions_framework"


@dataclass(frozen=True, slots=True)
class Language:
    """What sources in a language look like.

    Attributes:
        versions: versions that functions can be deployed with, the newest last.
        mains: patterns of files of which one must be at the top.
        code: patterns of the files that may define the entry point.
    """

    versions: tuple[int, ...]
    mains: tuple[str, ...]
    code: tuple[str, ...]


#: https://cloud.google.com/functions/docs/runtime-support
LANGUAGES: Mapping[str, Language] = {
    "dotnet": Language((6, 8), ("*.csproj", "*.fsproj", "*.vbproj", "*.dll"), ("*.cs", "*.fs", "*.vb")),
    "go": Language((121, 122, 123, 124, 125), ("*.go",), ("*.go",)),
    "java": Language(
        (11, 17, 21), ("pom.xml", "build.gradle", "build.gradle.kts", "*.jar"),
        ("*.java", "*.kt", "*.scala", "*.groovy"),
    ),
    "nodejs": Language(
        (18, 20, 22, 24), ("package.json", "index.js", "function.js", "index.mjs"),
        ("*.js", "*.mjs", "*.cjs", "*.ts"),
    ),
    "php": Language((81, 82, 83, 84), ("index.php",), ("*.php",)),
    "python": Language((38, 39, 310, 311, 312, 313, 314), ("main.py",), ("*.py",)),
    "ruby": Language((31, 32, 33, 34), ("app.rb",), ("*.rb",)),
}  # fmt: skip
_RUNTIME = re.compile(r"([a-z]+)(\d+)")


def language_of(runtime: str) -> Language | None:
    """Return the language of a runtime; None for one that functions can't be deployed with.

    A version that is newer than this release is taken: Google adds some every year.
    """
    found = _RUNTIME.fullmatch(runtime)
    known = LANGUAGES.get(found[1]) if found else None
    if found is None or known is None:
        return None
    number = int(found[2])
    return known if number in known.versions or number > known.versions[-1] else None


def runtimes() -> list[str]:
    """List the runtimes that are known."""
    return [f"{name}{number}" for name, one in LANGUAGES.items() for number in one.versions]


def source_findings(
    runtime: str, entry: str, given: str, event: object, held: Mapping[str, bytes]
) -> Iterator[Finding]:
    """Check that a folder can be built, and holds the entry point.

    https://cloud.google.com/functions/docs/writing#directory-structure

    Args:
        runtime: the runtime.
        entry: the entry point.
        given: the file that ``GOOGLE_FUNCTION_SOURCE`` names, or nothing.
        event: what starts the function, if not a call.
        held: the files by their paths.
    """
    language = language_of(runtime)
    if language is None:
        return
    mains = (given,) if given else language.mains
    main = next((n for n in held if "/" not in n and any(fnmatch(n, m) for m in mains)), None)
    if main is None:
        yield Finding("source", f"holds no {' or '.join(mains)}, which {runtime} begins with")
    elif runtime.startswith("python"):
        yield from _python(main, entry, event, held)
    else:
        if runtime.startswith("nodejs"):
            yield from _node(held)
        yield from _named(language, entry, held)


def _named(language: Language, entry: str, held: Mapping[str, bytes]) -> Iterator[Finding]:
    """https://cloud.google.com/functions/docs/writing#entry-point."""
    code = [name for name in held if any(fnmatch(name, pattern) for pattern in language.code)]
    word = re.compile(rf"\b{re.escape(entry.rpartition('.')[2])}\b".encode())
    if code and not any(word.search(held[name]) for name in code):
        yield Finding("entry_point", f"{entry!r} stands in no file of the source")


def _node(held: Mapping[str, bytes]) -> Iterator[Finding]:
    """https://cloud.google.com/functions/docs/writing/specifying-dependencies-nodejs."""
    if "package.json" not in held:
        yield Finding(
            "source",
            "holds no package.json, which names what a Node.js function needs",
            "Create one with @google-cloud/functions-framework among its dependencies.",
        )
        return
    try:
        package = json.loads(held["package.json"])
    except ValueError as error:
        yield Finding("source", f"package.json is not valid JSON: {error}")
        return
    told = package if isinstance(package, dict) else {}
    scripts = told.get("scripts")
    if isinstance(scripts, dict) and {"build", "gcp-build"} & scripts.keys():
        return  # what is built is not there yet
    main = str(told.get("main") or "")
    names = (main, f"{main}.js", f"{main}/index.js") if main else ("index.js", "function.js")
    if not any(name.removeprefix("./") in held for name in names):
        yield Finding("source", f"holds no {main or 'index.js'}, which package.json begins with")


def _python(main: str, entry: str, event: object, held: Mapping[str, bytes]) -> Iterator[Finding]:
    """https://cloud.google.com/functions/docs/writing/specifying-dependencies-python."""
    try:
        tree = ast.parse(held[main])
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        where = f"{main}, line {line}" if line else main
        yield Finding("source", f"{where}: {getattr(error, 'msg', None) or error}")
        return
    defined = dict(_defined(tree.body))
    if entry not in defined and "*" not in defined:
        others = sorted(
            name
            for name, node in defined.items()
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and name[0] != "_"
        )
        remedy = f"It defines {', '.join(others)}: give entry_point." if others else ""
        yield Finding("entry_point", f"{entry!r} is not defined in {main}", remedy)
    yield from _signature(defined.get(entry), entry, event)
    packages = sorted(set(_imports(tree)) - _present(held))
    if packages and not {"requirements.txt", "pyproject.toml"} & held.keys():
        yield Finding(
            "source",
            f"holds no requirements.txt, and {main} imports {', '.join(packages)}",
            "List what the function needs there.",
        )


def _defined(body: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    """Walk the names that a module defines, also below ``if`` and ``try``."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                yield (alias.asname or alias.name).partition(".")[0], node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                yield from ((n.id, node) for n in ast.walk(target) if isinstance(n, ast.Name))
        for field in ("body", "orelse", "handlers", "finalbody"):
            inner = getattr(node, field, None)
            if isinstance(node, ast.If | ast.Try | ast.With) and isinstance(inner, list):
                for one in inner:
                    yield from _defined(one.body if isinstance(one, ast.ExceptHandler) else [one])


def _signature(node: ast.stmt | None, entry: str, event: object) -> Iterator[Finding]:
    """https://cloud.google.com/functions/docs/writing#types_of_functions."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    kinds = {
        name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")
        for one in node.decorator_list
        for name in [one.func if isinstance(one, ast.Call) else one]
    }
    if "cloud_event" in kinds and event is None:
        yield Finding("trigger", f"is missing: {entry!r} takes events, as its decorator says")
    if "http" in kinds and event is not None:
        yield Finding("trigger", f"does not go with {entry!r}, which takes calls, not events")
    arguments = node.args
    if not (arguments.posonlyargs or arguments.args or arguments.vararg):
        yield Finding("entry_point", f"{entry!r} takes no argument: it is given what starts it")


def _imports(tree: ast.Module) -> Iterator[str]:
    """Walk the packages that a module imports at its top."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


def _present(held: Mapping[str, bytes]) -> set[str]:
    """Return the packages that need no listing: Python's, the framework's, the folder's own."""
    own = {name.partition("/")[0].removesuffix(".py") for name in held}
    return own | set(sys.stdlib_module_names) | {_FRAMEWORK}
