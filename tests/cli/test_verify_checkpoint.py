"""What a checkpoint holds reaches the Run: counts, what is not finite, and what was refused."""

from __future__ import annotations

import hashlib
import re

import torch
from safetensors.torch import load_file, save

from tests.cli.conftest import Digits, Zoo
from tests.weights.hostile.assembler import call, checkpoint, mapping, pickled, text


def publish(digits: Digits, data: bytes) -> None:
    """Let the page be about these bytes."""
    old = re.findall(r"sha256:([0-9a-f]{64})", digits.page.read_text())[0]
    digits.replace(old, hashlib.sha256(data).hexdigest())
    digits.replace("File Size: 99744", f"File Size: {len(data)}")
    digits.weights.write_bytes(data)


def test_a_model_that_nothing_builds_is_counted_from_its_checkpoint(
    zoo: Zoo, digits: Digits
) -> None:
    digits.replace("zoo.demo:digits", "not_installed_here:digits")
    (found,) = zoo(*digits.verify, "--only", "parameters").findings("PASS")
    assert found["measured"] == 24346
    assert found["message"].endswith("counted from the checkpoint alone")
    digits.replace("Parameters: 24346", "Parameters: 24345")
    outcome = zoo(*digits.verify, "--only", "parameters")
    (open_,) = outcome.findings("UNDECIDED")
    assert (outcome.code, outcome.findings("FAIL")) == (0, [])
    assert open_["hint"]


def test_weights_that_are_not_finite_are_told(zoo: Zoo, digits: Digits) -> None:
    state = load_file(digits.weights)
    state["0.weight"].view(-1)[:2] = torch.tensor([float("nan"), float("inf")])
    publish(digits, save(state))
    outcome = zoo(*digits.verify, "--only", "weights-load")
    (found,) = outcome.findings("PASS")
    assert found["message"].endswith("1 elements are not a number, 1 are infinite")
    assert (found["conditions"]["not a number"], found["conditions"]["infinite"]) == (1, 1)


def test_code_in_a_checkpoint_is_named_and_is_no_verdict_on_the_model(
    zoo: Zoo, digits: Digits
) -> None:
    canary = digits.folder / "canary"
    asking = call("os.system", text(f"touch {canary}"))
    bad = checkpoint(pickled(mapping(weight=asking)))
    name = digits.weights.name
    digits.weights.rename(digits.weights.with_suffix(".pth"))
    digits.page.write_text(digits.page.read_text().replace(name, name[:-11] + "pth"))
    path = next(digits.folder.glob("*.pth"))
    old = re.findall(r"sha256:([0-9a-f]{64})", digits.page.read_text())[0]
    digits.replace(old, hashlib.sha256(bad).hexdigest())
    path.write_bytes(bad)
    outcome = zoo(*digits.verify, "--only", "weights-load,accuracy")
    assert outcome.code == 4
    (message,) = {finding["message"] for finding in outcome.findings("ERROR")}
    assert message.endswith(
        "cannot be read as a checkpoint of tensors (the file asks for os.system)"
    )
    assert not canary.exists()
