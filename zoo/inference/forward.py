"""Passes batches through a network, in parts where the memory does not hold a whole one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from zoo.crops import normaliser
from zoo.errors import DeviceFault, Unavailable, reason
from zoo.inference.arithmetic import computing
from zoo.subject import Preprocessing

T = TypeVar("T")
Logits = Callable[[], Tensor]

_NO_MEMORY = re.compile(
    r"DefaultCPUAllocator|not enough memory|out of memory|_STATUS_ALLOC_FAILED", re.IGNORECASE
)
_FAULT = re.compile(
    r"CUDA (driver )?error|(CUDNN|CUBLAS|CUSOLVER|CUFFT)_STATUS_(?!NOT_SUPPORTED)|"
    r"cuDNN error(?!: CUDNN_STATUS_NOT_SUPPORTED)"
)
_NOT_DETERMINISTIC = re.compile(
    r"(\S+) (?:does not have a deterministic implementation|is not deterministic because)"
)
_LAYOUT = re.compile(r"stride|contiguous|memory.format|channels.last", re.IGNORECASE)
_LESS = "give another device, or a smaller --batch-size"
_ELSEWHERE = "run again, or on another device"


class Forward:
    """A network on a device, which takes pixels and gives logits.

    What it meets on the way holds for what comes after: how many pictures the memory takes, and how
    the network does not run. It begins with channels last in memory, which is faster nearly always
    and moves a sum by its last bits.

    Args:
        device: as torch names it; ``precision`` is one of ``PRECISIONS``.
        say: told what the user should know.

    Raises:
        DeviceFault, Unavailable: the network cannot be put there.
    """

    def __init__(
        self,
        network: nn.Module,
        preprocessing: Preprocessing,
        device: str,
        precision: str,
        say: Callable[[str], None],
    ) -> None:
        self._device = device
        self._precision = precision
        self._say = say
        self._most: int | None = None  # pictures at a time; a whole batch, if None
        self._deterministic = self._channels_last = True
        self._network = self._on_device(lambda: network.to(device).eval())
        self._lay_out()
        self._normalise = self._on_device(lambda: normaliser(preprocessing, device))
        self._copying = _stream(device) if device.startswith("cuda") else None

    def __call__(self, pixels: Tensor) -> Logits:
        """Begin to pass a batch through the network, and return what waits for its logits.

        Args:
            pixels: uint8, of shape ``(pictures, height, width, 3)``.

        Returns a function, whose logits are float32 on the CPU, of shape ``(pictures, classes)``.

        Raises:
            DeviceFault: the device broke off.
            Unavailable: the network does not run, or gives no logits.
        """
        parts = list(self._parts(pixels))
        return lambda: self._on_device(lambda: torch.cat([part() for part in parts]))

    def _parts(self, pixels: Tensor) -> Iterator[Logits]:
        """Yield the logits of one part after the other, each as large as the memory holds."""
        done = 0
        while done < len(pixels):
            part = pixels[done : done + (self._most or len(pixels))]
            found = self._tried(part)
            if isinstance(found, BaseException):
                self._adapt(found, part)
            else:
                yield found
                done += len(part)

    def _tried(self, part: Tensor) -> Logits | BaseException:
        """Begin with a part; an error comes without what it holds of the memory."""
        try:
            return self._begun(part)
        except (Exception, SystemExit) as error:  # code of others may raise anything
            return error.with_traceback(None)

    def _begun(self, part: Tensor) -> Logits:
        with computing(self._device, self._precision, deterministic=self._deterministic):
            inputs = self._normalise(self._sent(part))
            logits = self._network(inputs if self._channels_last else inputs.contiguous())
            if not isinstance(logits, Tensor) or logits.ndim != 2 or len(logits) != len(part):
                raise Unavailable("the network returns no logits of shape (pictures, classes)")
            return self._fetched(logits)

    def _sent(self, part: Tensor) -> Tensor:
        """Return pixels on the device; a CUDA device copies them while it computes."""
        if self._copying is None:
            return part.to(self._device)
        with torch.cuda.stream(self._copying):
            pixels = part.to(self._device, non_blocking=True)
        computing_there = torch.cuda.current_stream(self._device)
        computing_there.wait_stream(self._copying)
        pixels.record_stream(computing_there)
        return pixels

    def _fetched(self, logits: Tensor) -> Logits:
        """Return what waits for logits, and not for what is begun after them."""
        if self._copying is None:
            found = logits.float().cpu()
            return lambda: found
        there = torch.empty(logits.shape, dtype=torch.float32, pin_memory=True)
        there.copy_(logits.float(), non_blocking=True)
        copied: Any = torch.cuda.Event()  # type: ignore[no-untyped-call]  # as torch has it
        copied.record(torch.cuda.current_stream(self._device))

        def wait() -> Tensor:
            copied.synchronize()
            return there

        return wait

    def _adapt(self, error: BaseException, part: Tensor) -> None:
        """Change how the network is run by what it says, or raise where nothing helps."""
        undetermined = _NOT_DETERMINISTIC.search(str(error))
        if is_no_memory(error):
            self._halve(len(part))
        elif is_fault(error):
            raise _broke_off(self._device, error)
        elif undetermined and self._deterministic:
            self._deterministic = False
            self._say(f"{undetermined[1]} is not the same in each run: the last digits may vary")
        elif isinstance(error, Unavailable):
            raise error
        elif self._channels_last and _LAYOUT.search(str(error)):  # not every code takes it
            self._channels_last = False
            self._lay_out()
        else:
            shape = " × ".join(map(str, (len(part), 3, *part.shape[1:3])))
            raise Unavailable(f"the network does not run on {shape}: {reason(error)}")

    def _halve(self, pictures: int) -> None:
        if pictures == 1:
            raise Unavailable(f"the memory of {self._device} does not hold one picture", _LESS)
        self._most = pictures // 2
        if self._copying is not None:
            torch.cuda.empty_cache()
        self._say(
            f"the memory of {self._device} does not hold {pictures} pictures at a time:"
            f" going on with {self._most}"
        )

    def _lay_out(self) -> None:
        """Lay the weights out in memory as the inputs will be."""
        last = self._channels_last
        try:
            form: Any = torch.channels_last if last else torch.contiguous_format
            self._network.to(memory_format=form)
        except RuntimeError:  # some weights have no such layout
            if not last:
                raise
            self._channels_last = False
            self._network.to(memory_format=torch.contiguous_format)

    def _on_device(self, act: Callable[[], T]) -> T:
        """Return what is done on the device; what the device says becomes an error of ours."""
        try:
            return act()
        except RuntimeError as error:
            if is_no_memory(error):
                words = f"the memory of {self._device} does not hold the network"
                raise Unavailable(words, _LESS) from None
            if is_fault(error):
                raise _broke_off(self._device, error) from None
            raise Unavailable(f"the network does not run: {reason(error)}") from None


def _stream(device: str) -> Any:
    return torch.cuda.Stream(device)  # type: ignore[no-untyped-call]  # as torch has it


def is_no_memory(error: BaseException) -> bool:
    """Return whether an error says that memory ran out, here or on a device."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and bool(_NO_MEMORY.search(str(error)))


def is_fault(error: BaseException) -> bool:
    """Return whether an error says that a device broke off, after which it is of no more use."""
    if isinstance(error, torch.AcceleratorError):
        return True
    return isinstance(error, RuntimeError) and bool(_FAULT.search(str(error)))


def _broke_off(device: str, error: BaseException) -> DeviceFault:
    return DeviceFault(f"{device} broke off: {reason(error)}", _ELSEWHERE)
