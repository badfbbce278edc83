"""The parts of a URL map: which hosts and paths go where."""

from collections.abc import Iterator, Sequence
from typing import Literal

from gcpstack._core.facets import Facet, block, required, spec
from gcpstack.resources import _checks as checks
from gcpstack.resources import _encode as encode
from gcpstack.resources._base import Part
from gcpstack.resources._checks import RFC1035, Finding
from gcpstack.resources._types import BackendRef, Text
from gcpstack.resources.compute.actions import HeaderAction, RouteAction, UrlRedirect

_LONGEST_PATH = 1024


@block
class ErrorResponseRule(Part):
    """Which errors are answered with a page of one's own.

    Attributes:
        match_response_codes: statuses, such as ``404`` or ``5xx``.
        path: the page.
        override_response_code: the status to answer with.
    """

    match_response_codes: Sequence[str] = required(Facet.UNORDERED)
    path: Text = required()
    override_response_code: int | None = spec()


@block
class CustomErrorResponsePolicy(Part):
    """Error pages of one's own.

    https://cloud.google.com/load-balancing/docs/https/custom-error-response

    Attributes:
        error_response_rules: which page for which error.
        error_service: the backend bucket that holds the pages.
    """

    error_response_rules: Sequence[ErrorResponseRule] | None = spec()
    error_service: BackendRef | None = spec(like="link")


@block
class HostRule(Part):
    """Sends the requests for some hosts to a path matcher.

    Attributes:
        hosts: host names; ``*`` and ``*.example.com`` are allowed.
        path_matcher: the name of the path matcher.
        description: a note.
    """

    hosts: Sequence[str] = required(Facet.UNORDERED, like="caseless")
    path_matcher: str = required()
    description: Text | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the host names.

        https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps
        """
        if not self.hosts:
            yield Finding("hosts", "is empty", "Name a host, or '*' for all.")
        for index, host in enumerate(self.hosts):
            yield from checks.host(f"hosts[{index}]", host, wildcard=True)
        yield from checks.distinct("hosts", self.hosts)


@block
class PathRule(Part):
    """Sends some paths to a service.

    Attributes:
        paths: paths, such as ``/metrics``, or prefixes, such as ``/api/*``.
        service: where they go.
        url_redirect: or where the client is sent.
        route_action: what else is done.
        custom_error_response_policy: error pages.
    """

    paths: Sequence[str] = required(Facet.UNORDERED)
    service: BackendRef | None = spec(like="link")
    url_redirect: UrlRedirect | None = spec()
    route_action: RouteAction | None = spec()
    custom_error_response_policy: CustomErrorResponsePolicy | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the paths and that they go to one place.

        https://cloud.google.com/load-balancing/docs/url-map-concepts#pm-constraints
        """
        if not self.paths:
            yield Finding("paths", "is empty")
        for index, path in enumerate(self.paths):
            place = f"paths[{index}]"
            yield from path_findings(place, path)
            yield from checks.longest(place, path, _LONGEST_PATH)
        yield from one_goal(self, "service", "url_redirect", "route_action")


def path_findings(place: str, path: str) -> Iterator[Finding]:
    """Check a path of a path rule: ``*`` may only stand last, behind a ``/``.

    https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps
    """
    if not path.startswith("/"):
        yield Finding(place, f"{path!r} is not a path: it starts with '/'", f"Use {'/' + path!r}.")
    elif "?" in path or "#" in path:
        yield Finding(place, f"{path!r} holds a query or fragment", "Leave it out.")
    elif "*" in path.removesuffix("/*"):
        fixed = path.rstrip("*/") + "/*"
        yield Finding(
            place,
            f"{path!r} has its '*' elsewhere than at the end, behind a '/'",
            f"Use {fixed!r}." if "*" not in fixed[:-1] else "",
        )


def one_goal(item: object, service: str, redirect: str, action: str) -> Iterator[Finding]:
    """Check that requests go to a service, a redirect, or weighted services.

    https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps
    """
    weighted = getattr(getattr(item, action), "weighted_backend_services", None)
    given = [name for name in (service, redirect) if getattr(item, name) is not None]
    if weighted:
        given.append(f"{action}.weighted_backend_services")
    if not given:
        yield Finding("", f"one of {service}, {redirect} or weighted services is needed")
    elif len(given) > 1:
        yield Finding("", f"{' and '.join(given)} exclude each other", "Keep one of them.")


@block
class HeaderMatch(Part):
    """A condition on a request header; one of the matches.

    Attributes:
        header_name: the header.
        exact_match: its whole value.
        prefix_match: how its value starts.
        suffix_match: how its value ends.
        regex_match: what its value matches.
        present_match: whether it is there.
        range_start: its value is a number from here,
        range_end: up to but not including this.
        invert_match: whether the opposite is meant.
    """

    header_name: str = required()
    exact_match: Text | None = spec()
    prefix_match: Text | None = spec()
    suffix_match: Text | None = spec()
    regex_match: Text | None = spec()
    present_match: bool | None = spec()
    range_start: int | None = spec(wire="rangeMatch.rangeStart", encode=encode.text)
    range_end: int | None = spec(wire="rangeMatch.rangeEnd", encode=encode.text)
    invert_match: bool | None = spec()

    def findings(self) -> Iterator[Finding]:
        """One condition, and ranges have two ends.

        https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps
        """
        matches = ("exact_match", "prefix_match", "suffix_match", "regex_match", "present_match")
        yield from checks.exactly_one(self, *matches, "range_start")
        if (self.range_start is None) != (self.range_end is None):
            yield Finding("", "range_start and range_end go together")


@block
class QueryParameterMatch(Part):
    """A condition on a query parameter; one of the matches.

    Attributes:
        name: the parameter.
        exact_match: its whole value.
        regex_match: what its value matches.
        present_match: whether it is there.
    """

    name: str = required()
    exact_match: Text | None = spec()
    regex_match: Text | None = spec()
    present_match: bool | None = spec()

    def findings(self) -> Iterator[Finding]:
        """One condition.

        https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps
        """
        yield from checks.exactly_one(self, "exact_match", "regex_match", "present_match")


@block
class FilterLabel(Part):
    """A label that a client must carry.

    Attributes:
        name: its key.
        value: its value.
    """

    name: str = required()
    value: str = required()


@block
class MetadataFilter(Part):
    """A condition on the labels of a proxy client.

    Attributes:
        filter_match_criteria: MATCH_ALL or MATCH_ANY.
        filter_labels: the labels, 1 to 64.
    """

    filter_match_criteria: Literal["MATCH_ALL", "MATCH_ANY"] = required()
    filter_labels: Sequence[FilterLabel] = required(Facet.UNORDERED, key="name")


@block
class RouteMatch(Part):
    """Which requests a route rule takes; all given conditions hold.

    Attributes:
        prefix_match: how the path starts.
        full_path_match: the whole path.
        regex_match: what the path matches.
        path_template_match: a path template.
        ignore_case: whether case is ignored.
        header_matches: conditions on headers.
        query_parameter_matches: conditions on query parameters.
        metadata_filters: conditions on proxy clients.
    """

    prefix_match: Text | None = spec()
    full_path_match: Text | None = spec()
    regex_match: Text | None = spec()
    path_template_match: Text | None = spec()
    ignore_case: bool | None = spec()
    header_matches: Sequence[HeaderMatch] | None = spec()
    query_parameter_matches: Sequence[QueryParameterMatch] | None = spec()
    metadata_filters: Sequence[MetadataFilter] | None = spec()

    def findings(self) -> Iterator[Finding]:
        """One condition on the path.

        https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps
        """
        yield from checks.exactly_one(
            self, "prefix_match", "full_path_match", "regex_match", "path_template_match"
        )


@block
class RouteRule(Part):
    """A rule of finer matching than a path; rules are tried by priority.

    Attributes:
        priority: 0 to 2147483647, the least first; unique in its path matcher.
        match_rules: which requests; any of them.
        description: a note.
        service: where they go.
        url_redirect: or where the client is sent.
        route_action: what else is done.
        header_action: headers changed.
        custom_error_response_policy: error pages.
    """

    priority: int = required()
    match_rules: Sequence[RouteMatch] | None = spec()
    description: Text | None = spec()
    service: BackendRef | None = spec(like="link")
    url_redirect: UrlRedirect | None = spec()
    route_action: RouteAction | None = spec()
    header_action: HeaderAction | None = spec()
    custom_error_response_policy: CustomErrorResponsePolicy | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the priority and that requests go to one place.

        https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps
        """
        yield from checks.within("priority", self.priority, 0, 2_147_483_647)
        yield from one_goal(self, "service", "url_redirect", "route_action")


@block
class PathMatcher(Part):
    """Sends paths to services, for the hosts that name it.

    Attributes:
        name: its name, unique in the URL map.
        description: a note.
        default_service: where everything else goes.
        default_url_redirect: or where the client is sent.
        default_route_action: what else is done.
        path_rules: by path; the longest path that fits wins.
        route_rules: by finer rules, in order of priority. Not beside path rules.
        header_action: headers changed.
        default_custom_error_response_policy: error pages.
    """

    name: str = required()
    description: Text | None = spec()
    default_service: BackendRef | None = spec(like="link")
    default_url_redirect: UrlRedirect | None = spec()
    default_route_action: RouteAction | None = spec()
    path_rules: Sequence[PathRule] | None = spec()
    route_rules: Sequence[RouteRule] | None = spec(Facet.UNORDERED, key="priority")
    header_action: HeaderAction | None = spec()
    default_custom_error_response_policy: CustomErrorResponsePolicy | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check its name, its default, and that no path or priority stands there twice.

        https://cloud.google.com/compute/docs/reference/rest/v1/urlMaps
        """
        yield from checks.name("name", self.name, RFC1035)
        yield from one_goal(self, "default_service", "default_url_redirect", "default_route_action")
        if self.path_rules and self.route_rules:
            yield Finding("", "path_rules and route_rules exclude each other")
        seen: set[str] = set()
        for index, rule in enumerate(self.path_rules or ()):
            for path in rule.paths:
                if path in seen:
                    yield Finding(f"path_rules[{index}].paths", f"{path!r} stands there twice")
                seen.add(path)
        priorities = [rule.priority for rule in self.route_rules or ()]
        yield from checks.distinct("route_rules", priorities)
