"""Goldens: the inputs are the same everywhere, and a file is what was written or refused."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from zoo.demo import CONFIG
from zoo.errors import Unavailable
from zoo.goldens.comparing import difference
from zoo.goldens.document import LARGEST, Golden, file_of, read, to_json
from zoo.goldens.inputs import RECIPE, fixed_inputs, picture
from zoo.schemas import load
from zoo.subject import from_config

DEMO = from_config(CONFIG)


def sized(size: int):
    return replace(DEMO, image_size=Decimal(size))


# Computed once; whoever changes them must give the recipe another name.
@pytest.mark.parametrize(
    ("size", "digest"),
    [
        (16, "56dc005e526b7a6e0c18966779685410c5c6fc6f202242174eafe775ce5ad5eb"),
        (17, "47280561b84018e7ad4377927d8bcbde1e2f786ac69df7e66094c07e95b8c996"),
        (224, "34df76ca55c7c12cd75ef5a3c681b177b40e1f541d1ed6d7ee153fbd2c33899f"),
    ],
)
def test_the_bytes_of_the_recipe_are_fixed(size: int, digest: str) -> None:
    assert RECIPE == "octaves-1"
    assert fixed_inputs(sized(size)).sha256 == digest


def test_nothing_random_moves_the_inputs() -> None:
    np.random.seed(1)
    torch.manual_seed(1)
    first = fixed_inputs(DEMO).sha256
    np.random.seed(2)
    torch.manual_seed(2)
    assert fixed_inputs(DEMO).sha256 == first


def test_inputs_are_of_the_documented_size_and_normalised_as_documented() -> None:
    inputs = fixed_inputs(sized(33))
    assert inputs.shape == (2, 3, 33, 33)
    assert inputs.values.dtype == np.dtype("<f4")
    pixels = np.stack([picture(number, 33, 3) for number in range(2)])
    assert np.allclose(inputs.values, (pixels / 255 - 0.5) / 0.5, atol=1e-6)
    assert fixed_inputs(replace(sized(33), std=(Decimal(1),) * 3)).sha256 != inputs.sha256


def test_inputs_are_like_photographs_more_than_like_noise() -> None:
    """Neighbours are alike, channels too, light and dark occur, and the two pictures differ."""
    first, second = (picture(number, 128, 3).astype(float) for number in range(2))
    for drawn in (first, second):
        assert drawn.min() < 70 and drawn.max() > 185
        assert np.corrcoef(drawn[:, :, 1:].ravel(), drawn[:, :, :-1].ravel())[0, 1] > 0.9
        assert np.corrcoef(drawn[0].ravel(), drawn[1].ravel())[0, 1] > 0.5
        assert np.abs(np.diff(drawn[0])).max() > 30  # there are edges
    assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.9


@pytest.mark.parametrize("size", [1, 2, 3])
def test_the_smallest_inputs_can_be_made(size: int) -> None:
    assert np.isfinite(fixed_inputs(sized(size)).values).all()


@pytest.mark.parametrize("size", [0, -5, 100_000])
def test_a_size_that_no_picture_has_makes_no_golden(size: int) -> None:
    with pytest.raises(Unavailable, match="no golden is made of 3 channels"):
        fixed_inputs(sized(size))


def golden(**changed) -> Golden:
    logits = ((1.5, -2.25, 0.1), (3e-9, 1e30, -0.0))
    made = Golden("a/b", "2026-01-02T03:04:05Z", "timm 1.0 tiny", {"python": "3.12"}, "ab" * 32,
                  RECIPE, (2, 3, 8, 8), "cd" * 32, "float32", logits)  # fmt: skip
    return replace(made, **changed)


def float32(logits) -> np.ndarray:
    return np.array(logits, np.float32)


def test_a_golden_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "golden.json"
    path.write_text(to_json(golden()))
    back = read(path)
    assert replace(back, logits=()) == replace(golden(), logits=())
    assert (float32(back.logits) == float32(golden().logits)).all()
    Draft202012Validator(load("golden")).validate(json.loads(path.read_text()))


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=9))
def test_every_float32_comes_back_to_the_last_bit(values: list[float]) -> None:
    written = json.loads(to_json(golden(logits=(tuple(values),))))["logits"][0]
    assert float32(written).tobytes() == float32(values).tobytes()


HEAD = json.loads(to_json(golden()))


def text_of(**changed) -> str:
    return json.dumps(HEAD | changed)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Expecting value"),
        ("[" * 100_000, ""),
        ("{}", "breaks the rule 'required'"),
        ("[]", "breaks the rule 'type'"),
        ("null", "breaks the rule 'type'"),
        ('"logits"', "breaks the rule 'type'"),
        (text_of(schema_version="2"), "breaks the rule 'const'"),
        (text_of(logits=[[1, 2, 3]]), "not one row of logits for each picture"),
        (text_of(logits=[[1, 2], [1]]), "not of one length"),
        (text_of(logits=[[], []]), "not of one length"),
        (text_of(logits=[1, 2]), "not of one length"),
        (text_of(logits="x"), "not one row"),
        (text_of(logits=[["1"], ["2"]]), "no finite float32"),
        (text_of(logits=[[True], [False]]), "no finite float32"),
        (text_of(logits=[[1e39], [1]]), "no finite float32"),
        (text_of(logits=[[10**400], [1]]), "no finite float32"),
        (text_of().replace("1e+30", "NaN"), "NaN is not JSON"),
        (text_of().replace("1e+30", "-Infinity"), "-Infinity is not JSON"),
        (text_of().replace("1e+30", "1e999"), "larger than any"),
        (text_of(weights={"sha256": "../../etc"}), "weights/sha256 breaks the rule 'pattern'"),
        (text_of(more=1), "breaks the rule 'additionalProperties'"),
        (text_of(input=HEAD["input"] | {"shape": [2, 3, 10**9, 8]}), "breaks the rule 'maximum'"),
    ],
)
def test_what_is_no_golden_is_refused_with_the_reason(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "golden.json"
    path.write_text(text)
    with pytest.raises(
        Unavailable, match=f"{path} is no golden that can be read: .*{why}"
    ) as error:
        read(path)
    assert "record it anew" in error.value.hint
    assert len(error.value.message) < 400


def test_bytes_that_are_no_text_and_a_file_too_large_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "golden.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Unavailable, match="no golden"):
        read(path)
    with path.open("wb") as stream:
        os.truncate(stream.fileno(), LARGEST + 5)
    with pytest.raises(Unavailable, match="larger than"):
        read(path)
    with pytest.raises(Unavailable, match="no golden"):
        read(tmp_path)


@given(st.text())
def test_a_models_name_never_leads_out_of_the_folder(name: str) -> None:
    path = file_of(Path("goldens"), name)
    assert path.parent == Path("goldens")
    assert path.suffix == ".json" and len(path.name) < 130


def test_models_whose_names_look_alike_have_files_of_their_own() -> None:
    names = ["timm/a", "timm-a", "timm:a", "a" * 200, "a" * 201, "..", ".", ""]
    assert len({file_of(Path(), name) for name in names}) == len(names)
    assert file_of(Path(), "seresnet50") == Path("seresnet50.json")


def test_differences_are_shares_of_the_largest_recorded_logit() -> None:
    before = torch.tensor([[1.0, -4.0, 2.0], [0.5, 0.0, 0.25]])
    after = before.clone()
    after[0, 0] = 1.5
    found = difference(before, after)
    assert (found.largest, found.absolute) == (0.125, 0.5)
    assert found.cosine == pytest.approx(21.5 / np.sqrt(21 * 22.25))
    assert found.same_best == 2
    assert difference(before, before).largest == 0
    assert difference(before, before).cosine == pytest.approx(1)


def test_logits_of_nothing_but_zeros_can_be_compared() -> None:
    zeros = torch.zeros(2, 3)
    assert difference(zeros, zeros + 2).largest == 2
    assert difference(zeros, zeros).largest == 0
