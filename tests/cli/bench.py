"""The command in this process, with Google in memory."""

import io
import json
from dataclasses import dataclass, field

from gcpstack import GlobalAddress, Secret, Stack
from gcpstack._cli import commands
from gcpstack._cli.main import _guarded
from gcpstack._cli.output import JsonOutput, Terminal, TextOutput
from gcpstack._cli.parser import parse
from gcpstack._cli.signals import Signals
from gcpstack._cli.verbs import STREAMING
from gcpstack.testing import FakeClock, MemoryWorld


def web(**fields):
    """A small stack."""
    stack = Stack("web", project="my-project", region="us-central1", enable_apis=False)
    address = stack.add(GlobalAddress("web-ip", **fields))
    stack.output("address", address.output("address"))
    return stack


def vault():
    """A stack that holds data."""
    stack = Stack("vault", project="my-project", enable_apis=False)
    stack.add(Secret("password"))
    return stack


def chain(*names):
    """A stack of addresses, each after the one before it."""
    stack = Stack("chain", project="my-project", enable_apis=False)
    before = []
    for name in names:
        before = [stack.add(GlobalAddress(name, depends_on=before))]
    return stack


class Screen(io.StringIO):
    """A stream that may pass for a terminal."""

    def __init__(self, *, tty=False):
        super().__init__()
        self.tty = tty

    def isatty(self):
        return self.tty


@dataclass
class Said:
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Bench:
    """Runs commands; the world outlives them."""

    world: MemoryWorld = field(
        default_factory=lambda: MemoryWorld(
            outputs={"compute.GlobalAddress": {"address": "203.0.113.7", "status": "RESERVED"}}
        )
    )
    clock: FakeClock = field(default_factory=FakeClock)

    def run(self, stack, *arguments, ask=None, signals=None, spoil=None):
        """Run a command on a stack.

        Args:
            stack: the stack, or what raises instead of making it.
            arguments: the words after the file.
            ask: answers questions.
            signals: what stops the command.
            spoil: changes the output before it is used.
        """
        options = parse([*arguments, "--no-color"], prog="stack.py", of_script=True)
        out, err = Screen(), Screen()
        terminals = Terminal(out), Terminal(err)
        streams = options.command in STREAMING
        output = (
            JsonOutput(*terminals, streams=streams)
            if options.json
            else TextOutput(*terminals, self.clock.monotonic)
        )
        if spoil is not None:
            spoil(output)
        signals = signals or Signals()
        around = commands.CommandContext(
            connect=lambda stack, settings, listener: self.world.session(
                stack, settings, on_event=listener
            ),
            ask=ask,
            clock=self.clock,
            signals=signals,
        )
        status = _guarded(
            lambda: commands.run(
                options, stack if callable(stack) else lambda *_: stack, output, around
            ),
            output,
            signals,
            debug=options.debug,
        )
        return Said(status, out.getvalue(), err.getvalue())
