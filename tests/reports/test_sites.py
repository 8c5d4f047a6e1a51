"""What documentation sites make of the pages: built strictly, by the builders themselves."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import html5lib
import pytest
import yaml

from tests.reports.hostile import BENIGN, TEXTS, run_of
from zoo import escape
from zoo.evidence import from_json
from zoo.findings import Verdict
from zoo.reports import REPORTS, Style, standing
from zoo.reports._again import command
from zoo.run import Run

GOLDENS = Path(__file__).parents[1] / "goldens"
MKDOCS = """\
site_name: zoo
theme: {name: material, font: false, features: [navigation.prune]}
markdown_extensions: [attr_list, admonition, def_list, footnotes, md_in_html, tables, toc,
  pymdownx.betterem, pymdownx.details, pymdownx.superfences, pymdownx.tilde, pymdownx.tasklist]
plugins: []
"""
SPHINX = """\
extensions = ["myst_parser"]
myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "dollarmath", "substitution"]
"""
Pages = Mapping[str, str]
Build = Callable[[Pages, Path], Path]


@pytest.fixture(scope="module")
def run() -> Run:
    return from_json((GOLDENS / "run.json").read_text(encoding="utf-8"), "run.json")


def site_of(run: Run) -> Pages:
    return REPORTS["markdown"].render(run, Style())


def written(pages: Pages, folder: Path) -> Path:
    for name, text in pages.items():
        place = folder / "docs" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return folder / "docs"


def call(*arguments: object, folder: Path) -> None:
    """Run a builder; what it prints is a warning."""
    quiet = {"NO_MKDOCS_2_WARNING": "1", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        cwd=folder,
        env=os.environ | quiet,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def mkdocs(pages: Pages, folder: Path) -> Path:
    written(pages, folder)
    (folder / "mkdocs.yml").write_text(MKDOCS)
    call("mkdocs", "build", "--strict", "--quiet", "--no-directory-urls", folder=folder)
    return folder / "site"


def sphinx(pages: Pages, folder: Path) -> Path:
    docs = written(pages, folder)
    (docs / "conf.py").write_text(SPHINX)
    call("sphinx", "-W", "--keep-going", "-n", "-q", "docs", "site", folder=folder)
    return folder / "site"


@pytest.mark.parametrize("build", [mkdocs, sphinx])
def test_the_pages_build_without_a_warning(run: Run, build: Build, tmp_path: Path) -> None:
    pages = site_of(run)
    site = build(pages, tmp_path)
    for name in pages:
        if name.endswith(".md"):
            assert (site / name).with_suffix(".html").is_file()
    tiny = html5lib.parse((site / "models/tiny.html").read_bytes(), namespaceHTMLElements=False)
    (description,) = (
        each.get("content") for each in tiny.iter("meta") if each.get("name") == "description"
    )
    told = "2 FAIL, 1 UNDECIDED, 1 SKIP, 4 PASS (2 known)"
    assert description == f"Is what is published of tiny true? {told}"
    index = html5lib.parse((site / "index.html").read_bytes(), namespaceHTMLElements=False)
    shown = {
        (site / source).name: each.get("alt")
        for each in index.iter("img")
        if (source := each.get("src")).endswith(".svg")
    }
    assert set(shown) == {Path(name).name for name in pages if name.endswith(".svg")}
    assert shown["accuracy-flops.svg"].endswith("2 FAIL, 1 ERROR, 1 SKIP, 1 PASS. 1 model without"
                                                " both claims: not shown.")  # fmt: skip


def many(texts: Iterable[str]) -> Run:
    """Return a Run with a model for each text, which has it in every field."""
    runs = [run_of(text) for text in texts]
    subjects = [replace(run.subjects[0], collection=run.subjects[0].model) for run in runs]
    findings = tuple(finding for run in runs for finding in run.findings)
    outdated = tuple(entry for run in runs for entry in run.outdated)
    return replace(runs[0], subjects=tuple(subjects), findings=findings, outdated=outdated)


def content(page: Path) -> tuple[list[tuple[str, tuple[str, ...]]], Counter[str], str]:
    """Return the elements of a page's content, those of all of it that matter, and its heading."""
    root = html5lib.parse(page.read_bytes(), namespaceHTMLElements=False)
    active = ("script", "img", "svg", "iframe", "object", "form", "input", "style", "math")
    for each in root.iter():
        assert not any(name.lower().startswith("on") for name in each.attrib)
        assert not each.get("href", "").lower().startswith(("javascript:", "mailto:"))
    (main,) = (
        each
        for each in root.iter()
        if each.tag == "article" or (each.get("role") == "main" and each.tag == "div")
    )
    typeset = {"code", "span", "tt"}  # what has a pipe or a backtick is no code
    shape = [(e.tag, tuple(sorted(e.attrib))) for e in main.iter() if e.tag not in typeset]
    heading = next(main.iter("h1"))
    words = " ".join("".join(heading.itertext()).split()).removesuffix("¶")
    return shape, Counter(e.tag for e in root.iter() if e.tag in active), words


def plain(text: str) -> str:
    """Return text without the typography that Sphinx gives to words, though not to code."""
    for typeset, typed in (("[“”]", '"'), ("[‘’]", "'"), ("[–—]", "-"), ("…", "...")):
        text = re.sub(typeset, typed, text)
    return re.sub("-+", "-", re.sub(r"""\\(?=[\\"'.`-])""", "", text))


NAUGHTY = {name: text for name, text in TEXTS.items() if name.startswith("naughty")}
NAMED = {name: text for name, text in TEXTS.items() if name not in NAUGHTY and text.split()}


@pytest.mark.slow
@pytest.mark.parametrize("texts", [NAMED, NAUGHTY], ids=["named", "naughty"])
@pytest.mark.parametrize("build", [mkdocs, sphinx])
def test_no_text_is_more_than_text_on_a_site(
    build: Build, texts: Mapping[str, str], tmp_path: Path
) -> None:
    run = many(dict.fromkeys([BENIGN, *filter(str.split, texts.values())]))
    names = [subject.model for subject in run.subjects]
    files = escape.file_names(sorted(names), ("index", "readme"))
    site = build(site_of(run), tmp_path)
    index = html5lib.parse((site / "index.html").read_bytes(), namespaceHTMLElements=False)
    places = {len(row) for row in index.iter("tr")}
    assert places == {4, 7, 9}  # of entries of the baseline, of collections, of models
    for folder in ("models", "collections"):
        shape, active, _ = content(site / folder / "benign.html")
        for name in names:
            found, acting, heading = content(site / folder / f"{files[name]}.html")
            assert found == shape, name
            assert acting == active, name
            told = " ".join(escape.terminal(escape.short(name, 200)).split())
            assert plain(heading) == plain(told), name


def test_every_link_leads_to_a_page_that_is_there(run: Run) -> None:
    pages = site_of(run)
    for name, text in pages.items():
        if name.endswith(".md"):
            body = text.split("\n---\n")[1]
            for link in re.findall(r"\]\(([^)]*\.(?:md|svg))\)", body):
                assert os.path.normpath(Path(name).parent / link) in pages


def test_pages_of_models_and_collections_never_share_a_file(run: Run) -> None:
    names = ("a/b", "a-b", "A-B", "index", "README", "con", "..", "x" * 300, "x" * 301, "é", "è")
    finding = run.findings[0]
    subject = run.subjects[0]
    pages = site_of(
        replace(
            run,
            findings=tuple(replace(finding, model=name) for name in names),
            subjects=tuple(replace(subject, model=name, collection=name) for name in names),
        )
    )
    for folder in ("models", "collections"):
        own = [name.removeprefix(f"{folder}/") for name in pages if name.startswith(folder)]
        assert len({name.casefold() for name in own}) == len(names)
        assert not {"index.md", "readme.md", "con.md"} & {name.casefold() for name in own}
        assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,140}", name) for name in own)


def test_models_stand_by_their_gravest_verdict_and_then_by_name(run: Run) -> None:
    index = site_of(run)["index.md"]
    table = index[index.index("## Models") :]
    assert re.findall(r"models/([\w.-]+)\.md", table) == [
        "timm-wide",
        "tiny",
        "evil--b--x--https---evil.example----31m---error--",
        "lab-narrow",
        "timm-deep",
        "timm-small",
    ]


def test_every_claim_is_on_the_page_of_its_model(run: Run) -> None:
    pages = site_of(run)
    for verdict in Verdict:
        finding = next(f for f in run.findings if (f.verdict is verdict and f.model == "tiny")
                       or f.verdict is Verdict.ERROR is verdict)  # fmt: skip
        page = pages[f"models/{escape.file_name(finding.model)}.md"]
        assert f"{standing(finding)} | {finding.what} |" in page


def test_front_matter_is_yaml_whatever_the_name_is() -> None:
    for text in filter(str.split, TEXTS.values()):
        page = site_of(run_of(text))[f"models/{escape.file_name(text)}.md"]
        own = yaml.safe_load(page.split("\n---\n")[0])
        assert "<" not in own["title"] + own["description"]
        json.dumps(own)


def test_a_run_of_no_findings_is_a_site_of_one_page(run: Run) -> None:
    assert list(site_of(replace(run, subjects=(), findings=()))) == ["index.md"]


def test_without_a_folder_all_is_one_page(run: Run) -> None:
    (page,) = REPORTS["markdown"].render(run, Style(folder=False)).values()
    assert page.startswith("# Reproducibility report\n")
    assert not re.search(r"\.(md|svg)\)", page.replace("x.md", ""))
    assert page.count("\n## ") == 7


def test_an_option_in_a_hint_is_code_since_sites_make_one_dash_of_two(run: Run) -> None:
    assert "→ `--dataset 'ImageNet=PATH'`" in site_of(run)["models/timm-deep.md"]


def test_a_command_is_read_back_by_a_shell_as_it_was() -> None:
    texts = [text for text in TEXTS.values() if not re.search("[\0\ud800-\udfff]", text)]
    texts.append(os.fsdecode(b"a name\xffthat is no UTF-8"))
    lines = [command(["printf", "%s\\0", text]) for text in texts]
    assert not re.search("[\n`]|{{", "".join(lines))
    script = "\n".join(lines).encode()
    done = subprocess.run(
        ["bash"], input=script, env={"LC_ALL": "C.UTF-8"}, capture_output=True, check=True
    )
    assert os.fsdecode(done.stdout).split("\0")[:-1] == texts
