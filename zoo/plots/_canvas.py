"""The ground that pictures are drawn on: colours, marks, text and lines, as elements of SVG.

All is written by the standard library's XML writer, so that no name can become markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from zoo import escape
from zoo.findings import Verdict
from zoo.plots._axis import Axis

# The colours keep 3:1 to their ground, words 4.5:1, and differ for eyes that lack a cone: a test
# holds each of these. The first is that on light ground, the second that on dark.
COLOURS: Mapping[str, tuple[str, str]] = {
    "pass": ("#00695c", "#5ce0c4"),
    "fail": ("#b3220c", "#ff7b54"),
    "undecided": ("#7b3fb5", "#c79bf2"),
    "error": ("#b57f00", "#f0cf5a"),
    "skip": ("#8a929c", "#868d99"),
    "ground": ("#ffffff", "#14171c"),
    "ink": ("#1f2328", "#e6e9ee"),
    "faint": ("#59636e", "#a3acb8"),
    "grid": ("#dfe3e8", "#333a44"),
}
LIGHT = ";".join(f"--zoo-{name}:{light}" for name, (light, _) in COLOURS.items())
DARK = ";".join(f"--zoo-{name}:{dark}" for name, (_, dark) in COLOURS.items())
_STYLE = (
    f".zoo-plot{{{LIGHT}}}@media(prefers-color-scheme:dark){{.zoo-plot{{{DARK}}}}}"
    + "".join(f".zoo-plot .{name}{{color:var(--zoo-{name})}}" for name in COLOURS)
    + ".zoo-plot text{font:12px system-ui,sans-serif}.zoo-plot .title{font-size:15px}"
)
# One shape a verdict, around its own middle.
SHAPES: Mapping[Verdict, Mapping[str, str]] = {
    Verdict.PASS: {"d": "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z", "fill": "currentColor"},
    Verdict.FAIL: {"d": "M-3.8-3.8l7.6 7.6m0-7.6l-7.6 7.6", "stroke-width": "2.2"},
    Verdict.UNDECIDED: {"d": "M0-4.6l4.6 4.6l-4.6 4.6l-4.6-4.6z", "stroke-width": "1.6"},
    Verdict.ERROR: {"d": "M0-4.6l4.6 8.2h-9.2z", "fill": "currentColor"},
    Verdict.SKIP: {"d": "M-2.6-2.6h5.2v5.2h-5.2z", "stroke-width": "1.2"},
}
MANY = 1000  # points beyond which a picture is read as a whole
_LETTER = 8  # width of a capital letter, in pixels

Place = tuple[Verdict, float, float, str]


@dataclass(frozen=True, slots=True)
class Plot:
    """One picture.

    Attributes:
        title: what it shows, in a few words.
        svg: the whole document, without an XML declaration, so that a page can hold it as it is.
        alt: what is to be seen in it, in words.
    """

    title: str
    svg: str
    alt: str


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture that is being drawn."""

    name: str
    root: Element
    width: int

    @classmethod
    def blank(cls, name: str, width: int, height: int, title: str, alt: str) -> Canvas:
        """Return an empty picture with its ground, its heading and what is read out of it."""
        root = Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "class": "zoo-plot",
                "viewBox": f"0 0 {width} {height}",
                "width": str(width),
                "height": str(height),
                "role": "img",
                "aria-labelledby": f"{name}-title {name}-desc",
            },
        )
        SubElement(root, "title", {"id": f"{name}-title"}).text = escape.line(title)
        SubElement(root, "desc", {"id": f"{name}-desc"}).text = escape.line(alt)
        SubElement(root, "style").text = _STYLE
        canvas = cls(name, root, width)
        frame = {"width": str(width), "height": str(height), "rx": "6", "fill": "currentColor"}
        SubElement(canvas.layer("ground"), "rect", frame)
        heading = canvas.text(canvas.layer("ink"), 16, 26, title)
        heading.set("class", "title")
        return canvas

    def layer(self, colour: str) -> Element:
        """Return a group of one colour; where CSS is not understood, it is that on light ground."""
        return SubElement(self.root, "g", {"class": colour, "color": COLOURS[colour][0]})

    def text(self, layer: Element, x: float, y: float, words: str, anchor: str = "") -> Element:
        """Write words; ``anchor`` says which part of them is at the place, else their start."""
        place = {"x": number(x), "y": number(y), "fill": "currentColor"}
        element = SubElement(layer, "text", place | ({"text-anchor": anchor} if anchor else {}))
        element.text = escape.line(words)
        return element

    def line(self, layer: Element, x1: float, y1: float, x2: float, y2: float) -> Element:
        """Draw a straight line."""
        path = f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}"
        return SubElement(layer, "path", {"d": path, "stroke": "currentColor"})

    def marks(self, verdict: Verdict, places: Sequence[tuple[float, float, str]]) -> None:
        """Draw the mark of a verdict at each place; one with words says them when pointed at."""
        if not places:
            return
        layer = self.layer(verdict.value.lower())
        for x, y, words in places:
            reference = {"href": f"#{self.name}-{verdict.value.lower()}"}
            mark = SubElement(layer, "use", reference | {"x": number(x), "y": number(y)})
            if words:
                SubElement(mark, "title").text = escape.line(words)

    def points(self, verdicts: Sequence[Verdict], places: Sequence[Place]) -> None:
        """Draw what was found at each place, the last of the verdicts uppermost.

        Where there are many, no point has words of its own, and two that no eye parts are one.
        """
        few = len(places) <= MANY
        for verdict in verdicts:
            own = [(x, y, words) for each, x, y, words in places if each is verdict]
            self.marks(
                verdict, own if few else sorted({(round(x), round(y), "") for x, y, _ in own})
            )

    def legend(self, y: float, verdicts: Iterable[Verdict]) -> None:
        """Define the marks, and explain those of the verdicts that occur."""
        definitions = SubElement(self.root, "defs")
        ink = self.layer("ink")
        x = 22.0
        for verdict in verdicts:
            shape = {"fill": "none", **SHAPES[verdict]}
            if "stroke-width" in shape:
                shape["stroke"] = "currentColor"
            SubElement(definitions, "path", {"id": f"{self.name}-{verdict.value.lower()}"} | shape)
            self.marks(verdict, [(x, y - 4, "")])
            self.text(ink, x + 9, y, verdict.value)
            x += 36 + _LETTER * len(verdict.value)

    def grid(self, across: Axis, up: Axis) -> None:
        """Draw a line for each tick of both axes, and its words."""
        lines, words = self.layer("grid"), self.layer("faint")
        for value, label in across.ticks:
            x = across.place(value)
            self.line(lines, x, up.start, x, up.end)
            self.text(words, x, up.start + 18, label, "middle")
        for value, label in up.ticks:
            y = up.place(value)
            self.line(lines, across.start, y, across.end, y)
            self.text(words, across.start - 8, y + 4, label, "end")

    def plot(self, title: str, alt: str) -> Plot:
        """Return the finished picture."""
        return Plot(title, tostring(self.root, encoding="unicode"), escape.line(alt))


def number(value: float) -> str:
    """Return a coordinate in tenths of a pixel, which no eye tells from the true one."""
    return f"{value:.1f}".removesuffix(".0")
