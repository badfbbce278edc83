"""Keys of service accounts (https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts.keys)."""

import base64
import json
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from gcpstack.emulator.core.call import Call
from gcpstack.emulator.core.clock import rfc3339
from gcpstack.emulator.core.errors import failed_precondition, not_found
from gcpstack.emulator.core.model import Body, Handler, Kind
from gcpstack.emulator.core.store import Obj
from gcpstack.emulator.dialects.aip import AIP
from gcpstack.emulator.services.iam import accounts

MOST_KEYS = 10
NEVER = "9999-12-31T23:59:59Z"
BITS = {"KEY_ALG_RSA_1024": 1024, "KEY_ALG_RSA_2048": 2048}
FILE = "TYPE_GOOGLE_CREDENTIALS_FILE"
FORMS = {"TYPE_RAW_PUBLIC_KEY": "public", "TYPE_X509_PEM_FILE": "certificate"}
LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
SERIAL = 1


def _seconds(now: float) -> str:
    """Keys tell their times in whole seconds."""
    return rfc3339(now).partition(".")[0] + "Z"


def _create(call: Call) -> Body:
    account = accounts.need(call)
    held = list(call.world.state.page("iam", f"{account.name}/keys"))
    if len(held) >= MOST_KEYS:
        raise failed_precondition("Precondition check failed.")
    key_id = call.world.ids.hex(40)
    algorithm = call.body.get("keyAlgorithm") or "KEY_ALG_RSA_2048"
    name = f"{account.name}/keys/{key_id}"
    body: Body = {
        "name": name,
        "validAfterTime": _seconds(call.world.now()),
        "validBeforeTime": NEVER,
        "keyAlgorithm": algorithm,
        "keyOrigin": "GOOGLE_PROVIDED",
        "keyType": "USER_MANAGED",
    }
    private = rsa.generate_private_key(public_exponent=65537, key_size=BITS.get(algorithm, 2048))
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    certificate = _certificate(account.body["uniqueId"], private, call.world.now())
    meta = {
        "public": base64.b64encode(public).decode(),
        "certificate": base64.b64encode(certificate).decode(),
    }
    call.world.state.put(Obj("iam", "keys", name, body, meta))
    secret = _credentials(account, key_id, private)
    kind = call.body.get("privateKeyType") or FILE
    return {**body, "privateKeyType": kind, "privateKeyData": base64.b64encode(secret).decode()}


def _certificate(unique_id: str, private: rsa.RSAPrivateKey, now: float) -> bytes:
    """The certificate that a key signs for itself, under the number of its account."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, unique_id)])
    begin = datetime.fromtimestamp(int(now), UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(SERIAL)
        .not_valid_before(begin)
        .not_valid_after(LAST)
        .sign(private, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def _credentials(account: Obj, key_id: str, private: rsa.RSAPrivateKey) -> bytes:
    """The file that Google's clients read."""
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    email = account.body["email"]
    facts = {
        "type": "service_account",
        "project_id": account.body["projectId"],
        "private_key_id": key_id,
        "private_key": pem.decode(),
        "client_email": email,
        "client_id": account.body["uniqueId"],
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
        "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
        "client_x509_cert_url": f"https://www.googleapis.com/robot/v1/metadata/x509/{email}",
        "universe_domain": "googleapis.com",
    }
    return json.dumps(facts, indent=2).encode()


def _need(call: Call) -> Obj:
    account = accounts.need(call)
    obj = call.find(f"{account.name}/keys/{call.segments[5]}")
    if obj is None:
        raise not_found("Service account key does not exist.")
    return obj


def _get(call: Call) -> Body:
    """``get``: with the public key in the form that is asked for, if any."""
    obj = _need(call)
    told = obj.meta.get(FORMS.get(str(call.query.get("publicKeyType")), ""))
    return {**obj.body, "publicKeyData": told} if told else obj.body


def _list(call: Call) -> Body:
    account = accounts.need(call)
    wanted = call.query.get("keyTypes") or ()
    keys = [
        obj.body
        for obj in call.world.state.page("iam", f"{account.name}/keys")
        if not wanted or obj.body["keyType"] in wanted
    ]
    return {"keys": keys} if keys else {}


def _turn(*, disabled: bool) -> Handler:
    def handler(call: Call) -> Body:
        obj = _need(call)
        body = {key: value for key, value in obj.body.items() if key != "disabled"}
        call.world.state.put(obj.but(body={**body, "disabled": True} if disabled else body))
        return {}

    return handler


def _delete(call: Call) -> Body:
    call.world.forget(_need(call))
    return {}


KEYS = Kind(
    name="keys",
    resources=("projects.serviceAccounts.keys",),
    schema="ServiceAccountKey",
    dialect=AIP,
    methods={
        "create": _create,
        "get": _get,
        "list": _list,
        "enable": _turn(disabled=False),
        "disable": _turn(disabled=True),
        "delete": _delete,
    },
)
