"""Says what a server's answer means."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from urllib.parse import urlsplit

from zoo.errors import Unavailable
from zoo.weights.hub import HOST
from zoo.weights.retry import Mixed, Transient, retry_after

_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
_STRONG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]*"')
_RANGE = re.compile(r"bytes (?:(\d{1,18})-(\d{1,18})|\*)/(\d{1,18}|\*)", re.ASCII | re.IGNORECASE)
_POINTER = b"version https://git-lfs.github.com/spec/"
_XML = re.compile(rb"\s*<(?:\?xml|Error)\b", re.I)
# The first bytes of safetensors are a length, which may look like blanks and a brace; of its eight
# bytes the last ones are 0, which no text has.
_JSON = re.compile(rb"\s*[{\[][^\x00-\x08\x0e-\x1f]*", re.S)
_PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype html|html)\b", re.I | re.S
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server is about to send.

    Attributes:
        start: number of the first byte that comes.
        total: size of the whole file in bytes, or None where the server does not say it.
        etag: its strong entity tag, or empty.
        whole: whether nothing is missing any more, so that nothing comes.
    """

    start: int
    total: int | None
    etag: str
    whole: bool = False


def strong(etag: str | None) -> str:
    """Return an entity tag that stands for these very bytes, or nothing (RFC 9110, 8.8.3)."""
    return etag if etag and _STRONG.fullmatch(etag) else ""


def understood(
    status: int, headers: Mapping[str, str], url: str, *, length: int | None, have: int
) -> Answer:
    """Return what comes, given status and headers in lower case.

    Args:
        length: of the body, where the server declares it.
        have: how many bytes were there before and not asked for.

    Raises:
        Transient: the server wants to be asked later; Mixed, what is there is of another file.
        Unavailable: the server does not give the file.
    """
    etag = strong(headers.get("etag"))
    match status:
        case 200:
            answer = Answer(0, length, etag)
        case 206 if have:
            answer = Answer(have, _total(headers, url, have), etag)
        case 416 if have:
            return _all_there(headers, url, have, etag)
        case _:
            raise _refusal(status, headers, url)
    _check_kind(headers, url)
    return answer


def _check_kind(headers: Mapping[str, str], url: str) -> None:
    if headers.get("content-type", "").lower().startswith("text/html"):
        raise _web_page(url)
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Unavailable(f"{url} comes compressed although it was asked for as it is")


def sniff(head: bytes, url: str) -> None:
    """Raise Unavailable where the beginning of a file shows that it only stands for the file."""
    if head.startswith(_POINTER):
        raise Unavailable(
            f"{url} gives a Git LFS pointer, not the file that it points to",
            "name the address that serves the file: /resolve/ on Hugging Face, media.github"
            "usercontent.com/media/ for GitHub",
        )
    text = _unmarked(head)
    if _PAGE.match(text):
        raise _web_page(url)
    kind = "XML" if _XML.match(text) else "JSON" if _JSON.fullmatch(text) else ""
    if kind:
        raise Unavailable(f"{url} gives {kind}, not a file", "name the file itself in the index")


def _unmarked(head: bytes) -> bytes:
    """Return the beginning of a text without its byte order mark, in an encoding like ASCII."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "replace").encode("utf-8", "replace")
    return head.removeprefix(codecs.BOM_UTF8)


def _total(headers: Mapping[str, str], url: str, have: int) -> int | None:
    """Return the whole file's size, which the range that comes must reach the end of."""
    found = _RANGE.fullmatch(headers.get("content-range", "").strip())
    if found is None or found[1] is None:
        raise Mixed(f"{url} answers with a part of the file and does not say which")
    first, last = int(found[1]), int(found[2])
    total = None if found[3] == "*" else int(found[3])
    if first != have or last < first or (total is not None and last != total - 1):
        raise Mixed(f"{url} answers with another part of the file than was asked for")
    return last + 1


def _all_there(headers: Mapping[str, str], url: str, have: int, etag: str) -> Answer:
    """Return that all was there before, if it was just as much."""
    found = _RANGE.fullmatch(headers.get("content-range", "").strip())
    if found is None or found[3] != str(have):
        raise Mixed(f"{url} has no bytes after the {have:,} that are here (status 416)")
    return Answer(have, have, etag, whole=True)


def _web_page(url: str) -> Unavailable:
    blob = "/blob/" in urlsplit(url).path
    hint = "name the file itself" + (": /resolve/ or /raw/ for /blob/" if blob else "")
    return Unavailable(f"{url} gives a web page, not a file", hint)


def _refusal(status: int, headers: Mapping[str, str], url: str) -> Unavailable:
    match status:
        case 401:
            return Unavailable(f"{url} asks who we are (status 401)", _credentials(url))
        case 403:
            return Unavailable(f"the server refuses {url} (status 403)", _credentials(url))
        case 404:
            return Unavailable(
                f"there is no file at {url} (status 404)", "correct the Weights URL in the index"
            )
        case 410:
            return Unavailable(
                f"the file at {url} was taken away for good (status 410)",
                "put another Weights URL into the index",
            )
    if status in _LATER:
        wait = retry_after(headers.get("retry-after"), datetime.now(timezone.utc))
        return Transient(f"{url} answers with status {status}", "try again later", wait)
    return Unavailable(f"{url} answers with status {status}", "try again later")


def _credentials(url: str) -> str:
    if urlsplit(url).hostname == HOST:
        return "if the file is gated or private, set HF_TOKEN to a token that may read it"
    return "the file is not public: zoo sends no credentials"
