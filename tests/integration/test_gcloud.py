"""The real gcloud makes the load balancer as the operators' document does; gcpstack adopts it."""

from gcpstack._engine.plan import Action
from tests.emulator import gcloud as real

from .test_aster import aster

pytestmark = real.MARKS

#: The commands of the document; its target proxy for port 80, which it forgets to make, is made
#: first, with the redirect that it asks for.
COMMANDS = """
compute addresses create aster-static-ip --global --ip-version=IPV4
compute network-endpoint-groups create trader-neg --region=us-central1 --network-endpoint-type=serverless --cloud-run-service=cloud-trader
compute network-endpoint-groups create orchestrator-neg --region=us-central1 --network-endpoint-type=serverless --cloud-run-service=wallet-orchestrator
compute backend-services create trader-backend --load-balancing-scheme=EXTERNAL_MANAGED --protocol=HTTP --global
compute backend-services add-backend trader-backend --global --network-endpoint-group=trader-neg --network-endpoint-group-region=us-central1
compute backend-services create orchestrator-backend --load-balancing-scheme=EXTERNAL_MANAGED --protocol=HTTP --global
compute backend-services add-backend orchestrator-backend --global --network-endpoint-group=orchestrator-neg --network-endpoint-group-region=us-central1
compute url-maps create aster-url-map --default-service=trader-backend
compute url-maps add-path-matcher aster-url-map --path-matcher-name=aster-matcher --default-service=trader-backend --backend-service-path-rules=/orchestrator/*=orchestrator-backend,/api/*=trader-backend,/metrics=trader-backend --new-hosts=trader.aia.studio
compute ssl-certificates create aster-cert --domains=trader.aia.studio,api.trader.aia.studio
compute target-https-proxies create aster-https-proxy --ssl-certificates=aster-cert --url-map=aster-url-map
compute forwarding-rules create aster-https-forwarding --load-balancing-scheme=EXTERNAL_MANAGED --address=aster-static-ip --global --target-https-proxy=aster-https-proxy --ports=443
compute url-maps import aster-redirect-map --global --source={redirect} --quiet
compute target-http-proxies create aster-http-proxy --url-map=aster-redirect-map --global
compute forwarding-rules create aster-http-forwarding --load-balancing-scheme=EXTERNAL_MANAGED --address=aster-static-ip --global --target-http-proxy=aster-http-proxy --ports=80
"""

REDIRECT = """\
name: aster-redirect-map
defaultUrlRedirect:
  httpsRedirect: true
  redirectResponseCode: MOVED_PERMANENTLY_DEFAULT
  stripQuery: false
"""

MADE = {
    "compute.GlobalAddress", "compute.RegionNetworkEndpointGroup", "compute.BackendService",
    "compute.UrlMap", "compute.ManagedSslCertificate", "compute.TargetHttpsProxy",
    "compute.TargetHttpProxy", "compute.GlobalForwardingRule",
}  # fmt: skip


def test_the_document_in_gcloud_is_adopted(emulated, tmp_path, gcloud_program):
    """Every command succeeds; the plan adopts what they made and changes only what we add to it."""
    redirect = tmp_path / "redirect.yaml"
    redirect.write_text(REDIRECT)
    gcloud = real.Gcloud(
        emulated.endpoint, tmp_path / "config", emulated.settings.project, gcloud_program
    )
    for line in COMMANDS.strip().format(redirect=redirect).splitlines():
        gcloud.must(line)

    plan = emulated.plan(aster())
    made = [change for change in plan.changes if change.kind.name in MADE]
    assert {change.action for change in made} == {Action.ADOPT}
    changed = {
        (str(change.address), diff.name): diff.before for change in made for diff in change.diff
    }
    # Additions of ours: request logs and the policy that the document leaves optional.
    assert set(changed.values()) <= {None, False}, changed
    emulated.converge(aster())
