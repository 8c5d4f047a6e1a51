"""The built site: whole in itself, with nothing asked of other hosts, and good to read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

import lxml.html
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from scripts.site_hooks import mended
from zoo.schemas import load

# What a browser fetches by itself, where a link only leads when it is followed.
FETCHED = dict.fromkeys("audio embed iframe img input script source track video".split(), "src")
FETCHED |= {"object": "data", "use": "href", "image": "href"}
FETCHED_LINKS = {"stylesheet", "icon", "preload", "preconnect", "dns-prefetch", "manifest"}
# The theme's own: the search has no name, nor has each block of code with its button to copy.
BORNE = {"aria-dialog-name", "landmark-unique"}
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1440, "height": 900}
SHOWN = ["", "start/", "reference/commands/", "reference/schemas/", "rules/", "report/", "flops/"]


@pytest.mark.parametrize(
    ("text", "place", "repository", "becomes"),
    [
        ("[a](b.md) [c](../docs/b.md#d)", "x.md", "", "[a](b.md) [c](../docs/b.md#d)"),
        ("[the README](../README.md#on)", "x.md", "", "the README"),
        ("[`a[0]`](../README.md)", "x.md", "", "`a[0]`"),
        ("[a](../zoo/run.py)", "x.md", "https://e.org/o/zoo/",
         "[a](https://e.org/o/zoo/blob/main/zoo/run.py)"),
        ("[a](../flops.md)", "reference/x.md", "", "[a](../flops.md)"),
        ("[a](../../README.md#b)", "reference/x.md", "https://e.org/o/zoo",
         "[a](https://e.org/o/zoo/blob/main/README.md#b)"),
    ],
)  # fmt: skip
def test_a_link_out_of_the_docs_leads_to_the_repository_or_is_its_text(
    text: str, place: str, repository: str, becomes: str
) -> None:
    assert mended(text, place, repository) == becomes


@pytest.mark.parametrize("target", ["../zoo/none.py", "../../etc/passwd"])
def test_a_link_to_a_file_that_is_not_there_is_a_warning(
    target: str, caplog: pytest.LogCaptureFixture
) -> None:
    mended(f"[a]({target})", "x.md", "")
    assert [record.levelname for record in caplog.records] == ["WARNING"]


@pytest.fixture(scope="module")
def parsed(site: Path) -> dict[Path, Any]:
    """Every page of the site by its file, as a tree."""
    return {path: lxml.html.parse(str(path)).getroot() for path in sorted(site.rglob("*.html"))}


def fetched(tree: Any) -> Iterator[str]:
    for element in tree.iter():
        if element.tag in FETCHED and FETCHED[element.tag] in element.attrib:
            yield element.attrib[FETCHED[element.tag]]
        if element.tag == "link" and set(element.attrib["rel"].split()) & FETCHED_LINKS:
            yield element.attrib["href"]
        if element.tag == "style" or "style" in element.attrib:
            css = element.text or "" if element.tag == "style" else element.attrib["style"]
            yield from addresses(css)


def addresses(css: str) -> list[str]:
    return [one.strip("'\" ") for one in re.findall(r"url\(([^)]*)\)|@import\s+['\"]", css)]


@pytest.mark.slow
def test_no_page_fetches_anything_from_another_host(site: Path, parsed: dict[Path, Any]) -> None:
    assert len(parsed) > 250
    asked = {url for tree in parsed.values() for url in fetched(tree)}
    asked |= {url for css in site.rglob("*.css") for url in addresses(css.read_text("utf-8"))}
    assert any(url.endswith(".svg") for url in asked)
    elsewhere = {url for url in asked if urlsplit(url).netloc or urlsplit(url).scheme}
    assert {url for url in elsewhere if not url.startswith("data:")} == set()


@pytest.mark.slow
def test_every_link_within_the_site_leads_to_a_page_and_a_place_on_it(
    site: Path, parsed: dict[Path, Any]
) -> None:
    places = {
        path: {*tree.xpath("//@id"), *tree.xpath("//a/@name")} for path, tree in parsed.items()
    }
    broken, followed = set(), 0
    for page, tree in parsed.items():
        for url in {*tree.xpath("//a/@href"), *fetched(tree)}:
            parts = urlsplit(url)
            if parts.scheme or parts.netloc:
                continue
            base = site if parts.path.startswith("/") else page.parent
            target = (base / unquote(parts.path).lstrip("/")).resolve() if parts.path else page
            target = target / "index.html" if target.is_dir() else target
            followed += 1
            there = target.is_relative_to(site) and target.is_file()
            if not there or not {unquote(parts.fragment)} <= places.get(target, set()) | {""}:
                broken.add((str(page.relative_to(site)), url))
    assert broken == set()
    assert followed > 5_000


@pytest.mark.slow
def test_the_schemas_can_be_had_from_the_site(site: Path) -> None:
    served = json.loads((site / "reference" / "schemas" / "run.json").read_text("utf-8"))
    assert served == load("run")


@pytest.mark.slow
def test_the_search_knows_the_reference_and_not_a_page_of_each_model(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text("utf-8"))
    found = {entry["location"] for entry in index["docs"]}
    assert {"rules/#near-chance", "reference/commands/#zoo-verify", "report/"} <= found
    assert not [place for place in found if place.startswith("report/models/")]


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where a server on this machine serves the site."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(chromium: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page in a browser; the test fails where it asks another host, or complains."""
    context = chromium.new_context(**getattr(request, "param", {}))
    asked: list[str] = []
    complaints: list[str] = []
    page = context.new_page()
    page.on("request", lambda sent: asked.append(sent.url))
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert {url for url in asked if not url.startswith((address, "data:", "blob:"))} == set()
    assert complaints == []


@pytest.mark.browser
@pytest.mark.parametrize("page", [{"viewport": PHONE}, {"viewport": DESK}], indirect=True)
@pytest.mark.parametrize("name", SHOWN)
def test_a_page_is_no_wider_than_its_window_and_asks_no_other_host(
    page: Page, address: str, name: str
) -> None:
    page.goto(address + name, wait_until="networkidle")
    assert page.locator("h1").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.browser
def test_the_search_finds_a_rule(page: Page, address: str) -> None:
    page.goto(address, wait_until="networkidle")
    page.locator("input.md-search__input").click()
    page.keyboard.type("near-chance")
    result = page.locator(".md-search-result__link[href$='#near-chance']").first
    result.wait_for()
    result.click()
    page.wait_for_url(re.compile(r"/rules/.*near-chance"))


@pytest.mark.browser
@pytest.mark.parametrize(
    ("page", "scheme"),
    [({"color_scheme": "light"}, "default"), ({"color_scheme": "dark"}, "slate")],
    indirect=["page"],
)
def test_the_site_is_light_or_dark_as_the_system_is(page: Page, address: str, scheme: str) -> None:
    page.goto(address, wait_until="networkidle")
    assert page.locator("body").get_attribute("data-md-color-scheme") == scheme


@pytest.mark.browser
@pytest.mark.parametrize(
    "page", [{"color_scheme": "light"}, {"color_scheme": "dark"}], indirect=True, ids=str
)
@pytest.mark.parametrize("name", ["", "reference/commands/", "reference/schemas/", "rules/"])
def test_axe_finds_nothing_beyond_what_is_the_themes(page: Page, address: str, name: str) -> None:
    page.goto(address + name, wait_until="networkidle")
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["id"] not in BORNE] == []
