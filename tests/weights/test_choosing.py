"""Which of a checkpoint's mappings is the state dict, and what becomes of its names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.checkpoint.choosing import AVERAGED, PLAIN, Chosen, choose
from zoo.checkpoint.opening import names_average
from zoo.checkpoint.rejected import Rejected


class Tensor:
    """Stands for a tensor: choosing only asks whether something is one."""


W = Tensor()
STATE = {"weight": W}


def chosen(content: object, *, averaged: bool = False) -> Chosen:
    return choose(content, lambda value: isinstance(value, Tensor), averaged=averaged)


@pytest.mark.parametrize(
    ("content", "key", "passed_over"),
    [
        (STATE, "", ()),
        ({"state_dict": STATE, "epoch": 90}, "state_dict", ()),
        ({"model": STATE, "state_dict": STATE}, "state_dict", ("model",)),
        ({"model": {"a": 1}, "state_dict": STATE}, "state_dict", ()),
        ({"model": {"state_dict": STATE}}, "model/state_dict", ()),
        (
            {"model": {"ema": STATE, "net": STATE}, "params": STATE},
            "model/net",
            ("params", "model/ema"),
        ),
        ({"state_dict": STATE, "best_acc1": W}, "state_dict", ()),
        ({"ema": STATE, "state_dict": STATE, "model": STATE}, "state_dict", ("model", "ema")),
        ({"state_dict_ema": STATE}, "state_dict_ema", ()),
        ({"state_dict_ema": STATE, "state_dict": {}}, "state_dict_ema", ()),
        ({"optimizer": STATE, "weight": W}, "", ()),
    ],
)
def test_the_state_dict_is_found_by_the_written_rule(
    content: object, key: str, passed_over: tuple[str, ...]
) -> None:
    found = chosen(content)
    assert (found.key, found.passed_over) == (key, passed_over)
    assert found.tensors == STATE


@pytest.mark.parametrize("name", ["__metadata__", "module.__metadata__"])
def test_the_name_of_what_is_no_tensor_in_safetensors_is_refused(name: str) -> None:
    with pytest.raises(Rejected, match="a tensor is named __metadata__"):
        chosen({"state_dict": {name: W}})


@pytest.mark.parametrize("plain", PLAIN)
@pytest.mark.parametrize("average", AVERAGED)
def test_an_average_goes_first_only_where_it_is_meant(plain: str, average: str) -> None:
    content = {average: STATE, plain: STATE}
    assert chosen(content).key == plain
    assert chosen(content, averaged=True).key == average


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("resnet50-ema.pth", True),
        ("resnet50_EMA_224.pth", True),
        ("ema.pth", True),
        ("model.ema2.pth", True),
        ("resnet50.pth", False),
        ("gemaakt.pth", False),
        ("cinema.pth", False),
        ("schema-ema.pth", True),
    ],
)
def test_a_name_means_the_average_by_the_word_alone(name: str, meant: bool) -> None:
    assert names_average(name) is meant


@pytest.mark.parametrize(
    ("names", "kept", "stripped"),
    [
        (["module.a", "module.b"], {"a", "b"}, "module."),
        (["module.module.a"], {"a"}, "module.module."),
        (["_orig_mod.module.a", "_orig_mod.module.b"], {"a", "b"}, "_orig_mod.module."),
        (["module.a", "b"], {"module.a", "b"}, ""),
        (["module.", "module.a"], {"module.", "module.a"}, ""),
        (["model.a"], {"model.a"}, ""),
    ],
)
def test_prefixes_of_wrappers_go_if_all_names_bear_them(
    names: list[str], kept: set[str], stripped: str
) -> None:
    found = chosen(dict.fromkeys(names, W))
    assert (set(found.tensors), found.stripped) == (kept, stripped)


def test_what_is_no_tensor_is_left_out_and_named() -> None:
    found = chosen({"weight": W, "names": ["a"], 7: None})
    assert (dict(found.tensors), found.dropped) == (STATE, ("names", "(int)"))


NOTHING: list[Any] = [None, 7, "text", [W], W, {}, {"a": 1}, {"state_dict": {}}, {"model": [W]}]


@pytest.mark.parametrize("content", [*NOTHING, {1: W}, {"state_dict": {None: W}}], ids=repr)
def test_without_tensors_by_name_there_is_no_state_dict(content: object) -> None:
    with pytest.raises(Rejected, match="holds no state dict"):
        chosen(content)


KEYS = st.one_of(st.text(), st.sampled_from([*PLAIN, *AVERAGED, "module.a"]), st.integers())
VALUES = st.recursive(st.just(W) | st.none(), lambda inner: st.dictionaries(KEYS, inner))


@given(VALUES, st.booleans())
def test_whatever_a_file_holds_something_is_chosen_or_a_reason_given(
    content: object, averaged: bool
) -> None:
    try:
        found = chosen(content, averaged=averaged)
    except Rejected as rejected:
        assert rejected.reason
    else:
        assert found.tensors
        assert all(isinstance(name, str) and name.isprintable() for name in found.tensors)
