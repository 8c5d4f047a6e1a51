"""Catalogs: a module dropped into a package is an extension, and nothing else is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from zoo.catalog import Catalog


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Make a package with the extensions ``file-size`` and ``flops``."""
    folder = tmp_path / "zoo_test_extensions"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "flops.py").write_text("EXTENSION = 'counts'\n")
    (folder / "file_size.py").write_text("EXTENSION = 'weighs'\n")
    (folder / "_common.py").write_text("raise RuntimeError('imported')\n")
    (folder / "notes.txt").write_text("no module\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder.name
    for name in [name for name in sys.modules if name.partition(".")[0] == folder.name]:
        del sys.modules[name]


def test_each_module_is_an_extension_under_its_name_with_hyphens(package: str) -> None:
    catalog: Catalog[str] = Catalog(package, "EXTENSION")
    assert dict(catalog) == {"file-size": "weighs", "flops": "counts"}
    assert list(catalog) == ["file-size", "flops"]
    assert len(catalog) == 2


def test_a_module_is_imported_when_its_extension_is_asked_for(package: str) -> None:
    catalog: Catalog[str] = Catalog(package, "EXTENSION")
    assert list(catalog) == ["file-size", "flops"]
    assert f"{package}.flops" not in sys.modules
    assert catalog["flops"] == "counts"
    assert f"{package}.flops" in sys.modules
    assert f"{package}.file_size" not in sys.modules


@pytest.mark.parametrize("name", ["file_size", "-common", "_common", "", "zoo", "flops.os"])
def test_what_is_no_extensions_name_is_not_there(package: str, name: str) -> None:
    catalog: Catalog[str] = Catalog(package, "EXTENSION")
    assert name not in catalog
    with pytest.raises(KeyError):
        catalog[name]
