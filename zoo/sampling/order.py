"""The order in which pictures are drawn: a permutation that a seed and the pictures' ids give.

Pictures are sorted by the SHA-256 of seed and id. Unlike the shuffles of Python and NumPy, which
have changed between versions, that is the same everywhere and for ever, in any language; it does
not depend on the order of files or of lines, nor on how many are drawn; and the same seed draws the
same pictures for every model, so that what was decoded for one serves the next.

Nothing is stratified. The ratio in ``zoo.sampling.bounds`` is a martingale where each picture that
is left is equally likely to be next. Where one of each class is drawn in turn it is not, and may
grow for the true total: if every class has one picture that is recognised and one that is not, a
draw of one a class varies twice as much as a simple one of the same size, and with 50 pictures a
class still up to 50/49 as much. A test computes the first case. What stratifying would save, where
it is sound, is the share of the variance that lies between the classes.
"""

from __future__ import annotations

import hashlib

from zoo.pictures import Picture


def draw(pictures: tuple[Picture, ...], number: int, seed: int) -> tuple[Picture, ...]:
    """Return the first so many pictures in the order of drawing; all, where there are fewer."""
    return tuple(sorted(pictures, key=lambda picture: _place(picture.id, seed))[:number])


def _place(name: str, seed: int) -> tuple[bytes, str]:
    data = f"{seed}\n{name}".encode("utf-8", "surrogateescape")
    return hashlib.sha256(data).digest(), name
