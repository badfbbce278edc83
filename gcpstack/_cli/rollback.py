"""``gcpstack rollback``: undo what an apply that did not end well has done."""

from collections.abc import Callable, Sequence

from rich.text import Text

from gcpstack._cli.argparser import UsageError
from gcpstack._cli.commands import Job
from gcpstack._cli.parser import StackOptions
from gcpstack._cli.render.runs import kept_lines
from gcpstack._cli.rollouts import check as check_service
from gcpstack._cli.rollouts import rollback as traffic_back
from gcpstack._core.resource import Declared
from gcpstack._engine.rollback import Rollback
from gcpstack.exceptions import CloudError, InventoryError

_NOTHING = "Nothing to undo: no apply of this stack has failed or was stopped since the last that succeeded."

#: What can be done where the inventory is locked, or does not answer.
_MEANWHILE = (
    "The traffic of a service can go back to an earlier revision all the same: name the SERVICE, with "
    "--without-lease."
)


def check(options: StackOptions, declared: Callable[[], Sequence[Declared]]) -> None:
    """Look at the words alone.

    Raises:
        UsageError: ``--to`` or ``--without-lease`` is given without a service.
        SettingsError: the stack declares no such service.
    """
    if options.given["service"]:
        check_service(options, declared)
        return
    if options.given["to"]:
        raise UsageError("--to names a revision of a service.", remedy="Name the SERVICE too.")
    if options.given["without_lease"]:
        raise UsageError(
            "--without-lease is for the traffic of a service: only one run may undo an apply.",
            remedy="Name the SERVICE too.",
        )


def run(job: Job) -> int:
    """Show what would be undone, ask, and undo it; return the exit status.

    With a service named, it is the traffic that goes back, to an earlier revision.
    """
    if job.options.given["service"]:
        return traffic_back(job)
    with job.output.busy("Reading what is live"):
        _prepare(job)
        rollback = job.session.plan_rollback()
    if rollback.empty:
        body = {"event": "finished", "ok": True, "message": _NOTHING}
        job.output.answer([Text(_NOTHING)], body)
        return 0
    _show(job, rollback)
    if not job.options.yes and not job.agreed("Undo all this?"):
        job.output.note("Nothing was changed.")
        return 1
    return job.told(lambda: job.session.roll_back(rollback))


def _prepare(job: Job) -> None:
    """Get ready; without an inventory nothing can be undone, but users can be helped meanwhile."""
    try:
        job.session.prepare()
    except (CloudError, InventoryError) as error:
        services = any(item.kind.traffic is not None for item in job.session.compiled.declared)
        if services and not getattr(error, "address", None):
            error.remedy = f"{error.remedy} {_MEANWHILE}".strip()
        raise


def _show(job: Job, rollback: Rollback) -> None:
    job.output.plan(rollback.plan, job.session.scope, verbose=job.options.verbose)
    if rollback.kept:
        kept = [item.to_json() for item in rollback.kept]
        lines = [Text(), *kept_lines(rollback.kept, "Stays as it is:")]
        job.output.answer(lines, {"event": "kept", "kept": kept})
