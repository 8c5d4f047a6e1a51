"""``zoo explain-flops``: which conventions of counting reproduce the FLOPs of an index."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from zoo import escape
from zoo.claims import Metric, ModelEntry
from zoo.cli import _access, _output, _progress, _selection, _text
from zoo.conventions import FRAMINGS, Explanation, shown
from zoo.errors import ZooError
from zoo.sources import source_of
from zoo.survey import Survey
from zoo.survey.explain import explain

Pair = tuple[str, str]


@click.command("explain-flops")
@_selection.selection_options
@_selection.index_option
@click.option("--trust-python", is_flag=True, help="Run the code that the index names.")
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]),
              default="text", show_default=True)  # fmt: skip
def explain_flops_command(
    models: tuple[str, ...],
    everything: bool,
    patterns: str | None,
    index: Path | None,
    trust_python: bool,
    form: str,
) -> int:
    """Say which counting rule, on which input, reproduces published FLOPs to the last digit.

    Without a model, all of the index. An explanation never changes a verdict of 'zoo verify'."""
    chosen = _selection.choose(
        _selection.sound_registry(index), models, patterns, everything or not (models or patterns)
    )
    entries = [entry for entry in chosen if entry.claimed(Metric.FLOPS) is not None]
    if not entries:
        return _selection.nothing_selected("no selected model claims FLOPs")
    _access.require_torch("counting")
    left_out = {}
    for entry in entries:
        try:
            source_of(entry, trust_python=trust_python)
        except ZooError as error:
            left_out[entry.name] = error.message
    known = [entry for entry in entries if entry.name not in left_out]
    with _progress.listener() as listener:
        survey = Survey(
            _access.cache_folder(), lambda done, of: listener.progress("architectures", done, of)
        )
        found = explain(known, survey)
        for entry in known:
            if entry.name not in found:
                left_out[entry.name] = _why_not(survey, entry)
    _output.emit(_FORMS[form](entries, found, left_out))
    return 0


def _why_not(survey: Survey, entry: ModelEntry) -> str:
    parameters = survey.facts(entry).parameters
    if not isinstance(parameters, int):
        return parameters.message
    troubles = (
        total for total in survey.facts(entry).totals.values() if not isinstance(total, dict)
    )
    return next((trouble.message for trouble in troubles), "the image size is not known")  # type: ignore[union-attr]


def _summary(entries: Sequence[ModelEntry], found: dict[str, Explanation]) -> str:
    exact = sum(explanation.exact for explanation in found.values())
    return f"{exact} of {len(entries)} published counts are reproduced to the last digit"


def _pairs(
    entries: Sequence[ModelEntry], found: dict[str, Explanation]
) -> Iterator[tuple[Pair, int, str]]:
    """Yield each convention with how many counts it reproduces, and of which collections."""
    counts: dict[Pair, Counter[str]] = {}
    for entry in entries:
        explanation = found.get(entry.name)
        if explanation is not None and explanation.exact:
            pair = explanation.candidate.pair
            counts.setdefault(pair, Counter())[entry.collection or entry.name] += 1
    for pair, named in sorted(counts.items(), key=lambda item: (-item[1].total(), item[0])):
        yield pair, named.total(), ", ".join(f"{name} {n}" for name, n in sorted(named.items()))


def _open(
    entries: Sequence[ModelEntry], found: dict[str, Explanation], left_out: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield each model whose count nothing reproduces, with the nearest, or why not."""
    for entry in entries:
        explanation = found.get(entry.name)
        if explanation is None:
            yield entry.name, left_out[entry.name]
        elif not explanation.exact:
            near = explanation.candidate
            off = (
                (near.value - explanation.claimed) / explanation.claimed
                if explanation.claimed
                else 0
            )
            yield (
                entry.name,
                f"nearest is {near.rule} at {shown(near.shape)}: {near.value:,} ({off:+.2%})",
            )


def _text_form(
    entries: Sequence[ModelEntry], found: dict[str, Explanation], left_out: dict[str, str]
) -> str:
    parts = [_summary(entries, found) + "\n"]
    if len(entries) <= _FEW:
        rows = [(name, found[name].words()) for name in found if found[name].exact]
    else:
        rows = []
        for (rule, framing), count, collections in _pairs(entries, found):
            parts.append(f"{count} by {rule}, {FRAMINGS[framing].words}:\n  {collections}\n")
    if rows:
        parts.append(_text.columns(rows))
    if unexplained := list(_open(entries, found, left_out)):
        parts.append("not reproduced:\n" + _text.columns(unexplained))
    return "\n".join(parts)


_FEW = 10


def _markdown_form(
    entries: Sequence[ModelEntry], found: dict[str, Explanation], left_out: dict[str, str]
) -> str:
    lines = [f"{_summary(entries, found)}.", "", "| counts | rule | input | collections |"]
    lines.append("|--:|:--|:--|:--|")
    for (rule, framing), count, collections in _pairs(entries, found):
        words = FRAMINGS[framing].words
        lines.append(f"| {count} | `{rule}` | {words} | {escape.markdown(collections)} |")
    unexplained = list(_open(entries, found, left_out))
    if unexplained:
        lines += ["", "Not reproduced:", "", "| model | |", "|:--|:--|"]
        lines += [f"| {escape.markdown(n)} | {escape.markdown(why)} |" for n, why in unexplained]
    return "\n".join(lines) + "\n"


def _json_form(
    entries: Sequence[ModelEntry], found: dict[str, Explanation], left_out: dict[str, str]
) -> str:
    rows = [
        {
            "model": entry.name,
            "collection": entry.collection or None,
            "claimed": found[entry.name].claimed if entry.name in found else None,
            "cause": found[entry.name].cause() if entry.name in found else None,
            "support": found[entry.name].support if entry.name in found else 0,
            "message": left_out.get(entry.name, ""),
        }
        for entry in entries
    ]
    return json.dumps({"schema_version": "1", "models": rows}, indent=2, ensure_ascii=False) + "\n"


_FORMS = {"text": _text_form, "markdown": _markdown_form, "json": _json_form}

COMMAND = explain_flops_command
