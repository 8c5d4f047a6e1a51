"""Mirrors: several URLs of one file, tried in turn and equal by digest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import PLACE
from tests.weights.server import Hostile, body, status
from zoo.claims import Digest, Metric, Text
from zoo.errors import Refused, Unavailable
from zoo.index import read_index
from zoo.registry import Registry
from zoo.run import WeightsFile
from zoo.validators.forensics import CHECKS
from zoo.weights import Access, Halt, Halted, Patience, Policy, hub, obtain

DATA = b"weights" * 1000
DIGEST = Digest("sha256", hashlib.sha256(DATA).hexdigest())
COMMIT = "0123456789abcdef0123456789abcdef01234567"

Fetch = Callable[..., WeightsFile]


@pytest.fixture
def access(tmp_path: Path) -> Access:
    patience = Patience(sleep=lambda seconds: None)
    policy = Policy(allow_http=True, allow_private=True)
    return Access(tmp_path / "cache", policy=policy, patience=patience)


@pytest.fixture
def fetch(entry, claim, access: Access) -> Fetch:
    def run(*urls: str, pinned: bool = False) -> WeightsFile:
        claims = [claim(Metric.WEIGHTS_DIGEST, DIGEST)] if pinned else []
        mirrors = tuple(Text(url, PLACE) for url in urls[1:])
        return obtain(replace(entry(*claims, weights=urls[0]), mirrors=mirrors), access)

    return run


def test_the_next_is_tried_where_one_cannot_be_had_and_the_one_used_is_said(
    server: Hostile, fetch: Fetch
) -> None:
    gone, down = server.serve("/a.pth", status(404)), server.serve("/b.pth", status(503))
    there = server.serve("/c.pth", body(DATA))
    weights = fetch(gone, down, "s3://bucket/a.pth", there)
    assert (weights.url, weights.digest) == (there, DIGEST)


def test_a_mirror_is_not_asked_where_the_first_has_the_file(server: Hostile, fetch: Fetch) -> None:
    first, second = server.serve("/a.pth", body(DATA)), server.serve("/b.pth", body(DATA))
    assert fetch(first, second).url == first
    assert server.asked == ["/a.pth"]


def test_where_none_has_the_file_all_are_named(server: Hostile, fetch: Fetch) -> None:
    urls = [server.serve(f"/{name}.pth", status(404)) for name in "ab"]
    with pytest.raises(Unavailable, match=r"no file at .*/a.pth.*; nor its mirror: .*/b.pth"):
        fetch(*urls)


def test_a_mirror_with_other_bytes_than_were_pinned_is_a_mismatch(
    server: Hostile, fetch: Fetch
) -> None:
    gone, other = server.serve("/a.pth", status(404)), server.serve("/b.pth", body(DATA[1:]))
    weights = fetch(gone, other, pinned=True)
    assert weights.mismatch.endswith(f"not {DIGEST}")


def test_mirrors_that_gave_different_bytes_are_a_mismatch_that_names_both(
    server: Hostile, fetch: Fetch
) -> None:
    first, second = server.serve("/a.pth", body(DATA)), server.serve("/b.pth", body(DATA[1:]))
    fetch(second)
    weights = fetch(first, second)
    other = hashlib.sha256(DATA[1:]).hexdigest()
    assert weights.mismatch == (
        f"the mirrors differ: {first} is {DIGEST}, {second} is sha256:{other}"
    )
    assert weights.assurance == "mismatch"


def test_mirrors_that_gave_the_same_bytes_agree(server: Hostile, fetch: Fetch) -> None:
    first, second = server.serve("/a.pth", body(DATA)), server.serve("/b.pth", body(DATA))
    fetch(second)
    assert fetch(first, second, "hf://nothing").mismatch == ""


def test_an_interruption_is_no_reason_to_try_the_next(
    server: Hostile, entry, access: Access
) -> None:
    halt = Halt()
    halt.now()
    urls = [server.serve(f"/{name}.pth", body(DATA)) for name in "ab"]
    model = replace(entry(weights=urls[0]), mirrors=(Text(urls[1], PLACE),))
    with pytest.raises(Halted):
        obtain(model, replace(access, halt=halt))
    assert server.asked == []


def test_an_index_may_name_several_urls(tmp_path: Path) -> None:
    page = tmp_path / "page.yml"
    page.write_text(
        "Models:\n- Name: m\n  Weights:\n  - https://a.example/m-01234567.pth\n"
        "  - hf://org/repo/m-01234567.pth\n  - https://b.example/m-76543210.pth\n"
    )
    index = read_index(page)
    assert index.errors == ()
    (entry,) = index.entries
    assert [url.text.partition("/m-")[0] for url in entry.weights_urls] == [
        "https://a.example",
        "hf://org/repo",
        "https://b.example",
    ]
    assert [url.location.line for url in entry.weights_urls] == [4, 5, 6]
    tails = [c for c in entry.claims if c.metric is Metric.WEIGHTS_DIGEST]
    assert [(str(c.value), c.location.line) for c in tails] == [
        ("sha256:01234567", 4),
        ("sha256:76543210", 6),
    ]
    (moving,) = CHECKS["moving-reference"].find(Registry(index.entries))
    assert (moving.message, moving.location.line) == ("the weights URL names no revision", 5)


@pytest.mark.parametrize("listed", ["[]", "[null]", "null"])
def test_an_empty_list_names_no_weights(tmp_path: Path, listed: str) -> None:
    (tmp_path / "page.yml").write_text(f"Models:\n- Name: m\n  Weights: {listed}\n")
    (entry,) = read_index(tmp_path / "page.yml").entries
    assert (entry.weights, entry.weights_urls) == (None, ())


def test_a_models_own_urls_replace_those_of_its_collection(tmp_path: Path) -> None:
    (tmp_path / "page.yml").write_text(
        "Collections:\n- Name: c\n  Weights: [https://a.example/c.pth]\n"
        "Models:\n- Name: m\n  In Collection: c\n  Weights: [https://a.example/m.pth]\n"
    )
    (entry,) = read_index(tmp_path / "page.yml").entries
    assert [url.text for url in entry.weights_urls] == ["https://a.example/m.pth"]


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("hf://org/repo/a.bin", "org/repo/resolve/main/a.bin"),
        (f"hf://org/repo@{COMMIT}/sub/a.bin", f"org/repo/resolve/{COMMIT}/sub/a.bin"),
        ("hf://org/re.po-1@v1.0/a b.bin".replace(" ", "%20"), "org/re.po-1/resolve/v1.0/a%20b.bin"),
        ("hf://org/repo@refs%2Fpr%2F1/a.bin", "org/repo/resolve/refs%2Fpr%2F1/a.bin"),
        ("hf://org/repo/ä.bin", "org/repo/resolve/main/%C3%A4.bin"),
    ],
)
def test_a_file_on_hugging_face_has_an_address(url: str, address: str) -> None:
    assert hub.address(url) == f"https://huggingface.co/{address}"


@pytest.mark.parametrize(
    "url",
    [
        "hf://org/a.bin",
        "hf://org//a.bin",
        "hf://org/repo/",
        "hf://org/repo@/a.bin",
        "hf://org/repo/../../x",
        "hf://org/repo/./x",
        "hf://../repo/x",
        "hf://org/repo/a?b",
        "hf://me@org/repo/a",
        "HF://org/repo/a",
    ],
)
def test_what_is_no_file_on_hugging_face_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="is not of the form hf://") as error:
        hub.address(url)
    assert "which moves" in error.value.hint
