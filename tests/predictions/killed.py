"""A process that predicts and is killed at its n-th fsync, rename or unlink; then one that goes on.

    python killed.py FOLDER

For n = 1, 2, … a child works in FOLDER/n and dies by SIGKILL at the n-th of these calls; another
goes on there to the end. Ends after the child that had no n-th call, and prints for each that died
how many ranges the other had to predict, and the digest of what it left.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
from collections.abc import Callable, Generator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from zoo import scoring
from zoo.engines import Predicted, Work
from zoo.pictures import File, Picture
from zoo.predictions import Prediction
from zoo.predictions.ledger import WHOLE, Ledger, Range

SIZE = 5
SAID = {"weights": "11"}


class Engine:
    """Predicts what the name of a picture says; notes how many ranges it was asked for."""

    asked = 0

    def predict(self, work: Work, ranges: Sequence[Range]) -> Generator[Predicted, None, None]:
        self.asked = len(ranges)
        for start, stop in ranges:
            yield (start, stop), tuple(_prediction(each) for each in work.pictures[start:stop])


def _prediction(picture: Picture) -> Prediction:
    sha256 = hashlib.sha256(picture.read()).hexdigest()
    return Prediction(picture.id, sha256, picture.label, (int(picture.id), 0), None, 0.25)


def pictures(folder: Path) -> tuple[Picture, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for number in range(1, 14):
        path = folder / f"{number}.jpg"
        path.write_bytes(b"%d" % number)
        drawn.append(Picture(str(number), File(path), number % 3))
    return tuple(drawn)


def predict(root: Path, folder: Path) -> int:
    """Predict in a folder, and return how many ranges were not there yet."""
    scoring.RANGE = SIZE
    nothing: Any = None
    silent = lambda _: None  # noqa: E731
    work = Work(nothing, (), lambda: nothing, pictures(root / "pictures"), None, silent, silent)
    engine = Engine()
    scoring.predict(work, engine, Ledger(folder, SAID))
    return engine.asked


def dying(calls: int) -> None:
    """Let this process die at the n-th of the calls that a file's fate depends on."""
    left = [calls]

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **named)

        return call

    os.fsync = counted(os.fsync)
    Path.replace = counted(Path.replace)  # type: ignore[method-assign]
    Path.unlink = counted(Path.unlink)  # type: ignore[method-assign]


def child(work: Callable[[], int]) -> int:
    """Return the exit status of a process that does it."""
    pid = os.fork()
    if pid == 0:
        os._exit(work())
    return os.waitpid(pid, 0)[1]


def main(root: Path) -> None:
    pictures(root / "pictures")
    for n in count(1):
        folder = root / str(n)

        def until_killed(calls: int = n, folder: Path = folder) -> int:
            dying(calls)
            predict(root, folder)
            return 0

        died = os.WIFSIGNALED(child(until_killed))
        left = os.waitstatus_to_exitcode(child(lambda folder=folder: predict(root, folder)))
        names = sorted(each.name for each in folder.iterdir())
        assert set(names) <= {"lock", WHOLE}, names
        digest = hashlib.sha256((folder / WHOLE).read_bytes()).hexdigest()
        sys.stdout.write(f"{left} {digest}\n")
        sys.stdout.flush()
        if not died:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
