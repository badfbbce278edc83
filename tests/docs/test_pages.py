"""What a page shows, works."""

import contextlib
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gcpstack._cli.parser import parse
from tests.docs import ROOT, Block, blocks, missing, needed, pages

PAGES = pages()
RUN = [page for page in PAGES if any(b.language in {"bash", "python"} for b in blocks(page))]
SHOWN = [
    (page, block) for page in PAGES for block in blocks(page) if block.language in {"sh", "bash"}
]


def name(value):
    """Name a page, or a block by its line."""
    if isinstance(value, Block):
        return f"line-{value.line}"
    return value.relative_to(ROOT).as_posix() if isinstance(value, Path) else None


@pytest.fixture
def place(tmp_path, commands):
    """Give an empty folder with the scripts, and an environment that knows nothing of Google."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts", ignore=lambda *_: ["__pycache__"])
    environment = {
        "PATH": os.pathsep.join([commands, str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(tmp_path),
        "PYTHONWARNINGS": "error::ResourceWarning",
        "NO_COLOR": "1",
        "LANG": "C.UTF-8",
    }
    return tmp_path, environment


def free_port():
    """Find a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def with_free_ports(page_blocks):
    """Move the emulator's usual ports, so that pages can run beside each other."""
    ports = {"8470": str(free_port()), "8471": str(free_port())}
    for block in page_blocks:
        text = re.sub(r"\b847[01]\b", lambda match: ports[match[0]], block.text)
        yield Block(block.language, block.title, text, block.line)


def run(block, folder, environment, groups):
    """Run one block; gives what it printed on both streams, and notes its process group."""
    command = (
        [sys.executable, "-c", block.text]
        if block.language == "python"
        else ["bash", "-euo", "pipefail", "-c", block.text]
    )
    # Into a file: what a block leaves running would hold a pipe open.
    with (folder / ".output").open("w+") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        groups.append(process.pid)
        status = process.wait(timeout=90)
        output.seek(0)
        said = output.read()
    assert status == 0, f"line {block.line}:\n{block.text}\n{said}"
    return said


@pytest.mark.parametrize("page", RUN, ids=name)
def test_a_page_works_as_shown(page, place):
    """Every command and script succeeds, and prints what the page says it prints."""
    for program in needed(page):
        if shutil.which(program) is None:
            pytest.skip(f"the page shows {program}, which is not installed here")
    folder, environment = place
    groups = []
    try:
        follow(page, folder, environment, groups)
    finally:
        for group in groups:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGTERM)


def follow(page, folder, environment, groups):
    """Do what a page says, block by block."""
    output = ""
    for block in with_free_ports(blocks(page)):
        if block.language in {"bash", "html", "js", "python"} and block.title:
            target = folder / block.title
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text)
        elif block.language in {"bash", "python"}:
            output = run(block, folder, environment, groups)
        elif block.language == "console":
            assert missing(block.text, output) == [], f"line {block.line}:\n{output}"


@pytest.mark.parametrize(("page", "block"), SHOWN, ids=name)
def test_a_command_that_is_shown_is_a_command(page, block):
    """Its flags exist; what needs Google can't be run here, but it can be read."""
    joined = block.text.replace("\\\n", " ")
    joined = re.sub(r"\$\(date [^)]*\)", "2026-01-31T09:30:00Z", joined)  # as the shell would
    for line in re.findall(r"^(?:[A-Z_]+=\S* )*gcpstack .*", joined, re.MULTILINE):
        words = shlex.split(line, comments=True)
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words.pop(0)
        if words[:1] == ["gcpstack"] and "--help" not in words:
            ends = [i for i, word in enumerate(words) if word in {"|", "&", "&&", "||", ">"}]
            parse(words[1 : min(ends, default=len(words))], prog="gcpstack")


def test_console_lines_are_compared():
    """A line that was not printed, or not in this order, is found."""
    output = "first\nmade a1 in 2 s\nlast\n"

    assert missing("first\nmade … in … s\nlast\n", output) == []
    assert missing("made … in … s\nfirst\n", output) == ["first"]
    assert missing("made … by\n", output) == ["made … by"]
