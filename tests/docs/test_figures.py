"""Figures in the texts are what index and code give: a count that goes stale fails here.

What was measured is not here but in docs/benchmarks.md, with the command that measures it.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
import yaml

from benchmarks.sampling import CLAIMS, OFF, power, power_of_both, row
from tests.counting.test_architectures import CONVOLUTIONAL, MIXED, SMALL, TRANSFORMER
from tests.diagnosis.test_suspects import ALL, PAGE
from tests.forensics.test_bundled_index import FOUND
from tests.weights.hostile.corpus import CASES
from zoo.claims import Metric, ModelEntry
from zoo.counting import RULES
from zoo.datasets._imagenet import CLASSES, PICTURES
from zoo.diagnosis.readings import FAMILIES as LABELS
from zoo.diagnosis.suspects import FAMILIES, Known, usual_suspects
from zoo.goldens.document import Golden, to_json
from zoo.index import read_index
from zoo.options import DIAGNOSIS
from zoo.reports.github import MOST
from zoo.reports.html import UNPACKED
from zoo.sampling.wilson import wilson

ROOT = Path(__file__).parents[2]
PLACES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile", "docs/**/*.md", "zoo/**/*.py",
          "validators/**/*.py")  # fmt: skip
GENERATED = ROOT / "docs" / "report"  # compared by scripts/report.py --check
WORDS = "no one two three four five six seven eight nine ten".split()


@cache
def texts() -> dict[str, str]:
    """Return the texts that people read, each paragraph on one line, by their paths."""
    paths = sorted({path for place in PLACES for path in ROOT.glob(place) if path.is_file()})
    return {
        path.relative_to(ROOT).as_posix(): re.sub(r"\s*\n\s*(?=\S)", " ", path.read_text("utf-8"))
        for path in paths
        if GENERATED not in path.parents
    }


@cache
def bundled() -> tuple[ModelEntry, ...]:
    return read_index(ROOT / "model-index").entries


def of_timm() -> list[ModelEntry]:
    return [entry for entry in bundled() if entry.source.kind == "timm"]


def pages() -> set[str]:
    return {entry.location.path for entry in of_timm()}


@cache
def failures() -> list[str]:
    """Return the rules of the failures that the bundled baseline knows."""
    known = yaml.safe_load((ROOT / "model-index" / "baseline.yml").read_text("utf-8"))["known"]
    return [entry["rule"] for entry in known if "error" not in entry]


def refused() -> set[str]:
    """Return the models that the bundled baseline knows to need --trust-python."""
    known = yaml.safe_load((ROOT / "model-index" / "baseline.yml").read_text("utf-8"))["known"]
    return {entry["model"] for entry in known if entry.get("error") == "refused"}


def crops() -> Decimal:
    """Return the gigabytes of all crops of ImageNet at 224."""
    return round(Decimal(PICTURES * 224 * 224 * 3) / 10**9, 1)


def suspects() -> int:
    return len({*FAMILIES, *LABELS, "permuted-labels"})


@dataclass(frozen=True)
class Figure:
    """A count in a text: a pattern with one group, and what the group must be."""

    pattern: str
    true: Callable[[], int | Decimal]


def wrong(*rules: str) -> Callable[[], int]:
    """Return what counts the known failures of some rules."""
    return lambda: sum(rule in rules for rule in failures())


def of_timm_alone() -> int:
    return sum("/timm/" in entry.location.path for entry in of_timm())


def published_flops() -> int:
    return sum(entry.value(Metric.FLOPS) is not None for entry in of_timm())


def architectures() -> int:
    return len({*SMALL, *CONVOLUTIONAL, *TRANSFORMER, *MIXED})


def too_few_flops() -> int:
    return sum(rule == "flops-below-parameters" for rule, _ in FOUND)


COUNTS = [
    Figure(r"(?:bundled index of|findings on) ([\d,]+) models", lambda: len(bundled())),
    Figure(r"bundled index: the ([\d,]+) models of timm", lambda: len(of_timm())),
    Figure(r"`model-index/timm`, ([\d,]+) models", of_timm_alone),
    Figure(r"page of timm's (\d+)\b", lambda: len(pages())),
    Figure(r"\d+ of (\d+) models can be counted", published_flops),
    Figure(r"no count is that number, and (\d+) are further", wrong("flops")),
    Figure(r"knows the (\w+) models of which this holds", lambda: len(refused())),
    Figure(r"(\w+) counting rules", lambda: len(RULES)),
    Figure(r"(\d+) kinds(?: of them)?, tried on drawn pictures", suspects),
    Figure(r"themselves on (\d+) architectures", architectures),
    Figure(r"peak memory \| (?:\|[-:]+)+\| \| (\d+) \|", lambda: len(CASES)),
    Figure(r"([\d,]+) pictures of each of the [\d,]+ classes", lambda: PICTURES // CLASSES),
    Figure(r"([\d.]+) GB for ImageNet at 224", crops),
    Figure(r"ImageNet at 224 × 224 is ([\d.]+) GB", crops),
    Figure(r"would write ([\d.]+) GB", crops),
    Figure(r"(\d+) drawn pictures \(`--diagnosis N`", lambda: DIAGNOSIS),
    Figure(r"annotations \((\w+), the gravest first\)", lambda: MOST),
    Figure(r"Only beyond ([\d,]+) models are the details packed", lambda: UNPACKED),
    Figure(r"flops-below-parameters\s+# (\w+) of timm's", too_few_flops),
]


@pytest.mark.parametrize("figure", COUNTS, ids=lambda figure: figure.pattern)
def test_a_count_in_a_text_is_what_index_and_code_give(figure: Figure) -> None:
    said = {
        f"{path}: {match[0]}": number(match[1])
        for path, text in texts().items()
        for match in re.finditer(figure.pattern, text)
    }
    assert said, "no text says this any more: take the pattern away"
    assert said == dict.fromkeys(said, figure.true())


def number(word: str) -> int | Decimal:
    """Return a number as it is written: ``265``, ``5,854``, ``7.5``, ``six``."""
    if word in WORDS:
        return WORDS.index(word)
    return Decimal(word) if "." in word else int(word.replace(",", ""))


def test_the_report_is_of_all_models_of_which_the_texts_speak() -> None:
    """docs/report is compared with zoo itself, so that what it counts may be quoted."""
    told = (ROOT / "docs" / "report" / "index.md").read_text("utf-8")
    models, findings, wrong = re.findall(
        r"^([\d,]+) models, ([\d,]+) findings: (\d+) FAIL", told, re.M
    )[0]
    assert int(models) == len(bundled())
    assert int(wrong) == len(failures())
    assert f"{findings} findings on {models} models" in texts()["docs/benchmarks.md"]


def test_words_are_read_as_numbers() -> None:
    assert [number(word) for word in ("six", "5,854", "7.5")] == [6, 5854, Decimal("7.5")]


def table(page: str, heading: str) -> dict[str, str]:
    """Return the rows of a table of a page by their first cell, from a heading on."""
    text = (ROOT / page).read_text("utf-8")
    rows = text[text.index(heading) :].split("\n\n")[0].splitlines()
    return {row.split("|")[1].strip(): row for row in rows}


def is_as_simulated(off: Decimal) -> None:
    assert table("docs/sampling.md", "| points off")[str(off)] == row(off)


def test_the_first_row_of_what_refutes_a_claim_is_what_the_benchmark_prints() -> None:
    is_as_simulated(OFF[0])


@pytest.mark.slow
@pytest.mark.parametrize("off", OFF[1:])
def test_a_row_of_what_refutes_a_claim_is_what_the_benchmark_prints(off: Decimal) -> None:
    is_as_simulated(off)


@pytest.mark.slow
def test_so_many_models_are_refused_within_200_pictures_as_is_said() -> None:
    page = texts()["docs/sampling.md"]
    shares = [f"{100 * power(claimed):.0f} %" for claimed in CLAIMS]
    for share, claimed in zip(shares, CLAIMS, strict=True):
        assert re.search(rf"{share} are refused|of (?:a claim of )?{claimed} %, {share}", page)
    assert f"it is {100 * power_of_both():.0f} %" in page


def test_what_the_readme_says_of_drawn_pictures_is_in_the_table() -> None:
    rows = table("docs/sampling.md", "| points off")
    for off, said in re.findall(
        r"([\d.]+) points too high (?:FAILs )?after about ([\d,]+)", texts()["README.md"]
    ):
        of_80 = rows[off].split("|")[3].split("(")[0]
        assert abs(number(said) / number(of_80.strip()) - 1) < 0.1, off


def test_a_diagnosis_takes_some_20_passes() -> None:
    few, many = (len(usual_suspects(PAGE, known)) for known in (Known(), ALL))
    assert few <= 20 <= many < 25


def test_256_pictures_tell_shares_apart_that_differ_by_about_5_points() -> None:
    for claimed in (70, 80, 90):
        most = max(
            hits for hits in range(257) if wilson(hits, 256)[1] < Decimal(claimed) - Decimal("0.1")
        )
        assert 4 < claimed - Decimal(100 * most) / 256 < 6


def test_a_golden_of_a_thousand_classes_is_as_large_as_is_said() -> None:
    draw = random.Random(0)
    logits = tuple(
        tuple(struct.unpack("f", struct.pack("f", draw.gauss(0, 3)))[0] for _ in range(1000))
        for _ in range(2)
    )
    golden = Golden("m", "", "", {}, "", "", (2, 3, 224, 224), "", "float32", logits)
    said = re.findall(r"about (\d+) kB a model of 1,000 classes", texts()["docs/goldens.md"])
    assert said
    assert abs(len(to_json(golden)) / 1000 / int(said[0]) - 1) < 0.1


@pytest.mark.slow
def test_what_is_published_of_timms_flops_is_what_the_command_prints(tmp_path: Path) -> None:
    words = "explain-flops --index model-index --format markdown --name timm/*,seresnet*".split()
    environment = {**os.environ, "ZOO_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "zoo", *words]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    page = (ROOT / "docs" / "flops.md").read_text("utf-8")
    assert [line for line in done.stdout.splitlines() if line not in page] == []


@pytest.mark.slow
def test_the_example_of_a_diagnosis_is_what_zoo_prints(tmp_path: Path) -> None:
    """Mean and std of the demo's page are taken away, as in docs/diagnosis.md."""
    shutil.copytree(ROOT / "model-index" / "demo", tmp_path / "index")
    page = tmp_path / "index" / "digits.md"
    said = re.sub(r"(?m)^( +Mean:).*$", r"\1 [0, 0, 0]", page.read_text("utf-8"))
    page.write_text(re.sub(r"(?m)^( +Std:).*$", r"\1 [1, 1, 1]", said), "utf-8")
    words = f"verify digits --trust-python --only accuracy --index {page.parent} --dataset".split()
    environment = {**os.environ, "ZOO_CACHE_DIR": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "zoo", *words, str(page.parent / "digits.csv")]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True
    )
    example = re.search(r"FAIL top-1 on [\w ]+: claimed 99.17 %, measured.*?\[[\d., ]+\](?= *`)",
                        texts()["docs/diagnosis.md"])  # fmt: skip
    assert example
    assert " ".join(example[0].split()) in done.stdout


def test_more_than_a_hundred_checkpoints_were_not_scored_on_a_crop_of_the_centre() -> None:
    import timm

    modes = [timm.get_pretrained_cfg(name).crop_mode for name in timm.list_models(pretrained=True)]
    assert sum(mode != "center" for mode in modes) > 100
    assert "with which more than a hundred of timm's" in texts()["CONTRIBUTING.md"]
