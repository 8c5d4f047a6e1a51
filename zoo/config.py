"""The user's settings: ``zoo.toml``, or ``[tool.zoo]`` in pyproject.toml, of the working folder."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zoo.errors import UsageError, nearest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def read_config(folder: Path) -> Mapping[str, Any]:
    """Return the settings of a folder, empty where there are none; keys as in the schema.

    Raises:
        UsageError: the file cannot be read, or a setting is unknown or of the wrong kind.
    """
    own = folder / "zoo.toml"
    if own.is_file():
        return _checked(_load(own), own)
    project = folder / "pyproject.toml"
    if project.is_file():
        return _checked(_load(project).get("tool", {}).get("zoo", {}), project)
    return {}


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path.name} cannot be read: {error}") from None


def _checked(settings: Any, path: Path) -> Mapping[str, Any]:
    if not settings:
        return {}
    from jsonschema import Draft202012Validator

    from zoo.schemas import load

    schema = load("config")
    for key in settings if isinstance(settings, dict) else ():
        if key not in schema["properties"]:
            hint = nearest(key, schema["properties"])
            raise UsageError(f"{path.name}: there is no setting '{key}'", hint)
    error = next(Draft202012Validator(schema).iter_errors(settings), None)
    if error is not None:
        where = ".".join(str(step) for step in error.absolute_path) or "tool.zoo"
        raise UsageError(f"{path.name}: '{where}' breaks the rule '{error.validator}'")
    checked: Mapping[str, Any] = settings
    return checked
