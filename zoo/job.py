"""What is to be predicted, in plain values from which any process builds the same again.

Only text and numbers go to another process or machine: a path there, a name, a digest. What they
lead to is compared with what the sender has, so that no two processes predict different pictures.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo.checkpoint import record
from zoo.claims import Location, SourceSpec
from zoo.code import digest_of, digest_of_all, digest_of_installed, digests_of_imports
from zoo.crops import Keeping
from zoo.datasets import open_dataset
from zoo.errors import Unavailable
from zoo.inference import Device
from zoo.machine import PACKAGES, is_editable, package_version
from zoo.pictures import Picture
from zoo.sampling.order import draw
from zoo.sources import SOURCES
from zoo.subject import Preprocessing
from zoo.weights import load

if TYPE_CHECKING:
    from torch import nn

# Our own code that moves a prediction; a dataset says among which classes the best are sought.
_OWN = ("zoo.crops", "zoo.datasets", "zoo.inference", "zoo.predictions", "zoo.sources")
INSTALLED = "set of installed packages"  # of which most move no prediction
_ALONE = ("zoo.job", "zoo.pictures", "zoo.weights.load")


@dataclass(frozen=True, slots=True)
class Drawn:
    """Which pictures of a dataset: the first so many in the order that a seed gives."""

    number: int
    seed: int


@dataclass(frozen=True, slots=True)
class Job:
    """A network, the pictures that it is shown, and how.

    Attributes:
        source: what builds the network; its code is trusted by whoever made the job.
        checkpoint: path of plain safetensors, opened from the file with the SHA-256 ``weights``.
        dataset: path of the dataset; ``name`` is that of the published one, or empty.
        drawn: which of the pictures; all in the dataset's order, if None.
        identity: of the pictures' names and labels in their order, as ``identity_of`` gives it.
        threads: that torch may use for one operation on the CPU.
        versions: of all code that moves a prediction, by name.
        crops: where decoded pictures are kept on whatever machine; nowhere, if None.
    """

    source: SourceSpec
    checkpoint: str
    weights: str
    preprocessing: Preprocessing
    device: Device
    dataset: str
    name: str
    drawn: Drawn | None
    identity: str
    threads: int
    versions: Mapping[str, str]
    crops: Keeping | None = None

    def to_json(self) -> str:
        """Return it as one JSON object."""
        return json.dumps(asdict(self), default=_text, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Job:
        """Read what ``to_json`` has written."""
        said: dict[str, Any] = json.loads(text)
        source, drawn, crops = said["source"], said["drawn"], said["crops"]
        parts = {
            "source": SourceSpec(**source | {"location": Location(**source["location"])}),
            "preprocessing": _preprocessing(said["preprocessing"]),
            "device": Device(**said["device"]),
            "drawn": None if drawn is None else Drawn(**drawn),
            "crops": None if crops is None else Keeping(Path(crops["folder"]), crops["most"]),
        }
        return cls(**said | parts)


def versions_of(spec: SourceSpec) -> dict[str, str]:
    """Return the versions of all code that moves a prediction, in this process.

    Code of which no version says what it is, since it may be changed where it lies, is told by the
    digest of its files. What the index names is imported first, since it may say where Python is to
    look for more, and may use whatever is installed.
    """
    source = SOURCES[spec.kind]
    found = {name: _version(name) for name in dict.fromkeys((*PACKAGES, source.package)) if name}
    found["zoo"] = digest_of(_OWN, _ALONE)
    if source.runs_named_code:
        module = spec.reference.partition(":")[0]
        with suppress(Exception, SystemExit):  # what is wrong with it is told when it is built
            importlib.import_module(module)
        found |= {f"code of {name}": sha256 for name, sha256 in digests_of_imports(module).items()}
        found[INSTALLED] = digest_of_installed()
    return found


def identity_of(pictures: Sequence[Picture]) -> str:
    """Return the SHA-256 over the names, labels and label sets of pictures, in their order."""
    digest = hashlib.sha256()
    for picture in pictures:
        right = None if picture.accepted is None else sorted(picture.accepted)
        digest.update(f"{json.dumps([picture.id, picture.label, right])}\n".encode())
    return digest.hexdigest()


def network_of(job: Job) -> nn.Module:
    """Build the network of a job, with its weights, on the CPU.

    Raises:
        Unavailable: the code or the checkpoint is not there, or not what the job says.
    """
    source = SOURCES[job.source.kind]
    here = versions_of(job.source)
    compared = job.versions.keys() - {INSTALLED}
    if other := sorted(name for name in compared if here.get(name) != job.versions[name]):
        raise Unavailable(
            f"{', '.join(other)} is another one here than where the work was given out",
            "install the same versions everywhere",
        )
    try:
        checkpoint = record.read(Path(job.checkpoint))
    except (OSError, ValueError) as error:
        raise Unavailable(f"the checkpoint {job.checkpoint} cannot be read: {error}") from None
    if checkpoint.record.source != job.weights:
        raise Unavailable(f"the checkpoint {job.checkpoint} is of other weights than the job's")
    return load(source.build(job.source), checkpoint, source.convert)


def pictures_of(job: Job) -> tuple[tuple[Picture, ...], tuple[int, ...] | None]:
    """Return the pictures of a job in their order, and the classes that are scored.

    Raises:
        Unavailable: the dataset is not there, not in order, or has other pictures.
    """
    dataset = open_dataset(Path(job.dataset), job.name)
    pictures = dataset.pictures
    if job.drawn is not None:
        pictures = draw(pictures, job.drawn.number, job.drawn.seed)
    if identity_of(pictures) != job.identity:
        raise Unavailable(
            f"the dataset at {job.dataset} has other pictures or labels here",
            "each process must see the same files at the same path",
        )
    return pictures, dataset.classes


def _version(package: str) -> str:
    version = package_version(package)
    return f"{version} {digest_of_all(package)}" if is_editable(package) else version


def _text(value: object) -> str:
    if isinstance(value, Decimal | Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no plain value")


def _preprocessing(said: Mapping[str, Any]) -> Preprocessing:
    return Preprocessing(
        Decimal(said["image_size"]),
        Decimal(said["crop_pct"]),
        said["interpolation"],
        tuple(map(Decimal, said["mean"])),
        tuple(map(Decimal, said["std"])),
        said["crop_mode"],
    )
