"""The RPCs of Artifact Registry.

https://github.com/googleapis/googleapis/tree/master/google/devtools/artifactregistry/v1
"""

from gcpstack.emulator.core.model import Rpc

_V1 = "google.devtools.artifactregistry.v1"
_SERVICE = f"{_V1}.ArtifactRegistry"
_ROOT = "projects.locations.repositories"
_IAM = "google.iam.v1"


def _rows(noun: str, path: str, field: str, *verbs: str) -> tuple[Rpc, ...]:
    """RPCs named by a verb and a noun; those that write take the resource in a field."""
    discovered = {"Update": "patch"}
    return tuple(
        Rpc(
            _SERVICE,
            f"{verb}{noun}{'s' if verb == 'List' else ''}",
            f"{path}.{discovered.get(verb, verb.lower())}",
            body=field if verb in ("Create", "Update") else "",
        )
        for verb in verbs
    )


RPCS = (
    *_rows("Repository", _ROOT, "repository", "Get", "Create", "Update", "Delete"),
    Rpc(_SERVICE, "ListRepositories", f"{_ROOT}.list"),
    *_rows("DockerImage", f"{_ROOT}.dockerImages", "", "List", "Get"),
    *_rows("Package", f"{_ROOT}.packages", "package", "List", "Get", "Update", "Delete"),
    *_rows("Version", f"{_ROOT}.packages.versions", "version", "List", "Get", "Update", "Delete"),
    Rpc(_SERVICE, "BatchDeleteVersions", f"{_ROOT}.packages.versions.batchDelete", body="*"),
    *_rows("Tag", f"{_ROOT}.packages.tags", "tag", "List", "Get", "Create", "Update", "Delete"),
    *_rows("File", f"{_ROOT}.files", "file", "List", "Get", "Update", "Delete"),
    *_rows("Rule", f"{_ROOT}.rules", "rule", "List", "Get", "Create", "Update", "Delete"),
    *_rows("Attachment", f"{_ROOT}.attachments", "attachment", "List", "Get", "Create", "Delete"),
    *_rows("MavenArtifact", f"{_ROOT}.mavenArtifacts", "", "List", "Get"),
    *_rows("NpmPackage", f"{_ROOT}.npmPackages", "", "List", "Get"),
    *_rows("PythonPackage", f"{_ROOT}.pythonPackages", "", "List", "Get"),
    Rpc(_SERVICE, "GetProjectSettings", "projects.getProjectSettings"),
    Rpc(_SERVICE, "UpdateProjectSettings", "projects.updateProjectSettings", body="project_settings"),
    Rpc(_SERVICE, "GetVPCSCConfig", "projects.locations.getVpcscConfig"),
    Rpc(_SERVICE, "UpdateVPCSCConfig", "projects.locations.updateVpcscConfig", body="vpcsc_config"),
    Rpc(_SERVICE, "GetIamPolicy", f"{_ROOT}.getIamPolicy", request=f"{_IAM}.GetIamPolicyRequest"),
    Rpc(_SERVICE, "SetIamPolicy", f"{_ROOT}.setIamPolicy", "*", f"{_IAM}.SetIamPolicyRequest"),
    Rpc(
        _SERVICE, "TestIamPermissions", f"{_ROOT}.testIamPermissions", "*",
        f"{_IAM}.TestIamPermissionsRequest", f"{_IAM}.TestIamPermissionsResponse",
    ),
)  # fmt: skip
