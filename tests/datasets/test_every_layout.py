"""The same pictures are the same dataset, however they lie."""

from __future__ import annotations

import hashlib
import pickle
from decimal import Decimal
from pathlib import Path

import pytest
import torch
from torch import nn

from tests.whole import predict
from zoo.datasets import LAYOUTS, open_dataset
from zoo.errors import Unavailable
from zoo.inference import Device
from zoo.predictions import fingerprint
from zoo.subject import Preprocessing

EVERY = pytest.mark.parametrize("layout", LAYOUTS)
HALF = (Decimal("0.5"),) * 3
PREPARED = Preprocessing(Decimal(16), Decimal("1"), "bilinear", HALF, HALF)


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(3)
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * 16 * 16, 1000))


@EVERY
def test_the_layout_is_recognised_and_by_no_other_one_before(layouts, layout: str) -> None:
    assert LAYOUTS[layout].recognises(layouts[layout])
    assert open_dataset(layouts[layout]) == open_dataset(layouts[layout], layout=layout)


@EVERY
def test_bytes_and_labels_are_those_that_were_written(layouts, draw, numbered, layout: str) -> None:
    pictures = open_dataset(layouts[layout]).pictures
    found = sorted((hashlib.sha256(p.read()).hexdigest(), p.label) for p in pictures)
    written = [(hashlib.sha256(draw(n)).hexdigest(), label) for n, label in numbered]
    assert found == sorted(written)
    assert fingerprint(found) == fingerprint(written)


@EVERY
def test_ids_name_each_picture_once_and_hold_no_path_of_this_machine(layouts, layout: str) -> None:
    ids = [picture.id for picture in open_dataset(layouts[layout]).pictures]
    assert len(set(ids)) == 6
    assert not any(str(layouts[layout].parent) in each for each in ids)


@EVERY
def test_a_dataset_can_be_pickled_and_its_pictures_read_elsewhere(layouts, layout: str) -> None:
    dataset = open_dataset(layouts[layout])
    again = pickle.loads(pickle.dumps(dataset))
    assert again == dataset
    assert [p.read() for p in again.pictures] == [p.read() for p in dataset.pictures]


# Python 3.12 warns of any fork of a process that has threads, and torch has some.
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.enable_socket  # a worker hands its tensors over through a Unix socket
@EVERY
def test_workers_read_what_one_process_reads(layouts, network, layout: str) -> None:
    dataset = open_dataset(layouts[layout])

    def run(workers: int) -> object:
        device = Device(batch_size=2, workers=workers)
        return predict(network, dataset, PREPARED, device, lambda done, total: None)

    assert run(2) == run(0)


@EVERY
def test_a_picture_says_where_it_is(layouts, layout: str) -> None:
    for picture in open_dataset(layouts[layout]).pictures:
        assert str(layouts[layout].parent) in picture.where
        assert "ILSVRC2012_val_" in picture.where


@EVERY
def test_nothing_is_written_into_the_dataset(layouts, layout: str) -> None:
    def state() -> list[tuple[Path, int]]:
        folder = layouts[layout] if layouts[layout].is_dir() else layouts[layout].parent
        return sorted((path, path.stat().st_mtime_ns) for path in folder.rglob("*"))

    before = state()
    for picture in open_dataset(layouts[layout]).pictures:
        picture.read()
    assert state() == before


@EVERY
def test_an_empty_dataset_is_named_and_never_one_of_no_pictures(
    layouts, layout: str, tmp_path: Path, tar, parquet
) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    match layout:
        case "manifest":
            folder = folder / "pictures.csv"
            folder.write_text("path,class\n")
        case "parquet":
            folder = parquet(folder / "val.parquet", [])
        case "webdataset":
            folder = tar(folder / "val.tar", [])
        case "imagenet-tar":
            tar(folder / "ILSVRC2012_img_val.tar", [])
            listed = layouts["imagenet-tar"] / "imagenet_2012_validation_synset_labels.txt"
            (folder / listed.name).write_text(listed.read_text())
        case "imagenet-flat":
            listed = layouts["imagenet-flat"] / "imagenet_2012_validation_synset_labels.txt"
            (folder / listed.name).write_text(listed.read_text())
    with pytest.raises(Unavailable, match=r"(holds|lists) no picture"):
        open_dataset(folder, layout=layout)
