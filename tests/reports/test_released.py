"""Every Run that a released version wrote can still be read, and rendered in every format.

A Run is evidence, and is kept. A release adds its own to ``tests/goldens/released``; none is ever
rewritten.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.reports.judges import judged
from zoo.errors import UsageError
from zoo.evidence import SCHEMA_VERSION, from_json
from zoo.findings import Verdict
from zoo.reports import REPORTS, Style

RELEASED = Path(__file__).parents[1] / "goldens" / "released"
VERSIONS = sorted(path.stem for path in RELEASED.glob("*.json"))


def text_of(version: str) -> str:
    return (RELEASED / f"{version}.json").read_text(encoding="utf-8")


def test_the_first_release_is_among_them() -> None:
    assert "0.1.0" in VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_a_run_of_a_released_version_is_read(version: str) -> None:
    run = from_json(text_of(version), version)
    assert run.version == version
    assert {finding.verdict for finding in run.findings} == set(Verdict)
    assert run.summary == json.loads(text_of(version))["summary"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", list(REPORTS))
def test_a_run_of_a_released_version_is_rendered(version: str, name: str) -> None:
    judged(name, REPORTS[name].render(from_json(text_of(version), version), Style()))


@pytest.mark.parametrize("version", [None, "0", "2", 1, "1 "])
def test_a_run_of_another_schema_is_refused_in_words(version: object) -> None:
    document = json.loads(text_of(VERSIONS[0])) | {"schema_version": version}
    with pytest.raises(UsageError, match=f"not a Run of schema version {SCHEMA_VERSION}"):
        from_json(json.dumps(document), "run.json")
