"""What Hugging Face calls things, and a page for each model as its formats want it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from zoo import escape
from zoo.claims import Claim, ModelEntry
from zoo.exchange.document import RESULTS, record
from zoo.exchange.written import number

# Datasets of the Hub by the names that publishers give them; others must say their id themselves.
DATASETS = {
    "imagenet": "ILSVRC/imagenet-1k",
    "imagenet-1k": "ILSVRC/imagenet-1k",
    "imagenet 1k": "ILSVRC/imagenet-1k",
    "imagenet1k": "ILSVRC/imagenet-1k",
    "ilsvrc2012": "ILSVRC/imagenet-1k",
}
_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)


def dataset_id(name: str) -> str | None:
    """Return the id of a dataset on the Hub, or None where the name does not say it."""
    known = DATASETS.get(name.casefold())
    return name if known is None and _ID.fullmatch(name) else known


def slug(text: str) -> str:
    """Return a text in lower case, with ``-`` for all that is neither letter nor digit."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-") or "unnamed"


def percentage(text: str) -> str:
    """Return a written percentage as a number with the digits that were written."""
    return number(text.strip().removesuffix("%").rstrip())


def accuracies(entry: ModelEntry) -> Iterator[Claim]:
    """Yield the claims about accuracies."""
    return (claim for claim in entry.claims if claim.metric in RESULTS)


def file_names(entries: Iterable[ModelEntry], suffix: str) -> Iterator[tuple[ModelEntry, str]]:
    """Return each entry with a file name of its own, whatever the model is called."""
    listed = list(entries)
    names = escape.file_names((entry.name for entry in listed), ())
    return ((entry, names[entry.name] + suffix) for entry in listed)


def left_out(entry: ModelEntry) -> Iterator[str]:
    """Yield a note for each metric that has no place in the formats of the Hub."""
    for result in record(entry).results:
        for metric in result.metrics:
            if metric not in RESULTS.values():
                yield (
                    f"{entry.name}: {metric} on {result.dataset} is not carried over: "
                    "its unit is not known"
                )
