"""What the page of a Run costs: how long it takes to write, how large it is, how fast it answers.

The reactions are what Chromium itself reports (Event Timing): from the press of a key or of a
button until the page is painted anew, in steps of 8 ms. They are taken in a fresh headless
Chromium, with real input. The Runs are made up, eight findings a model, with other digits and
digests in each, since equal ones would be packed too well. Rendering is the processor's time, which
other work on the machine does not lengthen; the slowest is that of all verdicts and searches.
"""

from __future__ import annotations

import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from zoo.findings import Finding
    from zoo.run import Run, SubjectRecord

ROOT = Path(__file__).parents[1]
ROUNDS = 5
FEW, MANY = 261, 10_000
RENDERING_SECONDS, MEGABYTES, REACTION_MS = 2.0, 20, 200  # goals: of FEW, of MANY, of both
OBSERVE = """() => {
  window.reactions = [];
  const note = (list) => list.getEntries().forEach((entry) => reactions.push(entry.duration));
  new PerformanceObserver(note).observe({ type: "event", durationThreshold: 16 });
}"""
BECAUSE = "at 1×3×224×224; exactly what thop-early counts at 1×3×224×285 (resized and not cropped)"


def claims(name: str, number: int) -> Iterator[dict[str, Any]]:
    """Yield the findings on one model, as far as they differ from each other."""
    digest = sha256(name.encode()).hexdigest()
    parameters, flops = 28_088_024 + 17 * number, 4_111_514_624 + 1013 * number
    off = number % 5 == 0
    yield {"metric": "model-name", "claimed": name, "measured": name}
    yield {"metric": "parameters", "claimed": parameters + 1976, "measured": parameters}
    yield {"metric": "flops", "claimed": round(flops * (1.28 if off else 1)), "measured": flops}
    yield {"metric": "file-size", "claimed": 4 * parameters, "measured": 4 * parameters}
    yield {
        "metric": "weights-digest",
        "claimed": f"sha256:{digest[:8]}",
        "measured": f"sha256:{digest}",
    }
    yield {"metric": "weights-load", "claimed": "every tensor fits", "measured": digest[:16]}
    yield {"metric": "top-1", "claimed": 80 + number / 1e4, "measured": 80.05}
    yield {"metric": "top-5", "claimed": 95 + number / 1e4, "measured": None}


def found(name: str, number: int) -> Iterator[Finding]:
    """Yield the findings on one model: one in five fails, and one of each model is a SKIP."""
    from zoo.claims import Location
    from zoo.findings import Finding, Verdict, show

    for line, values in enumerate(claims(name, number)):
        claimed, measured = values["claimed"], values["measured"]
        numeric = isinstance(claimed, int | float) and measured is not None
        fails = values["metric"] == "flops" and claimed != measured
        said = f"claimed {show(claimed)}, measured {show(measured)}" + f"; {BECAUSE}" * fails
        yield Finding(
            rule=values["metric"],
            model=name,
            verdict=Verdict.FAIL if fails else Verdict.SKIP if measured is None else Verdict.PASS,
            message="no dataset was given for ImageNet" if measured is None else said,
            location=Location(f"model-index/family{number % 97}.md", 10 + number + line, 3),
            deviation=measured - claimed if numeric else None,
            tolerance={"absolute": 0.1, "relative": 0.01} if numeric else None,
            method=f"macs (version 1): multiply–accumulates of one pass of timm 1.0.31 {name}",
            conditions={"input": [1, 3, 224, 224], "convention": "macs"},
            hint="" if measured else "--dataset 'ImageNet=PATH'",
            **values,
        )


def tested(name: str, number: int) -> SubjectRecord:
    """Return what is known of one model."""
    from zoo.claims import Digest, Location
    from zoo.run import SubjectRecord, WeightsFile

    digest = Digest("sha256", sha256(name.encode()).hexdigest())
    url = f"https://example.org/releases/download/v0.1-weights/{name}-{digest.hex[:8]}.pth"
    return SubjectRecord(
        name,
        f"timm 1.0.31 {name}",
        Location(f"model-index/family{number % 97}.md", 10 + number, 3),
        WeightsFile(Path(), url, digest, 112_611_220, "prefix"),
        {"image-size": 224, "crop-pct": 0.875, "interpolation": "bicubic"},
        f"Family {number % 97}",
    )


def made_up(models: int) -> Run:
    """Return a Run of so many models."""
    from zoo.run import Run

    names = [f"family{number % 97}_network{number}.recipe_in1k" for number in range(models)]
    machine = {"python": platform.python_version(), "platform": platform.platform()}
    return Run(
        "0.1.0",
        "2026-01-02T03:04:05Z",
        machine,
        tuple(tested(name, number) for number, name in enumerate(names)),
        tuple(each for number, name in enumerate(names) for each in found(name, number)),
    )


def reaction(page: Page, act: Callable[[], None]) -> float:
    """Return the longest that the page needed for what an act sent it, in milliseconds."""
    page.evaluate("reactions.length = 0")
    act()
    page.wait_for_timeout(250)
    return float(page.evaluate("Math.max(8, ...reactions)"))


def reactions(page: Page) -> dict[str, list[float]]:
    """Return how long each kind of act takes to be seen, several times each."""
    page.evaluate(OBSERVE)
    taken: dict[str, list[float]] = {"verdict": [], "search": [], "sort": [], "open": []}
    for _ in range(ROUNDS):
        for verdict in ("FAIL", "SKIP", "SKIP", "FAIL"):
            button = page.locator(f"#verdicts button[value={verdict}]")
            taken["verdict"].append(reaction(page, button.click))
        page.focus("#words")
        for key in "network7 pass":
            taken["search"].append(reaction(page, lambda key=key: page.keyboard.press(key)))
        page.locator("button[type=reset]").click()
        for column in (0, 4, 2):
            head = page.locator("#models > thead button").nth(column)
            taken["sort"].append(reaction(page, head.click))
        taken["open"].append(reaction(page, page.locator("#models summary").nth(2).click))
    return taken


def row(page: Page, models: int, folder: str) -> list[float]:
    """Return for a Run: seconds to write it, megabytes, seconds to load it, reactions in ms."""
    from zoo.reports import Style
    from zoo.reports.html import render

    run = made_up(models)
    begun = time.process_time()
    text = render(run, Style())["report.html"]
    rendering = time.process_time() - begun
    path = Path(folder) / f"{models}.html"
    path.write_text(text, encoding="utf-8")
    begun = time.perf_counter()
    page.goto(path.as_uri())
    page.wait_for_selector("#filter:visible")
    loading = time.perf_counter() - begun
    page.wait_for_timeout(1000)
    taken = reactions(page)
    return [
        rendering,
        path.stat().st_size / 1e6,
        loading,
        *(statistics.median(times) for times in taken.values()),
        max(*taken["verdict"], *taken["search"]),
    ]


def as_elements() -> float:
    """Return the megabytes of the page of MANY if their claims lay in it as elements, unpacked."""
    from zoo.reports import Style, html

    packed, html.UNPACKED = html.UNPACKED, MANY
    try:
        return len(html.render(made_up(MANY), Style())["report.html"].encode()) / 1e6
    finally:
        html.UNPACKED = packed


def main() -> int:
    """Print the table, and say whether the goals are met."""
    sys.path.insert(0, str(ROOT))
    from playwright.sync_api import sync_playwright

    from tests.conftest import installed

    path = installed()
    if path is None:
        print("not measured: no Chromium is installed (apt-get install chromium)")
        return 0
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=path)
        print(f"Chromium {browser.version}, Python {platform.python_version()}\n")
        rows = {models: row(browser.new_page(), models, folder) for models in (FEW, MANY)}
        browser.close()
    print("| models | rendering | size | loading | verdict | search | sort | open | slowest |")
    print("|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for models, (rendering, size, loading, *times) in rows.items():
        cells = [f"{models:,}", f"{rendering:.2f} s", f"{size:.1f} MB", f"{loading:.2f} s"]
        print(f"| {' | '.join([*cells, *(f'{each:.0f} ms' for each in times)])} |")
    print(f"\nwith the claims of {MANY:,} models as elements: {as_elements():.1f} MB")
    quick = all(max(each[3:5]) < REACTION_MS for each in rows.values())
    return 0 if rows[FEW][0] < RENDERING_SECONDS and rows[MANY][1] < MEGABYTES and quick else 1


if __name__ == "__main__":
    sys.exit(main())
