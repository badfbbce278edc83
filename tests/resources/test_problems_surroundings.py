"""Every plan-time check of a service's surroundings fires, and says where and what."""

import pytest

from gcpstack import resources as r

from .tables import labelled, the_problem


def redis(**fields):
    return r.RedisInstance("cache", **{"tier": "STANDARD_HA", "memory_size_gb": 5, **fields})


READS = {"read_replicas_mode": "READ_REPLICAS_ENABLED"}
REDIS = [
    (
        r.RedisInstance("a" * 41, tier="BASIC", memory_size_gb=1),
        "name: .* is not a valid name: 1 to 40",
    ),
    (redis(memory_size_gb=301), "memory_size_gb: 301 is not within 1 to 300 GiB"),
    (redis(redis_version="7.2"), "redis_version: '7.2' is not a version, as 'REDIS_7_2'"),
    (redis(tier="BASIC", replica_count=1), "replica_count: needs tier='STANDARD_HA'"),
    (redis(tier="BASIC", **READS), "read_replicas_mode: needs tier='STANDARD_HA'"),
    (
        redis(tier="BASIC", alternative_location_id="us-central1-b"),
        "alternative_location_id: needs tier='STANDARD_HA'",
    ),
    (redis(replica_count=6, **READS), "replica_count: 6 is not within 1 to 5"),
    (redis(memory_size_gb=4, **READS), "memory_size_gb: is 5 at least, to read replicas"),
    (redis(replica_count=2), "replica_count: 2 is not 1. Add read_replicas_mode="),
    (redis(location_id="us-east1-b"), "location_id: 'us-east1-b' is not a zone of us-central1"),
    (
        redis(location_id="us-central1-b", alternative_location_id="us-central1-b"),
        "alternative_location_id: is the zone of the node itself",
    ),
    (redis(reserved_ip_range="services"), "reserved_ip_range: 'services' is not an IP range"),
    (redis(reserved_ip_range="10.0.0.1/29"), "reserved_ip_range: '10.0.0.1/29' has host bits"),
    (redis(reserved_ip_range="10.0.0.0/30"), "'10.0.0.0/30' is smaller than a /29"),
    (redis(reserved_ip_range="10.0.0.0/29", **READS), "'10.0.0.0/29' is smaller than a /28"),
    (redis(authorized_network="vpc"), "authorized_network: 'vpc' is a bare name"),
    (redis(rdb_snapshot_period="ONE_HOUR"), "rdb_snapshot_period: needs persistence_mode='RDB'"),
    (redis(persistence_mode="RDB"), "rdb_snapshot_period: is needed with persistence_mode"),
    (redis(maintenance_description="x"), "maintenance_description: needs maintenance_windows"),
    (
        redis(maintenance_windows=[r.RedisMaintenanceWindow(day="SUNDAY", hour=24)]),
        r"maintenance_windows\[0\].hour: 24 is not within 0 to 23",
    ),
    (
        redis(maintenance_windows=[r.RedisMaintenanceWindow(day="SUNDAY", hour=1)] * 2),
        "maintenance_windows: has 2 windows, 1 at most",
    ),
]

VPC = r.Network("vpc")
TCP = r.FirewallProtocol(protocol="tcp")


def subnet(**fields):
    return r.Subnetwork("apps", **{"network": VPC, "ip_cidr_range": "10.0.0.0/24", **fields})


def secondary(text, name="pods"):
    return r.SecondaryRange(range_name=name, ip_cidr_range=text)


def firewall(**fields):
    return r.Firewall("web", **{"network": VPC, "allowed": [TCP], **fields})


def nat(**fields):
    given = {
        "name": "nat",
        "nat_ip_allocate_option": "AUTO_ONLY",
        "source_subnetwork_ip_ranges_to_nat": "ALL_SUBNETWORKS_ALL_IP_RANGES",
    }
    return r.Router("out", network=VPC, nats=[r.RouterNat(**{**given, **fields})])


def bgp(**fields):
    return r.Router("out", network=VPC, bgp=r.RouterBgp(**{"asn": 64514, **fields}))


NAT_SUBNET = r.NatSubnetwork(
    name="projects/p/regions/r/subnetworks/s", source_ip_ranges_to_nat=["ALL_IP_RANGES"]
)
DYNAMIC = {"enable_dynamic_port_allocation": True}
NETWORKS = [
    (r.Network("Vpc"), "name: 'Vpc' is not a valid name.*Use 'vpc'"),
    (r.Network("vpc", mtu=9000), "mtu: 9000 is not within 1300 to 8896 bytes"),
    (
        r.Network("vpc", internal_ipv6_range="fd20:1::/48"),
        "internal_ipv6_range: needs enable_ula_internal_ipv6=True",
    ),
    (
        r.Network("vpc", bgp_always_compare_med=True),
        "bgp_always_compare_med: needs bgp_best_path_selection_mode='STANDARD'",
    ),
    (subnet(region="mars"), "region: 'mars' is not a region"),
    (subnet(network="vpc"), "network: 'vpc' is a bare name"),
    (subnet(ip_cidr_range=None), "ip_cidr_range: is missing"),
    (subnet(ip_cidr_range="10.0.0.1/24"), "'10.0.0.1/24' has host bits set. Use '10.0.0.0/24'"),
    (subnet(ip_cidr_range="10.0.0.0/30"), "'10.0.0.0/30' is smaller than a /29"),
    (subnet(ip_cidr_range="169.254.0.0/20"), "holds addresses of 169.254.0.0/16, which no"),
    (
        subnet(stack_type="IPV6_ONLY", ipv6_access_type="INTERNAL"),
        "ip_cidr_range: does not go with stack_type='IPV6_ONLY'",
    ),
    (
        subnet(secondary_ip_ranges=[secondary("10.0.0.128/25")]),
        r"secondary_ip_ranges\[0\].ip_cidr_range: 10.0.0.128/25 overlaps ip_cidr_range",
    ),
    (
        subnet(secondary_ip_ranges=[secondary("10.1.0.0/24"), secondary("10.2.0.0/24")]),
        r"secondary_ip_ranges\[1\]: 'pods' stands there twice",
    ),
    (
        subnet(secondary_ip_ranges=[r.SecondaryRange(range_name="pods")]),
        r"secondary_ip_ranges\[0\]: one of ip_cidr_range, reserved_internal_range is needed",
    ),
    (
        subnet(secondary_ip_ranges=[secondary("10.1.0.0/24", name="Pods")]),
        r"secondary_ip_ranges\[0\].range_name: 'Pods' is not a valid name",
    ),
    (subnet(role="ACTIVE"), "role: is for proxy-only subnetworks"),
    (subnet(stack_type="IPV4_IPV6"), "ipv6_access_type: is needed with stack_type='IPV4_IPV6'"),
    (subnet(ipv6_access_type="INTERNAL"), "ipv6_access_type: needs stack_type="),
    (
        subnet(log_config=r.SubnetworkLogConfig(enable=True, flow_sampling=2.0)),
        "log_config.flow_sampling: 2.0 is not within 0 to 1",
    ),
    (
        subnet(log_config=r.SubnetworkLogConfig(enable=True, metadata_fields=["x"])),
        "log_config.metadata_fields: needs metadata='CUSTOM_METADATA'",
    ),
    (r.Firewall("web", network=VPC), "one of allowed, denied is needed"),
    (firewall(denied=[TCP]), "allowed and denied exclude each other"),
    (firewall(allowed=[TCP, TCP]), r"allowed\[1\]: 'tcp' stands there twice. Put its ports"),
    (
        firewall(allowed=[r.FirewallProtocol(protocol="icmp", ports=["1"])]),
        r"allowed\[0\].ports: icmp has no ports",
    ),
    (
        firewall(allowed=[r.FirewallProtocol(protocol="tcp", ports=["http"])]),
        r"allowed\[0\].ports\[0\]: 'http' is not a port or a range",
    ),
    (
        firewall(allowed=[r.FirewallProtocol(protocol="tcp", ports=["90-80"])]),
        "'90-80' is not a range of ports",
    ),
    (firewall(priority=70000), "priority: 70000 is not within 0 to 65535"),
    (
        firewall(source_ranges=["everywhere"]),
        r"source_ranges\[0\]: 'everywhere' is not an IP range",
    ),
    (firewall(target_tags=["Web"]), r"target_tags\[0\]: 'Web' is not a valid name"),
    (
        firewall(target_service_accounts=["a@b.iam.gserviceaccount.com"] * 11),
        "target_service_accounts: has 11 accounts, 10 at most",
    ),
    (firewall(log_metadata="EXCLUDE_ALL_METADATA"), "log_metadata: needs log=True"),
    (firewall(direction="EGRESS", source_tags=["a"]), "source_tags: is for INGRESS only"),
    (
        firewall(source_tags=["a"], target_service_accounts=["a@b.iam.gserviceaccount.com"]),
        "source_tags and target_service_accounts exclude each other",
    ),
    (
        r.RegionalAddress("ip", address_type="INTERNAL", network_tier="PREMIUM"),
        "network_tier: is for external addresses only",
    ),
    (r.RegionalAddress("ip", prefix_length=24), "prefix_length: is for internal addresses only"),
    (r.RegionalAddress("ip", address="10.0.0.300"), "'10.0.0.300' is not an IP address"),
    (r.Router("out"), "one of network, ncc_gateway is needed"),
    (nat(name="NAT"), r"nats\[0\].name: 'NAT' is not a valid name"),
    (nat(nat_ip_allocate_option=None), "nat_ip_allocate_option: is missing. AUTO_ONLY lets"),
    (nat(type="PRIVATE"), "nat_ip_allocate_option: is not for private gateways"),
    (nat(nat_ip_allocate_option="MANUAL_ONLY"), "nat_ips: is needed with"),
    (nat(nat_ips=["projects/p/regions/r/addresses/a"]), "nat_ips: needs nat_ip_allocate_option"),
    (nat(subnetworks=[NAT_SUBNET]), "subnetworks: and source_subnetwork_ip_ranges_to_nat='LIST"),
    (nat(udp_idle_timeout=0), "udp_idle_timeout: 0 is not within 1"),
    (nat(log_filter="ALL"), "log_filter: needs log"),
    (nat(max_ports_per_vm=128), "max_ports_per_vm: needs enable_dynamic_port_allocation=True"),
    (nat(min_ports_per_vm=1), "min_ports_per_vm: 1 is not within 2 to 65536 ports"),
    (nat(min_ports_per_vm=100, **DYNAMIC), "min_ports_per_vm: 100 is not a power of two"),
    (
        nat(min_ports_per_vm=128, max_ports_per_vm=64, **DYNAMIC),
        "max_ports_per_vm: 64 is not more than min_ports_per_vm=128",
    ),
    (
        nat(enable_endpoint_independent_mapping=True, **DYNAMIC),
        "enable_endpoint_independent_mapping: excludes enable_dynamic_port_allocation",
    ),
    (
        nat(rules=[r.NatRule(rule_number=1, match="true")] * 2),
        r"nats\[0\].rules\[1\]: 1 stands there twice",
    ),
    (
        nat(rules=[r.NatRule(rule_number=65001, match="true")]),
        r"rules\[0\].rule_number: 65001 is not within 0 to 65000",
    ),
    (
        nat(
            source_subnetwork_ip_ranges_to_nat="LIST_OF_SUBNETWORKS",
            subnetworks=[
                r.NatSubnetwork(
                    name="projects/p/regions/r/subnetworks/s",
                    source_ip_ranges_to_nat=["LIST_OF_SECONDARY_IP_RANGES"],
                )
            ],
        ),
        "secondary_ip_range_names: and 'LIST_OF_SECONDARY_IP_RANGES' go together",
    ),
    (bgp(asn=15169), "bgp.asn: 15169 is not a private number"),
    (bgp(keepalive_interval=5), "bgp.keepalive_interval: 5 is not within 20 to 60 seconds"),
    (bgp(advertised_groups=["ALL_SUBNETS"]), "bgp.advertised_groups: needs advertise_mode="),
    (
        bgp(advertise_mode="CUSTOM", advertised_ip_ranges=[r.AdvertisedRange(range="x")]),
        r"bgp.advertised_ip_ranges\[0\].range: 'x' is not an IP range",
    ),
]


def connector(**fields):
    given = {"network": "vpc", "ip_cidr_range": "10.8.0.0/28", "max_instances": 3}
    return r.VpcConnector("web", **{**given, **fields})


CONNECTIONS = [
    (
        r.VpcConnector("w" * 26, subnet="s", max_instances=3),
        "name: .* is not a valid name: 2 to 25",
    ),
    (connector(subnet="s"), "network and subnet exclude each other"),
    (connector(ip_cidr_range=None), "ip_cidr_range: and network go together"),
    (connector(ip_cidr_range="10.8.0.0/24"), "ip_cidr_range: '10.8.0.0/24' is not a /28"),
    (connector(ip_cidr_range="10.8.0.1/28"), "ip_cidr_range: '10.8.0.1/28' has host bits set"),
    (connector(subnet_project="host-project"), "subnet_project: needs subnet"),
    (connector(max_instances=None), "one of max_instances, max_throughput is needed"),
    (connector(max_instances=11), "max_instances: 11 is not within 3 to 10 machines"),
    (connector(min_instances=3), "min_instances: 3 is not less than max_instances=3"),
    (
        connector(min_instances=2, min_throughput=200),
        "min_instances and min_throughput exclude each other",
    ),
    (
        connector(max_instances=None, max_throughput=350),
        "max_throughput: 350 is not a multiple of 100",
    ),
    (connector(machine_type="n1-standard-1"), "machine_type: 'n1-standard-1' is not one of"),
    (r.PrivateServiceConnection("vpc", ranges=[]), "ranges: is empty. Reserve a GlobalAddress"),
    (
        r.PrivateServiceConnection("vpc", ranges=[r.GlobalAddress("ip")]),
        r"ranges\[0\]: is not reserved with purpose='VPC_PEERING'",
    ),
    (r.PrivateServiceConnection("VPC", ranges=["a"]), "network: 'VPC' is not a valid name"),
    (
        r.PrivateServiceConnection("vpc", service="sql", ranges=["a"]),
        "service: 'sql' is not a valid name",
    ),
]


def repository(**fields):
    return r.ArtifactRepository("apps", **{"format": "DOCKER", **fields})


def cleanup(**fields):
    given = {"name": "old", "action": "DELETE", **fields}
    return repository(cleanup_policies=[r.CleanupPolicy(**given)])


def remote(**fields):
    return repository(mode="REMOTE_REPOSITORY", remote=r.RemoteRepository(**fields))


def role(*permissions, **fields):
    return r.CustomRole(
        "deployer", **{"title": "Deployer", "permissions": list(permissions), **fields}
    )


def topic(**fields):
    return r.Topic("events", **fields)


def subscription(**fields):
    return r.Subscription("work", **{"topic": topic(), **fields})


def transform(code):
    return r.MessageTransform(function_name="f", code=code)


PUSH = {"push_endpoint": "https://a.example.com"}
KEPT = [
    (repository(location="mars"), "location: 'mars' is not a region"),
    (r.ArtifactRepository("Apps", format="DOCKER"), "name: 'Apps' is not a valid name.*Use 'apps'"),
    (repository(format="JAR"), "format: 'JAR' is not one of"),
    (cleanup(), r"cleanup_policies\[0\]: says not which versions: it would hold for all"),
    (cleanup(keep_count=5), "keep_count: needs action='KEEP'"),
    (
        cleanup(action="KEEP", keep_count=5, older_than="30d"),
        "keep_count and older_than exclude each other",
    ),
    (cleanup(action="KEEP", keep_count=0), "keep_count: 0 is not within 1 to 10000 versions"),
    (cleanup(older_than="30d", keep_packages=["a"]), "keep_packages: needs keep_count"),
    (cleanup(tag_prefixes=["v"]), "tag_prefixes: needs tag_state='TAGGED'"),
    (cleanup(older_than="soon"), "older_than: 'soon' is not a span of time"),
    (
        repository(
            cleanup_policies=[
                r.CleanupPolicy(name="a", action="DELETE", older_than=f"{n}d") for n in (1, 2)
            ]
        ),
        r"cleanup_policies\[1\]: 'a' stands there twice",
    ),
    (repository(format="NPM", immutable_tags=True), "immutable_tags: needs format='DOCKER'"),
    (repository(maven_version_policy="RELEASE"), "maven_version_policy: needs format='MAVEN'"),
    (repository(mode="REMOTE_REPOSITORY"), "remote: and mode='REMOTE_REPOSITORY' go together"),
    (
        repository(upstream_policies=[]),
        "upstream_policies: and mode='VIRTUAL_REPOSITORY' go together",
    ),
    (remote(), "remote: one of docker, docker_uri"),
    (remote(docker="DOCKER_HUB", uri="https://a"), "docker and uri exclude each other"),
    (remote(apt_base="DEBIAN"), "apt_base and apt_path go together"),
    (remote(uri="https://a", username="u"), "username and password_secret_version go together"),
    (r.LogBucket("_Other"), "name: '_Other' is not a valid name"),
    (r.LogBucket("_Required"), "name: '_Required' can't be changed"),
    (r.LogBucket("audit", location="mars"), "location: 'mars' is not a region"),
    (r.LogBucket("audit", retention_days=4000), "retention_days: 4000 is not within 1 to 3650"),
    (
        r.LogBucket(
            "audit", index_configs=[r.LogIndex(field_path="a", type="INDEX_TYPE_STRING")] * 2
        ),
        r"index_configs\[1\]: 'a' stands there twice",
    ),
    (r.CustomRole("a-b", title="t", permissions=[]), "name: 'a-b' is not a valid name: 3 to 64"),
    (
        r.CustomRole("abc", title="t", permissions=["resourcemanager.projects.list"]),
        r"permissions\[0\]: resourcemanager.projects.list is for roles of an organization only",
    ),
    (role("run.*"), r"permissions\[0\]: 'run.\*' is not a permission, as 'run.services.get'"),
    (role("a.b.c", "a.b.c"), r"permissions\[1\]: 'a.b.c' stands there twice"),
    (role(title="t" * 101), "title: has 101 bytes, 100 at most"),
    (r.Topic("google"), "name: 'google' is not a valid name"),
    (topic(message_retention=60), "message_retention: 60 is not within 600 to 2678400 seconds"),
    (topic(allowed_persistence_regions=["mars"]), r"allowed_persistence_regions\[0\]: 'mars' is"),
    (topic(enforce_in_transit=True), "enforce_in_transit: needs allowed_persistence_regions"),
    (topic(schema="projects/p/schemas/s"), "schema and schema_encoding go together"),
    (topic(message_transforms=[transform("f(")] * 6), "message_transforms: has 6 transforms, 5"),
    (topic(message_transforms=[transform("g(")]), "function_name: 'f' does not stand in the code"),
    (topic(message_transforms=[transform("f" * 20001)]), "code: has 20001 bytes, 20000 at most"),
    (subscription(topic="events"), "topic: 'events' is a bare name, not the path of a pubsub.Top"),
    (subscription(ack_deadline=5), "ack_deadline: 5 is not within 10 to 600 seconds"),
    (
        subscription(expires="1h", message_retention="30m"),
        "expires: 3600 is not within 86400 to 31536000 seconds",
    ),
    (subscription(expires="1d"), "expires: is shorter than message_retention, 7 days where it is"),
    (subscription(expires="8d", message_retention="9d"), "expires: is shorter than message_rete"),
    (subscription(filter="x" * 257), "filter: has 257 bytes, 256 at most"),
    (subscription(push_endpoint="http://a"), "push_endpoint: 'http://a' is not an https URL"),
    (subscription(push_attributes={"a": "b"}), "push_attributes: needs push_endpoint"),
    (
        subscription(push_service_account="a@other.iam.gserviceaccount.com", **PUSH),
        "push_service_account: is a service account of the project other, not of demo-proj",
    ),
    (subscription(push_audience="a", **PUSH), "push_audience: needs push_service_account"),
    (
        subscription(enable_exactly_once_delivery=True, **PUSH),
        "enable_exactly_once_delivery: is for pulled messages only",
    ),
    (
        subscription(enable_exactly_once_delivery=True, bigquery=r.BigQueryDelivery(table="p.d.t")),
        "enable_exactly_once_delivery: is for pulled messages only",
    ),
    (
        subscription(bigquery=r.BigQueryDelivery(table="p.d.t"), **PUSH),
        "push_endpoint and bigquery exclude each other",
    ),
    (
        subscription(bigquery=r.BigQueryDelivery(table="t")),
        "bigquery.table: 't' is not a table, as 'project.dataset.table'",
    ),
    (
        subscription(
            bigquery=r.BigQueryDelivery(table="p.d.t", use_table_schema=True, use_topic_schema=True)
        ),
        "use_topic_schema and use_table_schema exclude each other",
    ),
    (
        subscription(cloud_storage=r.StorageDelivery(bucket="b", max_duration="1h")),
        "cloud_storage.max_duration: 3600 is not within 60 to 600 seconds",
    ),
    (subscription(max_delivery_attempts=5), "max_delivery_attempts: needs dead_letter_topic"),
    (
        subscription(dead_letter_topic=topic(), max_delivery_attempts=3),
        "max_delivery_attempts: 3 is not within 5 to 100",
    ),
    (subscription(minimum_backoff=601), "minimum_backoff: 601 is not within 0 to 600 seconds"),
    (
        subscription(minimum_backoff=60, maximum_backoff=30),
        "minimum_backoff: is longer than maximum_backoff",
    ),
]


def sql(**fields):
    given = {"database_version": "POSTGRES_15", "tier": "db-custom-2-7680", **fields}
    return r.SqlInstance("db", **given)


def mysql(**fields):
    return sql(**{"database_version": "MYSQL_8_0", **fields})


def sql_network(**fields):
    return sql(network=r.SqlNetwork(**fields))


def backups(item=sql, **fields):
    rest = {"availability": fields.pop("availability")} if "availability" in fields else {}
    return item(backups=r.SqlBackups(**{"enabled": True, **fields}), **rest)


def user(**fields):
    return r.SqlUser(**{"name": "app", "instance": sql(), **fields})


PLUS = {"edition": "ENTERPRISE_PLUS", "tier": "db-perf-optimized-N-2"}
CA = "CUSTOMER_MANAGED_CAS_CA"
SQL = [
    (
        r.SqlInstance("DB", database_version="POSTGRES_15", tier="db-f1-micro"),
        "name: 'DB' is not a valid name.*Use 'db'",
    ),
    (
        r.SqlInstance("d" * 90, database_version="POSTGRES_15", tier="db-f1-micro"),
        "name: makes 100 characters with the project, 98 at most",
    ),
    (sql(region="mars"), "region: 'mars' is not a region"),
    (sql(database_version="postgres16"), "database_version: 'postgres16' is not a version"),
    (sql(tier="n1-standard-1"), "tier: 'n1-standard-1' is not a machine type"),
    (
        sql(database_version="POSTGRES_16", tier="db-f1-micro"),
        "tier: 'db-f1-micro' is not .* Google's default for POSTGRES_16. Use edition='ENTERPRISE'",
    ),
    (
        sql(edition="ENTERPRISE_PLUS", tier="db-f1-micro"),
        "'db-f1-micro' is not for the edition ENTERPRISE_PLUS. Use",
    ),
    (
        sql(edition="ENTERPRISE", tier="db-perf-optimized-N-2"),
        "tier: 'db-perf-optimized-N-2' needs edition='ENTERPRISE_PLUS'",
    ),
    (sql(tier="db-custom-3-7680"), "tier: 3 CPUs are neither 1 nor an even number"),
    (sql(tier="db-custom-2-7681"), "tier: 7681 MB is not a multiple of 256 MB"),
    (sql(tier="db-custom-2-16384"), "tier: 16384 MB does not go with 2 CPUs: 1843 to 13312 MB"),
    (sql(tier="db-custom-large"), "tier: 'db-custom-large' is not db-custom-CPUS-MEGABYTES"),
    (sql(data_cache=True), "data_cache: needs edition='ENTERPRISE_PLUS'"),
    (sql(connection_pooling=True), "connection_pooling: needs edition='ENTERPRISE_PLUS'"),
    (sql(time_zone="UTC"), "time_zone: is for SQL Server only"),
    (sql(collation="x"), "collation: is for SQL Server only"),
    (sql(database_version="SQLSERVER_2022_WEB"), "root_password: is needed by SQL Server"),
    (
        sql(database_version="SQLSERVER_2022_WEB", root_password="x", entra_tenant_id="t"),
        "entra_tenant_id and entra_application_id go together",
    ),
    (
        sql(
            database_version="SQLSERVER_2022_WEB",
            root_password="x",
            network=r.SqlNetwork(ssl_mode="TRUSTED_CLIENT_CERTIFICATE_REQUIRED"),
        ),
        "network.ssl_mode: asks for client certificates",
    ),
    (backups(mysql, point_in_time_recovery=True), "point_in_time_recovery: is not for MySQL"),
    (backups(binary_log=True), "backups.binary_log: is for MySQL only"),
    (backups(enabled=False, point_in_time_recovery=True), "point_in_time_recovery: needs enabled"),
    (backups(start_time="3:00"), "backups.start_time: '3:00' is not a time, as '03:00'"),
    (backups(retained=0), "backups.retained: 0 is not within 1 to 365 backups"),
    (
        backups(transaction_log_retention_days=8),
        "backups.transaction_log_retention_days: 8 is more than 7",
    ),
    (
        backups(enabled=False, availability="REGIONAL"),
        "backups.enabled: is needed with availability='REGIONAL'",
    ),
    (
        backups(mysql, availability="REGIONAL"),
        "backups.binary_log: is needed with availability='REGIONAL'",
    ),
    (
        sql(master_instance=sql(), backups=r.SqlBackups(enabled=True)),
        "backups.enabled: a replica has no backups",
    ),
    (sql(disk_size_gb=5), "disk_size_gb: 5 is not within 10 to 65536 GB"),
    (
        sql(disk_size_gb=20, disk_autoresize_limit_gb=10),
        "disk_autoresize_limit_gb: 10 is less than disk_size_gb=20",
    ),
    (
        sql(disk_autoresize=False, disk_autoresize_limit_gb=10),
        "disk_autoresize_limit_gb: needs disk_autoresize=True",
    ),
    (sql(disk_type="PD_HDD", **PLUS), "disk_type: PD_HDD is not for the edition ENTERPRISE_PLUS"),
    (sql(disk_provisioned_iops=1000), "disk_provisioned_iops: needs disk_type='HYPERDISK"),
    (sql(zone="us-east1-b"), "zone: 'us-east1-b' is not a zone of us-central1"),
    (sql(availability="REGIONAL"), "backups: is needed with availability='REGIONAL'"),
    (
        sql(availability="REGIONAL", backups=r.SqlBackups(enabled=True)),
        "backups.point_in_time_recovery: is needed with availability='REGIONAL'",
    ),
    (sql(secondary_zone="us-central1-b"), "secondary_zone: needs availability='REGIONAL'"),
    (
        sql(
            zone="us-central1-b",
            secondary_zone="us-central1-b",
            availability="REGIONAL",
            backups=r.SqlBackups(enabled=True, point_in_time_recovery=True),
        ),
        "secondary_zone: is the zone that it prefers",
    ),
    (
        sql_network(private_network=VPC),
        "network.private_network: needs private services access to the network before it",
    ),
    (sql_network(private_network="vpc"), "network.private_network: 'vpc' is a bare name"),
    (sql_network(public_ip=False), "network: has no address: public_ip, private_network or psc"),
    (sql_network(allocated_range="services"), "network.allocated_range: needs private_network"),
    (
        sql_network(authorized_networks=[r.SqlAuthorizedNetwork(value="everyone")]),
        r"network.authorized_networks\[0\].value: 'everyone' is not an IP range",
    ),
    (sql_network(server_ca_mode=CA), f"server_ca_pool and '{CA}' go together"),
    (
        sql_network(
            public_ip=False,
            psc=r.SqlPsc(enabled=True),
            authorized_networks=[r.SqlAuthorizedNetwork(value="10.0.0.0/8")],
        ),
        "network.authorized_networks: needs public_ip=True",
    ),
    (
        sql(insights=r.SqlInsights(enabled=True, query_string_length=5000)),
        "insights.query_string_length: 5000 is not within 256 to 4500 bytes",
    ),
    (
        sql(insights=r.SqlInsights(enabled=True, query_plans_per_minute=21)),
        "insights.query_plans_per_minute: 21 is not within 0 to 20 plans",
    ),
    (
        sql(maintenance_window=r.SqlMaintenanceWindow(day=8, hour=0)),
        "maintenance_window.day: 8 is not within 1 to 7",
    ),
    (
        sql(maintenance_window=r.SqlMaintenanceWindow(day=1, hour=24)),
        "maintenance_window.hour: 24 is not within 0 to 23",
    ),
    (
        sql(
            deny_maintenance=[
                r.SqlDenyMaintenance(start_date="11/01", end_date="2030-12-01", time="00:00:00")
            ]
        ),
        r"deny_maintenance\[0\].start_date: '11/01' is not a day",
    ),
    (
        sql(
            deny_maintenance=[
                r.SqlDenyMaintenance(start_date="2030-11-01", end_date="12-01", time="00:00:00")
            ]
        ),
        r"deny_maintenance\[0\]: start_date and end_date both name a year, or neither does",
    ),
    (
        sql(
            deny_maintenance=[
                r.SqlDenyMaintenance(start_date="11-01", end_date="12-01", time="00:00:00")
            ]
            * 2
        ),
        "deny_maintenance: has 2 times, 1 at most",
    ),
    (sql(final_backup=True, final_backup_days=0), "final_backup_days: 0 is not within 1 to 36135"),
    (
        sql(password_policy=r.SqlPasswordPolicy(enabled=True, min_length=-1)),
        "password_policy.min_length: -1 is not within 0",
    ),
    (sql(read_pool=r.SqlReadPool(enabled=True)), "read_pool: needs instance_type='READ_POOL_INS"),
    (
        sql(
            instance_type="READ_POOL_INSTANCE",
            read_pool=r.SqlReadPool(enabled=True, min_nodes=5, max_nodes=2),
        ),
        "read_pool.min_nodes: 5 is not within 1 to 2 nodes",
    ),
    (r.SqlDatabase("", instance="db"), "name: is empty"),
    (r.SqlDatabase("a/b", instance="db"), "name: 'a/b' holds a slash"),
    (r.SqlDatabase("template1", instance="db"), "name: 'template1' is the database system's own"),
    (r.SqlDatabase("d" * 65, instance="db"), "name: has 65 characters, 64 at most"),
    (
        r.SqlDatabase("app", instance=sql(), charset="latin1"),
        "charset: 'latin1' is not UTF8, all that Cloud SQL offers here",
    ),
    (user(name=""), "name: is empty"),
    (user(name="u" * 64), "name: has 64 characters, 63 at most"),
    (user(instance="db", name="a/b"), "name: 'a/b' holds a slash"),
    (
        user(type="CLOUD_IAM_USER", password="x"),
        "password: does not go with type='CLOUD_IAM_USER'",
    ),
    (
        user(name="a@p.iam.gserviceaccount.com", type="CLOUD_IAM_SERVICE_ACCOUNT"),
        "name: .* is too long for PostgreSQL. Use 'a@p.iam'",
    ),
    (
        user(instance=sql(database_version="MYSQL_8_0"), name="a", type="CLOUD_IAM_USER"),
        "name: 'a' is not an email. Write the whole address",
    ),
    (
        user(
            instance=sql(database_version="MYSQL_8_0"),
            name=f"{'a' * 33}@b.com",
            type="CLOUD_IAM_USER",
        ),
        "name: has 33 characters, 32 at most",
    ),
    (user(host="10.0.0.1"), "host: is for MySQL only"),
    (user(instance=r.Bucket("shop-files")), "instance: refers to a storage.Bucket"),
]


def imported(**fields):
    given = {"database": r.SqlDatabase("app", instance="db"), "bucket": "b-1", "content": "x"}
    return r.SqlImport("schema.sql", **{**given, **fields})


IMPORTS = [
    (
        r.SqlImport("a/b.sql", database="app", instance="db", bucket="b-1", content="x"),
        "name: 'a/b.sql' is not a valid name",
    ),
    (imported(database="app"), "instance: is missing. Give it, or refer to a declared SqlDat"),
    (imported(bucket="My bucket"), "bucket: 'My bucket' is not a valid name"),
    (imported(content=""), "content: is empty"),
    (imported(content=r.FromFile("/nowhere.sql")), "content: The file /nowhere.sql can't"),
]

CASES = [*REDIS, *NETWORKS, *CONNECTIONS, *KEPT, *SQL, *IMPORTS]


@pytest.mark.parametrize(("item", "words"), labelled(CASES))
def test_the_check_fires(item, words):
    """Alone, at its place."""
    the_problem(item, words)
