"""Weights at an address that stands for another file tomorrow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from zoo.claims import Digest, Metric, ModelEntry
from zoo.forensics import Check, Suspicion
from zoo.registry import Registry
from zoo.rules import Rule

RULE = Rule(
    id="moving-reference",
    level="warning",
    means="The weights URL names a branch, the latest release or a page about the file, and not "
    "one fixed file.",
    why="What lies on a branch or in the latest release is replaced without the URL changing: the "
    "claims then belong to a file that is no longer there, and nobody can tell since when. A "
    "page about a file (/blob/) is HTML and no weights at all.",
    mend="name a commit or a tag in the URL, or declare the file's whole SHA-256 under 'SHA256'",
)

_BRANCH = r"(?:refs/heads/[^/]+|main|master|HEAD|trunk|develop|dev|latest)"
_MOVING = (
    re.compile(rf"/(?:resolve|raw|media)/({_BRANCH})/"),
    re.compile(r"/releases/(latest)/"),
    re.compile(rf"^//raw\.githubusercontent\.com/[^/]+/[^/]+/({_BRANCH})/"),
)
_BLOB = re.compile(r"/blob/[^/]+/")
_PAGES = ("github.com", "huggingface.co", "hf.co", "gitlab.com")


def find(registry: Registry) -> Iterator[Suspicion]:
    """Yield the models whose weights URL names no fixed file."""
    for entry in registry.values():
        for url in entry.weights_urls:
            if why := moves(url.text, pinned=_pinned(entry)):
                yield Suspicion(entry.name, f"the weights URL {why}", url.location)


def moves(url: str, *, pinned: bool) -> str:
    """Return what is not fixed about a URL, or an empty text.

    Args:
        pinned: whether a whole digest says which file is meant.
    """
    parts = urlsplit(url)
    place = f"//{parts.netloc}{parts.path}"
    page = parts.netloc.casefold().removeprefix("www.") in _PAGES and _BLOB.search(parts.path)
    if page and "raw=" not in parts.query:
        return "leads to a page about the file (/blob/), not to the file"
    if pinned:
        return ""
    if parts.scheme == "hf":
        return _hub(place)
    found = next((match for pattern in _MOVING if (match := pattern.search(place))), None)
    if page and not found:
        found = re.search(rf"/blob/({_BRANCH})/", place)
    return f"names '{found[1]}', which moves" if found else ""


def _hub(place: str) -> str:
    """Return what is not fixed about ``hf://organisation/repository@revision/file``."""
    revision = re.match(r"//[^/]+/[^/@]+(?:@([^/]+))?/", place)
    if revision is None or (revision[1] and not re.fullmatch(_BRANCH, revision[1])):
        return ""
    return f"names '{revision[1]}', which moves" if revision[1] else "names no revision"


def _pinned(entry: ModelEntry) -> bool:
    digest = entry.value(Metric.WEIGHTS_DIGEST)
    return isinstance(digest, Digest) and digest.whole


CHECK = Check(RULE, find)
