"""Strategies for indexes: spoilt pages of every dialect, and models that any form can say."""

from __future__ import annotations

import dataclasses
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from tests.damage import rewritten
from zoo.claims import Location
from zoo.cli._sides import working_in
from zoo.index import read_index
from zoo.index.reader import Index

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


@st.composite
def spoiled_pages(draw: st.DrawFn) -> tuple[str, str]:
    name = draw(st.sampled_from(sorted(CASES)))
    text = draw(rewritten(st.just(CASES[name]), WORDS, most=5))
    suffix = draw(st.just(Path(name).suffix) | st.sampled_from(SUFFIXES))
    return f"page{suffix}", text


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


class Quoted(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def forms(models: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Yield pages that say the same in every dialect."""
    document = {"Type": "model-index", "Collections": [FAMILY], "Models": models}
    dump = lambda value, **how: yaml.dump(  # noqa: E731
        value, Dumper=Quoted, allow_unicode=True, sort_keys=False, width=10**6, **how
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
