"""Names: path templates that both parse and print, and full resource names."""

import functools
import re
from collections.abc import Mapping
from urllib.parse import quote, unquote

_VARIABLE = re.compile(r"\{(\w+)(:raw)?\}")
_UNESCAPED = "@:"
_RAW = r"[\w.~%@:-]+"


class PathTemplate:
    """A resource path such as ``projects/{project}/global/addresses/{name}``.

    The value of a ``{variable:raw}`` may hold any character, slashes included, as roles and
    members do. In the path it stands percent-encoded, so that parsing gives back what was
    formatted.

    >>> path = PathTemplate("secrets/{secret}/iamMembers/{role:raw},{member:raw}")
    >>> path.format({"secret": "s", "role": "roles/viewer", "member": "user:a@b.c"})
    'secrets/s/iamMembers/roles%2Fviewer,user:a@b.c'
    """

    def __init__(self, text: str) -> None:
        """Compile the template.

        Args:
            text: the path with its variables in braces.
        """
        self.text = text
        found = list(_VARIABLE.finditer(text))
        self.variables: tuple[str, ...] = tuple(dict.fromkeys(match[1] for match in found))
        self._raw = frozenset(match[1] for match in found if match[2])
        self._masked = _VARIABLE.sub("{}", text)
        #: Text and variables by turns: the names, each with whether it is percent-encoded.
        self._steps = [(match[1], bool(match[2])) for match in found]
        self._texts = _VARIABLE.split(text)[:: _VARIABLE.groups + 1]
        pattern, end = "", 0
        for match in found:
            value = _RAW if match[2] else "[^/]+"
            # A variable that stands there twice has one value.
            again = f"(?P<{match[1]}>" in pattern
            group = f"(?P={match[1]})" if again else f"(?P<{match[1]}>{value})"
            pattern += re.escape(text[end : match.start()]) + group
            end = match.end()
        self._pattern = re.compile(pattern + re.escape(text[end:]))

    def __repr__(self) -> str:
        return f"PathTemplate({self.text!r})"

    def format(self, values: Mapping[str, str]) -> str:
        """Fill the variables in.

        Raises:
            KeyError: a variable has no value.
        """
        first, *texts = self._texts
        out = [first]
        for (name, raw), text in zip(self._steps, texts, strict=True):
            value = values[name]
            out += (quote(value, safe=_UNESCAPED) if raw else value, text)
        return "".join(out)

    def parse(self, path: str) -> dict[str, str] | None:
        """Read the variables from a path; None where it has another form."""
        match = self._pattern.fullmatch(path)
        if match is None:
            return None
        return {
            name: unquote(value) if name in self._raw else value
            for name, value in match.groupdict().items()
        }

    def holds(self, inner: "PathTemplate") -> bool:
        """Tell whether objects of another template stand within those of this one.

        >>> template("secrets/{name}").holds(template("secrets/{secret}/versions/{version}"))
        True
        """
        return inner._masked.startswith(f"{self._masked}/")

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
