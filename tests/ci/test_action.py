"""The scripts of the action, run as GitHub's runner runs them."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.ci.conftest import ACTION, INPUTS, OURS, ROOT, STEPS, Act, commit, git, run_step
from zoo.survey import IN_PROCESS

pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 11), reason="the action needs PYTHONSAFEPATH, which Python 3.11 has"
)
SIZES = {"only": "file-size", "offline": "true"}


def test_what_is_wrong_fails_and_is_annotated_and_summed_up(act: Act) -> None:
    done = act("verify", **SIZES)
    assert done.code == 1
    assert [line.partition(",")[0] for line in done.commands] == [
        "::error file=model-index/model-index.yml",
        "::warning file=model-index/model-index.yml",
    ]
    assert "## zoo verify: 1 PASS, 1 FAIL" in done.summary
    assert "`wrong`" in done.summary


def test_the_outputs_lead_to_the_evidence(act: Act) -> None:
    outputs = act("verify", **SIZES).outputs
    run = json.loads(Path(outputs["run"]).read_text())
    counts = {name: int(outputs[name]) for name in run["summary"]}
    assert counts == run["summary"]
    assert (outputs["exit-code"], outputs["known"]) == ("1", "0")
    assert json.loads(Path(outputs["sarif"]).read_text())["version"] == "2.1.0"
    names = {path.name for path in Path(outputs["folder"]).iterdir()}
    assert names == {"run.json", "zoo.sarif", "report.html", "junit.xml", "summary.md"}


def test_every_output_of_the_action_is_one_of_a_step(act: Act) -> None:
    put_out = {f"steps.verify.outputs.{name}" for name in act("verify", **SIZES).outputs}
    put_out |= {f"steps.check.outputs.{name}" for name in act("check").outputs}
    named = {part["value"].strip("${} ") for part in ACTION["outputs"].values()}
    assert named == put_out


@pytest.mark.parametrize(
    ("models", "fail_on", "code"),
    [
        ("right", "error", 0),
        ("away", "error", 4),
        ("away", "fail", 0),
        ("away\nright", "never", 0),
        ("wrong", "error", 1),
        ("wrong", "fail", 1),
        ("wrong", "never", 0),
        ("rihgt", "never", 2),
        ("right", "nevr", 2),
    ],
)
def test_what_fails_is_what_was_asked_to(act: Act, models: str, fail_on: str, code: int) -> None:
    assert act("verify", models=models, fail_on=fail_on, **SIZES).code == code


def test_what_is_known_does_not_count(act: Act, repository: Path) -> None:
    run = act("verify", models="wrong", **SIZES).outputs["run"]
    record = [Path(sys.executable).parent / "zoo", "baseline", run, "-o", "baseline.yml"]
    subprocess.run(record, cwd=repository, check=True, capture_output=True)
    done = act("verify", models="wrong", baseline="baseline.yml", **SIZES)
    assert (done.code, done.outputs["known"], done.commands) == (0, "1", [])


def test_a_run_that_cannot_begin_is_an_error_and_leaves_no_run(act: Act) -> None:
    done = act("verify", index="nowhere", **SIZES)
    assert (done.code, done.outputs) == (2, {"exit-code": "2"})


def test_a_switch_is_true_or_false(act: Act) -> None:
    done = act("verify", offline="yes")
    assert done.code == 2
    assert done.commands == ["::error title=zoo::offline is 'yes' → it is true or false"]


def test_an_input_is_never_taken_for_an_option_or_a_command(act: Act, repository: Path) -> None:
    evil = "--help\n$(touch evil)\n`touch evil`; touch evil"
    assert act("verify", models=evil, **SIZES).code == 2
    assert act("verify", **SIZES | {"only": "--trust-python; touch evil"}).code == 2
    assert act("check", index='"; touch evil; "').code in (1, 2)
    assert not (repository / "evil").exists()


def shadows(repository: Path) -> None:
    for name in ("zoo", "json", "yaml", "multiprocessing", "click", "sitecustomize", "torch"):
        (repository / f"{name}.py").write_text("open('evil', 'w').close()\n")


def test_the_working_folder_is_not_imported_from(act: Act, repository: Path) -> None:
    shadows(repository)
    assert act("check").code == 0
    assert act("verify", models="right", **SIZES).code == 0
    assert not (repository / "evil").exists()


NETWORKS = ["resnet10t", "resnet14t", *(f"resnet{depth}" for depth in (18, 26, 34, 50, 101))]


@pytest.mark.slow
def test_nor_is_it_by_the_processes_that_build_models(act: Act, repository: Path) -> None:
    assert len(NETWORKS) > IN_PROCESS
    shadows(repository)
    page = repository / "model-index" / "model-index.yml"
    rows = "".join(f"- {{Name: {name}, Metadata: {{Parameters: 1}}}}\n" for name in NETWORKS)
    page.write_text(f"Models:\n{rows}")
    done = act("verify", only="parameters")
    assert (done.code, done.outputs["fail"]) == (1, str(len(NETWORKS)))
    assert not (repository / "evil").exists()


def test_a_python_that_would_import_from_there_is_refused(
    repository: Path, runner: dict[str, str]
) -> None:
    done = run_step(STEPS["check"], repository, runner, ZOO_INPUTS=json.dumps(INPUTS))
    assert done.code == 2
    assert "PYTHONSAFEPATH" in done.log


def test_a_check_is_annotated_where_the_runner_shows_it(act: Act, repository: Path) -> None:
    index = repository / "model-index" / "model-index.yml"
    rows = "".join(f"- {{Name: m{n}, Metadata: {{Parameters: many}}}}\n" for n in range(12))
    index.write_text(f"Models:\n{rows}")
    done = act("check")
    assert done.code == 1
    errors = [line for line in done.commands if line.startswith("::error ")]
    assert len(errors) == 10
    assert errors[0].startswith("::error file=model-index/model-index.yml,line=2,col=")
    assert "model-index/model-index.yml:13: error bad-value: " in done.log
    assert "## zoo check: " in done.summary
    assert act("check", fail_on="never").code == 0
    assert act("check", ignore="bad-value").code == 0
    assert act("check", ignore="bad-valeu").code == 2


def test_an_index_checked_out_beside_others_is_annotated_from_its_own_top(
    act: Act, repository: Path
) -> None:
    (repository / "models").mkdir()
    (repository / "model-index").rename(repository / "models" / "model-index")
    commit(repository / "models")
    page = repository / "models" / "model-index" / "model-index.yml"
    page.write_text(page.read_text().replace("File Size: 11", "File Size: many"))
    index = "models/model-index"
    for done in (act("check", index=index), act("verify", index=index, **SIZES)):
        files = {line.partition("=")[2].partition(",")[0] for line in done.commands}
        assert files == {"model-index/model-index.yml"}


def test_what_is_there_once_is_told_in_the_singular(act: Act, repository: Path) -> None:
    page = repository / "model-index" / "model-index.yml"
    page.write_text("Models:\n- Name: one\n- {Name: two, Metadata: {Parameters: many}}\n")
    assert "zoo check: 1 model, 1 error, 0 warnings\n" in act("check").summary


@pytest.mark.parametrize(("fail_on", "code"), [("error", 1), ("fail", 1), ("never", 0)])
def test_an_index_that_cannot_be_used_is_wrong_and_is_told_once(
    act: Act, repository: Path, fail_on: str, code: int
) -> None:
    page = repository / "model-index" / "model-index.yml"
    spoiled = "- {Name: spoiled, Metadata: {Parameters: many}}"
    page.write_text(f"Models:\n- {{Name: lost, In Collection: Nope}}\n{spoiled}\n")
    place = "::error file=model-index/model-index.yml,line=2,"
    assert act("check", fail_on=fail_on).code == code
    checked = act("verify", fail_on=fail_on, **SIZES)
    alone = act("verify", fail_on=fail_on, check="false", **SIZES)
    left_out = act("verify", fail_on=fail_on, ignore="unknown-collection", **SIZES)
    assert checked.commands == []
    for done in (alone, left_out):
        assert [command.startswith(place) for command in done.commands] == [True]
    for done in (checked, alone, left_out):
        assert (done.code, done.outputs) == (code, {"exit-code": "2"})
        assert "## zoo verify: the index has 1 error: nothing was verified" in done.summary


def test_wrong_usage_fails_whatever_the_index_is(act: Act, repository: Path) -> None:
    page = repository / "model-index" / "model-index.yml"
    page.write_text(page.read_text().replace("File Size: 11", "File Size: many"))
    assert act("verify", models="rihgt", fail_on="never", **SIZES).code == 2
    done = act("verify", index="nowhere", fail_on="never", **SIZES)
    assert done.code == 2
    assert done.commands[0].startswith("::error title=zoo::nowhere is not there")


def test_an_index_gives_the_runner_no_commands(act: Act, repository: Path) -> None:
    evil = "x\\n::set-output name=a::b\\n::error::c\\n##[error]d"
    text = f'Models:\n- Name: "{evil}"\n  Metadata: {{File Size: "{evil}"}}\n'
    (repository / "model-index" / "model-index.yml").write_text(text)
    for done in (act("check"), act("verify", **SIZES)):
        commands = {line.split(" ")[0] for line in done.commands}
        assert commands <= {"::error", "::warning"}
        assert "##[error]" not in done.log


def pull_request(
    runner: dict[str, str], repository: str | None, name: str = "pull_request"
) -> None:
    head = None if repository is None else {"full_name": repository}
    event = {"pull_request": {"head": {"repo": head}}} | OURS
    Path(runner["GITHUB_EVENT_PATH"]).write_text(json.dumps(event))
    runner["GITHUB_EVENT_NAME"] = name


CODED = """\
Models:
- Name: coded
  Source: {Type: python, Reference: 'evil:make'}
  Metadata: {Parameters: 1}
"""


@pytest.mark.parametrize(
    ("event", "head"),
    [
        ("pull_request", "stranger/models"),
        ("pull_request", None),
        ("pull_request_target", "zoo/models"),
        ("issue_comment", "zoo/models"),
        ("workflow_run", "zoo/models"),
    ],
)
def test_code_of_strangers_is_not_run_whoever_asks(
    act: Act, repository: Path, runner: dict[str, str], event: str, head: str | None
) -> None:
    (repository / "model-index" / "model-index.yml").write_text(CODED)
    (repository / "evil.py").write_text("open('evil', 'w').close()\n")
    runner["PYTHONPATH"] += f":{repository}"  # as if it were installed
    pull_request(runner, head, event)
    done = act("verify", only="parameters", trust_python="true")
    assert done.code == 4
    assert "::notice title=zoo::trust-python is left out: " in done.log
    assert not (repository / "evil").exists()


@pytest.mark.parametrize("file", ["zoo.toml", "pyproject.toml"])
def test_settings_of_strangers_that_trust_code_stop_the_action(
    act: Act, repository: Path, runner: dict[str, str], file: str
) -> None:
    table = "" if file == "zoo.toml" else "[tool.zoo]\n"
    (repository / file).write_text(f"{table}trust-python = true\n")
    pull_request(runner, "stranger/models")
    done = act("verify", **SIZES)
    assert done.code == 2
    assert "trust-python" in done.commands[0]
    assert done.outputs == {}


@pytest.mark.slow
@pytest.mark.parametrize(("event", "head"), [("pull_request", "zoo/models"), ("push", None)])
def test_code_of_the_repository_itself_is_run_if_asked(
    act: Act, repository: Path, runner: dict[str, str], event: str, head: str | None
) -> None:
    (repository / "model-index" / "model-index.yml").write_text(CODED)
    (repository / "evil.py").write_text("open('run', 'w').close()\n")
    runner["PYTHONPATH"] += f":{repository}"
    pull_request(runner, head, event)
    act("verify", only="parameters", trust_python="true")
    assert (repository / "run").exists()


def test_a_pull_request_is_told_from_its_base_by_two_commits(
    act: Act, repository: Path, tmp_path: Path
) -> None:
    origin = tmp_path / "origin"
    repository.rename(origin)
    commit(origin)
    git(origin, "switch", "-qc", "change")
    page = origin / "model-index" / "model-index.yml"
    page.write_text(page.read_text().replace("File Size: 10", "File Size: 9"))
    commit(origin)
    git(origin, "switch", "-q", "main")
    git(origin, "merge", "-q", "--no-ff", "--no-edit", "change")
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{origin}", str(repository))
    done = act("verify", changed_since="HEAD^1", **SIZES)
    run = json.loads(Path(done.outputs["run"]).read_text())
    assert [subject["model"] for subject in run["subjects"]] == ["right"]
    assert done.code == 1


@pytest.mark.slow
def test_the_demo_is_verified_with_its_own_code(act: Act, repository: Path) -> None:
    (repository / "model-index").rename(repository / "other")
    (repository / "model-index").symlink_to(ROOT / "model-index")
    given = {"models": "digits", "only": "all", "trust_python": "true"}
    done = act("verify", dataset="model-index/demo/digits.csv", **given)
    assert (done.code, done.outputs["pass"]) == (0, "12")


@pytest.mark.slow
def test_the_action_installs_the_zoo_that_lies_beside_it(
    checkout: Path, repository: Path, runner: dict[str, str], tmp_path: Path
) -> None:
    venv.create(tmp_path / "python", with_pip=True)
    del runner["PYTHONPATH"]
    runner["PATH"] = f"{tmp_path}/python/bin:/usr/bin:/bin"
    runner["GITHUB_ACTION_PATH"] = str(checkout)
    given = {"PYTHONSAFEPATH": "1", "VERIFY": "false", "TORCH_INDEX": ""}
    done = run_step(STEPS["install"], repository, runner, **given)
    assert (done.code, done.outputs) == (0, {"cache": runner["ZOO_CACHE_DIR"]}), done.log
    given = {"PYTHONSAFEPATH": "1", "ZOO_INPUTS": json.dumps(INPUTS)}
    checked = run_step(STEPS["check"], repository, runner, **given)
    assert checked.code == 0, checked.log
    assert "zoo check: 3 models" in checked.log
