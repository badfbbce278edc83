"""Fields that functions, schedules, queues and schemas leave out: see `tests.resources.test_facts`."""

#: Kind -> its name among the facts.
NAMES = {
    "cloudfunctions.Function": "cloudfunctions2.Function",
    "run.WorkerPool": "cloudrunv2.WorkerPool",
}
LEFT_OUT = {
    "cloudfunctions.Function": {
        "buildConfig.automaticUpdatePolicy": "given as base_image_updates",
        "buildConfig.onDeployUpdatePolicy": "given as base_image_updates",
        "buildConfig.source": "given as source; Cloud Source Repositories take no new customers",
        "serviceConfig.directVpcEgress": "given as vpc_egress",
        "serviceConfig.vpcConnectorEgressSettings": "given as vpc_egress",
    },
    "run.WorkerPool": {
        "client": "says who called, changes with every caller",
        "clientVersion": "says who called, changes with every caller",
        "scaling.maxInstanceCount": "not in v2",
        "scaling.minInstanceCount": "not in v2",
        "scaling.scalingMode": "not in v2",
        "template.client": "says who called, changes with every caller",
        "template.clientVersion": "says who called, changes with every caller",
    },
}
#: Kinds of which the facts know nothing.
NO_FACTS = {"eventarc.Trigger", "run.Execution"}
#: Fields that the facts call fixed, and that can change.
CHANGEABLE = {
    ("run.WorkerPool", "template.containers.dependsOn"): "a revision is made of it, as for services"
}
