"""What holds for any index: whatever is spoilt has its place, and a form changes no meaning."""

from __future__ import annotations

import dataclasses
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, target
from hypothesis import strategies as st

from tests.damage import damaged, rewritten
from zoo.claims import Location, Metric
from zoo.cli._sides import working_in
from zoo.index import read_index
from zoo.index.reader import Index
from zoo.index.rules import RULES

HERE = Path(__file__).parent
OPENMMLAB = """Import:
- configs/*.yml
Collections:
- Name: family
  Metadata: {Training Data: ImageNet-1k, Architecture: [Convolution]}
  Paper:
  - {URL: https://example.org/p, Title: On}
  README: x.md
Models:
- Name: family-s_8xb32_in1k
  Metadata:
    FLOPs: 1820000000
    Parameters: 4.3e7
  In Collection: [family]
  Results:
  - Dataset: ImageNet-1k
    Metrics: {Top 1 Accuracy: 69.90, Top 5 Accuracy: 89.43}
    Task: Image Classification
  Weights: https://example.org/family_s_20210831-fbbb1da6.pth
  Converted From: {Weights: https://example.org/original.pth}
"""
CASES = {
    path.name: path.read_text(encoding="utf-8")
    for folder in ("valid", "warned")
    for path in sorted((HERE / folder).iterdir())
    if path.is_file()
} | {"metafile.yml": OPENMMLAB}
# What YAML has, and what pages say, each where it may not belong.
WORDS = [
    *("&a ", "*a", "!!python/object/apply:os.system ", "! ", "!<x> ", "<<: *a", "? ", "- - ", "|"),
    *("|#x", ">-", "|9\n x", "---", "...", "%YAML 1.2", "%TAG ! x", "\t", "# zoo: ignore"),
    *("# zoo: ignore[bad-value]", "{", "}", "[", "]", ", ", ": ", "'", '"', '"\\x00"', '"\\ud800"'),
    *("\ufeff", "@", "<!--", "-->", "--!>", "```", "~~~", "<!-->", "Type: model-index", "null"),
    *("Import: '*'", "Models: x.yml", "README: x.md", "Models:", "In Collection:", "&a [*a, *a]"),
    *("~", "no", "12:30", "NaN", "1e999", "0x1F", "1_000", "٣", "9" * 50, "4.1 G", "83.7%"),
    *("224x256", "sha256:0123"),
    *("Library: {Name: timm}", "model-index:", "\u2028", "é", "x" * 300),
]  # fmt: skip
SUFFIXES = [".yml", ".yaml", ".json", ".md", ".mdx"]


def read(files: Mapping[str, bytes | str], *paths: str) -> Index:
    """Return what a folder with these files is read as; it is the working folder meanwhile."""
    with tempfile.TemporaryDirectory() as folder, working_in(folder):
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
            Path(name).write_bytes(data)
        return read_index(*map(Path, paths or ["."]))


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


@st.composite
def spoiled_pages(draw: st.DrawFn) -> tuple[str, str]:
    name = draw(st.sampled_from(sorted(CASES)))
    text = draw(rewritten(st.just(CASES[name]), WORDS, most=5))
    suffix = draw(st.just(Path(name).suffix) | st.sampled_from(SUFFIXES))
    return f"page{suffix}", text


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

NAMES = st.text("abcXYZ019_-. ", max_size=10).map(lambda text: f"n{text}".strip())
TEXT = st.text("abc é:#'\"-{}[],&*!|>%@`~?\\/=", max_size=12).map(lambda text: f"{text}.".strip())
NUMBER = st.decimals(0, 10**9, places=2).map(str) | st.integers(1, 10**12).map(str)
METADATA = {
    "FLOPs": st.sampled_from(["4.1 G", "1820000000", "1,234,567", "0", "4e9"]),
    "Parameters": st.integers(1, 10**11).map(str),
    "File Size": st.sampled_from(["98 MiB", "102491893", "102.4 MB"]),
    "Image Size": st.sampled_from(["224", "299x299"]),
    "Crop Pct": st.sampled_from(["0.875", "1.0"]),
    "Interpolation": st.sampled_from(["bicubic", "bilinear"]),
    "Mean": st.just(["0.485", "0.456", "0.406"]),
    "Tasks": st.lists(NAMES, min_size=1, max_size=2),
    "Architecture": st.lists(NAMES, min_size=1, max_size=3, unique_by=str.casefold),
    "Epochs": TEXT,
    "Training Resources": TEXT,
}
RESULT = st.fixed_dictionaries(
    {
        "Task": st.just("Image Classification"),
        "Dataset": NAMES,
        "Metrics": st.fixed_dictionaries(
            {"Top 1 Accuracy": st.decimals(2, 100, places=2).map(str)},
            optional={"Top 5 Accuracy": st.decimals(2, 100, places=3).map("{}%".format)},
        ),
    }
)
MODEL = st.fixed_dictionaries(
    {"Name": NAMES, "Metadata": st.fixed_dictionaries({}, optional=METADATA)},
    optional={
        "Results": st.lists(RESULT, max_size=2, unique_by=lambda result: result["Dataset"]),
        "Weights": st.sampled_from(["https://example.org/a-01234567.pth", "https://x.org/b.pth"]),
        "Code": st.just("https://example.org/code"),
        "In Collection": st.just("family"),
    },
)
FAMILY = {"Name": "family", "Metadata": {"Training Data": ["ImageNet"], "LR": "0.6"}}
MODELS = st.lists(MODEL, min_size=1, max_size=4, unique_by=lambda model: model["Name"].casefold())


class _Quoted(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def forms(models: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Yield pages that say the same in every dialect."""
    document = {"Type": "model-index", "Collections": [FAMILY], "Models": models}
    dump = lambda value, **how: yaml.dump(  # noqa: E731
        value, Dumper=_Quoted, allow_unicode=True, sort_keys=False, width=10**6, **how
    )
    block, flow = dump(document), dump(document, default_flow_style=True)
    yield "page.json", json.dumps(document, ensure_ascii=False)
    yield "page.json", json.dumps(document, indent="\t")
    yield "page.yml", block
    yield "page.yaml", block.replace("\n", "\r\n")
    yield "page.yml", "\ufeff" + flow
    yield "page.yml", dump(document, default_style='"')
    yield "page.yml", dump(document, default_style="'", indent=7)
    if "-->" not in block and "--!>" not in block:
        yield "page.md", f"# Page\n\n```\n<!--\n{block}-->\n```\n\n<!--\n{block}-->\n\nText\n"
    yield "page.mdx", f"---\n{block}---\n# Page\n"


def says(value: Any) -> Any:
    """Return a value of an index without places."""
    match value:
        case Location():
            return None
        case _ if dataclasses.is_dataclass(value):
            return [says(getattr(value, each.name)) for each in dataclasses.fields(value)]
        case Mapping():
            return {key: says(part) for key, part in value.items()}
        case list() | tuple():
            return [says(part) for part in value]
        case _:
            return str(value)


def by_name(index: Index) -> dict[str, Any]:
    assert index.errors == ()
    return {entry.name: says(entry) for entry in index.entries}


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
    block = yaml.dump({"Collections": [FAMILY], "Models": models}, Dumper=_Quoted, width=10**6)
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
