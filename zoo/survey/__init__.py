"""Surveys many models at once: what they are called, and what they count, without any weights.

A fact is looked up in the cache, or else found in as many processes as there are cores, each
architecture once whatever it is called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from zoo.claims import ModelEntry, SourceSpec
from zoo.sources import SOURCES
from zoo.structure import Record, Shape
from zoo.subject import Identity
from zoo.survey.cache import Cache
from zoo.survey.facts import Facts, Found, Request, Totals, Trouble, Wanted
from zoo.survey.pool import spread
from zoo.survey.worker import find, identify, nothing_more, records

__all__ = ["Facts", "Request", "Survey", "Totals", "Trouble", "Wanted", "recorded"]

IN_PROCESS = 2  # so few are counted faster here than processes are started

Report = Callable[[int, int], None]
_DIED = Trouble("the process that built and counted it died", "is there memory?", lasting=False)
Job = tuple[SourceSpec, Wanted]
Named = tuple[Identity | Trouble, str]
A = TypeVar("A")
B = TypeVar("B")


class Survey:
    """The facts of models, each found when it is first asked for.

    Args:
        folder: of the cache.
        report: told how many architectures are counted, and of how many.
    """

    def __init__(self, folder: Path, report: Report = lambda done, total: None) -> None:
        self._cache = Cache(folder)
        self._report = report
        self._known: dict[str, Facts] = {}

    def facts(self, entry: ModelEntry, wanted: Wanted = Wanted()) -> Facts:  # noqa: B008  (frozen)
        """Return the facts of one model, with what is wanted among them."""
        self.find([Request(entry, wanted)])
        return self._known[entry.name]

    def identity(self, entry: ModelEntry) -> Identity | Trouble:
        """Return what the source makes of a name; the network is not built for it."""
        known = self._known.get(entry.name) or self._cache.find(entry)
        return known.identity if known else identify(entry)[0]

    def find(self, requests: Iterable[Request]) -> None:
        """Find the facts of many models at once."""
        missing = [left for request in requests if (left := self._missing(request)) is not None]
        bare = [_bare(request.entry) for request in missing]
        named = {entry.name: found for entry, found in _run(identify, bare, _unnamed)}
        alike: dict[str, list[Request]] = {}
        for request in missing:
            alike.setdefault(named[request.entry.name][1], []).append(request)
        jobs = [(architecture, _job(same)) for architecture, same in alike.items()]
        named_code = any(SOURCES[spec.kind].runs_named_code for _, (spec, _) in jobs)
        outcomes = _run(_do, jobs, _undone, apart=named_code)
        for done, ((architecture, _), found) in enumerate(outcomes, 1):
            for request in alike[architecture]:
                self._learn(request.entry, named[request.entry.name][0], found)
            self._report(done, len(jobs))

    def _missing(self, request: Request) -> Request | None:
        """Return what of a request is not known yet, or None where all is."""
        entry, wanted = request.entry, request.wanted
        if entry.name not in self._known and (kept := self._cache.find(entry)) is not None:
            self._known[entry.name] = kept
        known = self._known.get(entry.name)
        if known is None:
            return request
        left = Wanted(
            tuple(shape for shape in wanted.counted if shape not in known.totals),
            tuple(shape for shape in wanted.looked_at if shape not in known.traits),
        )
        return Request(entry, left) if left != Wanted() else None

    def _learn(self, entry: ModelEntry, identity: Identity | Trouble, found: Found) -> None:
        facts = Facts(identity, found.parameters, found.totals, found.traits)
        if (known := self._known.get(entry.name)) is not None:
            facts = facts.after(known)
        self._known[entry.name] = facts
        self._cache.keep(entry, facts)


def _run(
    function: Callable[[A], B],
    arguments: Sequence[A],
    died: Callable[[A], B],
    *,
    apart: bool = False,
) -> Iterator[tuple[A, B]]:
    if apart or len(arguments) > IN_PROCESS:
        yield from spread(function, arguments, died)
    else:
        yield from ((argument, function(argument)) for argument in arguments)


def _job(requests: Sequence[Request]) -> Job:
    """Return the work that serves several names of one network."""
    return requests[0].entry.source, sum((each.wanted for each in requests), Wanted())


def _bare(entry: ModelEntry) -> ModelEntry:
    """Return an entry with only what a source looks at, to be sent to another process."""
    return replace(entry, claims=(), record=None, fields={})


def _unnamed(entry: ModelEntry) -> Named:
    return Trouble("the process that looked it up died", lasting=False), entry.source.reference


def _do(job: tuple[str, Job]) -> Found:
    return find(*job[1])


def recorded(entry: ModelEntry, shapes: tuple[Shape, ...]) -> list[Record | Trouble]:
    """Return the record of a model's pass at each shape, made in another process.

    Where the network cannot be built there is only that trouble.
    """
    return next(made for _, made in spread(_record, [(entry.source, shapes)], _unrecorded))


def _unrecorded(job: tuple[SourceSpec, tuple[Shape, ...]]) -> list[Record | Trouble]:
    return [_DIED]


def _record(job: tuple[SourceSpec, tuple[Shape, ...]]) -> list[Record | Trouble]:
    return records(*job)


def _undone(job: tuple[str, Job]) -> Found:
    return nothing_more(_DIED, job[1][1])
