"""Asks a server for a file, over redirects of which each is checked."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from urllib.parse import SplitResult, urldefrag, urljoin, urlsplit

import requests
import urllib3

from zoo.errors import Refused, Unavailable
from zoo.weights.guard import addresses
from zoo.weights.line import Halt, Line, Through
from zoo.weights.policy import Policy, check
from zoo.weights.replies import Answer, understood
from zoo.weights.retry import Pace, Patience, Transient, Unreachable

MAX_HOPS = 5
CHUNK = 2**18
_GARBLED = (http.client.HTTPException, urllib3.exceptions.InvalidHeader)
_CUT = (http.client.RemoteDisconnected, http.client.IncompleteRead)


@dataclass(frozen=True, slots=True)
class Rest:
    """The part of a file that is still missing: all after ``have`` bytes of the tagged file."""

    have: int = 0
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms files are asked for.

    Attributes:
        down: hosts that were given up, and are not waited for again; added to.
    """

    policy: Policy
    patience: Patience
    halt: Halt
    down: set[str] = field(default_factory=set)


@contextmanager
def ask(url: str, rest: Rest, terms: Terms) -> Iterator[tuple[Answer, Iterator[bytes]]]:
    """Open a URL for reading once: what comes, and its bytes.

    Raises:
        Refused: the URL, or one that it redirects to, may not be asked.
        Transient: what keeps us from the file may pass.
        Unavailable: the server cannot be reached, or does not give the file.
    """
    policy = terms.policy
    private = policy.allow_private or bool(policy.proxy)  # a proxy is where the user says it is
    with terms.halt.line(private=private) as line, _session(policy, line) as session:
        response = _follow(session, line, url, rest, terms)
        with response:
            declared = response.raw.length_remaining
            headers = {name.lower(): value for name, value in response.headers.items()}
            answer = understood(
                response.status_code, headers, response.url, length=declared, have=rest.have
            )
            yield answer, _body(response, answer, terms)


class _Session(requests.Session):
    """Leaves redirects alone; requests would read the whole body of one, however long it is."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return that there is none."""


def _session(policy: Policy, line: Line) -> requests.Session:
    session = _Session()
    session.trust_env = False  # no proxies, no .netrc: nothing goes elsewhere unasked
    session.headers.clear()
    for scheme in ("http", "https"):
        session.mount(f"{scheme}://", Through(line))
        if policy.proxy:
            session.proxies[scheme] = policy.proxy
    return session


def _follow(
    session: requests.Session, line: Line, url: str, rest: Rest, terms: Terms
) -> requests.Response:
    """Return the first answer that is no redirect; a token goes to the first host alone."""
    policy, current, sender = terms.policy, url, ""
    home = True
    for _ in range(MAX_HOPS + 1):
        with _sent_by(sender):
            parts = check(current, policy)
            home = home and parts.netloc == urlsplit(url).netloc
            if policy.proxy and not policy.allow_private:
                _check_behind_proxy(parts)
            response = _get(session, line, current, _headers(current, rest, policy, home), terms)
        if not response.is_redirect:
            return response
        response.close()
        sender, current = current, _target(current, response.headers["location"])
    raise Refused(f"{url} redirects more than {MAX_HOPS} times")


@contextmanager
def _sent_by(sender: str) -> Iterator[None]:
    """Say of a refusal that a redirect led there, if one did: no option should let it through."""
    try:
        yield
    except Refused as error:
        if not sender:
            raise
        message = f"{sender} redirects to what is refused: {error.message}"
        raise Refused(message, "name the address of the file itself in the index") from None


def _headers(url: str, rest: Rest, policy: Policy, home: bool) -> dict[str, str]:
    headers = {"Accept-Encoding": "identity", "User-Agent": "zoo"}
    if rest.have:
        headers |= {"Range": f"bytes={rest.have}-", "If-Range": rest.etag}
    if home and (token := policy.token(url)):
        headers["Authorization"] = f"Bearer {token}"
    return headers


def _check_behind_proxy(parts: SplitResult) -> None:
    """Raise Refused where a name is known here, and not as one on the internet."""
    try:
        addresses(parts.hostname or "", parts.port or 443)
    except (OSError, UnicodeError):  # names may be known to the proxy alone
        return


def _target(url: str, location: str) -> str:
    try:
        text = location.encode("latin-1").decode("utf-8", "replace")  # as http.client reads it
        return urldefrag(urljoin(url, text)).url
    except ValueError as error:
        raise Refused(f"{url} redirects to what is no URL: {error}") from None


def _get(
    session: requests.Session, line: Line, url: str, headers: dict[str, str], terms: Terms
) -> requests.Response:
    patience = terms.patience
    try:
        with line.limit(patience.answer):
            response = session.get(
                url,
                stream=True,
                allow_redirects=False,
                timeout=(patience.connect, patience.silence),
                headers=headers,
            )
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
        terms.halt.check()
        if line.hung_up:
            raise _silent(url, patience) from None
        raise _failure(url, error) from None
    except (OSError, ValueError) as error:
        raise _failure(url, error) from None
    if line.hung_up:  # http.client takes the end of the connection for that of the headers
        response.close()
        terms.halt.check()
        raise _silent(url, patience)
    return response


def _silent(url: str, patience: Patience) -> Unreachable:
    return _unreachable(url, f"no answer within {patience.answer:g} seconds")


def _body(response: requests.Response, answer: Answer, terms: Terms) -> Iterator[bytes]:
    url, got = response.url, answer.start
    pace = Pace(terms.patience, url)
    try:
        while not answer.whole and (chunk := response.raw.read1(CHUNK, decode_content=False)):
            terms.halt.check()
            got += len(chunk)
            pace.came(len(chunk))
            yield chunk
    except urllib3.exceptions.HTTPError as error:
        terms.halt.check()
        said = _unreachable(url, f"broke off after {got:,} bytes: {_reason(error)}")
        raise Transient(said.message, said.hint) from None
    if not got:  # also where the headers broke off
        raise Transient(f"{url} gives no bytes", "try again later")
    if answer.total is not None and got != answer.total:
        raise Transient(f"{url} broke off after {got:,} of {answer.total:,} bytes", "try again")


def _unreachable(url: str, why: str) -> Unreachable:
    return Unreachable(
        f"cannot reach {_host(url)}: {why}",
        "check the network and try again; with --offline only what is in the cache is used",
    )


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _failure(url: str, error: BaseException) -> Unavailable:
    """Return what an error on the way to a host means; some of them will not pass."""
    host, causes = _host(url), list(_causes(error))
    unproven = next((e for e in causes if isinstance(e, ssl.SSLCertVerificationError)), None)
    if unproven is not None:
        now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M")
        return Unavailable(
            f"{host} does not prove that it is {host}: {unproven.verify_message}",
            f"its certificate is not valid here and now ({now} UTC by this machine's clock); "
            "nothing was read",
        )
    failure = _unreachable(url, _reason(error))
    unknown = any(
        isinstance(e, UnicodeError)
        or (isinstance(e, socket.gaierror) and e.errno != socket.EAI_AGAIN)
        for e in causes
    )
    garbled = any(isinstance(e, _GARBLED) for e in causes)
    cut = any(isinstance(e, _CUT) for e in causes)
    lasting = unknown or (garbled and not cut)
    return Unavailable(failure.message, failure.hint) if lasting else failure


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and those behind it, the innermost last."""
    inner: BaseException | None = error
    while inner is not None:
        yield inner
        inner = inner.__cause__ or inner.__context__


def _reason(error: BaseException) -> str:
    """Return the innermost reason, since the outer ones quote object addresses."""
    *_, inner = _causes(error)
    return str(inner) or type(inner).__name__
