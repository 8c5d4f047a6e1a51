"""A job on the demo's digits: real pictures, real weights, 360 pictures in ranges of 100."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from zoo.claims import Digest, Location, SourceSpec
from zoo.datasets import open_dataset
from zoo.demo import CONFIG
from zoo.engines import Work
from zoo.inference import Device
from zoo.job import Job, identity_of, network_of, versions_of
from zoo.pictures import Dataset
from zoo.run import WeightsFile
from zoo.subject import from_config
from zoo.weights.convert import in_store
from zoo.weights.store import Store

DEMO = Path(__file__).parents[2] / "model-index" / "demo"
ON_RAY = [
    pytest.mark.ray,
    pytest.mark.enable_socket,
    # Ray's own: it forks, and leaves sockets and streams to the end of the process.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
    pytest.mark.filterwarnings(
        "ignore::FutureWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
    ),
]
RANGES = [(0, 100), (100, 200), (200, 300), (300, 360)]


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    return open_dataset(DEMO / "digits.csv")


@pytest.fixture(scope="session")
def job(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Job:
    path = DEMO / str(CONFIG["file"])
    digest = Digest("sha256", "560147a9031b4eb2fc9c85937820675793490fae11410c32c78d64723da4843b")
    weights = WeightsFile(path, path.name, digest, path.stat().st_size, "sha256")
    checkpoint = in_store(Store(tmp_path_factory.mktemp("store")))(weights)
    source = SourceSpec("python", "zoo.demo:digits", {}, Location("digits.md", 1, 1))
    return Job(
        source=source,
        checkpoint=str(checkpoint.path),
        weights=checkpoint.record.source,
        preprocessing=from_config(CONFIG),
        device=Device(batch_size=16),
        dataset=str(DEMO / "digits.csv"),
        name="",
        drawn=None,
        identity=identity_of(dataset.pictures),
        threads=1,
        versions=versions_of(source),
    )


@dataclass
class Told:
    """What an engine told while it worked."""

    ticks: list[int] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def work(job: Job, dataset: Dataset, told: Told) -> Work:
    return Work(
        job,
        ("cpu",),
        lambda: network_of(job),
        dataset.pictures,
        dataset.classes,
        told.ticks.append,
        told.said.append,
    )


@pytest.fixture
def harmful(work: Work, tmp_path: Path) -> Callable[..., Work]:
    """Return the work with a network that does something once, in whatever process is first."""

    def make(deed: str, *devices: str) -> Work:
        once = {"once": str(tmp_path / "once"), "deed": deed}
        return of_network(work, "tests.engines.networks:harmful", once, *devices)

    return make


def of_network(work: Work, reference: str, arguments: dict[str, object], *devices: str) -> Work:
    source = replace(work.job.source, reference=reference, arguments=arguments)
    job = replace(work.job, source=source, versions=versions_of(source))
    return replace(work, job=job, devices=devices or ("cpu",), network=lambda: network_of(job))
