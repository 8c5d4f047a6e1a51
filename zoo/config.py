"""The user's settings: ``zoo.toml``, or ``[tool.zoo]`` in pyproject.toml, of the working folder."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo import schemas
from zoo.errors import UsageError, nearest

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


FILES = ("zoo.toml", "pyproject.toml")  # the first that is there counts
KINDS = {
    "string": "a text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "a table",
}


def read_config(folder: Path) -> Mapping[str, Any]:
    """Return the settings of a folder, empty where there are none; keys as in the schema.

    Raises:
        UsageError: the file cannot be read, or a setting is unknown or of the wrong kind.
    """
    own, project = (folder / name for name in FILES)
    if own.is_file():
        return _checked(_load(own), own)
    if project.is_file():
        tools = _load(project).get("tool", {})
        return _checked(tools.get("zoo", {}) if isinstance(tools, dict) else {}, project)
    return {}


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path.name} cannot be read: {error}") from None


def _checked(settings: Any, path: Path) -> Mapping[str, Any]:
    if not settings:
        return {}
    error = schemas.fault("config", settings)
    if error is not None:
        raise _fault(error, path)
    checked: Mapping[str, Any] = settings
    return checked


def _fault(error: ValidationError, path: Path) -> UsageError:
    """Return what is wrong with a setting, in words."""
    where = ".".join(str(step) for step in error.absolute_path) or "[tool.zoo]"
    wanted: Any = error.validator_value
    match error.validator:
        case "additionalProperties":
            assert isinstance(error.instance, dict) and isinstance(error.schema, dict)
            known = error.schema["properties"]
            extra = next(key for key in error.instance if key not in known)
            return UsageError(f"{path.name}: there is no setting '{extra}'", nearest(extra, known))
        case "type":
            return UsageError(f"{path.name}: {where} must be {KINDS[wanted]}")
        case "minimum":
            return UsageError(f"{path.name}: {where} must be at least {wanted}")
        case other:
            return UsageError(f"{path.name}: {where} breaks the rule '{other}'")
