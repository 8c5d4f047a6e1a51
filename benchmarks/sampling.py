"""How many pictures of 50,000 refute a claim that is off by so many points, and settle a right one.

A model is simulated by its number of correct pictures: those that the draw meets between two looks
follow the hypergeometric distribution. Prints the table of docs/sampling.md, and how many models
that are 14 points off are refused within 200 pictures.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
POPULATION = 50_000
RUNS = 400
CLAIMS = (Decimal(70), Decimal(80), Decimal(90))
GROSS, FEW = Decimal(14), 200
BOTH = (80, 95), (66, 86)  # a claim on Top-1 and Top-5, and the truth, in percent
OFF = [Decimal(text) for text in ("20", "14", "10", "5", "3", "1.7", "1", "0.5", "0")]


def settled_after(
    claimed: Decimal, true: Decimal, runs: int, *, limit: int = POPULATION, seed: int = 0
) -> Iterator[tuple[int, Any]]:
    """Yield of each run after how many pictures the claim was settled, and the verdict.

    Args:
        claimed: accuracy in percent; ``true`` is that of the simulated model.
        limit: the budget, in pictures; where it is used up, the verdict may be UNDECIDED.
    """
    import numpy as np

    from zoo.findings import Tolerance, Verdict
    from zoo.judging import within
    from zoo.sampling.bounds import next_look, nothing_known
    from zoo.sampling.stopping import ALPHA_EACH

    total = round(true * POPULATION / 100)
    random = np.random.default_rng(seed)
    allowed = Tolerance(absolute=Decimal("0.1"))
    for _ in range(runs):
        bounds, drawn, correct = nothing_known(POPULATION, ALPHA_EACH), 0, 0
        verdict = Verdict.UNDECIDED
        while verdict is Verdict.UNDECIDED and drawn < limit:
            step = min(next_look(drawn), limit) - drawn
            wrong = POPULATION - drawn - (total - correct)
            correct += int(random.hypergeometric(total - correct, wrong, step))
            drawn += step
            bounds = bounds.look(drawn, correct)
            verdict = within(claimed, bounds.in_percent, allowed)
        yield drawn, verdict


def row(off: Decimal) -> str:
    """Return a row of the table: for each claim the median and the 90 % quantile."""
    cells = []
    for claimed in CLAIMS:
        drawn = sorted(number for number, _ in settled_after(claimed, claimed - off, RUNS))
        cells.append(f"{drawn[RUNS // 2]:,} ({drawn[RUNS * 9 // 10]:,})")
    return f"| {off} | {' | '.join(cells)} |"


def power(claimed: Decimal) -> float:
    """Return the share of models that are grossly off and are refused within few pictures."""
    from zoo.findings import Verdict

    found = settled_after(claimed, claimed - GROSS, RUNS, limit=FEW)
    return sum(verdict is Verdict.FAIL for _, verdict in found) / RUNS


def refused(claimed: tuple[int, int], true: tuple[int, int], random: Any) -> bool:
    """Draw few pictures: is a claim about Top-1 or one about Top-5 refused on the way?"""
    import numpy as np

    from zoo.findings import Tolerance, Verdict
    from zoo.judging import within
    from zoo.sampling.bounds import next_look, nothing_known
    from zoo.sampling.stopping import ALPHA_EACH

    share, allowed = POPULATION // 100, Tolerance(absolute=Decimal("0.1"))
    left = np.array([true[0], true[1] - true[0], 100 - true[1]]) * share
    known, drawn, correct = [nothing_known(POPULATION, ALPHA_EACH)] * 2, 0, np.zeros(3, int)
    while drawn < FEW:
        met = random.multivariate_hypergeometric(left, min(next_look(drawn), FEW) - drawn)
        left, correct, drawn = left - met, correct + met, drawn + int(met.sum())
        among = int(correct[0]), int(correct[0] + correct[1])
        known = [bounds.look(drawn, hits) for bounds, hits in zip(known, among, strict=True)]
        verdicts = [
            within(Decimal(claim), bounds.in_percent, allowed)
            for claim, bounds in zip(claimed, known, strict=True)
        ]
        if Verdict.FAIL in verdicts:
            return True
    return False


def power_of_both() -> float:
    """Return the same share where Top-5 is off as well, and either may refuse."""
    import numpy as np

    random = np.random.default_rng(1)
    return sum(refused(*BOTH, random) for _ in range(RUNS)) / RUNS


def main() -> int:
    """Print the table, what few pictures refuse, and what the looks at a whole set cost."""
    sys.path.insert(0, str(ROOT))
    from zoo.sampling.bounds import bounds_after

    print("| points off | " + " | ".join(f"of a claimed {claimed} %" for claimed in CLAIMS) + " |")
    print("|--:|" + "--:|" * len(CLAIMS))
    for off in OFF:
        print(row(off), flush=True)
    shares = ", ".join(
        f"{100 * power(claimed):.0f} % of a claimed {claimed} %" for claimed in CLAIMS
    )
    print(f"{GROSS} points off, refused within {FEW} pictures: {shares};")
    print(f"{100 * power_of_both():.0f} % of those with {BOTH[1]} that claim {BOTH[0]} %")
    begun = time.perf_counter()
    bounds_after((number % 5 > 0 for number in range(POPULATION)), POPULATION, 0.025)
    print(f"all looks at {POPULATION:,} pictures: {time.perf_counter() - begun:.3f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
