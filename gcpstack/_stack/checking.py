"""A stack compiled and checked against Google's own schemas, without a connection."""

from gcpstack._adapters import missing_fields, outputs, schemas
from gcpstack._core.resource import Scope
from gcpstack._stack.compiled import Compiled, compile_stack
from gcpstack._stack.source_lines import with_lines
from gcpstack._stack.stack import Stack
from gcpstack.exceptions import DeclarationError


def checked(stack: Stack, scope: Scope) -> Compiled:
    """Expand, encode and check what a stack declares.

    Raises:
        DeclarationError: with every problem found.
    """
    try:
        return compile_stack(
            stack.name,
            stack.items,
            stack.outputs,
            scope,
            enable_apis=stack.enable_apis,
            timeouts=stack.timeouts,
            check=lambda item: (*schemas.problems(item), *missing_fields.problems(item)),
            references=outputs.problems,
        )
    except DeclarationError as error:
        raise DeclarationError(with_lines(error.problems, stack.added, scope)) from None
