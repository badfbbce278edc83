"""Connections that failed or never came to be, in words: what could not be reached, and why.

The libraries wrap one failure in several: google-auth that of requests, requests that of urllib3,
urllib3 that of the socket. Which it is stands in the innermost, whom it is about further out.
Over gRPC there is nothing but a sentence
(https://grpc.github.io/grpc/core/md_doc_statuscodes.html), so its words decide.
"""

import re
from collections.abc import Iterator, Mapping

from gcpstack import exceptions as ours

_CERTIFICATE = "ssl.SSLCertVerificationError"
#: Somebody was reached: the answer took too long, or was cut.
_ANSWERING = frozenset(
    {
        "http.client.IncompleteRead",
        "requests.exceptions.ChunkedEncodingError",
        "requests.exceptions.ReadTimeout",
        "urllib3.exceptions.ReadTimeoutError",
    }
)
#: A connection came to be, and was hung up before an answer.
_CUT = frozenset({"builtins.ConnectionResetError", "builtins.BrokenPipeError"})
_REMEDIES: Mapping[str, str] = {
    "urllib3.exceptions.ProxyError": (
        "The proxy that HTTPS_PROXY names does not let it through: correct HTTPS_PROXY, or name the host in NO_PROXY."
    ),
    "socket.gaierror": "Names are not resolved here: check the network and its DNS.",
}
_CHECK = "Check the network, its firewall, and HTTPS_PROXY if there is a proxy."

#: How gRPC says that no connection came to be.
_NO_CHANNEL = re.compile(
    r"failed to connect to all addresses|errors resolving |DNS resolution failed"
    r"|[Nn]ame resolution|connections to all backends failing|Failed to connect to remote host"
    r"|No route to host|Network is unreachable|HTTP proxy returned",
)
_NAMES = re.compile(r"errors resolving |DNS resolution failed|[Nn]ame resolution")
#: How gRPC says that the credentials gave no token; what google-auth said stands behind it.
_NO_TOKEN = re.compile(r"metadata from plugin failed with error: (?P<why>.*)", re.DOTALL)


def lost(exc: BaseException) -> ours.GcpstackError:
    """Tell of a connection that failed, or never came to be."""
    names = chain_names(exc)
    if _CERTIFICATE in names:
        return ours.SettingsError(
            f"the server's TLS certificate is not trusted: {innermost(exc)}",
            remedy="Behind a proxy that opens TLS, name its authority in REQUESTS_CA_BUNDLE; "
            "a public network may want a login in the browser first.",
        )
    where = _whom(exc)
    failed = f"the connection{where and f' to {where}'} failed: {innermost(exc)}"
    if names & _ANSWERING:
        return ours.Unavailable(failed)
    if names & _CUT:
        return ours.Unreachable(failed, remedy=_CHECK)
    remedy = next((text for name, text in _REMEDIES.items() if name in names), _CHECK)
    return ours.Unreachable(
        f"{where or 'Google'} can't be reached: {innermost(exc)}", remedy=remedy
    )


def channel(message: str) -> ours.CloudError | None:
    """Tell of a gRPC call that got nowhere; None where somebody answered.

    Args:
        message: what gRPC says of it.
    """
    token = _NO_TOKEN.search(message)
    if token is not None:
        return _no_token(token["why"])
    if _NO_CHANNEL.search(message) is None:
        return None
    remedy = _REMEDIES["socket.gaierror"] if _NAMES.search(message) else _CHECK
    return ours.Unreachable(f"Google can't be reached: {message[:300]}", remedy=remedy)


def _no_token(why: str) -> ours.CloudError:
    pool = re.search(r"HTTPS?ConnectionPool\(host='([^']*)'", why)
    if pool is None:
        return ours.Unauthenticated(f"no usable credentials: {why.strip()[:300]}")
    cause = re.search(r"\[Errno[^\]]*\][^'\")]*", why)
    words = cause[0].strip() if cause else "the connection failed"
    return ours.Unreachable(
        f"{pool[1]}, which gives tokens, can't be reached: {words}", remedy=_CHECK
    )


def _whom(exc: BaseException) -> str:
    """Name the host that was called, as far as any of the libraries remembers."""
    for one in chain(exc):
        url = getattr(getattr(one, "request", None), "url", None)
        host = re.match(r"https?://[^/?]*", url) if isinstance(url, str) else None
        if host:
            return host[0]
    return ""


def chain(exc: BaseException) -> Iterator[BaseException]:
    """List an exception and what it came from, the outermost first."""
    seen: set[int] = set()
    here: BaseException | None = exc
    while here is not None and id(here) not in seen:
        seen.add(id(here))
        yield here
        inner = getattr(here, "reason", None)
        held = [arg for arg in here.args if isinstance(arg, BaseException)]
        here = (
            inner
            if isinstance(inner, BaseException)
            else here.__cause__ or here.__context__ or (held[0] if held else None)
        )


def chain_names(exc: BaseException) -> set[str]:
    """Name the classes of an exception and of what it came from."""
    return {
        f"{cls.__module__}.{cls.__qualname__}" for one in chain(exc) for cls in type(one).__mro__
    }


def innermost(exc: BaseException) -> str:
    """Say the first cause, without the addresses of Python objects that libraries print."""
    *_, last = chain(exc)
    text = re.sub(r"<[^<>]* object at 0x[0-9a-f]+>[:,]?\s*", "", first_line(last))
    return text or type(last).__name__


def first_line(exc: BaseException) -> str:
    """Return the first line of what an exception says, or its class."""
    lines = str(exc).strip().splitlines()
    return lines[0][:500] if lines else type(exc).__name__
