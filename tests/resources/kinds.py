"""The declaration class of each kind."""

import inspect

from gcpstack import resources
from gcpstack._core.resource import Resource
from gcpstack.resources import kinds

CLASSES = {
    item.KIND.name: item
    for item in (getattr(resources, name) for name in resources.__all__)
    if inspect.isclass(item) and issubclass(item, Resource)
}
GRANTS = {name for name, kind in kinds.ALL.items() if kind.additive}
