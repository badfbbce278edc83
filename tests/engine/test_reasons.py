"""What a plan says of a replacement."""

import pytest

from gcpstack import Network, RedisInstance
from gcpstack._engine.reasons import made_again


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            RedisInstance.KIND,
            "it is deleted first and created again under the same name, without what it holds",
        ),
        (Network.KIND, "it is deleted first and created again under the same name"),
    ],
)
def test_what_goes_before_its_successor_comes(kind, words):
    """With its data, where it holds any."""
    assert made_again(kind) == words
