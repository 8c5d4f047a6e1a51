"""Which arguments of an index are passed on to the code of a package."""

from __future__ import annotations

from collections.abc import Mapping

from zoo.claims import SourceSpec
from zoo.errors import Refused


def require_numbers(spec: SourceSpec, limits: Mapping[str, int], package: str) -> None:
    """Do nothing where all arguments are whole numbers that may be given.

    Args:
        limits: the largest value of each argument.

    Raises:
        Refused: one is not among them, is no such number, or is too large.
    """
    for argument, value in spec.arguments.items():
        limit = limits.get(argument, 0)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= limit:
            raise Refused(
                f"{spec.location}: the argument {argument} is not passed on to {package}",
                f"whole numbers may be given for {', '.join(limits)}",
            )
