"""Adds several options to a command; what belongs together reaches it as one argument."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any

Function = Callable[..., Any]
Decorator = Callable[[Function], Function]


def together(*options: Decorator) -> Decorator:
    """Return all of them as one decorator; the help shows them in the given order."""

    def decorate(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def gathered(name: str, values: type[Any], *options: Decorator) -> Decorator:
    """Return a decorator that adds options whose values the command gets as one.

    Args:
        name: of the argument that it gets.
        values: a dataclass whose fields are called as the options' parameters.
    """
    names = [field.name for field in fields(values)]

    def decorate(function: Function) -> Function:
        @wraps(function)
        def command(**given: Any) -> Any:
            own = values(**{each: given.pop(each) for each in names})
            return function(**{name: own}, **given)

        return together(*options)(command)

    return decorate
