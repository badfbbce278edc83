"""Fields that functions, schedules, queues and schemas leave out: see `tests.resources.test_facts`."""

#: Kind -> its name among the facts.
NAMES = {"cloudfunctions.Function": "cloudfunctions2.Function"}
LEFT_OUT = {
    "cloudfunctions.Function": {
        "buildConfig.automaticUpdatePolicy": "given as base_image_updates",
        "buildConfig.onDeployUpdatePolicy": "given as base_image_updates",
        "buildConfig.source": "given as source; Cloud Source Repositories take no new customers",
        "serviceConfig.directVpcEgress": "given as vpc_egress",
        "serviceConfig.vpcConnectorEgressSettings": "given as vpc_egress",
    },
}
#: Kinds of which the facts know nothing.
NO_FACTS = {"eventarc.Trigger"}
