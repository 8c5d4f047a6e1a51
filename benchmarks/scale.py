"""How long so many models on so many GPUs take, from what their parts take on this machine.

    python benchmarks/scale.py --gpu-rate 2500 --cores 16

Measures what does not depend on a GPU: opening a dataset of 50,000 files, building a network with
its weights, beginning a worker, writing and proving predictions, decoding on one core. What a GPU
predicts a second is given: ``benchmarks/accuracy.py`` measures it. Prints the tables of
docs/scale.md.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

MODELS, PICTURES, RANGE = 1000, 50_000, 512
GPUS = (1, 8, 64)


@dataclass(frozen=True)
class Parts:
    """Seconds of the parts that each model, each worker or each picture costs.

    Attributes:
        dataset: to open a dataset of 50,000 files.
        network: to build a network and load its weights.
        worker: to begin a process that can predict.
        books: of a picture, to keep its prediction; ``proof``: to hash its file again.
        decode: of a picture on one core.
    """

    dataset: float
    network: float
    worker: float
    books: float
    proof: float
    decode: float


def measured() -> Parts:
    """Measure the parts on this machine."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures = _drawn(folder)
        return Parts(
            _dataset(folder), _network(), _worker(), _books(folder), _proof(pictures),
            _decode(pictures),
        )  # fmt: skip


def _median(work: Callable[[], Any], rounds: int = 5) -> float:
    def once() -> float:
        begun = time.perf_counter()
        work()
        return time.perf_counter() - begun

    once()
    return statistics.median(once() for _ in range(rounds))


def _drawn(folder: Path) -> list[Path]:
    from benchmarks.overhead import drawn

    return [picture.place.path for picture in drawn(folder, 64)]


def _dataset(folder: Path) -> float:
    from zoo.datasets import open_dataset
    from zoo.datasets._imagenet import wnids

    for wnid in wnids():
        place = folder / "val" / wnid
        place.mkdir(parents=True)
        for number in range(50):
            (place / f"{number}.JPEG").touch()
    return _median(lambda: open_dataset(folder / "val"), rounds=3)


def _network() -> float:
    import timm
    import torch
    from safetensors.torch import load_file, save_file

    network = timm.create_model("seresnet50")
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "seresnet50.safetensors"
        save_file(network.state_dict(), path)

        def build() -> None:
            with torch.no_grad():
                timm.create_model("seresnet50").load_state_dict(load_file(path))

        return _median(build, rounds=3)


def _worker() -> float:
    from concurrent.futures import ProcessPoolExecutor

    from zoo.engines._processes import _HEAVY
    from zoo.survey.pool import context

    def begin() -> None:
        with ProcessPoolExecutor(1, mp_context=context(_HEAVY)) as executor:
            executor.submit(int, 1).result()

    return _median(begin)


def _books(folder: Path) -> float:
    from zoo.predictions import Prediction
    from zoo.predictions.ledger import Ledger

    sha256 = hashlib.sha256(b"").hexdigest()
    items = tuple(
        Prediction(f"ILSVRC2012_val_{n:08}.JPEG", sha256, n % 1000, (1, 2, 3, 4, 5), None, 0.5)
        for n in range(PICTURES)
    )
    ledger = Ledger(folder / "kept", {})

    def keep() -> None:
        for start in range(0, PICTURES, RANGE):
            ledger.keep((start, start + RANGE), items[start : start + RANGE])
        ledger.finish(items)
        (folder / "kept" / "predictions.parquet").unlink()

    return _median(keep, rounds=3) / PICTURES


def _proof(pictures: list[Path]) -> float:
    return _median(lambda: [hashlib.sha256(p.read_bytes()) for p in pictures]) / len(pictures)


def _decode(pictures: list[Path]) -> float:
    from zoo.pictures import decode

    def crop() -> None:
        for path in pictures:
            decode(path.read_bytes()).resize((341, 256), 3).crop((58, 16, 282, 240))

    return _median(crop) / len(pictures)


def together(parts: Parts, gpus: int, rate: float, cores: float, *, cold: bool) -> float:
    """Return the seconds of all models, one after the other, each on all GPUs."""
    own = parts.dataset + parts.worker + parts.dataset + parts.network
    return MODELS * (own + _predicting(parts, gpus, rate, cores, cold=cold))


def apart(parts: Parts, gpus: int, rate: float, cores: float, *, cold: bool) -> float:
    """Return the seconds of all models, each on one GPU (``--shard K/N``)."""
    own = parts.dataset + parts.network
    return MODELS / gpus * (own + _predicting(parts, 1, rate, cores, cold=cold))


def _predicting(parts: Parts, gpus: int, rate: float, cores: float, *, cold: bool) -> float:
    """Return the seconds of one model's pictures: as long as the slowest of what runs at once."""
    prepare = (parts.decode if cold else 0.0) + parts.proof
    pace = min(gpus * rate, gpus * cores / prepare)
    return PICTURES / pace + PICTURES * parts.books


def main() -> None:
    """Print what was measured, and the plan."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--gpu-rate", type=float, default=2500, help="pictures a second and GPU")
    options.add_argument("--cores", type=float, default=16, help="cores for each GPU")
    asked = options.parse_args()
    parts = measured()
    print("| part | seconds |\n|:--|--:|")
    for what, seconds in (
        ("open a dataset of 50,000 files", parts.dataset),
        ("build seresnet50 and load its weights", parts.network),
        ("begin a worker (torch is imported)", parts.worker),
        ("keep 50,000 predictions", parts.books * PICTURES),
        ("hash 50,000 pictures on one core", parts.proof * PICTURES),
        ("decode and crop 50,000 pictures on one core", parts.decode * PICTURES),
    ):
        print(f"| {what} | {seconds:,.2f} |")
    print(f"\n{MODELS:,} models × {PICTURES:,} pictures, {asked.gpu_rate:,.0f} pictures a second")
    print(f"and GPU, {asked.cores:g} cores a GPU; hours, and the share of them that GPUs work:\n")
    print("| GPUs | together, decoded | apart, decoded | together, kept | apart, kept |")
    print("|--:|--:|--:|--:|--:|")
    for gpus in GPUS:
        ideal = MODELS * PICTURES / (gpus * asked.gpu_rate)
        cells = [
            plan(parts, gpus, asked.gpu_rate, asked.cores, cold=cold)
            for cold in (True, False)
            for plan in (together, apart)
        ]
        shown = [f"{cell / 3600:.2f} ({100 * ideal / cell:.0f} %)" for cell in cells]
        print(f"| {gpus} | {' | '.join(shown)} |")


if __name__ == "__main__":
    main()
