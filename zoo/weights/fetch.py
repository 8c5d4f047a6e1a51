"""Downloads over https, following redirects itself so that every hop is checked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from zoo.errors import Refused, Unavailable
from zoo.weights.guard import Guarded, check_host

MAX_HOPS = 5
MAX_BYTES = 32 * 2**30
CHUNK = 2**20
CONNECT_TIMEOUT = 10.0
READ_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be asked for.

    Attributes:
        allow_http: also ask servers whose identity nothing proves.
        allow_private: also ask addresses that are not on the public internet; no option sets it.
    """

    allow_http: bool = False
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class Download:
    """A body that is on its way; ``size`` is None where the server does not say it."""

    size: int | None
    chunks: Iterator[bytes]


@contextmanager
def download(url: str, policy: Policy) -> Iterator[Download]:
    """Open a URL for reading once.

    Raises:
        Refused: the URL, or one that it redirects to, may not be asked.
        Unavailable: the server cannot be reached, or does not give the file.
    """
    with _session(policy) as session, _follow(session, url, policy) as response:
        size = response.raw.length_remaining
        yield Download(size, _body(response, url, size))


def check(url: str, policy: Policy) -> None:
    """Raise Refused unless the URL may be asked for under the policy."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused(f"{url} is no URL: {error}") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and policy.allow_http):
        hint = "https proves who answers; --allow-http does without"
        raise Refused(f"{url} is not https", hint if parts.scheme == "http" else "")
    if parts.username is not None or parts.password is not None:
        raise Refused(f"a URL with a user name is refused (host {parts.hostname})")
    if not parts.hostname:
        raise Refused(f"{url} names no host")
    if not policy.allow_private:
        try:
            check_host(parts.hostname, port or 443)
        except (OSError, UnicodeError) as error:
            raise _unreachable(parts.hostname, str(error)) from None


def _unreachable(host: str, why: str) -> Unavailable:
    return Unavailable(
        f"cannot reach {host}: {why}",
        "check the network and try again; with --offline only what is in the cache is used",
    )


class _Session(requests.Session):
    """Leaves redirects alone; requests would read the whole body of one, however long it is."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return that there is none."""


def _session(policy: Policy) -> requests.Session:
    session = _Session()
    session.trust_env = False  # no proxies, no .netrc: nothing goes elsewhere unasked
    if not policy.allow_private:
        session.mount("http://", Guarded())
        session.mount("https://", Guarded())
    return session


def _follow(session: requests.Session, url: str, policy: Policy) -> requests.Response:
    current = url
    for _ in range(MAX_HOPS + 1):
        check(current, policy)
        response = _get(session, current)
        if not response.is_redirect:
            return _accepted(response, current)
        response.close()
        current = _target(current, response.headers["location"])
    raise Refused(f"{url} redirects more than {MAX_HOPS} times")


def _target(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise Refused(f"{url} redirects to what is no URL: {error}") from None


def _get(session: requests.Session, url: str) -> requests.Response:
    try:
        return session.get(
            url,
            stream=True,
            allow_redirects=False,
            timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
            headers={"Accept-Encoding": "identity"},
        )
    except requests.exceptions.RequestException as error:
        host = urlsplit(url).hostname or ""
        raise _unreachable(host, _reason(error)) from None


def _reason(error: BaseException) -> str:
    """Return the innermost reason, since the outer ones quote object addresses."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return str(error) or type(error).__name__


def _accepted(response: requests.Response, url: str) -> requests.Response:
    try:
        _check_status(response, url)
    except Unavailable:
        response.close()
        raise
    return response


def _check_status(response: requests.Response, url: str) -> None:
    match response.status_code:
        case 200:
            pass
        case 401 | 403:
            raise Unavailable(
                f"the server refuses {url} (status {response.status_code})",
                "the file is not public: zoo sends no credentials",
            )
        case 404 | 410:
            raise Unavailable(
                f"there is no file at {url} (status {response.status_code})",
                "correct the Weights URL in the index",
            )
        case status:
            raise Unavailable(f"{url} answers with status {status}", "try again later")
    if response.headers.get("content-type", "").lower().startswith("text/html"):
        raise Unavailable(f"{url} gives a web page, not a file", "name the file itself")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise Unavailable(f"{url} comes compressed although it was asked for as it is")


def _body(response: requests.Response, url: str, declared: int | None) -> Iterator[bytes]:
    got = 0
    try:
        for chunk in response.raw.stream(CHUNK, decode_content=False):
            got += len(chunk)
            if got > MAX_BYTES:
                raise Unavailable(f"{url} is larger than {MAX_BYTES:,} bytes")
            yield chunk
    except urllib3.exceptions.HTTPError as error:
        host = urlsplit(url).hostname or ""
        raise _unreachable(host, f"broke off after {got:,} bytes: {_reason(error)}") from None
    if declared is not None and got != declared:
        raise Unavailable(f"{url} broke off after {got:,} of {declared:,} bytes", "try again")
