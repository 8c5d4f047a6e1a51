"""Conventions of counting: what is read from a page, and which one explains a count."""

from __future__ import annotations

from pathlib import Path

import pytest

from zoo.claims import ModelEntry
from zoo.conventions import FAMILY, FRAMINGS, Candidate, choose, declared, parse
from zoo.counting import RULES
from zoo.errors import Unavailable
from zoo.index import read_index

SQUARE = (1, 3, 224, 224)


def candidate(rule: str, value: int, framing: str = "declared", network: str = "") -> Candidate:
    return Candidate(rule, framing, SQUARE, value, network)


def test_every_rule_of_the_family_is_one() -> None:
    assert set(FAMILY) <= set(RULES)
    assert set(RULES) - set(FAMILY) == {"torchvision-ops"}  # which equals macs


@pytest.mark.parametrize(("size", "wide"), [(224, 285), (256, 326), (299, 381), (480, 611)])
def test_a_resized_picture_keeps_its_sides_in_proportion(size: int, wide: int) -> None:
    assert FRAMINGS["resized"].shape(size) == (1, 3, size, wide)


def test_the_convention_that_explains_most_of_a_registry_is_taken() -> None:
    both = [candidate("macs", 10), candidate("thop", 10)]
    found = choose({"a": (10, both), "b": (20, [candidate("thop", 20)]), "c": (5, both)})
    assert found["a"].candidate.rule == "thop" and found["a"].support == 2
    assert found["a"].exact and not found["c"].exact


def test_among_equals_the_commonest_tool_is_taken() -> None:
    for order in (1, -1):
        both = [candidate("macs", 10), candidate("thop", 10)][::order]
        assert choose({"a": (10, both)})["a"].candidate.rule == "macs"


def test_where_none_is_exact_the_nearest_is_named_and_nothing_is_said_in_words() -> None:
    found = choose({"a": (100, [candidate("macs", 90), candidate("fvcore", 104)])})["a"]
    assert found.candidate.rule == "fvcore" and not found.exact and found.support == 0
    assert found.words() == ""
    assert found.cause()["exact"] is False and found.cause()["value"] == 104


def test_twice_a_count_explains_nothing() -> None:
    assert not choose({"a": (20, [candidate("thop-early", 10)])})["a"].exact


def test_a_cause_names_rule_version_input_and_value() -> None:
    found = choose({"a": (10, [candidate("thop-early", 10, "resized", "resnet18")])})["a"]
    assert found.cause() == {
        "kind": "flops-convention",
        "convention": "thop-early",
        "version": RULES["thop-early"].version,
        "framing": "resized",
        "input": [1, 3, 224, 224],
        "value": 10,
        "exact": True,
        "network": "resnet18",
    }
    assert found.words() == (
        "exactly what thop-early counts at 1×3×224×224 (resized to the declared size and not"
        " cropped); counted was resnet18, which has the documented weights"
    )


def test_a_model_without_candidates_is_not_explained() -> None:
    assert choose({"a": (10, [])}) == {}


@pytest.mark.parametrize(
    ("text", "rule", "shape"),
    [
        ("macs", "macs", (1, 3, 224, 224)),
        ("MACs", "macs", (1, 3, 224, 224)),
        ("thop-early at resized", "thop-early", (1, 3, 224, 285)),
        ("THOP-Early AT Resized", "thop-early", (1, 3, 224, 285)),
        ("fvcore at 256", "fvcore", (1, 3, 256, 256)),
        ("thop at 224x285", "thop", (1, 3, 224, 285)),
        ("thop at 224 × 285", "thop", (1, 3, 224, 285)),
        ("ptflops at 1×3×224×285", "ptflops", (1, 3, 224, 285)),
    ],
)
def test_a_page_may_declare_rule_and_input(text: str, rule: str, shape: tuple[int, ...]) -> None:
    assert parse(text, 224) == (rule, shape)


@pytest.mark.parametrize(
    "text",
    ["", "fvcor", "macs at", "macs at large", "macs at 1×2×3", "macs at -1", "at 224", "macs in 2",
     "thop at 256 x 326 px", "macs at 224 x foo", "macs at own", "thop at own-resized"],
)  # fmt: skip
def test_what_is_no_convention_says_what_is_one(text: str) -> None:
    with pytest.raises(Unavailable) as error:
        parse(text, 224)
    assert error.value.hint


def test_a_convention_at_the_declared_size_needs_one() -> None:
    with pytest.raises(Unavailable, match="image size is not known"):
        parse("macs", None)
    assert parse("macs at 64", None) == ("macs", (1, 3, 64, 64))


@pytest.mark.parametrize("written", ["macs", "'macs'", "fvcore at 224"])
def test_a_page_declares_a_convention(tmp_path: Path, written: str) -> None:
    said = declared(_page(tmp_path, written))
    assert said is not None and said.text == written.strip("'")


@pytest.mark.parametrize("written", ["", "~", "null", "''"])
def test_a_field_that_is_left_empty_declares_no_convention(tmp_path: Path, written: str) -> None:
    assert declared(_page(tmp_path, written)) is None


def _page(folder: Path, convention: str) -> ModelEntry:
    page = folder / "model-index.yml"
    page.write_text(
        f"Models:\n  - Name: tiny\n    Metadata:\n      flops_convention: {convention}\n"
    )
    return read_index(page).entries[0]
