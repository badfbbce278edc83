"""A key of one's own, and who encrypts with it."""

from gcpstack import Bucket, EncryptionKey, Topic

from .compiled import declared, refused

GRANTS = "cloudkms.CryptoKeyIamMember"


def test_whoever_is_named_may_encrypt():
    """As the agent of the service, in the key's place."""
    found = declared(EncryptionKey("shop", users=["storage", "pubsub"], location="us"))
    grants = [item for item in found.values() if item.kind.name == GRANTS]

    assert {item.ids["role"] for item in grants} == {"roles/cloudkms.cryptoKeyEncrypterDecrypter"}
    assert {item.ids["location"] for item in grants} == {"us"}
    assert {str(need) for item in grants for need in item.depends_on} >= {
        "serviceusage.ServiceAgent/storage.googleapis.com",
        "serviceusage.ServiceAgent/pubsub.googleapis.com",
    }
    assert found["cloudkms.CryptoKey/us/shop/shop"].body["rotationPeriod"] == "7776000s"


def test_what_is_encrypted_comes_after_the_grant():
    """It would be refused before."""
    key = EncryptionKey("shop", users=["storage"], location="us")
    bucket = Bucket("shop-files-1", location="US", kms_key_name=key.key)
    needs = declared(key, bucket)["storage.Bucket/shop-files-1"].depends_on

    assert any(need.kind == GRANTS for need in needs)


def test_parts_may_be_said_otherwise():
    """By part."""
    key = EncryptionKey(
        "shop",
        users=[],
        rotation_period="30d",
        overrides={"key": {"protection_level": "HSM"}, "key_ring": {"name": "rings"}},
    )
    found = declared(key)

    body = found["cloudkms.CryptoKey/us-central1/rings/shop"].body
    assert body["versionTemplate"] == {"protectionLevel": "HSM"}
    assert body["rotationPeriod"] == "2592000s"


def test_mistakes_are_told():
    """A service that is not allowed, one that is none, a part that is none."""
    key = EncryptionKey("shop", users=["storage"])
    assert "pubsub" in refused(key, Topic("events", kms_key_name=key.key))
    wrong = EncryptionKey("shop", users=["storage.googleapis.com"], overrides={"ring": {}})
    told = refused(wrong)
    assert "users: 'storage.googleapis.com' is more than a service. Write 'storage'." in told
    assert "overrides: has no part 'ring'." in told
