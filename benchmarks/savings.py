"""What is saved by each thing that was done for speed: the same work without it, and with it.

``python benchmarks/savings.py [reading] [counting] [computing]``; all three, if none is named. The
time is that of the processor, of all threads and of the kernel, so that it holds beside other work;
both sides are run in turn, and the share that is saved is the median over the pairs.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ROUNDS = 3
MODELS = 5_000  # of the generated index
FINDINGS = 85_000  # of the generated Run
EVERY = 5  # so many models of timm's index, one is counted
COMPUTED = ("efficientnet_lite0",)
BATCH, BATCHES = 32, 3

Work = Callable[[], object]
Without = Callable[[], AbstractContextManager[object]]


def reading() -> None:
    """Without the matcher compiled from the schema, and without a rest for the collector."""
    from benchmarks.reading import INDEX, generate
    from zoo.evidence import from_json
    from zoo.index import read_index

    with tempfile.TemporaryDirectory() as name:
        generate(Path(name), MODELS)
        for what, folder in ((f"{MODELS:,} models", Path(name)), ("timm's index", INDEX)):

            def read(folder: Path = folder) -> None:
                read_index(folder)

            matcher = instead("zoo.index.schema", "matcher", lambda: refuses)
            row("the matcher, by jsonschema", f"reading {what}", read, matcher)
            collector = instead("zoo.index.reader", "_uncollected", contextlib.nullcontext)
            row("a rest for the collector", f"reading {what}", read, collector)
    text = a_run()
    matcher = instead("zoo.schemas", "matcher", lambda name: refuses)
    what = f"reading a Run of {FINDINGS:,} findings"
    row("the matcher, by jsonschema", what, lambda: from_json(text, "run"), matcher)


def counting() -> None:
    """Without our own answers for shapes, with weights filled, and with all objects collected."""
    import timm
    from torch.utils._device import DeviceContext

    from zoo.index import read_index
    from zoo.sources import SOURCES
    from zoo.structure.trace import described, trace
    from zoo.survey.facts import Wanted
    from zoo.survey.worker import find, skeleton

    entries = read_index(ROOT / "model-index" / "timm").entries
    specs = [entry.source for entry in entries if entry.source.reference in timm.list_models()]
    specs, shape = specs[::EVERY], (1, 3, 224, 224)
    these = f"{len(specs)} networks"

    def build() -> list[Any]:
        return [skeleton(SOURCES["timm"], spec) for spec in specs]

    built = [(network, described(network)) for network in build()]

    def pass_through(built: list[Any] = built) -> None:
        for network, modules in built:
            trace(network, shape, modules=modules)

    def count() -> None:
        for spec in specs:
            find(spec, Wanted((shape,)))

    by_torch = instead("zoo.structure.watch", "shortcut", lambda func, args: None)
    row("own answers for shapes", f"passing through {these}", pass_through, by_torch)
    filled = instead("zoo.structure.meta", "WithoutValues", lambda: DeviceContext("meta"))
    row("leaving weights unfilled", f"building {these}", build, filled)
    built.clear()
    gc.freeze()
    row("keeping torch from the collector", f"building and counting {these}", count, thawed)
    gc.unfreeze()


def computing() -> None:
    """Without channels last in memory, and without keeping freed memory."""
    import timm
    import torch

    from zoo.inference import heap

    for name in COMPUTED:
        pictures = torch.randn(BATCH, 3, 224, 224)

        def passes(form: Any, name: str = name, pictures: Any = pictures) -> Work:
            network, batch = timm.create_model(name).eval(), pictures.contiguous(memory_format=form)
            network.to(memory_format=form)

            def compute() -> None:
                with torch.inference_mode():
                    for _ in range(BATCHES):
                        network(batch)

            return compute

        def keeping(work: Work) -> Work:
            def kept() -> None:
                with heap.kept():
                    work()

            return kept

        last, first = passes(torch.channels_last), passes(torch.contiguous_format)
        what = f"{BATCH * BATCHES} pictures through {name}"
        compare("keeping freed memory", what, last, keeping(last))
        compare("channels last", what, keeping(first), keeping(last))
        compare("either", what, first, keeping(last))
        print(f"| | page faults of the first and of the last | {faults(first):,} |"
              f" {faults(keeping(last)):,} | |")  # fmt: skip


def row(without: str, what: str, work: Work, undone: Without) -> None:
    """Print what some work takes without something, and with it."""

    def less() -> None:
        with undone():
            work()

    compare(without, what, less, work)


def compare(without: str, what: str, less: Work, work: Work) -> None:
    """Print what two sides take that are run in turn, and what the second saves."""
    less(), work()
    pairs = [(seconds(less), seconds(work)) for _ in range(ROUNDS)]
    before, after = (statistics.median(side) for side in zip(*pairs, strict=True))
    saved = statistics.median(1 - b / a for a, b in pairs)
    cells = without, what, f"{before:.2f} s", f"{after:.2f} s", f"{100 * saved:.0f} %"
    print(f"| {' | '.join(cells)} |", flush=True)


def seconds(work: Work) -> float:
    """Return the processor seconds that something takes in this process."""
    gc.collect()
    begun = time.process_time()
    work()
    return time.process_time() - begun


def faults(work: Work) -> int:
    """Return how many pages the kernel gave this process meanwhile."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    work()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def instead(module: str, name: str, other: Any) -> Without:
    """Return a context in which a module has something else under a name."""

    @contextlib.contextmanager
    def replaced() -> Iterator[None]:
        owner = importlib.import_module(module)
        own = getattr(owner, name)
        setattr(owner, name, other)
        try:
            yield
        finally:
            setattr(owner, name, own)

    return replaced


def refuses(document: object) -> bool:
    """Accept nothing, so that the jsonschema library has to look."""
    return False


@contextlib.contextmanager
def thawed() -> Iterator[None]:
    """Let the collector look through all objects, as it would without ``gc.freeze``."""
    gc.unfreeze()
    try:
        yield
    finally:
        gc.freeze()


def a_run() -> str:
    """Return a made-up Run, eight findings a model, as JSON."""
    from benchmarks.page import made_up
    from zoo.evidence import to_json

    text = to_json(made_up(FINDINGS // 8))
    assert len(json.loads(text)["findings"]) == FINDINGS
    return text


GROUPS = {"reading": reading, "counting": counting, "computing": computing}


def main() -> None:
    """Print the rows of what is asked for."""
    sys.path.insert(0, str(ROOT))
    print("| without | work | without it | with it | saved |\n|:--|:--|--:|--:|--:|")
    for name in sys.argv[1:] or GROUPS:
        GROUPS[name]()


if __name__ == "__main__":
    main()
