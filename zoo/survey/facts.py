"""What a survey finds of a model, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from zoo.claims import Location, ModelEntry
from zoo.errors import Blocked, Refused, Unavailable
from zoo.structure import Shape
from zoo.subject import Identity

Totals = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something could not be found.

    Attributes:
        rule: the validator whose finding says it, where the error is Blocked.
        refused: whether it was there and left alone.
        lasting: whether the same versions will always fail so.
        of_page: whether the message is about a place on the page, which it does not name.
    """

    message: str
    hint: str = ""
    rule: str = ""
    refused: bool = False
    lasting: bool = True
    of_page: bool = False

    def error(self, place: Location) -> Unavailable:
        """Return the error that this is for a model whose source is written at some place."""
        message = f"{place}: {self.message}" if self.of_page else self.message
        if self.rule:
            return Blocked(self.rule, message, self.hint)
        return (Refused if self.refused else Unavailable)(message, self.hint)


def trouble(error: Unavailable, *, lasting: bool = True) -> Trouble:
    """Return an error as data."""
    rule = error.rule if isinstance(error, Blocked) else ""
    return Trouble(error.message, error.hint, rule, isinstance(error, Refused), lasting)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one model.

    Attributes:
        identity: what the source makes of its name.
        parameters: elements of all parameters, trainable and frozen, each once.
        totals: by the input's shape, the count by each rule.
    """

    identity: Identity | Trouble
    parameters: int | Trouble
    totals: Mapping[Shape, Totals | Trouble] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """A model of which facts are wanted, and the shapes at which it is to be counted."""

    entry: ModelEntry
    shapes: tuple[Shape, ...] = ()


def to_data(facts: Facts) -> dict[str, Any]:
    """Return facts as JSON has them, without troubles that may pass."""
    return {
        "identity": asdict(facts.identity),
        "parameters": _data(facts.parameters),
        "totals": {
            "x".join(map(str, shape)): _data(found)
            for shape, found in facts.totals.items()
            if not isinstance(found, Trouble) or found.lasting
        },
    }


def from_data(data: Any) -> Facts:
    """Return the facts of their JSON.

    Raises:
        LookupError, TypeError, ValueError, AttributeError: it is not of that form.
    """
    known = data["identity"]
    if "message" in known:
        identity: Identity | Trouble = Trouble(**known)
    else:
        lists = {name: tuple(known[name]) for name in ("holders", "sizes")}
        identity = Identity(**known | lists)
    totals = {
        tuple(int(side) for side in shape.split("x")): _found(found)
        for shape, found in data["totals"].items()
    }
    return Facts(identity, _found(data["parameters"]), totals)


def lasting(facts: Facts) -> bool:
    """Return whether facts about the model itself would be the same again."""
    parts = (facts.identity, facts.parameters)
    return all(part.lasting for part in parts if isinstance(part, Trouble))


def _data(found: Any) -> Any:
    return {"trouble": asdict(found)} if isinstance(found, Trouble) else found


def _found(data: Any) -> Any:
    return Trouble(**data["trouble"]) if isinstance(data, dict) and "trouble" in data else data
