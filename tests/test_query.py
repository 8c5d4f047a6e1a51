"""The language of ``zoo list --where``."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.errors import UsageError
from zoo.query import MAX_DEPTH, parse

ROW: dict[str, Any] = {
    "name": "seresnet50",
    "collection": "SE ResNet",
    "parameters": 28_090_000,
    "file_size": 112_621_903,
    "crop_pct": 0.875,
    "top1": 80.26,
    "top5": None,
    "tasks": ["Image Classification"],
    "source": {"path": "model-index/se-resnet.md", "line": 63},
}
COLUMNS = {
    name: "list"
    if isinstance(value, list)
    else "text"
    if isinstance(value, str | dict)
    else "number"
    for name, value in ROW.items()
}


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("top1 > 80", True),
        ("top1 > 80%", True),
        ("top1>80.26", False),
        ("top1 >= 80.26 and parameters < 30M", True),
        ("parameters < 28.09M", False),
        ("parameters == 28.09e6", True),
        ("parameters != 28.09e6", False),
        ("file_size > 107MiB", True),
        ("file-size < 0.2 or top1 < 1 or crop_pct = 0.875", True),
        ("not (top1 > 80 and parameters < 30M)", False),
        ("NOT top1 > 80 OR parameters < 30m", True),
        ("top1", True),
        ("top5", False),
        ("not top5", True),
        ("top5 > 0", False),
        ("top5 != 0", False),
        ("name = 'seresnet50'", True),
        ("name = 'SEResNet50'", False),
        ("name ~ 'SE*50'", True),
        ("name ~ 'resnet'", True),
        ("name ~ 'resnet*'", False),
        ("name ~ '[st]eresnet?0'", True),
        ("collection in ('DLA', \"SE ResNet\")", True),
        ("parameters in (1, 28090K)", True),
        ("'Image Classification' in tasks", True),
        ("'image' in tasks", False),
        ("tasks ~ 'image*'", True),
        ("source ~ 'se-resnet.md:63'", True),
        ("parameters < 30 M and top1 > 80 %", True),
        ("file_size > 107 MiB", True),
        ("top1 < parameters", True),
        ("top5 < top1", False),
    ],
)
def test_a_condition_holds_or_not(expression: str, holds: bool) -> None:
    assert parse(expression, COLUMNS)(ROW) is holds


@pytest.mark.parametrize(
    ("expression", "column", "said"),
    [
        ("", 1, "a column is missing"),
        ("top1 >", 7, "a number is missing"),
        ("topp1 > 3", 1, "there is no column 'topp1'"),
        ("top1 > 80 parameters < 3", 11, "'and' or 'or' is missing"),
        ("name = 'x", 8, "never closed"),
        ("name = seresnet50", 8, "a text is missing"),
        ("80 < top1", 4, "a column is compared with a value"),
        ("(top1 > 80", 11, "')' is missing"),
        ("top1 > 80)", 10, "'and' or 'or' is missing"),
        ("parameters < 30Q", 14, "'Q' is no unit"),
        ("top1 > 80 & top5", 11, "this is not part of the language"),
        ("name > 5", 8, "this is a number, where a text is wanted: write it in quotes"),
        ("top1 > '80'", 8, "this is a text, where a number is wanted: write it without quotes"),
        ("tasks = 'x'", 9, "tasks is a list"),
        ("tasks in ('x')", 10, "tasks is a list"),
        ("'x' in name", 8, "name is a text, not a list"),
        ("top1 > name", 8, "name is a text, not a number"),
        ("top1 in 3", 9, "a list in parentheses"),
        ("top1 in (3", 11, "')' is missing"),
        ("__import__('os')", 1, "there is no column '__import__'"),
        ("(" * 50, MAX_DEPTH + 2, "nested deeper"),
        ("not " * 50 + "top1", 4 * (MAX_DEPTH + 1) + 1, "nested deeper"),
    ],
)
def test_an_error_points_at_its_column(expression: str, column: int, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(expression, COLUMNS)
    first, _, pointer = caught.value.message.split("\n")
    assert first.startswith(f"--where, column {column}: ") and said in first
    assert pointer == "  " + " " * (column - 1) + "^"


def test_an_expression_of_any_length_ends_soon() -> None:
    with pytest.raises(UsageError, match="longer than"):
        parse("(" * 100_000, COLUMNS)


WORDS = ["top1", "name", "tasks", "and", "or", "not", "in", "(", ")", ",", "~", "<", "=", "'x'"]


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from([*WORDS, "3M"])).map(" ".join)))
def test_any_text_is_a_condition_or_a_clear_error(expression: str) -> None:
    try:
        holds = parse(expression, COLUMNS)
    except UsageError as error:
        assert "--where" in error.message
    else:
        assert holds(ROW) in (True, False)
