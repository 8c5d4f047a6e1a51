"""No text of an index becomes a command to a CI runner in anything that a command says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Zoo
from tests.reports.judges import HIDDEN, commands
from zoo.baseline import Entry, to_text
from zoo.exchange.written import to_yaml

EVIL = "::error::x ##[error]y"
# Each command with what it is asked; {0} is an index of EVIL, {1} another one, {2} a broken one.
ASKED = {
    "list": ("list", "--index", "{0}"),
    "list as a table": ("list", "--index", "{0}", "--format", "markdown"),
    "list by condition": ("list", "--index", "{0}", "--where", f"name == '{EVIL}'"),
    "show": ("show", EVIL, "--index", "{0}"),
    "show what is not there": ("show", f"{EVIL}z", "--index", "{0}"),
    "check": ("check", "{2}"),
    "diff": ("diff", "{1}", "{0}"),
    **{
        f"export as {form}": ("export", "--all", "--index", "{0}", "--format", form)
        for form in ("yaml", "json", "csv", "hf-card", "eval-results")
    },
    "fetch": ("fetch", "--all", "--offline", "--index", "{0}"),
    "lock": ("lock", "--all", "--offline", "--index", "{0}"),
    "verify": ("verify", "--all", "--offline", "--only", "file-size,model-name", "--index", "{0}"),
    "verify what is broken": ("verify", "--all", "--offline", "--index", "{2}"),
    "flops": ("flops", EVIL, "--index", "{0}"),
    "explain-flops": ("explain-flops", "--index", "{0}"),
    "a rule that is not there": ("explain", EVIL),
}


@pytest.fixture
def indices(tmp_path: Path) -> tuple[str, ...]:
    """Indices in which every text that may be any text is EVIL."""
    says = {"FLOPs": 1, "File Size": 2, EVIL: EVIL, "Training Data": EVIL}
    model = {
        "Name": EVIL,
        "In Collection": EVIL,
        "Metadata": says,
        "Weights": f"https://weights.invalid/{EVIL.replace(' ', '')}",
        "Paper": {"Title": EVIL, "URL": EVIL},
        "Code": EVIL,
        "Results": [{"Task": EVIL, "Dataset": EVIL, "Metrics": {EVIL: EVIL, "Top 1 Accuracy": 5}}],
        "Source": {"Type": "timm", "Reference": EVIL},
    }
    other = model | {"Metadata": says | {"FLOPs": 3}}
    broken = model | {"Metadata": says | {"FLOPs": EVIL}, "README": f"{EVIL}.md"}
    paths = []
    for name, said in {"right": model, "other": other, "broken": broken}.items():
        missing = {"Name": "m", "In Collection": f"{EVIL}z"}
        models = [said, missing] if name == "broken" else [said]
        page = {"Collections": [{"Name": EVIL}], "Models": models}
        paths.append(tmp_path / f"{name}.json")
        paths[-1].write_text(json.dumps(page), encoding="utf-8")
    return tuple(map(str, paths))


@pytest.mark.parametrize("asked", list(ASKED))
def test_what_a_command_says_is_obeyed_by_no_runner(
    zoo: Zoo, indices: tuple[str, ...], asked: str
) -> None:
    outcome = zoo(*(word.format(*indices) if "{" in word else word for word in ASKED[asked]))
    assert re.search("error(::|&#58;&#58;)x", outcome.out + outcome.err), outcome
    for text in (outcome.out, outcome.err):
        assert not commands(text)
        assert not HIDDEN.search(text)
    assert outcome.code != 3


EVILS = [EVIL, f"a\n{EVIL}", f"a\n\n  {EVIL}", f"'\"{EVIL}\\", f"{'a ' * 99}{EVIL} {'b ' * 99}"]


@pytest.mark.parametrize("text", EVILS)
def test_yaml_that_zoo_writes_is_obeyed_by_no_runner_and_read_back(text: str) -> None:
    written = to_yaml({"a": [text, {text: text}], "b": "c"})
    assert not commands(written)
    assert yaml.safe_load(written) == {"a": [text, {text: text}], "b": "c"}
    entry = Entry("a/b", "accuracy", "top-1", text, 1, dataset=text, reason=text)
    baseline = to_text([entry])
    assert not commands(baseline)
    assert yaml.safe_load(baseline)["known"][0]["reason"] == text
