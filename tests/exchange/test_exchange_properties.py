"""Models go out in any format and come back, and what comes in spoilt is refused with its line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.damage import damaged, rewritten, survives
from tests.index.any_index import CASES, MODELS, WORDS, forms, says, spoiled_pages
from zoo.changes import Side, compare
from zoo.errors import UsageError
from zoo.exchange import EXPORTERS, IMPORTERS
from zoo.index import read_index

TIMM = """model,img_size,top1,top1_err,top5,top5_err,param_count,crop_pct,interpolation
resnet50.a1_in1k,224,80.1,19.9,95.0,5.0,25.56,0.95,bicubic
resnet50.a1_in1k,288,81.1,18.9,95.5,4.5,25.56,1.000,bicubic
"with,comma",224,1.1,98.9,2,98,"1,000.5",0.875,bilinear
"""
CELLS = [",", '"', '""', "-1", "100.5", "NaN", "²", "'", "=1+1", "\t", "model", "x" * 300, "\0",
         "\r", "é", "9" * 40, "224x224", "1e5", "\u202e", "25.56M"]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exchange")


@pytest.mark.parametrize("form", ["yaml", "json"])
@given(MODELS)
def test_models_come_back_as_they_went_out(folder: Path, form: str, models: Sequence[Any]) -> None:
    _, text = next(forms(models))
    (folder / "in.json").write_text(text, encoding="utf-8")
    there = read_index(folder / "in.json").entries
    (page,) = EXPORTERS[form].render(there).pages.values()
    path = folder / f"out{EXPORTERS[form].suffix}"
    path.write_text(page, encoding="utf-8")
    back = read_index(path)
    assert back.errors == ()
    a, b = (Side("", {entry.name: entry for entry in side}) for side in (there, back.entries))
    assert not compare(a, b)
    assert EXPORTERS[form].render(back.entries).pages.values()
    (again,) = EXPORTERS[form].render(back.entries).pages.values()
    assert again == page


@given(spoiled_pages())
def test_whatever_is_read_goes_out_in_every_format(folder: Path, page: tuple[str, str]) -> None:
    name, text = page
    path = folder / name
    path.write_bytes(text.encode("utf-8", "replace"))
    entries = read_index(path).entries
    for form in EXPORTERS:
        for content in EXPORTERS[form].render(entries).pages.values():
            assert content.encode("utf-8")
    same = Side("", {entry.name: entry for entry in entries})
    assert not compare(same, same)


@given(
    rewritten(st.just(TIMM), CELLS).map(lambda text: text.encode("utf-8", "replace"))
    | damaged(st.just(TIMM.encode()))
)
def test_a_table_of_timm_that_is_spoilt_is_refused_or_goes_out(folder: Path, data: bytes) -> None:
    path = folder / "results-imagenet.csv"
    path.write_bytes(data)
    found = survives(lambda: IMPORTERS["timm-csv"].read(str(path)), UsageError)
    if found is not None:
        for form in EXPORTERS:
            EXPORTERS[form].render(found.entries)


@given(MODELS, st.data())
def test_a_table_of_zoo_comes_back_and_is_refused_where_it_is_spoilt(
    folder: Path, models: Sequence[Any], data: st.DataObject
) -> None:
    _, text = next(forms(models))
    (folder / "in.json").write_text(text, encoding="utf-8")
    there = read_index(folder / "in.json").entries
    (page,) = EXPORTERS["csv"].render(there).pages.values()
    path = folder / "out.csv"
    path.write_bytes(page.encode())
    back = IMPORTERS["csv"].read(str(path)).entries
    assert [entry.name for entry in back] == [entry.name for entry in there]
    assert [says(e.tasks) for e in back] == [says(e.tasks) for e in there]
    path.write_bytes(data.draw(rewritten(st.just(page), CELLS)).encode("utf-8", "replace"))
    survives(lambda: IMPORTERS["csv"].read(str(path)), UsageError)


@given(rewritten(st.just(CASES["huggingface-card.md"]), WORDS))
def test_a_card_that_is_spoilt_is_refused_or_goes_out(folder: Path, text: str) -> None:
    path = folder / "card.md"
    path.write_bytes(text.encode("utf-8", "replace"))
    found = survives(lambda: IMPORTERS["hf-card"].read(str(path)), UsageError)
    for form in EXPORTERS if found else ():
        EXPORTERS[form].render(found.entries)
