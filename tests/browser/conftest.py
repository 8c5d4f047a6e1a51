"""Pages of Runs, to open in Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from zoo.evidence import from_json
from zoo.reports import Style, html
from zoo.run import Run

GOLDENS = Path(__file__).parents[1] / "goldens"
Open = Callable[..., Page]


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
