"""The documentation is true: its examples print what they show, its commands are there."""

from __future__ import annotations

import re

import pytest

from scripts.examples import EMPTY, ROOT, blocks, pages, refreshed
from tests.docs import shell
from zoo.cli import COMMANDS

PAGES = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in pages()}
SHOWN = [name for name, text in PAGES.items() if "```console\n$ " in text]
FENCED = re.compile(r"^( *)(```+).*?^\1\2$", re.MULTILINE | re.DOTALL)
MENTIONED = re.compile(r"`(zoo [a-z-][^`]*)`")
# What begins a line that somebody would type, in whatever block it stands.
TYPED = re.compile(r"^\s*(?:[$>] |- run: |run: |- )?(?:\w+=\S+ )*(?:\S*/)?zoo [a-z-]", re.MULTILINE)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", SHOWN)
def test_what_a_page_shows_is_what_is_printed(name: str) -> None:
    assert refreshed(PAGES[name]) == PAGES[name]


@pytest.mark.parametrize("name", PAGES)
def test_every_line_of_a_page_is_one_that_its_programs_take(name: str) -> None:
    for block in blocks(PAGES[name]):
        for line in shell.lines(block):
            shell.check(line)


@pytest.mark.parametrize("name", PAGES)
def test_no_command_of_a_page_escapes(name: str) -> None:
    text = PAGES[name]
    seen = [line for block in blocks(text) for line in shell.lines(block)]
    fenced = "\n".join(found[0] for found in FENCED.finditer(text))
    assert sum(map(len, map(TYPED.findall, seen))) == len(TYPED.findall(fenced))
    assert not re.findall(r"(?:^|\n\n)(?: {4}|\t)(?:\$ )?zoo .*", FENCED.sub("", text))


@pytest.mark.parametrize("name", PAGES)
def test_the_commands_and_options_that_the_text_names_are_there(name: str) -> None:
    for mention in MENTIONED.findall(FENCED.sub("", PAGES[name])):
        shell.check_mention(mention)


def test_every_block_of_a_console_begins_with_a_command() -> None:
    first = [b.lines[0] for text in PAGES.values() for b in blocks(text) if b.language == "console"]
    assert [line for line in first if not line.startswith("$ ")] == []


def test_every_command_is_in_the_table_of_the_readme() -> None:
    named = re.findall(r"^\| `zoo ([\w-]+)", PAGES["README.md"], re.MULTILINE)
    assert sorted(named) == list(COMMANDS)


def test_what_the_readme_leads_to_is_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", PAGES["README.md"])
    assert links and [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize(
    "line",
    [
        "zoo verify --all --ofline",
        "zoo verify --all --format jsn",
        "zoo verify --all --only parmeters",
        "zoo verify --all --shard 9/4",
        "zoo verfy --all",
        "zoo show",
        "zoo cache purne",
        "zoo report run.json | zoo shw",
        "A=1 zoo shw",
        "make everything",
        "python benchmarks/none.py",
        "python benchmarks/scale.py --cors 16",
        "pip install 'zoo-verify[tim]'",
        "python -m pytest tests/none",
        "frobnicate",
    ],
)
def test_a_line_that_is_wrong_is_found(line: str) -> None:
    with pytest.raises(shell.NotTaken):
        shell.check(line)


@pytest.mark.parametrize("text", ["zoo shw", "zoo show --al", "zoo cache prune --older"])
def test_a_mention_of_what_is_not_there_is_found(text: str) -> None:
    with pytest.raises(shell.NotTaken):
        shell.check_mention(text)


def console(*lines: str) -> str:
    return "\n".join(["```console", *lines, "```", ""])


def test_the_commands_of_a_page_are_one_session_in_a_folder_of_its_own() -> None:
    text = '```text title="a/b.txt"\nhello\n```\n' + console(
        "$ cat a/b.txt", "bye", "$ false", "$ echo $?", "$ echo one > c; cat \\", "c", "$ pwd"
    )
    assert refreshed(text).endswith(
        console("$ cat a/b.txt", "hello", "$ false", "$ echo $?", "1",
                "$ echo one > c; cat \\", "c", "one", "$ pwd", "/home/you/zoo")
    )  # fmt: skip


def test_what_only_another_day_or_version_prints_otherwise_stays() -> None:
    text = console("$ echo by timm 2.0.1 on 2026-01-02", "by timm 1.0.0 on 2025-01-01")
    assert refreshed(text) == text
    assert "2026-01-02" in refreshed(text.replace("by timm 1", "with timm 1"))


def test_a_page_has_a_copy_of_the_index_unless_it_begins_in_an_empty_folder() -> None:
    text = console("$ ls")
    assert refreshed(text) == console("$ ls", "model-index")
    assert refreshed(f"{EMPTY}\n{text}") == f"{EMPTY}\n{text}"


def test_an_example_cannot_ask_another_host() -> None:
    ask = "import socket; socket.create_connection(('zoo.example', 443))"
    assert "an example asks for 'zoo.example'" in refreshed(console(f'$ python -c "{ask}"'))


def test_the_checkout_is_not_written_to() -> None:
    refreshed(console("$ rm -r model-index"))
    assert (ROOT / "model-index").is_dir()
