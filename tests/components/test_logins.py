"""A database login of two users: its parts, their order, and what can be known before anything is made."""

import pytest

from gcpstack import DeclarationError, SqlInstance, SqlLogin, Stack, compose
from gcpstack import resources as r
from gcpstack._core.refs import Initial, Sensitive, resolve
from gcpstack._core.resource import Scope
from gcpstack._stack.compiled import compile_stack
from gcpstack._stack.logins import settle
from gcpstack.exceptions import SettingsError
from gcpstack.resources._logins import Form, Login, LoginPart, Turn

SCOPE = Scope("demo-proj", "us-central1", "demo")
PAYLOAD = "secretmanager.SecretVersion/login"


def login(**fields):
    instance = SqlInstance("db", database_version="POSTGRES_15", tier="db-f1-micro")
    return SqlLogin("login", **{"instance": instance, "users": ("one", "two"), **fields})


def declared(*items):
    """Compile a stack."""
    compiled = compile_stack("demo", items, {}, SCOPE, enable_apis=False, check=lambda _: ())
    return {str(item.address): item for item in compiled.declared}


def settled(held, **fields):
    """Put in what a secret holds; gives the passwords of both users, and the text."""
    found = settle(tuple(declared(login(**fields)).values()), lambda home: held)
    bodies = {str(item.address): item.body for item in found}
    text = resolve(bodies[PAYLOAD]["payload"]["data"], lambda found: "somewhere")
    users = [bodies[f"sql.User/db/{name}"]["password"] for name in ("one", "two")]
    return users, text.value


def test_its_parts():
    """Both users with the same roles, before the version that names one of them."""
    found = declared(login(database_roles=["reader"], user_options={"host": None}))
    assert sorted(found) == [
        "secretmanager.Secret/login",
        "secretmanager.SecretVersion/login",
        "sql.DatabaseInstance/db",
        "sql.User/db/one",
        "sql.User/db/two",
    ]
    needs = {str(item) for item in found[PAYLOAD].depends_on}
    assert {"sql.User/db/one", "sql.User/db/two"} <= needs
    roles = [found[f"sql.User/db/{name}"].body["databaseRoles"] for name in ("one", "two")]
    assert roles == [["reader"], ["reader"]]


def test_the_first_is_on_at_first():
    """The other one gets a password that nobody keeps."""
    (one, two), text = settled(None)
    assert text == f'{{"username": "one", "password": "{one.value}"}}'
    assert (type(one), type(two)) == (Sensitive, Initial)
    assert len(one.value) == len(two.value) == 32
    assert one.value != two.value


@pytest.mark.parametrize(
    "form", ["{user}:{password}", "mysql://{user}:{password}@{host}/db", "{password} {user}"]
)
def test_whom_the_version_names_is_on(form):
    """With the password that it holds."""
    fields = {"text": form, "values": {"host": compose("{x}", x="h")} if "host" in form else {}}
    held = form.format(user="two", password="abc123", host="h")
    (one, two), text = settled(held, **fields)
    assert (type(one), two.value, text) == (Initial, "abc123", held)


@pytest.mark.parametrize("held", ["to be added", "", "postgres://zone:abc@h", "onetwo:abc"])
def test_a_text_that_names_neither_is_replaced(held):
    """As where there is none."""
    (one, _), text = settled(held, text="{user}:{password}")
    assert text == f"one:{one.value}"


@pytest.mark.parametrize(
    "held", ['{"username": "one", "password": "abc"}', "one:ab-c", "x one:abc"]
)
def test_a_text_of_another_form_is_refused(held):
    """It is told nowhere."""
    with pytest.raises(SettingsError, match="in another form") as refused:
        settled(held, text="{user}:{password}")
    assert "abc" not in str(refused.value)


@pytest.mark.parametrize(
    ("form", "before", "after"),
    [
        ("{user}:{password}", "one:abc", "two:xyz"),
        ("{password}/{user}", "abc/one", "xyz/two"),
        ("a://{user}:{password}@one/{host}", "a://one:abc@one/h", "a://two:xyz@one/h"),
        ("{host},{user},{password},{host}", "1,one,abc,1", "1,two,xyz,1"),
    ],
)
def test_a_turn_changes_nothing_else(form, before, after):
    """Of the text."""
    here = Login(("one", "two"))
    parts = {"user": LoginPart(here, "user"), "password": LoginPart(here, "password")}
    how = Form(here, compose(form, **parts, host=r.Secret("s").output("name")).parts)
    assert how.read(before) == Turn("one", "abc")
    assert here.after("one") == "two"
    assert how.write(before, Turn("two", "xyz")) == after
    assert how.write("nothing", Turn("two", "xyz")) == "nothing"
    assert "abc" not in repr(how.read(before))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"users": ("one", "one")}, "users: are not two different names"),
        ({"users": ("one",)}, "users: are not two different names"),
        ({"users": ("one", "t wo")}, r"users: 't wo' can't stand in a text"),
        ({"length": 8}, "length: 8 is not within 16 and 128"),
        ({"text": "{password}"}, r"text: holds \{user\} 0 times"),
        ({"text": "{user}:{password}:{user}"}, r"text: holds \{user\} 2 times"),
        ({"text": "{user}{password}"}, "text: holds nothing between"),
        (
            {"text": "{user}@{host}:{password}", "values": {"host": "h"}},
            "holds something else between",
        ),
        ({"text": "{user}:{password}@{host}"}, r"holds \{host\}, which nothing fills"),
        ({"values": {"host": "h"}}, r"values\['host'\]: fills nothing in the text"),
        ({"values": {"user": "me"}}, r"values\['user'\]: is the login's own"),
        ({"user_options": {"password": "x"}}, r"user_options\['password'\]: is the login's own"),
    ],
)
def test_what_is_wrong_is_said(fields, words):
    """Before anything is touched."""
    with pytest.raises(DeclarationError, match=words):
        declared(login(**fields))


def test_what_is_right_is_taken():
    """All at once."""
    fields = {
        "text": "{user}:{password}@{host}",
        "values": {"host": "h"},
        "length": 16,
        "options": {"labels": {"a": "b"}},
        "allow_delete": True,
    }
    found = declared(login(**fields))
    assert found["secretmanager.Secret/login"].body["labels"] == {"a": "b"}
    assert found[PAYLOAD].allow_delete


def test_a_mysql_user_has_a_host():
    """As both have."""
    instance = SqlInstance("db", database_version="MYSQL_8_0", tier="db-f1-micro")
    found = declared(login(instance=instance, user_options={"host": "10.0.0.1"}))
    assert {"sql.User/db/one@10.0.0.1", "sql.User/db/two@10.0.0.1"} <= set(found)


def test_it_works_over_the_network(gcp_settings):
    """A first apply, and nothing left to do."""
    stack = Stack("shop", enable_apis=False)
    stack.add(login())
    stack.apply(gcp_settings)
    assert stack.plan(gcp_settings).empty
