"""Finds the weights file that an entry names, on this machine or by fetching it, and hashes it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from zoo.claims import Digest, Metric, ModelEntry, Text, file_name
from zoo.errors import Refused, Skipped, Unavailable
from zoo.run import WeightsFile
from zoo.weights import hub
from zoo.weights.fetch import Errand, fetch
from zoo.weights.line import Halt, Halted
from zoo.weights.places import in_index, in_package
from zoo.weights.policy import Policy
from zoo.weights.request import Terms
from zoo.weights.retry import Patience
from zoo.weights.store import Loss, Store, Stored, sha256
from zoo.weights.turn import turn
from zoo.weights.upkeep import sweep

SLACK = 2**30  # bytes beyond twice the claimed size that are read, so that the claim can be refuted
Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class Access:
    """How weights may be obtained.

    Attributes:
        cache: folder of the store.
        offline: use only what is on this machine.
        progress: told what is being read, how many bytes are done, and of how many.
        paranoid: hash stored files at each use, even if they look unchanged.
        refresh: ask each URL anew, whatever it gave before; offline there is nobody to ask.
        patience: how long servers are waited for.
        halt: ends the work of all threads that share this.
        down: hosts that were given up, and are not waited for again.
        asked: URLs that were asked anew, once for all models that share them.
    """

    cache: Path
    offline: bool = False
    policy: Policy = field(default_factory=Policy)
    progress: Progress = lambda what, done, total: None
    paranoid: bool = False
    refresh: bool = False
    patience: Patience = field(default_factory=Patience)
    halt: Halt = field(default_factory=Halt)
    down: set[str] = field(default_factory=set, repr=False, compare=False)
    asked: set[str] = field(default_factory=set, repr=False, compare=False)

    def believes(self, url: str) -> bool:
        """Return whether what a URL gave before stands for what it gives."""
        return not self.refresh or self.offline or url in self.asked

    @property
    def store(self) -> Store:
        """The store of fetched files."""
        return Store(self.cache, paranoid=self.paranoid)


def obtain(entry: ModelEntry, access: Access) -> WeightsFile:
    """Return the weights file of an entry with its SHA-256, size and assurance.

    Of several URLs the first from which the file can be had counts; they are equal by digest.

    Raises:
        Skipped: the page names no weights.
        Refused: the URL is of a kind, or leads to a place, that is not read.
        Unavailable: the file is not there, or cannot be reached.
    """
    if entry.weights is None:
        raise Skipped("the page names no weights file", "add 'Weights' to the model")
    mirrors = (entry.weights, *entry.mirrors)
    failures: list[Unavailable] = []
    for mirror in mirrors:
        try:
            weights = _from(mirror.text, entry, access)
        except Halted:
            raise
        except Unavailable as error:
            failures.append(error)
        else:
            return _agreeing(weights, mirrors, entry, access)
    raise _none(entry.weights, failures)


def _none(url: Text, failures: Sequence[Unavailable]) -> Unavailable:
    """Return the first failure, which is about that URL, with what the mirrors said."""
    first, *others = failures
    said = "; ".join((first.message, *(f"nor its mirror: {each.message}" for each in others)))
    if isinstance(first, Refused):
        return Refused(said, first.hint, url.text)
    return type(first)(said, first.hint) if others else first


def _agreeing(
    weights: WeightsFile, mirrors: Sequence[Text], entry: ModelEntry, access: Access
) -> WeightsFile:
    """Return the file, as a mismatch where another of its URLs is known to give other bytes."""
    if weights.mismatch:
        return weights
    for mirror in mirrors:
        told = _told(mirror.text, entry, access) if mirror.text != weights.url else None
        if told is not None and told != weights.digest:
            differ = f"the mirrors differ: {weights.url} is {weights.digest}, {mirror} is {told}"
            return replace(weights, assurance="mismatch", mismatch=differ)
    return weights


def _told(url: str, entry: ModelEntry, access: Access) -> Digest | None:
    """Return the digest of what a URL gave before, or gives where it is to be asked anew."""
    try:
        address = hub.address(url) if _scheme(url) == "hf" else url
        if not access.believes(address):
            return _from(url, entry, access).digest
        told = access.store.told(address)
        if address in access.asked:  # for another model, whose claims may have ruled it out
            told = told or access.store.quarantined(address)
        return told
    except Halted:
        raise
    except Unavailable:
        return None


def _scheme(url: str) -> str:
    return url.partition(":")[0].lower() if ":" in url else ""


def _from(url: str, entry: ModelEntry, access: Access) -> WeightsFile:
    claimed = [c.value for c in entry.claims if isinstance(c.value, Digest)]
    match _scheme(url):
        case "https" | "http":
            path, digest, size = _from_network(url, entry, claimed, access)
        case "hf":
            path, digest, size = _from_network(hub.address(url), entry, claimed, access)
        case "file":
            path, digest, size = _local(in_index(entry, url), access)
        case "package":
            path, digest, size = _local(in_package(url), access)
        case _:
            raise Refused(
                f"weights are not read from {url}",
                "write https://…, hf://organisation/repository@revision/file, file:… (inside the"
                " index) or package://import_name/path",
            )
    return _assess(path, url, digest, size, claimed)


def _assess(path: Path, url: str, digest: Digest, size: int, claimed: list[Digest]) -> WeightsFile:
    if wrong := next((each for each in claimed if not each.matches(digest)), None):
        mismatch = f"the file is {digest}, not {wrong}"
        return WeightsFile(path, url, digest, size, "mismatch", mismatch)
    known = "sha256" if any(each.whole for each in claimed) else "prefix" if claimed else "unpinned"
    return WeightsFile(path, url, digest, size, known)


def _from_network(url: str, entry: ModelEntry, claimed: list[Digest], access: Access) -> Stored:
    """Return the file that was fetched before if it is the claimed one, else fetch it."""
    store = access.store
    had = _had(url, claimed, access)
    if not isinstance(had, Loss):
        return had
    name = file_name(url)
    if access.offline:
        raise _offline(name, _state(url, claimed, store, had))
    shown = name if had is Loss.ABSENT else f"{name} (damaged in the cache)"
    terms = Terms(access.policy, access.patience, access.halt, access.down)
    with turn(access.cache, url, terms) as alone:
        # another process, or another model of the same file, may have been faster
        had = _had(url, claimed, access)
        if not isinstance(had, Loss):
            return had

        def report(done: int, total: int | None) -> None:
            access.progress(shown, done, total)

        sweep(access.cache, time.time())
        errand = Errand(url, claimed, _limit(entry, access.policy), alone, report)
        stored = fetch(errand, store, terms)
        access.asked.add(url)
        return stored


def _offline(name: str, state: str) -> Unavailable:
    hint = "run 'zoo fetch' once with the network"
    return Unavailable(f"{name} {state}, and --offline was asked for", hint)


def _state(url: str, claimed: list[Digest], store: Store, had: Loss) -> str:
    """Return why the file of a URL cannot be used, as the end of a sentence about it."""
    other = store.told(url) or store.quarantined(url)
    if other is None or _all_match(claimed, other):
        return had.value
    return f"is another file in the cache ({other})"


def _had(url: str, claimed: list[Digest], access: Access) -> Stored | Loss:
    """Return the stored file of a URL if it is the claimed one, out of quarantine if need be.

    Where the URL is to be asked anew, there is none.
    """
    if not access.believes(url):
        return Loss.ABSENT
    store = access.store
    stored = store.seek(url)
    if not isinstance(stored, Loss):
        if _all_match(claimed, stored[1]):
            return stored
        stored = Loss.ABSENT
    other = store.quarantined(url)
    if other and claimed and _all_match(claimed, other):
        return store.release(url) or stored
    return stored


def _all_match(claimed: list[Digest], digest: Digest) -> bool:
    return all(each.matches(digest) for each in claimed)


def _limit(entry: ModelEntry, policy: Policy) -> int:
    """Return how many bytes a file may have: more than is claimed, since the claim is tested."""
    claim = entry.claimed(Metric.FILE_SIZE)
    if claim is None:
        return policy.max_bytes
    return min(policy.max_bytes, 2 * int(claim.value) + SLACK)  # type: ignore[arg-type]  # a number


def _local(path: Path, access: Access) -> Stored:
    def report(done: int) -> None:
        access.halt.check()
        access.progress(path.name, done, total)

    try:
        total = path.stat().st_size
        with path.open("rb", buffering=0) as stream:
            digest, size = sha256(stream, report)
    except OSError as error:
        raise Unavailable(f"cannot read {path}: {error.strerror or error}") from None
    return path, digest, size
