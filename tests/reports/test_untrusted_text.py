"""No text of a Run becomes more than text, in any field of any format."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.reports.any_run import runs
from tests.reports.hostile import BENIGN, TEXTS, run_of
from tests.reports.judges import JUDGES, commands, judged
from zoo.evidence import from_json, to_json
from zoo.reports import REPORTS, Style
from zoo.run import Run


def test_every_format_has_a_judge() -> None:
    assert set(REPORTS) <= set(JUDGES)


@pytest.mark.parametrize("name", list(REPORTS))
def test_no_text_is_more_than_text_in_any_field(name: str) -> None:
    benign = judged(name, REPORTS[name].render(run_of(BENIGN), Style()))
    for attack, text in TEXTS.items():
        pages = REPORTS[name].render(run_of(text), Style())
        shape = judged(name, pages)
        assert shape == benign or not text, attack  # what is empty is left out


@pytest.mark.parametrize("log", ["::error::x", "  ::a b=c::", "x ##[error]y", "a\x85::debug::"])
def test_the_judge_of_logs_finds_commands(log: str) -> None:
    assert commands(log)


@given(runs())
def test_any_run_is_read_back_as_it_was(run: Run) -> None:
    (document,) = REPORTS["json"].render(run, Style()).values()
    assert from_json(document, "run.json") == from_json(to_json(run), "run.json") == run


@pytest.mark.parametrize("name", list(REPORTS))
@given(run=runs())
def test_any_run_is_rendered_in_any_format_and_parsed_back(name: str, run: Run) -> None:
    judged(name, REPORTS[name].render(run, Style()))
