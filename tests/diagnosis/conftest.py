"""The demo's trained digit classifier and its pictures, to plant mistakes in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor, nn

from tests.whole import predict
from zoo.checkpoint.record import Checkpoint, Record
from zoo.claims import Claim, Location, Metric
from zoo.datasets import open_dataset
from zoo.demo import CONFIG, digits
from zoo.diagnosis import Case, Diagnosis, diagnoser
from zoo.findings import Tolerance
from zoo.inference import Device
from zoo.pictures import Dataset, File, Picture
from zoo.subject import Identity, Lazy, Preprocessing, Stated, from_config

DEMO = Path(__file__).parents[2] / "model-index" / "demo"
TRAINED = from_config(CONFIG)
CLAIMED = Decimal("99.17")
ALLOWED = Tolerance(absolute=Decimal("0.1"))
NO_WORD = Stated(None, "nobody says")


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Keep tiny networks from waiting for threads on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


Draw = Callable[[Image.Image], Image.Image]


@pytest.fixture(scope="session")
def trained() -> nn.Module:
    network = digits()
    network.load_state_dict(load_file(next(DEMO.glob("*.safetensors"))))
    return network.eval()


@pytest.fixture(scope="session")
def pictures() -> Dataset:
    return open_dataset(DEMO / "digits.csv")


class Around(nn.Module):
    """A network with something before and after it."""

    def __init__(
        self,
        network: nn.Module,
        before: Callable[[Tensor], Tensor] = lambda inputs: inputs,
        after: Callable[[Tensor], Tensor] = lambda logits: logits,
    ) -> None:
        super().__init__()
        self.network, self.before, self.after = network, before, after

    def forward(self, inputs: Tensor) -> Tensor:
        return self.after(self.network(self.before(inputs)))


def redrawn(dataset: Dataset, folder: Path, change: Draw, name: str = "{label}-{id}") -> Dataset:
    """Return a dataset of changed pictures, under ids of the given form."""
    made = []
    for picture in dataset.pictures:
        stem = picture.id.rpartition("/")[2]
        path = folder / name.format(label=picture.label, id=stem)
        path.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(picture.place.path) as image:
            change(image.convert("RGB")).save(path)
        made.append(Picture(str(path.relative_to(folder)), File(path), picture.label))
    return replace(dataset, path=folder, pictures=tuple(made))


def case_of(
    network: nn.Module,
    dataset: Dataset,
    page: Preprocessing = TRAINED,
    *,
    stated: Stated = NO_WORD,
    sizes: tuple[int, ...] = (),
    record: Record | None = None,
    other: Callable[[], nn.Module] | None = None,
    number: int = 96,
    seed: int = 0,
) -> Case:
    """Return the case of a network; ``other`` gives it with the weights that were passed over."""
    taken = record or Record("ab" * 32, "pt")
    measured = Lazy(lambda: predict(network, dataset, page, Device(), lambda done, total: None))
    return Case(
        network=lambda: network,
        built=lambda opened: other() if other else network,
        checkpoint=lambda: Checkpoint(Path(), {}, taken),
        other=lambda: Checkpoint(Path(), {}, replace(taken, state_dict="state_dict_ema")),
        preprocessing=lambda: page,
        stated=lambda: stated,
        identity=lambda: Identity("digits", "the test", sizes=sizes),
        dataset=lambda name: dataset,
        predictions=lambda name: measured(),
        allowed=lambda claim: ALLOWED,
        device="cpu",
        progress=lambda what, done, total: None,
        pictures=number,
        seed=seed,
    )


def claim_of(claimed: Decimal = CLAIMED, metric: Metric = Metric.TOP_1) -> Claim:
    return Claim("digits", metric, claimed, Location("digits.md", 1, 1), str(claimed), "digits")


def diagnosis_of(network: nn.Module, dataset: Dataset, *page: Preprocessing, **known) -> Diagnosis:
    """Return why the claim on the digits is missed, as it was measured."""
    claimed, metric = known.pop("claimed", CLAIMED), known.pop("metric", Metric.TOP_1)
    case = case_of(network, dataset, *page, **known)
    items = case.predictions("digits")
    share = Decimal(100) * items.correct(5 if metric is Metric.TOP_5 else 1) / len(items.items)
    return diagnoser(case)(claim_of(claimed, metric), (share, share))


def suspects(found: Diagnosis) -> set[str]:
    """Return the kinds of all suspects that are named."""
    assert found.cause is not None, (found.because, dict(found.looked))
    return {found.cause["suspect"], *(each["suspect"] for each in found.cause["or"])}
