"""Joins the documents of an index: every model with its collection, and every name once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from zoo.claims import Location, ModelEntry
from zoo.errors import nearest
from zoo.index import entries, schema
from zoo.index.problems import Problem
from zoo.index.tree import Mapping, Scalar, Sequence, size

# What a model inherits is stored for each model, so that few bytes can stand for many values.
MAX_INHERITED = 500_000
# Comparing names takes long where they are many, long and alike, as a stranger may make them.
MAX_HINTS = 5
MAX_COMPARED = 200
MAX_COMPARABLE = 60


@dataclass(frozen=True, slots=True)
class Document:
    """A well-formed document with the root of the index that it belongs to."""

    body: Mapping
    root: str


@dataclass(frozen=True, slots=True)
class _Collection:
    """What a collection says, or None where it is not well-formed, and how many values it has."""

    body: Mapping | None
    location: Location
    size: int


_START = Location("", 1, 1)
_NONE = _Collection(Mapping({}, _START), _START, 0)


def assemble(documents: Iterable[Document]) -> tuple[list[ModelEntry], list[Problem]]:
    """Return the models of an index in the order of its documents, and what is wrong in these."""
    problems: list[Problem] = []
    collections: dict[str, _Collection] = {}
    models: list[Document] = []
    for document in documents:
        spoiled: set[schema.Part] = set()
        for part, problem in schema.problems(document.body):
            spoiled.add(part)
            problems.append(problem)
        problems += _imports(document.body)
        problems += _collect(document.body, spoiled, collections)
        for number, model in _parts(document.body, "Models"):
            if ("Models", number) not in spoiled:
                models.append(Document(model, document.root))
    built, found = _build(models, collections)
    return built, problems + found


def _parts(document: Mapping, kind: str) -> Iterator[tuple[int, Mapping]]:
    listed = document.get(kind)
    for number, part in enumerate(listed.items if isinstance(listed, Sequence) else ()):
        if isinstance(part, Mapping):
            yield number, part


def _imports(document: Mapping) -> list[Problem]:
    entry = document.entries.get("import")
    if entry is None:
        return []
    message = "'Import' is not read by this version"
    hint = "zoo reads every index file below the folder that --index names"
    return [Problem("import", "error", None, message, hint, entry.location)]


def _collect(
    document: Mapping, spoiled: set[schema.Part], collections: dict[str, _Collection]
) -> Iterator[Problem]:
    """Add a document's collections to those by name; yield a problem for each name seen before."""
    for number, collection in _parts(document, "Collections"):
        name = _text(collection, "Name")
        if name is None:
            continue  # the schema has said so
        if name.text in collections:
            first = collections[name.text].location
            yield _duplicate("collection", None, name.text, name.location, first)
        else:
            body = None if ("Collections", number) in spoiled else collection
            collections[name.text] = _Collection(body, name.location, size(collection))


def _build(
    models: Iterable[Document], collections: dict[str, _Collection]
) -> tuple[list[ModelEntry], list[Problem]]:
    built: dict[str, ModelEntry] = {}
    problems: list[Problem] = []
    inherited = 0
    for model in models:
        name = _text(model.body, "In Collection")
        collection = _NONE if name is None else collections.get(name.text)
        if collection is None:
            assert name is not None
            known = collections if len(problems) < MAX_HINTS else ()
            problems.append(_unknown_collection(model.body, name, known))
            continue
        inherited += collection.size
        if inherited > MAX_INHERITED:
            problems.append(_too_much(collection))
            break
        if collection.body is None:
            continue  # the collection's own problem is reported at its place
        entry = entries.entry(entries.inherit(model.body, collection.body), model.root)
        first = built.setdefault(entry.name, entry)
        if first is not entry:
            place = entry.location
            problems.append(_duplicate("model", entry.name, entry.name, place, first.location))
    return list(built.values()), problems


def _text(part: Mapping, key: str) -> Scalar | None:
    value = part.get(key)
    return value if isinstance(value, Scalar) and not value.null else None


def _unknown_collection(model: Mapping, name: Scalar, known: Iterable[str]) -> Problem:
    who = _text(model, "Name")
    assert who is not None
    message = f"In Collection: there is no collection '{name.text}'"
    comparable = [other for other in known if len(other) <= MAX_COMPARABLE][:MAX_COMPARED]
    hint = nearest(name.text, comparable) if len(name.text) <= MAX_COMPARABLE else ""
    return Problem("unknown-collection", "error", who.text, message, hint, name.location)


def _too_much(collection: _Collection) -> Problem:
    message = f"the models inherit more than {MAX_INHERITED:,} values: no more of them are read"
    return Problem("too-large", "error", None, message, "", collection.location)


def _duplicate(kind: str, who: str | None, name: str, place: Location, first: Location) -> Problem:
    message = f"the {kind} '{name}' is already listed at {first}"
    hint = "give one of the two another name"
    return Problem(f"duplicate-{kind}", "error", who, message, hint, place)
