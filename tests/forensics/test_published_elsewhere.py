"""False alarms: what torchvision and timm themselves say of their weights is not suspected."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import timm
import yaml
from timm.models._registry import get_arch_pretrained_cfgs
from torchvision.models import get_model_weights, list_models

from zoo.forensics import investigate
from zoo.index import read_index
from zoo.registry import Registry
from zoo.validators.forensics import CHECKS

Model = dict[str, Any]


def torchvisions() -> Iterator[Model]:
    """Yield all weights of torchvision with the numbers that it publishes."""
    for name in list_models():
        for weights in get_model_weights(name):
            meta = weights.meta
            crop = getattr(weights.transforms, "keywords", {}).get("crop_size")
            yield {
                "Name": f"{name}.{weights.name}",
                "Metadata": {
                    "Parameters": meta["num_params"],
                    "File Size": round(meta["_file_size"] * 2**20),
                    "FLOPs": round(meta["_ops"] * 10**9),
                    "Image Size": crop if isinstance(crop, int) else None,
                    "Tasks": "Image",
                },
                "Weights": weights.url,
                "Code": f"https://pytorch.org/vision/0.24/models.html#torchvision.models.{name}",
                "Results": [
                    {
                        "Task": "Image Classification",
                        "Dataset": dataset,
                        "Metrics": {
                            "Top 1 Accuracy": found["acc@1"],
                            "Top 5 Accuracy": found.get("acc@5"),
                        },
                    }
                    for dataset, found in meta.get("_metrics", {}).items()
                    if found.get("acc@1", math.nan) > 0  # nan for features without a classifier
                ],
            }


def timms() -> Iterator[Model]:
    """Yield every architecture of timm with its default file, and every tag with its own."""
    for arch in timm.list_models():
        for number, (tagged, config) in enumerate(get_arch_pretrained_cfgs(arch).items()):
            said = {"Metadata": {"Image Size": config.input_size[-1]}, "Weights": config.url}
            for name in dict.fromkeys([tagged, arch] if number == 0 else [tagged]):
                yield {"Name": name, **said}


@pytest.mark.parametrize(("published", "least"), [(torchvisions, 160), (timms, 3000)])
def test_what_publishers_say_of_their_own_weights_is_not_suspected(
    tmp_path: Path, published, least: int
) -> None:
    models = list(published())
    for start in range(0, len(models), 400):
        listed = {"Models": models[start : start + 400]}
        (tmp_path / f"{start}.yml").write_text(yaml.safe_dump(listed, sort_keys=False))
    index = read_index(tmp_path)
    assert not index.errors
    registry = Registry(index.entries)
    assert len(registry) >= least
    assert [str(found) for found in investigate(registry, CHECKS.values())] == []
