"""Sources: what is built from which name, and what a source says of a weights file."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import timm
import torch

from zoo.errors import Blocked, Refused, Unavailable
from zoo.sources import SOURCES

RELEASES = "https://github.com/rwightman/pytorch-image-models/releases/download/v0.1-weights"
TIMM = SOURCES["timm"]
PYTHON = SOURCES["python"]

FACTORIES = """
import torch

class Builder:
    class Inner:
        @staticmethod
        def build(width=2):
            return torch.nn.Linear(3, width)

def fails(): raise KeyError("first line\\nsecond line")
def quits(): raise SystemExit(0)
def text(): return "no network"
def bare(): return torch.nn.Linear(3, 2)

def with_config(**config):
    network = torch.nn.Linear(3, 2)
    network.pretrained_cfg = config
    return network

constant = 5
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Install modules that build networks, or fail to."""
    (tmp_path / "zoo_test_factories.py").write_text(FACTORIES)
    (tmp_path / "zoo_test_broken.py").write_text("1 / 0\n")
    (tmp_path / "zoo_test_quits.py").write_text("raise SystemExit(0)\n")
    (tmp_path / "zoo_test_needs.py").write_text("import zoo_test_not_there\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return "zoo_test_factories"


def parameters(network: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.fixture
def build(spec):
    """Build a timm network on the meta device, where it costs nothing."""

    def run(reference: str, arguments: dict[str, object] | None = None) -> torch.nn.Module:
        with torch.device("meta"):
            return TIMM.build(spec("timm", reference, arguments))

    return run


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_says_whether_it_runs_code_that_the_index_names(name: str) -> None:
    assert SOURCES[name].runs_named_code is (name == "python")


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_has_the_five_methods(name: str) -> None:
    methods = ("describe", "identify", "build", "stated", "convert")
    assert all(callable(getattr(SOURCES[name], method)) for method in methods)


def test_timm_builds_the_network_of_that_name_without_loading_weights(build) -> None:
    network = build("seresnet50")
    assert parameters(network) == 28_088_024
    assert all(parameter.is_meta for parameter in network.parameters())


def test_timm_says_which_version_was_asked_for_what(spec) -> None:
    assert TIMM.describe(spec("timm", "resnet18")) == f"timm {timm.__version__} resnet18"


def test_timm_builds_the_network_of_a_name_with_a_tag(build) -> None:
    assert parameters(build("resnet18.a1_in1k")) == 11_689_512


def test_timm_builds_what_a_deprecated_name_maps_to(build) -> None:
    assert parameters(build("tv_resnet34")) == parameters(build("resnet34"))


def test_a_name_that_timm_does_not_have_gets_the_nearest_names(build) -> None:
    with pytest.raises(
        Unavailable, match=r"^index.md:7: timm .* has no model 'seresnet15d'"
    ) as error:
        build("seresnet15d")
    assert error.value.hint.startswith("did you mean seresnet152d")


def test_a_name_like_no_other_gets_the_way_to_all_names(build) -> None:
    with pytest.raises(Unavailable) as error:
        build("qqqqqqqqqqqqqqqqqq")
    assert "timm.list_models()" in error.value.hint


def test_a_tag_that_timm_does_not_have_gets_the_nearest_names(build) -> None:
    with pytest.raises(Unavailable, match=r"has no pretrained tag 'resnet18.a9_in1k'") as error:
        build("resnet18.a9_in1k")
    assert "resnet18.a1_in1k" in error.value.hint


@pytest.mark.parametrize(
    "name",
    [
        "hf-hub:x/y",
        "hf_hub:x/y",
        "local-dir:/x",
        "https://example.org/a",
        "../resnet18",
        "resnet18\n",
        " resnet18",
        "résnet18",
        "",
    ],
)
def test_what_is_no_name_in_timm_is_never_passed_on(build, name: str) -> None:
    with pytest.raises(Refused, match="is not a name in timm"):
        build(name)


@pytest.mark.parametrize("name", ["ResNet18", "RESNET18", "resnet18.a1_in1k.x", "faster-rcnn_r50"])
def test_a_name_that_timm_could_have_and_has_not_blocks_what_rests_on_it(build, name: str) -> None:
    with pytest.raises(Blocked, match=f"timm .* has no (model|pretrained tag) '{name}'") as error:
        build(name)
    assert error.value.rule == "model-name"


@pytest.fixture
def identify(entry, spec):
    """Ask timm what it makes of a name, and of a documented file."""

    def run(reference: str, file: str = "a-01234567.pth"):
        page = entry(weights=f"{RELEASES}/{file}", source=spec("timm", reference))
        return TIMM.identify(page)

    return run


def test_timm_knows_the_file_that_a_name_loads_and_who_has_the_documented_one(identify) -> None:
    found = identify("seresnet50", "seresnet50_ra_224-8efdb4bb.pth")
    assert (found.name, found.by) == ("seresnet50", f"timm {timm.__version__}")
    assert found.loaded == "seresnet50_a1_0-ffa00869.pth"
    assert found.holders == ("seresnet50.ra2_in1k",)


def test_timm_knows_what_a_deprecated_name_stands_for(identify) -> None:
    found = identify("ig_resnext101_32x16d", "ig_resnext101_32x16-c6f796b0.pth")
    assert found.name == "resnext101_32x8d.fb_wsl_ig1b_ft_in1k"
    assert found.loaded == "ig_resnext101_32x8-c38310e5.pth"
    assert found.holders == ("resnext101_32x16d.fb_wsl_ig1b_ft_in1k",)


def test_a_tag_stays_the_tag_that_is_asked_for(identify) -> None:
    found = identify("resnet18.a2_in1k")
    assert (found.name, found.loaded) == ("resnet18.a2_in1k", "resnet18_a2_0-b61bd467.pth")


def test_weights_that_only_the_hub_has_are_named_by_their_repository(identify) -> None:
    found = identify("densenet121", "densenet121_ra-50efcf5c.pth")
    assert (found.loaded, found.holders) == ("timm/densenet121.ra_in1k", ())


@pytest.mark.parametrize("file", ["", "?a=b", "no-such-01234567.pth"])
def test_a_file_that_timm_does_not_have_is_held_by_nobody(identify, file: str) -> None:
    assert identify("seresnet50", file).holders == ()


def test_an_architecture_without_weights_loads_none(identify) -> None:
    assert identify("resnet10t.c3_in1k").loaded
    assert identify("vit_base_patch8_224.augreg_in21k").loaded
    assert identify("resnet200").loaded == ""


@pytest.mark.parametrize(
    ("name", "hint"), [("ResNet18", "resnet18"), ("seresnet15d", "seresnet152d")]
)
def test_an_unknown_name_is_known_to_be_none(identify, name: str, hint: str) -> None:
    found = identify(name)
    assert found.name is None
    assert hint in found.hint


def test_a_name_that_is_not_safe_to_pass_on_is_refused_here_too(identify) -> None:
    with pytest.raises(Refused):
        identify("hf-hub:x/y")


def test_an_import_path_stands_for_itself(entry, spec) -> None:
    page = entry(source=spec("python", "efficientnet_lite_pytorch:EfficientNet.from_name"))
    found = PYTHON.identify(page)
    assert found.name == "efficientnet_lite_pytorch:EfficientNet.from_name"
    assert "efficientnet-lite-pytorch 0.1.0" in found.by
    assert (found.loaded, found.holders) == ("", ())


def test_the_number_of_classes_may_be_given(build) -> None:
    assert build("resnet18", {"num_classes": 10}).fc.out_features == 10


@pytest.mark.parametrize(
    "arguments",
    [
        {"pretrained": True},
        {"checkpoint_path": "/etc/passwd"},
        {"pretrained_cfg": {"url": "https://example.org"}},
        {"scriptable": True},
        {"num_classes": 0},
        {"num_classes": True},
        {"num_classes": "10"},
        {"num_classes": 10.0},
        {"num_classes": 10**6 + 1},
        {"in_chans": 65},
        {"img_size": -1},
        {"img_size": [224, 224]},
        {"num_classes": None},
    ],
)
def test_an_argument_that_could_do_more_than_size_the_network_is_refused(build, arguments) -> None:
    with pytest.raises(Refused, match=f"the argument {next(iter(arguments))} is not passed on"):
        build("resnet18", arguments)


def test_an_argument_that_the_architecture_does_not_take_is_unavailable(build) -> None:
    with pytest.raises(Unavailable, match=r"timm cannot build resnet18: TypeError: .*img_size"):
        build("resnet18", {"img_size": 224})


def test_a_size_that_an_architecture_cannot_be_built_for_is_unavailable(build) -> None:
    with pytest.raises(Unavailable, match="timm cannot build gcvit_base: ZeroDivisionError"):
        build("gcvit_base", {"img_size": 1})


@pytest.mark.parametrize(
    ("model", "file", "tag", "crop"),
    [
        ("seresnet50", "seresnet50_ra_224-8efdb4bb.pth", "seresnet50.ra2_in1k", "0.875"),
        ("seresnet152d", "seresnet152d_ra2-04464dd2.pth", "seresnet152d.ra2_in1k", "0.95"),
        ("seresnet50.a1_in1k", "seresnet50_ra_224-8efdb4bb.pth", "seresnet50.ra2_in1k", "0.875"),
        ("tv_resnet34", "resnet34-b627a593.pth", "resnet34.tv_in1k", "0.875"),
        ("seresnet50", "seresnet50_ra_224-8efdb4bb.pth?a=b#c", "seresnet50.ra2_in1k", "0.875"),
    ],
)
def test_the_documented_file_decides_whose_preprocessing_counts(
    entry, spec, model: str, file: str, tag: str, crop: str
) -> None:
    page = entry(weights=f"{RELEASES}/{file}", source=spec("timm", model))
    stated = TIMM.stated(page, torch.nn.Identity)
    assert stated.by == f"timm {timm.__version__} {tag}"
    assert stated.preprocessing is not None
    assert stated.preprocessing.crop_pct == Decimal(crop)
    assert stated.preprocessing.interpolation in ("bicubic", "bilinear")


def test_the_bare_name_loads_another_file_today_than_the_documented_one(entry, spec) -> None:
    page = entry(
        weights=f"{RELEASES}/seresnet50_ra_224-8efdb4bb.pth", source=spec("timm", "seresnet50")
    )
    default = timm.get_pretrained_cfg("seresnet50")
    stated = TIMM.stated(page, torch.nn.Identity)
    assert stated.preprocessing is not None
    assert stated.preprocessing.crop_pct != Decimal(str(default.crop_pct))


@pytest.mark.parametrize(
    ("model", "url", "name"),
    [
        ("seresnet50", f"{RELEASES}/other-01234567.pth", "other-01234567.pth"),
        ("test_vit", f"{RELEASES}/", ""),
    ],
)
def test_a_file_that_no_tag_has_is_said_so(entry, spec, model: str, url: str, name: str) -> None:
    stated = TIMM.stated(entry(weights=url, source=spec("timm", model)), torch.nn.Identity)
    assert stated.preprocessing is None
    assert stated.by == f"no pretrained tag of timm's {model} has the file {name}"


def test_a_page_without_weights_leaves_timm_nothing_to_say(entry) -> None:
    stated = TIMM.stated(entry(), torch.nn.Identity)
    assert stated.preprocessing is None
    assert "names no weights file" in stated.by


def test_an_old_checkpoint_is_converted_as_timm_does(spec) -> None:
    saved = TIMM.build(spec("timm", "test_vit")).state_dict()
    network = TIMM.build(spec("timm", "test_vit", {"img_size": 96}))
    assert saved["pos_embed"].shape != network.state_dict()["pos_embed"].shape
    converted = TIMM.convert(network, saved)
    assert network.load_state_dict(dict(converted)).missing_keys == []


def test_a_checkpoint_of_an_architecture_without_a_conversion_stays_as_it_is(spec) -> None:
    state = {"any": torch.zeros(1)}
    assert TIMM.convert(TIMM.build(spec("timm", "test_efficientnet")), state) is state
    assert TIMM.convert(torch.nn.Identity(), state) is state


@pytest.mark.parametrize(
    "state",
    [
        {"pos_embed": torch.zeros(3)},
        {"visual.class_embedding": torch.zeros(3)},
        {"module.visual.trunk.x": torch.zeros(1)},
        {"patch_embed.proj.weight": torch.zeros(())},
        {"any": torch.zeros(1)},
    ],
    ids=lambda state: next(iter(state)),
)
def test_a_checkpoint_of_something_else_never_breaks_the_conversion(spec, state) -> None:
    converted = TIMM.convert(TIMM.build(spec("timm", "test_vit")), state)
    assert all(isinstance(tensor, torch.Tensor) for tensor in converted.values())


def test_python_builds_what_the_import_path_names(spec, module: str) -> None:
    reference = f"{module}:Builder.Inner.build"
    with torch.device("meta"):
        network = PYTHON.build(spec("python", reference, {"width": 5}))
    assert parameters(network) == 3 * 5 + 5
    assert all(parameter.is_meta for parameter in network.parameters())


def test_python_says_which_version_of_which_distribution_was_asked(spec) -> None:
    reference = "efficientnet_lite_pytorch:EfficientNet.from_name"
    described = PYTHON.describe(spec("python", reference))
    assert described == f"python {reference} (efficientnet-lite-pytorch 0.1.0)"


def test_python_says_nothing_of_a_distribution_that_there_is_not(spec, module: str) -> None:
    assert PYTHON.describe(spec("python", f"{module}:bare")) == f"python {module}:bare"


@pytest.mark.parametrize(
    "reference",
    ["torch", "torch.nn.Linear", "torch:", ":Linear", "a/b:c", "os:system('x')", "a b:c", "a:b:c"],
)
def test_what_is_no_import_path_is_not_imported(spec, reference: str) -> None:
    with pytest.raises(Unavailable, match="is not an import path") as error:
        PYTHON.build(spec("python", reference))
    assert "package.module:Class.method" in error.value.hint


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("zoo_test_not_there:build", "the Python package zoo_test_not_there is not installed"),
        ("zoo_test_needs:build", "the Python package zoo_test_not_there is not installed"),
        ("zoo_test_broken:build", "cannot be imported: ZeroDivisionError: division by zero"),
        ("zoo_test_quits:build", "cannot be imported: SystemExit: 0"),
        ("zoo_test_factories:nothing", "cannot be imported: AttributeError: .*'nothing'"),
        ("zoo_test_factories:Builder.nothing", "cannot be imported: AttributeError: .*'nothing'"),
        ("zoo_test_factories:constant", "zoo_test_factories:constant cannot be called"),
        ("zoo_test_factories:fails", "raises KeyError: 'first line"),
        ("zoo_test_factories:quits", "raises SystemExit: 0"),
        ("zoo_test_factories:text", "returns no torch.nn.Module"),
    ],
)
def test_code_that_does_not_build_a_network_is_unavailable_with_the_reason(
    spec, module: str, reference: str, message: str
) -> None:
    with pytest.raises(Unavailable, match=f"^index.md:7: .*{message}") as error:
        PYTHON.build(spec("python", reference))
    assert "\n" not in error.value.message


def test_an_argument_that_the_code_does_not_take_is_unavailable(spec, module: str) -> None:
    with pytest.raises(Unavailable, match=r"raises TypeError: .*'depth'") as caught:
        PYTHON.build(spec("python", f"{module}:Builder.Inner.build", {"depth": 1}))
    assert "'Arguments: {…}'" in caught.value.hint


CONFIG = {
    "file": "tiny-01234567.pth",
    "input_size": (3, 240, 240),
    "crop_pct": 0.882,
    "interpolation": "bicubic",
    "mean": (0.5, 0.5, 0.5),
    "std": (0.5, 0.5, 0.5),
}


@pytest.fixture
def stated(entry, spec, module: str):
    """Ask the source for what a network's configuration says of the page's weights file."""

    def run(config: dict[str, object], weights: str | None = "package://a/tiny-01234567.pth"):
        source = spec("python", f"{module}:with_config", config)
        return PYTHON.stated(entry(weights=weights, source=source), lambda: PYTHON.build(source))

    return run


def test_a_networks_own_configuration_for_the_documented_file_counts(stated) -> None:
    found = stated(CONFIG)
    assert found.preprocessing.crop_pct == Decimal("0.882")
    assert found.preprocessing.image_size == Decimal(240)
    assert found.by == "zoo_test_factories:with_config pretrained_cfg"


@pytest.mark.parametrize("config", [{}, CONFIG | {"file": "other.pth"}])
def test_a_configuration_for_another_file_does_not_count(stated, config) -> None:
    found = stated(config)
    assert found.preprocessing is None
    assert found.by.endswith("states no preprocessing for tiny-01234567.pth")


def test_a_configuration_says_nothing_where_the_page_names_no_weights(stated) -> None:
    assert stated(CONFIG, weights=None).preprocessing is None


def test_a_network_without_a_configuration_states_nothing(entry, spec, module: str) -> None:
    source = spec("python", f"{module}:bare")
    found = PYTHON.stated(entry(weights="file:a.pth", source=source), lambda: PYTHON.build(source))
    assert found.preprocessing is None


@pytest.mark.parametrize(
    "change",
    [
        {"crop_pct": "much"},
        {"input_size": ()},
        {"input_size": 240},
        {"input_size": [(1, 2)]},
        {"mean": 0.5},
        {"std": None},
    ],
    ids=str,
)
def test_a_malformed_configuration_is_unavailable(stated, change) -> None:
    with pytest.raises(Unavailable, match="has a malformed pretrained_cfg"):
        stated(CONFIG | change)


def test_python_leaves_a_checkpoint_as_it_is() -> None:
    state = {"any": torch.zeros(1)}
    assert PYTHON.convert(torch.nn.Identity(), state) is state
