"""Which parts of a Markdown page are model-index documents."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zoo.index.markdown import Block, blocks
from zoo.index.problems import Malformed

PATH = "x.md"


def found(page):
    return list(blocks(page, PATH))


def first_lines(page):
    return [block.first_line for block in blocks(page, PATH)]


def test_a_comment_is_found_with_the_line_on_which_it_begins():
    page = "# A page\n\n<!--\nType: model-index\nModels: []\n-->\n"
    assert found(page) == [Block("    \nType: model-index\nModels: []\n", 3)]


def test_the_columns_of_a_comments_first_line_are_kept():
    page = "<!-- {Type: x,\nType: model-index\n} -->"
    assert found(page)[0].text.split("\n")[0] == "     {Type: x,"


def test_a_comment_on_one_line_is_found():
    assert found("text\n<!-- Type: model-index -->") == [Block("     Type: model-index ", 2)]


@pytest.mark.parametrize(
    "line",
    ["Type: model-index", "type: Model-Index", "  TYPE :  model-index  ", "Type: 'model-index'",
     'Type: "model-index"', "Type: model-index # a comment", "Type: model-index\r"],
)  # fmt: skip
def test_the_type_is_recognised_however_yaml_would_write_it(line):
    assert first_lines(f"<!--\n{line}\n-->") == [1]


@pytest.mark.parametrize(
    "line",
    ["Type: model-index-of-old", "# Type: model-index", "Subtype: model-index",
     "Type:\nmodel-index", "a: Type: model-index", "model-index"],
)  # fmt: skip
def test_a_comment_that_does_not_say_the_type_is_prose(line):
    assert found(f"<!--\n{line}\n-->") == []


@pytest.mark.parametrize("before", ["    ", "> ", "- ", "text "])
def test_a_comment_that_opens_behind_column_1_is_prose(before):
    assert found(f"{before}<!--\nType: model-index\n-->") == []


@pytest.mark.parametrize(
    "page",
    [
        "<!--\nTyp: model-index\nModels: []\n-->",
        "<!--\nType: model_index\nModels: []\n-->",
        "<!--\nModels: []\n-->",
        "  <!--\nType: model-index\nModels: []\n-->",
    ],
)
def test_a_comment_that_looks_like_an_index_is_not_passed_over_in_silence(page):
    (block,) = blocks(f"# Page\n\n{page}\n", "page.md")
    assert block.unread
    assert block.first_line == 3


def test_each_of_several_comments_is_found():
    comment = "<!--\nType: model-index\n-->\n"
    assert first_lines(comment + "prose\n" + comment + comment) == [1, 5, 8]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("```", "```"), ("~~~", "~~~"), ("   ```yaml", "```"), ("````", "`````"), ("~~~ `a`", "~~~~"),
     ("```", "   ```  ")],
)  # fmt: skip
def test_a_comment_in_a_fence_is_prose_and_one_after_it_is_not(opening, closing):
    comment = "<!--\nType: model-index\n-->\n"
    assert first_lines(f"{opening}\n{comment}{closing}\n{comment}") == [6]


@pytest.mark.parametrize(
    ("opening", "not_closing"),
    [
        ("```", "~~~"),
        ("~~~", "```"),
        ("````", "```"),
        ("```", "``` yaml"),
        ("```", "    ```"),
        ("```", "\t```"),
    ],
)
def test_a_fence_is_closed_only_by_its_like(opening, not_closing):
    assert found(f"{opening}\n{not_closing}\n<!--\nType: model-index\n-->\n") == []


@pytest.mark.parametrize("line", ["``", "``` a`b", "    ```", "`code`", "~~", "text ```"])
def test_what_opens_no_fence_hides_no_comment(line):
    assert first_lines(f"{line}\n<!--\nType: model-index\n-->\n") == [2]


def test_a_comment_that_is_never_closed_is_an_error_at_its_first_line():
    with pytest.raises(Malformed) as error:
        found("# A page\n\n<!--\nType: model-index\nModels: []\n")
    problem = error.value.problem
    assert (problem.rule, problem.location.line, problem.location.column) == (
        "markdown-comment",
        3,
        1,
    )


def test_a_comment_of_prose_that_is_never_closed_ends_with_the_page():
    assert found("<!-- to do\n\n# A page\n") == []


def test_a_fence_that_is_never_closed_ends_with_the_page():
    assert found("```\n<!--\nType: model-index\n-->\n") == []


def test_front_matter_is_found_where_it_lists_models():
    assert found("---\ntitle: x\nModels: []\n---\ntext\n") == [Block("title: x\nModels: []", 2)]
    assert first_lines("---\nType: model-index\n---\n") == [2]
    assert first_lines("---  \ncollections: []\n---  \n") == [2]


@pytest.mark.parametrize(
    "page",
    [
        "---\ntitle: x\n---\n",
        "\n---\nModels: []\n---\n",
        "---\nModels: []\n",
        "---\ntitle: x\n Models: []\n---\n",
    ],
)
def test_other_front_matter_is_prose(page):
    assert found(page) == []


def test_a_comment_after_front_matter_is_found_and_one_in_it_is_not():
    comment = "<!--\nType: model-index\n-->"
    assert first_lines(f"---\ntitle: x\n---\n{comment}\n") == [4]
    assert first_lines(f"---\nModels: []\nx: |\n{comment}\n---\n") == [2]


def test_windows_line_ends_change_no_line():
    page = "# A page\n\n```\n<!--\n```\n<!--\nType: model-index\n-->\n"
    assert first_lines(page.replace("\n", "\r\n")) == first_lines(page) == [6]


@given(
    st.lists(
        st.sampled_from(
            ["<!--", "-->", "Type: model-index", "```", "~~~", "---", "Models: []", "", "x"]
        )
    )
)
def test_every_block_lies_on_the_lines_that_it_names(lines):
    try:
        documents = found("\n".join(lines))
    except Malformed as error:
        assert lines[error.problem.location.line - 1].startswith(("<!--", "-->"))
        return
    for block in documents:
        inside = block.text.split("\n")[1:]
        on_page = lines[block.first_line :][: len(inside)]
        assert all(there.startswith(here) for here, there in zip(inside, on_page, strict=True))


@given(st.text() | st.text(st.sampled_from("<!->`~ \n\r\tType: model-index")))
@example("")
@example("---")
@example("<!-->\n")
def test_any_page_ends_in_blocks_or_a_problem(page):
    try:
        documents = found(page)
    except Malformed as error:
        assert error.problem.rule == "markdown-comment"
    else:
        assert all(block.first_line >= 1 for block in documents)


HOSTILE = {
    "opened in one line": "<!--" * 40_000,
    "opened in every line": "<!-- a\n" * 40_000,
    "opened and closed in every line": "<!-- a -->\n" * 40_000,
    "blank lines in a comment": "<!--\n" + "\n" * 400_000 + "x\n-->",
    "blank lines in front matter": "---\n" + "\n" * 400_000 + "\n---\n",
    "spaces in a comment": "<!--\n" + " " * 400_000 + "x\n-->",
    "a type without an end": "<!--\ntype" + " " * 400_000 + "x\n-->",
    "types without an end": "<!--\n" + "type\n" * 100_000 + "-->",
    "backticks": "`" * 400_000 + "x`",
    "fences": "```\n" * 100_000,
    "front matter never closed": "---\n" + "a: b\n" * 100_000,
    "ends of comments": "-->\n" * 100_000,
    "many indexes": "<!--\nType: model-index\n-->\n" * 30_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_is_read_within_2_seconds(name):
    began = time.process_time()
    found(HOSTILE[name])
    assert time.process_time() - began < 2
