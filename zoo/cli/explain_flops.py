"""``zoo explain-flops``: which conventions of counting reproduce the FLOPs of an index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from zoo import escape
from zoo.claims import Metric, ModelEntry, plain
from zoo.cli import _access, _output, _progress, _selection, _text
from zoo.conventions import FRAMINGS, Explanation, shown
from zoo.errors import ZooError
from zoo.sources import source_of
from zoo.survey import Survey, Trouble
from zoo.survey.explain import explain

FEW = 10  # so many models are explained one by one


@dataclass(frozen=True, slots=True)
class Explained:
    """Models that claim FLOPs, with the explanation of each, or why there is none."""

    entries: Sequence[ModelEntry]
    found: dict[str, Explanation]
    left_out: dict[str, str]

    @property
    def exact(self) -> int:
        """How many claims are reproduced to the last digit."""
        return sum(explanation.exact for explanation in self.found.values())

    @property
    def summary(self) -> str:
        """The same in words."""
        return (
            f"{self.exact} of {len(self.entries)} published counts are reproduced to the last digit"
        )


@click.command("explain-flops")
@_selection.selection_options
@click.option("--trust-python", is_flag=True, help="Run the code that the index names.")
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]),
              default="text", show_default=True, help="How it is written.")  # fmt: skip
def explain_flops_command(
    asked: _selection.Asked,
    trust_python: bool,
    form: str,
) -> int:
    """Say which counting rule, on which input, reproduces published FLOPs to the last digit.

    Without a model, all of the index. An explanation never changes a verdict of 'zoo verify'."""
    registry, _ = _selection.spoiled_apart(asked.index)
    chosen = _selection.choose(registry, asked.or_all())
    if not chosen:
        return _selection.nothing_selected("no model of the index matches")
    entries = [entry for entry in chosen if entry.claimed(Metric.FLOPS) is not None]
    if not entries:
        return _selection.nothing_selected("no selected model claims FLOPs")
    _access.require_torch("counting")
    _output.emit(_FORMS[form](_explain(entries, trust_python=trust_python)))
    return 0


def _explain(entries: list[ModelEntry], *, trust_python: bool) -> Explained:
    left_out = {}
    for entry in entries:
        try:
            source_of(entry, trust_python=trust_python)
        except ZooError as error:
            left_out[entry.name] = f"{error.message}: {error.hint}"
    known = [entry for entry in entries if entry.name not in left_out]
    with _progress.listener() as listener:

        def report(done: int, total: int) -> None:
            listener.progress(_progress.SHARED, done, total)

        survey = Survey(_access.cache_folder(), report)
        found = explain(known, survey)
    for entry in known:
        if entry.name not in found:
            left_out[entry.name] = _why_not(survey, entry)
    return Explained(entries, found, left_out)


def _why_not(survey: Survey, entry: ModelEntry) -> str:
    facts = survey.facts(entry)
    troubles = [each for each in (facts.parameters, *facts.totals.values())
                if isinstance(each, Trouble)]  # fmt: skip
    return troubles[0].message if troubles else "the image size is not known"


def _pairs(told: Explained) -> Iterator[tuple[int, str, str, str]]:
    """Yield each convention: how many counts it reproduces, rule, input, of which collections."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for entry in told.entries:
        explanation = told.found.get(entry.name)
        if explanation is not None and explanation.exact:
            pair = explanation.candidate.pair
            counts.setdefault(pair, Counter())[entry.collection or entry.name] += 1
    for (rule, framing), named in sorted(counts.items(), key=lambda item: -item[1].total()):
        collections = ", ".join(f"{name} {count}" for name, count in sorted(named.items()))
        yield named.total(), rule, FRAMINGS[framing].words, collections


def _open(told: Explained) -> Iterator[tuple[str, str]]:
    """Yield each model whose count nothing reproduces, with the nearest, or why not."""
    for entry in told.entries:
        explanation = told.found.get(entry.name)
        if explanation is None:
            yield entry.name, told.left_out[entry.name]
        elif not explanation.exact:
            yield entry.name, _nearest(explanation)


def _nearest(explanation: Explanation) -> str:
    near, claimed = explanation.candidate, explanation.claimed
    off = f" ({(near.value - claimed) / claimed:+.2%})" if claimed else ""
    return f"nearest is {near.rule} at {shown(near.shape)}: {near.value:,}{off}"


def _text_form(told: Explained) -> str:
    parts = [f"{told.summary}\n"]
    if len(told.entries) <= FEW:
        parts += [f"{name}: {each.words()}\n" for name, each in told.found.items() if each.exact]
    else:
        parts += [f"{n} by {rule}, {words}:\n  {of}\n" for n, rule, words, of in _pairs(told)]
    if unexplained := list(_open(told)):
        parts.append("not reproduced:\n" + _text.columns(unexplained))
    return escape.terminal("\n".join(parts))


def _markdown_form(told: Explained) -> str:
    lines = [f"{told.summary}.", "", "| counts | rule | input | collections |"]
    lines.append("|--:|:--|:--|:--|")
    for count, rule, words, collections in _pairs(told):
        lines.append(f"| {count} | `{rule}` | {words} | {escape.markdown(collections)} |")
    if unexplained := list(_open(told)):
        lines += ["", "Not reproduced:", "", "| model | |", "|:--|:--|"]
        lines += [f"| {escape.markdown(n)} | {escape.markdown(why)} |" for n, why in unexplained]
    return "\n".join(lines) + "\n"


def _json_form(told: Explained) -> str:
    rows = []
    for entry in told.entries:
        explanation = told.found.get(entry.name)
        rows.append(
            {
                "model": entry.name,
                "collection": entry.collection or None,
                "claimed": plain(entry.value(Metric.FLOPS)),
                "cause": explanation.cause() if explanation else None,
                "support": explanation.support if explanation else 0,
                "message": told.left_out.get(entry.name, ""),
            }
        )
    return escape.as_json({"schema_version": "1", "models": rows})


_FORMS = {"text": _text_form, "markdown": _markdown_form, "json": _json_form}

COMMAND = explain_flops_command
