"""A static site: what is served, to whom, and with which headers."""

import pytest

from gcpstack import (
    Certificate,
    CertificateMap,
    CertificateMapEntry,
    CloudRunBackend,
    LoadBalancer,
    Stack,
    StaticSite,
)

from .compiled import bodies, declared, refused


@pytest.fixture
def folder(tmp_path):
    """A built site."""
    (tmp_path / "index.html").write_text("<h1>Hello</h1>")
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "app.js").write_text("1")
    return tmp_path


def test_everybody_may_read_it_and_nothing_more(folder):
    """The files are in a bucket of the project, which a backend bucket serves."""
    found = declared(StaticSite("shop", folder=folder))

    assert {name for name in found if "BucketIamMember" in name} == {
        "storage.BucketIamMember/demo-proj-shop-site/roles/storage.objectViewer/allUsers"
    }
    assert sum(item.kind.name == "storage.BucketObject" for item in found.values()) == 2
    backend = found["compute.BackendBucket/shop-site"].body
    assert str(backend["bucketName"].to) == "storage.Bucket/demo-proj-shop-site"
    assert backend["enableCdn"] is True
    assert backend["compressionMode"] == "AUTOMATIC"
    assert backend["cdnPolicy"]["defaultTtl"] == 3600


def headers(site):
    [backend] = [
        body for name, body in bodies(site).items() if name.startswith("compute.BackendBucket/")
    ]
    return dict(header.split(": ", 1) for header in backend["customResponseHeaders"])


def test_browsers_are_told_to_be_careful(folder):
    """Only own files run, over HTTPS alone, and types are not guessed."""
    told = headers(StaticSite("shop", folder=folder))

    assert told["Content-Security-Policy"].startswith("default-src 'self';")
    assert told["Strict-Transport-Security"].startswith("max-age=63072000;")
    assert told["X-Content-Type-Options"] == "nosniff"


def test_headers_may_be_others(folder):
    """Whatever case they are written in; an empty one is left out."""
    site = StaticSite(
        "shop",
        folder=folder,
        csp="default-src 'none'",
        headers={"x-content-type-options": "", "X-Shop": "1"},
    )
    told = headers(site)

    assert told["Content-Security-Policy"] == "default-src 'none'"
    assert told["X-Shop"] == "1"
    assert "X-Content-Type-Options" not in told


def test_parts_may_be_said_otherwise(folder):
    """By part."""
    site = StaticSite(
        "shop",
        folder=folder,
        bucket_name="shop-files-1",
        overrides={"bucket": {"versioning": True}, "cdn_policy": {"request_coalescing": False}},
    )
    found = bodies(site)

    assert found["storage.Bucket/shop-files-1"]["versioning"] == {"enabled": True}
    policy = found["compute.BackendBucket/shop-site"]["cdnPolicy"]
    assert policy["requestCoalescing"] is False


def test_a_load_balancer_serves_it(folder):
    """Beside services; with certificates of Certificate Manager where there is a map."""
    site = StaticSite("shop", folder=folder)
    certificates = CertificateMap("shop")
    entry = CertificateMapEntry(
        "all",
        certificate_map=certificates,
        matcher="PRIMARY",
        certificates=[Certificate("shop", domains=["shop.example.com"])],
    )
    balancer = LoadBalancer(
        "shop",
        hosts=["shop.example.com"],
        default=site.backend,
        routes={"/api/*": CloudRunBackend("api", "api")},
        certificate_map=certificates,
    )
    found = bodies(site, entry, balancer)

    assert str(found["compute.UrlMap/shop-url-map"]["defaultService"].to) == (
        "compute.BackendBucket/shop-site"
    )
    assert "sslCertificates" not in found["compute.TargetHttpsProxy/shop-https-proxy"]
    assert "compute.ManagedSslCertificate/shop-cert" not in found


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"main_page": "home.html"}, "main_page: 'home.html' is not in the folder."),
        ({"not_found_page": "404.html"}, "not_found_page: '404.html' is not in the folder."),
        ({"headers": {"X Shop": "1"}}, "headers['X Shop']: is not a header."),
        ({"overrides": {"site": {}}}, "overrides: has no part 'site'."),
    ],
)
def test_mistakes_are_told(folder, fields, told):
    """Before anything is touched."""
    assert told in refused(StaticSite("shop", folder=folder, **fields))


def test_a_map_stands_for_all_certificates():
    """Naming both is a mistake."""
    balancer = LoadBalancer(
        "shop",
        domains=["shop.example.com"],
        default=CloudRunBackend("api", "api"),
        certificate_map=CertificateMap("shop"),
    )
    assert "ssl_certificates and certificate_map exclude each other" in refused(balancer)


def test_it_lives_on_an_emulator(gcp_settings, folder):
    """Made, found as declared, changed by a file, and gone again."""

    def stack():
        made = Stack("shop", region="us-central1")
        name = f"{gcp_settings.project}-pages"
        made.add(StaticSite("shop", folder=folder, bucket_name=name, allow_delete=True))
        return made

    stack().apply(gcp_settings)
    assert stack().plan(gcp_settings).empty
    (folder / "index.html").write_text("<h1>Bye</h1>")
    changed = [c for c in stack().plan(gcp_settings).changes if c.action.value != "noop"]
    assert [str(change.address).rsplit("/", 1)[-1] for change in changed] == ["index.html"]
    stack().apply(gcp_settings)
    stack().destroy(gcp_settings)
    again = stack().plan(gcp_settings).changes
    assert {
        change.action.value for change in again if change.address.kind.startswith("storage.")
    } == {"create"}
