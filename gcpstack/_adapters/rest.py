"""Calls of google-api-python-client, for the APIs that have no library of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gcpstack._adapters.clients import Clients
from gcpstack._adapters.errors import translated
from gcpstack._core import fence
from gcpstack._core.json import Body
from gcpstack.exceptions import CloudError


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection of an API.

    Attributes:
        clients: makes the client.
        api: the API's short name, such as ``logging``.
        version: such as ``v2``.
        path: the collection's place in the API, such as ``projects.sinks``.
    """

    clients: Clients
    api: str
    version: str
    path: str

    def call(
        self,
        method: str,
        params: Mapping[str, object],
        *,
        hide: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Body:
        """Call a method once.

        Args:
            method: its name in the API, such as ``create``.
            params: the parameters by their names in the API, ``body`` among them.
            hide: the secrets in the request.
            headers: further HTTP headers, such as ``If-Match``.
        """
        collection = self.clients.collection(self.api, self.version, self.path)
        fence.passed()
        with translated(hide=hide):
            request = getattr(collection, method)(**params)
            request.headers.update(headers or {})
            answer = request.execute(num_retries=0)
        if isinstance(answer, dict):
            return answer
        if not answer:  # 204, or an empty body
            return {}
        if isinstance(answer, bytes | str) and answer.strip() in (b"{}", "{}"):
            return {}  # of methods that say nothing, the library gives the text as it came
        raise CloudError(f"{self.api} gave an answer that is not an object")

    def pages(
        self, params: Mapping[str, object], field: str, *, method: str = "list"
    ) -> list[Body]:
        """Read every page of a list.

        Args:
            params: the list method's parameters.
            field: where the items stand in a page.
            method: the list method.
        """
        out: list[Body] = []
        seen: set[object] = set()
        token: object = None
        while token not in seen:
            seen.add(token)
            page = self.call(method, {**params, "pageToken": token} if token else params)
            found = page.get(field)
            out.extend(found if isinstance(found, list) else ())
            token = page.get("nextPageToken")
            if not token:
                return out
        raise CloudError(f"{self.api} gave the same page of a list again and again")
