"""What can go wrong for a user: each error says what happened and what to do about it.

ZooError
├── UsageError        the command or the configuration is off (exit 2)
│   └── IndexFault    the index is not there, or holds errors
├── Unavailable       something needed could not be had or built: the verdict is ERROR
│   ├── Refused       it is there, and we do not touch it
│   ├── DeviceFault   a device failed, so that this process can do no more on it
│   └── Blocked       it is not what was claimed, as another finding says
└── Skipped           not asked for, or this machine cannot: the verdict is SKIP
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

DEFECT = "this is a defect of zoo: please report it"


class ZooError(Exception):
    """An error that a user can act on.

    Args:
        message: what happened; lower case, no full stop.
        hint: what to do about it, or empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ZooError):
    """The command line or the configuration is wrong."""


class IndexFault(UsageError):
    """There is no index at that place, or it cannot be used."""


class Unavailable(ZooError):
    """A resource of a model (its code, its weights, its data) could not be had.

    Args:
        about: which resource, in words that no version changes; empty where it is the code.
    """

    def __init__(self, message: str, hint: str = "", about: str = "") -> None:
        super().__init__(message, hint)
        self.about = about


class Refused(Unavailable):
    """A resource is there, and using it would be unsafe."""


class DeviceFault(Unavailable):
    """A device failed: what ran on it can be begun again, in another process or elsewhere."""


class Blocked(Unavailable):
    """A resource is not what was claimed, so that what rests on it cannot be tested.

    Args:
        rule: the validator whose finding says what is wrong.
        message: what is wrong, for when that validator was not selected.
    """

    def __init__(self, rule: str, message: str, hint: str = "", about: str = "") -> None:
        super().__init__(message, hint, about)
        self.rule = rule


class Skipped(ZooError):
    """A claim that was not asked to be tested, or that this machine cannot test."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a hint that names what was probably meant, or an empty string."""
    names = list(known)
    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(word.casefold(), folded, n=3, cutoff=0.6)
    return f"did you mean {', '.join(folded[name] for name in close)}?" if close else ""


def reason(error: BaseException) -> str:
    """Return in one line what an error of another's code says."""
    return f"{type(error).__name__}: {error}".partition("\n")[0][:200]
