"""Chromium, as it is installed on this machine, and pages of Runs to open in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from zoo.evidence import from_json
from zoo.reports import Style, html
from zoo.run import Run

GOLDENS = Path(__file__).parents[1] / "goldens"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
Open = Callable[..., Page]


def installed() -> str | None:
    """Return the path of $CHROMIUM, or of the first browser that is found."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium, for all tests."""
    path = installed()
    if path is None:
        pytest.skip("no Chromium is installed: apt-get install chromium, or name it by $CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def run() -> Run:
    """A Run with every verdict, and with names that try to be more than names."""
    return from_json((GOLDENS / "run.json").read_text(encoding="utf-8"), "run.json")


class Watched:
    """What a page did that it should not have done."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.requests: list[str] = []

    def watch(self, page: Page) -> None:
        """Note errors, warnings, dialogs and requests of a page."""
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._dialog)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("popup", lambda popup: self.complaints.append(f"opened {popup.url}"))

    def _dialog(self, dialog: object) -> None:
        self.complaints.append(f"dialog: {dialog}")
        dialog.dismiss()  # type: ignore[attr-defined]


@pytest.fixture
def watched() -> Watched:
    """What the pages of a test did; the test fails where that is more than being shown."""
    return Watched()


@pytest.fixture
def open_page(chromium: Browser, watched: Watched, tmp_path: Path) -> Iterator[Open]:
    """Open the page of a Run, with options for the browser's context."""
    contexts = []

    def open_it(run: Run, fragment: str = "", **options: object) -> Page:
        path = tmp_path / "report.html"
        path.write_text(html.render(run, Style())["report.html"], encoding="utf-8")
        context = chromium.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        watched.watch(page)
        page.goto(path.as_uri() + fragment)
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert watched.complaints == []
    assert {url for url in watched.requests if not url.startswith("data:,")} <= {
        (tmp_path / "report.html").as_uri()
    }
