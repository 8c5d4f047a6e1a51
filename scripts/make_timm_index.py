"""Writes model-index/timm: the model index that timm's documentation publishes, page for page.

    .venv/bin/python scripts/make_timm_index.py FACTS.json

FACTS.json is a list of ``{"page": …, "Collections": […], "Models": […]}`` with the values as they
are published. A page that ``model-index/`` itself holds (``se-resnet.md``) is not written twice.
Every page says that its models are timm's, so that a name which another page has, too, becomes
``timm/<name>``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from textwrap import fill
from typing import Any

import yaml

INDEX = Path(__file__).parents[1] / "model-index"
WIDTH = 100

PAGE = """\
# {title}

{prose}

<!--
{document}-->
"""
CLAIMS = (
    "What timm's documentation claims on its page `{page}` of {models}, value for value. These are"
    " the publisher's numbers, and no more than that: `zoo check` says which cannot be right, and"
    " `zoo verify` which of them hold."
)


def main() -> None:
    """Write a page for each page of the facts."""
    pages: list[dict[str, Any]] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder = INDEX / "timm"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    written = [page for page in pages if not (INDEX / f"{page['page']}.md").exists()]
    for page in written:
        (folder / f"{page['page']}.md").write_text(render(page), encoding="utf-8")
    models = sum(len(page["Models"]) for page in written)
    print(f"wrote {len(written)} pages with {models} models")


def render(page: dict[str, Any]) -> str:
    """Return a page of Markdown with the facts of a page in its comment."""
    facts = {key: page[key] for key in page if key != "page" and page[key]}
    document = {"Type": "model-index", "Library": {"Name": "timm"}} | facts
    models = listed([f"`{model['Name']}`" for model in page["Models"]])
    paragraphs = [CLAIMS.format(page=page["page"], models=models), *papers(page)]
    return PAGE.format(
        title=", ".join(collection["Name"] for collection in page["Collections"]) or page["page"],
        prose="\n\n".join(
            fill(text, WIDTH, break_long_words=False, break_on_hyphens=False) for text in paragraphs
        ),
        document=yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=1000),
    )


def listed(names: list[str]) -> str:
    """Return names as a sentence lists them."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def papers(page: dict[str, Any]) -> list[str]:
    """Return a line on the paper of each collection that names one."""
    found = [collection.get("Paper") or {} for collection in page["Collections"]]
    lines = [f"The paper is *{paper['Title']}*." for paper in found if paper.get("Title")]
    return list(dict.fromkeys(lines))


if __name__ == "__main__":
    main()
