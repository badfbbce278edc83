"""Google's libraries are loaded part by part, and are whole for everybody else."""

import json
import subprocess
import sys

import pytest

from gcpstack._adapters import library_parts
from gcpstack._adapters.aip_rows import ROWS

LIBRARIES = sorted({row.module for row in ROWS.values()} | {"google.cloud.compute_v1"})

#: What a process without any of them sees; it tells as JSON.
SPARING = """
import json, sys
from gcpstack._adapters.transport import load
compute = load("google.cloud.compute_v1")
first = [compute.UrlMapsClient, compute.Address]
early = sorted(name for name in sys.modules if name.startswith("google.cloud.compute_v1.services."))
from google.cloud import compute_v1 as theirs
from google.cloud.compute_v1 import GlobalAddressesClient, UrlMapsClient
late = getattr(theirs, "no_such_name", None)
print(json.dumps({
    "early": early,
    "same": theirs is compute and UrlMapsClient is first[0],
    "whole": [name for name in theirs.__all__ if not hasattr(theirs, name)],
    "kept": [theirs.UrlMapsClient, theirs.Address] == first,
    "listed": "ZonesClient" in dir(theirs),
    "version": theirs.__version__ == theirs.gapic_version.__version__,
    "none": late is None and not hasattr(theirs, "__path_of_nobody__"),
}))
"""


def test_one_client_of_compute_brings_none_of_its_siblings():
    """Who imports the library afterwards has all of it, with the same classes."""
    done = subprocess.run(
        [sys.executable, "-c", SPARING], capture_output=True, text=True, timeout=100, check=False
    )

    assert done.stderr == ""
    told = json.loads(done.stdout)
    # Url maps wait for global operations.
    early = {name.split(".")[4] for name in told.pop("early")}
    assert early == {"url_maps", "global_operations"}
    assert told == {
        "same": True,
        "whole": [],
        "kept": True,
        "listed": True,
        "version": True,
        "none": True,
    }


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_name_of_a_library_is_found_in_its_part(library):
    """By the place that is worked out; else the whole library would be loaded after all."""
    whole = __import__(library, fromlist=["*"])

    for name in whole.__all__:
        place = __import__(f"{library}.{library_parts._place(name)}", fromlist=[name])
        assert getattr(place, name) is getattr(whole, name)


def test_what_is_not_installed_is_told_in_pythons_words():
    """The boundary makes the advice of it."""
    with pytest.raises(ModuleNotFoundError, match=r"google\.cloud\.nowhere_v1"):
        library_parts.package("google.cloud.nowhere_v1")
