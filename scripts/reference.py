"""Writes the pages of docs/ that say what the code says: ``make docs`` runs it.

What a page has to say of a command, a format or a field is written where that is made, in its help,
its docstring or its JSON Schema, and nowhere else. Environment variables alone are told on a page
that is written by hand, ``docs/reference/environment.md``: they have no place of their own in the
code. A test holds that none is missing there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import yaml

from scripts import schema_tables
from scripts.prose import code, page, prose, table
from zoo.catalog import Catalog
from zoo.claims import Metric
from zoo.cli import COMMANDS
from zoo.cli._main import EXIT_CODES, zoo
from zoo.cli.explain import document
from zoo.counting import RULES
from zoo.datasets import LAYOUTS
from zoo.engines import ENGINES
from zoo.exchange import EXPORTERS, IMPORTERS
from zoo.reports import REPORTS
from zoo.sources import SOURCES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
SCHEMAS = DOCS / "reference" / "schemas"
DEFAULT = re.compile(r"\s*\[default: (.*)\]$")


def main() -> None:
    """Write every page, and lay the schemas beside the page that explains them."""
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
    for name, place in schema_tables.places(ROOT).items():
        link = SCHEMAS / f"{name}.json"
        link.parent.mkdir(exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(Path("../../..") / place.relative_to(ROOT))


def pages() -> dict[str, str]:
    """Return the text of each page by its name below docs/."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    return {
        "ci.md": with_action((DOCS / "ci.md").read_text(encoding="utf-8"), action),
        "rules.md": document(),
        "reference/commands.md": commands(),
        "reference/configuration.md": configuration(),
        "reference/extensions.md": extensions(),
        "reference/formats.md": formats(),
        "reference/schemas.md": schema_tables.page(),
    }


def with_action(text: str, action: Mapping[str, Any]) -> str:
    """Return the page on CI with the inputs and outputs of action.yml."""
    inputs = [
        (f"`{name}`", f"`{part['default']}`" if part["default"] else "", part["description"])
        for name, part in action["inputs"].items()
    ]
    outputs = [(f"`{name}`", part["description"]) for name, part in action["outputs"].items()]
    for what, lines in (
        ("inputs", table(("input", "default", "meaning"), inputs)),
        ("outputs", table(("output", "meaning"), outputs)),
    ):
        marked = rf"(<!-- {what} -->\n)(?:.*\n)*?(<!-- /{what} -->)"
        text = re.sub(marked, lambda match, lines=lines: f"{match[1]}{lines}{match[2]}", text)
    return text


def commands() -> str:
    """Return the page of all commands and options."""
    codes = [(f"`{number}`", prose(said)) for number, said in EXIT_CODES.items()]
    return page(
        "Commands",
        prose(str(zoo.help)),
        f"{code('zoo --version')} prints the version, and `-h` or `--help` after any "
        "command what stands here. Standard output is the report, standard error the conversation.",
        *(part for name in COMMANDS for part in command(COMMANDS[name], f"zoo {name}", 2)),
        "## Exit codes",
        table(("code", "says"), codes),
    )


def command(one: click.Command, name: str, level: int) -> Iterator[str]:
    """Yield the parts of the page that are about a command, and about those below it."""
    context = click.Context(one, info_name=name, terminal_width=100, max_content_width=100)
    yield f"{'#' * level} {name}"
    yield f"```text\n{one.get_usage(context).removeprefix('Usage: ')}\n```"
    yield from (prose(paragraph) for paragraph in str(one.help).split("\n\n"))
    options = [param for param in one.params if isinstance(param, click.Option)]
    if options:
        yield table(("option", "meaning", "default"), [row(option) for option in options])
    if isinstance(one, click.Group):
        for each in sorted(one.commands):
            yield from command(one.commands[each], f"{name} {each}", level + 1)


def row(option: click.Option) -> tuple[str, str, str]:
    """Return how an option is written, what it does, and what holds without it."""
    choices = [f"'{each}'" for each in getattr(option.type, "choices", ())]
    ranged = isinstance(option.type, click.IntRange)
    takes = option.metavar or ("N" if ranged else "WORD" if choices else option.type.name.upper())
    names = [*option.opts[:-1], option.opts[-1] + ("" if option.is_flag else f" {takes}")]
    said = DEFAULT.sub("", option.help or "")
    if choices:
        said += f" One of {', '.join(choices)}."
    if option.multiple and "again" not in said:
        said += " May be given again."
    if least := getattr(option.type, "min", None):
        said += f" At least {least}."
    given = DEFAULT.search(option.help or "")
    default = given[1] if given else f"'{option.default}'" if option.show_default else ""
    return ", ".join(map(code, names)), prose(said), prose(default)


def formats() -> str:
    """Return the page of all formats that are written or read."""
    reports = [(f"[`{n}`](#{n})", headline(REPORTS, n), pieces(REPORTS[n].many)) for n in REPORTS]
    return page(
        "Formats",
        "## Reports of a Run",
        "A Run is measured once and said in many ways: `zoo verify --format FORMAT`, or later "
        "`zoo report run.json --format FORMAT`, which measures nothing.",
        table(("format", "is", "`-o` names"), reports),
        *sections(REPORTS),
        "## Models given out",
        "By `zoo export --format FORMAT`.",
        *sections(EXPORTERS, "export: ", lambda e: f"`{e.suffix}`, {pieces(e.many)}"),
        "## Models taken in",
        "By `zoo import SOURCE`, which knows the format by the source, or `--from FORMAT`.",
        *sections(IMPORTERS, "import: "),
    )


def pieces(many: bool) -> str:
    """Return what is written, a file or several."""
    return "a folder" if many else "a file"


def extensions() -> str:
    """Return the page of sources, layouts, engines and counting rules."""
    return page(
        "Sources, datasets, engines, counting rules",
        "Each of these is one file of zoo; CONTRIBUTING says how to add one.",
        "## Sources of networks",
        "What builds a model: what its page names as `Source`, else timm by the `ID` or the name.",
        *sections(SOURCES),
        "## Layouts of datasets",
        "Which one a path has is seen by looking at it, unless `zoo dataset check --layout` says.",
        *sections(LAYOUTS),
        "## Engines",
        "What gives out the pictures of a dataset: `zoo verify --engine`.",
        *sections(ENGINES),
        "## Counting rules",
        "For `zoo flops`, `zoo explain-flops` and `FLOPs Convention` on a page; "
        "[what published FLOPs mean](../flops.md) tells them apart.",
        *sections(RULES, "", lambda rule: f"Version {rule.version}. Counts {rule.counts}."),
    )


def configuration() -> str:
    """Return the page of all settings."""
    metrics = ", ".join(f"`{metric.value}`" for metric in Metric)
    return page(
        "Configuration",
        "In `zoo.toml` of the working folder, or else in the table `[tool.zoo]` of its "
        "`pyproject.toml`. An option of a command comes before a setting, and a setting before the "
        "default; of the index, `$ZOO_INDEX` comes between the two. An unknown key and a value of "
        "the wrong kind are errors. Paths are relative to the working folder.",
        "```toml\n"
        'index = "docs/models"\nbudget = 2000\n\n'
        '[datasets]\nImageNet = "/data/imagenet"\n\n'
        "[tolerances.top-1]\nabsolute = 0.05\n```",
        table(("key", "type", "default", "meaning"), schema_tables.settings()),
        f"Metrics are {metrics}.",
        "Whoever may change this file may have code run (`trust-python`) and failures be borne "
        "(`baseline`, `tolerances`): have changes of it reviewed. "
        "[The JSON Schema](schemas/config.json) lets an editor check it.",
    )


def sections(
    catalog: Catalog[Any], before: str = "", also: Callable[[Any], str] | None = None
) -> Iterator[str]:
    """Yield a section for each member of a catalog: what its module says of itself."""
    for name, member in catalog.items():
        yield f"### {before}{name}"
        if also:
            yield also(member)
        yield described(catalog, name)


def described(catalog: Catalog[Any], name: str) -> str:
    """Return the docstring of an extension's module as Markdown."""
    text = catalog.docstring(name).replace("``", "`")
    return re.sub(r"(?<!<)https?://[^\s),`]*[^\s),.:`]", r"<\g<0>>", text)


def headline(catalog: Catalog[Any], name: str) -> str:
    """Return the first line of an extension's docstring, without its full stop."""
    return described(catalog, name).partition("\n")[0].removesuffix(".")


if __name__ == "__main__":
    main()
