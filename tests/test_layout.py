"""The house: what lies where, and what an installed wheel holds."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from zoo.cli import COMMANDS
from zoo.datasets import LAYOUTS
from zoo.reports import REPORTS
from zoo.sources import SOURCES
from zoo.validators import VALIDATORS

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("validators", "../validators"),
        ("reports", "../reports"),
        ("bundled-index", "../model-index"),
    ],
)
def test_the_packs_are_reached_through_relative_symlinks(link: str, target: str) -> None:
    assert os.readlink(ROOT / "zoo" / link) == target


@pytest.mark.parametrize("catalog", [COMMANDS, LAYOUTS, REPORTS, SOURCES, VALIDATORS])
def test_every_extension_of_a_catalog_loads(catalog: dict[str, object]) -> None:
    assert len(catalog) > 0
    assert all(extension is not None for extension in catalog.values())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


@pytest.mark.slow
def test_the_wheel_holds_both_packs_and_no_foreign_top_level(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"zoo"}
    for part in (
        "validators/parameters.py",
        "reports/markdown.py",
        "reports/site/index.md",
        *(f"reports/page/{name}" for name in ("page.html", "details.html", "page.css", "page.js")),
        "index/schema.json",
        "py.typed",
    ):
        assert f"zoo/{part}" in names
    assert "zoo/bundled-index/se-resnet.md" in names
    assert sum(name.startswith("zoo/bundled-index/timm/") for name in names) == 62


@pytest.mark.slow
def test_the_base_installation_browses_and_says_what_verifying_needs(
    wheel: Path, tmp_path: Path
) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", str(wheel)], check=True)
    zoo = tmp_path / "venv" / "bin" / "zoo"

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [zoo, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    assert call("list").returncode == 0
    assert call("show", "seresnet152d").returncode == 0
    assert call("check", "--ignore", "flops-below-parameters").returncode == 0
    assert call("report", str(ROOT / "tests" / "goldens" / "run.json")).returncode == 0
    refused = call("verify", "seresnet152d")
    assert refused.returncode == 2
    assert "pip install 'zoo-verify[timm]'" in refused.stderr
    assert call("verify", "digits", "--only", "file-size,weights-digest").returncode == 0
    assert call("doctor").returncode == 4
