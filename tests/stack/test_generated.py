"""Values that are made up once, and text that is composed of what a run knows."""

import pytest

from gcpstack import (
    PROJECT,
    DeclarationError,
    FromEnv,
    Generated,
    GlobalAddress,
    Secret,
    SecretValue,
    SecretVersion,
    Sensitive,
    SettingsError,
    Stack,
    compose,
)
from gcpstack._adapters.secret_versions import SecretVersions
from gcpstack._core.ports import Target
from gcpstack._core.refs import UNKNOWN, resolve
from gcpstack._core.resource import Scope
from gcpstack._stack.compiled import compile_stack
from gcpstack.resources.kinds import SECRET_VERSION

SCOPE = Scope("demo-proj", "us-central1", "demo")


def declared(stack):
    """Compile a stack."""
    compiled = compile_stack(
        stack.name, stack.items, stack.outputs, SCOPE, enable_apis=False, check=lambda _: ()
    )
    return {str(item.address): item for item in compiled.declared}


def two_secrets(password=None):
    """A password and a URL that holds it."""
    password = password or Generated(length=20)
    stack = Stack("made-up")
    first = stack.add(Secret("password", allow_delete=True))
    stack.add(SecretVersion(first, value=password, allow_delete=True))
    other = stack.add(Secret("url", allow_delete=True))
    url = compose("postgresql://app:{password}@db/app", password=password)
    stack.add(SecretVersion(other, value=url, allow_delete=True))
    return stack


@pytest.fixture
def held(gcp_settings):
    """Read what a secret holds."""

    def read(stack, name):
        with stack.session(gcp_settings) as session:
            adapter = session.adapter_for(SECRET_VERSION)
            ids = {"project": gcp_settings.project, "secret": name}
            return adapter.reveal(Target(SECRET_VERSION, ids), ("payload", "data"))

    return read


@pytest.fixture
def versions(gcp_settings):
    """List the versions of a secret."""

    def read(stack, name):
        with stack.session(gcp_settings) as session:
            adapter = session.adapter_for(SECRET_VERSION)
            return adapter._versions(
                Target(SECRET_VERSION, {"project": gcp_settings.project, "secret": name})
            )

    return read


def test_it_is_made_once(gcp_settings, held):
    """The first run makes it up; every later one reads it back and changes nothing."""
    events = []
    two_secrets().apply(gcp_settings, on_event=events.append)
    first = held(two_secrets(), "password")

    assert len(first) == 20
    assert first.isalnum()
    assert held(two_secrets(), "url") == f"postgresql://app:{first}@db/app"
    plan = two_secrets().plan(gcp_settings)
    assert plan.empty
    assert first not in f"{events} {plan}"
    two_secrets().apply(gcp_settings)
    assert held(two_secrets(), "password") == first


def test_another_version_is_taken_over(gcp_settings, held, versions):
    """Whoever adds one changes it for all that use it, and the version stays."""
    password = Generated(initial="to be replaced")
    stack = two_secrets(password)
    stack.apply(gcp_settings)
    assert held(stack, "url") == "postgresql://app:to be replaced@db/app"
    with stack.session(gcp_settings) as session:
        target = Target(SECRET_VERSION, {"project": gcp_settings.project, "secret": "password"})
        body = {"payload": {"data": Sensitive("by hand")}}
        session.adapter_for(SECRET_VERSION).create(target, body, "")

    plan = stack.plan(gcp_settings)
    assert "by hand" not in str(plan)
    assert [str(change.address) for change in plan.changes if change.diff] == [
        "secretmanager.SecretVersion/password",
        "secretmanager.SecretVersion/url",
    ]
    result = stack.apply(gcp_settings)
    assert [len(versions(stack, name)) for name in ("password", "url")] == [2, 2]
    assert held(stack, "password") == "by hand"
    assert held(stack, "url") == "postgresql://app:by hand@db/app"
    assert "by hand" not in str(result)
    assert stack.plan(gcp_settings).empty


def test_one_plan_and_its_apply_mean_the_same_value(gcp_settings, held):
    """What a session made up while planning is what it applies."""
    stack = two_secrets()
    with stack.session(gcp_settings) as session:
        session.plan()
        session.apply(session.plan())

    assert held(stack, "url") == f"postgresql://app:{held(stack, 'password')}@db/app"


def test_where_it_is_kept_comes_first():
    """A run that is cut off leaves nothing with a value that is kept nowhere."""
    found = declared(two_secrets())

    needs = {str(item) for item in found["secretmanager.SecretVersion/url"].depends_on}
    assert "secretmanager.SecretVersion/password" in needs


def test_it_must_be_kept():
    """Else it would be another in every run."""
    stack = Stack("made-up")
    secret = stack.add(Secret("url"))
    stack.add(SecretVersion(secret, value=compose("x{it}", it=Generated())))

    with pytest.raises(DeclarationError, match="a generated value that no secret keeps"):
        declared(stack)


def test_a_value_that_cannot_be_read_is_not_made_again(gcp_settings, monkeypatch):
    """Whoever may not read it would change it."""
    two_secrets().apply(gcp_settings)
    monkeypatch.setattr(SecretVersions, "reveal", lambda *_: None)

    with pytest.raises(SettingsError, match=r"in the secret password can't be read"):
        two_secrets().plan(gcp_settings)


def test_a_secret_part_makes_the_text_secret():
    """Wherever it is shown."""
    found = resolve(compose("a{it}", it=lambda: "b"), lambda _: UNKNOWN)

    assert isinstance(found, Sensitive)


def test_text_of_the_project_is_plain_text():
    """It is known before anything is."""
    stack = Stack("plain")
    stack.add(GlobalAddress("a", description=compose("of {project}", project=PROJECT)))

    assert declared(stack)["compute.GlobalAddress/a"].body["description"] == "of demo-proj"


def test_outputs_tell_no_secret(gcp_settings, monkeypatch):
    """However it is given, and whatever it stands in."""
    monkeypatch.setenv("SHOP_KEY", "hunter2")
    made = Stack("shop")
    value = Generated(initial="hunter3")
    made.add(SecretValue("key", value))
    secrets = (FromEnv("SHOP_KEY"), value, Sensitive("hunter4"))
    for number, secret in enumerate(secrets):
        made.output(f"one_{number}", secret)
        made.output(f"text_{number}", compose("at {it}", it=secret))
    made.output("list", [*secrets, {"in": secrets}])
    result = made.apply(gcp_settings)

    assert "hunter" not in repr([result.outputs, made.status(gcp_settings).outputs])
    assert {str(result.outputs[name]) for name in result.outputs if name != "list"} == {
        "(sensitive)"
    }
    assert result.outputs["list"][:3] == ["(sensitive)"] * 3
