"""The digit model passes every check, and each single fault gives one clear finding."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from safetensors.torch import load_file, save

from tests.cli.conftest import Digits, Outcome, Zoo
from zoo.schemas import load


def only_failure(outcome: Outcome) -> dict[str, object]:
    """Return the one finding that is neither PASS nor explained by it."""
    (finding,) = outcome.findings("FAIL")
    assert outcome.findings("ERROR") == []
    for skipped in outcome.findings("SKIP"):
        assert skipped["message"] == f"not tested: {finding['rule']} failed"
    return finding


def test_every_claim_of_the_digit_model_is_borne_out(zoo: Zoo, digits: Digits) -> None:
    outcome = zoo(*digits.verify)
    assert outcome.code == 0
    assert {finding["verdict"] for finding in outcome.json["findings"]} == {"PASS"}
    assert outcome.json["summary"]["pass"] == 12
    assert outcome.json["subjects"][0]["weights"]["assurance"] == "sha256"
    Draft202012Validator(load("run")).validate(outcome.json)


def test_the_accuracy_was_measured_on_the_whole_set(zoo: Zoo, digits: Digits) -> None:
    (top1,) = (f for f in zoo(*digits.verify).json["findings"] if f["metric"] == "top-1")
    assert top1["conditions"]["pictures"] == 360
    assert top1["measured"] == pytest.approx(
        100 * top1["conditions"]["correct"]["top-1"] / 360, abs=1e-3
    )


@pytest.mark.parametrize(
    ("field", "digit", "rule", "metric"),
    [
        ("Parameters: 24346", "Parameters: 24345", "parameters", "parameters"),
        ("FLOPs: 175744", "FLOPs: 185744", "flops", "flops"),
        ("File Size: 99744", "File Size: 99743", "file-size", "file-size"),
        ("Image Size: 16", "Image Size: 17", "preprocessing", "image-size"),
        ("Crop Pct: 1.0", "Crop Pct: 0.9", "preprocessing", "crop-pct"),
        ("Top 1 Accuracy: 99.17%", "Top 1 Accuracy: 98.17%", "accuracy", "top-1"),
    ],
)
def test_a_claim_changed_by_one_digit_fails_alone_at_its_own_line(
    zoo: Zoo, digits: Digits, field: str, digit: str, rule: str, metric: str
) -> None:
    line = digits.replace(field, digit)
    only = ("--only", rule) if rule == "preprocessing" else ()
    outcome = zoo(*digits.verify, *only)
    assert outcome.code == 1
    (finding,) = outcome.findings("FAIL")
    assert (finding["rule"], finding["metric"]) == (rule, metric)
    assert finding["location"]["line"] == line
    assert finding["location"]["path"].endswith("digits.md")


def test_one_flipped_byte_in_the_weights_gives_one_failure(zoo: Zoo, digits: Digits) -> None:
    data = bytearray(digits.weights.read_bytes())
    data[-1] ^= 1
    digits.weights.write_bytes(data)
    outcome = zoo(*digits.verify)
    assert outcome.code == 1
    assert only_failure(outcome)["rule"] == "weights-digest"


def test_weights_that_are_not_the_claimed_ones_are_not_scored_even_if_only_that_is_asked(
    zoo: Zoo, digits: Digits
) -> None:
    digits.weights.write_bytes(digits.weights.read_bytes()[:-1] + b"!")
    outcome = zoo(*digits.verify, "--only", "accuracy")
    assert outcome.code == 4
    assert all("not sha256:" in finding["message"] for finding in outcome.findings("ERROR"))


def test_a_missing_tensor_gives_one_failure_that_names_it(zoo: Zoo, digits: Digits) -> None:
    state = load_file(digits.weights)
    del state["0.weight"]
    data = save(state)
    old = re.findall(r"sha256:([0-9a-f]{64})", digits.page.read_text())[0]
    digits.replace(old, hashlib.sha256(data).hexdigest())
    digits.replace("File Size: 99744", f"File Size: {len(data)}")
    digits.weights.write_bytes(data)
    finding = only_failure(zoo(*digits.verify))
    assert finding["rule"] == "weights-load"
    assert finding["measured"] == "1 missing: 0.weight"


def test_a_network_that_cannot_be_built_is_one_error_for_all_that_rests_on_it(
    zoo: Zoo, digits: Digits
) -> None:
    line = digits.replace("zoo.demo:digits", "zoo.demo:digitz")
    outcome = zoo(*digits.verify)
    assert outcome.code == 4
    assert outcome.findings("FAIL") == []
    (message,) = {finding["message"] for finding in outcome.findings("ERROR")}
    assert f"digits.md:{line}: zoo.demo:digitz cannot be imported" in message


def test_an_unknown_timm_name_in_the_index_gets_the_nearest_names(zoo: Zoo, tmp_path: Path) -> None:
    page = tmp_path / "index.yml"
    page.write_text("Models:\n- Name: seresnet152x\n  Metadata: {Parameters: 66840000}\n")
    outcome = zoo("verify", "--all", "--index", page, "--format", "json")
    name, parameters = outcome.findings("ERROR")
    assert outcome.code == 4
    assert "has no model 'seresnet152x', and the page does not say what" in name["message"]
    assert parameters["message"].endswith("has no model 'seresnet152x'")
    for finding in (name, parameters):
        assert f"{page}:2" in finding["message"]
        assert "seresnet152" in finding["hint"]


def test_an_unknown_name_that_the_page_calls_timms_fails(zoo: Zoo, tmp_path: Path) -> None:
    page = tmp_path / "index.yml"
    page.write_text(
        "Library: {Name: timm}\nModels:\n- Name: seresnet152x\n  Metadata: {Parameters: 66840000}\n"
    )
    outcome = zoo("verify", "--all", "--index", page, "--format", "json")
    assert outcome.code == 1
    (failed,), (skipped,) = outcome.findings("FAIL"), outcome.findings("SKIP")
    assert failed["metric"] == "model-name"
    assert "did you mean" in failed["message"] and "seresnet152" in failed["message"]
    assert skipped["message"] == "not tested: model-name failed"


def test_code_that_the_index_names_is_run_only_on_request(zoo: Zoo, digits: Digits) -> None:
    outcome = zoo(*(part for part in digits.verify if part != "--trust-python"))
    assert outcome.code == 4
    assert {finding["hint"] for finding in outcome.findings("ERROR")} == {
        "if you trust this index, say --trust-python"
    }
    assert {finding["metric"] for finding in outcome.findings("PASS")} == {
        "file-size",
        "weights-digest",
    }


def test_a_part_of_the_pictures_leaves_the_accuracy_undecided(zoo: Zoo, digits: Digits) -> None:
    lines = (digits.folder / "digits.csv").read_text().splitlines(keepends=True)
    (digits.folder / "digits.csv").write_text("".join(lines[:-1]))
    outcome = zoo(*digits.verify, "--only", "accuracy")
    assert outcome.code == 0
    assert {finding["metric"] for finding in outcome.findings("UNDECIDED")} == {"top-1", "top-5"}
    assert zoo(*digits.verify, "--only", "accuracy", "--strict").code == 4


def test_a_picture_that_cannot_be_decoded_is_an_error_and_never_left_out(
    zoo: Zoo, digits: Digits
) -> None:
    (digits.folder / "digits" / "007.png").write_bytes(b"")
    outcome = zoo(*digits.verify)
    assert outcome.code == 4
    errors = outcome.findings("ERROR")
    assert {finding["metric"] for finding in errors} == {"top-1", "top-5"}
    assert all("007.png cannot be decoded" in finding["message"] for finding in errors)


def test_standard_output_holds_the_document_and_nothing_else(zoo: Zoo, digits: Digits) -> None:
    outcome = zoo(*digits.verify)
    assert json.loads(outcome.out)["schema_version"] == "1"
    assert outcome.err == "verifying digits\n"


def test_what_was_not_asked_for_is_in_the_report_as_skip(zoo: Zoo, digits: Digits) -> None:
    outcome = zoo(*digits.verify, "--only", "file-size", "--strict")
    assert outcome.code == 0
    assert len(outcome.findings("PASS")) == 1
    assert {finding["message"] for finding in outcome.findings("SKIP")} == {"not asked for"}
