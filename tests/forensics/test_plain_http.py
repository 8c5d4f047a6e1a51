"""Plain http: by the URL's scheme, in any case, and nothing else."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("url", ["http://dl.yf.io/dla34.pth", "HTTP://dl.yf.io/dla34.pth"])
def test_weights_over_http_are_found_and_the_host_is_named(find, url: str) -> None:
    (found,) = find("plain-http", {"dla34": {"Weights": url}})
    assert found.message == "the weights come over http from dl.yf.io"
    assert found.location.line == 4


@pytest.mark.parametrize(
    "url",
    ["https://dl.yf.io/dla34.pth", "file:http.pth", "package://http/a.pth", "hf://a/http@1/b"],
)
def test_other_schemes_are_not(find, url: str) -> None:
    assert find("plain-http", {"dla34": {"Weights": url}}) == []
