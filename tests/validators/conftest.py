"""Builds subjects of ready-made parts, so that each validator is given just what it measures."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from torch import nn

from zoo.claims import Claim, Digest
from zoo.conventions import Explanation
from zoo.counting import RULES, total
from zoo.findings import Finding
from zoo.judging import judge
from zoo.run import WeightsFile
from zoo.structure import Shape
from zoo.structure.trace import trace
from zoo.subject import Identity, Lazy, Preprocessing, Stated, Subject
from zoo.traits import Traits, look
from zoo.validators import VALIDATORS

NAMED = Identity("resnet18", "timm 1.0")  # what the entries of these tests ask for
NOBODY = Stated(None, "no pretrained tag of timm's tiny has the file tiny.pth")


@pytest.fixture
def subject(entry):
    """Make a subject; what is not given fails when it is asked for."""

    def missing() -> Any:
        raise AssertionError("asked for what this validator does not need")

    def make(
        *claims: Claim,
        network: nn.Module | None = None,
        weights: WeightsFile | None = None,
        stated: Stated | None = None,
        predictions: Any = None,
        identity: Identity = NAMED,
        load: Any = missing,
        size: int = 32,
        explanation: Explanation | None = None,
        parameters: Any = None,
        checkpoint: Any = missing,
    ) -> Subject:
        of_source = Preprocessing(Decimal(size), Decimal(1), "bicubic", (), ())
        own = stated or (Stated(of_source, "the test") if network is not None else None)

        def built() -> nn.Module:
            return missing() if network is None else network.eval()

        def counted() -> int:
            return sum(parameter.numel() for parameter in built().parameters())

        @cache
        def traits(shape: Shape) -> Traits:
            bare = built().to("meta")
            return look(bare, trace(bare, shape))

        return Subject(
            entry=entry(*claims),
            source="python tiny:build",
            identity=Lazy(lambda: identity),
            parameters=Lazy(parameters or counted),
            totals=lambda shape: {
                name: total(rule, trace(built().to("meta"), shape)) for name, rule in RULES.items()
            },
            explanation=lambda: explanation,
            traits=traits,
            weights=Lazy(missing if weights is None else lambda: weights),
            network=Lazy(load),
            stated=Lazy(missing if own is None else lambda: own),
            predictions=lambda name: predictions,
            checkpoint=Lazy(checkpoint),
            diagnose=lambda claim, measured: None,
        )

    return make


@pytest.fixture
def judged():
    """Measure a subject's claim and judge it by the validator's own tolerance."""

    def run(name: str, subject: Subject, claim: Claim) -> Finding:
        validator = VALIDATORS[name]
        measurement = validator.measure(subject, claim)
        return judge(name, claim, measurement, validator.tolerance(claim))

    return run


@pytest.fixture
def weights_file():
    """Make the record of a weights file of the given size and assurance."""

    def make(digits: str = "ab" * 32, size: int = 1000, assurance: str = "unpinned") -> WeightsFile:
        return WeightsFile(Path("a"), "file:a.pth", Digest("sha256", digits), size, assurance)

    return make
