"""What one picture costs on one core before the network has it: least of several, in milliseconds.

The JPEGs are those of ``benchmarks/accuracy.py``, which weigh about as much as ImageNet's.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
PICTURES, ROUNDS = 64, 15
SIZE, CROP = (341, 256), (58, 16, 282, 240)


def least(work: Callable[[], object]) -> float:
    """Return the least processor seconds of several times; other work only ever adds to it."""
    times = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


def row(what: str, work: Callable[[], object]) -> None:
    """Print what some work on all pictures takes for one of them."""
    print(f"| {what} | {1000 * least(work) / PICTURES:.2f} ms |", flush=True)


def steps(files: list[bytes]) -> None:
    """Print what the steps take, of which one crop is made."""
    from PIL.Image import Resampling

    from zoo.pictures import decode

    pictures = [decode(data) for data in files]
    crops = [picture.resize(SIZE, Resampling.BICUBIC).crop(CROP) for picture in pictures]
    pixels = [crop.tobytes() for crop in crops]
    weight = sum(map(len, files)) / PICTURES / 1000
    row(f"SHA-256 of a JPEG of {weight:.0f} KB", lambda: [hashlib.sha256(f) for f in files])
    row("decoding it", lambda: [decode(data) for data in files])
    for name in ("BICUBIC", "BILINEAR"):
        kind = Resampling[name]
        what = f"resizing to {SIZE[0]} × {SIZE[1]}, {name.lower()}"
        row(what, lambda kind=kind: [picture.resize(SIZE, kind) for picture in pictures])
    row("SHA-256 of a crop of 224", lambda: [hashlib.sha256(crop) for crop in pixels])


def together(folder: Path, paths: list[Path]) -> None:
    """Print what zoo takes for a picture: all steps, and with its crop from the cache."""
    import torch
    from timm.data import resolve_data_config

    from zoo.crops import Keeping, batches, normaliser
    from zoo.pictures import File, Picture
    from zoo.subject import from_config

    torch.set_num_threads(1)
    preprocessing = from_config(resolve_data_config({"crop_pct": 0.875}))
    pictures = [Picture(path.name, File(path), 0) for path in paths]

    def prepare(keeping: Keeping | None) -> list[torch.Tensor]:
        return [batch.pixels for batch in batches([pictures], preprocessing, 0, keeping=keeping)]

    pixels, normalise = prepare(None)[0], normaliser(preprocessing, "cpu")
    row("normalising", lambda: normalise(pixels))
    row("all until the crop, as zoo does it", lambda: prepare(None))
    keeping = Keeping(folder / "cache")
    prepare(keeping)
    row("the same with the crop from the cache", lambda: prepare(keeping))


def main() -> None:
    """Print the table."""
    sys.path.insert(0, str(ROOT))
    from benchmarks.accuracy import drawn

    with tempfile.TemporaryDirectory() as name:
        paths = sorted(drawn(Path(name), PICTURES).glob("*/*.jpg"))
        print("| part | one picture |\n|:--|--:|")
        steps([path.read_bytes() for path in paths])
        together(Path(name), paths)


if __name__ == "__main__":
    main()
