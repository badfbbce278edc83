"""Services with an identity of their own: what they may do, and in which order they come."""

import pytest

from gcpstack import (
    CloudRunApp,
    CloudRunBackend,
    CloudRunService,
    Container,
    DeclarationError,
    LoadBalancer,
    Secret,
    SecretEnv,
    SecretValue,
    SecretVolume,
    Stack,
    Volume,
    VolumeMount,
)
from gcpstack._core.resource import Scope
from gcpstack._stack.compiled import compile_stack
from tests.components.compiled import refused

SCOPE = Scope("demo-proj", "us-central1", "demo")
IMAGE = "us-docker.pkg.dev/p/r/i"
MEMBER = "serviceAccount:api@demo-proj.iam.gserviceaccount.com"


def declared(*items):
    """Compile a stack of these."""
    compiled = compile_stack("demo", items, {}, SCOPE, enable_apis=False, check=lambda _: ())
    return {str(item.address): item for item in compiled.declared}


def granted(found):
    """The secrets that are granted, and to whom."""
    return {
        (item.ids["secret"], item.ids["member"])
        for item in found.values()
        if item.kind.name == "secretmanager.SecretIamMember"
    }


def test_it_may_read_what_it_is_given_and_nothing_else():
    """Wherever in the service a secret is named: a variable, a sidecar, a volume."""
    url, unused = SecretValue("url", "x"), SecretValue("unused", "x")
    service = CloudRunService(
        "backend-api",
        image=IMAGE,
        port=8080,
        env={"A": SecretEnv(secret="in-env", version="3")},
        secret_env={"B": Secret("in-secret-env"), "C": "in-secret-env"},
        containers=[Container(name="side", image=IMAGE, env={"D": SecretEnv(secret="in-side")})],
        volumes=[Volume(name="v", secret=SecretVolume(secret="in-volume"))],
        volume_mounts=[VolumeMount(name="v", mount_path="/v")],
    )
    app = CloudRunApp(service, account="api-account", secrets={"URL": url})
    found = declared(app, url, unused)

    member = MEMBER.replace("api@", "api-account@")
    assert granted(found) == {
        (name, member) for name in ("url", "in-env", "in-secret-env", "in-side", "in-volume")
    }
    assert [item.name for item in (app.service_account, app.service())] == [
        "api-account",
        "backend-api",
    ]


def test_it_starts_after_the_values_and_the_grants():
    """A service whose secrets it can't read doesn't come up."""
    url = SecretValue("url", "x")
    app = CloudRunApp(CloudRunService("backend-api", image=IMAGE), secrets={"URL": url})
    needs = {str(item) for item in declared(app)["run.Service/us-central1/backend-api"].depends_on}

    assert "secretmanager.SecretVersion/url" in needs
    assert any(item.startswith("secretmanager.SecretIamMember/url/") for item in needs)


def test_it_runs_in_several_regions_under_one_identity():
    """What differs is told by region; a load balancer gets one group for each."""
    app = CloudRunApp(
        CloudRunService("backend-api", image=IMAGE),
        regions={"us-central1": {}, "europe-west1": {"max_instances": 7}},
        roles=["roles/cloudsql.client"],
        invokers=["allUsers"],
    )
    found = declared(app)
    services = {name: item for name, item in found.items() if item.kind.name == "run.Service"}

    assert set(services) == {
        "run.Service/us-central1/backend-api",
        "run.Service/europe-west1/backend-api",
    }
    limits = [item.body["template"].get("scaling") for item in services.values()]
    assert {"maxInstanceCount": 7} in limits
    assert None in limits
    assert sum("run.ServiceIamMember" in name for name in found) == 2
    assert sum("ProjectIamMember" in name for name in found) == 1
    groups = app.backend("api").groups
    assert [group.region for group in groups] == ["us-central1", "europe-west1"]
    assert app.service("europe-west1").max_instances == 7


def test_what_a_region_alone_is_given_it_may_read():
    """Grants are made from every service, not from the template."""
    app = CloudRunApp(
        CloudRunService("backend-api", image=IMAGE),
        regions={"us-central1": {}, "us-east1": {"secret_env": {"EAST": "of-the-east"}}},
        secrets={"URL": SecretValue("url", "x")},
        account="api-account",
    )

    member = MEMBER.replace("api@", "api-account@")
    assert granted(declared(app)) == {("url", member), ("of-the-east", member)}


def test_an_identity_of_the_template_is_refused():
    """And so is a variable that is given twice."""
    app = CloudRunApp(
        CloudRunService("backend-api", image=IMAGE, service_account="x@y.z", env={"URL": "x"}),
        secrets={"URL": "url"},
    )

    with pytest.raises(DeclarationError) as told:
        declared(app)
    assert "template.service_account: is given, and the app makes one" in str(told.value)
    assert "secrets['URL']: stands in the template too" in str(told.value)


def test_a_secret_without_a_value_is_somebody_else_s():
    """It is declared, and holds what they put into it."""
    stack = Stack("s")
    kept = stack.add(SecretValue("by-hand", None, options={"labels": {"a": "b"}}))

    assert set(declared(*stack.items)) == {"secretmanager.Secret/by-hand"}
    assert kept.version is None


@pytest.mark.parametrize(
    ("name", "account"),
    [("api", "api-runner"), ("a", "a-runner"), ("backend", "backend"), ("b" * 40, "b" * 30)],
)
def test_its_account_has_a_name_that_google_takes(name, account):
    """A service may be called what no account may: 6 to 30 characters."""
    made = declared(CloudRunApp(CloudRunService(name, image=IMAGE)))

    assert f"iam.ServiceAccount/{account}" in made


def test_an_override_that_is_misspelt_is_guessed():
    """A part, and a field of one."""
    told = refused(
        LoadBalancer(
            "lb",
            default=CloudRunBackend("api", "api"),
            overrides={"https_prxy": {}, "url_map": {"describing": "x"}, "zzz": {}},
        )
    )

    assert "has no part 'https_prxy'. Did you mean https_proxy?" in told
    assert "has no field 'describing'. Did you mean description?" in told
    assert "has no part 'zzz'. Use address, " in told


def test_everybody_has_a_name():
    """It is not what one would think."""
    told = refused(CloudRunApp(CloudRunService("backend", image=IMAGE), invokers=["everyone"]))

    assert "'everyone' is not an IAM principal. Write it as user:a@example.com, or allUsers" in told
