"""A Ray with known holes is refused before it is imported, whether or not Ray is installed."""

from __future__ import annotations

import sys

import pytest

from zoo.engines import ray
from zoo.errors import Unavailable


@pytest.mark.parametrize("version", ["2.55.1", "2.9.0", "1.13.0"])
def test_a_ray_with_known_holes_is_not_used(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    monkeypatch.setattr(ray, "package_version", lambda name: version)
    monkeypatch.setitem(sys.modules, "ray", None)  # importing it would fail
    with pytest.raises(Unavailable, match=rf"Ray {version} has known holes") as error:
        ray._connected()
    assert error.value.hint == "install Ray 2.56 or newer"


def test_without_ray_it_says_which_extra_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray, "package_version", lambda name: "")
    with pytest.raises(Unavailable, match="needs Ray") as error:
        ray._connected()
    assert error.value.hint == "pip install 'zoo-verify[ray]'"
