"""A page that is mended says what was measured, and differs in nothing but these characters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, target
from hypothesis import strategies as st

from tests.cli.test_fix import WHOLE, run_on
from tests.index.any_index import MODELS, forms, says, spoiled_pages
from zoo.claims import Digest, Metric, ModelEntry
from zoo.cli._sides import working_in
from zoo.fixing import Asked, Fix, apply_to_files, plan, unified
from zoo.index import read_index
from zoo.run import SubjectRecord, WeightsFile
from zoo.validators import VALIDATORS

Entries = dict[str, ModelEntry]
VALUES = {
    Metric.FLOPS: st.integers(1, 10**11).map(Decimal),
    Metric.PARAMETERS: st.integers(1, 10**10).map(Decimal),
    Metric.FILE_SIZE: st.integers(1, 10**10).map(Decimal),
    Metric.TOP_1: st.decimals(0, 100, places=4),
    Metric.TOP_5: st.decimals(0, 100, places=4),
    Metric.IMAGE_SIZE: st.integers(1, 600).map(Decimal),
    Metric.CROP_PCT: st.decimals(Decimal("0.1"), 1, places=3),
    Metric.INTERPOLATION: st.sampled_from(["bicubic", "lanczos"]),
}


def entries_of(
    path: Path, instead: Mapping[str, bytes] | None = None
) -> dict[str, ModelEntry] | None:
    index = read_index(path, instead=instead)
    return None if index.errors else {entry.name: entry for entry in index.entries}


def weights(url: str) -> WeightsFile:
    return WeightsFile(Path(), url, Digest.parse(WHOLE), 5, "unpinned")


def built_from(entry: ModelEntry) -> str:
    return f"{entry.source.kind} {entry.source.reference}"


def mended(data: st.DataObject, page: str, text: str, folder: Path) -> None:
    """Mend a page by values that were drawn, and fail where more than the values changed."""
    path = folder / page
    path.write_bytes(text.encode("utf-8", "replace"))
    entries = entries_of(path)
    if not entries:
        return
    wanted = {
        (name, claim.metric): data.draw(VALUES[claim.metric])
        for name, entry in entries.items()
        for claim in entry.claims
        if claim.metric in VALUES
    }
    subjects = [
        SubjectRecord(name, built_from(entry), entry.location, weights(entry.weights.text))
        for name, entry in entries.items()
        if entry.weights is not None
    ]
    asked = Asked(rules=("parameters", "flops", "file-size", "accuracy", "preprocessing"),
                  conventions=data.draw(st.booleans()), pins=data.draw(st.booleans()))  # fmt: skip
    run = run_on(path, wanted, subjects=subjects)
    fixes = [
        each
        for each in plan(run, entries, asked, lambda rule, claim: VALIDATORS[rule].tolerance(claim))
        if isinstance(each, Fix)
    ]
    found = apply_to_files(fixes, entries, lambda instead: entries_of(path, instead))
    assert not found.misread, "zoo would have written what reads as something else"
    target(float(len(found.done)))
    for shown, (old, new) in found.changed.items():
        check_characters(old, new, [fix for fix in found.done if fix.location.path == shown])
        assert unified("page", old, new)
        path.write_bytes(new)
        check_meaning(entries, entries_of(path), found.done)


def check_characters(old: bytes, new: bytes, fixes: Sequence[Fix]) -> None:
    """Fail unless all outside of the values that were to change is as it was."""
    before, after = old.decode("utf-8"), new.decode("utf-8")
    added = {(fix.location, fix.key, fix.new) for fix in fixes if fix.key}
    values = {(fix.location, fix.old, fix.new) for fix in fixes if not fix.key}
    grown = sum(len(new) - len(old) for _, old, new in values)
    keys = sum(len(key) + len(value) for _, key, value in added)
    assert len(before) + grown + keys <= len(after) <= len(before) + grown + keys + 60 * len(added)
    if added:
        return
    lines, changed = (text.splitlines(keepends=True) for text in (before, after))
    touched = {fix.location.line for fix in fixes}
    assert len(lines) == len(changed)
    for number, (one, other) in enumerate(zip(lines, changed, strict=True), 1):
        assert one == other or "\u2028" in before or number in touched


def check_meaning(
    before: Mapping[str, ModelEntry], after: Mapping[str, ModelEntry] | None, fixes: Sequence[Fix]
) -> None:
    assert after is not None
    assert list(after) == list(before)
    mended = {fix.model for fix in fixes}
    for name, entry in before.items():
        places = {claim.location for claim in entry.claims}
        shared = any(fix.location in places for fix in fixes)
        if name not in mended and not shared:
            assert says(after[name]) == says(entry)


@given(MODELS, st.data())
def test_a_page_in_any_form_is_mended_in_its_values_alone(
    tmp_path_factory: Any, models: Sequence[Any], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("index")
    page, text = data.draw(st.sampled_from(list(forms(models))))
    with working_in(str(folder)):
        mended(data, page, text, folder)


@given(spoiled_pages(), st.data())
def test_a_page_that_was_rewritten_is_mended_in_its_values_alone_or_left(
    tmp_path_factory: Any, page: tuple[str, str], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("index")
    with working_in(str(folder)):
        mended(data, *page, folder)
