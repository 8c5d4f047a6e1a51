"""What ``zoo verify`` costs beside the network: until its first batch, and for keeping books.

The start is measured from the process's beginning to the first call of the digit classifier's
network, which notes the time; its peer is an interpreter that only imports torch and timm. The
books are what is done for each picture beside decoding and predicting: its range is written as a
table, the tables are merged, the merged one is proven when the run is repeated. Their peer is the
same prediction without them, in pairs, with ``resnet18`` on photographs that are drawn.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ROUNDS = 5
PICTURES = 512
PROBE = """\
import os, time
from zoo.demo import digits
def probe():
    network = digits()
    network.register_forward_pre_hook(lambda *_: note())
    return network
def note(path=os.environ["PROBE"]):
    if not os.path.exists(path):
        with open(path, "w") as stream:
            stream.write(repr(time.time()))
"""


def start(folder: Path) -> float:
    """Return the seconds from the beginning of ``zoo verify`` to its first batch."""
    note = folder / "note"
    note.unlink(missing_ok=True)
    environment = os.environ | {
        "PROBE": str(note),
        "PYTHONPATH": str(folder),
        "ZOO_CACHE_DIR": str(folder / "cache"),
    }
    shutil.rmtree(folder / "cache" / "predictions", ignore_errors=True)
    command = [sys.executable, "-m", "zoo", "verify", "digits", "--index", str(folder / "index"),
               "--trust-python", "--only", "accuracy", "--dataset",
               str(folder / "index" / "digits.csv")]  # fmt: skip
    begun = time.time()
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return float(note.read_text()) - begun


def imports() -> float:
    """Return the seconds that an interpreter takes to import torch and timm."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import torch, timm"], cwd=ROOT, check=True)
    return time.perf_counter() - begun


def starts() -> None:
    """Print how long the start takes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "model-index" / "demo", folder / "index")
        page = folder / "index" / "digits.md"
        page.write_text(page.read_text().replace("zoo.demo:digits", "probing:probe"))
        (folder / "probing.py").write_text(PROBE)
        start(folder), imports()  # warm the file cache; open the checkpoint once
        pairs = [(start(folder), imports()) for _ in range(ROUNDS)]
    own, peer = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"start to first batch: {own:.2f} s, of which importing torch and timm {peer:.2f} s")


def books() -> None:
    """Print how much longer predicting takes where what is predicted is kept."""
    import timm
    import torch

    from zoo import inference, scoring
    from zoo.claims import Location, SourceSpec
    from zoo.engines import ENGINES, Work, batches_of
    from zoo.inference import Device
    from zoo.job import Job, identity_of, versions_of
    from zoo.subject import from_config

    torch.manual_seed(0)
    network = timm.create_model("resnet18").eval()
    spec = SourceSpec("timm", "resnet18", {}, Location("", 1, 1))
    with tempfile.TemporaryDirectory() as name:
        pictures = drawn(Path(name), PICTURES)
        how = from_config(network.pretrained_cfg)
        job = Job(spec, "x", "00" * 32, how, Device(), "", "", None, identity_of(pictures),
                  torch.get_num_threads(), versions_of(spec))  # fmt: skip
        silent: Callable[[Any], None] = lambda _: None  # noqa: E731
        work = Work(job, ("cpu",), lambda: network, pictures, None, silent, silent)

        def without() -> None:
            batches = batches_of(pictures, (0, len(pictures)), 32)
            list(chain.from_iterable(inference.run(network, batches, how, Device(), None)))

        def keeping(number: int) -> None:
            ledger = scoring.ledger_of(Path(name) / f"{number}", "resnet18", job)
            scoring.predict(work, ENGINES["local"], ledger)

        without()
        pairs = [(timed(lambda n=n: keeping(n)), timed(without)) for n in range(ROUNDS)]
        again = timed(lambda: keeping(0))
    ratio = statistics.median(a / b for a, b in pairs)
    pace = PICTURES / statistics.median(b for _, b in pairs)
    print(
        f"keeping books: {100 * (ratio - 1):+.2f} % of {PICTURES} pictures at {pace:.0f} a second"
    )
    print(f"a repeated run proves {PICTURES / again:,.0f} pictures a second without the network")


def drawn(folder: Path, number: int) -> tuple[Any, ...]:
    """Return JPEGs of 500 × 375 with smooth random content, written to a folder."""
    import numpy as np
    from PIL import Image

    from zoo.pictures import File, Picture

    random = np.random.default_rng(0)
    found = []
    for index in range(number):
        small = Image.fromarray(random.integers(0, 256, (24, 32, 3), dtype=np.uint8))
        path = folder / f"{index}.JPEG"
        small.resize((500, 375), Image.Resampling.BICUBIC).save(path, quality=90)
        found.append(Picture(path.name, File(path), index % 1000))
    return tuple(found)


def timed(work: Callable[[], None]) -> float:
    """Return the seconds that something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    starts()
    books()
