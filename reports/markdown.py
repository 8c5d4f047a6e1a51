"""Markdown pages for a documentation site: an index page, and a page for each model.

Every value is escaped where the templates put it in, by the environment's ``finalize``; only what
this module itself writes as markup passes as it is.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from jinja2 import Environment, StrictUndefined

from zoo import escape
from zoo.findings import Finding, Verdict, show
from zoo.reports import Report, Style, folded, known_of, reasons, standing
from zoo.run import Run, SubjectRecord

MARKS = {
    Verdict.PASS: "✅",
    Verdict.FAIL: "❌",
    Verdict.UNDECIDED: "❔",
    Verdict.ERROR: "⚠️",
    Verdict.SKIP: "➖",
}
INDEX = """\
# Reproducibility report

{{ total }}: {{ summary }}.
{% for entry in outdated %}
- **baseline** {{ entry }}
{% endfor %}
| model | {% for verdict in verdicts %}{{ verdict }} | {% endfor %}wrong claims |
|:--|{% for verdict in verdicts %}--:|{% endfor %}:--|
{% for model in models -%}
| [{{ model.name }}]({{ model.file }}) | {% for count in model.counts %}{{ count }} | {% endfor %}\
{{ model.failed }} |
{% endfor %}
*PASS*: borne out. *FAIL*: the claim is wrong. *UNDECIDED*: measured, and the evidence does not \
settle it. *ERROR*: could not be told. *SKIP*: not asked for, or not possible on this machine.

Measured on {{ started }} by zoo {{ version }}: {{ environment }}.
"""
PAGE = """\
# {{ name }}

| verdict | metric | claimed | measured | deviation | tolerance | place |
|:--|:--|--:|--:|--:|--:|:--|
{% for row in rows -%}
| {{ row.mark }} {{ row.verdict }} | {{ row.metric }} | {{ row.claimed }} | {{ row.measured }} | \
{{ row.deviation }} | {{ row.tolerance }} | {{ row.place }} |
{% endfor %}
{% if reasons %}## Why

{% for reason in reasons -%}
- **{{ reason.verdict }}** {{ reason.metrics }}: {{ reason.message }}\
{% if reason.known %} ({{ reason.known }}){% endif %}\
{% if reason.hint %} → {{ reason.hint }}{% endif %}
{% endfor %}
{% endif -%}
## Evidence

{% for line in evidence -%}
- {{ line.what }}: {{ line.value }}
{% endfor %}"""


class _Markup(str):
    """Text that is Markdown already."""

    __slots__ = ()


def _finalize(value: Any) -> str:
    return value if isinstance(value, _Markup) else escape.markdown(str(value))


_ENVIRONMENT = Environment(  # noqa: S701  (autoescape is for HTML; finalize escapes Markdown)
    finalize=_finalize, undefined=StrictUndefined, keep_trailing_newline=True
)


def render(run: Run, style: Style) -> dict[str, str]:
    """Return ``index.md`` and one page a model, named after it."""
    subjects = {subject.model: subject for subject in run.subjects}
    by_model = {
        model: list(findings) for model, findings in groupby(run.findings, lambda f: f.model)
    }
    files = _file_names(list(by_model))
    pages = {"index.md": _index(run, by_model, files)}
    for model, findings in by_model.items():
        pages[files[model]] = _page(model, findings, subjects.get(model))
    return pages


def _file_names(models: list[str]) -> dict[str, str]:
    """Return a file name for each model, different for different models on any file system."""
    names: dict[str, str] = {}
    taken = {"index"}
    for model in models:
        stem = base = escape.file_name(model)
        number = 2
        while stem.casefold() in taken:
            stem = f"{base}-{number}"
            number += 1
        taken.add(stem.casefold())
        names[model] = f"{stem}.md"
    return names


def _index(run: Run, by_model: dict[str, list[Finding]], files: dict[str, str]) -> str:
    models = [
        {
            "name": model,
            "file": _Markup(files[model]),
            "counts": [sum(f.verdict is verdict for f in findings) for verdict in Verdict],
            "failed": ", ".join(
                dict.fromkeys(f.metric or f.rule for f in findings if f.verdict is Verdict.FAIL)
            ),
        }
        for model, findings in by_model.items()
    ]
    noun = "model" if len(models) == 1 else "models"
    return _ENVIRONMENT.from_string(INDEX).render(
        total=f"{len(models)} {noun}",
        summary=_summary(run),
        outdated=list(run.outdated),
        verdicts=list(Verdict),
        models=models,
        started=run.started,
        version=run.version,
        environment=_environment(run),
    )


def _summary(run: Run) -> str:
    counts = ", ".join(f"{count} {name.upper()}" for name, count in run.summary.items())
    return " ".join(filter(None, (counts, known_of(run.findings))))


def _environment(run: Run) -> str:
    rest = {name: value for name, value in run.environment.items() if name != "packages"}
    named = {**rest, **run.environment.get("packages", {})}
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in named.items())


def _page(model: str, findings: list[Finding], subject: SubjectRecord | None) -> str:
    return _ENVIRONMENT.from_string(PAGE).render(
        name=model,
        rows=[_row(finding) for finding in folded(findings)],
        reasons=reasons(findings),
        evidence=_evidence(findings, subject),
    )


def _row(finding: Finding) -> dict[str, object]:
    return {
        "mark": MARKS[finding.verdict],
        "verdict": standing(finding),
        "metric": finding.metric or finding.rule,
        "claimed": _cell(finding.claimed, finding.unit),
        "measured": _cell(finding.measured, finding.unit),
        "deviation": "" if finding.deviation is None else f"{finding.deviation:+,.10g}",
        "tolerance": _tolerance(finding),
        "place": _Markup(escape.code(str(finding.location))),
    }


def _cell(value: object, unit: str) -> str:
    text = show(value, unit)
    return _Markup(escape.code(text)) if text.startswith("sha256:") else text


def _tolerance(finding: Finding) -> str:
    policy = finding.tolerance
    if policy is None:
        return ""
    parts = [f"±{show(policy['absolute'])}"] if policy["absolute"] else []
    if policy["relative"]:
        parts.append(f"±{100 * policy['relative']:g} %")
    return " or ".join(parts) or "exact"


def _evidence(findings: list[Finding], subject: SubjectRecord | None) -> list[dict[str, object]]:
    lines: list[tuple[str, object]] = []
    if subject is not None:
        lines.append(("built from", subject.source))
        if subject.weights is not None:
            weights = subject.weights
            lines.append(("weights", _Markup(escape.code(weights.url))))
            lines.append(("SHA-256", _Markup(escape.code(weights.digest.hex))))
            lines.append(("assurance", weights.assurance))
    methods = {(f.metric or f.rule): f for f in findings if f.method}
    for metric, finding in methods.items():
        conditions = "".join(f"; {key} {show(v)}" for key, v in finding.conditions.items())
        lines.append((metric, f"{finding.method}{conditions}"))
    return [{"what": what, "value": value} for what, value in lines]


REPORT = Report(render, many=True)
