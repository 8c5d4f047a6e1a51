"""Fetches a file into the store, as often as it takes, going on where it broke off."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from zoo.claims import Digest
from zoo.errors import Unavailable
from zoo.weights.durable import writing
from zoo.weights.origin import Origin
from zoo.weights.partial import Partial, begin, resume
from zoo.weights.replies import Answer, sniff
from zoo.weights.request import Rest, Terms, ask
from zoo.weights.retry import Mixed, Transient, Unreachable
from zoo.weights.store import Store, Stored

PROGRESS = 2**20  # so many new bytes show that asking again leads somewhere
HEAD = 512
Report = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Errand:
    """What is to be fetched.

    Attributes:
        url: https or http.
        wanted: the digests that the file should have; with another it goes into quarantine.
        limit: the most bytes that it may have.
        alone: whether no other process fetches this URL, as far as a lock can tell.
        report: told how many bytes are here, and of how many.
    """

    url: str
    wanted: Sequence[Digest]
    limit: int
    alone: bool
    report: Report


def fetch(errand: Errand, store: Store, terms: Terms) -> Stored:
    """Return a file of the web with its digest and size, from the store or from its quarantine.

    Raises:
        Refused: the URL, or one that it redirects to, may not be asked.
        Unavailable: the file is not there, cannot be reached, is too large, or cannot be stored.
    """
    patience, host = terms.patience, urlsplit(errand.url).hostname or ""
    deadline = patience.clock() + patience.total
    attempts = 1 if host in terms.down else patience.attempts
    failures, most = 0, 0
    while True:
        try:
            with writing(store.folder):
                return _attempt(errand, store, terms, deadline)
        except _Broken as broken:
            failures = 1 if broken.size >= most + PROGRESS else failures + 1
            most = max(most, broken.size)
            error = broken.error
        pause = patience.pause(failures, error)
        if failures >= attempts or patience.clock() + pause > deadline:
            if isinstance(error, Unreachable):
                terms.down.add(host)
            tried = f"; asked {failures} times in vain" if failures > 1 else ""
            raise Unavailable(f"{error.message}{tried}", error.hint)
        (patience.sleep or terms.halt.wait)(pause)
        terms.halt.check()


class _Broken(Exception):
    """An attempt failed for a reason that may pass, with so many bytes here."""

    def __init__(self, error: Transient, size: int) -> None:
        super().__init__(error.message)
        self.error = error
        self.size = size


def _attempt(errand: Errand, store: Store, terms: Terms, deadline: float) -> Stored:
    """Ask once for what is missing; what has come is kept for the next attempt if it is of use."""
    parts: list[Partial] = []
    try:
        return _brought(parts, errand, store, terms, deadline)
    except Mixed as error:
        _end(parts, keep=False)
        raise _Broken(error, 0) from None
    except Transient as error:
        size = parts[0].size if parts else 0
        _end(parts, keep=True)
        raise _Broken(error, size) from None
    except _Worthless as error:
        _end(parts, keep=False)
        raise Unavailable(error.message, error.hint) from None
    except FileNotFoundError:  # another process took ours for a dead one's, as broken locks let it
        _end(parts, keep=False)
        raise _Broken(Transient(f"what was fetched of {errand.url} is gone"), 0) from None
    except BaseException:
        _end(parts, keep=True)
        raise


class _Worthless(Unavailable):
    """What came is of no use, now or later."""


def _brought(
    parts: list[Partial], errand: Errand, store: Store, terms: Terms, deadline: float
) -> Stored:
    """Bring what is missing and give the file to the store; the partial file is put in a list."""
    found = resume(store.folder, errand.url, alone=errand.alone)
    parts += [found] if found else []
    rest = Rest(found.size, found.origin.etag) if found else Rest()
    with ask(errand.url, rest, terms) as (answer, chunks):
        _check_size(answer, errand, store)
        part = _continued(found, answer, errand, store)
        parts[:] = [part]
        for chunk in chunks:
            part.write(chunk)
            _check_progress(part, answer, errand, terms, deadline)
    part.flush()
    return _kept(part, errand, store)


def _end(parts: list[Partial], *, keep: bool) -> None:
    for part in parts:
        part.let_go() if keep else part.discard()


def _continued(part: Partial | None, answer: Answer, errand: Errand, store: Store) -> Partial:
    """Return the partial file that the answer goes on with: the one that is here, or a new one."""
    if part is not None and answer.start:
        tag, length = part.origin.etag, part.origin.length
        same = answer.etag in ("", tag) and (length is None or answer.total in (None, length))
        if not same:
            raise Mixed(f"{errand.url} answers with a part of another file")
        return part
    if part is not None:
        part.discard()
    return begin(store.folder, Origin(errand.url, answer.etag, answer.total))


def _check_size(answer: Answer, errand: Errand, store: Store) -> None:
    if answer.total is None:
        return
    if answer.total > errand.limit:
        raise _too_large(errand, f"it has {answer.total:,} bytes")
    free = shutil.disk_usage(
        next(p for p in (store.folder, *store.folder.parents) if p.exists())
    ).free
    needed = answer.total - answer.start
    if needed > free:
        raise Unavailable(
            f"no room for {errand.url}: {needed:,} bytes are missing, {free:,} are free in"
            f" {store.folder}",
            "free some space there ('zoo cache prune'), or set ZOO_CACHE_DIR",
        )


def _check_progress(
    part: Partial, answer: Answer, errand: Errand, terms: Terms, deadline: float
) -> None:
    errand.report(part.size, answer.total)
    if part.size > errand.limit:
        raise _too_large(errand, f"{part.size:,} bytes have come")
    if terms.patience.clock() > deadline:
        hours = terms.patience.total / 3600
        raise Unavailable(f"{errand.url} is not here after {hours:g} hours", "try again later")


def _too_large(errand: Errand, found: str) -> _Worthless:
    return _Worthless(
        f"{errand.url} is larger than {errand.limit:,} bytes: {found}",
        "correct the File Size in the index, or raise the setting 'max-bytes'",
    )


def _kept(part: Partial, errand: Errand, store: Store) -> Stored:
    """Give a complete file to the store, or to its quarantine if it is not the wanted one."""
    with part.data.open("rb") as stream:
        try:
            sniff(stream.read(HEAD), errand.url)
        except Unavailable as error:
            raise _Worthless(error.message, error.hint) from None
    if all(each.matches(part.digest) for each in errand.wanted):
        return store.keep(part)
    if part.resumed:  # perhaps of two files; the next attempt begins anew
        raise Mixed(f"the parts of {errand.url} that came one by one are not the file")
    return store.quarantine(part)
