"""Predicts with Ray: a task a range, on this machine or on the cluster that $RAY_ADDRESS names.

A task is given the job as text, the checkpoint's bytes and two numbers, and returns bytes. It can
be done again anywhere, so that Ray repeats those whose process or machine died. Each asks for the
cores, and the GPU, that it uses.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from zoo.engines import TRIES, Predicted, Work, _task
from zoo.errors import Unavailable
from zoo.machine import package_version
from zoo.predictions.ledger import Range, in_words

LEAST = (2, 56)  # older ones run code of whoever reaches their ports (CVE-2026-27482 and others)
AHEAD = 2  # tasks that wait for each that can run, so that no process is idle between two
ANSWER = 10  # seconds in which a cluster must answer
MOVED = 18  # a process that was given another GPU can do no more

_began: dict[str, Any] = {}  # the GPUs of the first task of this process


class Ray:
    """The engine ``ray``."""

    def predict(self, work: Work, ranges: Sequence[Range]) -> Generator[Predicted, None, None]:
        """Yield each range with its predictions, as they come.

        Raises:
            Unavailable: as ``Engine.predict``; or Ray is not installed, cannot be reached, or has
                not what a task needs.
        """
        ray = _connected()
        needs = _needs(work)
        slots = _slots(ray, needs)
        task = ray.remote(_predict).options(max_retries=_retries(slots, needs), **needs)
        content = ray.put(Path(work.job.checkpoint).read_bytes())
        device = replace(work.job.device, name=work.job.device.name.partition(":")[0])
        job = replace(work.job, device=device).to_json()
        left = iter(ranges)
        running: dict[Any, Range] = {}
        try:
            while True:
                for span in islice(left, sum(slots) * (1 + AHEAD) - len(running)):
                    running[task.remote(job, content, *span)] = span
                if not running:
                    return
                for reference in ray.wait(list(running), num_returns=1)[0]:
                    span = running.pop(reference)
                    items = _task.read(_outcome(ray, reference, span), work.say)
                    work.tick(len(items))
                    yield span, items
        finally:
            for reference in running:
                ray.cancel(reference, force=True)


def _connected() -> Any:
    """Return Ray, started on this machine or connected to a cluster."""
    version = package_version("ray")
    if not version:
        raise Unavailable("the engine ray needs Ray", "pip install 'zoo-verify[ray]'")
    if tuple(int(part) for part in version.split(".")[:2]) < LEAST:
        least = ".".join(map(str, LEAST))
        raise Unavailable(f"Ray {version} has known holes", f"install Ray {least} or newer")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    os.environ.setdefault("RAY_task_oom_retries", str(TRIES - 1))  # else for ever
    import ray
    from ray._private import worker

    # Else a thread of Ray's tells on standard output, where the report goes, of workers that died.
    worker._worker_logs_enabled = False
    if not ray.is_initialized():
        address = os.environ.get("RAY_ADDRESS", "")
        own = {} if address else {"include_dashboard": False}
        try:
            _call(address)
            with _beside_zoo():
                ray.init(log_to_driver=False, logging_level="error", **own)
        except (OSError, RuntimeError, ValueError) as error:
            words = str(error).partition("\n")[0]
            where = f" at {address}" if address else ""
            raise Unavailable(f"Ray cannot be reached{where}: {words}", "see RAY_ADDRESS") from None
    return ray


def _call(address: str) -> None:
    """Find out whether anybody answers at ``[ray://]HOST:PORT``: Ray itself tries for minutes.

    Raises:
        OSError: nobody does.
    """
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), ANSWER).close()


@contextmanager
def _beside_zoo() -> Iterator[None]:
    """Work in the folder that holds zoo while Ray begins, and leave signals as they were.

    Ray's workers import from the folder in which it was begun before they look anywhere else, and
    the user's may be a stranger's checkout. Where it is told to end, Ray would have this process
    end as if the code of a model had asked for it.
    """
    here, ending = Path.cwd(), signal.getsignal(signal.SIGTERM)
    os.chdir(Path(__file__).parents[2])
    try:
        yield
    finally:
        os.chdir(here)
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, ending)


def _needs(work: Work) -> dict[str, float]:
    """Return what a task asks of Ray: cores, and a GPU."""
    gpus = 1 if work.job.device.name.startswith("cuda") else 0
    return {"num_cpus": max(work.job.threads, work.job.device.workers), "num_gpus": gpus}


def _slots(ray: Any, needs: dict[str, float]) -> list[int]:
    """Return how many tasks can run at the same time on each node.

    Raises:
        Unavailable: none can, so that it would wait for ever.
    """
    each = {"CPU": needs["num_cpus"], "GPU": needs["num_gpus"]}
    wants = {name: count for name, count in each.items() if count}
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    slots = [min(int(has.get(name, 0) // wants[name]) for name in wants) for has in nodes]
    if not any(slots):
        wanted = ", ".join(f"{count:g} {name}" for name, count in wants.items())
        found = ", ".join(f"{sum(has.get(name, 0) for has in nodes):g} {name}" for name in each)
        raise Unavailable(
            f"a task needs {wanted} on one node, and Ray has {found} in all",
            "add nodes that have it, or give fewer --workers",
        )
    return slots


def _retries(slots: Sequence[int], needs: dict[str, float]) -> int:
    """Return how often Ray begins a task again.

    With GPUs, every process may end before one predicts, as ``_predict`` says.
    """
    return TRIES - 1 + (sum(slots) if needs["num_gpus"] else 0)


def _predict(job: str, checkpoint: bytes, start: int, stop: int) -> _task.Outcome:
    """Do a task as ``_task.predict_from`` does, on the GPU on which this process began.

    CUDA stays there, while Ray gives a process that it uses again whichever GPU is free. One that
    was given another ends, and Ray repeats the task in the next.
    """
    import ray

    gpus = ray.get_gpu_ids()
    if gpus and _began.setdefault("gpus", gpus) != gpus:
        os._exit(MOVED)
    return _task.predict_from(job, checkpoint, start, stop)


def _outcome(ray: Any, reference: Any, span: Range) -> _task.Outcome:
    try:
        outcome: _task.Outcome = ray.get(reference)
    except ray.exceptions.RayError as error:
        words = str(error).partition("\n")[0][:200]
        raise Unavailable(
            f"Ray gave up {in_words(span)} after {TRIES} tries or more: {words}",
            "what was predicted before is kept: run again when the nodes are well",
        ) from None
    return outcome


ENGINE = Ray()
