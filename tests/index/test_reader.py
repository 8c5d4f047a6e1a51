"""Files and folders as an index: entries, claims, places, and what is wrong with them."""

from __future__ import annotations

import os
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zoo.claims import FITS, Digest, Location, Metric
from zoo.errors import IndexFault
from zoo.index import assemble, read_index
from zoo.index.entries import hash_tail
from zoo.index.reader import MAX_FILE
from zoo.index.rules import RULES

URL = "https://example.org/a-01234567.pth"


@pytest.fixture
def index(tmp_path, monkeypatch):
    """Return a function that reads files, given by name and text, from the working folder."""
    monkeypatch.chdir(tmp_path)

    def read(**files):
        for name, text in files.items():
            path = Path(name.replace("__", "/").replace("_", "."))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        return read_index(Path())

    return read


def only(index):
    """Return the one model of an index without a problem."""
    assert index.problems == ()
    (entry,) = index.entries
    return entry


def written(entry):
    """Return the claims that are written as fields, less those that a name makes."""
    named = {"model-name", "checkpoint-identity"}
    return [claim for claim in entry.claims if claim.metric.value not in named]


def seen(index):
    """Return where the problems of an index lie, with their rules."""
    return [(p.location.path, p.location.line, p.location.column, p.rule) for p in index.problems]


# Entries and claims


FULL = """# A page with text before the comment

<!--
Type: model-index
Collections:
- Name: Family
  Code: https://example.org/code
  Paper: {Title: A paper, URL: https://example.org/paper}
  Metadata:
    Interpolation: bicubic
    Mean: [0.485, 0.456, 0.406]
    Tasks: [Image Classification]
    Training Data:
    - ImageNet
Models:
- Name: full
  In Collection: Family
  Metadata:
    FLOPs:   4.1 G
    Parameters: "25.6M"
    Crop Pct: '0.94'
    Tasks: [Image Retrieval]
    Epochs: 100
  Weights: https://example.org/full-01234567.pth
  Results:
  - Task: Image Classification
    Dataset: ImageNet
    Metrics:
      Top 1 Accuracy: 83.740%
-->
"""


def test_every_claim_has_its_value_and_its_text_as_written(index):
    entry = only(index(page_md=FULL))
    weights = "https://example.org/full-01234567.pth"
    mean = (Decimal("0.485"), Decimal("0.456"), Decimal("0.406"))
    assert [(claim.metric, claim.value, claim.text) for claim in written(entry)] == [
        (Metric.FLOPS, Decimal(4_100_000_000), "4.1 G"),
        (Metric.PARAMETERS, Decimal(25_600_000), "25.6M"),
        (Metric.CROP_PCT, Decimal("0.94"), "0.94"),
        (Metric.INTERPOLATION, "bicubic", "bicubic"),
        (Metric.MEAN, mean, "0.485, 0.456, 0.406"),
        (Metric.WEIGHTS_DIGEST, Digest("sha256", "01234567"), weights),
        (Metric.WEIGHTS_LOAD, FITS, weights),
        (Metric.TOP_1, Decimal("83.740"), "83.740%"),
    ]


def test_every_claim_knows_its_line_its_column_and_its_pointer(index):
    """What is inherited keeps the place where the collection writes it."""
    entry = only(index(page_md=FULL))
    model, collection = "/Models/0", "/Collections/0"
    assert [claim.location for claim in written(entry)] == [
        Location("page.md", 19, 14, f"{model}/Metadata/FLOPs"),
        Location("page.md", 20, 17, f"{model}/Metadata/Parameters"),
        Location("page.md", 21, 15, f"{model}/Metadata/Crop Pct"),
        Location("page.md", 10, 20, f"{collection}/Metadata/Interpolation"),
        Location("page.md", 11, 11, f"{collection}/Metadata/Mean"),
        Location("page.md", 24, 12, f"{model}/Weights"),
        Location("page.md", 24, 12, f"{model}/Weights"),
        Location("page.md", 29, 23, f"{model}/Results/0/Metrics/Top 1 Accuracy"),
    ]


def test_an_entry_holds_what_its_publisher_says_beside_claims(index):
    entry = only(index(page_md=FULL))
    assert (entry.name, entry.location) == ("full", Location("page.md", 16, 9, "/Models/0/Name"))
    assert entry.collection == "Family"
    assert entry.code == "https://example.org/code"
    assert entry.paper == "https://example.org/paper"
    assert entry.tasks == ("Image Classification", "Image Retrieval")
    assert entry.training_data == ("ImageNet",)
    assert entry.untested == ("Epochs",)
    assert entry.root == "."


def test_every_field_is_kept_as_written_with_its_place(index):
    fields = only(index(page_md=FULL)).fields
    shown = {name: (field.text, field.location.line) for name, field in fields.items()}
    assert shown == {
        "In Collection": ("Family", 17),
        "Weights": ("https://example.org/full-01234567.pth", 24),
        "Code": ("https://example.org/code", 7),
        "Paper": ("Title: A paper, URL: https://example.org/paper", 8),
        "FLOPs": ("4.1 G", 19),
        "Parameters": ("25.6M", 20),
        "Crop Pct": ("0.94", 21),
        "Tasks": ("Image Classification, Image Retrieval", 22),
        "Epochs": ("100", 23),
        "Interpolation": ("bicubic", 10),
        "Mean": ("0.485, 0.456, 0.406", 11),
        "Training Data": ("ImageNet", 14),
        "Top 1 Accuracy (ImageNet)": ("83.740%", 29),
    }


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(index, tmp_path):
    unix = only(index(page_md=FULL))
    Path("page.md").write_bytes(b"\xef\xbb\xbf" + FULL.replace("\n", "\r\n").encode())
    assert only(read_index(Path())) == unix
    Path("page.md").write_bytes(FULL.replace("\n", "\r").encode())
    assert only(read_index(Path())) == unix


def inheriting(collection, model):
    return (
        f"Collections:\n- Name: c\n{collection}\nModels:\n- Name: a\n  In Collection: c\n{model}\n"
    )


def test_a_models_own_value_wins_over_its_collections(index):
    text = inheriting("  Metadata: {Image Size: 224, FLOPs: 1}", "  Metadata: {image_size: 256}")
    entry = only(index(a_yml=text))
    assert entry.value(Metric.IMAGE_SIZE) == 256
    assert entry.value(Metric.FLOPS) == 1


def test_a_models_own_null_takes_back_its_collections_claim(index):
    text = inheriting("  Metadata: {Image Size: 224}", "  Metadata: {Image Size: null}")
    assert written(only(index(a_yml=text))) == []


def test_a_models_own_mean_replaces_its_collections(index):
    text = inheriting("  Metadata: {Mean: [0.5, 0.5, 0.5]}", "  Metadata: {Mean: [1, 2, 3]}")
    assert only(index(a_yml=text)).value(Metric.MEAN) == (1, 2, 3)


def test_results_of_a_collection_come_before_a_models_own(index):
    def results(top_1):
        metrics = f"{{Top 1 Accuracy: {top_1}}}"
        return f"  Results: [{{Task: t, Dataset: d{top_1}, Metrics: {metrics}}}]"

    entry = only(index(a_yml=inheriting(results(70), results(80))))
    assert [(claim.value, claim.dataset) for claim in written(entry)] == [(70, "d70"), (80, "d80")]


def test_a_collection_in_another_file_is_inherited_from_with_its_place(index):
    read = index(
        a_yml="Models:\n- Name: a\n  In Collection: c\n",
        sub__b_yml="Collections:\n- Name: c\n  Metadata:\n    Image Size: 224\n",
    )
    (claim,) = written(only(read))
    assert claim.location == Location("sub/b.yml", 4, 17, "/Collections/0/Metadata/Image Size")


def test_a_dataset_fingerprint_goes_with_the_accuracies_of_its_result(index):
    text = """Models:
- Name: a
  Results:
  - Task: t
    Dataset: d
    Dataset Fingerprint: sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    Metrics: {Top 1 Accuracy: 80, Top 5 Accuracy: 95, mAP: 3}
"""
    claims = written(only(index(a_yml=text)))
    assert [claim.metric for claim in claims] == [Metric.TOP_1, Metric.TOP_5]
    assert {claim.whole_set for claim in claims} == {Digest("sha256", "0123456789abcdef" * 4)}


@pytest.mark.parametrize(
    ("url", "digits"),
    [
        ("https://example.org/seresnet152d_ra2-04464dd2.pth", "04464dd2"),
        ("https://example.org/a_0123456789ab.safetensors?download=1#top", "0123456789ab"),
        ("file:weights/a-01234567.pth.tar", "01234567"),
        ("package://pkg/models/a-57934424.pth", "57934424"),
        (f"https://example.org/a-{'0' * 64}.bin", "0" * 64),
        ("https://example.org/a-01234567.pth-89abcdef.pt", "89abcdef"),
        ("https://example.org/a-0123456.pth", None),
        (f"https://example.org/a-{'0' * 65}.pth", None),
        ("https://example.org/a-0123456G.pth", None),
        ("https://example.org/a-0123ABCD.pth", None),
        ("https://example.org/a01234567.pth", None),
        ("https://example.org/a-01234567.zip", None),
        ("https://example.org/a-01234567.pth/b.pth", None),
        ("https://example.org/b.pth?a-01234567.pth", None),
        ("", None),
    ],
)
def test_the_hash_in_a_file_name_stands_right_before_the_extension(url, digits):
    assert hash_tail(url) == (digits and Digest("sha256", digits))


def test_a_declared_digest_is_claimed_in_place_of_the_one_in_the_file_name(index):
    whole = f"sha256:{'ab' * 32}"
    entry = only(
        index(a_yml=f"Models:\n- Name: a\n  Weights: {URL}\n  Metadata: {{SHA256: '{whole}'}}\n")
    )
    assert entry.value(Metric.WEIGHTS_DIGEST) == Digest.parse(whole)
    assert [claim.metric for claim in entry.claims].count(Metric.WEIGHTS_DIGEST) == 1


def test_a_digest_that_is_null_leaves_the_one_in_the_file_name(index):
    entry = only(index(a_yml=f"Models:\n- Name: a\n  Weights: {URL}\n  Metadata: {{SHA256: }}\n"))
    assert entry.value(Metric.WEIGHTS_DIGEST) == Digest("sha256", "01234567")


@pytest.mark.parametrize(
    ("body", "kind", "reference", "line"),
    [
        ("", "timm", "a", 2),
        ("  Metadata: {ID: resnet50}\n", "timm", "resnet50", 3),
        ("  Source: {Type: python, Reference: 'pkg:build'}\n", "python", "pkg:build", 3),
        (
            "  Metadata: {ID: resnet50}\n  Source: {type: torchvision}\n",
            "torchvision",
            "resnet50",
            3,
        ),
        ("  Source: {Type: timm}\n", "timm", "a", 2),
    ],
)
def test_a_source_is_as_declared_or_the_timm_model_of_that_name(index, body, kind, reference, line):
    source = only(index(a_yml=f"Models:\n- Name: a\n{body}")).source
    assert (source.kind, source.reference, source.location.line) == (kind, reference, line)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("10", 10), ("-3", -3), ("0.5", 0.5), (".5", 0.5), ("1e-3", 0.001), ("true", True),
        ("True", True), ("FALSE", False), ("False", False), ("null", None), ("~", None),
        ("'10'", "10"), ("'true'", "true"), ("no", "no"), ("12:30", "12:30"), ("1_000", "1_000"),
        ("٣", "٣"), ("[1, [x]]", [1, ["x"]]), ("{Name: b, 1: 2}", {"Name": "b", "1": 2}),
    ],
)  # fmt: skip
def test_an_argument_is_the_value_that_yaml_1_2_gives_it(index, written, value):
    text = f"Models:\n- Name: a\n  Source:\n    Type: timm\n    Arguments: {{x: {written}}}\n"
    argument = only(index(a_yml=text)).source.arguments["x"]
    assert argument == value
    assert type(argument) is type(value)


def test_arguments_of_a_collection_are_inherited_one_by_one(index):
    source = "  Source: {Type: timm, Arguments: {%s}}"
    text = inheriting(source % "name: x, width: 1", source % "width: 2, depth: 3")
    assert only(index(a_yml=text)).source.arguments == {"name": "x", "width": 2, "depth": 3}


# Problems across parts and files


def test_a_model_listed_in_two_files_is_an_error_in_the_second(index):
    read = index(
        a_yml="Models:\n- Name: x\n", b_md="\n<!--\nType: model-index\nModels: [{Name: x}]\n-->\n"
    )
    assert seen(read) == [("b.md", 4, 17, "duplicate-model")]
    assert read.problems[0].message == "the model 'x' is already listed at a.yml:2"
    assert read.problems[0].model == "x"
    assert [entry.location.path for entry in read.entries] == ["a.yml"]


def test_a_collection_listed_in_two_files_is_an_error_in_the_second(index):
    text = "Collections:\n- Name: c\n"
    assert seen(index(a_yml=text, b_yml=text)) == [("b.yml", 2, 9, "duplicate-collection")]


def test_an_unknown_collection_gets_the_nearest_name(index):
    read = index(
        a_yml="Collections:\n- Name: SE ResNet\nModels:\n- Name: x\n  In Collection: se resnets\n"
    )
    assert seen(read) == [("a.yml", 5, 18, "unknown-collection")]
    assert read.problems[0].hint == "did you mean SE ResNet?"
    assert read.entries == ()


def test_a_model_of_a_broken_collection_is_left_to_the_collections_problem(index):
    read = index(a_yml=inheriting("  Metadata: {FLOPs: many}", "  Metadata: {}"))
    assert seen(read) == [("a.yml", 3, 21, "bad-value")]
    assert read.entries == ()


def test_one_broken_model_leaves_its_neighbours(index):
    read = index(a_yml="Models:\n- Name: a\n- Nam: b\n- Name: c\n")
    assert [entry.name for entry in read.entries] == ["a", "c"]
    assert seen(read) == [("a.yml", 3, 3, "missing-field")]
    assert read.problems[0].hint == "did you mean Nam?"


def test_one_broken_file_leaves_its_neighbours(index):
    read = index(a_yml="[", b_yml="Models:\n- Name: b\n")
    assert [entry.name for entry in read.entries] == ["b"]
    assert seen(read) == [("a.yml", 1, 2, "yaml-syntax")]


def test_a_malformed_comment_is_an_error_beside_a_good_one(index):
    good, bad = (
        "<!--\nType: model-index\nModels: [{Name: a}]\n-->\n",
        "<!--\nType: model-index\nModels: [\n-->\n",
    )
    read = index(a_md=good + bad)
    assert [entry.name for entry in read.entries] == ["a"]
    assert [problem.rule for problem in read.errors] == ["yaml-syntax"]


def test_problems_are_in_the_order_of_their_places(index):
    read = index(
        a_yml="Models:\n- Name: a\n  Metadata: {FLOPs: x, Parameters: y}\n- Name: a\n",
        b_yml="Models:\n- Name: a\n",
    )
    places = [problem.location for problem in read.problems]
    assert places == sorted(places)
    assert len(places) == 3


def test_a_problem_is_shown_as_compilers_show_theirs(index):
    (problem,) = index(a_yml="Models:\n- Name: a\n  Metadata: {Image Size: big}\n").problems
    message = "Image Size: not the side of a square image in pixels, such as 224"
    assert str(problem) == f"a.yml:3:26: error: {message} [bad-value]"


def test_an_import_that_is_not_there_leaves_the_rest(index):
    read = index(a_yml="Models:\n- Name: a\nImport: [b.yml]\n")
    assert seen(read) == [("a.yml", 3, 10, "import-missing")]
    assert [entry.name for entry in read.entries] == ["a"]


# Files and folders


def test_files_are_read_in_the_order_of_their_names(index):
    model = "Models:\n- Name: {}\n"
    read = index(
        b_yml=model.format("b"), a__z_yml=model.format("az"), c_json='{"Models": [{"Name": "c"}]}'
    )
    assert [entry.name for entry in read.entries] == ["az", "b", "c"]
    assert read.files == ("a/z.yml", "b.yml", "c.json")


def test_hidden_folders_and_other_files_are_no_part_of_an_index(index):
    read = index(a_yml="Models:\n- Name: a\n", _git__b_yml="[", c_txt="[", _zoo_json="{}")
    assert read.files == ("a.yml",)


def test_prose_is_no_problem_when_scanned_and_an_error_when_named(index):
    read = index(a_yml="Models:\n- Name: a\n", README_md="# A page\n")
    assert read.problems == ()
    assert seen(read_index(Path("README.md"))) == [("README.md", 1, 1, "not-an-index")]
    assert read_index(Path("README.md")).errors


def test_other_yaml_is_a_warning_when_scanned_and_an_error_when_named(index):
    (scanned,) = index(a_yml="site_name: x\n").problems
    (named,) = read_index(Path("a.yml")).problems
    assert (scanned.rule, scanned.level) == ("not-an-index", "warning")
    assert (named.rule, named.level) == ("not-an-index", "error")


def test_a_folder_without_an_index_file_is_a_fault(tmp_path):
    with pytest.raises(IndexFault, match=r"holds no file that ends in \.md") as error:
        read_index(tmp_path)
    assert "--index" in error.value.hint


@pytest.mark.parametrize("name", ["nothing", "nothing.yml", "no\0thing"])
def test_a_path_that_is_not_there_is_a_fault(tmp_path, name):
    with pytest.raises(IndexFault, match="is not there"):
        read_index(tmp_path / name)


def test_a_path_that_is_too_long_is_a_fault(tmp_path):
    with pytest.raises(IndexFault, match="cannot be read"):
        read_index(tmp_path / ("x" * 5000))


def test_a_named_pipe_is_a_fault_when_named_and_an_error_when_scanned(tmp_path):
    os.mkfifo(tmp_path / "pipe.yml")
    with pytest.raises(IndexFault, match="is neither a file nor a folder"):
        read_index(tmp_path / "pipe.yml")
    (problem,) = read_index(tmp_path).problems
    assert (problem.rule, problem.message) == ("unreadable", "this is not a regular file")


def test_a_folder_that_is_called_like_a_file_is_a_folder(index):
    read = index(x_yml__a_yml="Models:\n- Name: a\n")
    assert read.files == ("x.yml/a.yml",)
    assert only(read_index(Path("x.yml"))).name == "a"


def test_a_symlink_that_leads_out_of_the_index_is_not_followed(tmp_path):
    (tmp_path / "secret.yml").write_text("Models:\n- Name: secret\n")
    (tmp_path / "index").mkdir()
    (tmp_path / "index/a.yml").write_text("Models:\n- Name: a\n")
    (tmp_path / "index/link.yml").symlink_to("../secret.yml")
    (tmp_path / "index/up").symlink_to("..", target_is_directory=True)
    assert only(read_index(tmp_path / "index")).name == "a"


def test_a_symlink_within_the_index_is_followed(tmp_path):
    (tmp_path / "a.txt").write_text("Models:\n- Name: a\n")
    (tmp_path / "a.yml").symlink_to("a.txt")
    assert only(read_index(tmp_path)).name == "a"


@pytest.mark.parametrize("target", ["loop.yml", "gone.yml"])
def test_a_symlink_that_leads_nowhere_is_an_error(tmp_path, target):
    (tmp_path / "loop.yml").symlink_to(target)
    (problem,) = read_index(tmp_path).errors
    assert problem.rule == "unreadable"


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
@pytest.mark.parametrize("name", ["sub", "."])
def test_a_folder_that_may_not_be_read_is_a_fault_and_not_passed_over(tmp_path, name):
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.yml").write_text("Models: []")
    (tmp_path / name).chmod(0)
    try:
        with pytest.raises(IndexFault, match="cannot be read"):
            read_index(tmp_path)
    finally:
        (tmp_path / name).chmod(0o700)


def test_a_file_named_twice_is_read_once(index):
    index(a_yml="Models:\n- Name: a\n")
    assert only(read_index(Path(), Path("a.yml"), Path("./a.yml").absolute())).name == "a"


def test_a_file_may_be_as_large_as_1_mebibyte_and_no_larger(tmp_path):
    file = tmp_path / "a.yml"
    model = b"Models:\n- Name: a\n#"
    file.write_bytes(model + b" " * (MAX_FILE - len(model)))
    assert only(read_index(file)).name == "a"
    file.write_bytes(model + b" " * (MAX_FILE - len(model) + 1))
    assert [problem.rule for problem in read_index(file).errors] == ["too-large"]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_that_is_not_utf_8_is_found_at_its_line_and_column(tmp_path, mark):
    file = tmp_path / "a.yml"
    file.write_bytes(mark + "Models:\n- Name: é".encode() + b"\xe9\n")
    (problem,) = read_index(file).problems
    assert (problem.rule, problem.location.line, problem.location.column) == ("encoding", 2, 10)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_text_in_wide_characters_is_an_encoding_error(tmp_path, encoding):
    (tmp_path / "a.yml").write_bytes("Models: []\n".encode(encoding))
    assert [problem.rule for problem in read_index(tmp_path).errors] == ["encoding"]


def test_reading_twice_gives_the_same(index):
    assert index(page_md=FULL, b_yml="Models: [{}]") == read_index(Path())


# Anything at all


INDEXES = st.sampled_from(
    [FULL.encode(), b"Models:\n- Name: a\n  Results: []\n", b'{"Models": [{"Name": "a"}]}']
)


@st.composite
def spoiled(draw):
    """Draw an index in which a few bytes are others."""
    data = bytearray(draw(INDEXES))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(data)))
        data[start : start + draw(st.integers(0, 9))] = draw(
            st.binary(max_size=3) | st.sampled_from([b"\n", b"- ", b": ", b"[", b"null"])
        )
    return bytes(data)


@given(st.binary() | spoiled(), st.sampled_from([".yml", ".md", ".json"]))
@example(b"Models:\n- Name: a\n  Metadata: {Mean: [0.5, null]}", ".yml")
@example(
    b"Collections:\n- Name: c\n  Results: [x]\nModels:\n- Name: a\n  In Collection: c\n", ".yml"
)
@example(b"Models: [null, [], {Name: {}}, {Name: a, Source: {Type: null}}]", ".yml")
def test_any_bytes_end_in_entries_or_problems_with_their_places(data, suffix):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"x{suffix}")
        file.write_bytes(data)
        read = read_index(file)
    lines = data.count(b"\n") + data.count(b"\r") + 1
    for problem in read.problems:
        assert problem.rule in RULES
        assert 1 <= problem.location.line <= lines
        assert problem.location.column >= 1


SCALARS = st.sampled_from(
    ["", "null", "no", "1", "'1'", "4.1 G", "x", "[]", "{}", "[1, null]", "{Name: a}", "[[a]]"]
)
KEYS = st.sampled_from(
    ["Name", "Metadata", "Results", "Source", "In Collection", "Weights", "Paper", "Code", "Type",
     "Mean", "FLOPs", "SHA256", "Tasks", "Task", "Dataset", "Metrics", "Top 1 Accuracy",
     "Arguments", "Import"]
)  # fmt: skip
PARTS = st.recursive(
    SCALARS,
    lambda inner: (
        st.dictionaries(KEYS, inner, max_size=4).map(
            lambda fields: "{" + ", ".join(f"{key}: {value}" for key, value in fields.items()) + "}"
        )
        | st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
    ),
    max_leaves=12,
)


@given(st.lists(PARTS, max_size=3), st.lists(PARTS, max_size=3))
def test_any_tree_ends_in_entries_or_problems(collections, models):
    text = f"Collections: [{', '.join(collections)}]\nModels: [{', '.join(models)}]\n"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "x.yml")
        file.write_text(text)
        read = read_index(file)
    assert len(read.entries) <= len(models)
    assert {problem.rule for problem in read.problems} <= RULES.keys()


# Hostile indexes


def collections_and_models(collections, models):
    """Return an index of lines, one for each collection and each model."""
    return "\n".join(["Collections:", *collections, "Models:", *models, ""])


ALIKE = "ab" * 27
BOMB = """<!--
Type: model-index
Models:
- Name: q
  Metadata:
    a: &a [x, x, x, x, x, x, x, x, x, x]
    b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
    c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
    d: [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
-->
"""
HOSTILE = {
    "many models": "Models:\n" + "".join(f"- Name: m{n}\n  Code: x\n" for n in range(9_000)),
    "many broken models": "Models:\n" + "- Name: []\n" * 12_000,
    "one name again and again": "Models:\n" + "- Name: a\n" * 12_000,
    "models of one large collection": collections_and_models(
        ["- Name: c\n  Metadata:", *(f"    k{n}: v" for n in range(10_000))],
        [f"- {{Name: m{n}, In Collection: c}}" for n in range(5_000)],
    ),
    "unknown names like many others": collections_and_models(
        [f"- Name: {ALIKE}{n}" for n in range(4_000)],
        [f"- {{Name: m{n}, In Collection: {ALIKE}{n}x}}" for n in range(4_000)],
    ),
    "a long name by alias": f"Models:\n- Name: &n {'x' * 16_000}\n" + "- Name: *n\n" * 15_000,
    "names like the missing one": "Models:\n-" + "".join(f" Nam{n}: 1\n " for n in range(20_000)),
    "a bomb in every comment": BOMB * 3_500,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_index_is_read_or_refused_within_2_seconds(tmp_path, name):
    file = tmp_path / ("x.md" if HOSTILE[name].startswith("<!--") else "x.yml")
    file.write_text(HOSTILE[name])
    assert file.stat().st_size < MAX_FILE
    began = time.process_time()
    read_index(file)
    assert time.process_time() - began < 2


def test_models_inherit_as_many_values_as_the_limit_and_no_more(index, monkeypatch):
    text = collections_and_models(
        ["- Name: c\n  Metadata: {a: b}"], [f"- {{Name: m{n}, In Collection: c}}" for n in range(3)]
    )
    monkeypatch.setattr(assemble, "MAX_INHERITED", 3 * 7)
    assert len(index(a_yml=text).entries) == 3
    monkeypatch.setattr(assemble, "MAX_INHERITED", 3 * 7 - 1)
    read = read_index(Path())
    assert len(read.entries) == 2
    assert seen(read) == [("a.yml", 2, 9, "too-large")]


# Components, layers and dropout: fields that publishers fill freely

FREE = "Models:\n- Name: a\n  Metadata:\n    LR: 0.6\n"


def free(index, *lines):
    """Return the claims of these fields with their lines, and what is left untested."""
    entry = only(index(a_yml=FREE + "".join(f"    {line}\n" for line in lines)))
    kinds = {Metric.ARCHITECTURE, Metric.LAYERS, Metric.DROPOUT}
    claims = [claim for claim in entry.claims if claim.metric in kinds]
    return [(c.metric.value, c.value, c.location.line) for c in claims], entry.untested


def test_each_listed_component_is_a_claim_at_its_own_line_and_twice_is_once(index):
    words = ["Architecture:", "- ReLU", "- 1x1 Convolution", "- relu"]
    claims, untested = free(index, *words)
    assert claims == [("architecture", "ReLU", 6), ("architecture", "1x1 Convolution", 7)]
    assert untested == ("LR",)


def test_a_component_need_not_be_in_a_list(index):
    assert free(index, "architecture: ResNet")[0] == [("architecture", "ResNet", 5)]


def test_layers_and_dropout_are_numbers(index):
    claims, untested = free(index, "Layers: 50", "Dropout: '0.2'")
    assert claims == [("layers", Decimal(50), 5), ("dropout", Decimal("0.2"), 6)]
    assert untested == ("LR",)


@pytest.mark.parametrize(
    "line",
    ["Architecture: []", "Architecture: {Type: ResNet}", "Architecture: [{Type: ResNet}]",
     "Architecture: ['']", "Architecture: null", "Layers: many", "Layers: 0", "Layers: 50.5",
     "Layers: [50]", "Dropout: 7", "Dropout: [0.1, 0.2]", "Dropout: none", "Dropout: -0.1"],
)  # fmt: skip
def test_what_cannot_be_read_there_is_no_error_and_stays_uncheckable(index, line):
    claims, untested = free(index, line)
    assert claims == []
    assert untested == ("LR", line.partition(":")[0])
