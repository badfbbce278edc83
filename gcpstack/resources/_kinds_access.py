"""The kinds of grants on what other modules declare, and of audit logs, as data.

`gcpstack.resources.kinds` lists them with all others.
"""

from gcpstack._core.kinds import Kind

# An IAM grant is told apart by what it is on, the role and the member. The last two hold slashes
# and colons, so the path escapes them; they make one segment, so that all grants on one object
# stand in one collection and are read by one call.
GRANT = "iamMembers/{role:raw},{member:raw}"


def granted(name: str, api: str, on: str, title: str) -> Kind:
    """Describe the grants on a kind of object, given the path of one."""
    return Kind(
        name=name,
        api=api,
        path=f"{on}/{GRANT}",
        title=f"grant on a {title}",
        serialize=f"iam/{on}",
        additive=True,
        propagates=True,
    )


RUN_JOB_IAM_MEMBER = granted(
    "run.JobIamMember",
    "run.googleapis.com",
    "projects/{project}/locations/{location}/jobs/{job}",
    "Cloud Run job",
)
TOPIC_IAM_MEMBER = granted(
    "pubsub.TopicIamMember",
    "pubsub.googleapis.com",
    "projects/{project}/topics/{topic}",
    "Pub/Sub topic",
)
SUBSCRIPTION_IAM_MEMBER = granted(
    "pubsub.SubscriptionIamMember",
    "pubsub.googleapis.com",
    "projects/{project}/subscriptions/{subscription}",
    "Pub/Sub subscription",
)
SERVICE_ACCOUNT_IAM_MEMBER = granted(
    "iam.ServiceAccountIamMember",
    "iam.googleapis.com",
    "projects/{project}/serviceAccounts/{service_account}",
    "service account",
)
REPOSITORY_IAM_MEMBER = granted(
    "artifactregistry.RepositoryIamMember",
    "artifactregistry.googleapis.com",
    "projects/{project}/locations/{location}/repositories/{repository}",
    "Artifact Registry repository",
)
SUBNETWORK_IAM_MEMBER = granted(
    "compute.SubnetworkIamMember",
    "compute.googleapis.com",
    "projects/{project}/regions/{region}/subnetworks/{subnetwork}",
    "subnetwork",
)

PROJECT_AUDIT_LOG = Kind(
    name="resourcemanager.ProjectAuditLog",
    api="cloudresourcemanager.googleapis.com",
    # One type of log of one service is an element of the project's policy, as a grant is.
    path="projects/{project}/auditLogs/{service},{log_type}",
    title="audit log",
    serialize="iam/projects/{project}",
)
SERVICE_AGENT = Kind(
    name="serviceusage.ServiceAgent",
    api="serviceusage.googleapis.com",
    # Nothing reads an agent back: its address follows from the project's number.
    path="projects/{project}/serviceAgents/{name}",
    title="service agent",
    keeps=True,
    outputs={"email": ("email",), "member": ("member",)},
    propagates=True,
)
