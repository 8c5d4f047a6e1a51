"""What zoo writes as a model index it reads back into the same claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from zoo.claims import Claim, Location, Metric, ModelEntry, SourceSpec
from zoo.errors import UsageError
from zoo.exchange import EXPORTERS, IMPORTERS
from zoo.exchange.written import Number, number, plain, to_yaml
from zoo.index import read_index
from zoo.index.values import PARSERS

ROOT = Path(__file__).parents[2]
NOWHERE = Location("", 1, 1)
NUMBERS = st.from_regex(r"[0-9]{1,12}(\.[0-9]{1,12})?", fullmatch=True)
# Every character that may stand in an index: no controls but line ends, nothing invisible.
TEXTS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Cn", "Co"))
    | st.sampled_from("\n\t"),
    min_size=1,
    max_size=60,
)


def said(entry: ModelEntry) -> dict[str, Any]:
    """Return everything that an entry states, without its places."""
    return {
        "name": entry.name,
        "library": entry.library,
        "collection": entry.collection,
        "source": (entry.source.kind, entry.source.reference, dict(entry.source.arguments)),
        "claims": [replace(claim, location=NOWHERE) for claim in entry.claims],
        "weights": str(entry.weights),
        "code": entry.code,
        "paper": entry.paper,
        "tasks": entry.tasks,
        "training data": entry.training_data,
        "untested": sorted((name, str(entry.fields.get(name))) for name in entry.untested),
    }


def round_trip(entries: tuple[ModelEntry, ...], form: str, folder: Path) -> list[dict[str, Any]]:
    ((name, text),) = EXPORTERS[form].render(entries).pages.items()
    (folder / name).write_text(text, encoding="utf-8")
    index = read_index(folder / name)
    assert index.errors == ()
    return [said(entry) for entry in index.entries]


@pytest.mark.parametrize("form", ["yaml", "json"])
@pytest.mark.parametrize("part", ["model-index", "model-index/demo"])
def test_the_bundled_index_is_read_back_as_it_was(form: str, part: str, tmp_path: Path) -> None:
    entries = read_index(ROOT / part).entries
    back = round_trip(entries, form, tmp_path)
    if len({entry.library for entry in entries}) > 1:  # which a document has no room for
        entries = tuple(replace(entry, library="") for entry in entries)
    assert back == [said(entry) for entry in entries]


EVERYTHING = """\
Collections:
- Name: Family
  Paper: {Title: 'On, URL: schemes', URL: 'https://example.org/p'}
  Metadata: {Tasks: [Object Detection], Lr: '1e-3', Note: 'no'}
Models:
- Name: all "of" it
  In Collection: Family
  Source: {Type: python, Reference: 'a.b:c', Arguments: {depth: 3, wide: true, name: '3'}}
  Metadata:
    ID: other
    FLOPs: 4.10 G
    Parameters: 1,234,567
    SHA256: sha256:0123456789abcdef
    File Size: 1.50 MB
    Mean: [0.50, 0.5, 5e-1]
    inference time (ms/im): '12.50'
    Trained:
      At: home
  Weights: https://example.org/x-01234567.pth
  Results:
  - Task: Image Classification
    Dataset: A (val)
    Dataset Fingerprint: sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    Metrics: {Top 1 Accuracy: 83.740, mAP (small): 12.0}
  - Task: Image Classification
    Dataset: B
    Metrics: {Top 5 Accuracy: 90, Top 1 Accuracy: '80.0%'}
  - Task: Image Classification
    Dataset: B
    Metrics: {Top 1 Accuracy: 80.1}
- Name: bare
"""


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_every_kind_of_statement_is_read_back_as_it_was(form: str, tmp_path: Path) -> None:
    page = tmp_path / "page.yml"
    page.write_text(EVERYTHING)
    index = read_index(page)
    assert index.errors == ()
    assert round_trip(index.entries, form, tmp_path) == [said(entry) for entry in index.entries]


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_models_of_a_library_are_read_back_as_its_models(form: str, tmp_path: Path) -> None:
    (tmp_path / "page.yml").write_text("Library: {Name: Lib}\n" + EVERYTHING)
    entries = read_index(tmp_path / "page.yml").entries
    assert [entry.name for entry in entries] == ['Lib/all "of" it', "Lib/bare"]
    assert round_trip(entries, form, tmp_path) == [said(entry) for entry in entries]


def test_models_of_several_libraries_keep_their_names(tmp_path: Path) -> None:
    for library in "ab":
        page = f"Library: {library}\nModels:\n- Name: m\n"
        (tmp_path / f"{library}.yml").write_text(page)
    entries = read_index(tmp_path).entries
    back = round_trip(entries, "yaml", tmp_path)
    assert [entry["name"] for entry in back] == ["a/m", "b/m"]
    assert [entry["source"] for entry in back] == [("timm", "m", {}), ("timm", "m", {})]


@given(NUMBERS, st.sampled_from(["", "K", " M", "G"]), NUMBERS, TEXTS, st.sampled_from("yj"))
def test_any_value_is_read_back_with_its_digits(
    tmp_path_factory: pytest.TempPathFactory,
    count: str,
    unit: str,
    percent: str,
    text: str,
    form: str,
) -> None:
    claims = [
        Claim("m", metric, value, NOWHERE, written, on)
        for metric, kind, written, on in (
            (Metric.FLOPS, "count", count + unit, ""),
            (Metric.TOP_1, "percent", percent, text),
        )
        if (value := parsed(kind, written)) is not None
    ]
    source = SourceSpec("timm", "m", {}, NOWHERE)
    entry = ModelEntry("m", NOWHERE, "", source, claims=tuple(claims), tasks=(text,))
    folder = tmp_path_factory.mktemp("index")
    (back,) = round_trip((entry,), {"y": "yaml", "j": "json"}[form], folder)
    written = [claim for claim in back["claims"] if claim.metric in (Metric.FLOPS, Metric.TOP_1)]
    assert written == claims
    assert back["tasks"] == (text,)


def parsed(kind: str, text: str) -> Any:
    try:
        return PARSERS[kind](text)
    except ValueError:
        return None


@given(
    st.binary(max_size=80)
    | st.lists(st.sampled_from([b"m", b"224", b"80.1", b",", b'"', b"\n", b"-", b"\xd9\xa3"])).map(
        b"".join
    ),
    st.booleans(),
)  # fmt: skip
def test_any_table_gives_models_that_are_read_back_or_one_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, headed: bool
) -> None:
    folder = tmp_path_factory.mktemp("table")
    header = b"model,img_size,top1,top5,param_count,crop_pct,interpolation\n"
    (folder / "t.csv").write_bytes(header + data if headed else data)
    try:
        imported = IMPORTERS["timm-csv"].read(str(folder / "t.csv"))
    except UsageError as error:
        assert "t.csv" in error.message
    else:
        back = round_trip(imported.entries, "yaml", folder)
        assert [entry["name"] for entry in back] == [entry.name for entry in imported.entries]


@pytest.mark.parametrize("text", ["0", "12", "-3", "1.0", "1.000", "0.1", "1e3", "123456789012345"])
def test_a_number_is_written_with_its_digits_for_other_readers_too(text: str) -> None:
    value = number(text)
    assert isinstance(value, Number)
    assert to_yaml([value]) == f"- {text}\n"
    assert Decimal(str(plain(value))) == Decimal(text)


@pytest.mark.parametrize("text", ["012", "1_000", "12:30", "0x10", "no", "83.74%", "nan", "١"])
def test_what_another_reader_would_take_for_something_else_is_a_text(text: str) -> None:
    assert type(number(text)) is str
    assert yaml.safe_load(to_yaml({"a": number(text)})) == {"a": text}


def test_what_is_there_twice_is_written_twice() -> None:
    shared: Mapping[str, Any] = {"a": [number("1")]}
    assert "&" not in to_yaml([shared, shared])


UNUSUAL = """\
Collections: [{Name: A}, {Name: B}]
Models:
- Name: m
  In Collection: [A, B]
  Config: [configs/m.py, configs/n.py]
  Converted From: {Weights: https://example.org/o.pth}
  Code: {URL: https://example.org/c, Version: v1}
  README: Trained at home.
  Metadata: {FLOPs: null}
  Results:
  - {Task: Object Detection, Dataset: COCO, Metrics: {box AP: 38.2, mAP (50): 58.8}}
  - {Task: Instance Segmentation, Dataset: COCO, Metrics: {mask AP: 34.7, box AP: 99.9}}
"""


def test_what_a_page_says_is_written_as_it_says_it_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "page.yml").write_text(UNUSUAL)
    exported = EXPORTERS["yaml"].render(read_index(tmp_path / "page.yml").entries)
    document = yaml.safe_load(exported.pages["models.yaml"])
    wanted = yaml.safe_load(UNUSUAL)
    del wanted["Models"][0]["README"]
    assert document == {"Type": "model-index", **wanted}
    assert exported.notes == ("README (1) is not carried over: it is looked for beside the page",)


def test_a_card_says_of_library_and_task_only_what_the_index_says(tmp_path: Path) -> None:
    (tmp_path / "page.yml").write_text(
        "Models:\n- Name: m\n  Results:\n"
        "  - {Task: Object Detection, Dataset: A, Metrics: {Top 1 Accuracy: 80}}\n"
    )
    (page,) = EXPORTERS["hf-card"].render(read_index(tmp_path).entries).pages.values()
    front = yaml.safe_load(page.split("---")[1])
    assert list(front) == ["model-index"]
    (result,) = front["model-index"][0]["results"]
    assert result["task"] == {"type": "object-detection", "name": "Object Detection"}


def test_a_table_is_read_back_and_names_what_it_leaves_out(tmp_path: Path) -> None:
    page = EVERYTHING.replace("ID: other", "Training Data: ['a, b', c]")
    (tmp_path / "page.yml").write_text(page)
    entries = read_index(tmp_path / "page.yml").entries
    exported = EXPORTERS["csv"].render(entries)
    (tmp_path / "models.csv").write_text(exported.pages["models.csv"])
    assert IMPORTERS["csv"].recognises(str(tmp_path / "models.csv"))
    back = IMPORTERS["csv"].read(str(tmp_path / "models.csv")).entries
    assert [entry.name for entry in back] == [entry.name for entry in entries]
    for metric in (Metric.FLOPS, Metric.PARAMETERS, Metric.FILE_SIZE, Metric.TOP_1, Metric.TOP_5):
        assert [e.value(metric) for e in back] == [e.value(metric) for e in entries]
    assert back[0].claimed(Metric.TOP_1).dataset == "A (val)"
    assert back[0].training_data == ("a, b", "c")
    (left_out, several) = exported.notes
    assert left_out.count("mAP (small)") == 1
    assert "1 models" in several
