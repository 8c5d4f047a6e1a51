"""The page of a Run in a real browser: seen, heard, searched, sorted, sent on, and attacked."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.reports.hostile import TEXTS, run_of
from zoo.findings import Verdict
from zoo.reports import html
from zoo.run import Run

pytestmark = pytest.mark.browser
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def listed(page: Page) -> list[str]:
    """Return the names of the models that are seen."""
    return page.locator("#models > tbody:visible summary").all_inner_texts()


def total(run: Run) -> int:
    return len({finding.model for finding in run.findings})


def with_verdict(run: Run, verdict: Verdict) -> int:
    return len({finding.model for finding in run.findings if finding.verdict is verdict})


def hundreds(run: Run, models: int) -> Run:
    """Return a Run of so many models, every tenth of them with a FAIL."""
    wrong = next(f for f in run.findings if f.verdict is Verdict.FAIL)
    held = next(f for f in run.findings if f.verdict is Verdict.PASS)
    found = [
        replace(held if number % 10 else wrong, model=f"net{number}") for number in range(models)
    ]
    return replace(run, findings=tuple(found), subjects=())


def press_until(page: Page, selector: str, key: str = "Tab", most: int = 60) -> None:
    """Press a key until the focus is on an element, as someone without a mouse does."""
    for _ in range(most):
        page.keyboard.press(key)
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{most} times {key} do not lead to {selector}")


def test_a_reader_first_sees_what_was_tested_when_and_what_came_of_it(
    run: Run, open_page: Open
) -> None:
    page = open_page(run, viewport=WIDE)
    top = page.locator("header").inner_text()
    assert f"{total(run)} models" in top
    assert "2026-01-02 03:04:05 UTC" in top
    assert f"zoo {run.version}" in top
    fails = run.summary["fail"]
    name = re.compile(f"FAIL {fails} findings? of {with_verdict(run, Verdict.FAIL)} models?")
    expect(page.get_by_role("button", name=name)).to_be_in_viewport()


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_button_of_a_verdict_shows_the_models_that_have_it(
    run: Run, open_page: Open, verdict: Verdict
) -> None:
    page = open_page(run)
    button = page.locator(f"#verdicts button[value={verdict}]")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert len(listed(page)) == with_verdict(run, verdict)
    if with_verdict(run, verdict) < total(run):
        expect(page.get_by_role("status")).to_have_text(
            f"{with_verdict(run, verdict)} of {total(run)} models"
        )
    button.click()
    assert len(listed(page)) == total(run)


def test_two_verdicts_show_the_models_that_have_either(run: Run, open_page: Open) -> None:
    page = open_page(run)
    for verdict in ("UNDECIDED", "ERROR"):
        page.click(f"#verdicts button[value={verdict}]")
    either = {f.model for f in run.findings if f.verdict in (Verdict.UNDECIDED, Verdict.ERROR)}
    assert len(listed(page)) == len(either)


def test_a_search_finds_models_collections_metrics_and_messages(run: Run, open_page: Open) -> None:
    found = replace(run.findings[0], model="alpha", message="quite singular")
    other = replace(run.findings[0], model="beta", metric="layers")
    subject = replace(run.subjects[0], model="alpha", collection="Greek Letters")
    failed = replace(found, verdict=Verdict.FAIL)
    page = open_page(replace(run, findings=(failed, other), subjects=(subject,)))
    for words, models in {
        "alpha": ["alpha"],
        "ALPHA": ["alpha"],
        "greek": ["alpha"],
        "layers": ["beta"],
        "singular quite": ["alpha"],
        "beta singular": [],
        "a": ["alpha", "beta"],
    }.items():
        page.get_by_role("searchbox").fill(words)
        assert listed(page) == models, words
    page.get_by_role("searchbox").fill("nothing like it")
    expect(page.get_by_text("No model matches.")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("0 of 2 models")


def test_a_search_among_failures_looks_at_the_failing_claims(run: Run, open_page: Open) -> None:
    one = run.findings[0]
    wrong = replace(one, verdict=Verdict.FAIL, metric="top-1")
    page = open_page(replace(run, findings=(wrong, replace(one, metric="layers")), subjects=()))
    page.click("#verdicts button[value=FAIL]")
    page.get_by_role("searchbox").fill("layers")
    assert listed(page) == []
    page.get_by_role("searchbox").fill("top-1")
    assert listed(page) == [one.model]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_what_the_baseline_knows_is_marked_found_and_explained(
    run: Run, open_page: Open, packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if packed:
        monkeypatch.setattr(html, "UNPACKED", 0)
    page = open_page(run)
    known = {finding.model for finding in run.findings if finding.known}
    page.get_by_role("button", name="known 4 findings of 3 models").click()
    assert set(listed(page)) == known
    page.get_by_role("searchbox").fill("nobody has trusted")
    assert listed(page) == [f.model for f in run.findings if f.known and f.verdict is Verdict.ERROR]
    page.locator("#models summary").first.click()
    expect(page.locator(".more:visible")).to_contain_text("known: nobody has trusted its code yet")
    outdated = page.get_by_role("region", name="Outdated in the baseline")
    expect(outdated.get_by_role("listitem")).to_have_count(len(run.outdated))


def test_columns_sort_both_ways_and_say_so(run: Run, open_page: Open) -> None:
    page = open_page(hundreds(run, 30))
    for name in ("Model", "Collection", "Verdict", "Wrong claims", "Greatest deviation"):
        head = page.get_by_role("columnheader", name=name)
        before = head.get_attribute("aria-sort")
        head.get_by_role("button").click()
        after = head.get_attribute("aria-sort")
        assert after in ("ascending", "descending")
        assert after != before
        assert page.locator("#models > thead [aria-sort]").count() == 1
    page.get_by_role("columnheader", name="Model").get_by_role("button").click()
    assert listed(page) == [f"net{number}" for number in range(30)]
    page.get_by_role("columnheader", name="Model").get_by_role("button").click()
    assert listed(page) == [f"net{number}" for number in reversed(range(30))]


def test_all_can_be_done_with_the_keyboard_alone(run: Run, open_page: Open) -> None:
    page = open_page(run)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the models")).to_be_focused()
    press_until(page, "#verdicts button[value=UNDECIDED]")
    page.keyboard.press("Space")
    assert len(listed(page)) == with_verdict(run, Verdict.UNDECIDED)
    press_until(page, "#words")
    page.keyboard.type("no such model")
    assert listed(page) == []
    press_until(page, "button[type=reset]")
    page.keyboard.press("Enter")
    assert len(listed(page)) == total(run)
    press_until(page, "#models > thead button")
    page.keyboard.press("Enter")
    assert page.locator("th[aria-sort=ascending]").inner_text() == "Model"
    press_until(page, "#models summary")
    assert page.locator(".more:visible").count() == 0
    page.keyboard.press("Enter")
    expect(page.locator(".more:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".more:visible")).to_have_count(0)


def test_the_skip_link_leads_to_the_models_and_loses_no_filter(run: Run, open_page: Open) -> None:
    page = open_page(run, "#verdict=UNDECIDED")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#models")).to_be_focused()
    assert len(listed(page)) == with_verdict(run, Verdict.UNDECIDED)


def test_whatever_has_the_focus_shows_it(run: Run, open_page: Open) -> None:
    page = open_page(run)
    seen = set()
    for _ in range(16):
        page.keyboard.press("Tab")
        tag, style, width = page.evaluate(
            "() => { const focused = document.activeElement, style = getComputedStyle(focused);"
            " return [focused.tagName, style.outlineStyle, parseFloat(style.outlineWidth)]; }"
        )
        seen.add(tag)
        assert style != "none", tag
        assert width >= 2, tag
    assert {"A", "BUTTON", "INPUT", "SUMMARY"} <= seen


def test_a_filtered_view_can_be_sent(run: Run, open_page: Open) -> None:
    page = open_page(run)
    page.click("#verdicts button[value=FAIL]")
    page.get_by_role("searchbox").fill("flops")
    page.get_by_role("columnheader", name="Model").get_by_role("button").click()
    page.locator("#models summary").first.click()
    page.wait_for_url(re.compile("open="))
    fragment = "#" + page.url.partition("#")[2]
    models = listed(page)
    sent = open_page(run, fragment)
    assert listed(sent) == models
    expect(sent.locator("#verdicts button[value=FAIL]")).to_have_attribute("aria-pressed", "true")
    expect(sent.get_by_role("searchbox")).to_have_value("flops")
    expect(sent.locator("th[aria-sort=ascending]")).to_have_text("Model")
    expect(sent.locator(".more:visible")).to_have_count(1)


def test_an_address_that_is_changed_by_hand_is_obeyed_and_any_other_is_borne(
    run: Run, open_page: Open
) -> None:
    page = open_page(run, "#verdict=NONE&sort=-x&open=nobody&y")
    assert len(listed(page)) == total(run)
    page.evaluate("location.hash = 'verdict=UNDECIDED'")
    expect(page.get_by_role("status")).to_contain_text(" of ")
    assert len(listed(page)) == with_verdict(run, Verdict.UNDECIDED)
    page.evaluate("location.hash = ''")
    expect(page.get_by_role("status")).not_to_contain_text(" of ")


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_complain_of(
    run: Run, open_page: Open, scheme: str, viewport: dict[str, int]
) -> None:
    """Names, roles, landmarks, contrasts and sizes of targets, by WCAG 2.2 AA."""
    page = open_page(run, viewport=viewport, color_scheme=scheme)
    page.locator("#plots > summary").click()
    for summary in page.locator("#models summary").all():
        summary.click()
    page.click("#verdicts button[value=FAIL]")
    page.locator("button[type=reset]").hover()
    results = Axe().run(page, options=AXE)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("width", [320, 768, 800, 1025, 1280])
def test_no_page_scrolls_sideways(run: Run, open_page: Open, width: int) -> None:
    long = replace(run.findings[1], model="x" * 300, message="y" * 300)
    page = open_page(
        replace(run, findings=(*run.findings, long)), viewport={"width": width, "height": 700}
    )
    page.locator("#plots > summary").click()
    for summary in page.locator("#models summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    sticking = page.evaluate(
        "(width) => [...document.querySelectorAll('td, th, dd, li, button')].filter((each) =>"
        " each.checkVisibility() && each.getBoundingClientRect().right > width + 1).length",
        width,
    )
    assert sticking == 0


def test_the_ground_follows_the_scheme_of_the_reader(run: Run, open_page: Open) -> None:
    def ground(scheme: str) -> int:
        page = open_page(run, color_scheme=scheme)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(map(int, re.findall(r"\d+", colour)[:3]))

    assert ground("dark") < 150
    assert ground("light") > 700


def test_on_paper_there_are_no_controls_and_what_was_open_is_there(
    run: Run, open_page: Open
) -> None:
    page = open_page(run)
    page.locator("#models summary").first.click()
    page.emulate_media(media="print")
    expect(page.locator("#filter")).to_be_hidden()
    expect(page.locator(".more:visible")).to_have_count(1)


def test_everything_can_be_read_where_no_script_runs(run: Run, open_page: Open) -> None:
    page = open_page(run, java_script_enabled=False)
    assert len(listed(page)) == total(run)
    expect(page.locator("#filter")).to_be_hidden()
    assert page.get_by_role("button").count() == 0
    page.locator("#models summary").first.click()
    expect(page.locator(".more:visible")).to_have_count(1)
    assert "Evidence" in page.locator(".more:visible").inner_text()


def test_pictures_are_drawn_with_names(run: Run, open_page: Open) -> None:
    page = open_page(run)
    page.locator("#plots > summary").click()
    pictures = page.get_by_role("img").all()
    assert pictures
    for picture in pictures:
        assert picture.locator("title").first.text_content()
        box = picture.bounding_box()
        assert box
        assert box["width"] > 100
    marks = page.locator(".zoo-plot use").all()
    assert marks
    for mark in marks:
        expect(mark).to_have_css("visibility", "visible")
        assert mark.evaluate("(each) => getComputedStyle(each.parentNode).clipPath") == "none"
    ground = page.locator(".zoo-plot .ground").first
    assert ground.evaluate("(each) => getComputedStyle(each).color") == "rgb(255, 255, 255)"


ATTACKS = [name for name in TEXTS if "naughty" not in name and TEXTS[name]]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_no_text_in_any_field_does_anything_in_a_browser(
    open_page: Open, packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if packed:
        monkeypatch.setattr(html, "UNPACKED", 0)
    runs = [run_of(TEXTS[name]) for name in ATTACKS]
    everything = replace(
        runs[0],
        subjects=tuple(subject for each in runs for subject in each.subjects),
        findings=tuple(finding for each in runs for finding in each.findings),
        outdated=tuple(entry for each in runs for entry in each.outdated),
    )
    page = open_page(everything, "#search=<img src=x onerror=alert(1)>&sort=<b>&open=<svg onload>")
    page.locator("button[type=reset]").click()
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    models = {finding.model for finding in everything.findings}
    expect(page.locator(".more")).to_have_count(len(models))
    assert page.evaluate("document.querySelectorAll('img, iframe, object, a').length") == 1
    page.get_by_role("searchbox").fill("alert(1)")
    assert 0 < len(listed(page)) < len(models)


def test_many_models_are_packed_and_all_the_same_open_search_and_sort(
    run: Run, open_page: Open
) -> None:
    page = open_page(hundreds(run, html.UNPACKED + 1), "#open=net10")
    wrong = next(f for f in run.findings if f.verdict is Verdict.FAIL)
    expect(page.locator(".more:visible")).to_have_count(1)
    expect(page.locator("#unscripted")).to_have_count(0)
    assert wrong.message in page.locator(".more:visible").inner_text()
    page.get_by_role("searchbox").fill(wrong.message)
    expect(page.get_by_role("status")).to_have_text("101 of 1,001 models")
    page.get_by_role("searchbox").fill("")
    expect(page.get_by_role("status")).to_have_text(
        "1,001 models, of which the first 300 are listed"
    )
    assert len(listed(page)) == 300
    page.get_by_role("button", name="List more").click()
    assert len(listed(page)) == 600
    expect(page.locator("#models summary").nth(300)).to_be_focused()
    head = page.get_by_role("columnheader", name="Model")
    head.get_by_role("button").click()
    assert listed(page)[:2] == ["net0", "net1"]
    page.locator("#models summary").nth(1).click()
    expect(page.locator("#models > tbody:visible").nth(1).locator(".more")).to_be_visible()


def test_without_a_script_many_models_are_a_table_that_says_how_to_see_more(
    run: Run, open_page: Open
) -> None:
    page = open_page(hundreds(run, html.UNPACKED + 1), java_script_enabled=False)
    assert len(listed(page)) == html.UNPACKED + 1
    expect(page.get_by_text("zoo report --format markdown")).to_be_visible()


def test_a_run_without_findings_makes_a_page(run: Run, open_page: Open) -> None:
    page = open_page(replace(run, findings=(), subjects=()))
    expect(page.get_by_role("status")).to_have_text("0 models")
