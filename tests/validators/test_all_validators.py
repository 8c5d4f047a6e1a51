"""The contract of every validator, present and future."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from decimal import Decimal
from importlib import import_module

import pytest

from zoo.claims import FITS, Digest, Metric, Value
from zoo.findings import Tolerance
from zoo.validators import VALIDATORS
from zoo.verify import Validator

VALUES: dict[Metric, Value] = {
    Metric.MODEL_NAME: "resnet18",
    Metric.PARAMETERS: Decimal(1000),
    Metric.FLOPS: Decimal(1000),
    Metric.ARCHITECTURE: "ReLU",
    Metric.LAYERS: Decimal(50),
    Metric.DROPOUT: Decimal("0.2"),
    Metric.FILE_SIZE: Decimal(1000),
    Metric.WEIGHTS_DIGEST: Digest("sha256", "ab" * 4),
    Metric.WEIGHTS_LOAD: FITS,
    Metric.CHECKPOINT_IDENTITY: "tiny-01234567.pth",
    Metric.IMAGE_SIZE: Decimal(224),
    Metric.CROP_PCT: Decimal("0.875"),
    Metric.INTERPOLATION: "bicubic",
    Metric.MEAN: (Decimal("0.5"),) * 3,
    Metric.STD: (Decimal("0.5"),) * 3,
    Metric.GOLDEN: Decimal(0),
    Metric.TOP_1: Decimal("83.74"),
    Metric.TOP_5: Decimal("96.77"),
}


@pytest.fixture(params=VALIDATORS)
def validator(request: pytest.FixtureRequest) -> Validator:
    return VALIDATORS[request.param]


@pytest.mark.parametrize("name", VALIDATORS)
def test_a_validator_is_named_as_its_file(name: str) -> None:
    assert VALIDATORS[name].name == name


@pytest.mark.parametrize("name", VALIDATORS)
def test_a_validator_argues_its_policy_in_its_docstring(name: str) -> None:
    first, blank, *rest = (
        import_module(f"zoo.validators.{name.replace('-', '_')}").__doc__ or ""
    ).splitlines()
    assert first.endswith(".")
    assert blank == ""
    assert rest


def test_a_validator_tests_some_metric(validator: Validator) -> None:
    assert validator.metrics
    assert validator.metrics <= set(Metric)


def test_a_validator_has_a_tolerance_for_each_of_its_claims(validator: Validator, claim) -> None:
    for metric in validator.metrics:
        tolerance = validator.tolerance(claim(metric, VALUES[metric]))
        assert isinstance(tolerance, Tolerance)
        assert tolerance.absolute >= 0
        assert 0 <= tolerance.relative < 1


def test_every_metric_belongs_to_exactly_one_validator() -> None:
    owners = Counter(metric for validator in VALIDATORS.values() for metric in validator.metrics)
    assert owners == dict.fromkeys(Metric, 1)


def test_every_metric_has_a_value_in_these_tests() -> None:
    assert VALUES.keys() == set(Metric)


def test_those_that_need_no_torch_do_not_import_it() -> None:
    code = (
        "import sys; from zoo.validators import VALIDATORS;"
        "names = [v.name for v in VALIDATORS.values() if not v.torch];"
        "print(len(names) > 0, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
