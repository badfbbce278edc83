"""What the fields of declarations take."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, TypeAlias

from gcpstack._core.refs import Composed
from gcpstack._core.resource import As, Output, Resource

#: Text, or a value that is text once another resource exists.
Text: TypeAlias = str | Output | Composed
#: A span of time: seconds, text such as ``300s`` or ``5m``, or a `timedelta`.
Seconds: TypeAlias = int | float | str | timedelta
#: Labels and the like.
Labels: TypeAlias = Mapping[str, Text]
#: Another resource: its declaration, or the name of one that is managed elsewhere.
Ref: TypeAlias = str | Resource | As | Output | Composed


@dataclass(frozen=True, slots=True)
class Of:
    """Tells which kinds a reference may be to."""

    kinds: tuple[str, ...]


FirestoreDatabaseRef: TypeAlias = Annotated[Ref, Of(("firestore.Database",))]
KeyRef: TypeAlias = Annotated[Ref, Of(("cloudkms.CryptoKey",))]
KeyRingRef: TypeAlias = Annotated[Ref, Of(("cloudkms.KeyRing",))]
BackendRef: TypeAlias = Annotated[Ref, Of(("compute.BackendService", "compute.BackendBucket"))]
BucketRef: TypeAlias = Annotated[Ref, Of(("storage.Bucket",))]
CertificateRef: TypeAlias = Annotated[Ref, Of(("compute.ManagedSslCertificate",))]
CertificateMapRef: TypeAlias = Annotated[Ref, Of(("certificatemanager.CertificateMap",))]
ChannelRef: TypeAlias = Annotated[Ref, Of(("monitoring.NotificationChannel",))]
LogBucketRef: TypeAlias = Annotated[Ref, Of(("logging.BucketConfig",))]
MonitoredServiceRef: TypeAlias = Annotated[Ref, Of(("monitoring.Service",))]
DatasetRef: TypeAlias = Annotated[Ref, Of(("bigquery.Dataset",))]
GroupRef: TypeAlias = Annotated[Ref, Of(("compute.RegionNetworkEndpointGroup",))]
HealthCheckRef: TypeAlias = Annotated[Ref, Of(("compute.HealthCheck",))]
PolicyRef: TypeAlias = Annotated[Ref, Of(("monitoring.AlertPolicy",))]
ProxyRef: TypeAlias = Annotated[Ref, Of(("compute.TargetHttpProxy", "compute.TargetHttpsProxy"))]
#: An image: text as Docker takes it, or a `ContainerImage`.
ImageRef: TypeAlias = Annotated[Ref, Of(("artifactregistry.Image",))]
RunJobRef: TypeAlias = Annotated[Ref, Of(("run.Job",))]
#: A service; or a function, which runs as a service of its name.
RunServiceRef: TypeAlias = Annotated[Ref, Of(("run.Service", "cloudfunctions.Function"))]
SecretVersionRef: TypeAlias = Annotated[Ref, Of(("secretmanager.SecretVersion",))]
SecretRef: TypeAlias = Annotated[Ref, Of(("secretmanager.Secret",))]
SecurityPolicyRef: TypeAlias = Annotated[Ref, Of(("compute.SecurityPolicy",))]
ServiceAccountRef: TypeAlias = Annotated[Ref, Of(("iam.ServiceAccount",))]
SslPolicyRef: TypeAlias = Annotated[Ref, Of(("compute.SslPolicy",))]
UrlMapRef: TypeAlias = Annotated[Ref, Of(("compute.UrlMap",))]
AddressRef: TypeAlias = Annotated[Ref, Of(("compute.GlobalAddress",))]
RegionalAddressRef: TypeAlias = Annotated[Ref, Of(("compute.Address",))]
NetworkRef: TypeAlias = Annotated[Ref, Of(("compute.Network",))]
SubnetworkRef: TypeAlias = Annotated[Ref, Of(("compute.Subnetwork",))]
TaskQueueRef: TypeAlias = Annotated[Ref, Of(("cloudtasks.Queue",))]
PubSubSchemaRef: TypeAlias = Annotated[Ref, Of(("pubsub.Schema",))]
TopicRef: TypeAlias = Annotated[Ref, Of(("pubsub.Topic",))]
SubscriptionRef: TypeAlias = Annotated[Ref, Of(("pubsub.Subscription",))]
RepositoryRef: TypeAlias = Annotated[Ref, Of(("artifactregistry.Repository",))]
RoleRef: TypeAlias = Annotated[Ref, Of(("iam.ProjectCustomRole",))]
SqlInstanceRef: TypeAlias = Annotated[Ref, Of(("sql.DatabaseInstance",))]
SqlDatabaseRef: TypeAlias = Annotated[Ref, Of(("sql.Database",))]
