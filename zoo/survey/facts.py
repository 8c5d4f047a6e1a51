"""What a survey finds of a model, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from zoo.claims import Location, ModelEntry
from zoo.errors import Blocked, Refused, Unavailable
from zoo.structure import Shape
from zoo.subject import Identity
from zoo.traits import Traits

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
        traits: by the input's shape, what is to be seen of the structure.
    """

    identity: Identity | Trouble
    parameters: int | Trouble
    totals: Mapping[Shape, Totals | Trouble] = field(default_factory=dict)
    traits: Mapping[Shape, Traits | Trouble] = field(default_factory=dict)

    def after(self, known: Facts) -> Facts:
        """Return these facts with those that were known before."""
        totals = {**known.totals, **self.totals}
        return replace(self, totals=totals, traits={**known.traits, **self.traits})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be found of a network besides its parameters.

    Attributes:
        counted: shapes at which it is counted.
        looked_at: shapes at which its traits are looked for.
    """

    counted: tuple[Shape, ...] = ()
    looked_at: tuple[Shape, ...] = ()

    def __add__(self, other: Wanted) -> Wanted:
        """Return all that is wanted in either, each shape once."""
        return Wanted(
            tuple(dict.fromkeys((*self.counted, *other.counted))),
            tuple(dict.fromkeys((*self.looked_at, *other.looked_at))),
        )


@dataclass(frozen=True, slots=True)
class Request:
    """A model of which facts are wanted."""

    entry: ModelEntry
    wanted: Wanted = Wanted()


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one network, whatever it is called."""

    parameters: int | Trouble
    totals: Mapping[Shape, Totals | Trouble] = field(default_factory=dict)
    traits: Mapping[Shape, Traits | Trouble] = field(default_factory=dict)


def to_data(facts: Facts) -> dict[str, Any]:
    """Return facts as JSON has them, without troubles that may pass."""
    return {
        "identity": asdict(facts.identity),
        "parameters": _data(facts.parameters),
        "totals": _by_shape(facts.totals),
        "traits": _by_shape(facts.traits),
    }


def _by_shape(found: Mapping[Shape, Any]) -> dict[str, Any]:
    return {
        "x".join(map(str, shape)): _data(each)
        for shape, each in found.items()
        if not isinstance(each, Trouble) or each.lasting
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
    totals = {_shape(shape): _found(found) for shape, found in data["totals"].items()}
    traits = {_shape(shape): _traits(found) for shape, found in data["traits"].items()}
    return Facts(identity, _found(data["parameters"]), totals, traits)


def _shape(text: str) -> Shape:
    return tuple(int(side) for side in text.split("x"))


def _traits(data: Any) -> Traits | Trouble:
    found = _found(data)
    if isinstance(found, Trouble):
        return found
    return Traits(**found | {"dropout": tuple(found["dropout"])})


def lasting(facts: Facts) -> bool:
    """Return whether facts about the model itself would be the same again."""
    parts = (facts.identity, facts.parameters)
    return all(part.lasting for part in parts if isinstance(part, Trouble))


def _data(found: Any) -> Any:
    if isinstance(found, Trouble):
        return {"trouble": asdict(found)}
    return asdict(found) if isinstance(found, Traits) else found


def _found(data: Any) -> Any:
    return Trouble(**data["trouble"]) if isinstance(data, dict) and "trouble" in data else data
