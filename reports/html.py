"""One page to send to someone: a file of HTML that needs nothing else, to search and to sort.

The page is written here, and its script only hides, moves and opens what is there, so that all of
it can be read where no script runs. Beyond 1,000 models their details are packed, since they would
be too much for a browser; then only the table is left without the script.

Every value is escaped where the templates put it in, by the environment's ``finalize``. The policy
in the page's head lets a browser use the script and the styles by their digests and nothing else:
no request leaves the page.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from zoo import escape
from zoo.findings import GRAVEST_FIRST, Verdict
from zoo.plots import plots
from zoo.reports import Report, Style
from zoo.reports._models import Model, environment, models
from zoo.reports._words import number
from zoo.run import Run

UNPACKED = 1000
MEANINGS = {
    Verdict.PASS: "borne out",
    Verdict.FAIL: "the claim is wrong",
    Verdict.UNDECIDED: "measured, and the evidence does not settle it",
    Verdict.ERROR: "could not be told",
    Verdict.SKIP: "not asked for, or not possible on this machine",
}


def render(run: Run, style: Style) -> dict[str, str]:
    """Return the page as ``report.html``."""
    found = models(run)
    subject = number(len(found), "model")
    packed = _packed(found) if len(found) > UNPACKED else None
    pictures = [escape.terminal(plot.svg) for plot in plots(run).values()]
    sheet, script = _asset("page.css"), _asset("page.js")
    page = _environment().get_template("page.html")
    text = page.render(
        run=run,
        title=f"Reproducibility report: {subject}, {run.summary['fail']:,} FAIL",
        subject=subject,
        models=found,
        counts=_counts(run, found),
        on=environment(run),
        plots=[Markup(picture) for picture in pictures],  # noqa: S704  (written by an XML writer)
        packed=packed,
        policy=_policy(script, [sheet, *_styles(pictures)]),
        style=Markup(sheet),  # noqa: S704  (files of this package)
        script=Markup(script),  # noqa: S704
    )
    return {"report.html": text}


def _counts(run: Run, found: Sequence[Model]) -> list[dict[str, Any]]:
    """Return for each verdict how many findings have it, and how many models such a one.

    Likewise at the end for what the baseline knows, if that is anything.
    """
    known = [finding for finding in run.findings if finding.known is not None]
    counts: list[dict[str, Any]] = [
        {
            "verdict": verdict,
            "meaning": MEANINGS[verdict],
            "findings": run.summary[verdict.value.lower()],
            "models": sum(verdict in model.verdicts for model in found),
            "known": sum(f.verdict is verdict for f in known),
        }
        for verdict in GRAVEST_FIRST
    ]
    if known:
        models = len({finding.model for finding in known})
        own = {"verdict": "known", "findings": len(known), "models": models, "known": 0}
        counts.append(own | {"meaning": "as it was before, and in the baseline with a reason"})
    return counts


def _packed(found: Sequence[Model]) -> str:
    """Return of each model, compressed, the details and the texts that a search goes through."""
    details = _environment().get_template("details.html")
    texts = json.dumps([[details.render(model=model), model.texts] for model in found])
    return base64.b64encode(gzip.compress(texts.encode(), mtime=0)).decode()


def _policy(script: str, sheets: Iterable[str]) -> str:
    styles = " ".join(dict.fromkeys(map(_digest, sheets)))
    return (
        f"default-src 'none'; script-src {_digest(script)}; style-src {styles}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _styles(pictures: Iterable[str]) -> list[str]:
    """Return the style sheets that pictures bring along."""
    return [text for svg in pictures for text in re.findall("<style>([^<]*)</style>", svg)]


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"


def _finalize(value: Any) -> Markup:
    return value if isinstance(value, Markup) else _text(str(value))


@lru_cache(1000)  # few words make up most of a page
def _text(value: str) -> Markup:
    return Markup(escape.html(escape.terminal(value)))  # noqa: S704  (just escaped)


@cache
def _environment() -> Environment:
    made = Environment(
        autoescape=True,
        finalize=_finalize,
        loader=FunctionLoader(_asset),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["ranks"] = {verdict: rank for rank, verdict in enumerate(GRAVEST_FIRST)}
    return made


@cache
def _asset(name: str) -> str:
    return files("zoo.reports").joinpath("page", name).read_text(encoding="utf-8")


REPORT = Report(render)
