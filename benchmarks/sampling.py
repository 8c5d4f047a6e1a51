"""How many pictures of 50,000 refute a claim that is off by so many points, and settle a right one.

A model is simulated by its number of correct pictures: those that the draw meets between two looks
follow the hypergeometric distribution. Prints the table of docs/sampling.md.
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


def refused(claimed: Decimal, off: Decimal, *, within: int) -> float:
    """Return which share of models so many points below a claim is refused within a budget."""
    from zoo.findings import Verdict

    runs = settled_after(claimed, claimed - off, RUNS, limit=within)
    return sum(verdict is Verdict.FAIL for _, verdict in runs) / RUNS


def main() -> int:
    """Print the table, how often 200 pictures suffice, and what the looks of a run cost."""
    sys.path.insert(0, str(ROOT))
    from zoo.sampling.bounds import bounds_after

    print("| points off | " + " | ".join(f"of a claimed {claimed} %" for claimed in CLAIMS) + " |")
    print("|--:|" + "--:|" * len(CLAIMS))
    for off in OFF:
        print(row(off), flush=True)
    for claimed in CLAIMS:
        share = refused(claimed, Decimal(14), within=200)
        print(f"14 points below a claimed {claimed} %: {share:.0%} are refused within 200 pictures")
    begun = time.perf_counter()
    bounds_after((number % 5 > 0 for number in range(POPULATION)), POPULATION, 0.025)
    print(f"all looks at {POPULATION:,} pictures: {time.perf_counter() - begun:.3f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
