"""The local engine: the same predictions from one process and from several, whatever dies."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest

from tests.engines.conftest import RANGES, Told, of_network
from zoo.engines import TRIES, Work
from zoo.engines.local import ENGINE
from zoo.errors import Unavailable
from zoo.predictions import Prediction

Found = dict[tuple[int, int], tuple[Prediction, ...]]


def everything(work: Work) -> Found:
    with closing(ENGINE.predict(work, RANGES)) as found:
        return dict(found)


def test_one_device_predicts_every_range_in_order(work: Work, told: Told) -> None:
    found = list(ENGINE.predict(work, RANGES))
    assert [span for span, _ in found] == RANGES
    ids = [item.id for _, items in found for item in items]
    assert ids == [picture.id for picture in work.pictures]
    assert sum(told.ticks) == 360
    assert sum(item.hit(1) for _, items in found for item in items) == 357


@pytest.mark.enable_socket
def test_two_processes_predict_the_same_as_one(work: Work, told: Told) -> None:
    assert everything(replace(work, devices=("cpu", "cpu"))) == everything(work)
    assert sum(told.ticks) == 720


@pytest.mark.parametrize("deed", ["die", "leave", "lose the device"])
def test_the_range_of_a_process_that_dies_is_begun_again(
    harmful: Callable[..., Work], work: Work, told: Told, deed: str
) -> None:
    found = everything(harmful(deed, "cpu", "cpu"))
    assert found == everything(work)
    (said,) = told.said
    assert "the process that predicted the pictures" in said
    assert "begun again" in said


def test_a_process_that_dies_between_two_ranges_is_replaced(work: Work) -> None:
    children, threads = set(multiprocessing.active_children()), threading.active_count()
    with closing(ENGINE.predict(replace(work, devices=("cpu", "cpu")), RANGES)) as found:
        predicted = dict([next(found)])
        for process in set(multiprocessing.active_children()) - children:
            process.kill()
        while threading.active_count() > threads:  # which have yet to hear of it
            time.sleep(0.01)
        predicted |= dict(found)
    assert predicted == everything(work)


def test_a_range_that_kills_every_process_is_given_up(work: Work, told: Told) -> None:
    deadly = of_network(work, "tests.engines.networks:deadly", {}, "cpu", "cpu")
    with pytest.raises(Unavailable, match=f"died {TRIES} times, on cpu, cpu, cpu") as error:
        everything(deadly)
    assert "memory" in error.value.hint
    assert told.said


def test_a_network_that_fails_is_no_matter_of_trying_again(
    harmful: Callable[..., Work], told: Told
) -> None:
    with pytest.raises(Unavailable, match="RuntimeError: no such luck"):
        everything(harmful("fail", "cpu", "cpu"))
    assert told.said == []


def test_a_process_that_sees_other_pictures_predicts_nothing(work: Work) -> None:
    other = replace(work.job, identity="00" * 32)
    with pytest.raises(Unavailable, match="has other pictures or labels here"):
        everything(replace(work, job=other, devices=("cpu", "cpu")))


def test_a_process_with_other_code_predicts_nothing(work: Work) -> None:
    versions = {**work.job.versions, "torch": "1.0"}
    other = replace(work.job, versions=versions)
    with pytest.raises(Unavailable, match="torch is another one here"):
        everything(replace(work, job=other, devices=("cpu", "cpu")))


def test_nothing_is_left_running_when_enough_is_known(work: Work) -> None:
    before = set(multiprocessing.active_children())
    with closing(ENGINE.predict(replace(work, devices=("cpu", "cpu")), RANGES)) as found:
        next(found)
        assert len(set(multiprocessing.active_children()) - before) == 2
    assert set(multiprocessing.active_children()) <= before
