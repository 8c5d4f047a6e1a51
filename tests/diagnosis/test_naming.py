"""Which suspect is named: only one that restores the claim beyond chance, and all that do."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from zoo.diagnosis.comparing import holm, p_better, p_different
from zoo.diagnosis.naming import ALPHA_EACH, Look, Target, restoring

TARGET = Target(Decimal(80), Decimal("0.1"))


def hits(right: int, of: int = 200, start: int = 0) -> tuple[bool, ...]:
    """Return so many right ones in a row, from a place on, round the end."""
    return tuple((number - start) % of < right for number in range(of))


def look(name: str, right: tuple[bool, ...], *, adapts: bool = False) -> Look:
    return Look(name, name, "as documented", right, adapts)


def names(
    *looks: Look, documented: tuple[bool, ...] = hits(60), target: Target = TARGET
) -> list[str]:
    return [each.look.id for each in restoring(target, documented, looks)]


# The exact test of R's stats::binom.test, and McNemar's example of approval ratings (Agresti 1990).
@pytest.mark.parametrize(
    ("won", "lost", "better", "different"),
    [(8, 2, 0.0546875, 0.109375), (5, 0, 0.03125, 0.0625), (1, 1, 0.75, 1.0), (0, 0, 1.0, 1.0),
     (150, 86, 1.865e-05, 3.716e-05)],
)  # fmt: skip
def test_only_pictures_on_which_two_differ_count(won, lost, better, different) -> None:
    both = [True] * 40 + [False] * 30
    these = [True] * won + [False] * lost + both
    those = [False] * won + [True] * lost + both
    assert p_better(these, those) == pytest.approx(better, rel=0.01)
    assert p_different(these, those) == pytest.approx(different, rel=0.01)
    assert p_different(those, these) == p_different(these, those)


def test_many_pictures_are_compared_exactly_and_fast() -> None:
    these, those = [True] * 25_000 + [False] * 25_000, [False] * 25_000 + [True] * 25_000
    assert 0.5 < p_better(these, those) < 0.51


def test_p_values_are_corrected_as_by_holm() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_the_one_that_restores_the_claim_is_named() -> None:
    assert names(look("worse", hits(20)), look("right", hits(160)), look("same", hits(60))) == [
        "right"
    ]


def test_better_is_not_enough_where_the_claim_is_not_reached() -> None:
    assert names(look("better", hits(120))) == []


def test_more_than_claimed_is_not_the_claim() -> None:
    assert names(look("perfect", hits(200))) == []


def test_two_that_restore_it_are_both_named_the_nearer_first() -> None:
    both = [look("near", hits(161, start=20)), look("at", hits(160))]
    assert names(*both) == ["at", "near"]


def test_what_is_shown_to_be_farther_than_another_is_not_named() -> None:
    """150 are within the interval of 80 %, but of the 160 that are right it lost 10 for nothing."""
    assert names(look("right", hits(160)), look("less", hits(148))) == ["right"]


def test_two_on_either_side_of_the_claim_are_both_named() -> None:
    wide = Target(Decimal(78), Decimal("0.1"))
    below, above = look("below", hits(148)), look("above", hits(164))
    assert set(names(below, above, target=wide)) == {"below", "above"}


def test_nothing_is_named_where_the_documented_conditions_may_reach_the_claim() -> None:
    assert names(look("right", hits(170)), documented=hits(150)) == []


def test_what_makes_up_for_other_mistakes_is_named_only_alone() -> None:
    adapts = look("adapts", hits(160), adapts=True)
    assert names(adapts, look("right", hits(158))) == ["right"]
    assert names(adapts, look("worse", hits(20))) == ["adapts"]


def test_the_more_suspects_the_more_it_takes() -> None:
    """Twelve pictures won and none lost: enough for a few suspects, and not for fifty."""
    target = Target(Decimal(83), Decimal("0.1"))
    documented = hits(150)
    right = look("right", hits(162))
    assert names(right, documented=documented, target=target) == ["right"]
    fillers = [look(str(number), documented) for number in range(50)]
    assert names(right, *fillers, documented=documented, target=target) == []


@pytest.mark.parametrize("share", [0.3, 0.7])
@pytest.mark.parametrize("flipped", [0.05, 0.3])
def test_false_reasons_are_rarer_than_stated(share: float, flipped: float) -> None:
    """A network that is worse than claimed, and 25 changes that flip pictures to no advantage.

    The claim is set where chance would most easily reach it: just above what the sample excludes.
    """
    random = np.random.default_rng(int(1000 * share + 10 * flipped))
    named, trials, pictures = 0, 400, 128
    for _ in range(trials):
        skill = random.random(pictures) < share
        claim = Decimal(str(round(100 * skill.mean() + 9, 2)))
        looks = []
        for number in range(25):
            redrawn = random.random(pictures) < flipped
            hits = np.where(redrawn, random.random(pictures) < share, skill)
            looks.append(look(str(number), tuple(hits.tolist())))
        target = Target(claim, Decimal("0.1"))
        named += bool(restoring(target, tuple(skill.tolist()), looks))
    assert named / trials <= ALPHA_EACH + 2.6 * (ALPHA_EACH / trials) ** 0.5
