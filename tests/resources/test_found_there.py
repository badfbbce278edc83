"""What runs comes after the values of its secrets, and after the databases and users that it connects to."""

import pytest

from gcpstack import Generated, SecretEnv, SecretValue, compose
from gcpstack import resources as r
from tests.components.compiled import declared

IMAGE = "us-docker.pkg.dev/cloudrun/container/hello"
KEY = r.Secret("key")
VALUE = r.SecretVersion(KEY, value="hunter2")


def job(**env):
    return r.CloudRunJob("migrate", containers=[r.Container(image=IMAGE, env=env)])


def needs(of, *items):
    return {str(one) for one in declared(*items)[of].depends_on}


@pytest.mark.parametrize("secret", [KEY, "key", "projects/demo-proj/secrets/key"])
def test_what_reads_a_secret_comes_after_its_value(secret):
    """However the secret is named: it can't be made without a version."""
    items = [job(KEY=SecretEnv(secret=secret)), VALUE]

    assert "secretmanager.SecretVersion/key" in needs("run.Job/us-central1/migrate", *items)


def test_a_volume_is_a_reader_too():
    """Like a variable."""
    volume = r.Volume(name="v", secret=r.SecretVolume(secret=KEY))
    service = r.CloudRunService("web", image=IMAGE, volumes=[volume])

    assert "secretmanager.SecretVersion/key" in needs("run.Service/us-central1/web", service, VALUE)


def test_a_value_that_comes_from_the_service_is_not_waited_for():
    """It would be a circle: the service starts without it."""
    service = r.CloudRunService("web", image=IMAGE, env={"KEY": SecretEnv(secret=KEY)})
    url = r.SecretVersion(KEY, value=service.output("uri"))
    made = declared(service, url)

    assert made["secretmanager.SecretVersion/key"].address not in (
        made["run.Service/us-central1/web"].depends_on
    )


def database():
    """A database, its URL, and what it takes to get in."""
    main = r.SqlInstance("main", database_version="POSTGRES_15", tier="db-custom-1-3840")
    password = Generated()
    host = main.output("private_ip_address")
    url = compose("postgres://app:{p}@{h}/app", p=password, h=host)
    return (
        main,
        SecretValue("url", url),
        SecretValue("password", password),
        r.SqlDatabase("app", instance=main),
        r.SqlUser("app", instance=main, password=password),
        r.SqlDatabase("elsewhere", instance="other"),
    )


def test_a_url_comes_after_the_database_and_the_user_that_it_leads_to():
    """And so does whoever reads it: nobody would be let in before."""
    before = needs("secretmanager.SecretVersion/url", *database())

    assert {"sql.Database/main/app", "sql.User/main/app"} <= before
    assert "sql.Database/other/elsewhere" not in before


def test_so_does_what_is_given_the_address():
    """In a variable, or as a socket."""
    main, *rest = database()
    given = job(HOST=main.output("private_ip_address"))
    volume = r.Volume(name="sql", cloud_sql_instances=[main])
    socket = r.CloudRunService("web", image=IMAGE, volumes=[volume])

    for item, of in (
        (given, "run.Job/us-central1/migrate"),
        (socket, "run.Service/us-central1/web"),
    ):
        assert "sql.Database/main/app" in needs(of, item, main, *rest)


def test_a_user_that_a_service_makes_is_not_waited_for():
    """What is made of the service's own outputs comes after it."""
    main, *_ = database()
    web = r.CloudRunService("web", image=IMAGE, env={"HOST": main.output("private_ip_address")})
    user = r.SqlUser("app", instance=main, password="hunter2", depends_on=[web])

    assert "sql.User/main/app" not in needs("run.Service/us-central1/web", main, web, user)
