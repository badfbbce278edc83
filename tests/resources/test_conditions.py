"""How live objects fare, in Google's words."""

import pytest

from gcpstack._core.kinds import Health
from gcpstack.resources import kinds


def certificate(status, **domains):
    return {"managed": {"status": status, "domainStatus": domains}}


def run(state, **more):
    return {"terminalCondition": {"type": "Ready", "state": state, **more}}


@pytest.mark.parametrize(
    ("kind", "body", "health", "label"),
    [
        (kinds.MANAGED_SSL_CERTIFICATE, certificate("ACTIVE", a="ACTIVE"), Health.READY, "ACTIVE"),
        (kinds.MANAGED_SSL_CERTIFICATE, {}, Health.PENDING, "PROVISIONING"),
        (
            kinds.MANAGED_SSL_CERTIFICATE,
            certificate("PROVISIONING_FAILED"),
            Health.PENDING,
            "PROVISIONING_FAILED",
        ),
        (
            kinds.MANAGED_SSL_CERTIFICATE,
            certificate("PROVISIONING_FAILED_PERMANENTLY"),
            Health.FAILED,
            "PROVISIONING_FAILED_PERMANENTLY",
        ),
        (
            kinds.MANAGED_SSL_CERTIFICATE,
            certificate("RENEWAL_FAILED"),
            Health.FAILED,
            "RENEWAL_FAILED",
        ),
        (kinds.RUN_SERVICE, {}, Health.READY, "READY"),
        (kinds.RUN_SERVICE, {"reconciling": True}, Health.PENDING, "RECONCILING"),
        (kinds.RUN_SERVICE, run("CONDITION_SUCCEEDED"), Health.READY, "READY"),
        (kinds.RUN_SERVICE, run("CONDITION_RECONCILING"), Health.PENDING, "RECONCILING"),
        (
            kinds.RUN_SERVICE,
            run("CONDITION_FAILED", revisionReason="HEALTH_CHECK_CONTAINER_ERROR"),
            Health.FAILED,
            "HEALTH_CHECK_CONTAINER_ERROR",
        ),
        (kinds.GLOBAL_ADDRESS, {"status": "RESERVING"}, Health.PENDING, "RESERVING"),
        (kinds.GLOBAL_ADDRESS, {"status": "IN_USE"}, Health.READY, "IN_USE"),
        (kinds.SERVICE, {"state": "ENABLED"}, Health.READY, "READY"),
        (kinds.SERVICE, {"state": "DISABLED"}, Health.PENDING, "DISABLED"),
        (
            kinds.NOTIFICATION_CHANNEL,
            {"verificationStatus": "UNVERIFIED"},
            Health.PENDING,
            "UNVERIFIED",
        ),
        (kinds.NOTIFICATION_CHANNEL, {}, Health.READY, "READY"),
        (kinds.BUCKET, {}, Health.READY, "READY"),
    ],
)
def test_the_state_is_read(kind, body, health, label):
    """Health for the engine, Google's word for people."""
    condition = kind.condition(body)

    assert (condition.health, condition.label) == (health, label)


def test_a_certificate_tells_the_cause_by_domain():
    """What is missing, for each domain that is not active."""
    body = certificate(
        "PROVISIONING",
        **{"a.com": "FAILED_NOT_VISIBLE", "b.com": "ACTIVE", "c.com": "FAILED_CAA_FORBIDDEN"},
    )
    first, second = kinds.MANAGED_SSL_CERTIFICATE.condition(body).detail

    assert first.startswith("a.com: FAILED_NOT_VISIBLE: its A or AAAA record")
    assert "pki.goog" in second


def test_a_failed_deployment_tells_google_s_message():
    """With the reason."""
    body = run("CONDITION_FAILED", reason="CONTAINER_MISSING", message="Image 'x' not found.")

    assert kinds.RUN_SERVICE.condition(body).detail == ("CONTAINER_MISSING: Image 'x' not found.",)
