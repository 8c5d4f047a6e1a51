"""A command line that runs in this process, and an index of one model that can be spoilt."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.weights.server import Hostile, running
from zoo.cli import _access, _selection, run
from zoo.weights import Policy

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out, self.err
        return json.loads(self.out)

    def findings(self, verdict: str) -> list[dict[str, Any]]:
        return [finding for finding in self.json["findings"] if finding["verdict"] == verdict]


Zoo = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in ("ZOO_INDEX", "FORCE_COLOR", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ZOO_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(ROOT)
    _selection.config.cache_clear()
    yield
    _selection.config.cache_clear()


@pytest.fixture
def zoo(capfd: pytest.CaptureFixture[str]) -> Zoo:
    def call(*arguments: object) -> Outcome:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Outcome(code, out, err)

    return call


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hostile]:
    """Serve http, and let the command ask this machine."""
    monkeypatch.setattr(
        _access, "Policy", lambda **given: Policy(allow_http=True, allow_private=True)
    )
    with running(Hostile()) as server:
        yield server


@dataclass(frozen=True)
class Digits:
    """A copy of the demo's index that may be changed."""

    folder: Path

    @property
    def page(self) -> Path:
        return self.folder / "digits.md"

    @property
    def weights(self) -> Path:
        return next(self.folder.glob("*.safetensors"))

    @property
    def verify(self) -> tuple[object, ...]:
        where = ("--index", self.folder, "--dataset", self.folder / "digits.csv")
        return ("verify", "digits", "--trust-python", *where, "--format", "json")

    def replace(self, old: str, new: str) -> int:
        """Change the one place where a text stands on the page; return its line."""
        text = self.page.read_text()
        assert text.count(old) == 1
        self.page.write_text(text.replace(old, new))
        return text[: text.index(old)].count("\n") + 1


@pytest.fixture
def digits(tmp_path: Path) -> Digits:
    folder = tmp_path / "model-index"
    shutil.copytree(ROOT / "model-index" / "demo", folder)
    return Digits(folder)
