"""The engine ray on several nodes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from tests.engines.conftest import RANGES
from zoo.engines import Work
from zoo.engines import ray as engine
from zoo.errors import Unavailable

pytestmark = [
    pytest.mark.ray,
    pytest.mark.enable_socket,
    # Ray's own: it forks, and leaves sockets and streams to the end of the process.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
    pytest.mark.filterwarnings(
        "ignore::FutureWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
    ),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A Ray of two nodes, none of which has all that there is."""
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
