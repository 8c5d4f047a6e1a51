"""Puts the inputs and outputs of action.yml into docs/ci.md: run it when they change."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs" / "ci.md"


def refreshed(text: str, action: dict[str, Any]) -> str:
    """Return the page with the tables as the action has them."""
    inputs = ["| input | default | |", "|:--|:--|:--|"]
    for name, part in action["inputs"].items():
        default = f"`{part['default']}`" if part["default"] else ""
        inputs.append(f"| `{name}` | {default} | {part['description']} |")
    outputs = ["| output | |", "|:--|:--|"]
    outputs += [f"| `{name}` | {part['description']} |" for name, part in action["outputs"].items()]
    for what, lines in (("inputs", inputs), ("outputs", outputs)):
        table = "\n".join(lines)
        marked = rf"(<!-- {what} -->\n)(?:.*\n)*?(<!-- /{what} -->)"
        text = re.sub(marked, lambda match, table=table: f"{match[1]}{table}\n{match[2]}", text)
    return text


if __name__ == "__main__":
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    DOCS.write_text(refreshed(DOCS.read_text(encoding="utf-8"), action), encoding="utf-8")
