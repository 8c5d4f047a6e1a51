"""A report says the same in any style: in colour or without, wide or narrow."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reports.any_run import runs
from tests.reports.judges import judged
from zoo.reports import REPORTS, Style
from zoo.run import Run

STYLES = st.builds(Style, st.booleans(), st.integers(1, 300), st.booleans())
SGR = re.compile(r"\x1b\[[0-9;]*m")
ENDS = re.compile(r"(?m)[^\S\n]+$")


@pytest.mark.parametrize("name", list(REPORTS))
@settings(max_examples=settings.default.max_examples // 4)
@given(run=runs(), style=STYLES)
def test_any_run_is_rendered_in_any_style(name: str, run: Run, style: Style) -> None:
    pages = REPORTS[name].render(run, style)
    assert pages == REPORTS[name].render(run, style)
    plain = {file: ENDS.sub("", SGR.sub("", text)) for file, text in pages.items()}
    bare = REPORTS[name].render(run, Style(False, style.width, style.folder))
    assert plain == {file: ENDS.sub("", text) for file, text in bare.items()}
    if style.folder:  # what there is else are other pages, and the judges are of these
        judged(name, plain)
