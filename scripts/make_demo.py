"""Trains the digit classifier of the demo and writes its weights, pictures and page.

Run it as ``.venv/bin/python scripts/make_demo.py``. It is deterministic on one machine; where
another machine's arithmetic gives other weights, the page it writes claims what it measured there.
"""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save
from sklearn.datasets import load_digits
from torch import nn

from zoo.counting import RULES, total
from zoo.crops import Geometry, normaliser
from zoo.crops.geometry import cropper
from zoo.demo import CONFIG, SIZE, digits
from zoo.predictions import fingerprint
from zoo.structure.trace import trace
from zoo.subject import from_config

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "model-index" / "demo"
HELD_OUT = 360
EPOCHS = 60

PAGE = """\
# Digits

A convolutional network of three layers that reads handwritten digits. It was trained by
`scripts/make_demo.py` on the digits that scikit-learn ships (1,437 of the 1,797 pictures of the UCI
set *Optical Recognition of Handwritten Digits*); the other 360 are its whole test set, and lie
beside this page. Everything that is claimed here can be verified without any network:

    zoo verify digits --trust-python --dataset model-index/demo/digits.csv

The file `photographs.csv` in this folder lists the 20 labelled ImageNet photographs that the PyPI
package `foolbox` ships. They are a sample, not the validation set.

<!--
Type: model-index
Models:
- Name: digits
  Source:
    Type: python
    Reference: zoo.demo:digits
  Metadata:
    FLOPs: {flops}
    Parameters: {parameters}
    File Size: {file_size}
    SHA256: sha256:{sha256}
    Image Size: {size}
    Crop Pct: {crop_pct}
    Interpolation: {interpolation}
    Mean: [0.5, 0.5, 0.5]
    Std: [0.5, 0.5, 0.5]
    Tasks: [Image Classification]
    Training Data: [UCI Handwritten Digits]
  Weights: file:{weights}
  Results:
  - Task: Image Classification
    Dataset: UCI Handwritten Digits
    Dataset Fingerprint: {fingerprint}
    Metrics:
      Top 1 Accuracy: {top1:.2f}%
      Top 5 Accuracy: {top5:.2f}%
-->
"""


def pictures() -> list[tuple[Image.Image, int]]:
    """Return the 8 × 8 pictures with their digits, in a fixed random order."""
    data = load_digits()
    order = np.random.default_rng(0).permutation(len(data.target))
    grey = np.round(data.images * 255 / 16).astype(np.uint8)
    return [(Image.fromarray(grey[n], "L").convert("RGB"), int(data.target[n])) for n in order]


def tensors(samples: list[tuple[Image.Image, int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return inputs ``(n, 3, 16, 16)`` and labels ``(n,)``."""
    preprocessing = from_config(CONFIG)
    crop = cropper(Geometry.of(preprocessing))
    pixels = torch.empty((len(samples), SIZE, SIZE, 3), dtype=torch.uint8)
    for row, (image, _) in zip(pixels, samples, strict=True):
        crop(image, memoryview(row.numpy()).cast("B"))
    inputs = normaliser(preprocessing, "cpu")(pixels)
    return inputs, torch.tensor([label for _, label in samples])


def train(inputs: torch.Tensor, labels: torch.Tensor) -> nn.Module:
    """Return the trained classifier."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    network = digits().train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=1e-2)
    batches = EPOCHS * (len(labels) // 64 + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, total_steps=batches)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(labels)).split(64):
            loss = nn.functional.cross_entropy(network(inputs[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return network.eval()


def write_pictures(samples: list[tuple[Image.Image, int]]) -> str:
    """Write the held-out pictures with their manifest, and return their fingerprint."""
    folder = DEMO / "digits"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rows = []
    for number, (image, label) in enumerate(samples):
        path = folder / f"{number:03}.png"
        image.convert("L").save(path, optimize=True)
        rows.append((path.relative_to(DEMO).as_posix(), label))
    with (DEMO / "digits.csv").open("w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerows([("path", "class"), *rows])
    hashed = [(hashlib.sha256((DEMO / path).read_bytes()).hexdigest(), n) for path, n in rows]
    return str(fingerprint(hashed))


def write_weights(network: nn.Module) -> tuple[str, str, int]:
    """Write the weights under a name that ends in their hash; return name, SHA-256 and size."""
    state = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    data = save(state)
    digest = hashlib.sha256(data).hexdigest()
    for old in DEMO.glob("digits-*.safetensors"):
        old.unlink()
    name = f"digits-{digest[:8]}.safetensors"
    (DEMO / name).write_bytes(data)
    code = ROOT / "zoo" / "demo.py"
    text = re.sub(r'WEIGHTS = ".*"', f'WEIGHTS = "{name}"', code.read_text())
    code.write_text(text)
    return name, digest, len(data)


def main() -> None:
    """Train, measure and write all that the demo needs."""
    samples = pictures()
    network = train(*tensors(samples[HELD_OUT:]))
    inputs, labels = tensors(samples[:HELD_OUT])
    with torch.inference_mode():
        best = network(inputs).topk(5).indices
    hits = best == labels[:, None]
    name, digest, size = write_weights(network)
    with torch.device("meta"):
        skeleton = digits().eval()
    page = PAGE.format(
        flops=total(RULES["macs"], trace(skeleton, (1, 3, SIZE, SIZE))),
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        file_size=size,
        sha256=digest,
        size=SIZE,
        crop_pct=CONFIG["crop_pct"],
        interpolation=CONFIG["interpolation"],
        weights=name,
        fingerprint=write_pictures(samples[:HELD_OUT]),
        top1=100 * hits[:, 0].float().mean().item(),
        top5=100 * hits.any(dim=1).float().mean().item(),
    )
    (DEMO / "digits.md").write_text(page)
    print(f"wrote {DEMO.relative_to(ROOT)}: {name}, {size:,} bytes")


if __name__ == "__main__":
    main()
