"""What holds for any index: whatever is spoilt has its place, and a form changes no meaning."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, target
from hypothesis import strategies as st

from tests.damage import damaged
from tests.index.any_index import (
    CASES,
    FAMILY,
    MODELS,
    SUFFIXES,
    Quoted,
    by_name,
    forms,
    read,
    says,
    spoiled_pages,
)
from zoo.claims import Metric
from zoo.index import read_index
from zoo.index.reader import Index
from zoo.index.rules import RULES


def check_places(index: Index, files: Mapping[str, str]) -> None:
    """Fail unless each place lies in its file, and each claim on one line stands where it says."""
    lines = {
        name: text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for name, text in files.items()
    }
    for problem in index.problems:
        place = problem.location
        assert problem.rule in RULES
        assert 1 <= place.line <= len(lines[place.path])
        assert place.column >= 1
    for claim in (claim for entry in index.entries for claim in entry.claims):
        line = lines[claim.location.path][claim.location.line - 1]
        written = line[claim.location.column - 1 :]
        single = claim.metric not in {Metric.MEAN, Metric.STD} and "\n" not in claim.text
        if single and claim.metric is not Metric.MODEL_NAME and written[:1] not in set("\"'|>&*!["):
            assert written.startswith(claim.text.split("\n")[0].split(" ")[0])


@given(spoiled_pages())
def test_a_page_of_any_dialect_that_is_rewritten_has_its_places(page: tuple[str, str]) -> None:
    name, text = page
    index = read({name: text, "x.md": "# x\n"}, name)
    check_places(index, {name: text.encode("utf-8", "replace").decode(), "x.md": "# x\n"})
    target(float(len(index.entries)))


@given(damaged(st.sampled_from(sorted(CASES.values())).map(str.encode)), st.sampled_from(SUFFIXES))
def test_a_page_of_any_dialect_that_is_damaged_is_read_or_refused(data: bytes, suffix: str) -> None:
    index = read({f"page{suffix}": data})
    assert index == read({f"page{suffix}": data})
    assert {problem.rule for problem in index.problems} <= RULES.keys()


# One meaning in many forms


@given(MODELS)
def test_every_dialect_says_the_same(models: Sequence[Any]) -> None:
    said = [list(by_name(read({name: text})).items()) for name, text in forms(models)]
    assert all(each == said[0] for each in said)
    assert [name for name, _ in said[0]] == [model["Name"] for model in models]


@given(MODELS, st.data())
def test_the_order_of_models_fields_and_files_changes_no_model(
    models: Sequence[Any], data: st.DataObject
) -> None:
    _, whole = next(forms(models))
    shuffled = [
        {key: model[key] for key in data.draw(st.permutations(sorted(model)))}
        for model in data.draw(st.permutations(models))
    ]
    _, other = next(forms(shuffled))
    apart = {f"{n}.json": next(forms([model]))[1] for n, model in enumerate(shuffled)}
    collection = json.dumps({"Collections": [FAMILY]})
    bare = {
        name: json.dumps({"Models": json.loads(text)["Models"]}) for name, text in apart.items()
    }
    expected = by_name(read({"page.json": whole}))
    assert by_name(read({"page.json": other})) == expected
    assert by_name(read(bare | {"collection.json": collection})) == expected


PROSE = st.lists(
    st.sampled_from(
        ["", "text", "# h", "| a |", "```\n<!--\nType: model-index\n-->\n```", "<!-- a note -->",
         "    <!--", "> <!-- x -->", "- a", "~~~\n---\n~~~", "`<!--`"]
    ),
    max_size=6,
).map("\n".join)  # fmt: skip


@given(MODELS, PROSE, PROSE, st.sampled_from(["\n", "\r\n"]))
def test_prose_around_a_comment_changes_nothing(
    models: Sequence[Any], before: str, after: str, end: str
) -> None:
    block = yaml.dump({"Collections": [FAMILY], "Models": models}, Dumper=Quoted, width=10**6)
    if "-->" in block or "--!>" in block:
        return
    bare = f"<!--\nType: model-index\n{block}-->\n"
    page = f"\n{before}\n{bare}\n{after}\n".replace("\n", end)
    assert by_name(read({"page.md": page})) == by_name(read({"page.md": bare}))


@given(spoiled_pages(), st.data())
def test_a_comment_to_ignore_is_a_comment_that_silences_no_error(
    page: tuple[str, str], data: st.DataObject
) -> None:
    name, text = page
    lines = text.split("\n")
    some = st.lists(st.integers(0, len(lines) - 1), min_size=1, max_size=3, unique=True)
    rule = data.draw(st.sampled_from([*sorted(RULES), "bytes-per-parameter"]))
    for number in data.draw(some):
        lines[number] += f" # zoo: ignore[{rule}]"
    commented = "\n".join(lines)
    other = commented.replace("# zoo: ignore", "# a: comment ")
    with_it, without = read({name: commented}, name), read({name: other}, name)
    if commented.count("zoo: ignore") == 1 and "zoo:" not in "".join(map(str, says(with_it))):
        assert with_it.errors == without.errors
        assert says(with_it.entries) == says(without.entries)
    kept = {problem for problem in with_it.problems if problem.rule != "unknown-rule"}
    assert len(kept) <= len(without.problems) or with_it.errors != without.errors


# Imports

FILES = ["model-index.yml", "a.yml", "b.json", "sub/c.md", "sub/d.yml", "sub/deep/e.yaml"]
PATHS = [
    *FILES, "*.yml", "**/*", "sub/*", "sub/[cd].*", "../*", "../secret.yml", "/etc/passwd", "sub",
    "./a.yml", "sub/../a.yml", "", " ", "~/x.yml", "C:\\x.yml", "https://x.org/a.yml", "a.yml#x",
    "[", "[!a]*", "link.yml", "loop/x.yml", "out/secret.yml", "x" * 300 + ".yml", "d.yml", "c.md",
    "?" * 40 + ".yml", "**/**/**/*.yml", "deep/e.yaml", "fifo.yml",
]  # fmt: skip


@st.composite
def trees(draw: st.DrawFn) -> dict[str, str]:
    """Draw files that import each other, themselves, what is not there and what is outside."""
    listed = st.lists(st.sampled_from(PATHS), max_size=3)
    files = {}
    for number, name in enumerate(FILES):
        field = st.sampled_from(PATHS) | st.just({})
        model = {"Name": f"m{number}", "Metadata": draw(field), "README": draw(field)}
        body = {
            "Import": draw(listed),
            "Models": [model, *draw(listed)],
            "Collections": draw(listed),
            "Library": {"Name": draw(st.sampled_from(["", "timm", "lib"]))},
        }
        text = json.dumps(draw(st.sampled_from([body, model, [model], {"Model": model}])))
        files[name] = f"<!--\nType: model-index\n{text[1:-1]}\n-->" if name[-1] == "d" else text
    return files


@given(trees())
def test_no_import_leads_out_of_the_root_or_reads_a_model_twice(files: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "secret.yml").write_text("Models: [{Name: secret}]")
        root = Path(folder, "root")
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        os.symlink("../secret.yml", root / "link.yml")
        os.symlink("loop", root / "loop")
        os.symlink("..", root / "out")
        os.mkfifo(root / "fifo.yml")
        index = read_index(root)
        again = read_index(root)
    assert index == again
    names = [entry.name for entry in index.entries]
    assert len(set(names)) == len(names)
    assert "secret" not in " ".join(names)
    assert all(Path(file).is_relative_to(root) for file in index.files)
    assert {problem.rule for problem in index.problems} <= RULES.keys()
