"""What lets Cloud Storage tell topics of its buckets' objects."""

from tests.emulator.conftest import Send

STORAGE = "https://storage.googleapis.com/storage/v1"
PROJECTS = "https://cloudresourcemanager.googleapis.com/v3/projects"


def let_storage_publish(send: Send, project: str = "demo-proj") -> None:
    """Grant its agent the role, on the whole project."""
    agent = send("GET", f"{STORAGE}/projects/{project}/serviceAccount").json()["email_address"]
    granted = {"role": "roles/pubsub.publisher", "members": [f"serviceAccount:{agent}"]}
    policy = send("POST", f"{PROJECTS}/{project}:getIamPolicy", {}).json()
    bindings = [*policy.get("bindings", []), granted]
    sent = {"policy": {**policy, "bindings": bindings}}
    assert send("POST", f"{PROJECTS}/{project}:setIamPolicy", sent).status == 200
