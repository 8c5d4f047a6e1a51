"""What was measured against what is claimed: the nearer to the line, the truer the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from zoo.findings import GRAVEST_FIRST, Finding, show
from zoo.plots import _axis
from zoo.plots._axis import Axis
from zoo.plots._canvas import Canvas, Plot
from zoo.plots._points import claimed_of, in_words, numeric, positive, tally
from zoo.run import Run

WIDTH, PANEL, HEAD, LEFT, RIGHT = 720, 220, 60, 72, 20
TITLE = "Measured against claimed"


@dataclass(frozen=True, slots=True)
class _Quantity:
    """What a panel is about.

    Attributes:
        off: how far a measured value is from a claimed one, as the panel shows it.
        true: that distance where the claim holds.
        words: what the distance is called.
    """

    metric: str
    name: str
    off: Callable[[float, float], float]
    true: float
    words: str
    across: Callable[[Sequence[float], float, float], Axis]
    up: Callable[[Sequence[float], float, float], Axis]


def _ratio(claimed: float, measured: float) -> float:
    return measured / claimed


def _points_apart(claimed: float, measured: float) -> float:
    return measured - claimed


_COUNTED = (_ratio, 1, "measured ÷ claimed", _axis.counts, _axis.ratios)
_QUANTITIES = (
    _Quantity("flops", "multiply-adds", *_COUNTED),
    _Quantity("parameters", "parameters", *_COUNTED),
    _Quantity(
        *("top-1", "Top-1 in %", _points_apart, 0, "measured − claimed"),
        *(_axis.linear, _axis.around_zero),
    ),
)


def claimed_measured(run: Run) -> Plot | None:
    """Return a panel for each quantity that was measured of some model; None without any."""
    panels = [(quantity, found) for quantity in _QUANTITIES if (found := _measured(run, quantity))]
    if not panels:
        return None
    height = HEAD + PANEL * len(panels)
    alt = f"{TITLE}. {' '.join(_alt(run, *panel) for panel in panels)}"
    canvas = Canvas.blank("claimed-measured", WIDTH, height, TITLE, alt)
    canvas.legend(48, tally(finding.verdict for _, found in panels for finding in found))
    for place, (quantity, found) in enumerate(panels):
        _panel(canvas, quantity, found, HEAD + PANEL * place)
    return canvas.plot(TITLE, alt)


def _measured(run: Run, quantity: _Quantity) -> list[Finding]:
    claims = numeric(run, (quantity.metric,)).values()
    found = [by_metric[quantity.metric] for by_metric in claims]
    return [finding for finding in found if _number(quantity, finding.measured) is not None]


def _number(quantity: _Quantity, value: object) -> float | None:
    """Return a measured number that the panel can show: nothing at all is one, but no ratio."""
    nothing = value == 0 and not isinstance(value, bool) and quantity.true == 0
    return 0.0 if nothing else positive(value)


def _panel(canvas: Canvas, quantity: _Quantity, found: list[Finding], top: int) -> None:
    up_from, up_to = top + PANEL - 44.0, top + 34.0
    across = quantity.across([claimed_of(finding) for finding in found], LEFT, WIDTH - RIGHT)
    up = quantity.up([_off(quantity, finding) for finding in found], up_from, up_to)
    canvas.text(canvas.layer("ink"), LEFT, top + 22, _heading(quantity, found, up))
    canvas.grid(across, up)
    canvas.text(canvas.layer("faint"), WIDTH - RIGHT, up_from + 34, "as claimed", "end")
    level = up.place(quantity.true)
    canvas.line(canvas.layer("ink"), across.start, level, across.end, level)
    places = [
        (
            finding.verdict,
            across.place(claimed_of(finding)),
            up.place(_off(quantity, finding)),
            _words(finding),
        )
        for finding in found
    ]
    canvas.points(GRAVEST_FIRST[::-1], places)


def _heading(quantity: _Quantity, found: list[Finding], up: Axis) -> str:
    beyond = sum(not up.low <= _off(quantity, finding) <= up.high for finding in found)
    rest = f" ({beyond:,} are further off: drawn at the edge)" if beyond else ""
    return f"{quantity.name}: {quantity.words}{rest}"


def _off(quantity: _Quantity, finding: Finding) -> float:
    measured = _number(quantity, finding.measured)
    return quantity.off(claimed_of(finding), 1.0 if measured is None else measured)


def _words(finding: Finding) -> str:
    claimed, measured = (show(value, finding.unit) for value in (finding.claimed, finding.measured))
    return f"{finding.model}; {finding.verdict}: claimed {claimed}, measured {measured}"


def _alt(run: Run, quantity: _Quantity, found: list[Finding]) -> str:
    middle = median(_off(quantity, finding) for finding in found)
    counted = in_words(tally(finding.verdict for finding in found))
    unit = f"{middle:+.3g} points" if quantity.true == 0 else f"{middle:.3g}"
    noun = "claim" if len(found) == 1 else "claims"
    return (
        f"{quantity.name.removesuffix(' in %').capitalize()}: {len(found):,} {noun}, {counted};"
        f" the median of {quantity.words} is {unit}.{_not_shown(run, quantity, found)}"
    )


def _not_shown(run: Run, quantity: _Quantity, found: list[Finding]) -> str:
    """Say how many other claims were measured: of one model only the gravest is drawn."""
    drawn = {id(finding) for finding in found}
    measured = [f for f in run.findings if f.metric == quantity.metric and f.measured is not None]
    left = tally(finding.verdict for finding in measured if id(finding) not in drawn)
    return f" Not shown: {in_words(left)}." if left else ""
