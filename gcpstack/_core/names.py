"""Names: path templates that both parse and print, and full resource names."""

import functools
import re
from collections.abc import Mapping

_VARIABLE = re.compile(r"\{(\w+)\}")


class PathTemplate:
    """A resource path such as ``projects/{project}/global/addresses/{name}``."""

    def __init__(self, text: str) -> None:
        """Compile the template.

        Args:
            text: the path with its variables in braces.
        """
        self.text = text
        self.variables: tuple[str, ...] = tuple(_VARIABLE.findall(text))
        pattern, end = "", 0
        for match in _VARIABLE.finditer(text):
            pattern += re.escape(text[end : match.start()]) + f"(?P<{match[1]}>[^/]+)"
            end = match.end()
        self._pattern = re.compile(pattern + re.escape(text[end:]))

    def __repr__(self) -> str:
        return f"PathTemplate({self.text!r})"

    def format(self, values: Mapping[str, str]) -> str:
        """Fill the variables in.

        Raises:
            KeyError: a variable has no value.
        """
        return _VARIABLE.sub(lambda match: values[match[1]], self.text)

    def parse(self, path: str) -> dict[str, str] | None:
        """Read the variables from a path; None where it has another form."""
        match = self._pattern.fullmatch(path)
        return match.groupdict() if match else None

    @property
    def parent(self) -> "PathTemplate":
        """The template of the collection: all but the last segment."""
        return template(self.text.rsplit("/", 1)[0])


@functools.cache
def template(text: str) -> PathTemplate:
    """Compile a template once."""
    return PathTemplate(text)


_ENDPOINT = re.compile(
    r"(?:https?:)?//[^/]+/(?:(?:compute|dns|storage|bigquery)/)?(?:(?:v\d+\w*|beta|alpha)/)?"
    r"(?=projects/|organizations/|folders/|billingAccounts/|b/|global/|regions/|zones/)"
)


def relative(link: str) -> str:
    """Strip a resource link down to its path, so that two spellings compare equal.

    >>> relative("https://www.googleapis.com/compute/v1/projects/p/global/urlMaps/m")
    'projects/p/global/urlMaps/m'
    >>> relative("//run.googleapis.com/projects/p/locations/l/services/s")
    'projects/p/locations/l/services/s'
    """
    return _ENDPOINT.sub("", link, count=1)


def camel(name: str) -> str:
    """Turn a Python field name into Google's JSON name."""
    head, *tail = name.rstrip("_").split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in tail)


def snake(name: str) -> str:
    """Turn Google's JSON name into a Python field name."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
