"""Names: parsing and printing are inverse; links compare by their path."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcpstack._core.names import camel, relative, snake, template

SEGMENT = st.text(st.characters(codec="ascii", exclude_characters="/{}"), min_size=1, max_size=20)
ANY = st.text(st.characters(codec="ascii"), min_size=1, max_size=20)


@given(SEGMENT, SEGMENT, SEGMENT)
def test_parse_inverts_format(project, region, name):
    """What a template prints it reads back."""
    path = template("projects/{project}/regions/{region}/things/{name}")
    values = {"project": project, "region": region, "name": name}

    assert path.parse(path.format(values)) == values


@given(ANY, ANY)
def test_raw_variables_hold_anything(role, member):
    """Roles and members hold slashes and colons; the path escapes them."""
    path = template("secrets/{secret}/iamMembers/{role:raw},{member:raw}")
    values = {"secret": "s", "role": role, "member": member}

    assert path.parse(path.format(values)) == values


def test_a_template_refuses_other_paths():
    """A path of another form has no variables."""
    path = template("projects/{project}/things/{name}")

    assert path.parse("projects/p/things") is None
    assert path.parse("projects/p/things/a/b") is None
    assert path.parent.format({"project": "p"}) == "projects/p/things"


@pytest.mark.parametrize(
    ("link", "path"),
    [
        (
            "https://www.googleapis.com/compute/v1/projects/p/global/urlMaps/m",
            "projects/p/global/urlMaps/m",
        ),
        (
            "https://compute.googleapis.com/compute/beta/projects/p/global/urlMaps/m",
            "projects/p/global/urlMaps/m",
        ),
        (
            "http://compute.googleapis.com/compute/v1/projects/p/zones/z/x/y",
            "projects/p/zones/z/x/y",
        ),
        (
            "//run.googleapis.com/projects/p/locations/l/services/s",
            "projects/p/locations/l/services/s",
        ),
        ("https://www.googleapis.com/storage/v1/b/bucket", "b/bucket"),
        ("projects/p/global/urlMaps/m", "projects/p/global/urlMaps/m"),
        ("https://example.com/healthz", "https://example.com/healthz"),
        ("10.0.0.1", "10.0.0.1"),
    ],
)
def test_links_compare_by_path(link, path):
    """Every spelling of a resource link comes down to its relative name; other URLs stay."""
    assert relative(link) == path
    assert relative(path) == path


@pytest.mark.parametrize(
    ("python", "wire"),
    [
        ("default_service", "defaultService"),
        ("name", "name"),
        ("port_range", "portRange"),
        ("class_", "class"),
    ],
)
def test_field_names(python, wire):
    """Python's names and Google's."""
    assert camel(python) == wire
    assert snake(wire) == python.rstrip("_")


def test_a_variable_that_stands_twice_has_one_value():
    """As the project in the full name of a service account."""
    path = template("projects/{project}/accounts/{name}@{project}.iam")

    assert path.variables == ("project", "name")
    assert path.parse("projects/p/accounts/a@p.iam") == {"project": "p", "name": "a"}
    assert path.parse("projects/p/accounts/a@q.iam") is None
    assert path.format({"project": "p", "name": "a"}) == "projects/p/accounts/a@p.iam"
