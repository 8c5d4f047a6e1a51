"""How long reading an index takes: timm's, against a bare YAML parser, and 10,000 entries.

The peer is ``yaml.load(…, CSafeLoader)`` of the same blocks, which checks nothing and knows no
places; it runs in turn with the reader, so that the ratio holds when the machine's speed drifts.
The generated indexes are read by an interpreter of their own, whose peak memory is printed.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from zoo.index import markdown, read_index

ROOT = Path(__file__).parents[1]
INDEX = ROOT / "model-index" / "timm"
ROUNDS = 15
MODELS_A_PAGE = 25
ALONE = """
import pathlib, resource, sys, time
from zoo.index import read_index
begun = time.perf_counter()
index = read_index(pathlib.Path(sys.argv[1]))
seconds = time.perf_counter() - begun
assert not index.problems
print(len(index.entries), seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
MODEL = """\
- Name: model_{n}
  In Collection: collection_{page}
  Metadata:
    FLOPs: {n}000000
    Parameters: {n}0000
    File Size: {n}00000
    Architecture: [Convolution, Batch Normalization, ReLU, Softmax]
    Tasks: [Image Classification]
    Training Data: [ImageNet]
    ID: model_{n}
    Crop Pct: '0.875'
    Image Size: '224'
    Interpolation: bicubic
  Code: https://example.org/code/{n}
  Weights: https://example.org/model_{n}.pth
  Results:
  - Task: Image Classification
    Dataset: ImageNet
    Metrics:
      Top 1 Accuracy: 80.1%
      Top 5 Accuracy: 95.2%
"""


def seconds(act: Callable[[], object]) -> float:
    """Return the wall time of one call."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def against_parser(folder: Path) -> tuple[float, float, float]:
    """Return the median seconds of reader and parser, and the median of the ratios of pairs."""
    pages = [(file.read_text(encoding="utf-8"), str(file)) for file in sorted(folder.glob("*.md"))]
    blocks = [block.text for page in pages for block in markdown.blocks(*page)]

    def parse() -> None:
        for block in blocks:
            yaml.load(block, Loader=yaml.CSafeLoader)

    read_index(folder), parse()  # warm the file cache
    pairs = [(seconds(lambda: read_index(folder)), seconds(parse)) for _ in range(ROUNDS)]
    own, peer = (statistics.median(side) for side in zip(*pairs, strict=True))
    return own, peer, statistics.median(a / b for a, b in pairs)


def generate(folder: Path, models: int) -> None:
    """Write an index of so many models as pages of YAML."""
    for page in range(models // MODELS_A_PAGE):
        numbers = range(page * MODELS_A_PAGE + 1, (page + 1) * MODELS_A_PAGE + 1)
        head = f"Collections:\n- Name: collection_{page}\nModels:\n"
        text = head + "".join(MODEL.format(n=n, page=page) for n in numbers)
        (folder / f"{page:05}.yml").write_text(text, encoding="utf-8")


def alone(models: int) -> tuple[float, float]:
    """Return seconds and peak MiB of reading a generated index in an interpreter of its own."""
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder), models)
        done = subprocess.run(
            [sys.executable, "-c", ALONE, folder],
            cwd=ROOT, check=True, capture_output=True, text=True,
        )  # fmt: skip
    count, taken, peak = map(float, done.stdout.split())
    if count != models:
        raise SystemExit(f"{count:.0f} models were read, not {models}")
    return taken, peak


def main() -> None:
    """Print two tables: the ratio to the parser, and what 10 times the entries cost."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else INDEX
    own, peer, ratio = against_parser(folder)
    print(f"{'index':<16} {'reader s':>9} {'parser s':>9} {'ratio':>6}")
    print(f"{folder.name:<16} {own:>9.3f} {peer:>9.3f} {ratio:>6.2f}")
    print()
    print(f"{'entries':<16} {'reader s':>9} {'peak MiB':>9} {'times':>6}")
    before = 0.0
    for models in (1_000, 10_000):
        taken, peak = min(alone(models) for _ in range(3))
        times = f"{taken / before:>6.1f}" if before else ""
        print(f"{models:<16,} {taken:>9.3f} {peak:>9.0f} {times}".rstrip())
        before = taken


if __name__ == "__main__":
    main()
