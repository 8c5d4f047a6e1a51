"""A source must be one that zoo has."""

from __future__ import annotations

import pytest

from zoo.sources import SOURCES


def test_a_misspelt_source_is_found_with_the_nearest(find) -> None:
    said = {"Source": {"Type": "pyton", "Reference": "a:b"}}
    (found,) = find("unknown-source", {"tiny": said})
    assert (found.message, found.hint) == ("there is no source 'pyton'", "did you mean python?")


@pytest.mark.parametrize("kind", list(SOURCES))
def test_every_source_of_the_catalog_is_known(find, kind: str) -> None:
    said = {"Source": {"Type": kind, "Reference": "resnet18"}}
    assert find("unknown-source", {"tiny": said}) == []


def test_a_model_without_a_source_is_timms(find) -> None:
    assert find("unknown-source", {"tiny": {}}) == []
