"""How a network is run: in which precision, with what memory, and what a device may do."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from zoo.crops import Keeping
from zoo.errors import DeviceFault, Unavailable, UsageError
from zoo.inference import PRECISIONS, Device, heap, method, run
from zoo.inference.arithmetic import computing
from zoo.inference.forward import is_fault, is_no_memory
from zoo.pictures import File, Picture
from zoo.predictions import Prediction
from zoo.subject import Preprocessing

HALF = (Decimal("0.5"),) * 3
PREPARED = Preprocessing(Decimal(24), Decimal(1), "bilinear", HALF, HALF)
NO_SUCH_LAYOUT = (
    "cuDNN error: CUDNN_STATUS_NOT_SUPPORTED. This error may appear if you passed in a"
    " non-contiguous input."
)
CPU_MEMORY = "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate"


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Picture]:
    folder, random = tmp_path_factory.mktemp("pictures"), np.random.default_rng(2)
    for number in range(11):
        drawn = Image.fromarray(random.integers(0, 256, (30, 30, 3), dtype=np.uint8))
        drawn.save(folder / f"{number:02}.png")
    return [Picture(path.name, File(path), 0) for path in sorted(folder.iterdir())]


class Tiny(nn.Module):
    """A network that may be told to fail."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.first = nn.Conv2d(3, 8, 5, stride=3)
        self.last = nn.Linear(8, 6)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.last(self.first(inputs).relu().mean((2, 3)))


class Small(Tiny):
    """A network for which the memory holds so many pictures only."""

    def __init__(self, most: int, error: Exception) -> None:
        super().__init__()
        self.most, self.error, self.seen = most, error, list[int]()

    def forward(self, inputs: Tensor) -> Tensor:
        self.seen.append(len(inputs))
        if len(inputs) > self.most:
            raise self.error
        return super().forward(inputs)


def predicted(
    network: nn.Module,
    pictures: list[Picture],
    batch: int = 8,
    said: list[str] | None = None,
    **how,
) -> list[Prediction]:
    batches = [pictures[start : start + batch] for start in range(0, len(pictures), batch)]
    say = [].append if said is None else said.append
    found = list(run(network, batches, PREPARED, Device(**how), say=say))
    assert [len(part) for part in found] == [len(part) for part in batches]
    return [item for part in found for item in part]


def bare(items: list[Prediction]) -> list[tuple[str, tuple[int, ...]]]:
    return [(item.id, item.top) for item in items]


@pytest.mark.parametrize(
    "error",
    [torch.OutOfMemoryError("CUDA out of memory."), RuntimeError(CPU_MEMORY), MemoryError()],
)
def test_what_the_memory_does_not_hold_is_halved_and_said(pictures, error: Exception) -> None:
    network, said = Small(3, error), list[str]()
    found = predicted(network, pictures, said=said)
    assert network.seen == [8, 4, 2, 2, 2, 2, 2, 1]
    assert said == [
        "the memory of cpu does not hold 8 pictures at a time: going on with 4",
        "the memory of cpu does not hold 4 pictures at a time: going on with 2",
    ]
    assert bare(found) == bare(predicted(Tiny(), pictures))


def test_memory_for_not_even_one_picture_is_unavailable(pictures) -> None:
    with pytest.raises(Unavailable, match="memory of cpu does not hold one picture") as error:
        predicted(Small(0, MemoryError()), pictures)
    assert "another device" in error.value.hint


def test_half_of_the_pictures_is_not_asked_of_a_network_that_fails_otherwise(pictures) -> None:
    network = Small(3, ValueError("out of memory is not what this is"))
    with pytest.raises(Unavailable, match="does not run on 8 × 3 × 24 × 24: ValueError"):
        predicted(network, pictures)


@pytest.mark.parametrize(
    "error",
    [
        torch.AcceleratorError("CUDA error: an illegal memory access was encountered"),
        RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"),
        RuntimeError("CUDA error: CUBLAS_STATUS_INTERNAL_ERROR when calling `cublasSgemm`"),
    ],
)
def test_a_device_that_breaks_off_is_told_from_a_network_that_does_not_run(
    pictures, error: Exception
) -> None:
    with pytest.raises(DeviceFault, match="cpu broke off"):
        predicted(Small(0, error), pictures)


def test_errors_of_memory_are_told_from_those_of_devices() -> None:
    memory = RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate`")
    assert is_no_memory(memory)
    assert not is_no_memory(ValueError("out of memory"))
    assert not is_fault(ValueError("CUDA error"))
    assert not is_fault(RuntimeError("shapes cannot be multiplied"))
    assert not is_fault(RuntimeError(NO_SUCH_LAYOUT))


class ViewsRows(Tiny):
    """Code that takes for granted that rows follow each other in memory."""

    def forward(self, inputs: Tensor) -> Tensor:
        assert inputs.view(len(inputs), -1) is not None
        return super().forward(inputs)


def test_a_network_that_does_not_take_channels_last_is_run_without(pictures) -> None:
    assert bare(predicted(ViewsRows(), pictures)) == bare(predicted(Tiny(), pictures))


def test_a_network_that_fails_otherwise_is_not_tried_again(pictures) -> None:
    class Once(Small):
        def forward(self, inputs: Tensor) -> Tensor:
            self.most = 0 if not self.seen else 99
            return super().forward(inputs)

    with pytest.raises(Unavailable, match="does not run on 8 × 3 × 24 × 24: RuntimeError: once"):
        predicted(Once(0, RuntimeError("once")), pictures)


class Spatial(Tiny):
    """A network with weights that have no such layout."""

    def __init__(self) -> None:
        super().__init__()
        self.other = nn.Conv3d(1, 1, 1)


def test_weights_that_have_no_channels_last_layout_are_left_as_they_are(pictures) -> None:
    assert bare(predicted(Spatial(), pictures)) == bare(predicted(Tiny(), pictures))


class Undetermined(Tiny):
    """A network with an operation of which two runs may differ."""

    def forward(self, inputs: Tensor) -> Tensor:
        if torch.are_deterministic_algorithms_enabled():
            raise RuntimeError(
                "upsample_cuda does not have a deterministic implementation, but you set"
                " 'torch.use_deterministic_algorithms(True)'."
            )
        return super().forward(inputs)


def test_an_operation_that_is_not_deterministic_is_said_and_no_error(pictures) -> None:
    said: list[str] = []
    assert bare(predicted(Undetermined(), pictures, said=said)) == bare(predicted(Tiny(), pictures))
    assert said == ["upsample_cuda is not the same in each run: the last digits may vary"]


class Notes(Tiny):
    """A network that notes how it is run."""

    def __init__(self) -> None:
        super().__init__()
        self.settings = set[tuple[object, ...]]()

    def forward(self, inputs: Tensor) -> Tensor:
        cudnn = torch.backends.cudnn
        logits = super().forward(inputs)
        self.settings.add(
            (
                torch.get_float32_matmul_precision(),
                (cudnn.enabled, cudnn.deterministic, cudnn.benchmark, cudnn.allow_tf32),
                torch.are_deterministic_algorithms_enabled(),
                torch.is_grad_enabled(),
                inputs.dtype,
                logits.dtype,
            )
        )
        return logits


def settings() -> tuple[object, ...]:
    cudnn = torch.backends.cudnn
    return (
        torch.get_float32_matmul_precision(),
        (cudnn.enabled, cudnn.deterministic, cudnn.benchmark, cudnn.allow_tf32),
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
        torch.utils.deterministic.fill_uninitialized_memory,
        torch.is_grad_enabled(),
    )


@pytest.fixture
def own_settings() -> Iterator[None]:
    """Have another precision set by the user, and see that it is there afterwards."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    held = settings()
    yield
    assert settings() == held
    torch.set_float32_matmul_precision(before)


@pytest.mark.parametrize(
    ("precision", "computed"),
    [("fp32", torch.float32), ("bf16", torch.bfloat16), ("fp16", torch.float16)],
)
def test_arithmetic_is_as_asked_for_and_settings_as_before(
    pictures, own_settings: None, precision: str, computed: torch.dtype
) -> None:
    network = Notes()
    predicted(network, pictures, precision=precision)
    full = (True, True, False, False)
    assert network.settings == {("highest", full, True, False, torch.float32, computed)}
    assert all(weight.dtype == torch.float32 for weight in network.parameters())


def test_settings_are_as_before_while_a_batch_is_looked_at(pictures, own_settings: None) -> None:
    before = settings()
    for _ in run(Tiny(), [pictures[:4], pictures[4:]], PREPARED, Device()):
        assert settings() == before


def test_tf32_is_what_lets_float32_be_rounded(own_settings: None) -> None:
    with computing("cuda:0", "tf32", deterministic=True):
        assert torch.backends.cudnn.allow_tf32
        assert torch.get_float32_matmul_precision() == "high"


def test_a_cpu_has_no_tf32() -> None:
    with pytest.raises(UsageError, match="cpu has no tf32"):
        Device(precision="tf32")


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_logits_that_are_not_finite_in_a_lower_precision_predict_nothing(
    pictures, precision: str
) -> None:
    class Overflows(Tiny):
        def forward(self, inputs: Tensor) -> Tensor:
            return super().forward(inputs) * 1e38 * 1e38

    found = predicted(Overflows(), pictures, precision=precision)
    assert all(item.top == () and item.margin == 0 for item in found)


def test_a_corrupt_picture_is_named_in_each_precision(pictures, tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    broken = [*pictures, Picture("broken.jpg", File(tmp_path / "broken.jpg"), 0)]
    for precision in ("fp32", "bf16"):
        with pytest.raises(Unavailable, match=r"broken\.jpg cannot be decoded"):
            predicted(Tiny(), broken, precision=precision)


def test_the_method_names_the_precision_and_the_device() -> None:
    assert method(Device()) == "timm evaluation transform, float32 on cpu"
    low = method(Device("cuda:1", precision="bf16"))
    assert low == "timm evaluation transform, bfloat16 by autocast on cuda:1"
    assert len({method(Device("cuda", precision=each)) for each in PRECISIONS}) == len(PRECISIONS)


def test_predictions_from_kept_crops_are_the_same_to_the_last_bit(pictures, tmp_path: Path) -> None:
    batches = [pictures[:6], pictures[6:]]
    fresh = list(run(Tiny(), batches, PREPARED, Device()))
    for _ in range(2):
        kept = run(Tiny(), batches, PREPARED, Device(workers=2), crops_cache=Keeping(tmp_path))
        assert list(kept) == fresh


def test_memory_is_kept_only_while_a_network_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []

    class Libc:
        def mallopt(self, parameter: int, value: int) -> int:
            calls.append((parameter, value))
            return 1

        def malloc_trim(self, pad: int) -> int:
            calls.append("trim")
            return 1

    monkeypatch.setattr(heap, "_glibc", Libc)
    with heap.kept():
        with heap.kept():
            assert (-4, 0) in calls
        assert "trim" not in calls
    assert calls[-1] == "trim"
    assert (-4, 65_536) in calls


def test_where_libc_is_another_memory_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heap.platform, "libc_ver", lambda: ("", ""))
    with heap.kept():
        pass


@pytest.mark.gpu
@pytest.mark.parametrize("precision", list(PRECISIONS))
def test_a_gpu_predicts_as_the_cpu_does_and_twice_the_same(
    pictures, tmp_path: Path, precision: str
) -> None:
    batches = [pictures[start : start + 2] for start in range(0, 11, 2)]
    device = Device("cuda:0", workers=2, precision=precision)
    first, second = (
        list(run(Tiny(), batches, PREPARED, device, crops_cache=Keeping(tmp_path))) for _ in "ab"
    )
    assert first == second
    if precision == "fp32":
        right = [item for part in run(Tiny(), batches, PREPARED, Device()) for item in part]
        assert bare([item for part in first for item in part]) == bare(right)


@pytest.mark.gpu
def test_a_gpu_without_memory_for_a_batch_goes_on_with_less(pictures) -> None:
    class Large(Tiny):
        def forward(self, inputs: Tensor) -> Tensor:
            free, _ = torch.cuda.mem_get_info()
            torch.empty(int(free / 3.5) * len(inputs), dtype=torch.uint8, device=inputs.device)
            return super().forward(inputs)

    said: list[str] = []
    found = predicted(Large(), pictures, said=said, name="cuda:0")
    assert bare(found) == bare(predicted(Tiny(), pictures))
    assert said[0] == "the memory of cuda:0 does not hold 8 pictures at a time: going on with 4"
