"""What MkDocs does for the site beyond itself: links that lead out of docs/, and what is searched.

On GitHub, pages link to files of the repository, of which the site has none: with a ``repo_url``
such a link leads there, and without one only its text is left. One to a file that is not there
fails a strict build, as any other broken link does.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"\[((?:[^\[\]`]|`[^`]*`)*)\]\((\.\./[^\s)#]*)(#[^\s)]*)?\)")
# What is one of hundreds of pages about as many models would hide all else in the search.
UNSEARCHED = ("report/models/", "report/collections/")
LOG = logging.getLogger("mkdocs.hooks.site_hooks")


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    """Mend the links of a page, and leave those about single models out of the search."""
    place = page.file.src_uri
    if place.startswith(UNSEARCHED):
        page.meta["search"] = {"exclude": True}
    return mended(markdown, place, config.repo_url or "")


def mended(markdown: str, place: str, repository: str) -> str:
    """Return the Markdown of a page of docs/ whose links out of that folder are good on the site.

    Args:
        place: of the page, below docs/.
        repository: URL of the repository, or empty.
    """

    def link(match: re.Match[str]) -> str:
        text, target, anchor = match[1], match[2], match[3] or ""
        path = normpath(join("docs", dirname(place), target))
        if path.startswith("docs/"):
            return match[0]
        if path.startswith("../") or not (ROOT / path).exists():
            LOG.warning("'%s' links to '%s', which is not in the repository", place, target)
        return (
            f"[{text}]({repository.rstrip('/')}/blob/main/{path}{anchor})" if repository else text
        )

    return LINK.sub(link, markdown)
