"""The files for CI are what GitHub, GitLab and pre-commit take, and lint clean."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scripts.report import PUBLISHED, differences, made, pages
from tests.ci.conftest import ACTION, ROOT, commit, git

BIN = Path(sys.executable).parent
DOCS = (ROOT / "docs" / "ci.md").read_text()
BLOCKS = re.findall(r"```yaml\n# (\S+)\n(.*?)```", DOCS, re.DOTALL)
HOOKS = [text for name, text in BLOCKS if name == ".pre-commit-config.yaml"]
SCHEMAS = {
    ".github/workflows/zoo.yml": "vendor.github-workflows",
    ".gitlab-ci.yml": "vendor.gitlab-ci",
}
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def tool(name: str, *words: object) -> subprocess.CompletedProcess[str]:
    command = [str(BIN / name), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def hooked(folder: Path, runner: dict[str, str]) -> subprocess.CompletedProcess[str]:
    words = [str(BIN / "pre-commit"), "run", "--all-files", "--color=never"]
    return subprocess.run(
        words, cwd=folder, env=runner, capture_output=True, text=True, check=False
    )


def schema(name: str, *files: object) -> None:
    done = tool("check-jsonschema", "--builtin-schema", name, *files)
    assert done.returncode == 0, done.stdout


def test_action_and_workflows_hold_to_githubs_schemas() -> None:
    schema("vendor.github-actions", ROOT / "action.yml")
    schema("vendor.github-workflows", *WORKFLOWS)


def test_zizmor_finds_nothing() -> None:
    done = tool("zizmor", "--offline", "--pedantic", "--no-progress", ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_action_is_pinned_by_a_whole_commit_with_its_version() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("**/*.md")]
    files = [ROOT / "action.yml", *WORKFLOWS, *pages]
    lines = [line for file in files for line in file.read_text().splitlines()]
    used = [line.strip() for line in lines if re.match(r"\s*(- )?uses: ", line)]
    assert used
    pinned = re.compile(
        r"(- )?uses: (\$/( #.*)?|OWNER/zoo(/\S+)?@COMMIT|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)"
    )
    assert [line for line in used if not pinned.fullmatch(line)] == []
    pins: dict[str, set[str]] = {}
    for line in used:
        if "# v" in line:
            name, _, pin = line.partition("uses: ")[2].partition("@")
            pins.setdefault(name, set()).add(pin)
    assert {name: pin for name, pin in pins.items() if len(pin) > 1} == {}


def test_no_script_has_an_expression_in_it() -> None:
    jobs = [yaml.safe_load(file.read_text())["jobs"] for file in WORKFLOWS]
    steps = [step for file in jobs for job in file.values() for step in job["steps"]]
    scripts = [step.get("run", "") for step in [*steps, *ACTION["runs"]["steps"]]]
    assert any(scripts)
    assert [script for script in scripts if "${{" in script] == []


@pytest.mark.parametrize("file", [*WORKFLOWS, *(text for name, text in BLOCKS if "github" in name)])
def test_no_workflow_of_ours_may_write_or_runs_on_the_base_with_a_strangers_code(
    file: Path | str,
) -> None:
    document = yaml.safe_load(file if isinstance(file, str) else file.read_text())
    events = document[True]  # YAML 1.1 reads `on` so
    assert "pull_request_target" not in events and "workflow_run" not in events
    granted = [
        document["permissions"],
        *(job.get("permissions") for job in document["jobs"].values()),
    ]
    rights = {f"{name}: {right}" for each in granted if each for name, right in each.items()}
    allowed = {"contents: read"}
    if "pull_request" not in events:
        allowed.add("security-events: write")
    assert rights <= allowed


def test_the_gpu_waits_for_the_label_and_takes_its_commit() -> None:
    document = yaml.safe_load((ROOT / ".github" / "workflows" / "verify.yml").read_text())
    job = document["jobs"]["gpu"]
    assert "github.event.action == 'labeled'" in job["if"]
    assert "github.event.label.name == 'zoo-gpu'" in job["if"]
    checkout, zoo = job["steps"]
    assert checkout["with"]["ref"] == "${{ github.event.pull_request.head.sha }}"
    assert checkout["with"]["persist-credentials"] is False
    assert zoo["uses"] == "$/"
    assert "trust-python" not in zoo["with"]
    assert zoo["with"]["cache"] == "false"


def test_what_workflows_give_the_action_are_its_inputs() -> None:
    ours = [yaml.safe_load(file.read_text()) for file in WORKFLOWS]
    shown = [yaml.safe_load(text) for name, text in BLOCKS if "github" in name]
    called = {"$/", "OWNER/zoo@COMMIT"}
    inputs = ours[WORKFLOWS.index(ROOT / ".github" / "workflows" / "verify.yml")]
    reusable = inputs[True]["workflow_call"]["inputs"]
    for job in (job for document in [*ours, *shown] for job in document["jobs"].values()):
        assert job.get("with", {}).keys() <= reusable.keys()
        for step in job.get("steps", []):
            if step.get("uses") in called:
                assert step.get("with", {}).keys() <= ACTION["inputs"].keys()


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_files_of_the_docs_hold_to_their_schemas(name: str, tmp_path: Path) -> None:
    texts = [text for named, text in BLOCKS if named == name]
    files = [tmp_path / f"{number}.yml" for number in range(len(texts))]
    assert files
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    schema(SCHEMAS[name], *files)


def test_zizmor_finds_nothing_wrong_in_the_workflows_of_the_docs(tmp_path: Path) -> None:
    for number, (name, text) in enumerate(BLOCKS):
        if "github" in name:
            pinned = text.replace("@COMMIT", f"@{'0' * 40}")
            file = tmp_path / str(number) / ".github" / "workflows" / "zoo.yml"
            file.parent.mkdir(parents=True)
            file.write_text(pinned)
            done = tool("zizmor", "--offline", "--no-progress", file)
            assert done.returncode == 0, done.stdout


def test_the_script_for_gitlab_makes_what_it_promises(repository: Path) -> None:
    (text,) = (text for name, text in BLOCKS if name == ".gitlab-ci.yml")
    job = yaml.safe_load(text)["zoo"]
    page = repository / "model-index" / "model-index.yml"
    page.write_text("Models:\n- {Name: m, Metadata: {File Size: 5}, Weights: 'file:weights.bin'}\n")
    script = [line.replace("parameters,flops,preprocessing", "file-size") for line in job["script"]]
    environment = {"PATH": f"{BIN}:/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(repository)}
    codes = [
        subprocess.run(
            ["bash", "-e", "-c", "\n".join(lines)],
            cwd=repository, env=environment, capture_output=True, check=False,
        ).returncode
        for lines in (script, job["after_script"])
    ]  # fmt: skip
    assert codes == [1, 0]
    promised = {*job["artifacts"]["paths"], *job["artifacts"]["reports"].values()}
    assert promised <= {path.name for path in repository.iterdir()}


def test_the_hook_is_one_that_pre_commit_takes(tmp_path: Path) -> None:
    done = tool("pre-commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml")
    assert done.returncode == 0, done.stdout
    for number, text in enumerate(HOOKS):
        config = tmp_path / f"{number}.yaml"
        config.write_text(text)
        assert tool("pre-commit", "validate-config", config).returncode == 0


@pytest.mark.parametrize(
    ("shown", "path", "checked"),
    [
        (0, "model-index/resnet.yml", True),
        (0, "model-index/family/resnet.yml", True),
        (0, "model-index.yml", False),
        (0, "docs/model-index/resnet.yml", False),
        (1, "model-index.yml", True),
        (1, "docs/models/resnet.yml", True),
        (1, "docs/resnet.yml", False),
    ],
)
def test_the_hook_checks_the_index_that_is_named_and_nothing_else(
    shown: int, path: str, checked: bool, tmp_path: Path, runner: dict[str, str]
) -> None:
    (manifest,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    (source,) = yaml.safe_load(HOOKS[shown])["repos"]
    installed = manifest | {"language": "system"}
    config = {"repos": [{"repo": "local", "hooks": [installed | h for h in source["hooks"]]}]}
    page = tmp_path / "repository" / path
    page.parent.mkdir(parents=True)
    page.write_text("Models:\n- Name: wrong\n  Metadata: {File Size: many}\n")
    (tmp_path / "repository" / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    commit(tmp_path / "repository")
    done = hooked(tmp_path / "repository", runner)
    assert done.returncode == checked, done.stdout
    assert (f"{path}:3:" in done.stdout) is checked


@pytest.mark.slow
def test_the_hook_stops_a_commit_of_an_index_that_is_wrong(
    checkout: Path, repository: Path, runner: dict[str, str]
) -> None:
    rev = git(checkout, "rev-parse", "HEAD").strip()
    hook = f"repos: [{{repo: '{checkout}', rev: {rev}, hooks: [{{id: zoo-check}}]}}]\n"
    (repository / ".pre-commit-config.yaml").write_text(hook)
    commit(repository)
    del runner["PYTHONPATH"]

    done = hooked(repository, runner)
    assert done.returncode == 0, done.stdout
    assert "Passed" in done.stdout
    page = repository / "model-index" / "model-index.yml"
    page.write_text(page.read_text().replace("File Size: 10", "File Size: many"))
    done = hooked(repository, runner)
    assert done.returncode == 1
    assert "model-index/model-index.yml:3:" in done.stdout


def test_another_day_or_machine_makes_no_other_report(tmp_path: Path) -> None:
    page = "| parameters | {} |\n| environment | {} |\n| measured | {} |\nMeasured on {}.\n"
    for folder, words in (("a", "1 2 3 4"), ("b", "1 5 6 7"), ("c", "8 2 3 4")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "index.md").write_text(page.format(*words.split()))
    first, second, third = (pages(tmp_path / name) for name in "abc")
    assert differences(first, second) == []
    assert differences(first, third) == ["index.md"]
    assert differences(first, {}) == ["index.md"]


@pytest.mark.slow
def test_what_is_published_is_what_zoo_says_today(tmp_path: Path) -> None:
    import timm

    index = (PUBLISHED / "index.md").read_text()
    if f"timm {timm.__version__}," not in index:
        pytest.skip(f"published by another timm than {timm.__version__}: run 'make report'")
    assert made(tmp_path / "report") == 0
    published, today = pages(PUBLISHED), pages(tmp_path / "report" / "site")
    assert differences(published, today) == []
    shutil.rmtree(tmp_path / "report")
