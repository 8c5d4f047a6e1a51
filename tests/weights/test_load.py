"""Loading weights: what fits, what does not, and files that are no checkpoints at all."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from tests.weights.conftest import checkpoint_of
from zoo.claims import Digest
from zoo.errors import Blocked, Refused, Unavailable
from zoo.run import WeightsFile
from zoo.weights import Misfit, load

Weights = Callable[..., WeightsFile]
PLAIN = "tiny.safetensors"  # opened without torch, and so in a tenth of the time


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 2))


def as_it_is(network: nn.Module, state: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    return state


def other_values() -> dict[str, Tensor]:
    """Return a state dict of the network in which every value differs from a fresh one's."""
    return {name: tensor + 1 for name, tensor in network().state_dict().items()}


@pytest.fixture
def weights(tmp_path: Path) -> Weights:
    """Write an object, or bytes, to a file of the given name, as a weights file."""

    def write(content: object, name: str = "tiny-01234567.pth", mismatch: str = "") -> WeightsFile:
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif name.endswith(".safetensors"):
            save_file(content, path)
        else:
            torch.save(content, path)
        data = path.read_bytes()
        digest = Digest("sha256", hashlib.sha256(data).hexdigest())
        url = f"https://weights.example/{name}?download=1"
        return WeightsFile(path, url, digest, len(data), "unpinned", mismatch)

    return write


def assert_loaded(loaded: nn.Module, state: Mapping[str, Tensor]) -> None:
    assert not any(module.training for module in loaded.modules())
    found = loaded.state_dict()
    assert found.keys() == state.keys()
    assert all(torch.equal(found[name], tensor) for name, tensor in state.items())


@pytest.mark.parametrize("name", ["tiny.pth", "tiny.bin", "tiny.pth.tar", "tiny.safetensors"])
def test_every_tensor_is_loaded_and_the_network_evaluates(weights: Weights, name: str) -> None:
    state = other_values()
    assert_loaded(load(network(), checkpoint_of(weights(state, name)), as_it_is), state)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: {"state_dict": state, "epoch": 90, "arch": "tiny"},
        lambda state: {"model": state, "optimizer": {"lr": 0.1}},
        lambda state: {"model": {"a": 1}, "state_dict": state},
        lambda state: {f"module.{name}": tensor for name, tensor in state.items()},
        lambda state: {"state_dict": {f"module.{n}": t for n, t in state.items()}},
        OrderedDict,
    ],
)
def test_the_ways_in_which_checkpoints_wrap_their_weights_are_known(
    weights: Weights, wrap: Callable[[dict[str, Tensor]], object]
) -> None:
    state = other_values()
    assert_loaded(load(network(), checkpoint_of(weights(wrap(state))), as_it_is), state)


def test_a_prefix_that_only_some_names_bear_is_left(weights: Weights) -> None:
    state = other_values()
    state["module.3.bias"] = state.pop("3.bias")
    with pytest.raises(Misfit, match=r"1 missing: 3.bias; 1 unexpected: module.3.bias"):
        load(network(), checkpoint_of(weights(state, PLAIN)), as_it_is)


def test_counters_of_batches_may_be_missing(weights: Weights) -> None:
    state = other_values()
    del state["1.num_batches_tracked"]
    assert load(network(), checkpoint_of(weights(state, PLAIN)), as_it_is)[0].bias.equal(
        state["0.bias"]
    )


def test_a_file_of_an_older_format_of_torch_is_read(weights: Weights) -> None:
    state, stream = other_values(), io.BytesIO()
    torch.save(state, stream, _use_new_zipfile_serialization=False)
    assert_loaded(load(network(), checkpoint_of(weights(stream.getvalue())), as_it_is), state)


def test_a_missing_tensor_is_named(weights: Weights) -> None:
    state = other_values()
    del state["3.weight"]
    with pytest.raises(Misfit) as error:
        load(network(), checkpoint_of(weights(state, PLAIN)), as_it_is)
    assert error.value.detail == "1 missing: 3.weight"
    assert (error.value.rule, error.value.about) == ("weights-load", "1 missing: 3.weight")
    assert error.value.message == "the weights do not fit the network: 1 missing: 3.weight"


def test_an_unexpected_tensor_is_named(weights: Weights) -> None:
    state = other_values() | {"4.weight": torch.zeros(1)}
    with pytest.raises(Misfit, match=r"1 unexpected: 4.weight"):
        load(network(), checkpoint_of(weights(state, PLAIN)), as_it_is)


def test_a_tensor_of_another_shape_is_named_with_both_shapes(weights: Weights) -> None:
    state = other_values() | {"3.weight": torch.zeros(5, 4), "3.bias": torch.tensor(1.0)}
    with pytest.raises(
        Misfit, match=r"2 of another shape: 3.weight 5×4 for 2×4, 3.bias scalar for 2$"
    ):
        load(network(), checkpoint_of(weights(state, PLAIN)), as_it_is)


def test_of_many_names_three_are_shown(weights: Weights) -> None:
    state = {f"extra{number}": torch.zeros(1) for number in range(5)} | other_values()
    with pytest.raises(Misfit, match=r"5 unexpected: extra0, extra1, extra2, …$"):
        load(network(), checkpoint_of(weights(state, PLAIN)), as_it_is)


@pytest.mark.filterwarnings("ignore:Validating sparse tensor invariants:UserWarning")
@pytest.mark.parametrize(
    ("tensor", "kind"),
    [
        (torch.eye(2, 4).to_sparse(), "it holds sparse tensors"),
        (torch.empty(2, 4, device="meta"), "it holds tensors without data"),
    ],
    ids=["sparse", "meta"],
)
def test_a_tensor_that_is_not_dense_makes_a_file_unreadable(
    weights: Weights, tensor: Tensor, kind: str
) -> None:
    with pytest.raises(Unavailable, match=kind):
        load(network(), checkpoint_of(weights(other_values() | {"3.weight": tensor})), as_it_is)


def test_names_that_have_changed_since_are_converted(weights: Weights) -> None:
    state = other_values()
    old = {f"old.{name}": tensor for name, tensor in state.items()}

    def convert(network: nn.Module, given: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        return {name.removeprefix("old."): tensor for name, tensor in given.items()}

    assert_loaded(load(network(), checkpoint_of(weights(old, PLAIN)), convert), state)


def test_a_file_that_fits_is_not_converted(weights: Weights) -> None:
    def convert(network: nn.Module, state: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        raise AssertionError("asked for nothing")

    state = other_values()
    assert_loaded(load(network(), checkpoint_of(weights(state, PLAIN)), convert), state)


def test_a_file_whose_digest_is_not_the_claimed_one_is_not_opened(weights: Weights) -> None:
    wrong = weights(b"anything", mismatch="the file is sha256:01, not sha256:02")
    with pytest.raises(Blocked, match="not loaded: the file is sha256:01") as error:
        checkpoint_of(wrong)
    assert (error.value.rule, error.value.about) == ("weights-digest", str(wrong.digest))


class Canary:
    """Runs a command where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (f"touch {self.path}",)


@pytest.mark.parametrize("format", ["pickle", "zip", "legacy"])
def test_code_in_a_pickle_is_not_run(weights: Weights, tmp_path: Path, format: str) -> None:
    canary, stream = tmp_path / "canary", io.BytesIO()
    content = {"weight": Canary(canary)}
    if format == "pickle":
        pickle.dump(content, stream)
    else:
        torch.save(content, stream, _use_new_zipfile_serialization=format == "zip")
    with pytest.raises(Unavailable, match="cannot be read as a checkpoint of tensors") as error:
        load(network(), checkpoint_of(weights(stream.getvalue())), as_it_is)
    assert isinstance(error.value, Refused) is (format != "pickle")
    assert not canary.exists()


def saved() -> bytes:
    stream = io.BytesIO()
    torch.save(other_values(), stream)
    return stream.getvalue()


def zipped(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(f"archive/{name}", data)
    return stream.getvalue()


def pointing_nowhere() -> bytes:
    """Return a checkpoint whose tensors are said to lie in a file with escapes in its name."""
    with zipfile.ZipFile(io.BytesIO(saved())) as archive:
        files = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    key, other = b"X\x01\x00\x00\x000", b"X\x06\x00\x00\x00\x1b[2J\r\n"
    assert key in files["data.pkl"]
    return zipped(**files | {"data.pkl": files["data.pkl"].replace(key, other)})


ESCAPES = b"\x1b[2J\x1b]0;owned\x07\r\xc2\x9b31m\n\xe2\x80\xa8"
FORBIDDEN = b"\x80\x02cos" + ESCAPES.replace(b"\n", b"") + b"\nsystem\n."
NO_CHECKPOINTS = {
    "garbage": bytes(range(256)) * 4,
    "empty": b"",
    "html": b"<!DOCTYPE html>\n<html><body>404</body></html>",
    "escapes": ESCAPES,
    "truncated": saved()[:-200],
    "half": saved()[: len(saved()) // 2],
    "zip of something else": zipped(readme=b"hello"),
    "global of another name": FORBIDDEN,
    "global of another name in a zip": zipped(**{"data.pkl": FORBIDDEN, "version": b"3"}),
    "escapes in the name of a tensor's file": pointing_nowhere(),
    "endless pickle": b"\x80\x02" + b"(" * 10000,
}


@pytest.mark.parametrize("name", ["tiny.pth", "tiny.safetensors"])
@pytest.mark.parametrize("data", NO_CHECKPOINTS.values(), ids=NO_CHECKPOINTS.keys())
def test_what_is_no_checkpoint_is_unavailable_in_one_plain_line(
    weights: Weights, name: str, data: bytes
) -> None:
    with pytest.raises(Unavailable) as error:
        load(network(), checkpoint_of(weights(data, name)), as_it_is)
    assert error.value.message.startswith(f"{name} cannot be read as a checkpoint of tensors (")
    assert error.value.message.isprintable()
    assert len(error.value.message) < 300
    assert "weights_only" not in error.value.message  # torch's advice is to switch the guard off
    assert error.value.hint


@pytest.mark.parametrize(
    "header",
    [
        {"a": {"dtype": "F8_E8M0", "shape": [4], "data_offsets": [0, 4]}},
        {"a": {"dtype": "F4", "shape": [8], "data_offsets": [0, 4]}},
        {"a": {"dtype": "C64", "shape": [1], "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": [2**60], "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]}},
        {"a": "\x1b[2J"},
        [],
    ],
)
def test_safetensors_that_are_not_in_order_are_unavailable(
    weights: Weights, header: object
) -> None:
    text = json.dumps(header, ensure_ascii=False).encode()
    data = len(text).to_bytes(8, "little") + text + bytes(4)
    with pytest.raises(Unavailable) as error:
        load(network(), checkpoint_of(weights(data, "tiny.safetensors")), as_it_is)
    assert error.value.message.isprintable()


@pytest.mark.parametrize(
    "content",
    [
        [torch.zeros(1)],
        torch.zeros(1),
        {},
        {"weight": 1.0},
        {"state_dict": {}},
        {"state_dict": {"weight": "text"}},
        {1: torch.zeros(1)},
        {1: torch.zeros(1), **other_values()},
    ],
    ids=repr,
)
def test_what_holds_no_tensors_by_name_is_unavailable(weights: Weights, content: object) -> None:
    with pytest.raises(Unavailable, match=r"tiny-01234567.pth holds no state dict"):
        load(network(), checkpoint_of(weights(content)), as_it_is)


def test_a_file_that_is_gone_is_unavailable(weights: Weights) -> None:
    for name in ("tiny.pth", "tiny.safetensors"):
        gone = weights(other_values(), name)
        gone.path.unlink()
        with pytest.raises(Unavailable, match="FileNotFoundError"):
            checkpoint_of(gone)


def test_a_conversion_that_resizes_a_tensor_is_refused(weights: Weights) -> None:
    """timm stretches the position embedding of another resolution; that is another network's."""
    smaller = {**network().state_dict(), "3.weight": torch.ones(2, 3)}

    def stretch(network: nn.Module, given: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        return {**given, "3.weight": torch.ones(2, 4)}

    with pytest.raises(Misfit, match="2×3 for 2×4"):
        load(network(), checkpoint_of(weights(smaller, PLAIN)), stretch)


def test_entries_that_are_no_tensors_are_left_out(weights: Weights) -> None:
    state = other_values()
    opened = checkpoint_of(weights({**state, "names": ["a"], "epoch": 3}))
    assert_loaded(load(network(), opened, as_it_is), state)
    assert opened.record.dropped == ("names", "epoch")


@pytest.mark.parametrize("name", ["tiny.pth", "tiny-ema.pth"])
def test_the_average_of_the_weights_is_taken_where_the_name_says_so(
    weights: Weights, name: str
) -> None:
    state = {"state_dict_ema": other_values(), "state_dict": network().state_dict()}
    opened = checkpoint_of(weights({**state, "best": torch.tensor(1.0)}, name))
    taken, left = ("state_dict", "state_dict_ema") if name == "tiny.pth" else tuple(state)
    assert_loaded(load(network(), opened, as_it_is), state[taken])
    assert (opened.record.state_dict, opened.record.passed_over) == (taken, (left,))
