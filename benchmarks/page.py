"""What the page of a Run costs: how long it takes to write, how large it is, how fast it answers.

The reactions are what Chromium itself reports (Event Timing): from the press of a key or a button
until the page is painted anew. They are taken in a fresh headless Chromium, with real input events.
"""

from __future__ import annotations

import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from zoo.run import Run

ROOT = Path(__file__).parents[1]
SIZES = (261, 10_000)
RENDERING_SECONDS, MEGABYTES, REACTION_MS = 2.0, 20, 200  # goals: of 261, of 10,000, of both
OBSERVE = """() => {
  window.reactions = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.reactions.push([entry.name, entry.duration]);
  }).observe({ type: "event", durationThreshold: 16, buffered: false });
}"""
METRICS = {  # metric: rule, unit, claimed, measured, tolerance
    "model-name": ("model-name", "", "", "", None),
    "parameters": ("parameters", "parameters", 28_090_000, 28_088_024, (5000, 0)),
    "flops": ("flops", "multiply-adds", 5_285_062_320, 4_111_514_624, (0, 0.01)),
    "file-size": ("file-size", "bytes", 112_611_220, 112_611_220, (0, 0)),
    "weights-digest": ("weights-digest", "", "sha256:{0:08x}", "sha256:{0:064x}", None),
    "weights-load": ("weights-load", "", "every tensor fits", "every tensor fits", None),
    "top-1": ("accuracy", "%", 80.26, 80.27, (0.1, 0)),
    "top-5": ("accuracy", "%", 95.07, None, (0.1, 0)),
}


def made_up(models: int) -> Run:
    """Return a Run of so many models with eight findings each, as long as those of real ones."""
    import hashlib

    from zoo.claims import Digest, Location
    from zoo.findings import Finding, Verdict, show
    from zoo.run import Run, SubjectRecord, WeightsFile

    subjects, findings = [], []
    for number in range(models):
        name = f"family{number % 97}_network{number}.recipe_in1k"
        digest = hashlib.sha256(name.encode()).hexdigest()
        place = f"model-index/family{number % 97}.md"
        url = f"https://example.org/releases/download/v0.1-weights/{name}-{digest[:8]}.pth"
        picture = {"image-size": 224, "crop-pct": 0.875, "interpolation": "bicubic"}
        source = f"timm 1.0.31 {name}"
        weights = WeightsFile(Path(), url, Digest("sha256", digest), 112_611_220, "prefix")
        at = Location(place, 10 + number, 3)
        subjects.append(SubjectRecord(name, source, at, weights, picture))
        for line, (metric, (rule, unit, claimed, measured, policy)) in enumerate(METRICS.items()):
            wrong = metric == "flops" and number % 5 == 0
            if isinstance(claimed, int) and number % 5:
                claimed = measured
            if isinstance(claimed, int):
                claimed, measured = claimed + number, measured + number
            if isinstance(claimed, str):
                claimed = {"model-name": name, "weights-digest": f"sha256:{digest[:8]}"}.get(
                    metric, claimed
                )
                measured = f"sha256:{digest}" if metric == "weights-digest" else claimed
            told = measured is not None
            verdict = Verdict.FAIL if wrong else Verdict.PASS if told else Verdict.SKIP
            said = f"claimed {show(claimed, unit)}, measured {show(measured, unit)}"
            because = "; at 1×3×224×224; exactly what thop-early counts at 1×3×224×285"
            findings.append(
                Finding(
                    rule=rule,
                    model=name,
                    metric=metric,
                    verdict=verdict,
                    message=f"{said}{because if wrong else ''}" if told else "no dataset was given",
                    location=Location(place, 11 + number + line, 3),
                    claimed=claimed,
                    measured=measured,
                    deviation=measured - claimed if told and policy else None,
                    tolerance=policy and {"absolute": policy[0], "relative": policy[1]},
                    unit=unit,
                    method=f"macs (version 1): multiply–accumulates of one pass of {source}",
                    conditions={"input": [1, 3, 224, 224], "convention": "macs"},
                    hint="" if told else "add --dataset PATH",
                )
            )
    machine = {"python": platform.python_version(), "platform": platform.platform()}
    return Run("0.1.0", "2026-01-02T03:04:05Z", machine, tuple(subjects), tuple(findings))
