"""Runs a network over a dataset in this process, on one device."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zoo.engines import Enough, Prediction, Predictions, never
from zoo.errors import Unavailable
from zoo.pictures import Dataset, Picture, decode, reason
from zoo.subject import Preprocessing

if TYPE_CHECKING:
    from torch import Tensor, nn

Progress = Callable[[int, int], None]
Transform = Callable[[Any], "Tensor"]
TOP = 5


@dataclass(frozen=True, slots=True)
class Device:
    """Where and how a network is run.

    Attributes:
        name: for torch, such as ``cpu`` or ``cuda:0``.
        batch_size: pictures at a time.
        workers: processes that decode pictures; 0 decodes in this one.
    """

    name: str = "cpu"
    batch_size: int = 32
    workers: int = 0


def predict(
    network: nn.Module,
    dataset: Dataset,
    preprocessing: Preprocessing,
    device: Device,
    progress: Progress,
    enough: Enough = never,
) -> Predictions:
    """Return what a network predicts for every picture of a dataset.

    After each batch it is asked whether that is enough; the pictures behind it are then left out.

    Pictures are decoded and prepared by timm's evaluation transform, and the network is run in
    float32 without TF32, in evaluation mode.

    Raises:
        Unavailable: a picture cannot be decoded, a label is not among the network's classes, or
            the network does not run. Nothing is substituted.
    """
    import torch

    transform = evaluation_transform(preprocessing)
    items: list[Prediction] = []
    with (
        torch.inference_mode(),
        torch.backends.cudnn.flags(deterministic=True, benchmark=False, allow_tf32=False),
    ):
        network = network.to(device.name).eval()
        for pictures, digests, inputs in _batches(dataset, transform, device):
            logits = _forward(network, inputs.to(device.name))
            items += _read_off(pictures, digests, logits, dataset.classes)
            progress(len(items), len(dataset.pictures))
            if enough(items):
                break
    whole = dataset.whole if len(items) == len(dataset.pictures) else ""
    return Predictions(tuple(items), dataset.layout, whole, _method(device))


def evaluation_transform(preprocessing: Preprocessing) -> Transform:
    """Return timm's evaluation transform: resize, centre crop, scale to 0…1, normalise.

    It maps a Pillow picture in RGB to a float32 tensor ``(3, image_size, image_size)``.

    Raises:
        Unavailable: timm knows no such interpolation.
    """
    from timm.data import create_transform

    size = int(preprocessing.image_size)
    try:
        transform: Transform = create_transform(
            input_size=(3, size, size),
            is_training=False,
            interpolation=preprocessing.interpolation,
            mean=tuple(float(part) for part in preprocessing.mean),
            std=tuple(float(part) for part in preprocessing.std),
            crop_pct=float(preprocessing.crop_pct),
        )
    except KeyError:
        raise Unavailable(
            f"there is no interpolation '{preprocessing.interpolation}'",
            "interpolations are bicubic, bilinear, nearest, box, hamming and lanczos",
        ) from None
    return transform


class _Pictures:
    """A map-style dataset for torch's DataLoader: ``(sha256, tensor)`` or the reason why not."""

    def __init__(self, pictures: tuple[Picture, ...], transform: Transform) -> None:
        self.pictures = pictures
        self.transform = transform

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> tuple[str, Any]:
        picture = self.pictures[index]
        try:
            data = picture.read()
            return hashlib.sha256(data).hexdigest(), self.transform(decode(data))
        except Exception as error:  # Pillow raises errors of many types for a damaged picture
            return "", f"{picture.where} cannot be decoded ({reason(error)})"


def _batches(
    dataset: Dataset, transform: Transform, device: Device
) -> Iterator[tuple[tuple[Picture, ...], list[str], Tensor]]:
    """Yield the pictures with their digests and a tensor ``(n, 3, height, width)`` in order."""
    import torch
    from torch.utils.data import DataLoader

    loader: Any = DataLoader(
        _Pictures(dataset.pictures, transform),  # type: ignore[arg-type]  # torch asks for a subclass
        batch_size=device.batch_size,
        num_workers=device.workers,
        collate_fn=list,
    )
    done = 0
    for samples in loader:
        pictures = dataset.pictures[done : done + len(samples)]
        done += len(samples)
        for _, tensor in samples:
            if isinstance(tensor, str):
                raise Unavailable(tensor, "replace the picture: none is left out of the count")
        yield pictures, [sha256 for sha256, _ in samples], torch.stack([t for _, t in samples])


def _forward(network: nn.Module, inputs: Tensor) -> Tensor:
    import torch

    try:
        logits = network(inputs)
    except (Exception, SystemExit) as error:  # code of others may raise anything
        raise Unavailable(
            f"the network does not run on {_shape(inputs)}: {reason(error)}"
        ) from None
    if not isinstance(logits, torch.Tensor) or logits.ndim != 2 or len(logits) != len(inputs):
        raise Unavailable("the network returns no logits of shape (pictures, classes)")
    return logits.float().cpu()


def _read_off(
    pictures: tuple[Picture, ...],
    digests: list[str],
    logits: Tensor,
    scored: tuple[int, ...] | None,
) -> Iterator[Prediction]:
    classes = logits.shape[1]
    finite = logits.isfinite().all(dim=1).tolist()
    best = _best(logits, scored)
    for picture, digest, is_finite, top in zip(pictures, digests, finite, best, strict=True):
        highest = max({picture.label, *picture.labels})
        if highest >= classes:
            raise Unavailable(
                f"{picture.where} has class {highest}, and the network only {classes} classes",
                "the dataset's classes are not those of this network",
            )
        seen = tuple(top) if is_finite else ()
        yield Prediction(picture.id, digest, picture.label, seen, picture.accepted)


def _best(logits: Tensor, scored: tuple[int, ...] | None) -> list[list[int]]:
    """Return for each picture the classes with the highest logits, of those that are scored."""
    classes = logits.shape[1]
    if scored is None:
        best: list[list[int]] = logits.topk(min(TOP, classes), dim=1).indices.tolist()
        return best
    if max(scored) >= classes:
        raise Unavailable(
            f"the dataset is scored on class {max(scored)}, and the network has only {classes}",
            "the dataset's classes are not those of this network",
        )
    among = logits[:, list(scored)].topk(min(TOP, len(scored)), dim=1).indices.tolist()
    return [[scored[place] for place in places] for places in among]


def _shape(inputs: Tensor) -> str:
    return " × ".join(str(side) for side in inputs.shape)


def _method(device: Device) -> str:
    return f"timm evaluation transform, float32 on {device.name}"
