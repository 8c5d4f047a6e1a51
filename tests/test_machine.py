"""What of this machine can move a number is recorded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from zoo import machine
from zoo.machine import driver_of, environment, processor_of

ROOT = Path(__file__).parents[1]
DRIVER = """NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.82.07  Release Build  (x)
GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)
"""
PROCESSORS = """processor\t: 0
vendor_id\t: GenuineIntel
model\t\t: 143
model name\t: Intel(R) Xeon(R)   Platinum 8480C

processor\t: 1
model name\t: another
"""


def test_the_driver_is_read_from_what_it_says_of_itself() -> None:
    assert driver_of(DRIVER) == "580.82.07"
    older = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.57.02  Tue Jul 13 16:14:05 UTC"
    assert driver_of(older) == "470.57.02"
    assert driver_of("") == ""


def test_the_processor_is_the_first_that_linux_names() -> None:
    assert processor_of(PROCESSORS) == "Intel(R) Xeon(R) Platinum 8480C"
    assert processor_of("processor\t: 0\nmodel\t\t: 143\n") == ""


def test_a_cpu_is_recorded_by_its_name_and_how_it_computes() -> None:
    found = environment("cpu", 16, precision="bf16")
    assert found["device_name"] not in ("", "x86_64")
    assert found["torch_threads"] == torch.get_num_threads()
    assert (found["batch_size"], found["precision"], found["tf32"]) == (16, "bf16", False)
    assert found["deterministic"] == "requested"
    assert {"torch", "torchvision", "timm", "pillow"} <= set(found["packages"])
    assert all(
        value is None or isinstance(value, str | bool | int | dict) for value in found.values()
    )


def test_where_nothing_names_the_processor_its_kind_is_recorded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(machine, "_PROCESSORS", tmp_path / "none")
    assert environment("cpu", 1)["device_name"]


def test_recording_a_cpu_does_not_import_torch() -> None:
    code = (
        "import sys; from zoo.machine import environment; environment('cpu', 1);"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.gpu
def test_a_gpu_is_recorded_with_its_libraries() -> None:
    found = environment("cuda:0", 1, precision="tf32")
    assert found["tf32"] is True
    for name in ("device_name", "compute_capability", "cuda", "cudnn", "driver"):
        assert found[name], name


def test_a_package_that_is_not_there_has_no_version_and_no_folder() -> None:
    assert machine.package_version("zoo-test-not-there") == ""
    assert machine.is_editable("zoo-test-not-there") is False


def test_without_an_affinity_all_cores_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("os.sched_getaffinity")
    monkeypatch.setattr("os.cpu_count", lambda: 7)
    assert machine.cores() == 7
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert machine.cores() == 1
