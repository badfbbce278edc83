"""URL maps: which requests go to which service."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from gcpstack._core.facets import Facet, block, identity, required, scope, spec
from gcpstack._core.resource import Scope, resource
from gcpstack.resources import _checks as checks
from gcpstack.resources import kinds
from gcpstack.resources._base import Declaration, Part
from gcpstack.resources._checks import RFC1035, Finding, NameRule, not_one_of
from gcpstack.resources._types import BackendRef, Text
from gcpstack.resources.compute.actions import HeaderAction, RouteAction, UrlRedirect
from gcpstack.resources.compute.routing import (
    CustomErrorResponsePolicy,
    HostRule,
    PathMatcher,
    one_goal,
)

_MOST_TESTS = 100


@block
class UrlMapTestHeader(Part):
    """A header of a test request.

    Attributes:
        name: its name.
        value: its value.
    """

    name: str = required()
    value: str = required()


@block
class UrlMapTest(Part):
    """A request, and where it must go: Google refuses a URL map that fails its tests.

    https://cloud.google.com/load-balancing/docs/https/adding-url-map-tests

    Attributes:
        host: the host of the request.
        path: its path.
        headers: its headers.
        description: a note.
        service: where it must go.
        expected_output_url: the URL after rewriting or redirecting.
        expected_redirect_response_code: the status of a redirect.
    """

    host: str = required()
    path: str = required()
    headers: Sequence[UrlMapTestHeader] | None = spec()
    description: Text | None = spec()
    service: BackendRef | None = spec(like="link")
    expected_output_url: Text | None = spec()
    expected_redirect_response_code: int | None = spec()

    def findings(self) -> Iterator[Finding]:
        """Check the host, and that something is expected."""
        yield from checks.host("host", self.host)
        if self.service is None and self.expected_redirect_response_code is None:
            yield Finding("", "expects nothing", "Give a service or a redirect status.")


@resource(kinds.URL_MAP)
class UrlMap(Declaration):
    """A global URL map.

    https://cloud.google.com/load-balancing/docs/url-map-concepts

    Attributes:
        name: its name.
        project: its project; the stack's if not given.
        description: a note.
        default_service: where requests for no listed host go.
        default_url_redirect: or where the client is sent.
        default_route_action: what else is done.
        host_rules: hosts and their path matchers.
        path_matchers: paths and their services.
        header_action: headers changed for every request.
        default_custom_error_response_policy: error pages.
        tests: requests that Google tries at every change; 100 at most.
    """

    NAMES: ClassVar[NameRule | None] = RFC1035

    name: str = identity(kw_only=False)
    project: str | None = scope()
    description: Text | None = spec()
    default_service: BackendRef | None = spec(like="link")
    default_url_redirect: UrlRedirect | None = spec()
    default_route_action: RouteAction | None = spec()
    host_rules: Sequence[HostRule] | None = spec(Facet.UNORDERED, key="pathMatcher")
    path_matchers: Sequence[PathMatcher] | None = spec(Facet.UNORDERED, key="name")
    header_action: HeaderAction | None = spec()
    default_custom_error_response_policy: CustomErrorResponsePolicy | None = spec()
    tests: Sequence[UrlMapTest] | None = spec()

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """Check that hosts and path matchers fit together, and that all requests go somewhere."""
        yield from one_goal(self, "default_service", "default_url_redirect", "default_route_action")
        yield from checks.longest("tests", self.tests or (), _MOST_TESTS, "tests")
        matchers = [matcher.name for matcher in self.path_matchers or ()]
        yield from checks.distinct("path_matchers", matchers)
        yield from self._hosts()
        yield from self._matchers(matchers)

    def _hosts(self) -> Iterator[Finding]:
        seen: dict[str, str] = {}
        for index, rule in enumerate(self.host_rules or ()):
            for host in rule.hosts:
                place = f"host_rules[{index}].hosts"
                if seen.setdefault(host.lower(), place) != place:
                    yield Finding(place, f"{host!r} stands in two host rules")

    def _matchers(self, matchers: Sequence[str]) -> Iterator[Finding]:
        used: set[str] = set()
        for index, rule in enumerate(self.host_rules or ()):
            place = f"host_rules[{index}].path_matcher"
            if rule.path_matcher not in matchers:
                remedy = not_one_of(place, rule.path_matcher, matchers).remedy
                yield Finding(place, f"there is no path matcher {rule.path_matcher!r}", remedy)
            elif rule.path_matcher in used:
                # Google would take it; but then nothing would tell the two rules apart.
                yield Finding(
                    place,
                    f"two host rules name the path matcher {rule.path_matcher!r}",
                    "List the hosts of both in one.",
                )
            used.add(rule.path_matcher)
        for index, name in enumerate(matchers):
            if name not in used and used <= set(matchers):
                yield Finding(
                    f"path_matchers[{index}]",
                    f"no host rule names {name!r}",
                    "Add a host rule, such as HostRule(hosts=['*'], path_matcher=...).",
                )
