"""``zoo baseline`` and ``zoo verify --baseline``: adoption of an index whose claims do not hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Digits, Outcome, Zoo
from zoo.cli import _baseline

Verify = Callable[..., Outcome]
TODAY = date(2026, 5, 1)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_baseline, "today", lambda: TODAY)


@pytest.fixture
def verify(zoo: Zoo, digits: Digits) -> Verify:
    def call(*more: object) -> Outcome:
        only = ("--only", "file-size,weights-digest", "--format", "json")
        return zoo("verify", "--all", "--index", digits.folder, *only, *more)

    return call


@pytest.fixture
def run(digits: Digits, verify: Verify, tmp_path: Path) -> Path:
    """A Run in which the size of the file is claimed wrongly."""
    digits.replace("File Size: 99744", "File Size: 99745")
    path = tmp_path / "run.json"
    path.write_text(verify().out)
    return path


@pytest.fixture
def file(zoo: Zoo, run: Path, tmp_path: Path) -> Path:
    path = tmp_path / "baseline.yml"
    outcome = zoo("baseline", run, "-o", path, "--reason", "the page rounds", "--issue",
                  "https://example.org/7", "--expires", "2026-06-30")  # fmt: skip
    assert outcome.code == 0
    assert "+ digits file-size: claimed 99,745, measured 99,744" in outcome.err
    assert "added: 1" in outcome.err
    return path


def test_a_recorded_failure_stays_a_fail_and_does_not_count(verify: Verify, file: Path) -> None:
    outcome = verify("--baseline", file)
    assert outcome.code == 0
    (failed,) = outcome.findings("FAIL")
    assert failed["known"] == {
        "reason": "the page rounds",
        "issue": "https://example.org/7",
        "expires": "2026-06-30",
        "location": {
            "path": str(file), "line": 6, "column": 3, "pointer": "/known/0"
        },
    }  # fmt: skip
    assert outcome.json["summary"]["fail"] == 1


def test_the_table_says_that_it_is_known_why_and_until_when(
    zoo: Zoo, digits: Digits, file: Path
) -> None:
    only = ("--only", "file-size", "--index", digits.folder)
    out = zoo("verify", "digits", *only, "--baseline", file).out
    assert " FAIL known  file-size" in out
    assert "known: the page rounds; https://example.org/7; until 2026-06-30" in out
    assert "(1 known)" in out.splitlines()[-1]
    pages = zoo("verify", "digits", *only, "--baseline", file, "--format", "markdown").out
    assert "❌ FAIL known" in pages and "the page rounds" in pages


def test_a_new_failure_beside_a_known_one_fails(verify: Verify, digits: Digits, file: Path) -> None:
    digits.replace("sha256:5", "sha256:6")
    outcome = verify("--baseline", file)
    assert outcome.code == 1
    assert [f["metric"] for f in outcome.findings("FAIL") if "known" not in f] == ["weights-digest"]


def test_an_entry_that_holds_now_fails_with_the_line_of_the_entry(
    verify: Verify, digits: Digits, file: Path
) -> None:
    digits.replace("99745", "99744")
    outcome = verify("--baseline", file)
    assert outcome.code == 1 and not outcome.findings("FAIL")
    (outdated,) = outcome.json["outdated"]
    assert (outdated["kind"], outdated["location"]["line"]) == ("passes", 6)
    assert f"{file}:6: digits file-size: it holds now" in outcome.err


def test_an_entry_that_has_expired_fails(
    verify: Verify, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_baseline, "today", lambda: date(2026, 7, 1))
    outcome = verify("--baseline", file)
    assert outcome.code == 1
    assert f"{file}:6: digits file-size: it was borne until 2026-06-30" in outcome.err


def test_a_claim_that_is_wrong_in_another_way_is_a_new_failure(
    verify: Verify, digits: Digits, file: Path
) -> None:
    digits.replace("99745", "99746")
    outcome = verify("--baseline", file)
    assert outcome.code == 1
    assert [entry["kind"] for entry in outcome.json["outdated"]] == ["differs"]


def test_what_was_not_tested_is_left_alone_and_said(zoo: Zoo, digits: Digits, file: Path) -> None:
    outcome = zoo("verify", "digits", "--index", digits.folder, "--only", "weights-digest",
                  "--baseline", file)  # fmt: skip
    assert outcome.code == 0
    assert "baseline: 1 entry left alone (1 × not asked for)" in outcome.err


def test_the_settings_may_name_the_baseline(
    verify: Verify, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert verify().code == 1
    (tmp_path / "zoo.toml").write_text(f"baseline = '{file.name}'\n")
    from zoo.cli import _selection

    _selection.config.cache_clear()
    assert verify().code == 0


def test_bringing_it_up_to_date_keeps_what_people_wrote(zoo: Zoo, run: Path, file: Path) -> None:
    before = file.read_bytes()
    outcome = zoo("baseline", run, "-o", file, "--reason", "another")
    assert outcome.code == 0 and file.read_bytes() == before
    assert "is up to date" in outcome.err and "known already: 1" in outcome.err


def test_another_failure_takes_the_place_and_the_old_reason_is_told(
    zoo: Zoo, verify: Verify, digits: Digits, run: Path, file: Path
) -> None:
    digits.replace("99745", "99746")
    run.write_text(verify().out)
    outcome = zoo("baseline", run, "-o", file, "--reason", "another")
    assert "- digits file-size: claimed 99,745" in outcome.err
    assert "+ digits file-size: claimed 99,746" in outcome.err
    assert "  another failure now; its reason was: the page rounds\n" in outcome.err
    assert verify("--baseline", file).code == 0


def test_what_holds_now_is_dropped(
    zoo: Zoo, verify: Verify, digits: Digits, run: Path, file: Path
) -> None:
    digits.replace("99745", "99744")
    run.write_text(verify().out)
    outcome = zoo("baseline", run, "-o", file)
    assert "- digits file-size: claimed 99,745" in outcome.err and "dropped" in outcome.err
    assert "known: []" in file.read_text()
    assert verify("--baseline", file).code == 0


def test_a_page_that_cannot_be_read_keeps_its_entries(
    zoo: Zoo, verify: Verify, digits: Digits, run: Path, file: Path
) -> None:
    before = file.read_bytes()
    digits.replace("FLOPs: 175744", "FLOPs: many")
    outcome = verify("--baseline", file)
    assert outcome.code == 4 and "outdated" not in outcome.json
    run.write_text(outcome.out)
    assert "not tested by these Runs, kept: 1" in zoo("baseline", run, "-o", file).err
    assert file.read_bytes() == before


def test_a_report_of_the_run_tells_what_was_known(
    zoo: Zoo, verify: Verify, file: Path, tmp_path: Path
) -> None:
    run = tmp_path / "known.json"
    run.write_text(verify("--baseline", file).out)
    assert "known: the page rounds" in zoo("report", run).out


def test_errors_of_the_moment_are_never_recorded(zoo: Zoo, tmp_path: Path) -> None:
    run = tmp_path / "run.json"
    run.write_text(zoo("verify", "seresnet50", "--only", "file-size", "--offline", "--format",
                       "json").out)  # fmt: skip
    outcome = zoo("baseline", run, "-o", tmp_path / "b.yml", "--errors")
    assert "ERRORs that are not recorded" in outcome.err
    assert "known: []" in (tmp_path / "b.yml").read_text()


@pytest.mark.parametrize(
    ("page", "other", "about"),
    [
        (
            "Source: {Type: python, Reference: a:build}, Metadata: {Parameters: 1}",
            "Source: {Type: python, Reference: evil.stranger:build}, Metadata: {Parameters: 1}",
            "a:build",
        ),
        (
            "Source: {Type: python, Reference: a:b, Arguments: {n: 1}}, Metadata: {Parameters: 1}",
            "Source: {Type: python, Reference: a:b, Arguments: {n: 2}}, Metadata: {Parameters: 1}",
            'a:b {"n": 1}',
        ),
        (
            "Metadata: {ID: resnot1, Parameters: 1}",
            "Metadata: {ID: resnot2, Parameters: 1}",
            "resnot1",
        ),
        (
            "Metadata: {File Size: 5}, Weights: 'ftp://localhost/a'",
            "Metadata: {File Size: 5}, Weights: 'ftp://localhost/b'",
            "ftp://localhost/a",
        ),
    ],
)
def test_an_error_is_known_as_long_as_it_is_about_the_same(
    zoo: Zoo, tmp_path: Path, page: str, other: str, about: str
) -> None:
    index, run, known = (tmp_path / name for name in ("index.yml", "run.json", "known.yml"))
    index.write_text(f"Models:\n- {{Name: tiny, {page}}}\n")
    verify = ("verify", "tiny", "--index", index, "--only", "parameters,file-size", "--offline",
              "--format", "json")  # fmt: skip
    run.write_text(zoo(*verify).out)
    assert f"({about})" in zoo("baseline", run, "-o", known, "--errors").err
    assert zoo(*verify, "--baseline", known).code == 0
    index.write_text(f"Models:\n- {{Name: tiny, {other}}}\n")
    assert zoo(*verify, "--baseline", known).code == 4


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--expires", "2026-13-01"), "there is no day 2026-13-01"),
        (("--expires", "2026-04-30"), "2026-04-30 is over"),
        (("--reason", " "), "--reason is empty"),
        (("--issue", "see the wiki"), "/known/0/issue breaks the rule"),
    ],
)
def test_terms_that_make_no_sense_are_refused(
    zoo: Zoo, run: Path, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    outcome = zoo("baseline", run, "-o", tmp_path / "b.yml", *options)
    assert outcome.code == 2 and said in outcome.err
    assert not (tmp_path / "b.yml").exists()


def test_a_file_that_is_no_baseline_is_not_written_over(
    zoo: Zoo, run: Path, digits: Digits
) -> None:
    before = digits.page.read_bytes()
    outcome = zoo("baseline", run, "-o", digits.page)
    assert outcome.code == 2 and digits.page.read_bytes() == before


def test_a_baseline_beside_the_pages_is_no_page_of_the_index(
    zoo: Zoo, digits: Digits, file: Path
) -> None:
    beside = digits.folder / "baseline.yml"
    beside.write_bytes(file.read_bytes())
    outcome = zoo("check", digits.folder, "--format", "json")
    assert outcome.code == 0
    assert [Path(name).name for name in outcome.json["files"]] == ["digits.md"]
    assert not outcome.json["findings"]
    (digits.folder / "model-index.yml").write_text("Import: ['b*.yml', '*.md']\n")
    assert zoo("list", "--index", digits.folder).code == 0


@pytest.mark.slow
def test_the_bundled_index_is_adopted_as_it_is(zoo: Zoo) -> None:
    outcome = zoo("verify", "--all", "--only", "parameters,flops", "--baseline",
                  "model-index/baseline.yml", "--format", "json")  # fmt: skip
    assert outcome.code == 0
    tested = [f for f in outcome.json["findings"] if f["rule"] in ("parameters", "flops")]
    assert len({finding["model"] for finding in tested}) == 265
    for finding in tested:
        assert finding["verdict"] in ("PASS", "FAIL", "ERROR")
        assert finding["verdict"] == "PASS" or finding["known"]["reason"]


def test_the_bundled_baseline_is_as_the_command_writes_it() -> None:
    from zoo.baseline import read, to_text

    path = ROOT / "model-index" / "baseline.yml"
    assert path.read_text(encoding="utf-8") == to_text(read(path))
