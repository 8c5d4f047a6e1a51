"""What a diagnosis says: the cause as data and in words, and what was looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from zoo.claims import plain
from zoo.diagnosis.naming import ALPHA_EACH, Look, Named
from zoo.findings import Interval

SHOWN = 3  # suspects that are named in words; the data has all


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why an accuracy falls short, as far as it could be found out.

    Attributes:
        cause: in plain JSON values; None where no suspect restores the claim.
        because: the cause in words, or that there is none; empty where none was looked for.
        looked: what was tried, for the record.
        advice: what would let more be said, or empty.
    """

    cause: Mapping[str, Any] | None = None
    because: str = ""
    looked: Mapping[str, Any] = field(default_factory=dict)
    advice: str = ""


def told(
    named: Sequence[Named], documented: Look, seed: int, looked: Mapping[str, Any]
) -> Diagnosis:
    """Return the diagnosis that names suspects, the nearest first.

    Args:
        documented: the score under the documented conditions.
        looked: what was tried, for the record.
    """
    first, *others = named
    pictures = len(documented.hits)
    cause = {
        "kind": "accuracy-suspect",
        **_as_data(first, documented),
        "pictures": pictures,
        "seed": seed,
        "documented_correct": documented.correct,
        "documented_interval": _plain(documented.interval),
        "alpha": ALPHA_EACH,
        "looked_at": len(looked["right"]),
        "or": [_as_data(each, documented) for each in others],
    }
    head = f"{documented.correct:,} are {_in_words(documented.interval)}"
    return Diagnosis(
        cause, f"{_either(named, pictures)}, as claimed; as documented, {head}", looked
    )


def none_restores(documented: Look, looked: Mapping[str, Any]) -> Diagnosis:
    """Return the diagnosis that no suspect explains what was measured."""
    pictures, count = len(documented.hits), len(looked["right"])
    words = (
        f"none of the {count} usual suspects that could be tried restores the claim"
        f" on {pictures:,} drawn pictures"
    )
    return Diagnosis(None, words, looked)


def too_near(hits: Sequence[bool], seed: int, population: int) -> Diagnosis:
    """Return that so few pictures cannot tell the measured share from the claimed one.

    Args:
        population: how many pictures there are to draw from.
    """
    few = f"{len(hits):,} pictures are too few to say why: a larger --diagnosis may"
    advice = few if len(hits) < population else ""
    return Diagnosis(None, "", record(len(hits), seed, [], {}), advice)


def broken_off(reason: str) -> Diagnosis:
    """Return that the suspects could not be looked at."""
    advice = f"why it falls short could not be found out: {reason}"
    return Diagnosis(looked={"broke off": reason}, advice=advice)


def record(
    pictures: int, seed: int, looks: Sequence[Look], failed: Mapping[str, str]
) -> dict[str, Any]:
    """Return what was tried: how many pictures each suspect has right, and what could not be."""
    right = {look.words: look.correct for look in looks}
    return {"pictures": pictures, "seed": seed, "right": right, "not tried": dict(failed)}


def _as_data(named: Named, documented: Look) -> dict[str, Any]:
    look = named.look
    return {
        "suspect": look.id,
        "documented": look.instead,
        "restores": look.words,
        "correct": look.correct,
        "interval": _plain(look.interval),
        "p": float(f"{named.p:.3g}"),
    }


def _either(named: Sequence[Named], pictures: int) -> str:
    first, *others = (each.look for each in named)
    words = (
        f"with {first.words}, {first.correct:,} of {pictures:,} drawn pictures are right"
        f" {_in_words(first.interval)}"
    )
    for each in others[: SHOWN - 1]:
        words += f", or with {each.words}, {each.correct:,} {_in_words(each.interval)}"
    if more := others[SHOWN - 1 :]:
        words += f", or with one of {len(more)} more" if len(more) > 1 else ", or with one more"
    return f"either {words}" if others else words


def _in_words(interval: Interval) -> str:
    low, high = interval
    return f"[{low:.1f}, {high:.1f}]"


def _plain(interval: Interval) -> list[Any]:
    return [plain(bound) for bound in interval]
