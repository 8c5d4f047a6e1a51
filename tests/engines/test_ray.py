"""The engine ray, on a real Ray of two workers: the same bytes as from this process."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.engines.conftest import ON_RAY, RANGES, Told, of_network
from zoo.engines import ENGINES, Work
from zoo.engines.local import ENGINE as LOCAL
from zoo.errors import Unavailable
from zoo.predictions import table
from zoo.scoring import ledger_of, predict

ROOT = Path(__file__).parents[2]

pytestmark = ON_RAY


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A Ray of two workers on this machine."""
    ray = pytest.importorskip("ray", reason="the extra ray is not installed")
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error")
    yield ray
    ray.shutdown()


def content(work: Work, engine: str) -> bytes:
    """Return all predictions as a table, in order."""
    with closing(ENGINES[engine].predict(work, RANGES)) as found:
        items = [item for _, predicted in sorted(found) for item in predicted]
    return table.to_bytes(items, {})


def test_ray_predicts_the_same_bytes_as_this_process(work: Work, cluster: Any, told: Told) -> None:
    assert content(work, "ray") == content(work, "local")
    assert sum(told.ticks) == 720


@pytest.mark.parametrize("deed", ["die", "leave"])
def test_the_range_of_a_worker_that_dies_is_predicted_by_another(
    harmful: Callable[..., Work], work: Work, cluster: Any, deed: str
) -> None:
    assert content(harmful(deed), "ray") == content(work, "local")


def test_a_worker_that_is_killed_in_the_middle_costs_nothing_but_time(
    work: Work, cluster: Any, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    slow = of_network(work, "tests.engines.networks:slow", {"pids": str(pids)})
    victims: list[int] = []

    def kill_one(pictures: int) -> None:
        if not victims and pids.exists():
            victims.append(int(pids.read_text().split()[-1]))
            os.kill(victims[0], signal.SIGKILL)

    ledger = ledger_of(tmp_path, "digits", slow.job)
    items = predict(replace(slow, tick=kill_one), ENGINES["ray"], ledger)
    assert victims
    assert table.to_bytes(items, {}) == content(work, "local")


def test_a_range_that_kills_every_worker_is_given_up(work: Work, cluster: Any) -> None:
    deadly = of_network(work, "tests.engines.networks:deadly", {})
    with pytest.raises(Unavailable, match=r"Ray gave up the pictures \d+ to \d+ after 3 tries"):
        content(deadly, "ray")


def test_a_network_that_fails_says_so_from_afar(harmful: Callable[..., Work], cluster: Any) -> None:
    with pytest.raises(Unavailable, match="RuntimeError: no such luck"):
        content(harmful("fail"), "ray")


def test_a_task_that_can_run_nowhere_is_told_and_not_waited_for(work: Work, cluster: Any) -> None:
    with pytest.raises(Unavailable, match=r"64 CPU on one node, and Ray has 2 CPU, 0 GPU in all"):
        content(replace(work, job=replace(work.job, threads=64)), "ray")
    gpu = replace(work.job, device=replace(work.job.device, name="cuda:0"))
    with pytest.raises(Unavailable, match=r"needs 1 CPU, 1 GPU on one node, and Ray has 2 CPU, 0"):
        content(replace(work, job=gpu), "ray")


def test_what_is_under_way_is_cancelled_when_enough_is_known(work: Work, cluster: Any) -> None:
    with closing(ENGINES["ray"].predict(work, RANGES)) as found:
        span, items = next(found)
    assert len(items) == span[1] - span[0]
    assert content(work, "ray") == content(work, "local")


def test_local_is_what_ray_is_compared_with() -> None:
    assert ENGINES["local"] is LOCAL


SHADOWS = ("timm", "torchvision", "pyarrow", "zoo", "numpy")


def verify(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Verify the demo's accuracies with Ray, as a command in that folder."""
    code = f"import sys; sys.path[:] = {[each for each in sys.path if each]!r}"
    command = ["verify", "digits", "--trust-python", "--index", str(ROOT / "model-index")]
    command += ["--dataset", str(ROOT / "model-index/demo/digits.csv"), "--only", "accuracy"]
    run = f"{code}; from zoo.cli import run; sys.exit(run({[*command, '--engine', 'ray']!r}))"
    return subprocess.run(
        [sys.executable, "-c", run],
        env=os.environ | {"ZOO_CACHE_DIR": "cache", "COLUMNS": "200"} | variables,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_workers_import_nothing_from_the_working_folder(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="the extra ray is not installed")
    for name in SHADOWS:
        (tmp_path / f"{name}.py").write_text(
            f"open({str(tmp_path / 'ran')!r}, 'a').write({name!r})"
        )
    done = verify(tmp_path)
    assert (done.returncode, done.stdout.count("PASS")) == (0, 3), done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [*(f"{name}.py" for name in SHADOWS), "cache"]
    )


def test_a_range_for_which_the_memory_is_too_small_is_given_up(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="the extra ray is not installed")
    monitor = {"RAY_memory_usage_threshold": "0.001", "RAY_memory_monitor_refresh_ms": "100"}
    done = verify(tmp_path, **monitor)
    assert re.search(r"Ray gave up the pictures .* running low on memory", done.stdout), done.stderr
    assert "(raylet)" not in done.stdout


@pytest.mark.parametrize("address", ["127.0.0.1:9", "ray://127.0.0.1:9"])
def test_a_cluster_that_does_not_answer_is_told_at_once(tmp_path: Path, address: str) -> None:
    pytest.importorskip("ray", reason="the extra ray is not installed")
    done = verify(tmp_path, RAY_ADDRESS=address)
    assert done.returncode == 4
    assert f"Ray cannot be reached at {address}: " in done.stdout and "refused" in done.stdout
