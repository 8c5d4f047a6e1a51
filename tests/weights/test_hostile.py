"""Every hostile file ends in its tensors or in one plain reason, and runs nothing."""

from __future__ import annotations

import hashlib
import math
import os
from pathlib import Path

import pytest
from safetensors.torch import load_file

from tests.weights.hostile.case import Case, Values
from tests.weights.hostile.corpus import CASES, QUICK
from zoo.claims import Digest
from zoo.errors import Unavailable
from zoo.run import WeightsFile
from zoo.weights.convert import in_store
from zoo.weights.store import Store

SECONDS = 5  # of processor time, which other work on the machine does not lengthen


def published(case: Case, folder: Path) -> tuple[WeightsFile, Path]:
    """Return a case as a weights file, and the canary that must not come into being."""
    canary, path = folder / "canary", folder / "file"
    data = case.make(canary)
    path.write_bytes(data)
    digest = Digest("sha256", hashlib.sha256(data).hexdigest())
    url = f"https://weights.example/{case.name}"
    return WeightsFile(path, url, digest, len(data), "unpinned"), canary


def same(found: list[float], wanted: Values) -> bool:
    both = zip(found, wanted, strict=True)
    return all(a == b or (math.isnan(a) and math.isnan(b)) for a, b in both)


def children() -> float:
    """Return the processor time of all processes that were started and have ended, in seconds."""
    times = os.times()
    return times.children_user + times.children_system


def of_the_quick_run(case: Case) -> object:
    marks = () if case.id in QUICK else (pytest.mark.slow,)
    return pytest.param(case, id=case.id, marks=marks)


@pytest.mark.parametrize("case", [of_the_quick_run(case) for case in CASES])
def test_a_hostile_file_ends_in_its_tensors_or_in_a_reason(case: Case, tmp_path: Path) -> None:
    weights, canary = published(case, tmp_path)
    before = children()
    if case.refused:
        with pytest.raises(Unavailable, match=case.refused) as error:
            in_store(Store(tmp_path / "store"))(weights)
        assert error.value.message.isprintable()
        assert len(error.value.message) < 350
        assert error.value.hint
    else:
        state = load_file(in_store(Store(tmp_path / "store"))(weights).path)
        assert {name: tensor.numel() for name, tensor in state.items()} == {
            name: len(values) for name, values in case.holds.items()
        }
        assert all(same(state[n].flatten().tolist(), values) for n, values in case.holds.items())
    assert children() - before < SECONDS
    assert not canary.exists()
    assert not Path("/tmp/canary").exists()


def test_the_corpus_is_as_large_as_was_promised() -> None:
    ids = [case.id for case in CASES]
    assert len(ids) == len(set(ids)) >= 80
    assert set(ids) >= QUICK
    assert {which[0] for which in ids} == {"W", "S", "N", "X"}
