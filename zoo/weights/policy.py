"""Says which URLs may be asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from zoo.errors import Refused

MAX_BYTES = 32 * 2**30
MAX_URL = 4096
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\x9f\\\u00a0\u2028\u2029]")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|[0-9a-f:.]+(%[a-z0-9]+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be asked for.

    Attributes:
        allow_http: also ask servers whose identity nothing proves.
        allow_private: also ask addresses that are not on the public internet; no option sets it.
        max_bytes: a file may be as large as this.
        proxy: URL of the proxy that all requests go through, or empty.
        tokens: a bearer token by the host (``name`` or ``name:port``) that it is for.
    """

    allow_http: bool = False
    allow_private: bool = False
    max_bytes: int = MAX_BYTES
    proxy: str = ""
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)

    def token(self, url: str) -> str:
        """Return the token for the host of a URL, or nothing; none is sent without TLS."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        named = host if port in (None, 443) else f"{host}:{port}"
        return self.tokens.get(named, "") if parts.scheme == "https" else ""


def check(url: str, policy: Policy) -> SplitResult:
    """Return the parts of a URL that may be asked for under the policy.

    Raises:
        Refused: it is not https, names a user, or is written so that programs differ on its host.
    """
    parts = _split(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and policy.allow_http):
        hint = "https proves who answers; --allow-http does without"
        raise Refused(f"{url} is not https", hint if parts.scheme == "http" else "")
    if parts.username is not None or parts.password is not None:
        raise Refused(f"a URL with a user name is refused (host {parts.hostname})")
    if not parts.hostname:
        raise Refused(f"{url} names no host")
    if parts.fragment:
        raise Refused(
            f"{url} has a part after '#', which no server is told",
            "remove it; a digest is declared under 'SHA256'",
        )
    if not _HOST.fullmatch(parts.hostname):
        raise Refused(
            f"{url} is no URL: a host is written in the letters a-z, digits, '-' and '.'",
            "write an international name in its xn-- form",
        )
    return parts


def _split(url: str) -> SplitResult:
    try:
        if len(url) > MAX_URL:
            raise ValueError(f"it is longer than {MAX_URL} characters")
        parts = urlsplit(url)
        if parts.port == 0:
            raise ValueError("there is no port 0")
    except ValueError as error:
        raise Refused(f"{url[:200]} is no URL: {error}") from None
    if _UNSEEN.search(url):
        raise Refused(f"{url} is no URL: it holds a blank, a backslash or a control character")
    return parts
