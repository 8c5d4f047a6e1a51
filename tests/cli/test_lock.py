"""``zoo lock``: what is pinned, and what is said of a file that is not the pinned one."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.cli.conftest import Digits, Zoo
from tests.weights.server import Hostile, body, status
from zoo.claims import Digest, ModelEntry
from zoo.schemas import load
from zoo.weights.pins import Pin, _places, read_pins, to_text

CONTENT = b"weights"
HEX = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Make an index of two models with weights and one without."""
    folder = tmp_path / "index"
    folder.mkdir()
    (folder / "b.pth").write_bytes(CONTENT)
    (folder / "a.pth").write_bytes(CONTENT * 2)
    (folder / "models.yml").write_text(
        "Models:\n- Name: b\n  Weights: file:b.pth\n"
        "- Name: a\n  Weights: file:a.pth\n- Name: none\n"
    )
    return folder


def read(index: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((index / "zoo.lock").read_text())
    Draft202012Validator(load("lock")).validate(document)
    return document


def test_a_lock_holds_url_digest_size_and_day_in_the_order_of_the_names(
    zoo: Zoo, index: Path
) -> None:
    outcome = zoo("lock", "--all", "--index", index)
    assert outcome.code == 0
    models = read(index)["models"]
    assert list(models) == ["a", "b"]
    assert models["b"]["url"] == "file:b.pth"
    assert (models["b"]["sha256"], models["b"]["size"]) == (HEX, len(CONTENT))
    assert outcome.out.splitlines()[0] == f"b  sha256:{HEX}  first seen {models['b']['first_seen']}"
    assert "none: the page names no weights file" in outcome.err


def test_locking_again_changes_no_byte(zoo: Zoo, index: Path) -> None:
    zoo("lock", "--all", "--index", index)
    path = index / "zoo.lock"
    old = path.read_text().replace('"first_seen": "2', '"first_seen": "1')
    path.write_text(old)
    assert zoo("lock", "--all", "--index", index).code == 0
    assert path.read_text() == old


def test_one_model_is_pinned_and_the_others_stay(zoo: Zoo, index: Path) -> None:
    zoo("lock", "b", "--index", index)
    assert list(read(index)["models"]) == ["b"]
    zoo("lock", "a", "--index", index)
    assert list(read(index)["models"]) == ["a", "b"]


def test_a_changed_file_is_not_pinned_anew_unless_that_is_asked_for(zoo: Zoo, index: Path) -> None:
    zoo("lock", "--all", "--index", index)
    before = (index / "zoo.lock").read_text()
    (index / "b.pth").write_bytes(b"other")
    other = hashlib.sha256(b"other").hexdigest()
    outcome = zoo("lock", "--all", "--index", index)
    assert outcome.code == 1
    assert f"pinned sha256:{HEX} (7 bytes" in outcome.err
    assert f"found sha256:{other} (5 bytes); --update replaces the pin" in outcome.err
    assert (index / "zoo.lock").read_text() == before
    assert zoo("lock", "--all", "--update", "--index", index).code == 0
    assert read(index)["models"]["b"]["sha256"] == other


def test_a_check_compares_and_writes_nothing(zoo: Zoo, index: Path) -> None:
    zoo("lock", "--all", "--index", index)
    before = (index / "zoo.lock").read_text()
    outcome = zoo("lock", "--check", "--index", index)
    assert outcome.code == 0
    assert f"b  sha256:{HEX}  holds" in outcome.out
    (index / "b.pth").write_bytes(b"other")
    outcome = zoo("lock", "--check", "--index", index)
    assert outcome.code == 1
    assert f"pinned sha256:{HEX}" in outcome.err
    assert "zoo.lock:" in outcome.err
    assert zoo("lock", "--check", "a", "--index", index).code == 0
    assert (index / "zoo.lock").read_text() == before


def test_a_check_finds_what_is_not_pinned_what_is_gone_and_what_moved(
    zoo: Zoo, index: Path
) -> None:
    zoo("lock", "b", "--index", index)
    outcome = zoo("lock", "--check", "--index", index)
    assert (outcome.code, outcome.err.count("is not pinned: run 'zoo lock'")) == (1, 1)
    zoo("lock", "a", "--index", index)
    page = index / "models.yml"
    page.write_text(page.read_text().replace("Name: a", "Name: c"))
    outcome = zoo("lock", "--check", "--index", index)
    assert outcome.code == 1
    assert "a is pinned and not in the index" in outcome.err
    outcome = zoo("lock", "--all", "--index", index)
    assert "a: unpinned, no longer in the index" in outcome.err
    assert list(read(index)["models"]) == ["b", "c"]
    (index / "d.pth").write_bytes(CONTENT)
    page.write_text(page.read_text().replace("file:b.pth", "file:d.pth"))
    assert "b is pinned as file:b.pth" in zoo("lock", "--check", "--index", index).err.replace(
        ": is pinned", " is pinned"
    )


def test_a_file_that_cannot_be_had_is_told_from_one_that_changed(zoo: Zoo, index: Path) -> None:
    zoo("lock", "--all", "--index", index)
    (index / "b.pth").unlink()
    assert zoo("lock", "--check", "--index", index).code == 4
    (index / "a.pth").write_bytes(b"other")
    assert zoo("lock", "--check", "--index", index).code == 1


def test_a_check_without_a_lock_says_so(zoo: Zoo, index: Path) -> None:
    outcome = zoo("lock", "--check", "--index", index)
    assert outcome.code == 2
    assert "there is no lock file" in outcome.err
    assert zoo("verify", "b", "--lock", index / "no.lock", "--index", index).code == 2
    assert zoo("lock", "--check", "--update", "--index", index).code == 2


def test_a_lock_elsewhere_is_named(zoo: Zoo, index: Path, tmp_path: Path) -> None:
    path = tmp_path / "elsewhere" / "pins.json"
    assert zoo("lock", "b", "--index", index / "models.yml", "--lock", path).code == 0
    assert list(json.loads(path.read_text())["models"]) == ["b"]
    assert not (index / "zoo.lock").exists()
    assert zoo("lock", "--check", "b", "--index", index, "--lock", path).code == 0


def test_a_lock_in_the_folder_of_the_index_is_no_page_of_it(zoo: Zoo, index: Path) -> None:
    zoo("lock", "--all", "--index", index)
    outcome = zoo("check", index)
    assert (outcome.code, "zoo.lock" in outcome.err + outcome.out) == (0, False)


def test_the_index_that_comes_with_zoo_is_not_written_to(
    zoo: Zoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = zoo("lock", "digits")
    assert outcome.code == 2
    assert "say --lock zoo.lock" in outcome.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read"),
        ("<<<<<<< ours\n", "cannot be read"),
        ("[]", "is not a lock file of version 1"),
        ('{"schema_version": "9"}', "is not a lock file of version 1"),
        ('{"schema_version": "1"}', "breaks the rule 'required'"),
        ('{"schema_version": "1", "models": {"a": {}, "a": {}}}', "'a' comes twice"),
        (
            '{"schema_version": "1", "models": {"a": {"url": "", "sha256": "AB", "size": 1,'
            ' "first_seen": "2026-01-01"}}}',
            "/models/a/sha256 breaks the rule 'pattern'",
        ),
    ],
)
def test_a_damaged_lock_is_said_with_what_to_do(
    zoo: Zoo, index: Path, text: str, message: str
) -> None:
    (index / "zoo.lock").write_text(text)
    for command in (("lock", "--all"), ("fetch", "--all"), ("verify", "--all")):
        outcome = zoo(*command, "--index", index)
        assert outcome.code == 2
        assert message in outcome.err
        assert "→" in outcome.err


def of_the_lock(findings: list[dict[str, Any]]) -> dict[str, Any]:
    (found,) = [f for f in findings if f["location"]["path"].endswith("zoo.lock")]
    assert found["rule"] == "weights-digest"
    return found


def test_verify_says_of_a_changed_file_what_was_pinned_and_what_is_found(
    zoo: Zoo, digits: Digits
) -> None:
    digits.page.write_text(
        "\n".join(line for line in digits.page.read_text().splitlines() if "SHA256" not in line)
    )
    assert zoo(*digits.verify, "--only", "weights-digest").code == 0
    assert zoo("lock", "--all", "--index", digits.folder).code == 0
    lock = digits.folder / "zoo.lock"
    outcome = zoo(*digits.verify, "--only", "weights-digest")
    finding = of_the_lock(outcome.findings("PASS"))
    line = lock.read_text().splitlines()[finding["location"]["line"] - 1]
    assert finding["claimed"].removeprefix("sha256:") in line
    assert outcome.json["subjects"][0]["weights"]["assurance"] == "sha256"
    pinned = finding["claimed"]
    data = bytearray(digits.weights.read_bytes())
    data[-1] ^= 1
    digits.weights.write_bytes(data)
    outcome = zoo(*digits.verify)
    assert outcome.code == 1
    failed = of_the_lock(outcome.findings("FAIL"))
    assert failed["claimed"] == pinned
    assert failed["measured"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert "these are not the bytes that zoo.lock names" in failed["message"]
    assert outcome.json["subjects"][0]["weights"]["assurance"] == "mismatch"


def test_fetch_compares_with_the_lock(zoo: Zoo, index: Path) -> None:
    zoo("lock", "--all", "--index", index)
    outcome = zoo("fetch", "b", "--index", index)
    assert (outcome.code, outcome.out.split()[4]) == (0, "sha256")
    (index / "b.pth").write_bytes(b"other")
    outcome = zoo("fetch", "b", "--index", index)
    assert outcome.code == 1
    assert f"not sha256:{HEX}" in outcome.err


def test_a_claim_that_the_page_makes_itself_is_not_made_twice(index: Path, entry: Any) -> None:
    from zoo.claims import Claim, Digest, Location, Metric
    from zoo.weights.pins import Pin, pinned

    place = Location("page.md", 1, 1)
    digest = Digest("sha256", HEX)
    model: ModelEntry = entry(
        Claim("tiny", Metric.WEIGHTS_DIGEST, digest, place, HEX), weights="file:a"
    )
    lock = {"tiny": Pin("file:a", digest, 7, "2026-01-01", place)}
    assert pinned([model], lock) == [model]
    other = {"tiny": Pin("file:a", Digest("sha256", "0" * 64), 7, "2026-01-01", place)}
    (both,) = pinned([model], other)
    assert len(both.claims) == 2


def test_a_replaced_file_is_noticed_although_the_cache_holds_the_old_one(
    zoo: Zoo, server: Hostile, tmp_path: Path
) -> None:
    old, new = (hashlib.sha256(data).hexdigest() for data in (b"old", b"new"))
    page = tmp_path / "page.yml"
    url = server.serve("/a.pth", body(b"old"))
    page.write_text(f"Models:\n- Name: m\n  Weights: {url}\n- Name: same\n  Weights: {url}\n")
    assert zoo("fetch", "m", "--index", page).code == 0
    server.serve("/a.pth", body(b"new"))
    server.asked.clear()
    outcome = zoo("lock", "--all", "--index", page)
    assert (outcome.code, outcome.out.count(new)) == (0, 2)
    assert server.asked == ["/a.pth"]  # once for both models
    server.serve("/a.pth", body(b"old"))
    assert zoo("lock", "--check", "--index", page).code == 0  # the pinned one is here
    outcome = zoo("lock", "m", "--index", page)
    assert (outcome.code, f"found sha256:{old}" in outcome.err) == (1, True)
    outcome = zoo("lock", "--all", "--update", "--index", page)
    assert (outcome.code, outcome.out.count(old)) == (0, 2)
    server.serve("/a.pth", body(b"new"))
    outcome = zoo("lock", "--all", "--update", "--offline", "--index", page)
    assert (outcome.code, outcome.out.count(old)) == (0, 2)
    assert "no URL is asked, only what is in the cache is pinned" in outcome.err
    server.serve("/a.pth", status(404))
    assert zoo("lock", "--all", "--index", page).code == 4


def test_mirrors_are_asked_and_compared_before_they_are_pinned(
    zoo: Zoo, server: Hostile, tmp_path: Path
) -> None:
    page = tmp_path / "page.yml"
    first, second = (server.serve(f"/{n}.pth", body(b"one")) for n in "ab")
    page.write_text(f"Models:\n- Name: m\n  Weights: [{first}, {second}]\n")
    assert zoo("lock", "m", "--index", page).code == 0
    server.serve("/b.pth", body(b"two"))
    outcome = zoo("lock", "m", "--update", "--index", page)
    assert (outcome.code, "the mirrors differ" in outcome.err) == (1, True)
    again = f"- Name: again\n  Weights: [{first}, {second}]\n"
    page.write_text(page.read_text() + again)
    known = Pin(first, Digest("sha256", hashlib.sha256(b"one").hexdigest()), 3, "2026-01-01")
    (tmp_path / "zoo.lock").write_text(to_text({"m": known, "again": known}))
    outcome = zoo("lock", "--all", "-j", "1", "--index", page)
    assert (outcome.code, outcome.err.count("the mirrors differ")) == (1, 2)
    server.serve("/b.pth", status(404))
    assert zoo("lock", "m", "--update", "--index", page).code == 0


def test_another_file_in_the_cache_is_no_reason_to_say_that_a_pin_does_not_hold(
    zoo: Zoo, server: Hostile, tmp_path: Path
) -> None:
    page = tmp_path / "page.yml"
    url = server.serve("/a.pth", body(b"old"))
    page.write_text(f"Models:\n- Name: m\n  Weights: {url}\n")
    assert zoo("fetch", "m", "--index", page).code == 0
    server.serve("/a.pth", body(CONTENT))
    fresh = {"m": Pin(url, Digest("sha256", HEX), len(CONTENT), "2026-01-01")}
    (tmp_path / "zoo.lock").write_text(to_text(fresh))
    assert zoo("lock", "--check", "--index", page).code == 0
    server.serve("/a.pth", body(b"newer"))
    assert zoo("lock", "--check", "--index", page).code == 0  # the pinned one is here
    zoo("cache", "prune", "--max-size", "0")
    outcome = zoo("lock", "m", "--index", page)
    assert (outcome.code, "--update" in outcome.err) == (1, True)
    assert zoo("lock", "m", "--update", "--index", page).code == 0
    assert zoo("lock", "--check", "--index", page).code == 0


def pins(*names: str) -> str:
    return to_text(
        {name: Pin("file:b.pth", Digest("sha256", HEX), 7, "2026-01-01") for name in names}
    )


@pytest.mark.parametrize("command", ["fetch", "verify", "lock"])
def test_what_is_no_file_in_its_place_is_not_read_as_a_lock(
    zoo: Zoo, index: Path, tmp_path: Path, command: str
) -> None:
    lock = index / "zoo.lock"

    def complaint() -> str:
        outcome = zoo(command, "b", "--index", index)
        lock.unlink()
        assert (outcome.code, "→" in outcome.err) == (2, True)
        return outcome.err

    (tmp_path / "elsewhere").write_text(pins("b"))
    for place in ("/dev/null", tmp_path / "elsewhere", tmp_path / "not there", "zoo.lock"):
        lock.symlink_to(place)
        assert "the link leads out of its folder" in complaint() or place == "zoo.lock"
    os.mkfifo(lock)
    assert "this is not a regular file" in complaint()
    with lock.open("wb") as stream:
        stream.truncate(16 * 2**20 + 1)
    assert "it is larger than 16 MiB" in complaint()


def test_a_link_to_a_file_beside_it_is_read_as_a_lock(index: Path) -> None:
    (index / "pins.json").write_text(pins("b"))
    (index / "zoo.lock").symlink_to("pins.json")
    assert list(read_pins(index / "zoo.lock")) == ["b"]


@pytest.mark.parametrize("ended", ["\n", "\r\n", ""])
def test_each_pin_is_found_where_it_is_written(tmp_path: Path, ended: str) -> None:
    names = ["a", 'quoted"sha256', "sha256", "x/y~z"]
    path = tmp_path / "zoo.lock"
    text = pins(*names).replace("\n", ended)
    path.write_bytes(text.encode())
    places = {name: pin.location for name, pin in read_pins(path).items()}
    lines = text.split("\n")
    for place in places.values():
        assert place is not None
        assert lines[place.line - 1][place.column - 1 :].startswith(HEX)
    assert len(set(places.values())) == len(names)
    pointers = [place.pointer for place in places.values() if place]
    assert "/models/x~1y~0z/sha256" in pointers
    path.write_text(pins(*names).replace('"sha256": "', '"sha\\u0032\\u0035\\u0036": "', 1))
    assert {pin.location.line for pin in read_pins(path).values() if pin.location} == {1}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("ended", ["\n", ""])
def test_many_pins_are_placed_in_one_pass(ended: str) -> None:
    names = [str(number) for number in range(60_000)]
    places = _places(pins(*names).replace("\n", ended), sorted(names), Path("zoo.lock"))
    assert len(places) == len(names)


def test_a_lock_that_the_settings_name_must_be_there(
    zoo: Zoo, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "zoo.toml").write_text('lock = "pins.lock"\n')
    for command in ("fetch", "verify"):
        outcome = zoo(command, "b", "--index", index)
        assert (outcome.code, "there is no lock file pins.lock" in outcome.err) == (2, True)
    assert zoo("lock", "b", "--index", index).code == 0
    assert zoo("fetch", "b", "--index", index).code == 0


def test_where_nothing_can_be_pinned_nothing_is_written(zoo: Zoo, index: Path) -> None:
    (index / "b.pth").unlink()
    outcome = zoo("lock", "b", "--index", index)
    assert outcome.code == 4
    assert "zoo.lock is not written" in outcome.err
    assert not (index / "zoo.lock").exists()


def test_pins_that_cannot_be_read_are_one_message(zoo: Zoo, tmp_path: Path) -> None:
    (tmp_path / "pins.lock").write_bytes(b"\xff")
    outcome = zoo("lock", "--all", "--check", "--lock", tmp_path / "pins.lock")
    assert (outcome.code, outcome.out) == (2, "")
    assert "pins.lock cannot be read: " in outcome.err and "Traceback" not in outcome.err
