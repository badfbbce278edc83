"""Who deploys from GitHub."""

from gcpstack import ArtifactRepository, CloudRunApp, CloudRunService, GithubDeployer

from .compiled import declared

REPOSITORY = "acme/shop"


def parts():
    images = ArtifactRepository("images", location="us-central1", format="DOCKER")
    app = CloudRunApp(CloudRunService("shop-web", image="gcr.io/acme/shop"))
    return declared(
        images, app, GithubDeployer("shop", repository=REPOSITORY, images=[images], apps=[app])
    )


def grants(found, kind):
    return {item.ids["role"]: item for item in found.values() if item.kind.name == kind}


def test_only_the_one_repository_is_let_in():
    """By the provider's condition, and as the account by the grant."""
    found = parts()
    provider = found["iam.WorkloadIdentityPoolProvider/shop-github/github"]
    assert "acme/shop" in provider.body["attributeCondition"]
    users = [
        item for item in found.values() if item.ids.get("role") == "roles/iam.workloadIdentityUser"
    ]
    (user,) = users
    assert str(user.address).startswith("iam.ServiceAccountIamMember/shop-deployer")


def test_it_may_deploy_and_nothing_else():
    """It writes images, deploys the service, and acts as the service's account."""
    found = parts()
    mine = {
        item.ids["role"]
        for item in found.values()
        if "role" in item.ids and "deployer" in str(item.body) + str(item.ids)
    }
    assert mine >= {
        "roles/artifactregistry.writer",
        "roles/run.developer",
        "roles/iam.serviceAccountUser",
    }
    assert not {role for role in mine if role in {"roles/owner", "roles/editor"}}
    assert set(grants(found, "resourcemanager.ProjectIamMember")) == set()
