"""The engine ray on several nodes and GPUs, or what Ray takes for some."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.engines.conftest import ON_RAY, RANGES, of_network
from zoo.engines import TRIES, Work
from zoo.engines import ray as engine
from zoo.errors import Unavailable

pytestmark = ON_RAY


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A Ray of two nodes; one has what it takes for GPUs, and more of them than there are tries."""
    ray = pytest.importorskip("ray", reason="the extra ray is not installed")
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 4, "num_gpus": 4, "include_dashboard": False}
    nodes = Cluster(initialize_head=True, head_node_args=head)
    nodes.add_node(num_cpus=1)
    ray.init(address=nodes.address, log_to_driver=False, logging_level="error")
    yield ray
    ray.shutdown()
    nodes.shutdown()


def test_a_task_that_no_single_node_can_run_is_told_and_not_waited_for(
    work: Work, cluster: Any
) -> None:
    wide = replace(work, job=replace(work.job, threads=5))
    words = "a task needs 5 CPU on one node, and Ray has 5 CPU, 4 GPU in all"
    with (
        pytest.raises(Unavailable, match=words),
        closing(engine.ENGINE.predict(wide, RANGES)) as found,
    ):
        next(found)


def test_a_process_predicts_on_the_gpu_on_which_it_began_and_on_no_other(
    work: Work, cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_needs", lambda work: {"num_cpus": 1, "num_gpus": 1})
    pids = tmp_path / "pids"
    slow = of_network(work, "tests.engines.networks:slow", {"pids": str(pids)})

    def predict(ranges: list[tuple[int, int]]) -> set[str]:
        pids.unlink(missing_ok=True)
        with closing(engine.ENGINE.predict(slow, ranges)) as found:
            assert sorted(span for span, _ in found) == ranges
        return set(pids.read_text().split())

    before = predict(RANGES[:TRIES])
    assert len(before) == TRIES
    taken = cluster.remote(num_gpus=TRIES, num_cpus=0)(_Holder).remote()
    cluster.get(taken.ready.remote())
    after = predict(RANGES[:1])  # on the only GPU that is left, by none of those processes
    assert len(after) == 1
    assert not before & after


class _Holder:
    """Keeps what Ray has given it."""

    def ready(self) -> None:
        pass
