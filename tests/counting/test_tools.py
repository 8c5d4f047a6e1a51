"""The counts by hand against the tools themselves: equal, or a difference that has a name."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.counting.cases import CASES, Case
from tests.counting.tools import TOOLS, GaveUp, ask
from zoo.counting import RULES


@dataclass(frozen=True)
class Difference:
    """What a tool tells instead, and why the rule does not; None where the tool fails."""

    told: int | None
    reason: str


FUSED = "torch's counter does not look into the fused attention of evaluation mode"
RECURRENT = "recurrent layers, which the tool counts, are left out of the rule"
UNNAMED = "the tool's hooks fail on a module that is given its input by name"
DIFFERENCES = {
    ("macs", "multi-head attention"): Difference(0, FUSED),
    ("macs", "lstm"): Difference(0, "torch's counter does not know the fused LSTM of a CPU"),
    ("thop", "lstm"): Difference(6 * (4 * (4 * 5 + 5 * 5 + 3 * 5) + 4 * 5), RECURRENT),
    ("ptflops", "lstm"): Difference(6 * (4 * (4 * 5 + 5 * 5 + 3 * 5) + 6 * 5), RECURRENT),
    ("ptflops", "deformable conv"): Difference(
        4 * 4 * 3 * 3 * (3 * 4 + 24) + 4 * 4 * 4, "deformable convolutions are left out of the rule"
    ),
    ("thop", "conv that is given its input by name"): Difference(None, UNNAMED),
    ("ptflops", "conv that is given its input by name"): Difference(None, UNNAMED),
    ("fvcore", "matmul by a vector"): Difference(
        None, "fvcore takes the second factor for a matrix and fails"
    ),
    ("ptflops", "interpolate by a broken factor"): Difference(
        int(3 * 5 * 5 * 1.3**2), "ptflops multiplies by the factor and does not round the sides"
    ),
}


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_tool_tells_what_its_rule_counts(case: Case, tool: str) -> None:
    difference = DIFFERENCES.get((tool, case.name))
    if difference is None:
        assert ask(tool, case.build(), case.shape) == case.count(tool)
    elif difference.told is None:
        with pytest.raises((IndexError, GaveUp)):
            ask(tool, case.build(), case.shape)
    else:
        told = ask(tool, case.build(), case.shape)
        assert told == difference.told != case.count(tool), difference.reason


def test_every_difference_is_of_a_tool_and_of_a_case() -> None:
    assert {tool for tool, _ in DIFFERENCES} <= set(TOOLS)
    assert {name for _, name in DIFFERENCES} <= {case.name for case in CASES}


def test_every_tool_has_a_rule() -> None:
    assert set(TOOLS) <= set(RULES)
