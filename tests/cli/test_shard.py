"""zoo verify --shard: the shares of the chosen models, each model in one of them."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Digits, Zoo

BROWSE = ("verify", "--name", "timm/resnet*", "--only", "model-name", "--offline")


def models(zoo: Zoo, *arguments: object) -> list[str]:
    document = zoo(*BROWSE, "--format", "json", *arguments).json
    return sorted({finding["model"] for finding in document["findings"]})


def test_all_shares_together_are_all_models_each_once(zoo: Zoo) -> None:
    everything = models(zoo)
    shares = [models(zoo, "--shard", f"{number}/3") for number in (1, 2, 3)]
    assert sorted(name for share in shares for name in share) == everything
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_a_share_is_no_part_of_how_it_is_done_again(zoo: Zoo) -> None:
    document = zoo(*BROWSE, "--shard", "1/2", "--format", "json").json
    assert "--shard" not in document.get("arguments", [])


def test_a_share_of_fewer_models_than_shares_may_be_empty(zoo: Zoo, digits: Digits) -> None:
    assert zoo(*digits.verify, "--shard", "2/2").code == 5


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "1/0", "a/b", "-1/3", "1/3/5", "¼/2"])
def test_what_is_no_share_is_a_usage_error(zoo: Zoo, text: str) -> None:
    outcome = zoo(*BROWSE, "--shard", text)
    assert outcome.code == 2
    assert "is no share such as 1/8" in outcome.err
