"""Evaluating a network on pictures: zoo against timm's own evaluation loop, and against the limit.

The pictures are drawn JPEGs of 500 × 375, the weights random. timm's loop is that of its validation
script: its dataset, its loader with the prefetcher, its transform, the call, and the hits counted.
It runs with the script's defaults, and tuned: with channels last in memory, the batches that zoo
has, and the number of worker processes that turns out to be fastest here. The limit is the network
alone on tensors in memory, as zoo computes it. Both sides compute in the same precision (where the
script would let TF32 into float32, it is off). Each run is a process of its own, of which the clock
starts behind a first batch. Rounds take the sides in turn, and ratios are medians of rounds, so
that they hold when the machine's speed drifts; that of processor time holds beside other work too.

``python benchmarks/accuracy.py --help`` tells how to ask for another device, more pictures and more
models. The table is Markdown.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CLASSES = 20  # folders, since timm reads classes from folders
SCRIPT = {"batch": 256, "workers": 4, "channels_last": False}  # the defaults of timm's script


def draw(folder: Path, numbers: range) -> None:
    """Draw JPEGs of the size and weight of ImageNet's: soft shapes, and grain."""
    import numpy as np
    from PIL import Image

    for number in numbers:
        random = np.random.default_rng(number)
        soft = Image.fromarray(random.integers(0, 256, (12, 16, 3), dtype=np.uint8))
        large = np.asarray(soft.resize((500, 375), Image.Resampling.BICUBIC), dtype=np.int16)
        grain = random.integers(-24, 25, (375, 500, 1), dtype=np.int16)
        path = folder / f"{number % CLASSES:02}" / f"{number:06}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray((large + grain).clip(0, 255).astype(np.uint8))
        picture.save(path, quality=90)


def drawn(folder: Path, pictures: int) -> Path:
    """Return a folder of so many pictures; those that are there are not drawn again."""
    folder = folder / f"{pictures}-pictures"
    done = folder / "done"
    if not done.exists():
        steps = [range(start, min(start + 500, pictures)) for start in range(0, pictures, 500)]
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(draw, [folder / "set"] * len(steps), steps))
        done.touch()
    return folder / "set"


def network_of(name: str) -> Any:
    """Return a network with random weights, of which the best classes lie apart."""
    import timm
    import torch

    torch.manual_seed(0)
    network = timm.create_model(name, pretrained=False).eval()
    torch.nn.init.normal_(network.get_classifier().weight, std=0.5)
    return network


def timm_side(asked: argparse.Namespace) -> dict[str, Any]:
    """Evaluate as timm's validation script does."""
    import torch
    from timm.data import create_dataset, create_loader, resolve_data_config
    from timm.utils import AverageMeter, accuracy

    warnings.simplefilter("ignore")  # the script's four workers are more than some machines' cores
    network, device = network_of(asked.model).to(asked.device), torch.device(asked.device)
    form = torch.channels_last if asked.channels_last else torch.contiguous_format
    network = network.to(memory_format=form)
    data = resolve_data_config({}, model=network)
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = False
    best: list[list[int]] = []
    hits = AverageMeter(), AverageMeter()
    with torch.inference_mode(), autocast(asked):
        network(torch.randn(asked.batch, *data["input_size"], device=device))
        begun, used = time.perf_counter(), processor()
        dataset = create_dataset("", root=asked.folder, split="validation")
        loader = create_loader(
            dataset, input_size=data["input_size"], batch_size=asked.batch, device=device,
            interpolation=data["interpolation"], mean=data["mean"], std=data["std"],
            num_workers=asked.workers, crop_pct=data["crop_pct"], crop_mode=data["crop_mode"],
            pin_memory=device.type == "cuda",
        )  # fmt: skip
        for pixels, target in loader:
            logits = network(pixels.contiguous(memory_format=form))
            for meter, share in zip(hits, accuracy(logits, target, topk=(1, 5)), strict=True):
                meter.update(share.item(), len(logits))
            best += logits.topk(5).indices.tolist()
        spent = time.perf_counter() - begun, processor() - used
    names = (Path(name).name for name in dataset.filenames())
    return {"spent": spent, "best": dict(zip(names, best, strict=True))}


def zoo_side(asked: argparse.Namespace) -> dict[str, Any]:
    """Evaluate with zoo: with an empty cache of crops, then from it in turn with the limit."""
    from timm.data import resolve_data_config

    from zoo import inference
    from zoo.crops import Keeping
    from zoo.pictures import File, Picture
    from zoo.subject import from_config

    network = network_of(asked.model)
    preprocessing = from_config(resolve_data_config({}, model=network))
    device = inference.Device(asked.device, asked.batch, asked.workers, asked.precision)
    paths = sorted(Path(asked.folder).glob("*/*.jpg"))
    pictures = [Picture(path.name, File(path), int(path.parent.name)) for path in paths]
    sizes = range(0, len(pictures), asked.batch)
    batches = [pictures[start : start + asked.batch] for start in sizes]
    best: dict[str, tuple[int, ...]] = {}

    def evaluate(keeping: Keeping) -> float:
        begun = time.perf_counter()
        for items in inference.run(network, batches, preprocessing, device, crops_cache=keeping):
            best.update((item.id, item.top) for item in items)
        return time.perf_counter() - begun

    def limit() -> float:
        return alone(network, preprocessing, device, [len(batch) for batch in batches])

    limit()  # what is done at the first pass alone
    with tempfile.TemporaryDirectory(dir=Path(asked.folder).parent) as cache:
        used = processor()
        spent = evaluate(Keeping(Path(cache))), processor() - used
        turns = [(evaluate(Keeping(Path(cache))), limit()) for _ in range(asked.turns)]
    return {"spent": spent, "turns": turns, "best": best}


def alone(network: Any, preprocessing: Any, device: Any, sizes: list[int]) -> float:
    """Return the seconds that the network takes for batches of tensors that are in memory."""
    import torch

    from zoo.crops import normaliser
    from zoo.inference import heap
    from zoo.inference.arithmetic import computing

    side = int(preprocessing.image_size)
    drawn = torch.randint(0, 256, (max(sizes), side, side, 3), dtype=torch.uint8)
    inputs = normaliser(preprocessing, device.name)(drawn.to(device.name))
    network = network.to(device.name, memory_format=torch.channels_last)
    with contextlib.nullcontext() if device.is_cuda else heap.kept():
        begun = time.perf_counter()
        with computing(device.name, device.precision, deterministic=True):
            for size in sizes:
                logits = network(inputs[:size])
        logits.cpu()
        return time.perf_counter() - begun


def processor() -> float:
    """Return the processor seconds of this process and its children so far."""
    return sum(os.times()[:4])


def autocast(asked: argparse.Namespace) -> Any:
    """Return what computes as asked for, as timm's script does with --amp."""
    import torch

    low = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(asked.precision)
    if low is None:
        return contextlib.nullcontext()
    return torch.autocast(torch.device(asked.device).type, low)


SIDES = {"timm": timm_side, "zoo": zoo_side}


def measured(side: str, asked: argparse.Namespace, **how: Any) -> dict[str, Any]:
    """Return what a side gives, run in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        settings = json.dumps(vars(asked) | how | {"answer": str(answer)}, default=str)
        command = [sys.executable, __file__, "--side", side, "--settings", settings]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
        return found


def row(asked: argparse.Namespace, model: str, precision: str) -> str:
    """Return a row of the table: both sides in turn, some rounds of them."""
    how = {"model": model, "precision": precision}
    tuned = how | {"channels_last": True, "batch": asked.batch}
    trials = {w: seconds(measured("timm", asked, **tuned, workers=w)) for w in asked.tried}
    tuned["workers"] = min(trials, key=lambda workers: trials[workers])
    rounds = []
    for _ in range(asked.rounds):
        script = measured("timm", asked, **how, **SCRIPT)
        best = measured("timm", asked, **tuned)
        rounds.append((script, best, measured("zoo", asked, **how, turns=3)))
    return table_row(asked, how, rounds, tuned["workers"])


def table_row(asked: Any, how: Mapping[str, str], rounds: list[Any], workers: int) -> str:
    """Return the row of some rounds: of the script, of timm tuned, and of zoo."""
    median, pictures = statistics.median, asked.pictures
    others = sum(
        list(tuned["best"][name]) != list(best)
        for _, tuned, own in rounds
        for name, best in own["best"].items()
    )
    turns = [turn for *_, own in rounds for turn in own["turns"]]
    script, tuned, cold = (
        pictures / median(map(seconds, side)) for side in zip(*rounds, strict=True)
    )
    warm, limit = (pictures / median(times) for times in zip(*turns, strict=True))
    cells = [
        how["model"],
        how["precision"],
        *(f"{rate:,.1f}" for rate in (script, tuned, cold)),
        f"{median(seconds(one) / seconds(own) for one, _, own in rounds):.2f}",
        f"{median(seconds(one) / seconds(own) for _, one, own in rounds):.2f}",
        f"{median(one['spent'][1] / own['spent'][1] for _, one, own in rounds):.2f}",
        f"{warm:,.1f}",
        f"{limit:,.1f}",
        f"{median(alone / kept for kept, alone in turns):.2f}",
        f"{others} of {pictures * len(rounds):,}",
        str(workers),
    ]
    return f"| {' | '.join(cells)} |"


def seconds(found: Mapping[str, Any]) -> float:
    """Return the seconds of the first evaluation of a side."""
    return float(found["spent"][0])


def machine(asked: argparse.Namespace) -> str:
    """Return on what the figures were measured."""
    import torch

    from zoo.machine import environment

    torch.get_num_threads()
    found = environment(asked.device, asked.batch)
    packages = found.pop("packages")
    words = [f"{name.replace('_', ' ')} {value}" for name, value in (found | packages).items()]
    load = f"load before {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return ", ".join([*words, f"{os.cpu_count()} cores", load])


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--pictures", type=int, help="default: 192, and 50,000 on a GPU")
    parser.add_argument(
        "--models", help="of timm; default: efficientnet_lite0, on a GPU seresnet50"
    )
    parser.add_argument("--precisions", help="default: fp32, and fp32,bf16 on a GPU")
    parser.add_argument("--batch", type=int, help="of zoo, and of timm tuned; 32, 256 on a GPU")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="keeps the drawn pictures for another time")
    parser.add_argument("--side", choices=list(SIDES), help=argparse.SUPPRESS)
    parser.add_argument("--settings", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    gpu = asked.device.startswith("cuda")
    asked.pictures = asked.pictures or (50_000 if gpu else 192)
    asked.models = asked.models or ("seresnet50" if gpu else "efficientnet_lite0")
    asked.precisions = asked.precisions or ("fp32,bf16" if gpu else "fp32")
    asked.batch = asked.batch or (256 if gpu else 32)
    cores = asked.workers
    asked.tried = sorted({1, max(1, cores // 2), cores})
    return asked


def main() -> None:
    """Draw the pictures and print the table, or be one side."""
    asked = arguments()
    if asked.side:
        side, asked = asked.side, argparse.Namespace(**json.loads(asked.settings))
        found = SIDES[side](asked)
        Path(asked.answer).write_text(json.dumps(found), encoding="utf-8")
        return
    sys.path.insert(0, str(ROOT))
    print(f"Measured on {machine(asked)}; {asked.pictures:,} pictures, {asked.rounds} rounds.")
    print()
    print(
        "| model | precision | timm's script, pictures/s | timm tuned | zoo, cold | to the script"
        " | to timm tuned | in processor time | zoo, warm | limit | of the limit | other lists"
        " | timm's workers |"
    )
    print("|:--|:--|" + "--:|" * 11)
    with contextlib.ExitStack() as stack:
        folder = asked.folder or stack.enter_context(tempfile.TemporaryDirectory())
        asked.folder = drawn(Path(folder), asked.pictures)
        for model in asked.models.split(","):
            for precision in asked.precisions.split(","):
                print(row(asked, model, precision), flush=True)


if __name__ == "__main__":
    main()
