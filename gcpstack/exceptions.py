"""Every error that gcpstack raises, split by what to do next.

::

    GcpstackError
    ├── DeclarationError        fix the stack file: every problem that was found, each with its place
    ├── StackFileError          the stack file can't be loaded
    ├── SettingsError           a project, region, endpoint or credential is missing or wrong
    ├── PlanError               the plan can't be applied as it stands
    │   ├── ConsentRequired     protected data would be lost: name it to allow it
    │   ├── OwnershipError      another stack owns the object
    │   ├── PermissionsMissing  the caller may not do all of it: ask for the roles that it names
    │   └── StalePlan           what is live changed after the plan was made: plan again
    ├── InventoryError          the inventory can't be read or written
    │   ├── InventoryLocked     another apply holds the lease
    │   └── InventoryConflict   the lease was lost in the middle of a run
    ├── CloudError              Google refused a call
    │   ├── NotFound, AlreadyExists, InvalidRequest, FailedPrecondition
    │   ├── PermissionDenied    ask for the permission
    │   ├── ApiDisabled         enable the API, or wait for it
    │   ├── Unauthenticated     log in
    │   ├── QuotaExceeded       a hard limit: raise it
    │   ├── RateLimited, Unavailable, Conflict, OperationInProgress   worth retrying
    │   ├── Unreachable         an Unavailable: nobody answered; check the network
    │   ├── Unreadable          what came back is not an answer from Google
    │   ├── OperationFailed     the call was accepted, its operation failed
    │   └── WaitTimeout         the operation outlived its deadline; the next apply resumes it
    ├── RolloutFailed           a new revision did badly and was taken back
    ├── Interrupted             stopped on request; the next apply goes on
    └── AdapterBug              please report it

    ApplyFailed                 an ExceptionGroup of everything that failed in one run
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

__all__ = [
    "AdapterBug",
    "AlreadyExists",
    "ApiDisabled",
    "ApplyFailed",
    "CloudError",
    "Conflict",
    "ConsentRequired",
    "DeclarationError",
    "FailedPrecondition",
    "GcpstackError",
    "Interrupted",
    "InvalidRequest",
    "InventoryConflict",
    "InventoryError",
    "InventoryLocked",
    "NotFound",
    "OperationFailed",
    "OperationInProgress",
    "OwnershipError",
    "PermissionDenied",
    "PermissionsMissing",
    "PlanError",
    "Problem",
    "QuotaExceeded",
    "RateLimited",
    "RolloutFailed",
    "SettingsError",
    "StackFileError",
    "StalePlan",
    "Unauthenticated",
    "Unavailable",
    "Unreachable",
    "Unreadable",
    "WaitTimeout",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a declaration.

    Attributes:
        place: where it stands, such as ``compute.UrlMap/web: host_rules[0].hosts``.
        message: what is wrong.
        remedy: what to write or do instead; may be empty.
        line: where what it is about was added to the stack, as ``FILE:LINE``; empty where nobody
            added it.
    """

    place: str
    message: str
    remedy: str = ""
    line: str = field(default="", compare=False)

    def __str__(self) -> str:
        end = f" {self.remedy}" if self.remedy else ""
        return f"{self.place}: {self.message}{end}"


class GcpstackError(Exception):
    """Anything that gcpstack raises on purpose."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        """Keep the message and what to do about it.

        Args:
            message: what happened.
            remedy: the next step for the person who reads it.
        """
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class DeclarationError(GcpstackError, ValueError):
    """The declaration is wrong; `problems` lists everything that was found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Hold every problem; there is at least one."""
        self.problems = tuple(problems)
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''} in the declaration:"
        super().__init__("\n".join([head, *(f"  {problem}" for problem in self.problems)]))


class StackFileError(GcpstackError):
    """The stack file is missing, can't be run, or holds no stack."""


class SettingsError(GcpstackError):
    """A project, region, endpoint or credential is missing or wrong."""


class PlanError(GcpstackError):
    """The plan can't be applied as it stands."""


class ConsentRequired(PlanError):
    """Protected data would be lost, and no consent names it.

    Attributes:
        address: the resource that holds it; empty where something else is asked for.
        loss: what would happen to it, such as ``deleted (the stack is destroyed)``.
        holder: the address of what it stands in: a consent for that one covers it.
    """

    def __init__(
        self, message: str, *, remedy: str = "", address: str = "", loss: str = "", holder: str = ""
    ) -> None:
        """Keep what is asked for."""
        super().__init__(message, remedy=remedy)
        self.address = address
        self.loss = loss
        self.holder = holder


class OwnershipError(PlanError):
    """Another stack owns an object that this one declares.

    Attributes:
        address: the address of the resource.
        owner: the name of the other stack.
    """

    def __init__(
        self, message: str, *, remedy: str = "", address: str = "", owner: str = ""
    ) -> None:
        """Keep what is owned by whom."""
        super().__init__(message, remedy=remedy)
        self.address = address
        self.owner = owner


class PermissionsMissing(PlanError):
    """The caller lacks permissions that the plan needs; nothing was changed.

    Attributes:
        permissions: every one that is missing.
    """

    def __init__(self, message: str, *, remedy: str = "", permissions: Sequence[str] = ()) -> None:
        """Keep what is missing."""
        super().__init__(message, remedy=remedy)
        self.permissions = tuple(permissions)


class StalePlan(PlanError):
    """What is live changed between plan and apply."""


class InventoryError(GcpstackError):
    """The inventory can't be read or written."""


class InventoryLocked(InventoryError):
    """Another run holds the lease."""


class InventoryConflict(InventoryError):
    """Somebody else wrote the inventory: this run lost its lease and must stop."""


class CloudError(GcpstackError):
    """Google refused a call.

    Attributes:
        code: the HTTP status, or 0 where there was none.
        reason: Google's machine-readable reason, such as ``resourceInUseByAnotherResource``.
        address: the address of the resource, once known.
        verb: what was being done to it, such as ``creating``.
        retry_after: seconds that Google asked to wait, if it did.
    """

    retryable = False

    def __init__(
        self,
        message: str,
        *,
        code: int = 0,
        reason: str = "",
        remedy: str = "",
        retry_after: float | None = None,
    ) -> None:
        """Keep what Google said."""
        super().__init__(message, remedy=remedy)
        self.code = code
        self.reason = reason
        self.retry_after = retry_after
        self.address: str | None = None
        self.verb: str | None = None

    def about(self, address: str, verb: str) -> Self:
        """Add which resource it was about, unless that is known already."""
        self.address = self.address or address
        self.verb = self.verb or verb
        return self

    def __str__(self) -> str:
        where = f"{self.verb} {self.address}: " if self.address else ""
        why = f" ({self.reason})" if self.reason and self.reason not in self.message else ""
        return f"{where}{self.message}{why} {self.remedy}".strip()


class NotFound(CloudError):
    """The object, or one that it names, does not exist."""


class AlreadyExists(CloudError):
    """An object of that name exists."""


class InvalidRequest(CloudError):
    """Google did not accept the request: fix the declaration."""


class FailedPrecondition(CloudError):
    """The object's state does not allow it, such as being in use."""


class PermissionDenied(CloudError):
    """The caller may not do that."""


class ApiDisabled(PermissionDenied):
    """The API is not enabled in the project, or not yet."""

    retryable = True


class Unauthenticated(CloudError):
    """There are no usable credentials."""


class QuotaExceeded(CloudError):
    """A hard limit is reached; waiting does not help."""


class RateLimited(CloudError):
    """Too many calls: wait for the quota to refill."""

    retryable = True


class Unavailable(CloudError):
    """Google's side failed, or the connection did."""

    retryable = True


class Unreachable(Unavailable):
    """No connection could be made, or it broke before an answer came."""


class Unreadable(CloudError):
    """What came back can't be recognised as an answer from Google."""


class Conflict(CloudError):
    """Somebody changed the object in the meantime: read it again."""

    retryable = True


class OperationInProgress(CloudError):
    """The object is busy with another operation."""

    retryable = True


class OperationFailed(CloudError):
    """The call was accepted, but its operation ended in an error."""


class WaitTimeout(CloudError):
    """The operation outlived its deadline; it goes on at Google."""


class RolloutFailed(GcpstackError):
    """A new revision did badly and was taken back; the message holds the evidence."""


class Interrupted(GcpstackError):
    """The run was asked to stop; what is under way is recorded."""


class AdapterBug(GcpstackError):
    """An adapter broke its contract: a fault in gcpstack itself."""


class ApplyFailed(ExceptionGroup[GcpstackError]):
    """Everything that failed in one run."""

    def derive(self, excs: Sequence[GcpstackError], /) -> "ApplyFailed":  # type: ignore[override] # only our own errors enter
        """Build the same kind of group for a part of the errors."""
        return ApplyFailed(self.message, excs)
