"""Digests of code: they change with any file, and nothing is imported for them."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from zoo import code, job
from zoo.claims import Location, SourceSpec
from zoo.code import digest_of, digest_of_all, digest_of_installed, digests_of_imports
from zoo.job import versions_of
from zoo.machine import PACKAGES

PLACE = Location("page.md", 1, 1)


@pytest.fixture(autouse=True)
def _found_afresh() -> Iterator[None]:
    loaded, kept = set(sys.modules), (digest_of_all, digests_of_imports, digest_of_installed)
    for each in kept:
        each.cache_clear()
    yield
    for each in kept:
        each.cache_clear()
    for name in set(sys.modules) - loaded:
        del sys.modules[name]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "harmfulpackage" / "inner"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("raise SystemExit('imported')")
    (folder / "code.py").write_text("x = 1")
    monkeypatch.syspath_prepend(tmp_path)
    return folder


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


@pytest.fixture
def code_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Return what writes a file of code into a folder from which Python imports."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(name: str, text: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return write


@pytest.mark.parametrize(
    ("statement", "helper"),
    [
        ("import zoohelper", "zoohelper.py"),
        ("import os, zoohelper as h", "zoohelper.py"),
        ("import zoohelper.inner", "zoohelper/__init__.py"),
        ("from zoohelper import (  # both\n    one,\n    two,\n)", "zoohelper.py"),
        ("from zoohelper import (\n    one,  # see (b)\n    two,\n)", "zoohelper.py"),
        ("\ufeffimport zoohelper", "zoohelper.py"),
        ("from zoohelper \\\n    import one", "zoohelper.py"),
        ("def net():\n    from zoohelper.inner import one", "zoohelper/inner/__init__.py"),
        ("try: import zoohelper\nexcept ImportError: pass", "zoohelper.py"),
        ("from zoonets import helper", "zoonets/helper.py"),
        ("from . import helper", "zoonets/helper.py"),
        ("from .helper import one", "zoonets/helper.py"),
        ("import zoobetween", "zoofar.py"),
    ],
)
def test_code_that_the_named_code_imports_is_told_by_its_files(
    code_at: Callable[[str, str], None], statement: str, helper: str
) -> None:
    code_at("zoonets/small.py", statement)
    code_at("zoobetween.py", "import zoofar")
    code_at(helper, "x = 1")
    before = digests_of_imports("zoonets.small")
    code_at(helper, "x = 2")
    digest_of_all.cache_clear()
    digests_of_imports.cache_clear()
    after = digests_of_imports("zoonets.small")
    name = helper.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    assert [each for each in after if after[each] != before[each]] == [name]


def test_what_only_looks_like_an_import_says_nothing(code_at: Callable[[str, str], None]) -> None:
    code_at("zoonet.py", '"""\nimport the zooprose\nfrom zooprose import what you need\n"""')
    code_at("zooprose.py", "")
    assert set(digests_of_imports("zoonet")) == {"zoonet"}


def test_the_files_of_what_is_installed_and_of_python_are_told_by_versions(
    code_at: Callable[[str, str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code_at("zoonet.py", "import json, torch, zoodistribution, no_such_module")
    code_at("site-packages/zoodistribution.py", "import zoonet")
    monkeypatch.syspath_prepend(tmp_path / "site-packages")
    assert set(digests_of_imports("zoonet")) == {"zoonet"}
    assert set(digests_of_imports("zoodistribution")) == {"zoodistribution", "zoonet"}


def test_what_the_named_code_adds_to_the_places_of_imports_is_looked_through(
    code_at: Callable[[str, str], None], tmp_path: Path
) -> None:
    code_at("zoonet.py", f"import sys\nsys.path.append({str(tmp_path / 'lib')!r})\nimport zoolib")
    code_at("lib/zoolib.py", "")
    found = versions_of(SourceSpec("python", "zoonet:net", {}, PLACE))
    assert {"code of zoonet", "code of zoolib"} < set(found)


def test_another_version_of_any_distribution_counts_for_code_that_may_use_it(
    code_at: Callable[[str, str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    specs = [SourceSpec(kind, "zoonet:net", {}, PLACE) for kind in ("python", "timm")]
    monkeypatch.syspath_prepend(tmp_path / "site-packages")
    code_at("zoonet.py", "")
    code_at("site-packages/other-1.dist-info/METADATA", "Name: other\nVersion: 1.0")
    before = [versions_of(spec) for spec in specs]
    code_at("worker-1.dist-info/METADATA", "Name: worker\nVersion: 1.0")
    digest_of_installed.cache_clear()
    assert [versions_of(spec) for spec in specs] == before
    code_at("site-packages/other-1.dist-info/METADATA", "Name: other\nVersion: 1.1")
    digest_of_installed.cache_clear()
    python, timm = (versions_of(spec) for spec in specs)
    changed = [name for name in python if python[name] != before[0][name]]
    assert changed == ["set of installed packages"]
    assert timm == before[1]


def test_code_that_no_version_names_is_told_by_its_files(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = SourceSpec("python", "harmfulpackage.inner:net", {}, PLACE)
    timm = SourceSpec("timm", "resnet18", {}, PLACE)
    torchvision = SourceSpec("torchvision", "resnet18", {}, PLACE)
    found = versions_of(python)
    assert found["code of harmfulpackage"] == digest_of_all("harmfulpackage")
    assert set(versions_of(timm)) == {*PACKAGES, "zoo"}
    monkeypatch.setattr(job, "is_editable", lambda package: package == "timm")
    for spec in (python, timm, torchvision):
        assert versions_of(spec)["timm"] == f"{found['timm']} {digest_of_all('timm')}"
