"""Draws what a Run found, as SVG that needs nothing else and reads on light and on dark ground.

Each picture brings its own ground, which follows the scheme of the reader's system: inside an
``<img>`` no page can tell it another. Verdicts differ in shape as well as in colour.
"""

from __future__ import annotations

from zoo.plots._bars import verdict_counts
from zoo.plots._canvas import Plot
from zoo.plots._deviations import claimed_measured
from zoo.plots._scatter import accuracy_against
from zoo.run import Run

__all__ = ["Plot", "plots"]


def plots(run: Run) -> dict[str, Plot]:
    """Return the pictures of a Run by name; one that nothing could be drawn in is left out."""
    drawn = {
        "accuracy-flops": accuracy_against(run, "flops"),
        "accuracy-parameters": accuracy_against(run, "parameters"),
        "claimed-measured": claimed_measured(run),
        "verdict-counts": verdict_counts(run),
    }
    return {name: plot for name, plot in drawn.items() if plot is not None}
