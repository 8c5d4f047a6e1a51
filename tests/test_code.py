"""Digests of code: they change with any file, and nothing is imported for them."""

from __future__ import annotations

import shutil
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from zoo import code, job
from zoo.claims import Location, SourceSpec
from zoo.code import digest_of, digest_of_all
from zoo.job import versions_of

PLACE = Location("page.md", 1, 1)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "harmfulpackage" / "inner"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("raise SystemExit('imported')")
    (folder / "code.py").write_text("x = 1")
    monkeypatch.syspath_prepend(tmp_path)
    digest_of_all.cache_clear()
    yield folder
    digest_of_all.cache_clear()


def test_any_file_of_a_package_changes_its_digest_and_none_is_imported(package: Path) -> None:
    before = digest_of_all("harmfulpackage")
    (package / "code.py").write_text("x = 2")
    digest_of_all.cache_clear()
    assert len(before) == 64
    assert digest_of_all("harmfulpackage") != before
    assert "harmfulpackage" not in sys.modules


def test_of_a_package_in_several_places_the_module_s_own_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        folder = tmp_path / f"{number}" / "shared" / f"own{number}"
        folder.mkdir(parents=True)
        (folder / "code.py").write_text(f"x = {number}")
    digest_of_all.cache_clear()
    monkeypatch.syspath_prepend(tmp_path / "1")
    alone = digest_of_all("shared.own1.code")
    monkeypatch.syspath_prepend(tmp_path / "2")
    digest_of_all.cache_clear()
    assert digest_of_all("shared.own1.code") == alone != ""
    assert digest_of_all("shared.own2.code") not in ("", alone)
    assert digest_of_all("shared.own3") == digest_of_all("shared") == ""


def test_a_module_that_is_not_there_has_no_digest() -> None:
    assert digest_of_all("no_such_module_at_all") == ""
    assert digest_of_all("sys") == ""
    assert digest_of_all("") == ""


def test_our_own_code_has_one_digest_for_packages_and_modules() -> None:
    assert digest_of(("zoo.crops",)) != digest_of(("zoo.predictions",))
    assert digest_of((), ("zoo.job",)) != digest_of((), ("zoo.scoring",))


@pytest.mark.parametrize("package", ["crops", "datasets", "inference", "predictions", "sources"])
def test_a_change_of_our_own_code_that_moves_a_prediction_is_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    timm = SourceSpec("timm", "resnet18", {}, PLACE)
    before = versions_of(timm)
    changed = shutil.copytree(files(f"zoo.{package}"), tmp_path / package)
    with (changed / "__init__.py").open("a") as file:
        file.write("# another subset")
    monkeypatch.setattr(
        code, "files", lambda name: changed if name == f"zoo.{package}" else files(name)
    )
    monkeypatch.setattr(job, "digest_of", digest_of.__wrapped__)
    assert versions_of(timm) == before | {"zoo": versions_of(timm)["zoo"]} != before


def test_code_that_no_version_names_is_told_by_its_files(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = SourceSpec("python", "harmfulpackage.inner:net", {}, PLACE)
    timm = SourceSpec("timm", "resnet18", {}, PLACE)
    assert versions_of(python)["source"] == digest_of_all("harmfulpackage")
    assert "source" not in versions_of(timm)
    monkeypatch.setattr(job, "is_editable", lambda package: package == "timm")
    assert versions_of(timm)["source"] == digest_of_all("timm")
