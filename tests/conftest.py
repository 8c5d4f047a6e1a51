"""Builders of what most tests need: claims and entries as the index reader would make them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.database import DirectoryBasedExampleDatabase

from zoo.claims import Claim, Digest, Location, Metric, ModelEntry, SourceSpec, Text, Value

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PLACE = Location("index.md", 7, 3)
NOWHERE = Path(os.devnull)  # a folder in which nothing can be kept
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

# How hard property tests try: ``ci`` is the same everywhere and every time; ``long`` is by chance,
# and remembers what failed (``make fuzz``, or ``pytest --hypothesis-profile long``). How fast the
# machine is decides nothing in either.
_ANYWHERE = settings(
    deadline=None,
    suppress_health_check=(HealthCheck.too_slow,),
    phases=set(Phase) - {Phase.explain},  # which takes minutes where a document is long
)
settings.register_profile("ci", _ANYWHERE, max_examples=30, derandomize=True, database=None)
settings.register_profile(
    "long", _ANYWHERE, max_examples=5000, derandomize=False, print_blob=True,
    database=DirectoryBasedExampleDatabase(".hypothesis/examples"),
)  # fmt: skip
settings.load_profile("ci")

MakeClaim = Callable[..., Claim]
MakeEntry = Callable[..., ModelEntry]
MakeSpec = Callable[..., SourceSpec]


@pytest.fixture(scope="session")
def claim() -> MakeClaim:
    """Make a claim; a number may be given as it is written."""

    def make(
        metric: Metric,
        value: Value | str,
        *,
        text: str | None = None,
        dataset: str = "",
        whole_set: Digest | None = None,
    ) -> Claim:
        read = Decimal(value) if isinstance(value, str) and metric not in _TEXTS else value
        written = str(value) if text is None else text
        return Claim("tiny", metric, read, PLACE, written, dataset, whole_set)

    return make


_TEXTS = frozenset(
    {Metric.MODEL_NAME, Metric.ARCHITECTURE, Metric.WEIGHTS_LOAD, Metric.CHECKPOINT_IDENTITY,
     Metric.INTERPOLATION}
)  # fmt: skip


@pytest.fixture(scope="session")
def spec() -> MakeSpec:
    """Make the source of a model: its kind, what is asked for, and the arguments."""

    def make(
        kind: str, reference: str, arguments: Mapping[str, object] | None = None
    ) -> SourceSpec:
        return SourceSpec(kind, reference, arguments or {}, PLACE)

    return make


@pytest.fixture(scope="session")
def entry(spec: MakeSpec) -> MakeEntry:
    """Make an entry from its claims; by default a timm model without weights."""

    def make(
        *claims: Claim,
        weights: str | None = None,
        root: object = ".",
        source: SourceSpec | None = None,
    ) -> ModelEntry:
        return ModelEntry(
            name="tiny",
            location=PLACE,
            root=str(root),
            source=source or spec("timm", "resnet18"),
            claims=claims,
            weights=None if weights is None else Text(weights, PLACE),
        )

    return make


def installed() -> str | None:
    """Return the path of $CHROMIUM, or of the first browser that is found."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium: one, since Playwright starts once in a process."""
    path = installed()
    if path is None:
        pytest.skip("no Chromium is installed: apt-get install chromium, or name it by $CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that rewrites the goldens."""
    parser.addoption("--update-goldens", action="store_true", help="rewrite tests/goldens")
