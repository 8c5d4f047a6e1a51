"""A tree as the OpenMMLab projects have it: one root file, dozens of metafiles, READMEs."""

from __future__ import annotations

from pathlib import Path

import pytest

from zoo.claims import Metric
from zoo.index import read_index

FAMILIES = [f"family_{n:02}" for n in range(40)]

METAFILE = """Collections:
  - Name: {family}
    Metadata:
      Training Data: ImageNet-1k
      Training Resources: 8x V100 GPUs
      Architecture: [Convolution]
    Paper:
      - URL: https://example.org/{family}
        Title: On {family}
    README: configs/{family}/README.md
    Code:
      URL: https://example.org/code/{family}.py
      Version: v0.15.0

Models:
  - Name: {family}-s_8xb32_in1k
    Metadata:
      FLOPs: 1820000000
      Parameters: 11690000
      Training Techniques:
        - SGD with Momentum
    In Collection: {family}
    Results:
      - Dataset: ImageNet-1k
        Metrics:
          Top 1 Accuracy: 69.90
          Top 5 Accuracy: 89.43
        Task: Image Classification
      - Dataset: CIFAR-10
        Metrics:
          Top 1 Accuracy: 94.82
        Task: Image Classification
    Weights: https://example.org/{family}_s_20210831-fbbb1da6.pth
    Config: configs/{family}/{family}-s_8xb32_in1k.py
    Converted From:
      Weights: https://example.org/original.pth
      Code: https://example.org/original
  - Name: {family}-l_3rdparty_in1k
    Metadata:
      FLOPs: null
      Parameters: 4.3e7
    In Collection: [{family}]
    Results: null
    Weights: null
    Config: configs/{family}/{family}-l_in1k.py
"""


@pytest.fixture
def files():
    imports = "".join(f"  - configs/{family}/metafile.yml\n" for family in FAMILIES)
    built = {"model-index.yml": f"Import:\n{imports}", "mkdocs.yml": "site_name: x\n"}
    for family in FAMILIES:
        built[f"configs/{family}/metafile.yml"] = METAFILE.format(family=family)
        built[f"configs/{family}/README.md"] = f"# {family}\n"
    return built


def test_a_tree_is_read_whole_and_without_a_problem(tree, files):
    read = tree(files)
    assert read.problems == ()
    assert len(read.files) == 41
    assert [entry.name for entry in read.entries[:2]] == [
        "family_00-s_8xb32_in1k", "family_00-l_3rdparty_in1k"
    ]  # fmt: skip
    assert len(read.entries) == 80


def test_a_model_has_its_results_its_custom_fields_and_its_collections(tree, files):
    small, large = tree(files).entries[2:4]
    accuracies = [(c.metric, str(c.value), c.dataset) for c in small.claims if c.dataset]
    assert accuracies == [
        (Metric.TOP_1, "69.90", "ImageNet-1k"),
        (Metric.TOP_5, "89.43", "ImageNet-1k"),
        (Metric.TOP_1, "94.82", "CIFAR-10"),
    ]
    assert small.code == "https://example.org/code/family_01.py"
    assert small.paper == "https://example.org/family_01"
    assert small.training_data == ("ImageNet-1k",)
    assert small.fields["Config"].text == "configs/family_01/family_01-s_8xb32_in1k.py"
    assert small.fields["Converted From"].text.startswith("Weights: https://example.org/original")
    assert str(small.fields["Architecture"].location) == "configs/family_01/metafile.yml:6"
    assert large.weights is None
    assert large.claimed(Metric.FLOPS) is None
    assert large.value(Metric.PARAMETERS) == 43_000_000
    assert large.collection == "family_01"


def test_a_readme_that_is_gone_is_an_error_in_its_metafile(tree, files):
    tree(files)
    Path("configs/family_07/README.md").unlink()
    (problem,) = tree({}).problems
    assert (problem.rule, str(problem.location)) == (
        "readme-missing", "configs/family_07/metafile.yml:10"
    )  # fmt: skip


def test_one_metafile_can_be_read_alone(tree, files):
    read = tree(files, "configs/family_03/metafile.yml")
    assert read.problems == ()
    assert len(read.entries) == 2


@pytest.mark.parametrize(
    ("here", "path"),
    [
        (".", "configs"),
        (".", "configs/family_03"),
        ("configs", "family_03/metafile.yml"),
        ("configs/family_03", "metafile.yml"),
        ("configs/family_03", "."),
        ("configs/family_04", "../family_03/metafile.yml"),
        ("/", "{}/configs/family_03/metafile.yml"),
    ],
)
def test_readmes_are_found_whatever_the_working_folder(
    tree, files, tmp_path, monkeypatch, here, path
):
    tree(files)
    monkeypatch.chdir(here)
    read = read_index(Path(path.format(tmp_path)))
    assert read.problems == ()
    assert {Path(entry.root).resolve() for entry in read.entries} == {tmp_path}


def test_no_root_file_is_looked_for_above_the_repository(tree, files, tmp_path):
    files = {f"repo/{name}" if name != "model-index.yml" else name: t for name, t in files.items()}
    tree(files)
    Path("repo/.git").mkdir()
    read = read_index(Path("repo/configs/family_03/metafile.yml"))
    assert Path(read.entries[0].root).resolve() == tmp_path / "repo/configs/family_03"


def test_imports_stay_below_the_root_above_the_named_file(tree, files):
    outside = "Import: [../../../x.yml]\nModels: [{Name: b}]"
    files = {f"repo/{name}": text for name, text in files.items()}
    read = tree({**files, "repo/configs/a/b.yml": outside, "x.yml": "Models: [{Name: a}]"},
                "repo/configs/a/b.yml")  # fmt: skip
    assert [problem.rule for problem in read.errors] == ["import-outside"]
