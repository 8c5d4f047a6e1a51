"""What a subject is made of, and that it goes when its model is done."""

from __future__ import annotations

import gc
import shutil
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from zoo import build
from zoo.claims import Metric
from zoo.findings import Verdict
from zoo.index import read_index
from zoo.options import Options
from zoo.validators import VALIDATORS
from zoo.verify import verify
from zoo.weights import Access

if TYPE_CHECKING:
    from torch import nn

DEMO = Path(__file__).parents[1] / "model-index" / "demo"


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Nothing goes but what nobody knows any more."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def networks(monkeypatch: pytest.MonkeyPatch) -> list[weakref.ref[nn.Module]]:
    """The networks that were loaded."""
    load, loaded = build.load, []

    def watched(*arguments: Any) -> nn.Module:
        network = load(*arguments)
        loaded.append(weakref.ref(network))
        return network

    monkeypatch.setattr(build, "load", watched)
    return loaded


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    """A copy of the demo, whose pictures may be spoilt."""
    return Path(shutil.copytree(DEMO, tmp_path / "demo"))


def nothing(folder: Path) -> None:
    """Leave all as it is."""


def document_another_mean(folder: Path) -> None:
    page = folder / "digits.md"
    page.write_text(page.read_text().replace("Mean: [0.5, 0.5, 0.5]", "Mean: [0.9, 0.9, 0.9]"))


def spoil_a_picture(folder: Path) -> None:
    (folder / "digits" / "007.png").write_bytes(b"no picture")


@pytest.mark.parametrize(
    ("harm", "verdict", "diagnosed"),
    [
        (nothing, Verdict.PASS, False),
        (document_another_mean, Verdict.FAIL, True),
        (spoil_a_picture, Verdict.ERROR, False),
    ],
)
def test_no_network_is_kept_when_its_model_is_done(
    digits: Path, networks: Any, uncollected: None, harm: Any, verdict: Verdict, diagnosed: bool
) -> None:
    harm(digits)
    entries = read_index(digits / "digits.md").entries * 2
    data = {"": digits / "digits.csv"}
    options = Options(Access(digits / "cache"), datasets=data, trust_python=True)
    found = verify(entries, VALIDATORS.values(), ["accuracy"], options, version="0", started="")
    first = [each for each in found.findings if each.metric == Metric.TOP_1]
    assert [(each.verdict, "diagnosis" in each.conditions) for each in first] == [
        (verdict, diagnosed)
    ] * 2
    assert len(networks) >= 2
    assert not any(network() for network in networks)
