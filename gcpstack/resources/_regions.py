"""Where Google Cloud is, as data.

Sources: https://cloud.google.com/compute/docs/regions-zones,
https://cloud.google.com/storage/docs/locations, https://cloud.google.com/bigquery/docs/locations
"""


class Region(str):
    """A region that this release does not know yet: taken as it is written.

    >>> RegionNetworkEndpointGroup("neg", region=Region("us-north1"))  # doctest: +SKIP
    """

    __slots__ = ()


_REGIONS = """
    africa-south1
    asia-east1 asia-east2 asia-northeast1 asia-northeast2 asia-northeast3
    asia-south1 asia-south2 asia-southeast1 asia-southeast2 asia-southeast3
    australia-southeast1 australia-southeast2
    europe-central2 europe-north1 europe-north2 europe-southwest1
    europe-west1 europe-west2 europe-west3 europe-west4 europe-west6 europe-west8 europe-west9
    europe-west10 europe-west12
    me-central1 me-central2 me-west1
    northamerica-northeast1 northamerica-northeast2 northamerica-south1
    southamerica-east1 southamerica-west1
    us-central1 us-east1 us-east4 us-east5 us-south1 us-west1 us-west2 us-west3 us-west4
"""
REGIONS = frozenset(_REGIONS.split())

#: Multi-regions and predefined dual-regions of Cloud Storage.
BUCKET_LOCATIONS = frozenset({"us", "eu", "asia", "nam4", "eur4", "eur5", "eur7", "eur8", "asia1"})
#: Places of Cloud KMS beside the regions (https://cloud.google.com/kms/docs/locations).
KEY_LOCATIONS = frozenset(
    [
        "global",
        "us",
        "europe",
        "asia",
        "ca",
        "au",
        "in",
        "asia1",
        "nam-eur-asia1",
        "eur3",
        "eur4",
        "eur5",
        "eur6",
        "eur7",
        "eur8",
        "nam3",
        "nam4",
        "nam6",
        "nam7",
        "nam8",
        "nam9",
        "nam10",
        "nam11",
        "nam12",
    ]
)
#: Multi-regions of BigQuery.
DATASET_LOCATIONS = frozenset({"us", "eu"})
