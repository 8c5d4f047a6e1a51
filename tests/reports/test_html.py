"""The page holds all that a Run says, in its order, and lets a browser do nothing else."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import lxml.html
import pytest

from tests.reports.hostile import BENIGN, TEXTS, run_of
from zoo.evidence import from_json
from zoo.findings import Verdict
from zoo.reports import Style, html
from zoo.run import Run

GOLDENS = Path(__file__).parents[1] / "goldens"
MANY = 4


@pytest.fixture(scope="module")
def run() -> Run:
    """A Run with every verdict, and with names that try to be more than names."""
    return from_json((GOLDENS / "run.json").read_text(encoding="utf-8"), "run.json")


@pytest.fixture
def packing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the details of few models be packed already."""
    monkeypatch.setattr(html, "UNPACKED", MANY - 1)


def page(run: Run) -> str:
    return html.render(run, Style())["report.html"]


def parsed(text: str) -> Element:
    return html5lib.parse(text, namespaceHTMLElements=False)


def shape(text: str) -> Counter[object]:
    """Return how often each element occurs, with the names of its attributes."""
    elements = [each for each in parsed(text).iter() if isinstance(each.tag, str)]
    return Counter((each.tag, *sorted(each.attrib)) for each in elements)


def many(run: Run, models: int = MANY) -> Run:
    """Return a Run of so many models with the findings of one."""
    name = run.findings[0].model
    own = [finding for finding in run.findings if finding.model == name]
    named = [replace(f, model=f"{name}-{number}") for number in range(models) for f in own]
    subject = run.subjects[0]
    subjects = [replace(subject, model=f"{name}-{number}") for number in range(models)]
    return replace(run, findings=tuple(named), subjects=tuple(subjects))


def unpacked(text: str) -> list[tuple[str, list[list[str]]]]:
    (packed,) = [s.text for s in parsed(text).iter("script") if s.get("id") == "packed"]
    return json.loads(gzip.decompress(base64.b64decode(packed)))


def names(text: str) -> list[str]:
    return [each.text or "" for each in parsed(text).iterfind(".//th/details/summary")]


def test_models_with_a_failure_come_first(run: Run) -> None:
    verdicts = [body.get("data-v", "").split()[0] for body in parsed(page(run)).iter("tbody")
                if body.get("data-v")]  # fmt: skip
    order = ["FAIL", "ERROR", "UNDECIDED", "SKIP", "PASS"]
    assert verdicts == sorted(verdicts, key=order.index)
    assert len(verdicts) == len({finding.model for finding in run.findings})


def test_counts_are_those_of_the_run(run: Run) -> None:
    items = parsed(page(run)).findall(".//ul[@id='verdicts']/li")
    counted = {item.get("data-v"): int(item.findtext("strong", "")) for item in items}
    known = {"known": sum(finding.known is not None for finding in run.findings)}
    assert counted == {name.upper(): count for name, count in run.summary.items()} | known
    fails = next(item for item in items if item.get("data-v") == "FAIL")
    failing = {f.model for f in run.findings if f.verdict is Verdict.FAIL}
    assert f"of {len(failing)} model" in fails.findtext("span", "")


def test_every_claim_says_what_is_known_of_it(run: Run) -> None:
    wrong = next(f for f in run.findings if f.verdict is Verdict.FAIL and f.deviation)
    new = replace(wrong, cause={"kind": "c"}, hint="h", known=None)
    text = page(replace(run, findings=(new,)))
    row = next(each for each in parsed(text).iter("tr") if each.get("data-v") == "FAIL")
    cells = ["".join(cell.itertext()).strip() for cell in row]
    assert cells[:2] == [wrong.metric, "FAIL"]
    assert cells[2:4] == [f"{wrong.claimed:,}", f"{wrong.measured:,}"]
    assert cells[4] == f"{wrong.deviation:+,}"
    assert cells[5:] == ["±1 %", str(wrong.location)]
    told = "".join(parsed(text).itertext())
    for part in (wrong.message, "→ h", "cause: kind c", wrong.method):
        assert part in told


def test_a_claim_that_holds_says_under_what_it_does_and_many_texts_do_not(run: Run) -> None:
    drawn = next(f for f in run.findings if f.metric == "top-1")
    held = replace(drawn, verdict=Verdict.PASS, message="measured; 9 of 9 pictures", hint="")
    texts = [
        replace(held, metric="architecture", claimed=word, message=f"{word}; read as {word}")
        for word in ("ReLU", "Softmax")
    ]
    told = "".join(parsed(page(replace(run, findings=(held, *texts)))).itertext())
    assert "measured; 9 of 9 pictures" in told
    assert "read as" not in told


def test_the_weights_are_named_with_what_is_known_of_them(run: Run) -> None:
    subject = next(subject for subject in run.subjects if subject.weights)
    assert subject.weights is not None
    told = "".join(parsed(page(run)).itertext())
    for part in (subject.weights.url, subject.weights.digest.hex, "a label, not a proof"):
        assert part in told


def test_a_model_is_tested_again_by_the_command_that_is_shown(run: Run) -> None:
    one = run.findings[0]
    odd = replace(run, findings=(replace(one, model="-a b"),), arguments=("--budget", "9"))
    assert "zoo verify --budget 9 -- '-a b'" in "".join(parsed(page(odd)).itertext())
    own = replace(run.subjects[0], model=one.model, arguments=("--seed", "3"))
    merged = replace(run, findings=(one,), subjects=(own,))
    assert f"zoo verify --seed 3 {one.model}" in "".join(parsed(page(merged)).itertext())


def test_the_greatest_deviation_is_a_share_of_the_claim(run: Run) -> None:
    number = next(f for f in run.findings if f.metric == "flops")
    found = [
        replace(number, claimed=100, measured=101, deviation=1, metric="parameters"),
        replace(number, claimed=200, measured=100, deviation=-100),
        replace(number, claimed=0, measured=5, deviation=5, metric="layers"),
    ]
    assert "-50 % flops" in page(replace(run, findings=tuple(found)))


def test_the_policy_lets_run_what_the_page_holds_and_nothing_else(run: Run) -> None:
    text = page(run)
    root = parsed(text)
    (policy,) = [m.get("content", "") for m in root.iter("meta") if m.get("http-equiv")]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["img-src"] == "data:"
    # Lay hold of the texts themselves: a parser may have changed them.
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    styles = dict.fromkeys(re.findall(r"<style>(.*?)</style>", text, re.DOTALL))
    for kind, texts in (("script-src", scripts), ("style-src", styles)):
        digests = [base64.b64encode(sha256(each.encode()).digest()).decode() for each in texts]
        assert rules[kind] == " ".join(f"'sha256-{digest}'" for digest in digests)
    assert len(scripts) == 1


@pytest.mark.usefixtures("packing")
def test_the_page_names_no_other_file_and_has_no_handlers_or_inline_styles(run: Run) -> None:
    for text in (page(run), page(many(run))):
        for each in parsed(text).iter():
            for name, value in each.attrib.items():
                assert not name.startswith("on")
                assert name not in ("style", "srcset", "action", "formaction", "background")
                if name in ("href", "src", "{http://www.w3.org/1999/xlink}href"):
                    assert value == "data:," or value.startswith("#")
        assert not re.search(r"@import|url\(|@font-face", text)


ATTACKS = {name: text for name, text in TEXTS.items() if text and "naughty" not in name}


def together(texts: Iterable[str]) -> Run:
    """Return one Run with each of the texts in every field."""
    runs = [run_of(text) for text in texts]
    return replace(
        runs[0],
        environment={name: value for run in runs for name, value in run.environment.items()},
        subjects=tuple(subject for run in runs for subject in run.subjects),
        findings=tuple(finding for run in runs for finding in run.findings),
        outdated=tuple(entry for run in runs for entry in run.outdated),
    )


HOSTILE = together(ATTACKS.values())
HARMLESS = together(f"{BENIGN}{number}" for number, _ in enumerate(ATTACKS))


def test_no_text_becomes_an_element_or_an_attribute() -> None:
    assert shape(page(HOSTILE)) == shape(page(HARMLESS))


def seen(text: str) -> Counter[str]:
    """Return how often another parser finds each element."""
    elements = lxml.html.document_fromstring(text).iter()
    return Counter(each.tag for each in elements if isinstance(each.tag, str))


def test_another_parser_sees_the_same_elements() -> None:
    assert seen(page(HOSTILE)) == seen(page(HARMLESS))


@pytest.mark.usefixtures("packing")
def test_a_packed_text_is_no_more_than_text() -> None:
    def details(run: Run) -> list[Counter[str]]:
        return [seen(markup) for markup, _ in unpacked(page(run))]

    assert details(HOSTILE) == details(HARMLESS)


@pytest.mark.usefixtures("packing")
def test_what_is_packed_is_what_would_be_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = page(many(run))
    assert len(unpacked(packed)) == len(names(packed)) == MANY
    assert 'class="more"' not in packed
    monkeypatch.setattr(html, "UNPACKED", MANY)
    whole = page(many(run))
    assert all(markup.strip() in whole for markup, _ in unpacked(packed))
    assert names(whole) == names(packed)


@pytest.mark.usefixtures("packing")
def test_what_is_sought_is_what_is_read(run: Run) -> None:
    for markup, texts in unpacked(page(many(run))):
        marked = [part for part in parsed(markup).iter() if part.get("data-v")]
        assert [part.get("data-v") for part in marked] == [mark for mark, _ in texts]
        for part, (_, text) in zip(marked, texts, strict=True):
            read = " ".join(" ".join(part.itertext()).split())
            assert all(word in read for word in text.split())


@pytest.mark.usefixtures("packing")
def test_the_same_run_makes_the_same_page(run: Run) -> None:
    assert page(run) == page(run)
    assert page(many(run)) == page(many(run))


def test_one_model_is_not_spoken_of_as_many(run: Run) -> None:
    text = page(replace(run, findings=run.findings[:1]))
    assert "<title>Reproducibility report: 1 model, 0 FAIL</title>" in text


def test_the_page_parses_without_an_error_of_a_strict_reader(run: Run) -> None:
    parser = html5lib.HTMLParser()
    parser.parse(page(run))
    assert [error for _, error, _ in parser.errors if error != "unknown-element"] == []
