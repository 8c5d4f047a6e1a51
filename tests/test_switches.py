"""What makes zoo careful can be turned off by what is named here, and by nothing else."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import zoo
from zoo.config import read_config
from zoo.errors import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PACKAGE = Path(zoo.__file__).parent
ROOT = Path(__file__).parents[1]
# Variables that zoo looks at. None of them makes it less careful.
READ = {
    *("ZOO_CACHE_DIR", "ZOO_INDEX"),  # where things lie
    "HF_TOKEN",  # sent to one host
    *("NO_COLOR", "FORCE_COLOR", "CI"),  # how it looks
    "RAY_ADDRESS",  # which cluster is used, where --engine ray asks for one
}
SET = {
    "RAY_USAGE_STATS_ENABLED",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO",
    "RAY_task_oom_retries",
}
OF_PYTHON = {"PYTHONSAFEPATH", "CUBLAS_WORKSPACE_CONFIG"}
# The first version without a hole that a stranger's data could reach.
LEAST = {
    "filelock": "3.20.3",  # CVE-2025-68146, CVE-2026-22701: links in the place of a lock
    "pillow": "12.2",  # CVE-2026-25990, CVE-2026-40192: pictures
    "ray": "2.56",  # CVE-2026-27482, CVE-2026-41486, CVE-2026-57516
    "requests": "2.32.4",  # CVE-2024-47081: .netrc
    "torch": "2.10",  # CVE-2025-32434, CVE-2026-24747: checkpoints
}


def sources() -> Iterator[Path]:
    for folder in (PACKAGE, PACKAGE / "validators", PACKAGE / "reports"):
        yield from folder.resolve().rglob("*.py")


def asked(tree: ast.AST) -> Iterator[str]:
    """Yield the names of the variables that a module gets or sets by name."""
    constants = {
        target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=of), args=[name, *_]) if _environ(of):
                yield _text(name, constants)
            case ast.Call(func=ast.Attribute(attr="getenv"), args=[name, *_]):
                yield _text(name, constants)
            case ast.Subscript(value=of, slice=name) if _environ(of):
                yield _text(name, constants)


def _environ(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "environ"


def _text(node: ast.expr, constants: dict[str, object]) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name):
            return str(constants.get(name, name))
        case _:
            return ast.dump(node)


def test_no_variable_of_the_environment_makes_zoo_less_careful() -> None:
    found = {name for file in sources() for name in asked(ast.parse(file.read_text("utf-8")))}
    passed_on = {"key"}  # to the process that opens checkpoints, from a list of its own
    assert found - passed_on == READ | SET | OF_PYTHON


def test_the_search_would_find_what_it_looks_for() -> None:
    code = "A = 'X'\nos.environ.get('B')\nos.environ[A]\nos.getenv('C', '')"
    assert set(asked(ast.parse(code))) == {"X", "B", "C"}


@pytest.mark.parametrize("name", ["allow-private", "allow-host", "insecure", "verify", "tokens"])
def test_no_setting_opens_private_networks_or_gives_away_a_token(tmp_path: Path, name: str) -> None:
    (tmp_path / "zoo.toml").write_text(f"{name} = true\n")
    with pytest.raises(UsageError, match=f"there is no setting '{name}'"):
        read_config(tmp_path)


def test_no_version_with_a_hole_that_is_known_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *extras["timm"], *extras["ray"]]
    wanted = {each.name: each for each in map(Requirement, lines)}
    for name, least in LEAST.items():
        assert wanted[name].specifier.contains(least)
        assert not wanted[name].specifier.contains(_before(least))


def _before(version: str) -> str:
    """Return a version that is older than this one."""
    *front, last = version.split(".")
    return ".".join([*front, str(int(last) - 1), "999"])
