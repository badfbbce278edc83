"""Which files go up as sources: git itself says whether its patterns are read as it reads them."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from gcpstack.resources._ignored import chosen, patterns
from gcpstack.resources.contexts import files, packed, source_tag
from gcpstack.resources.functions.archives import names

GIT = shutil.which("git")
TREE = (
    "a", "b.py", "build/a", "build/out/b.py", "src/a", "src/build/c", "src/b.py", "src/x/y/z.py",
    "x/y/a", "!odd", "#hash", "sp ace", "trail ", "Z", "a[b", "-", "b.pyc", "src/.env", ".env",
)  # fmt: skip


def made(folder: Path) -> Path:
    for name in TREE:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return folder


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A repository with many names and no ignore file."""
    folder = made(tmp_path_factory.mktemp("tree"))
    if GIT is not None:
        subprocess.run([GIT, "init", "-q", folder], check=True)
    return folder


def by_git(folder, lines):
    """What git leaves in, by these lines alone."""
    rules = folder.parent / "rules"
    rules.write_text("".join(f"{line}\n" for line in lines))
    done = subprocess.run(
        [GIT, "-C", folder, "ls-files", "-z", "--others", "--exclude-from", rules],
        capture_output=True,
        text=True,
        check=True,
    )
    return sorted(name for name in done.stdout.split("\0") if name)


PIECES = st.sampled_from(
    ["a", "b", "build", "src", "x", "*", "**", "?", "/", "/", ".py", ".", "!", "#", " ", "[ab]",
     "[!a]", "[a-c]", "[^b]", "[[:lower:]]", "[]-]", "\\", "\\*", "out", "-", "Z", "[", "c", "z", ".env"]
)  # fmt: skip
LINES = st.lists(st.lists(PIECES, max_size=6).map("".join), max_size=4)


@pytest.mark.skipif(GIT is None, reason="git says what is right")
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(lines=LINES)
@example(lines=["/src/", "!/src/a"])
@example(lines=["*", "!*/", "!*.py"])
@example(lines=["**/build", "!build/"])
@example(lines=["src/**/z.py", "x/**"])
@example(lines=["\\#hash", "\\!odd", "trail\\ ", "sp ace   "])
@example(lines=["a[[]b", "[z-a]", "src/[!a]"])
@example(lines=["*", "!src", "src/*", "!src/x"])
@example(lines=["/*", "!/src", "/src/*", "!/src/build"])
def test_patterns_are_read_as_git_reads_them(tree, lines):
    """But for stars beside letters: git's pages call them plain ones, and git itself errs at times."""
    assume(not any(re.search(r"[^/!]\*\*|\*\*[^/]", line) for line in lines))
    assert sorted(chosen(tree, patterns(lines))) == by_git(tree, lines)


def test_a_gcloudignore_chooses_what_goes_up(tmp_path):
    """It alone: what git ignores goes up unless it includes that file too."""
    folder = made(tmp_path)
    (folder / ".gitignore").write_text("b.py\n")
    (folder / ".gcloudignore").write_text("# ours\n.env\n/build/\n")
    assert {".env", "src/.env", "build/a", "build/out/b.py"}.isdisjoint(files(str(folder)))
    assert {"b.py", "src/b.py", "src/build/c"} <= set(files(str(folder)))
    assert ".gcloudignore" not in set(names(str(folder)))
    assert b"src/.env" not in packed(str(folder))

    (folder / ".gcloudignore").write_text("!src/b.py\n#!include:.gitignore\n.env\n")
    assert {"b.py", "src/b.py"}.isdisjoint(files(str(folder)))
    (folder / ".gcloudignore").write_text("#!include:.gitignore\n!src/b.py\n")
    assert "src/b.py" in files(str(folder))
    assert "b.py" not in files(str(folder))


@pytest.mark.parametrize("name", ["none", "../above", "/etc/passwd", ""])
def test_what_can_not_be_included_is_told(tmp_path, name):
    (tmp_path / ".gcloudignore").write_text(f"#!include:{name}\n")
    with pytest.raises(OSError, match=r"none|beside it"):
        files(str(tmp_path))


def test_an_included_file_includes_nothing(tmp_path):
    folder = made(tmp_path)
    (folder / ".gcloudignore").write_text("#!include:more\n")
    (folder / "more").write_text("#!include:more\nb.py\n")
    assert "b.py" not in files(str(folder))


def test_without_git_the_gitignore_of_the_folder_counts(tmp_path, monkeypatch):
    folder = made(tmp_path)
    (folder / ".gitignore").write_text(".env\n")
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert {".env", "src/.env"}.isdisjoint(files(str(folder)))
    assert "b.py" in files(str(folder))


def test_dependencies_go_up_where_they_are_asked_for(tmp_path):
    """As with gcloud: without a .gcloudignore they are left out, and with one it decides."""
    for name in ("main.py", "node_modules/x/index.js", "__pycache__/main.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert list(names(str(tmp_path))) == ["main.py"]
    (tmp_path / ".gcloudignore").write_text("*.md\n")
    assert list(names(str(tmp_path))) == ["main.py", "node_modules/x/index.js"]


@pytest.mark.skipif(GIT is None, reason="needs git")
def test_what_git_does_not_know_changes_the_tag(tmp_path, monkeypatch):
    """A file that git ignores and that goes up all the same is no part of the commit."""
    for key in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{key}_NAME", "x")
        monkeypatch.setenv(f"GIT_{key}_EMAIL", "x@example.com")
    for name, text in {
        "main.py": "x",
        ".gitignore": "made.py\n",
        ".gcloudignore": ".env\n",
    }.items():
        (tmp_path / name).write_text(text)
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "one"]):
        subprocess.run([GIT, "-C", tmp_path, *words], check=True)
    source_tag.cache_clear()
    commit = source_tag(str(tmp_path))
    assert "-" not in commit
    (tmp_path / "made.py").write_text("one")
    source_tag.cache_clear()
    assert source_tag(str(tmp_path)).startswith(f"{commit}-")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="whom permissions bind")
def test_a_folder_that_can_not_be_read_is_told(tmp_path):
    folder = made(tmp_path)
    (folder / ".gcloudignore").touch()
    (folder / "src").chmod(0)
    with pytest.raises(OSError, match="src"):
        files(str(folder))
    (folder / "src").chmod(0o755)
