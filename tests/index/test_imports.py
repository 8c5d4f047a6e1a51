"""Imports: every file once, in its place, and none outside the root."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from zoo.claims import Metric
from zoo.index import pages, paths, read_index, splice

MODEL = "Models:\n- Name: {}\n"
RESULT = "{{Task: t, Dataset: {}, Metrics: {{Top 1 Accuracy: 80}}}}"


def names(index):
    return [entry.name for entry in index.entries]


def seen(index):
    return [(p.location.path, p.location.line, p.location.column, p.rule) for p in index.problems]


def sound(index):
    assert index.problems == ()
    return names(index)


# What an import leads to


def test_files_are_imported_in_the_order_in_which_they_are_listed(tree):
    files = {"model-index.yml": "Import:\n- b.yml\n- sub/a.json\nModels: [{Name: own}]\n",
             "b.yml": MODEL.format("b"), "sub/a.json": '{"Models": [{"Name": "a"}]}'}  # fmt: skip
    read = tree(files)
    assert sound(read) == ["own", "b", "a"]
    assert read.files == ("model-index.yml", "b.yml", "sub/a.json")


@pytest.mark.parametrize("name", ["model-index.yml", "model-index.yaml", "model-index.json"])
def test_a_folder_with_a_root_file_is_read_from_it_alone(tree, name):
    read = tree({name: '{"Import": ["a.yml"]}', "a.yml": MODEL.format("a"), "b.yml": "["})
    assert sound(read) == ["a"]


def test_a_folder_without_a_root_file_is_scanned_and_reads_no_file_twice(tree):
    read = tree({"a.yml": MODEL.format("a"), "b.yml": "Import: [a.yml]\n", "c.md": "prose\n"})
    assert sound(read) == ["a"]


def test_a_file_that_is_a_field_of_another_is_no_index_of_its_own(tree):
    files = {"a.yml": "Models: [{Name: a, Metadata: m.yml, Results: r.yml}]\n",
             "m.yml": "Epochs: 3\n", "r.yml": "[]\n"}  # fmt: skip
    assert sound(tree(files)) == ["a"]


@pytest.mark.parametrize(
    "models",
    ["[m/*.yml]", "m/*.yml", "[m/a.yml, m/b.yml, m/c.yml]", "[m/?.yml]", "['**/m/[!x].yml']",
     "[./m//a.yml, m/../m/b.yml, m/c.yml, m/a.yml]"],
)  # fmt: skip
def test_models_are_imported_by_path_and_by_wildcard_sorted_by_name(tree, models):
    files = {"model-index.yml": f"Models: {models}\n", "m/c.yml": "Model: {Name: c}\n",
             "m/a.yml": "Name: a\n", "m/b.yml": "- Name: b\n- Name: bb\n",
             ".m/a.yml": "[", "m/.a.yml": "["}  # fmt: skip
    assert sound(tree(files)) == ["a", "b", "bb", "c"]


def test_collections_are_imported_and_inherited_from_with_their_place(tree):
    files = {"model-index.yml": "Collections: c/x.yml\nModels: [{Name: a, In Collection: x}]\n",
             "c/x.yml": "Collections:\n- Name: x\n  Metadata:\n    Image Size: 224\n"}  # fmt: skip
    read = tree(files)
    assert sound(read) == ["a"]
    claim = read.entries[0].claimed(Metric.IMAGE_SIZE)
    assert str(claim.location) == "c/x.yml:4"


def test_markdown_imports_yaml_that_imports_json(tree):
    files = {"model-index.yml": "Import: [docs/*.md]\n", "docs/other.md": "# Prose\n",
             "docs/a.md": "# A\n<!--\nType: model-index\nImport: [b.yml]\nModels: [{Name: a}]\n-->",
             "docs/b.yml": "Import: [c.json]\n",
             "docs/c.json": '{"Models": [{"Name": "c"}]}'}  # fmt: skip
    assert sound(tree(files)) == ["a", "c"]


def test_metadata_and_results_are_read_from_files_with_their_places(tree):
    files = {
        "model-index.yml": "Models: [{Name: a, Metadata: m/a.yml, Results: r/*.yml}]\n",
        "m/a.yml": "Metadata:\n  Image Size: 224\n",
        "r/1.yml": f"- {RESULT.format('d1')}\n",
        "r/2.yml": f"Results:\n- {RESULT.format('d2')}\n",
        "r/3.yml": f"{RESULT.format('d3')}\n",
    }
    read = tree(files)
    assert sound(read) == ["a"]
    claims = [claim for claim in read.entries[0].claims if claim.metric is not Metric.MODEL_NAME]
    places = [(claim.dataset, str(claim.location)) for claim in claims]
    assert places == [("", "m/a.yml:2"), ("d1", "r/1.yml:1"), ("d2", "r/2.yml:2"),
                      ("d3", "r/3.yml:1")]  # fmt: skip


def test_results_may_be_listed_in_place_and_by_file(tree):
    text = f"Models: [{{Name: a, Results: [{RESULT.format('d1')}, r.yml]}}]\n"
    read = tree({"model-index.yml": text, "r.yml": f"- {RESULT.format('d2')}\n"})
    assert [claim.dataset for claim in read.entries[0].claims if claim.dataset] == ["d1", "d2"]


def test_one_file_may_be_the_field_of_many_models(tree):
    models = "".join(f"- {{Name: m{n}, Metadata: m.yml}}\n" for n in range(300))
    assert (
        len(sound(tree({"model-index.yml": f"Models:\n{models}", "m.yml": "Epochs: 1\n"}))) == 300
    )


@pytest.mark.parametrize("readme", ["README.md", "../README.md", "sub/README.md"])
def test_a_readme_is_found_from_its_files_folder_or_from_the_root(tree, readme):
    files = {"model-index.yml": "Import: [sub/a.yml]\n", "README.md": "", "sub/README.md": "",
             "sub/a.yml": f"Models: [{{Name: a, README: {readme}}}]\n"}  # fmt: skip
    assert sound(tree(files)) == ["a"]


def test_a_file_that_is_named_is_confined_to_the_folder_that_holds_its_index(tree):
    files = {"model-index.yml": "Import: [sub/a.yml]\n", "README.md": "",
             "sub/a.yml": "Models: [{Name: a, README: ../README.md}]\n"}  # fmt: skip
    assert sound(tree(files, "sub/a.yml")) == ["a"]
    Path("model-index.yml").unlink()
    assert seen(read_index(Path("sub/a.yml"))) == [("sub/a.yml", 1, 28, "import-outside")]


def test_a_library_names_the_models_of_its_file_and_of_what_that_imports(tree):
    files = {"model-index.yml": "Library: lib.yml\nImport: [a.yml, b.yml]\n",
             "lib.yml": "Library:\n  Name: one\n", "a.yml": MODEL.format("x"),
             "b.yml": "Library: {Name: two}\nModels: [{Name: x, Metadata: {ID: y}}]\n"}  # fmt: skip
    read = tree(files)
    assert sound(read) == ["one/x", "two/x"]
    assert [entry.library for entry in read.entries] == ["one", "two"]
    assert [entry.source.reference for entry in read.entries] == ["x", "y"]
    assert {claim.model for claim in read.entries[0].claims} == {"one/x"}


@pytest.mark.parametrize("library", ["", "Library: {Name: timm}\n", "Library: timm\n"])
def test_a_name_twice_in_one_library_is_an_error(tree, library):
    text = f"{library}Models:\n- Name: a\n"
    read = tree({"a.yml": text, "b.yml": text})
    assert [problem.rule for problem in read.problems] == ["duplicate-model"]


def test_collections_of_two_libraries_may_have_one_name(tree):
    text = ("Library: {{Name: {0}}}\nCollections: [{{Name: c, Code: {0}}}]\n"
            "Models: [{{Name: a, In Collection: c}}]\n")  # fmt: skip
    read = tree({"a.yml": text.format("one"), "b.yml": text.format("two")})
    assert [(e.name, e.code) for e in read.entries] == [("one/a", "one"), ("two/a", "two")]


# What is wrong with an import


def test_a_problem_in_an_imported_file_has_its_place_there(tree):
    read = tree({"model-index.yml": "Import: [a.yml, b.yml]\n", "a.yml": "Models:\n- Nam: a\n",
                 "b.yml": "Models: ["})  # fmt: skip
    assert seen(read) == [("a.yml", 2, 3, "missing-field"), ("b.yml", 1, 10, "yaml-syntax")]


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"a.yml": "Import:\n- a.yml\n"}, "a.yml"),
        ({"a.yml": "Import:\n- '*.yml'\n"}, "a.yml"),
        ({"a.yml": "Import:\n- b.yml\n", "b.yml": "Import:\n- a.yml\n"}, "b.yml"),
        ({"model-index.yml": "Import: [a.yml]\n", "a.yml": "Models:\n- sub/b.yml\n",
          "sub/b.yml": "Import:\n- ../model-index.yml\n"}, "sub/b.yml"),
        ({"a.yml": "Models:\n- {Name: a, Results: a.yml}\n"}, "a.yml"),
    ],
)  # fmt: skip
def test_a_circle_of_imports_is_an_error_at_the_import_that_closes_it(tree, files, place):
    (problem,) = tree(files).problems
    assert (problem.rule, str(problem.location)) == ("import-cycle", f"{place}:2")


def test_a_symlink_out_of_the_root_is_not_imported(tree, tmp_path):
    (tmp_path / "x.yml").write_text(MODEL.format("secret"))
    (tmp_path / "index").mkdir()
    (tmp_path / "index/link.yml").symlink_to("../x.yml")
    (tmp_path / "index/up").symlink_to("..", target_is_directory=True)
    for path in ("link.yml", "up/x.yml", "lin*.yml", "up/*.yml", "*/x.yml"):
        read = tree({"index/model-index.yml": f"Import: ['{path}']\n"}, "index")
        assert seen(read) == [("index/model-index.yml", 1, 10, "import-outside")]
        assert read.entries == ()


def test_a_symlink_within_the_root_is_followed_and_a_hard_link_is_a_file(tree, tmp_path):
    tree({"a.txt": MODEL.format("a"), "b.txt": MODEL.format("b"), "x.md": ""})
    (tmp_path / "a.yml").symlink_to("a.txt")
    os.link(tmp_path / "b.txt", tmp_path / "b.yml")
    assert sound(tree({"model-index.yml": "Import: [a.yml, b.yml]\n"})) == ["a", "b"]


@pytest.mark.parametrize("path", ["loop.yml", "pipe.yml", "folder.yml", "x" * 5000])
def test_what_is_no_file_is_not_opened(tree, tmp_path, path):
    (tmp_path / "loop.yml").symlink_to("loop.yml")
    os.mkfifo(tmp_path / "pipe.yml")
    (tmp_path / "folder.yml").mkdir()
    read = tree({"model-index.yml": f"Import: [{path}]\n"})
    assert seen(read) == [("model-index.yml", 1, 10, "import-missing")]


def test_a_file_that_holds_no_index_is_an_error_at_its_import(tree):
    read = tree({"model-index.yml": "Import:\n- a.yml\n- b.md\n- c.txt\nModels: [d.yml]\n",
                 "a.yml": "title: x\n", "b.md": "x\n", "c.txt": "", "d.yml": "text\n"})  # fmt: skip
    assert [(line, rule) for _, line, _, rule in seen(read)] == [
        (2, "not-an-index"), (3, "not-an-index"), (4, "not-an-index"), (5, "not-an-index")
    ]  # fmt: skip


def test_a_file_in_place_of_a_field_must_hold_it(tree):
    read = tree({"model-index.yml": "Models:\n- Name: a\n  Metadata: m.yml\n  Results: r.yml\n",
                 "m.yml": "- x\n", "r.yml": "text\n"})  # fmt: skip
    assert seen(read) == [("m.yml", 1, 1, "wrong-kind"), ("model-index.yml", 4, 12, "not-an-index")]


def test_a_chain_of_imports_may_be_as_long_as_the_limit_and_no_longer(tree):
    last = pages.MAX_IMPORT_DEPTH
    files = {f"{n}.yml": f"Import: [{n + 1}.yml]\n" for n in range(last)}
    files |= {f"{last}.yml": MODEL.format("end"), "model-index.yml": "Import: [1.yml]\n"}
    assert sound(tree(files)) == ["end"]
    read = tree({"model-index.yml": "Import: [0.yml]\n"})
    assert seen(read) == [(f"{last - 1}.yml", 1, 10, "import-limit")]


def test_as_many_files_are_imported_as_the_limit_and_no_more(tree):
    files = {f"m/{n:03}.yml": f"Name: m{n}\n" for n in range(pages.MAX_FILES)}
    assert len(sound(tree(files | {"model-index.yml": "Models: m/*.yml\n"}))) == pages.MAX_FILES
    read = tree({"m/x.yml": "Name: x\n"})
    assert seen(read) == [("model-index.yml", 1, 9, "import-limit")]


def test_imported_files_hold_as_many_bytes_as_the_limit_and_no_more(tree, monkeypatch):
    monkeypatch.setattr(pages, "MAX_BYTES", 20)
    files = {
        "model-index.yml": "Import: [a.yml, b.yml]\n",
        "a.yml": "Models: []",
        "b.yml": "Models: []",
    }
    assert tree(files).problems == ()
    assert [rule for *_, rule in seen(tree({"b.yml": "Models: [ ]"}))] == ["import-limit"]


def test_files_in_place_of_fields_hold_as_many_values_as_the_limit(tree, monkeypatch):
    monkeypatch.setattr(splice, "MAX_SPLICED", 10)
    models = "- {Name: a, Metadata: m.yml}\n- {Name: b, Metadata: m.yml}\n"
    files = {"model-index.yml": f"Models:\n{models}", "m.yml": "{a: 1, b: 2}\n"}
    assert tree(files).problems == ()
    read = tree({"m.yml": "{a: 1, b: 2, c: 3}\n"})
    assert seen(read) == [("model-index.yml", 3, 23, "import-limit")]


def test_a_link_to_itself_is_named_by_a_wildcard_and_no_folder(tree):
    Path("loop").symlink_to("loop")
    read = tree({"model-index.yml": "Import: ['*/*.yml']\n", "a/b.yml": MODEL.format("b")})
    assert sound(read) == ["b"]


def test_a_field_is_one_file_and_not_those_of_a_wildcard(tree):
    files = {"model-index.yml": "Models: [{Name: m, Metadata: '[ab].yml'}]\n",
             "a.yml": "Epochs: 1\n", "b.yml": "Epochs: 2\n"}  # fmt: skip
    read = tree(files)
    assert seen(read) == [("model-index.yml", 1, 30, "import-limit")]
    assert read.errors[0].message == "more than one file for one field"


def test_a_wildcard_looks_at_as_many_names_as_the_limit(tree, monkeypatch):
    files = {"model-index.yml": "Import: ['**/*.yml']\n"} | {f"a/{n}.txt": "" for n in range(9)}
    monkeypatch.setattr(paths, "MAX_LISTED", 20)
    assert [rule for *_, rule in seen(tree(files))] == ["import-limit"]


@pytest.mark.parametrize(
    "text",
    [
        "Import:\n" + "- gone.yml\n" * 10_000,
        "Import:\n" + "".join(f"- x{n}/*.yml\n" for n in range(5_000)),
        "Import: ['" + "*a" * 200 + "*.yml']\n",
        "Import: ['" + "**/a/" * 90 + "*.yml']\n",
        "Models:\n" + "".join(f"- {{Name: m{n}, README: r{n}.md}}\n" for n in range(5_000)),
        "Models:\n" + "".join(f"- {{Name: m{n}, Results: r{n}.yml}}\n" for n in range(5_000)),
    ],
    ids=[
        "many paths",
        "many wildcards",
        "a wild name",
        "a wild path",
        "many readmes",
        "many fields",
    ],
)
def test_a_hostile_import_is_refused_within_2_seconds(tree, text):
    for n in range(40):
        Path(f"{'a' * 100}{n}").mkdir()
        Path(f"{'a' * 100}{n}/a").mkdir()
    began = time.process_time()
    assert tree({"model-index.yml": text}).errors
    assert time.process_time() - began < 2


@pytest.mark.parametrize("name", [b"a\nb.yml", b"a\x1b[31m.yml", b"-a.yml", b"\xff.yml"])
def test_a_file_of_any_name_is_read(tree, name):
    assert sound(tree({os.fsdecode(name): MODEL.format("a")})) == ["a"]
    assert sound(tree({"model-index.yml": "Import: ['[!m]*.yml']\n"})) == ["a"]
