"""Code links: a function that is another model's, or a line where each model has its own."""

from __future__ import annotations

import pytest

FILE = "https://github.com/o/r/blob/a7f9581/models/resnet.py"
DOCS = "https://pytorch.org/vision/main/models.html"


def lines(**models: tuple[str, str]) -> dict[str, dict[str, str]]:
    return {
        name: {"Parameters": parameters, "Code": f"{FILE}#{line}"}
        for name, (parameters, line) in models.items()
    }


def test_the_line_of_another_model_is_found(find) -> None:
    models = lines(a=("1M", "L10"), b=("2M", "L20"), c=("3M", "L30"), d=("4M", "L40"))
    models |= lines(e=("5M", "L20"))
    (found,) = find("code-of-another-model", {**models, **lines(f=("6M", "L60"))})
    assert found.model == "e"
    assert found.message.startswith("the code link leads to line 20, as that of b (at ")
    assert found.message.endswith("index.yml:9)")
    assert found.location.line == 21


def test_the_function_of_another_model_is_found(find) -> None:
    models = {
        "resnet101": {"Code": f"{DOCS}#torchvision.models.resnet50"},
        "resnet50": {"Code": f"{DOCS}#torchvision.models.resnet50"},
    }
    (found,) = find("code-of-another-model", models)
    assert found.model == "resnet101"
    assert "leads to torchvision.models.resnet50, as that of resnet50 (at " in found.message


@pytest.mark.parametrize(
    "models",
    [
        # All share the line of their class.
        lines(a=("1M", "L10"), b=("2M", "L10"), c=("3M", "L10"), d=("4M", "L40")),
        # An alias has the line of what it stands for.
        lines(a=("1M", "L10"), b=("2M", "L20"), c=("3M", "L30"), d=("4M", "L40"), e=("1M", "L10")),
        # Too few others to say that each has its own.
        lines(a=("1M", "L10"), b=("2M", "L20"), c=("3M", "L10")),
        # Not known to be of another size.
        {**lines(a=("1M", "L1"), b=("1M", "L2"), c=("1M", "L3")), "d": {"Code": f"{FILE}#L1"}},
        {"tv_resnet50": {"Code": f"{DOCS}#resnet50"}, "resnet50": {}},
        {"resnet101": {"Code": f"{DOCS}#resnets"}, "resnet50": {}},
        {"resnet101": {"Code": FILE}, "resnet50": {"Code": FILE}},
        {"resnet101": {"Code": "see the README"}},
    ],
)
def test_shared_and_unknown_places_are_not(find, models: dict[str, dict[str, str]]) -> None:
    assert find("code-of-another-model", models) == []
