"""The stacks that ship, as they are and as their users edit them."""

import os
import sys
import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from gcpstack import Stack

SCRIPTS = Path(__file__).parents[2] / "scripts"
sys.path.append(str(SCRIPTS))  # as the command does: a script may have modules beside it
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
        size: the environment that is declared, where a script has several.
        big: only a part of its points is looked at with the other tests.
    """

    name: str
    update: Edits = field(default_factory=dict)
    replace: Edits = field(default_factory=dict)
    prune: Edits = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    size: str = ""
    big: bool = False

    def stack(self, edits: Edits | None = None) -> Stack:
        """Run the script, edited."""
        path = SCRIPTS / f"{self.name}.py"
        source = path.read_text()
        for old, new in (edits or {}).items():
            assert old in source, f"{path} has no {old!r}"
            source = source.replace(old, new)
        module = types.ModuleType(self.name)
        module.__file__ = str(path)
        sys.modules[self.name] = module  # a dataclass looks its module up by name
        with mock.patch.dict(os.environ, dict(self.env)):
            exec(compile(source, path, "exec"), vars(module))  # noqa: S102 # our own script
            found: Stack = module.stack(self.size) if self.size else module.stack
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
        'IMAGE")),\n    regions=[REGION],\n)\nlb': 'IMAGE")),\n    regions=["europe-west1"],\n)\nlb',
    },
    prune={"redirect_http=True,": "redirect_http=False,", "armor=armor(),": ""},
    env={
        "ASTER_TRADER_IMAGE": "us-docker.pkg.dev/cloudrun/container/hello",
        "ASTER_ALERT_EMAIL": "oncall@example.com",
    },
)

ATP = Shipped(
    "atp",
    update={
        '"LOG_LEVEL": "INFO"': '"LOG_LEVEL": "DEBUG"',
        "memory_size_gb=1,": "memory_size_gb=2,",
        "error_rate=0.05": "error_rate=0.1",
        "default_ttl=3600": "default_ttl=7200",
        "keep_count=10": "keep_count=5",
        'start_time="03:00"': 'start_time="04:00"',
    },
    replace={"hosts=[domain],": 'hosts=["www." + domain],'},
    prune={
        'invokers=["allUsers"],\n        )\n    )\n\n    domain': "        )\n    )\n\n    domain",
        'made.add(UptimeAlert("atp-health", domain, path="/health", channels=channels))': "",
        '"ENCRYPTION_KEY": encryption,': "",
    },
    env={"ATP_ALERT_EMAIL": "oncall@example.com"},
    size="staging",
    big=True,
)

EAILI5 = Shipped(
    "eaili5",
    update={
        "memory_size_gb=1,": "memory_size_gb=2,",
        "concurrency=100": "concurrency=60",
        "retention_days=30": "retention_days=60",
        "latency=0.5": "latency=1",
        "retained=7": "retained=14",
        "rotated(180)": "rotated(365)",
    },
    replace={'Size("base-staging", least=1)': 'Size("base-stage", least=1)'},
    prune={
        'made.add(UptimeAlert("eaili5-api", backend_host, path="/health", channels=channels))': "",
        '"TAVILY_API_KEY": tavily,': "",
    },
    size="staging",
    big=True,
)

VIRTUOSO = Shipped(
    "virtuoso",
    update={
        "concurrency=1000": "concurrency=500",
        "count=600": "count=300",
        "days_since_noncurrent_time=7": "days_since_noncurrent_time=14",
        '"ack_deadline": 60': '"ack_deadline": 90',
        "keep_count=10": "keep_count=5",
        'retention="14d"': 'retention="21d"',
    },
    replace={"hosts=[domain],": 'hosts=["www." + domain],'},
    prune={
        '("virtuoso-notifications", ["mail", "chat"]),': "",
        '"/auth/validate": work.apps["auth_validator"].backend("virtuoso-auth-validator"),': "",
    },
    env={"VIRTUOSO_ALERT_EMAIL": "oncall@example.com"},
    size="staging",
    big=True,
)

TRADE_STREAMER = Shipped(
    "trade_streamer",
    update={
        "concurrency=80": "concurrency=40",
        "flow_logs=0.5": "flow_logs=0.25",
        '"*/15 9-16 * * 1-5"': '"*/10 9-16 * * 1-5"',
        '["198.51.100.0/24"]': '["198.51.100.0/25"]',
        "keep_count=10": "keep_count=5",
    },
    replace={'Size(domain="staging.")': 'Size(domain="stage.")'},
    prune={
        '    "yahoo": ["203.0.113.0/24"],\n': "",
        'Task("guardian", "*/5 * * * *"),': "",
    },
    env={"TRADE_STREAMER_ALERT_EMAIL": "oncall@example.com"},
    size="staging",
    big=True,
)

SHIPPED = {item.name: item for item in (ASTER, ATP, EAILI5, VIRTUOSO, TRADE_STREAMER)}
