"""References to outputs are held against Google's schemas."""

import pytest

from gcpstack import CloudRunApp, CloudRunService, Network, SqlInstance, Stack, compose
from gcpstack._core.resource import Scope
from gcpstack._stack.checking import checked
from gcpstack.exceptions import DeclarationError

SCOPE = Scope("my-project", "us-central1", "web")
NET = Network("n")
DB = SqlInstance(
    "main", database_version="POSTGRES_15", tier="db-custom-1-3840", edition="ENTERPRISE"
)
WEB = CloudRunService("web", image="i")


def told(*items, **outputs):
    made = Stack("web")
    for item in items:
        made.add(item)
    for name, value in outputs.items():
        made.output(name, value)
    try:
        checked(made, SCOPE)
    except DeclarationError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize(
    "value",
    [
        NET.output("self_link"),
        NET.output("selfLink"),
        NET.output("routingConfig.routingMode"),
        NET.output("subnetworks")[0],
        NET.output("peerings")[0]["name"],
        DB.output("private_ip_address"),
        DB.output("settings.userLabels.team"),
        WEB.output("conditions")[0]["state"],
        "text",
        5,
        None,
        [compose("at {uri}", uri=WEB.output("uri"))],
        {"service": WEB},
    ],
)
def test_what_google_has_passes(value):
    """By our name, by Google's, within lists, and under keys that are anybody's."""
    assert told(x=value) == []


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (
            NET.output("selfLnk"),
            "'selfLnk' of compute.Network/n, which Google has no field for. Did you mean selfLink?",
        ),
        (NET.output("self_lnk"), "Did you mean self_link?"),
        (NET.output("routingConfig.routingMod"), "Did you mean routingMode?"),
        (NET.output("peerings")[0]["qqq"], "'peerings[0].qqq'"),
        (WEB.output("qqq"), "It has name, uri, "),
        (compose("at {uri}", uri=WEB.output("uris_")), "refers to the output 'uris_'"),
        (CloudRunApp(WEB), "a value of type CloudRunApp can't be shown"),
        ([object()], "a value of type object can't be shown"),
    ],
)
def test_what_it_hasnt_is_told(value, words):
    """With what was probably meant; it would never be known."""
    [problem] = told(x=value)

    assert problem.startswith("output 'x': ")
    assert words in problem


def test_in_a_field_too():
    """With the resource that it stands in, beside every other problem."""
    api = CloudRunService("api", image="i", env={"A": NET.output("uri"), "B": 3})
    other = CloudRunService("other", image="i", env={"A": NET.output("uri")})

    assert [one.partition(": ")[0] for one in told(api, other)] == [
        "run.Service/us-central1/api",
        "run.Service/us-central1/other",
    ]


def test_what_only_an_output_names_is_part_of_the_stack():
    """Like what a field refers to: it would never be known otherwise."""
    made = Stack("web", enable_apis=False)
    made.output("network", compose("at {it}", it=NET.output("self_link")))
    made.output("service", WEB)

    assert [str(one.address) for one in checked(made, SCOPE).declared] == [
        "compute.Network/n",
        "run.Service/us-central1/web",
    ]
