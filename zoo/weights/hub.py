"""Turns ``hf://organisation/repository@revision/file`` into the address that serves the file."""

from __future__ import annotations

import re
from urllib.parse import quote

from zoo.errors import Refused

HOST = "huggingface.co"
MAIN = "main"  # the branch that is meant where no revision is named
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_ADDRESS = re.compile(rf"hf://({_NAME})/({_NAME})(?:@([^/@\s]+))?/([^\s?#]+)", re.ASCII)


def address(url: str) -> str:
    """Return the https URL of a file on Hugging Face.

    A revision is a branch, a tag or a commit; ``/`` in it is written ``%2F``. Only a whole commit
    hash stands for the same file for ever: a branch, ``main`` too, moves.

    Raises:
        Refused: the URL is not of that form.
    """
    match = _ADDRESS.fullmatch(url)
    if match is None or {"", ".", ".."} & set(match[4].split("/")):
        raise Refused(
            f"{url} is not of the form hf://organisation/repository@revision/file",
            f"without a revision {MAIN} is meant, which moves: name a commit",
        )
    organisation, repository, revision, file = match.groups()
    where = quote(revision or MAIN, safe="%")
    return f"https://{HOST}/{organisation}/{repository}/resolve/{where}/{quote(file, safe='/%')}"
