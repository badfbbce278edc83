"""Asking what a stack serves, as its users do: without any token of Google's APIs."""

from typing import Any
from urllib.parse import urlsplit

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.transport import CONNECT, load

#: Seconds that an answer may take: a container may have to start for it.
_READ = 60.0
_BAD, _ERROR = 400, 500
#: The caller has to be known: whether the service is well can't be told from outside.
_UNKNOWN = (401, 403)


def knock(clients: Clients, url: str, path: str) -> str:
    """Ask a revision; tell what is wrong, nothing if it answers well.

    Args:
        clients: lead to Google, or what stands in for it.
        url: the revision's address.
        path: what is asked, and must be answered with less than 400; nothing asks for the root and
            takes any answer that is not an error of the server's.
    """
    status, problem = ask(clients, url.rstrip("/") + (path or "/"), token=identity(clients, url))
    if problem or status in _UNKNOWN:
        return problem
    if status >= (_BAD if path else _ERROR):
        return f"{path or '/'} answers {status}"
    return ""


def ask(clients: Clients, url: str, *, host: str = "", token: str = "") -> tuple[int, str]:
    """Ask for a URL, redirects not followed; the status, or what is wrong.

    Args:
        clients: lead to Google, or what stands in for it.
        url: what to ask for.
        host: the host to ask for, where the URL names an address.
        token: says who asks.
    """
    headers = {"host": host} if host else {}
    if token:
        headers["authorization"] = f"Bearer {token}"
    try:
        answer = clients.plain.get(
            clients.route(url), headers=headers, timeout=(CONNECT, _READ), allow_redirects=False
        )
    except load("requests").RequestException as error:
        place = urlsplit(url).netloc
        return 0, f"{place} can't be reached ({type(error).__name__})"
    return int(answer.status_code), ""


def through(clients: Clients | None, address: str, host: str, path: str) -> tuple[int, str]:
    """Ask for a host at an address, whatever DNS says; the status, or what is wrong.

    The certificate has to be the host's.

    Args:
        clients: lead to Google, or what stands in for it; None where nobody can be asked.
        address: of a load balancer.
        host: what to ask for.
        path: the same.
    """
    if clients is None:
        return 0, "nobody can be asked"
    if clients.endpoint:
        return ask(clients, f"https://{address}:443{path}", host=host)
    requests = load("requests")
    carrier = load("requests.adapters").HTTPAdapter(max_retries=0)
    carrier.init_poolmanager(1, 1, server_hostname=host, assert_hostname=host)
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", carrier)
        try:
            answer = session.get(
                f"https://{address}{path}",
                headers={"host": host},
                timeout=(CONNECT, _READ),
                allow_redirects=False,
            )
        except requests.exceptions.SSLError:
            return 0, "it shows no certificate of the domain"
        except requests.RequestException as error:
            return 0, f"it can't be reached ({type(error).__name__})"
    return int(answer.status_code), ""


def identity(clients: Clients, url: str) -> str:
    """Make an identity token for a service, where the credentials can; nothing where they can't.

    https://cloud.google.com/run/docs/authenticating/service-to-service
    """
    if clients.endpoint:
        return ""
    parts = urlsplit(url)
    audience = f"{parts.scheme}://{parts.netloc.rpartition('---')[2]}"
    try:
        token: Any = load("google.oauth2.id_token").fetch_id_token(
            load("google.auth.transport.requests").Request(), audience
        )
    except load("google.auth.exceptions").GoogleAuthError:
        return ""
    return str(token)
