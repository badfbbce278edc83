"""A stack with a database login, in one process on a virtual clock; and a probe: who gets in."""

import json
import re
from datetime import timedelta

from gcpstack import (
    CloudRunApp,
    CloudRunService,
    Generated,
    SecretValue,
    SqlInstance,
    SqlLogin,
    SqlUser,
    Stack,
    compose,
)
from gcpstack._adapters.gapic import Api
from gcpstack._core.refs import Address
from gcpstack._operations import secrets as operations
from gcpstack._operations.secret_states import secret_states
from gcpstack.emulator.core.wire import Request
from tests.reliability.lab import PROJECT, Lab

IMAGE = "us-docker.pkg.dev/cloudrun/container/hello"
WEB = Address("run.Service", "us-central1/web-app")
URL = "postgresql://{user}:{password}@/app?host=/cloudsql/{instance}"
SECRET = "database-url"
_LOGIN = re.compile(r"://([^:]+):([^@]+)@")


def instance(version="POSTGRES_15"):
    return SqlInstance("db", database_version=version, tier="db-f1-micro", allow_delete=True)


def served(stack, secret):
    """Add the service that reads the URL."""
    template = CloudRunService("web-app", image=IMAGE)
    stack.add(CloudRunApp(template, secrets={"DATABASE_URL": secret}))
    return stack


def pair(*, read=True, version="POSTGRES_15", **fields):
    """Two users that take turns; a service reads which."""
    stack, database = Stack("shop", region="us-central1"), instance(version)
    given = {
        "users": ("app", "app-two"),
        "text": URL,
        "values": {"instance": database.output("connection_name")},
        "database_roles": ["reader"],
        "allow_delete": True,
    }
    login = stack.add(SqlLogin(SECRET, instance=database, **{**given, **fields}))
    return served(stack, login) if read else stack


def single():
    """One user, whose password is part of the URL."""
    stack, database, password = Stack("shop", region="us-central1"), instance(), Generated()
    stack.add(SecretValue("database-password", password, allow_delete=True))
    user = stack.add(
        SqlUser("app", instance=database, password=password, database_roles=["reader"])
    )
    url = compose(
        URL, user=user.name, password=password, instance=database.output("connection_name")
    )
    return served(stack, stack.add(SecretValue(SECRET, url, allow_delete=True)))


class Place:
    """An applied stack.

    Attributes:
        rotated: the secret that its rotations name.
        tell: is told what they say.
    """

    def __init__(self, stack, rotated=SECRET, latency=0.02):
        self.stack, self.rotated = stack, rotated
        self.tell = lambda text: None
        self.lab = Lab(latency)
        self.lab.apply(stack).outcome.raise_failed()
        self.lab.line.clock.advance(60)

    def session(self, seed=0):
        return self.lab.session(self.stack, seed=seed)

    def rotate(self, seed=0):
        return operations.rotate(self.session(seed), self.rotated, None, self.tell)

    def retire(self):
        session = self.session()
        found = secret_states(session, session.plan())
        return operations.retire(session, found, timedelta(0), destroy=False, tell=self.tell)

    def held(self, secret=SECRET):
        """What each version of a secret holds, by its number; None where it is put away."""
        objects = self.lab.line.google.state.objects.values()
        prefix = f"projects/{PROJECT}/secrets/{secret}/versions/"
        states = {
            int(obj.id): obj.body["state"]
            for obj in objects
            if obj.kind == "versions" and f"/secrets/{secret}/" in obj.name
        }
        api = Api(self.lab.clients, "google.cloud.secretmanager_v1", "SecretManagerServiceClient")
        boundary, self.lab.line.boundary = self.lab.line.boundary, lambda when, what: None
        try:
            return {
                number: bytes(
                    api.call(
                        "access_secret_version",
                        "AccessSecretVersionRequest",
                        {"name": f"{prefix}{number}"},
                    ).payload.data
                ).decode()
                if state == "ENABLED"
                else None
                for number, state in sorted(states.items())
            }
        finally:
            self.lab.line.boundary = boundary

    def newest(self):
        """What the newest enabled version holds."""
        return [text for text in self.held().values() if text is not None][-1]

    def gets_in(self, text):
        """Whether whoever holds a version's text gets in."""
        user, password = _LOGIN.search(text).groups()
        body = {"project": PROJECT, "instance": "db", "user": user, "password": password}
        answer = self.lab.line.google.handle(
            Request("POST", "/_emulator/sqladmin/login", body=json.dumps(body).encode())
        )
        return json.loads(answer.body)["accepted"]

    def serving(self):
        """The version of the secret that the service's newest revision holds since it started."""
        objects = self.lab.line.google.state.objects.values()
        versions = sorted(
            (obj.body["createTime"], int(obj.id))
            for obj in objects
            if obj.kind == "versions" and f"/secrets/{SECRET}/" in obj.name
        )
        (service,) = (
            obj
            for obj in objects
            if obj.service == "run" and obj.kind == "services" and obj.id == "web-app"
        )
        ready = service.body["latestReadyRevision"]
        (revision,) = (obj for obj in objects if obj.service == "run" and obj.name == ready)
        began = revision.body["createTime"]
        return max(number for created, number in versions if created <= began)


def shut_out(place):
    """Rotate, and tell at which boundaries somebody did not get in, and who."""
    gaps = []
    first = place.newest()

    def look(when, what):
        held = place.held()
        holders = {
            "who started before": first,
            "the running service": held[place.serving()],
            "who starts now": place.newest(),
        }
        gaps.extend(
            f"{who}, {when} {what}" for who, text in holders.items() if not place.gets_in(text)
        )

    place.lab.line.boundary = look
    rolled = place.rotate()
    look("at the end", "")
    place.lab.undisturbed()
    assert rolled == [WEB]
    return gaps


def boundaries(moments):
    """Each state once: where nothing was changed, the next run finds the same."""
    return [it for at, it in enumerate(moments) if at == 0 or it is not moments[at - 1]]
