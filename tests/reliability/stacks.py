"""The stacks that ship, as they are and as their users edit them."""

import os
import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from gcpstack import Stack

SCRIPTS = Path(__file__).parents[2] / "scripts"
Edits = Mapping[str, str]


@dataclass(frozen=True)
class Shipped:
    """A script of ours with edits that its users make.

    Attributes:
        name: the script's.
        update: texts to replace in it: what changes in place.
        replace: texts to replace in it: what makes successors of what is in use.
        prune: texts to replace in it: what takes resources away.
        env: what the environment says.
    """

    name: str
    update: Edits = field(default_factory=dict)
    replace: Edits = field(default_factory=dict)
    prune: Edits = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)

    def stack(self, edits: Edits | None = None) -> Stack:
        """Run the script, edited."""
        path = SCRIPTS / f"{self.name}.py"
        source = path.read_text()
        for old, new in (edits or {}).items():
            assert old in source, f"{path} has no {old!r}"
            source = source.replace(old, new)
        module = types.ModuleType(self.name)
        module.__file__ = str(path)
        with mock.patch.dict(os.environ, dict(self.env)):
            exec(compile(source, path, "exec"), vars(module))  # noqa: S102 # our own script
        found: Stack = module.stack
        return found


ASTER = Shipped(
    "aster",
    update={
        '"ASTER_LATENCY_MS", "1000"': '"ASTER_LATENCY_MS", "800"',
        '"ASTER_RATE_LIMIT", "1200"': '"ASTER_RATE_LIMIT", "600"',
        '"/metrics": trader': '"/metrics": trader, "/jobs/*": orchestrator',
        "period=60,": "period=300,",
        "use_partitioned_tables=True": "use_partitioned_tables=True, description='requests'",
    },
    replace={
        'DOMAINS = [HOST, "api.trader.aia.studio"]': "DOMAINS = [HOST]",
        "regions=[REGION],": 'regions=["europe-west1"],',
    },
    prune={"redirect_http=True,": "redirect_http=False,", "armor=armor(),": ""},
    env={
        "ASTER_TRADER_IMAGE": "us-docker.pkg.dev/cloudrun/container/hello",
        "ASTER_ALERT_EMAIL": "oncall@example.com",
    },
)

SHIPPED = {item.name: item for item in (ASTER,)}
