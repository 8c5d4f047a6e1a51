"""Every rule against counts that were made by hand for tiny networks."""

from __future__ import annotations

import functools

import pytest

from tests.counting.cases import CASES, DERIVED, Case
from zoo.counting import RULES, total
from zoo.structure import Record
from zoo.structure.record import elements

BY_NAME = {case.name: case for case in CASES}


@functools.cache
def record(name: str) -> Record:
    return BY_NAME[name].record()


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_tiny_network_costs_what_was_counted_by_hand(case: Case, rule: str) -> None:
    assert total(RULES[rule], record(case.name)) == case.count(rule)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_counts_by_hand_that_are_not_nothing(rule: str) -> None:
    assert rule in DERIVED or any(rule in case.counts for case in CASES), f"count by hand: {rule}"
    assert sum(case.count(rule) > 0 for case in CASES) > 3


def test_what_is_derived_is_a_rule_and_so_is_what_it_is_derived_from() -> None:
    assert set(DERIVED) | {base for base, _ in DERIVED.values()} <= set(RULES)


def test_every_case_has_a_name_of_its_own() -> None:
    assert len(BY_NAME) == len(CASES)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_says_what_it_counts_and_its_version(rule: str) -> None:
    assert RULES[rule].version >= 1
    assert RULES[rule].counts


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_step_costs_less_than_nothing_or_a_part_of_one(case: Case) -> None:
    for rule in RULES.values():
        for step, cost in rule.costs(record(case.name)):
            assert type(cost) is int and cost >= 0, step


def test_a_picture_costs_as_much_in_company() -> None:
    case = BY_NAME["conv with bias"]
    pair = Case("pair", case.build, (2, *case.shape[1:]), case.counts)
    assert elements(pair.shape) == 2 * elements(case.shape)
    for rule in RULES:
        assert total(RULES[rule], pair.record()) == 2 * case.count(rule)
