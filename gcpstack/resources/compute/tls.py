"""How a backend service authenticates itself and its backends."""

from collections.abc import Iterator, Sequence

from gcpstack._core.facets import Facet, block, spec
from gcpstack._core.refs import Sensitive
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources._base import Part
from gcpstack.resources._checks import Finding
from gcpstack.resources._types import Text


@block
class SecuritySettings(Part):
    """Authentication towards backends of a service mesh or of AWS.

    Attributes:
        client_tls_policy: the client TLS policy.
        subject_alt_names: names that a backend's certificate may carry.
        aws_access_key_id: the id of the AWS access key that signs requests.
        aws_access_key: the key; Google never shows it again.
        aws_access_key_version: its version.
        aws_origin_region: the AWS region of the origin.
    """

    client_tls_policy: Text | None = spec(like="last")
    subject_alt_names: Sequence[str] | None = spec(Facet.UNORDERED)
    aws_access_key_id: Text | None = spec(wire="awsV4Authentication.accessKeyId")
    aws_access_key: Text | Sensitive | None = spec(
        Facet.WRITE_ONLY | Facet.SENSITIVE,
        wire="awsV4Authentication.accessKey",
        encode=encode.sensitive,
    )
    aws_access_key_version: Text | None = spec(wire="awsV4Authentication.accessKeyVersion")
    aws_origin_region: Text | None = spec(wire="awsV4Authentication.originRegion")


@block
class TlsSubjectAltName(Part):
    """A name that a backend's certificate may carry; one of the two.

    Attributes:
        dns_name: a domain.
        uniform_resource_identifier: a URI.
    """

    dns_name: Text | None = spec()
    uniform_resource_identifier: Text | None = spec()

    def findings(self) -> Iterator[Finding]:
        """It is one of the two.

        https://cloud.google.com/compute/docs/reference/rest/v1/backendServices
        """
        yield from checks.exactly_one(self, "dns_name", "uniform_resource_identifier")


@block
class TlsSettings(Part):
    """TLS towards backends.

    https://cloud.google.com/load-balancing/docs/backend-authenticated-tls-backend-mtls

    Attributes:
        sni: the server name to ask for.
        subject_alt_names: names that a backend's certificate may carry.
        authentication_config: the backend authentication configuration.
    """

    sni: Text | None = spec()
    subject_alt_names: Sequence[TlsSubjectAltName] | None = spec()
    authentication_config: Text | None = spec(like="link")
