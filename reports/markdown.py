"""Pages for a documentation site: an index, a page a collection, a page a model, and pictures.

MkDocs, Sphinx with MyST and GitHub show the same pages; their templates lie in ``site/``. Every
value is escaped where a template puts it in, by the environment's ``finalize``; only what this
module itself writes as markup passes as it is. Where there is no folder, all is one page.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from zoo import escape
from zoo.findings import Verdict
from zoo.plots import plots
from zoo.reports import Report, Style, _pages, _words, known_of
from zoo.reports._models import environment
from zoo.run import Run

MARKS = {
    Verdict.PASS: "✅",
    Verdict.FAIL: "❌",
    Verdict.UNDECIDED: "❔",
    Verdict.ERROR: "⚠️",
    Verdict.SKIP: "➖",
}
LONGEST_NAME, LONGEST = 200, 4000  # characters that a reader of a page may want to see
Write = Callable[..., str]
_TYPOGRAPHY = re.compile(r"""--|\.\.\.|['"]""")
_OPTION = re.compile(r"(?<!\S)--[a-z][a-z-]*(?: '[\w=.-]+')?")


def render(run: Run, style: Style) -> dict[str, str]:
    """Return ``index.md``, and the pages and pictures that it leads to, by their places."""
    pages = _pages.pages(run)
    everything = _pages.total(pages, run.outdated)
    write = _writer(run)
    if not style.folder:
        return {"report.md": write("report", models=pages, **everything)}
    groups = {each.name: each for each in _pages.collections(pages)}
    drawn = plots(run)
    index = {"by_name": groups, "collections": list(groups.values()), "plots": drawn}
    return {
        "index.md": write("index", models=pages, **index, **everything),
        **{f"collections/{each.file}.md": _of_collection(each, write) for each in groups.values()},
        **{f"models/{page.file}.md": _of_model(page, groups, write) for page in pages},
        **{f"plots/{name}.svg": f"{plot.svg}\n" for name, plot in drawn.items()},
    }


def _of_collection(each: _pages.Collection, write: Write) -> str:
    compared = _pages.compared(each.models)
    return write("collection", collection=each, compared=compared, **_pages.total(each.models))


def _of_model(page: _pages.Page, groups: Mapping[str, _pages.Collection], write: Write) -> str:
    own = groups.get(page.in_collection)
    return write("model", model=page, own=own, **_pages.total([page]))


def _writer(run: Run) -> Write:
    """Return what fills a template in, given its name and what it is about."""
    fixed = {
        "run": run,
        "environment": environment(run),
        "marks": MARKS,
        "verdicts": list(Verdict),
        "baseline": bool(run.outdated or known_of(run.findings)),
    }

    def write(template: str, **values: object) -> str:
        return _templates().get_template(f"{template}.md").render(fixed | values)

    return write


class _Markup(str):
    """Text that is Markdown already."""

    __slots__ = ()


def _text(value: Any) -> str:
    if isinstance(value, _Markup):
        return value
    return _Markup(escape.markdown(escape.short(str(value), LONGEST)))


def _name(text: str) -> str:
    """Return a name as it is; it is code where sites would mend its typography."""
    write = escape.code if _TYPOGRAPHY.search(text) else escape.markdown
    return _Markup(write(escape.short(text, LONGEST_NAME)) or "(no name)")


def _title(text: str) -> str:
    return _Markup(escape.code(escape.short(text, LONGEST_NAME)) or "(no name)")


def _code(text: str) -> str:
    return _Markup(escape.code(escape.short(text, LONGEST)))


def _value(text: str) -> str:
    """Return a value; a digest is code, of which the first digits are shown."""
    return _code(_words.in_short(text)) if text.startswith("sha256:") else text


def _evidence(text: str, what: str) -> str:
    return _code(text) if what in ("weights", "SHA-256") else text


def _prose(text: str) -> str:
    """Return a sentence in which options are code, since sites make one dash of two."""
    short = escape.short(text, LONGEST)
    ends = [0, *(end for match in _OPTION.finditer(short) for end in match.span()), len(short)]
    parts = [short[start:end] for start, end in pairwise(ends)]
    written = (
        f"{_blank(part, 0)}{_code(part) if number % 2 else _text(part)}{_blank(part, -1)}"
        for number, part in enumerate(parts)
        if part
    )
    return _Markup(" ".join("".join(written).split()))


def _blank(text: str, end: int) -> str:
    return " " if text[end].isspace() else ""


def _yaml(text: str) -> str:
    """Return a value for front matter: what JSON has for a text, YAML has too."""
    return _Markup(json.dumps(escape.line(escape.short(text, LONGEST_NAME)), ensure_ascii=False))


def _yaml_html(text: str) -> str:
    """Return a value that MkDocs puts into its page as it is."""
    return _yaml(html.escape(escape.short(text, LONGEST_NAME)))


@cache
def _templates() -> Environment:
    environment = Environment(  # noqa: S701  (autoescape is for HTML; finalize escapes Markdown)
        loader=FunctionLoader(_template),
        finalize=_text,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    own: Mapping[str, Callable[..., str]] = {
        "raw": _Markup,
        "name": _name,
        "title": _title,
        "code": _code,
        "value": _value,
        "evidence": _evidence,
        "prose": _prose,
        "yaml": _yaml,
        "yaml_html": _yaml_html,
    }
    environment.filters.update(own)
    return environment


def _template(name: str) -> str:
    """Return the text of a template, in which a backslash joins lines as it does in Python."""
    text = files("zoo.reports").joinpath("site", name).read_text(encoding="utf-8")
    return text.replace("\\\n", "")


REPORT = Report(render, many=True)
