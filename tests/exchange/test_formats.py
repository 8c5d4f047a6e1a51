"""Every format to write and to read: the contract, and what Hugging Face makes of its own."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from zoo.claims import ModelEntry
from zoo.errors import UsageError
from zoo.exchange import EXPORTERS, IMPORTERS
from zoo.index import read_index

Entries = Callable[[str], tuple[ModelEntry, ...]]
HOSTILE = """\
Models:
- Name: '=cmd()'
  Metadata: {Note: '=cmd() <script>| `x`', Parameters: 7}
  Code: '@SUM(A1)'
  Results:
  - {Task: 'x: [', Dataset: "it's: #1\\n---\\n<!-- y -->", Metrics: {Top 1 Accuracy: 1.50%}}
- Name: a/b
- Name: a-b
"""


@pytest.fixture
def entries(tmp_path: Path) -> Entries:
    def read(text: str) -> tuple[ModelEntry, ...]:
        (tmp_path / "page.yml").write_text(text)
        index = read_index(tmp_path / "page.yml")
        assert index.errors == ()
        return index.entries

    return read


@pytest.mark.parametrize("form", list(EXPORTERS))
def test_every_format_writes_hostile_models_under_names_of_their_own(
    entries: Entries, form: str
) -> None:
    exporter = EXPORTERS[form]
    pages = exporter.render(entries(HOSTILE)).pages
    for name in pages:
        assert Path(name).name == name
        assert name.endswith(exporter.suffix)
        assert not name.startswith((".", "-"))
    if form == "hf-card":
        assert list(pages) == ["cmd--.md", "a-b.md", "a-b-2.md"]


@pytest.mark.parametrize("form", list(EXPORTERS))
def test_every_format_writes_a_model_that_claims_nothing(entries: Entries, form: str) -> None:
    exported = EXPORTERS[form].render(entries("Models:\n- Name: bare\n"))
    assert exported.pages or any("bare" in note for note in exported.notes)


@pytest.mark.parametrize("form", list(IMPORTERS))
def test_every_format_that_is_read_refuses_what_it_is_not(form: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\0\1\2")
    with pytest.raises(UsageError):
        IMPORTERS[form].read(str(tmp_path / "file"))


def test_a_spreadsheet_gets_numbers_as_numbers_and_no_formulas(entries: Entries) -> None:
    (text,) = EXPORTERS["csv"].render(entries(HOSTILE)).pages.values()
    first = next(csv.DictReader(io.StringIO(text)))
    assert (first["name"], first["code"]) == ("'=cmd()", "'@SUM(A1)")
    assert (first["parameters"], first["top1"], first["source_line"]) == ("7", "1.5", "2")


def test_the_card_is_one_that_hugging_face_reads(entries: Entries) -> None:
    hub = pytest.importorskip("huggingface_hub")
    page = next(iter(EXPORTERS["hf-card"].render(entries(HOSTILE)).pages.values()))
    card = hub.ModelCard(page)
    (result,) = card.data.eval_results
    assert card.data.model_name == "=cmd()"
    assert (result.metric_value, result.metric_name) == (1.5, "Top 1 Accuracy")
    assert result.dataset_name == "it's: #1\n---\n<!-- y -->"
    assert "<script>" not in page


def test_the_card_keeps_the_digits_of_a_value(entries: Entries) -> None:
    page = next(iter(EXPORTERS["hf-card"].render(entries(HOSTILE)).pages.values()))
    assert "value: 1.50\n" in page


RESULTS = """\
Models:
- Name: m
  Metadata: {Image Size: 256, Crop Pct: 0.94}
  Paper: https://example.org/paper
  Results:
  - {Task: t, Dataset: ImageNet, Metrics: {Top 1 Accuracy: 83.740%, Top 5 Accuracy: 96.77, mAP: 1}}
  - {Task: t, Dataset: org/set, Metrics: {Top 1 Accuracy: 50}}
  - {Task: t, Dataset: My own pictures, Metrics: {Top 1 Accuracy: 60}}
- Name: bare
"""


def test_eval_results_are_records_that_hugging_face_reads(entries: Entries) -> None:
    parse = pytest.importorskip("huggingface_hub._eval_results").parse_eval_result_entries
    pages = EXPORTERS["eval-results"].render(entries(RESULTS)).pages
    assert list(pages) == ["m.yaml"]
    assert "value: 83.740\n" in pages["m.yaml"]
    records = parse(yaml.safe_load(pages["m.yaml"]))
    assert [(r.dataset_id, r.task_id, r.value) for r in records] == [
        ("ILSVRC/imagenet-1k", "top-1", 83.74),
        ("ILSVRC/imagenet-1k", "top-5", 96.77),
        ("org/set", "top-1", 50),
    ]
    assert (records[0].source_url, records[0].source_name) == ("https://example.org/paper", "Paper")
    assert "image-size 256; crop-pct 0.94" in records[0].notes


def test_what_eval_results_have_no_place_for_is_said(entries: Entries) -> None:
    notes = EXPORTERS["eval-results"].render(entries(RESULTS)).notes
    assert [note.partition(":")[2].strip()[:40] for note in notes] == [
        "mAP on ImageNet is not carried over: its",
        "accuracies on My own pictures are not ca",
        "no accuracy is claimed",
        "Task",
    ]
