"""Keys: what is sent and checked, what they encrypt, and what becomes of them."""

import dataclasses

import pytest

from gcpstack import Action, Settings, Stack
from gcpstack import resources as r
from gcpstack._adapters import kms_rows
from gcpstack._adapters.clients import Clients
from gcpstack._adapters.discovery import Discovery
from gcpstack._adapters.rest import Collection
from gcpstack._core.ports import Observed, Target
from gcpstack._core.refs import Address, Link
from gcpstack._core.resource import Encoder
from gcpstack._stack.compiled import compile_stack
from gcpstack.emulator.core.ids import number_of
from gcpstack.exceptions import DeclarationError

from .schema import violations
from .tables import SCOPE, labelled, the_problem

ENCRYPT = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
RING = r.KmsKeyRing("ring", location="us")
HERE = r.KmsKeyRing("here", location="us-central1")
EVERYWHERE = r.KmsKeyRing("all", location="global")
KEY = r.KmsCryptoKey("data", key_ring=RING)
LOCAL = r.KmsCryptoKey("local", key_ring=HERE)
GLOBAL = r.KmsCryptoKey("any", key_ring=EVERYWHERE)
OFFLINE = Settings(project="demo-proj", region="us-central1")

ENCODED = [
    (RING, {}),
    (KEY, {"purpose": "ENCRYPT_DECRYPT"}),
    (
        r.KmsCryptoKey(
            "k",
            key_ring="ring",
            protection_level="HSM",
            rotation_period="90d",
            destroy_scheduled_duration="7d",
            allowed_access_reasons=["CUSTOMER_INITIATED_ACCESS"],
            labels={"team": "web"},
        ),
        {
            "purpose": "ENCRYPT_DECRYPT",
            "versionTemplate": {"protectionLevel": "HSM"},
            "rotationPeriod": "7776000s",
            "destroyScheduledDuration": "604800s",
            "keyAccessJustificationsPolicy": {
                "allowedAccessReasons": ["CUSTOMER_INITIATED_ACCESS"]
            },
            "labels": {"team": "web"},
        },
    ),
    (
        r.KmsCryptoKey("sign", key_ring=RING, purpose="MAC", algorithm="HMAC_SHA256"),
        {"purpose": "MAC", "versionTemplate": {"algorithm": "HMAC_SHA256"}},
    ),
    (r.KmsKeyRingIamMember(RING, role=ENCRYPT, member="user:a@example.com"), {}),
    (r.KmsCryptoKeyIamMember(KEY, role=ENCRYPT, member="user:a@example.com"), {}),
]


@pytest.mark.parametrize(("item", "body"), labelled(ENCODED))
def test_a_declaration_becomes_google_s_json(item, body):
    """To the letter, in Google's schema and without a complaint."""
    declared = Encoder(SCOPE).declared(item)

    assert declared.body == body
    assert list(item.problems(SCOPE)) == []
    assert item.KIND.additive or violations(item.KIND.name, declared.body) == []


def key(**fields):
    return r.KmsCryptoKey("data", **{"key_ring": RING, **fields})


PROBLEMS = [
    (r.KmsKeyRing("a b"), "name: 'a b' is not a valid name: 1 to 63 letters"),
    (r.KmsKeyRing("ring", location="moon"), "location: 'moon' is not a region"),
    (key(purpose="MAC"), "algorithm: is needed with purpose='MAC'"),
    (
        key(purpose="RAW_ENCRYPT_DECRYPT", algorithm="AES_256_KWP"),
        "'AES_256_KWP' does not go with purpose='RAW_ENCRYPT_DECRYPT'",
    ),
    (key(algorithm="HMAC_SHA256"), "'HMAC_SHA256' does not go with purpose='ENCRYPT_DECRYPT'"),
    (key(rotation_period="1h"), "rotation_period: 3600 is not within 86400"),
    (
        key(purpose="MAC", algorithm="HMAC_SHA256", rotation_period="90d"),
        "rotation_period: needs purpose='ENCRYPT_DECRYPT'",
    ),
    (key(next_rotation_time="2030-01-01T00:00:00Z"), "next_rotation_time: needs rotation_period"),
    (key(destroy_scheduled_duration="1h"), "destroy_scheduled_duration: 3600 is not within 86400"),
    (key(import_only=True, rotation_period="90d"), "import_only: excludes rotation"),
    (key(crypto_key_backend="x"), "crypto_key_backend: needs protection_level='EXTERNAL_VPC'"),
    (
        r.KmsCryptoKeyIamMember("data", role=ENCRYPT, member="user:a@example.com"),
        "key_ring: is missing",
    ),
    (
        r.KmsCryptoKeyIamMember(KEY, role=ENCRYPT, member="allUsers"),
        "member: 'allUsers' can't be granted a role here",
    ),
]


@pytest.mark.parametrize(("item", "words"), labelled(PROBLEMS))
def test_the_check_fires(item, words):
    """One slip, one problem, with its place."""
    the_problem(item, words)


def stacked(*items):
    stack = Stack("shop", enable_apis=False)
    for item in items:
        stack.add(item)
    return stack


def agent(api):
    return r.ServiceAgent(f"{api}.googleapis.com")


def may(api, on=KEY):
    return r.KmsCryptoKeyIamMember(on, role=ENCRYPT, member=agent(api).output("member"))


FILES = r.Bucket("shop-files-1", location="US", uniform_access=True, kms_key_name=KEY)
IMAGE = "us-docker.pkg.dev/cloudrun/container/hello"

#: What encrypts with a key, the API whose agent does, and the key.
USERS = [
    (FILES, "storage", KEY),
    (r.BigQueryDataset("logs", location="US", kms_key_name=KEY), "bigquery", KEY),
    (r.FirestoreDatabase("orders", location="nam5", kms_key_name=KEY), "firestore", KEY),
    (
        r.ArtifactRepository("images", format="DOCKER", location="us", kms_key_name=KEY),
        "artifactregistry",
        KEY,
    ),
    (r.Topic("events", kms_key_name=KEY), "pubsub", KEY),
    (r.Secret("KEY", kms_key_name=GLOBAL), "secretmanager", GLOBAL),
    (
        r.Secret("KEY", replicas=[r.Replica(location="us-central1", kms_key_name=LOCAL)]),
        "secretmanager",
        LOCAL,
    ),
    (r.CloudRunService("api", image=IMAGE, encryption_key=LOCAL), "run", LOCAL),
    (
        r.CloudRunJob("batch", containers=[r.Container(image=IMAGE)], encryption_key=LOCAL),
        "run",
        LOCAL,
    ),
    (
        r.CloudRunWorkerPool(
            "puller", containers=[r.Container(image=IMAGE)], instances=1, encryption_key=LOCAL
        ),
        "run",
        LOCAL,
    ),
    (
        r.RedisInstance("cache", tier="BASIC", memory_size_gb=1, customer_managed_key=LOCAL),
        "redis",
        LOCAL,
    ),
    (
        r.SqlInstance(
            "db",
            database_version="POSTGRES_15",
            tier="db-custom-2-7680",
            edition="ENTERPRISE",
            kms_key_name=LOCAL,
        ),
        "sqladmin",
        LOCAL,
    ),
]


@pytest.mark.parametrize(("item", "api", "key"), labelled(USERS))
def test_what_encrypts_needs_a_grant_on_its_key(item, api, key):
    """Its agent's; another's will not do. With it, the grant comes first."""
    words = f"encrypted with the key {key.name}, which the agent of {api} may not use"
    for wrong in (
        [],
        [may("eventarc", key)],
        [r.KmsCryptoKeyIamMember(key, role=ENCRYPT, member="user:a@b.com")],
        [r.ProjectIamMember(role="roles/editor", member=agent(api).output("member"))],
    ):
        with pytest.raises(DeclarationError, match=words):
            stacked(item, *wrong).plan(OFFLINE)
    grant = may(api, key)
    compiled = compile_stack(
        "shop", [item, grant], {}, SCOPE, enable_apis=False, check=lambda _: ()
    )
    declared = {one.address: one for one in compiled.declared}

    assert grant.address_in(SCOPE) in declared[item.address_in(SCOPE)].depends_on


def test_a_topic_goes_over_to_another_key(gcp_settings):
    """In place, and gives it up again; the grants come first."""
    other = r.KmsCryptoKey("other", key_ring=RING)
    grants = [may("pubsub"), may("pubsub", other)]
    for key in (KEY, other, None):
        stack = stacked(r.Topic("events", kms_key_name=key), *grants)
        changes = [one for one in stack.plan(gcp_settings).changes if one.mutates]
        assert Action.REPLACE not in {change.action for change in changes}
        stack.apply(gcp_settings)
        assert stack.plan(gcp_settings).empty


@pytest.mark.parametrize(
    "grant",
    [
        r.KmsKeyRingIamMember(RING, role=ENCRYPT, member=agent("storage").output("member")),
        r.ProjectIamMember(role=ENCRYPT, member=agent("storage").output("member")),
        r.KmsCryptoKeyIamMember(
            KEY,
            role=ENCRYPT,
            member="serviceAccount:service-{number}@gs-project-accounts.iam.gserviceaccount.com",
        ),
    ],
    ids=lambda grant: grant.KIND.name,
)
def test_any_grant_that_covers_the_key_will_do(grant, gcp_settings):
    """On the key, its ring or the project; to the declared agent or its address."""
    if isinstance(grant.member, str):
        number = number_of(gcp_settings.project)
        grant = dataclasses.replace(grant, member=grant.member.format(number=number))
    stack = stacked(FILES, grant)
    stack.apply(gcp_settings)

    assert stack.plan(gcp_settings).empty


@pytest.mark.parametrize(
    ("item", "api", "words"),
    [
        (
            dataclasses.replace(FILES, kms_key_name=LOCAL),
            "storage",
            "is in US, but its KMS key in us-central1",
        ),
        (
            r.Secret("KEY", kms_key_name=LOCAL),
            "secretmanager",
            "is in global, but its KMS key in us-central1",
        ),
        (
            r.CloudRunService("api", image=IMAGE, location="europe-west1", encryption_key=LOCAL),
            "run",
            "is in europe-west1, but its KMS key in us-central1",
        ),
        (
            r.FirestoreDatabase("orders", location="eur3", kms_key_name=LOCAL),
            "firestore",
            "is in eur3, but its KMS key in us-central1 .* It takes a key in europe",
        ),
    ],
)
def test_a_key_stands_where_what_it_encrypts_does(item, api, words):
    """By the name that Cloud KMS has for the place."""
    with pytest.raises(DeclarationError, match=words):
        stacked(item, may(api, LOCAL)).plan(OFFLINE)
    far = "projects/p/locations/asia/keyRings/r/cryptoKeys/k"
    field = "encryption_key" if item.KIND.name == "run.Service" else "kms_key_name"
    with pytest.raises(DeclarationError, match="but its KMS key in asia"):
        stacked(dataclasses.replace(item, **{field: far})).plan(OFFLINE)


def test_a_key_is_referred_to_by_its_path():
    """Wherever one is taken."""
    body = Encoder(SCOPE).declared(FILES).body

    assert body["encryption"] == {
        "defaultKmsKeyName": Link(Address("cloudkms.CryptoKey", "us/ring/data"), "path")
    }


def states(settings, key="data"):
    clients = Clients(settings.project, endpoint=settings.endpoint)
    versions = Collection(
        clients, "cloudkms", "v1", "projects.locations.keyRings.cryptoKeys.cryptoKeyVersions"
    )
    parent = f"projects/{settings.project}/locations/us/keyRings/ring/cryptoKeys/{key}"
    found = [one["state"] for one in versions.pages({"parent": parent}, "cryptoKeyVersions")]
    clients.close()
    return sorted(found)


def test_a_destroyed_key_gets_a_new_version(gcp_settings):
    """Its ring stays, its versions go; under its name it works again, the old ones stay gone."""
    rotating = dataclasses.replace(KEY, rotation_period="90d", allow_delete=True)
    stack = stacked(rotating)
    stack.apply(gcp_settings)
    assert stack.plan(gcp_settings).empty
    assert states(gcp_settings) == ["ENABLED"]
    plan = stacked().plan(gcp_settings)
    actions = {one.address.kind: (one.action, one.reason) for one in plan.changes}
    assert actions["cloudkms.KeyRing"][0] is Action.FORGET
    assert "Google never deletes one" in actions["cloudkms.KeyRing"][1]
    (key,) = [one for one in plan.changes if one.address.kind == "cloudkms.CryptoKey"]
    assert key.notes == ("everything in it is deleted too: 1 version",)
    stack.destroy(gcp_settings)
    assert states(gcp_settings) == ["DESTROY_SCHEDULED"]

    again = stack.plan(gcp_settings)
    actions = {one.address.kind: one.action for one in again.changes}
    assert actions == {"cloudkms.KeyRing": Action.ADOPT, "cloudkms.CryptoKey": Action.CREATE}
    stack.apply(gcp_settings)
    assert states(gcp_settings) == ["DESTROY_SCHEDULED", "ENABLED"]
    assert stack.plan(gcp_settings).empty


def test_a_key_that_signs_comes_back_too(gcp_settings):
    """It has no primary version: all of them are looked at."""
    signing = r.KmsCryptoKey(
        "sign", key_ring=RING, purpose="MAC", algorithm="HMAC_SHA256", allow_delete=True
    )
    stack = stacked(signing)
    stack.apply(gcp_settings)
    changed = stacked(dataclasses.replace(signing, algorithm="HMAC_SHA512"))
    changed.apply(gcp_settings)
    assert changed.plan(gcp_settings).empty
    stack.destroy(gcp_settings)
    stack.apply(gcp_settings)

    assert states(gcp_settings, "sign") == ["DESTROY_SCHEDULED", "ENABLED"]
    assert stack.plan(gcp_settings).empty


def test_what_can_not_change_is_refused(gcp_settings):
    """Another one of the name can't be made."""
    stacked(dataclasses.replace(KEY, allow_delete=True)).apply(gcp_settings)
    changed = dataclasses.replace(KEY, protection_level="HSM", allow_delete=True)
    (problem,) = stacked(changed).plan(gcp_settings).problems

    assert "Google never releases the name of a KMS key" in str(problem)


def test_every_service_that_encrypts_is_allowed_to(tmp_path):
    """A function's image, archive and revisions are encrypted by as many agents."""
    (tmp_path / "main.py").write_text("def hello(request):\n    return 'hello'\n")
    images = r.ArtifactRepository(
        "images", format="DOCKER", location="us-central1", kms_key_name=LOCAL
    )
    function = r.CloudFunction(
        "hello",
        runtime="python313",
        source=str(tmp_path),
        entry_point="hello",
        kms_key_name=LOCAL,
        docker_repository=images,
    )
    agents = ("artifactregistry", "cloudfunctions", "run", "storage")
    grants = [may(api, LOCAL) for api in agents]
    for missing, api in enumerate(agents[1:], 1):
        some = [*grants[:missing], *grants[missing + 1 :]]
        with pytest.raises(DeclarationError, match=f"which the agent of {api} may not use"):
            stacked(function, *some).plan(OFFLINE)
    compiled = compile_stack(
        "shop", [function, *grants], {}, SCOPE, enable_apis=False, check=lambda _: ()
    )
    assert "cloudfunctions.Function" in {one.kind.name for one in compiled.declared}


@pytest.mark.parametrize(
    ("state", "settled"), [("PENDING_GENERATION", False), ("ENABLED", True), ("DISABLED", True)]
)
def test_a_key_is_waited_for_until_it_is_generated(monkeypatch, state, settled):
    """Hardware takes its time."""
    told = Observed({"primary": {"state": state}}, "projects/p/k")
    monkeypatch.setattr(Discovery, "get", lambda self, target: told)
    keys = kms_rows.adapter(Clients("demo-proj"), "cloudkms.CryptoKey", "")

    assert keys.get(Target(r.KmsCryptoKey.KIND, {})).settled is settled
