"""No input that a stranger may have written ends a command in an internal error."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.cli.conftest import Outcome
from tests.damage import BYTES, damaged, rewritten
from tests.index.any_index import CASES, spoiled_pages
from tests.reports.any_run import runs
from tests.reports.test_run_properties import SPOILED
from zoo.cli import run
from zoo.cli._main import INTERNAL, USAGE
from zoo.cli._selection import NOTHING_SELECTED
from zoo.evidence import to_json
from zoo.reports import REPORTS

UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
COMMAND = re.compile(r"(?m)^\s*::|##\[")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli")


def zoo(*arguments: object, ours: bool = True) -> Outcome:
    """Run a command in this process; fail where zoo is at fault, or says what a terminal obeys.

    Args:
        ours: whether what is said is by zoo, and not by click of the user's own arguments.
    """
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([str(argument) for argument in arguments])
    said = []
    for stream in (out, err):
        stream.flush()
        said.append(stream.buffer.getvalue().decode("utf-8"))  # type: ignore[attr-defined]
    assert code != INTERNAL, said[1]
    assert not ours or not (UNSEEN.search(said[1]) or COMMAND.search(said[1]))
    return Outcome(code, *said)


@given(spoiled_pages())
@example(("page.json", '{"Type": "model-index", "Models": []}'))
def test_any_page_can_be_checked_listed_shown_and_exported(
    folder: Path, page: tuple[str, str]
) -> None:
    name, text = page
    path = folder / name
    path.write_bytes(text.encode("utf-8", "replace"))
    checked = zoo("check", path, "--format", "json")
    assert checked.code in {0, 1}
    summary = checked.json["summary"]
    assert (summary["errors"] > 0) == (checked.code == 1)
    listed = zoo("list", "--index", path, "--format", "json")
    if listed.code == USAGE:
        assert checked.code == 1
        rows = []
    else:
        rows = listed.json
        assert listed.code == (0 if rows else NOTHING_SELECTED)
    for model in [row["name"] for row in rows]:
        shown = zoo("show", model, "--index", path, "--format", "json")
        assert shown.code in {0, 2}
    for form in ("yaml", "csv", "hf-card"):
        zoo("export", "--index", path, "--format", form, "-o", folder / f"out-{form}")


@given(damaged(st.sampled_from(sorted(CASES.values())).map(str.encode), BYTES))
def test_any_bytes_can_be_checked_and_compared(folder: Path, data: bytes) -> None:
    (folder / "a.md").write_bytes(data)
    (folder / "b.yml").write_text(CASES["every-field.yaml"])
    assert zoo("check", folder / "a.md").code in {0, 1, 2}
    assert zoo("diff", folder / "b.yml", folder / "a.md", "--format", "json").code in {0, 1, 2}


@pytest.mark.parametrize("form", [name for name in REPORTS if name != "badges"])
@given(text=SPOILED)
def test_any_spoiled_run_can_be_reported(folder: Path, form: str, text: str) -> None:
    (folder / "run.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    out = folder / f"report-{form}"
    assert zoo("report", folder / "run.json", "--format", form, "-o", out).code in {0, 2}


@given(runs().map(to_json) | SPOILED, runs().map(to_json) | SPOILED)
def test_any_two_runs_can_be_compared_and_made_a_baseline(folder: Path, a: str, b: str) -> None:
    for name, text in (("a.json", a), ("b.json", b)):
        (folder / name).write_bytes(text.encode("utf-8", "surrogatepass"))
    for form in ("table", "markdown", "json"):
        found = zoo("diff", folder / "a.json", folder / "b.json", "--format", form)
        assert found.code in {0, 1, 2}
        assert form != "json" or found.code == 2 or json.loads(found.out)
    assert zoo("baseline", folder / "a.json", "-o", folder / "baseline.yml").code in {0, 2}
    (folder / "baseline.yml").unlink(missing_ok=True)


ARGUMENT = st.characters(exclude_characters="\0")  # which ends an argument of a process
WORDS = ["--where", "--sort", "--columns", "-", "--", "top1", "name", "'", "~", "[", "top1 > 80",
         "-o", "", "\x1bx", "é", "--format", "json", "parameters", "-name", "name,top1", "--limit",
         "0", "-1", "9" * 30]  # fmt: skip


@given(
    st.sampled_from(["list", "show", "explain", "schema", "check", "lis"]),
    st.lists(st.sampled_from(WORDS) | st.text(ARGUMENT, max_size=6), max_size=4),
)
def test_any_arguments_end_in_output_or_a_message(command: str, arguments: list[str]) -> None:
    zoo(command, *arguments, ours=False)


LOCK = '{"schema_version": "1", "models": {"full": {"url": "x", "sha256": "' + "0" * 64 + (
    '", "size": 5, "first_seen": "2026-01-02"}}}'
)  # fmt: skip


@given(rewritten(st.just(LOCK), ["{", "[", '"', "null", "1e999", "\\ud800", "\x1b", "\u202e"]))
def test_any_lock_file_beside_an_index_is_used_or_refused(folder: Path, text: str) -> None:
    index = folder / "locked"
    index.mkdir(exist_ok=True)
    (index / "page.yml").write_text(CASES["every-field.yaml"])
    (index / "zoo.lock").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert zoo("show", "full", "--index", index).code in {0, 1, 2}
