"""Joins the documents of an index: every model with its collections, and every name once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from zoo.claims import Location, ModelEntry
from zoo.errors import nearest
from zoo.index import entries, schema
from zoo.index.imports import Document
from zoo.index.merge import inherit
from zoo.index.problems import Problem
from zoo.index.tree import Mapping, Scalar, mappings, size, text_of, texts

# What a model inherits is stored for each model, so that few bytes can stand for many values.
MAX_INHERITED = 500_000
# Comparing names takes long where they are many, long and alike, as a stranger may make them.
MAX_HINTS = 5
MAX_COMPARED = 200
MAX_COMPARABLE = 60


@dataclass(frozen=True, slots=True)
class _Collection:
    """What a collection says, or None where it is not well-formed, and how many values it has."""

    body: Mapping | None
    location: Location
    size: int


# Collections by library and name.
_Collections = dict[tuple[str, str], _Collection]


def assemble(documents: Iterable[Document]) -> tuple[list[ModelEntry], list[Problem]]:
    """Return the models of an index in the order of its documents, and what is wrong in these."""
    problems: list[Problem] = []
    collections: _Collections = {}
    models: list[Document] = []
    for document in documents:
        spoiled: set[schema.Part] = set()
        for part, problem in schema.problems(document.body):
            spoiled.add(part)
            problems.append(_qualified(problem, document.library))
        problems += _collect(document, spoiled, collections)
        for number, model in mappings(document.body.get("Models")):
            if ("Models", number) not in spoiled:
                models.append(Document(model, document.root, document.library))
    built, found = _build(models, collections)
    return built, problems + found


def _qualified(problem: Problem, library: str) -> Problem:
    if problem.model is None or not library:
        return problem
    return replace(problem, model=entries.qualified(library, problem.model))


def _collect(
    document: Document, spoiled: set[schema.Part], collections: _Collections
) -> Iterator[Problem]:
    """Add a document's collections to those by name; yield a problem for each name seen before."""
    for number, collection in mappings(document.body.get("Collections")):
        name = text_of(collection.get("Name"))
        if name is None:
            continue  # the schema has said so
        key = (document.library, name.text)
        if key in collections:
            first = collections[key].location
            yield _duplicate("collection", None, name.text, name.location, first)
        else:
            body = None if ("Collections", number) in spoiled else collection
            collections[key] = _Collection(body, name.location, size(collection))


def _build(
    models: Iterable[Document], collections: _Collections
) -> tuple[list[ModelEntry], list[Problem]]:
    built: dict[str, ModelEntry] = {}
    problems: list[Problem] = []
    inherited = 0
    for model in models:
        known = collections if len(problems) < MAX_HINTS else {}
        try:
            shared = list(_collections(model, collections, known))
        except _Unknown as unknown:
            problems.append(unknown.problem)
            continue
        inherited += sum(collection.size for collection in shared)
        if inherited > MAX_INHERITED:
            problems.append(_too_much(shared[0]))
            break
        bodies = [collection.body for collection in shared if collection.body is not None]
        if len(bodies) < len(shared):
            continue  # the collection's own problem is reported at its place
        entry = entries.entry(inherit(model.body, bodies), model.root, model.library)
        first = built.setdefault(entry.name, entry)
        if first is not entry:
            place = entry.location
            problems.append(_duplicate("model", entry.name, entry.name, place, first.location))
    return list(built.values()), problems


class _Unknown(Exception):
    """A model is in a collection that is not there."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def _collections(
    model: Document, collections: _Collections, known: _Collections
) -> Iterator[_Collection]:
    """Yield the collections that a model is in: its library's own, else those of no library."""
    for name in texts(model.body.get("In Collection")):
        own = collections.get((model.library, name.text))
        found = own or collections.get(("", name.text))
        if found is None:
            raise _Unknown(_unknown_collection(model, name, [key[1] for key in known]))
        yield found


def _unknown_collection(model: Document, name: Scalar, known: list[str]) -> Problem:
    who = text_of(model.body.get("Name"))
    assert who is not None
    message = f"In Collection: there is no collection '{name.text}'"
    comparable = [other for other in known if len(other) <= MAX_COMPARABLE][:MAX_COMPARED]
    hint = nearest(name.text, comparable) if len(name.text) <= MAX_COMPARABLE else ""
    called = entries.qualified(model.library, who.text)
    return Problem("unknown-collection", "error", called, message, hint, name.location)


def _too_much(collection: _Collection) -> Problem:
    message = f"the models inherit more than {MAX_INHERITED:,} values: no more of them are read"
    return Problem("too-large", "error", None, message, "", collection.location)


def _duplicate(kind: str, who: str | None, name: str, place: Location, first: Location) -> Problem:
    message = f"the {kind} '{name}' is already listed at {first}"
    hint = "give one of the two another name"
    return Problem(f"duplicate-{kind}", "error", who, message, hint, place)
