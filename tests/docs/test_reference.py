"""The reference says what the code says: of commands, settings, fields, formats, variables."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import cmarkgfm
import pytest

from scripts.prose import prose
from scripts.reference import DEFAULT, DOCS, SCHEMAS, pages
from scripts.schema_tables import places
from tests.reports.hostile import TEXTS
from zoo.cli import COMMANDS
from zoo.cli._fetching import JOBS
from zoo.inference.arithmetic import FULL
from zoo.options import DIAGNOSIS
from zoo.schemas import fault, load
from zoo.weights.policy import MAX_BYTES

ROOT = Path(__file__).parents[2]
SETTINGS: dict[str, Any] = load("config")["properties"]
CODE = [ROOT / name for name in ("zoo", "validators", "reports")]
VARIABLE = re.compile(r"`(_?[A-Z][A-Z_]+|RAY_[a-z_]+)`")
PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_says(name: str) -> None:
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == PAGES[name], f"docs/{name} is out of date: make docs"


def test_the_schemas_lie_beside_their_page() -> None:
    expected = {f"{name}.json": place for name, place in places(ROOT).items()}
    found = {path.name: path.resolve() for path in SCHEMAS.iterdir()}
    assert found == {name: place.resolve() for name, place in expected.items()}, "make docs"


def commands(one: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, one
    if isinstance(one, click.Group):
        for below, command in one.commands.items():
            yield from commands(command, f"{name} {below}")


ALL = [pair for name in COMMANDS for pair in commands(COMMANDS[name], f"zoo {name}")]


@pytest.mark.parametrize(("name", "command"), ALL, ids=[name for name, _ in ALL])
def test_every_command_and_every_option_says_what_it_does(
    name: str, command: click.Command
) -> None:
    assert command.help
    for option in command.params:
        if isinstance(option, click.Option):
            said = DEFAULT.sub("", option.help or "")
            assert said, option.name
            assert "[default" not in said


@pytest.mark.parametrize("name", places(ROOT))
def test_every_field_of_a_schema_says_what_it_is(name: str) -> None:
    silent = []

    def look(part: Any, path: str) -> None:
        for key, field in part.get("properties", {}).items():
            if "description" not in field:
                silent.append(f"{path}.{key}")
            look(field, f"{path}.{key}")
        for inner in ("items", "additionalProperties"):
            if isinstance(part.get(inner), dict):
                look(part[inner], f"{path}.*")
        for key, definition in part.get("$defs", {}).items():
            look(definition, f"{path}/{key}")

    look(json.loads(places(ROOT)[name].read_text(encoding="utf-8")), name)
    assert silent == []


def test_the_defaults_of_settings_are_settings() -> None:
    defaults = {key: part["default"] for key, part in SETTINGS.items() if "default" in part}
    assert fault("config", defaults) is None


def test_the_defaults_of_settings_are_those_of_the_code() -> None:
    known = {"jobs": JOBS, "max-bytes": MAX_BYTES, "diagnosis": DIAGNOSIS, "precision": FULL}
    assert {key: SETTINGS[key]["default"] for key in known} == known


@pytest.mark.parametrize("name", ["verify", "fetch"])
def test_an_option_and_its_setting_have_the_same_default(name: str) -> None:
    compared = 0
    for option in COMMANDS[name].params:
        setting = SETTINGS.get(str(option.opts[-1]).removeprefix("--"), {})
        said = DEFAULT.search(getattr(option, "help", None) or "")
        if "default" in setting and said:
            assert said[1].partition(",")[0] == str(setting["default"]), option.name
            compared += 1
    assert compared


def constants(tree: ast.Module) -> dict[str, list[str]]:
    """Return the texts that names at the top of a module stand for."""
    return {
        target.id: [part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)]
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def variables(path: Path) -> Iterator[str]:
    """Yield each environment variable that a module names where it asks for one."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = constants(tree)
    loops = {
        loop.target.id: loop.iter.id
        for loop in ast.walk(tree)
        if isinstance(loop, ast.comprehension)
        and isinstance(loop.target, ast.Name)
        and isinstance(loop.iter, ast.Name)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="environ")), args=[key, *_]):
                pass
            case ast.Call(func=ast.Attribute(attr="getenv"), args=[key, *_]):
                pass
            case ast.Subscript(value=ast.Attribute(attr="environ"), slice=key):
                pass
            case ast.Compare(left=key, comparators=[ast.Attribute(attr="environ")]):
                pass
            case ast.Call(func=ast.Attribute(attr="get_terminal_size")):
                key = ast.Constant("COLUMNS")
            case ast.keyword(arg="envvar", value=key):
                pass
            case _:
                continue
        match key:
            case ast.Constant(value=str(name)):
                yield name
            case ast.Name(id=name):
                yield from known[loops.get(name, name)]
            case other:
                raise AssertionError(f"{path}:{other.lineno} asks for a variable that is not named")


def test_every_variable_that_is_read_is_on_the_page() -> None:
    told = set(VARIABLE.findall((DOCS / "reference/environment.md").read_text(encoding="utf-8")))
    read = {
        (path.name, name)
        for folder in CODE
        for path in folder.rglob("*.py")
        for name in variables(path)
    }
    assert {"ZOO_INDEX", "HF_TOKEN", "COLUMNS", "PYTHONSAFEPATH", "SYSTEMROOT"} <= {
        name for _, name in read
    }
    assert {(file, name) for file, name in read if name not in told} == set()


def test_every_variable_of_the_action_is_on_the_page() -> None:
    told = set(VARIABLE.findall((DOCS / "reference/environment.md").read_text(encoding="utf-8")))
    files = [ROOT / "action.yml", ROOT / "scripts" / "action.py"]
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    read = set(re.findall(r"\b(?:GITHUB|RUNNER|ZOO)_[A-Z_]+\b", text))
    read |= set(re.findall(r"(?m)^ {8}([A-Z_]+): ", text))
    assert read - told == set()


def test_no_variable_is_told_twice_as_one_to_be_set() -> None:
    text = (DOCS / "reference/environment.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| `([A-Z_]+)` \|", text)
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see 'zoo explain RULE'.", "see <code>zoo explain RULE</code>."),
        ("another model's; ReaL's", "another model's; ReaL's"),
        ("with --no-x, not a-b", "with <code>--no-x</code>, not a-b"),
        ("$ZOO_INDEX or zoo.lock", "<code>$ZOO_INDEX</code> or <code>zoo.lock</code>"),
        ("a <b> | *c* _d_ [e](f)", "a &lt;b&gt; | *c* _d_ [e](f)"),
        ("'a|b' c", "<code>a|b</code> c"),
        ("1. no list", "1. no list"),
    ],
)
def test_a_help_text_is_shown_as_it_is_meant(text: str, shown: str) -> None:
    html = cmarkgfm.markdown_to_html(prose(text), options=cmarkgfm.Options.CMARK_OPT_UNSAFE)
    assert html == f"<p>{shown}</p>\n"


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_help_text_cannot_be_more_than_text(text: str) -> None:
    html = cmarkgfm.github_flavored_markdown_to_html(prose(text))
    assert set(re.findall(r"<(\w+)", html)) <= {"p", "code"}
