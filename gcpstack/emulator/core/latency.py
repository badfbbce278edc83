"""How long operations take: nothing, as on Google, or a multiple of that."""

import functools
import json
from importlib import resources

LARGEST = 1000.0


@functools.cache
def table() -> dict[str, dict[str, float]]:
    """Usual seconds by kind and verb (``redis.Instance`` -> ``create``), medians seen by clients."""
    text = resources.files("gcpstack.emulator.core").joinpath("latencies.json").read_text()
    loaded: dict[str, dict[str, float]] = json.loads(text)
    return loaded


class Latency:
    """The setting: ``none``, ``typical``, or a factor on the typical durations."""

    USUAL = 3.0

    def __init__(self, setting: str | float = "none") -> None:
        self.setting = setting
        try:
            self.factor = {"none": 0.0, "typical": 1.0}.get(str(setting))
            if self.factor is None:
                self.factor = float(setting)
        except ValueError:
            self.factor = -1.0
        if not 0 <= self.factor <= LARGEST:
            message = f"latency is none, typical or a factor, not {setting!r}"
            raise ValueError(message)

    def seconds(self, kind: str, verb: str) -> float:
        """The duration of a verb on a kind, or of an event where no verb is given."""
        if not self.factor:
            return 0.0
        known = table().get(kind, {})
        return self.factor * known.get(verb, known.get("update", self.USUAL))

    def event(self, name: str) -> float:
        """The duration of something that happens by itself, such as ``managed_certificate_active``."""
        if not self.factor:
            return 0.0
        return self.factor * table()["events"].get(name, self.USUAL)
