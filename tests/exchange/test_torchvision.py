"""torchvision's classifiers as a source of networks, and its metadata as a model index."""

from __future__ import annotations

import math
import sys
from decimal import Decimal
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")

from zoo.claims import Location, Metric, ModelEntry, SourceSpec, Text  # noqa: E402
from zoo.errors import Refused, Unavailable, UsageError  # noqa: E402
from zoo.exchange import EXPORTERS, IMPORTERS  # noqa: E402
from zoo.index import read_index  # noqa: E402
from zoo.sources.torchvision import SOURCE, crop_pct, names, published  # noqa: E402

HERE = Location("page.md", 7, 3)


def spec(name: str, **arguments: object) -> SourceSpec:
    return SourceSpec("torchvision", name, arguments, HERE)


@pytest.fixture(scope="module")
def imported() -> dict[str, ModelEntry]:
    return {entry.name: entry for entry in IMPORTERS["torchvision"].read("torchvision").entries}


@pytest.mark.parametrize(
    "model",
    ["resnet18.IMAGENET1K_V1", "googlenet.IMAGENET1K_V1", "inception_v3.IMAGENET1K_V1",
     "regnet_y_400mf.IMAGENET1K_V2", "vit_b_16.IMAGENET1K_SWAG_E2E_V1", "swin_t.IMAGENET1K_V1"],
)  # fmt: skip
def test_the_network_has_the_parameters_that_torchvision_claims(
    model: str, imported: dict[str, ModelEntry]
) -> None:
    entry = imported[model]
    with torch.device("meta"):
        network = SOURCE.build(entry.source)
    counted = sum(parameter.numel() for parameter in network.parameters())
    assert counted == entry.value(Metric.PARAMETERS)


def test_every_published_file_states_its_preprocessing(imported: dict[str, ModelEntry]) -> None:
    for name in names():
        for weights in published(name):
            entry = imported[f"{name}.{weights.name}"]
            stated = SOURCE.stated(entry, torch.nn.Identity).preprocessing
            assert stated is not None
            (resize,) = weights.transforms().resize_size
            assert math.floor(stated.image_size / stated.crop_pct) == resize
            assert entry.value(Metric.CROP_PCT) == stated.crop_pct


@pytest.mark.parametrize(
    ("crop", "resize", "share"),
    [(224, 256, "0.875"), (224, 232, "0.965"), (224, 224, "1.0"), (299, 342, "0.874")],
)
def test_a_crop_is_the_shortest_share_that_gives_the_same_resize(
    crop: int, resize: int, share: str
) -> None:
    assert crop_pct(crop, resize) == Decimal(share)


def test_a_crop_larger_than_the_picture_is_no_share() -> None:
    assert crop_pct(256, 224) is None


def test_the_heads_that_torchvision_throws_away_are_left_out() -> None:
    with torch.device("meta"):
        network = SOURCE.build(spec("googlenet"))
    state = {"conv1.conv.weight": torch.zeros(1), "aux1.fc1.weight": torch.zeros(1)}
    assert list(SOURCE.convert(network, state)) == ["conv1.conv.weight"]
    assert SOURCE.convert(torch.nn.Identity(), state) is state


def test_a_name_that_torchvision_does_not_have_gets_the_nearest() -> None:
    with pytest.raises(Unavailable) as caught:
        SOURCE.build(spec("resnet5O"))
    assert "page.md:7" in caught.value.message
    assert "resnet50" in caught.value.hint


def test_a_detector_is_not_built_since_that_would_fetch_a_backbone() -> None:
    with pytest.raises(Unavailable):
        SOURCE.build(spec("fasterrcnn_resnet50_fpn"))


@pytest.mark.parametrize("arguments", [{"weights": "DEFAULT"}, {"num_classes": True}])
def test_arguments_that_are_not_harmless_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(Refused):
        SOURCE.build(spec("resnet18", **arguments))


def test_what_torchvision_cannot_build_is_unavailable_with_its_reason() -> None:
    with pytest.raises(Unavailable, match=r"cannot build vit_b_16: .*divisible"):
        SOURCE.build(spec("vit_b_16", image_size=225))


def test_a_name_stands_for_itself_and_a_wrong_one_gets_the_nearest() -> None:
    known = SOURCE.identify(ModelEntry("m", HERE, "", spec("resnet50")))
    assert (known.name, known.by) == (
        "resnet50",
        SOURCE.describe(spec("resnet50"))[: -len(" resnet50")],
    )
    unknown = SOURCE.identify(ModelEntry("m", HERE, "", spec("resnet5O")))
    assert unknown.name is None and "resnet50" in unknown.hint


def test_a_page_without_weights_leaves_torchvision_nothing_to_say() -> None:
    stated = SOURCE.stated(ModelEntry("m", HERE, "", spec("resnet18")), torch.nn.Identity)
    assert stated.preprocessing is None
    assert stated.by == "the page names no weights file that torchvision could know"


def test_a_torchvision_that_cannot_be_imported_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision.models", None)
    with pytest.raises(Unavailable, match="torchvision cannot be used: ") as caught:
        SOURCE.build(spec("resnet18"))
    assert caught.value.hint == "see 'zoo doctor'"


def test_another_file_has_no_preprocessing_of_torchvision() -> None:
    weights = Text("https://example.org/other.pth", HERE)
    entry = ModelEntry("m", HERE, "", spec("resnet18"), weights=weights)
    stated = SOURCE.stated(entry, torch.nn.Identity)
    assert stated.preprocessing is None
    assert "other.pth" in stated.by


def test_all_of_torchvision_is_imported_and_read_back(
    imported: dict[str, ModelEntry], tmp_path: Path
) -> None:
    (tmp_path / "m.yaml").write_text(
        EXPORTERS["yaml"].render(list(imported.values())).pages["models.yaml"]
    )
    index = read_index(tmp_path / "m.yaml")
    assert index.errors == ()
    assert len(index.entries) == sum(1 for name in names() for _ in published(name))
    entry = next(entry for entry in index.entries if entry.name == "resnet50.IMAGENET1K_V2")
    assert entry.source.kind == "torchvision"
    assert entry.source.reference == "resnet50"
    assert entry.claimed(Metric.FLOPS).text == "4.089G"
    assert entry.claimed(Metric.TOP_1).text == "80.858%"
    assert entry.claimed(Metric.TOP_1).dataset == "ImageNet-1K"
    assert entry.value(Metric.MEAN) == (Decimal("0.485"), Decimal("0.456"), Decimal("0.406"))


def test_some_of_torchvision_is_imported_by_patterns() -> None:
    found = IMPORTERS["torchvision"].read("resnet1*, alexnet").entries
    assert {entry.source.reference for entry in found} == {
        "alexnet", "resnet18", "resnet101", "resnet152"
    }  # fmt: skip


def test_a_pattern_that_nothing_matches_gets_the_nearest_name() -> None:
    with pytest.raises(UsageError) as caught:
        IMPORTERS["torchvision"].read("resnet5O")
    assert "resnet50" in caught.value.hint


def test_what_is_not_carried_over_is_said() -> None:
    notes = IMPORTERS["torchvision"].read("alexnet").notes
    assert any("recipes" in note for note in notes)
