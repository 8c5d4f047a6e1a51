"""``zoo import``, ``zoo export`` and ``zoo schema``."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.cli.conftest import Zoo
from zoo.schemas import names

HEADER = "model,img_size,top1,top1_err,top5,top5_err,param_count,crop_pct,interpolation\n"
ROWS = (
    'big.tag_in1k,448,90.056,9.944,99.054,0.946,"1,014.45",1.000,bicubic\n'
    "seresnet50.ra2_in1k,288,81.286,18.714,95.620,4.380,28.09,0.950,bicubic\n"
    "seresnet50.ra2_in1k,224,80.268,19.732,95.072,4.928,28.09,0.875,bicubic\n"
)
CARD = """\
---
license: mit
model-index:
- name: my-model
  results:
  - task: {type: image-classification, name: Image Classification}
    dataset: {type: imagenet-1k, name: ImageNet}
    metrics:
    - {type: accuracy, value: 83.740, name: Top 1 Accuracy}
---
# My model
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "results-imagenet.csv"
    path.write_text(HEADER + ROWS)
    return path


@pytest.mark.parametrize("name", ["index", *names()])
def test_every_schema_is_printed_and_is_one(zoo: Zoo, name: str) -> None:
    printed = zoo("schema", name).json
    Draft202012Validator.check_schema(printed)
    assert printed["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_schema_is_that_of_the_index_by_default(zoo: Zoo) -> None:
    assert zoo("schema").out == zoo("schema", "index").out


def test_a_schema_is_written_to_a_file(zoo: Zoo, tmp_path: Path) -> None:
    outcome = zoo("schema", "run", "-o", tmp_path / "run.json")
    assert (outcome.code, outcome.out) == (0, "")
    assert json.loads((tmp_path / "run.json").read_text())["title"]


def test_a_schema_that_is_not_there_is_a_usage_error(zoo: Zoo) -> None:
    assert zoo("schema", "rum").code == 2


def test_a_table_of_timm_is_read_back_with_the_digits_as_written(
    zoo: Zoo, table: Path, tmp_path: Path
) -> None:
    outcome = zoo("import", table)
    assert outcome.code == 0
    assert "named model@size" in outcome.err
    models = yaml.load(outcome.out, Loader=yaml.BaseLoader)["Models"]
    assert [model["Name"] for model in models] == [
        "big.tag_in1k", "seresnet50.ra2_in1k", "seresnet50.ra2_in1k@224"
    ]  # fmt: skip
    assert models[0]["Metadata"] == {
        "Parameters": "1014.45M", "Image Size": "448", "Crop Pct": "1.000",
        "Interpolation": "bicubic",
    }  # fmt: skip
    assert models[0]["Results"][0]["Metrics"]["Top 1 Accuracy"] == "90.056%"
    (tmp_path / "m.yaml").write_text(outcome.out)
    rows = zoo("list", "--index", tmp_path / "m.yaml", "--format", "json").json
    assert [row["parameters"] for row in rows] == [1_014_450_000, 28_090_000, 28_090_000]


def test_an_import_is_written_as_json_where_the_file_is_called_so(
    zoo: Zoo, table: Path, tmp_path: Path
) -> None:
    outcome = zoo("import", table, "-o", tmp_path / "m.json")
    assert (outcome.code, outcome.out) == (0, "")
    assert json.loads((tmp_path / "m.json").read_text())["Type"] == "model-index"
    assert zoo("check", tmp_path / "m.json").code == 0


def test_a_table_of_every_row_that_timm_publishes_can_be_read_back(
    zoo: Zoo, tmp_path: Path
) -> None:
    rows = "".join(
        f"model_{n}.a_long_tag_of_some_dataset_in22k_ft_in1k,{size},80.000,20,90.000,10,1.00,"
        "0.900,bicubic\n"
        for n in range(1266)
        for size in ((224, 288) if n < 290 else (224,))
    )
    path = tmp_path / "results-imagenet.csv"
    path.write_text(HEADER + rows)
    assert zoo("import", path, "-o", tmp_path / "m.yaml").code == 0
    assert len(zoo("list", "--index", tmp_path / "m.yaml", "--format", "json").json) == 1556


def test_what_a_table_is_of_is_told_by_its_name_or_said(zoo: Zoo, tmp_path: Path) -> None:
    for name in ("results-sketch.csv", "mine.csv"):
        (tmp_path / name).write_text(HEADER + ROWS.splitlines()[0])
    sketch = zoo("import", tmp_path / "results-sketch.csv")
    assert "Dataset: ImageNet-Sketch" in sketch.out
    assert "taken for ImageNet" not in sketch.err
    assert "taken for ImageNet" in zoo("import", tmp_path / "mine.csv").err


def test_a_crop_that_an_index_cannot_state_is_said(zoo: Zoo, tmp_path: Path) -> None:
    path = tmp_path / "results-imagenet.csv"
    path.write_text(HEADER + ROWS.splitlines()[0].replace("1.000", "2.150"))
    outcome = zoo("import", path)
    assert outcome.code == 0
    assert "results-imagenet.csv:2: big.tag_in1k: crop_pct 2.150 is not carried over" in outcome.err
    assert "Crop Pct" not in outcome.out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", ":1: no table of timm: the columns model, "),
        (b"just text\nof two lines\n", ":1: no table of timm"),
        (HEADER.replace("top5,", "topp5,").encode(), "the column top5 cannot be found"),
        (HEADER.encode(), ":1: the table has no rows"),
        ((HEADER + "m,224,80\n").encode(), ":2: 3 cells, where the first line has 9"),
        ((HEADER + "m,224,1,2,3,4,5,0.9,bicubic\nm,big,1,2,3,4,5,0.9,bicubic\n").encode(),
         ":3: img_size: not the side"),
        ((HEADER + "m,224,180,2,3,4,5,0.9,bicubic\n").encode(), ":2: top1: not a percentage"),
        ((HEADER + "m,224,1,2,3,4,5,0.9,random\n").encode(), ":2: interpolation: not one of"),
        ((HEADER + ",224,1,2,3,4,5,0.9,bicubic\n").encode(), ":2: model: a name is not empty"),
        ((HEADER + "m\u202ex,224,1,2,3,4,5,0.9,bicubic\n").encode(),
         ":2: model: a name has no invisible"),
        ((HEADER + "m" * 197 + ",2240,1,2,3,4,5,0.9,bicubic\n").encode(),
         ":2: model: a name is one"),
        ((HEADER + "m,224,1,2,3,4,5,0.9,bicubic\n" * 2).encode(),
         ":3: the model 'm' is already on line 2"),
        ((HEADER + 'm,"224,1\n').encode(), ":3: this is not CSV"),
        (HEADER.encode() + b"m\0,224", ":2: this is a binary file"),
        (HEADER.encode() + b"m\xff,224", ":2: this is not UTF-8"),
        (b"x" * (17 * 2**20), "is larger than 16 MiB"),
        ((HEADER + "m," + "9" * 200_000 + "\n").encode(), ":2: this is not CSV"),
    ],
)  # fmt: skip
def test_what_is_no_table_gives_one_error_with_its_line(
    zoo: Zoo, tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "results-imagenet.csv"
    path.write_bytes(content)
    outcome = zoo("import", path, "-o", tmp_path / "out.yaml")
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
    assert "Traceback" not in outcome.err
    assert outcome.err.count("zoo: ") == 1
    assert not (tmp_path / "out.yaml").exists()


def test_what_is_no_file_is_refused(zoo: Zoo, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    for name, said in (("none.csv", "is not there"), ("pipe.csv", "not a regular file"),
                       ("folder.csv", "Is a directory")):  # fmt: skip
        outcome = zoo("import", tmp_path / name)
        assert outcome.code == 2
        assert said in outcome.err


def test_what_a_source_is_must_be_known(zoo: Zoo, tmp_path: Path) -> None:
    outcome = zoo("import", "something")
    assert outcome.code == 2
    assert "--from csv|hf-card|timm-csv|torchvision" in outcome.err


def test_a_card_is_read_back_with_the_digits_as_written(zoo: Zoo, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD)
    outcome = zoo("import", tmp_path / "README.md")
    assert outcome.code == 0, outcome.err
    assert "not carried over: license" in outcome.err
    (model,) = yaml.load(outcome.out, Loader=yaml.BaseLoader)["Models"]
    assert model["Name"] == "my-model"
    (result,) = model["Results"]
    assert (result["Dataset"], result["Task"]) == ("ImageNet", "Image Classification")
    assert result["Metrics"] == {"Top 1 Accuracy": "83.740"}


def test_a_card_that_zoo_wrote_is_imported_again(zoo: Zoo, tmp_path: Path) -> None:
    assert zoo("export", "seresnet152d", "--format", "hf-card", "-o", tmp_path / "c.md").code == 0
    outcome = zoo("import", tmp_path / "c.md")
    assert outcome.code == 0, outcome.err
    assert "Top 1 Accuracy: 83.74\n" in outcome.out


@pytest.mark.parametrize(
    ("card", "said"),
    [
        ("# A page\n", ":1: this is no model card: it has no front matter"),
        ("---\nlicense: mit\n", ":1: this is no model card: it has no front matter"),
        ("---\nlicense: mit\n---\n", ":1: no model index is written here"),
        ("---\nmodel-index: [\n---\n", "README.md:"),
        ("---\nmodel-index:\n- results: []\n---\n", "README.md:3"),
    ],
)
def test_what_is_no_card_gives_one_error_with_its_line(
    zoo: Zoo, tmp_path: Path, card: str, said: str
) -> None:
    (tmp_path / "README.md").write_text(card)
    outcome = zoo("import", tmp_path / "README.md")
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err


def test_models_are_exported_to_standard_output(zoo: Zoo) -> None:
    outcome = zoo("export", "seresnet50", "--format", "yaml")
    (model,) = yaml.safe_load(outcome.out)["Models"]
    assert model["Metadata"]["FLOPs"] == 5285062320
    assert model["Results"][0]["Metrics"]["Top 1 Accuracy"].endswith("%")
    assert zoo("export", "seresnet50", "--format", "json").json["Type"] == "model-index"


def test_each_model_gets_a_page_of_its_own_in_a_folder(zoo: Zoo, tmp_path: Path) -> None:
    outcome = zoo("export", "--name", "seresnet*", "--format", "hf-card", "-o", tmp_path / "cards")
    assert outcome.code == 0
    assert (tmp_path / "cards" / "seresnet50.md").read_text().startswith("---\n")
    assert f"pages to {tmp_path / 'cards'}" in outcome.err


def test_one_document_can_be_written_into_a_folder(zoo: Zoo, tmp_path: Path) -> None:
    assert zoo("export", "seresnet50", "--format", "csv", "-o", tmp_path).code == 0
    assert (tmp_path / "models.csv").read_text().startswith("name,")


def test_a_model_that_is_not_there_gets_the_nearest_name(zoo: Zoo) -> None:
    outcome = zoo("export", "seresnet51", "--format", "yaml")
    assert outcome.code == 2
    assert "did you mean seresnet50" in outcome.err


def test_nothing_selected_exits_5(zoo: Zoo) -> None:
    assert zoo("export", "--name", "nothing*", "--format", "yaml").code == 5


def test_an_index_with_errors_is_not_exported(zoo: Zoo, tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text("Models:\n- Name: bad\n  Metadata: {FLOPs: lots}\n")
    outcome = zoo("export", "--all", "--index", tmp_path, "--format", "yaml")
    assert (outcome.code, outcome.out) == (2, "")
    assert "bad.yml:3:21: error" in outcome.err


def test_a_model_without_accuracies_has_no_eval_results(zoo: Zoo, tmp_path: Path) -> None:
    (tmp_path / "m.yml").write_text("Models:\n- Name: m\n")
    outcome = zoo("export", "m", "--index", tmp_path, "--format", "eval-results")
    assert outcome.code == 2
    assert "m: no accuracy is claimed" in outcome.err


def test_exchanging_and_comparing_import_neither_torch_nor_pandas(table: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from zoo.cli import run; "
        f"run(['export', '--all', '--format', 'csv']); run(['import', {str(table)!r}]); "
        f"run(['diff', {str(table)!r}, {str(table)!r}]); run(['schema']); "
        "sys.exit([m for m in ('torch', 'timm', 'pandas') if m in sys.modules] != [])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def test_a_table_of_zoo_that_is_no_csv_further_down_is_one_error(zoo: Zoo, tmp_path: Path) -> None:
    (tmp_path / "index.yml").write_text("Models: [{Name: m, Metadata: {Parameters: 5}}]\n")
    written = zoo("export", "--all", "--index", tmp_path / "index.yml", "--format", "csv").out
    assert "\nm," in written
    path = tmp_path / "models.csv"
    path.write_text(written + 'n,"broken off\n')
    outcome = zoo("import", path)
    assert (outcome.code, outcome.out) == (2, "")
    assert "models.csv:" in outcome.err and ": this is not CSV: " in outcome.err


def test_further_urls_that_a_spreadsheet_has_no_column_for_are_said(
    zoo: Zoo, tmp_path: Path
) -> None:
    (tmp_path / "index.yml").write_text(
        "Models: [{Name: m, Weights: ['https://a.example/m.pth', 'https://b.example/m.pth']}]\n"
    )
    outcome = zoo("export", "--all", "--index", tmp_path / "index.yml", "--format", "csv")
    assert outcome.code == 0 and "https://b.example" not in outcome.out
    assert "of 1 models only the first of several weights URLs is carried over" in outcome.err


def test_columns_of_a_table_that_an_index_has_no_field_for_are_said(
    zoo: Zoo, tmp_path: Path
) -> None:
    path = tmp_path / "results-imagenet.csv"
    path.write_text(HEADER.replace("\n", ",colour\n") + ROWS.splitlines()[0] + ",red\n")
    outcome = zoo("import", path)
    assert outcome.code == 0
    assert "not carried over: colour" in outcome.err
