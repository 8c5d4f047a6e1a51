"""The numbers of a record, as the checks compare them: how precise they are, what they exclude."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from zoo.claims import Claim, Metric, ModelEntry, file_name
from zoo.findings import show
from zoo.index.values import byte_rounding, rounding

# Bytes a parameter, from and to, of what is commonly stored: 4 and 8 bits, half precision, single
# precision. Quantized files hold scales, too. Single precision is open upwards: a file may hold
# what is not counted as the model's (googlenet's auxiliary classifiers double its file), a moving
# average, or the state of an optimizer.
FORMATS = tuple(
    (Decimal(least), Decimal(most))
    for least, most in (("0.45", "0.65"), ("0.8", "1.5"), ("1.98", "2.5"), ("3.96", "20"))
)
# The same for a file of little else than the parameters, in half or single precision.
CLOSE = tuple((Decimal(least), Decimal(most)) for least, most in (("1.98", "2.3"), ("3.96", "4.6")))
CONTAINER = 10**6  # bytes that the names of tensors and the like may take, at most
# Containers that store numbers as they are; anything else may compress them.
_PLAIN = (".pth", ".pt", ".pth.tar", ".bin", ".safetensors")
# Parameters are counted with a classifier or without, which moves them by some per cent.
DIFFERENT = Decimal("0.1")
ROUNDED = Decimal("0.05")  # no count is rounded further, however many zeros it ends in


def number(entry: ModelEntry, metric: Metric) -> Decimal | None:
    """Return a claimed number above 0, or None."""
    value = entry.value(metric)
    return value if isinstance(value, Decimal) and value > 0 else None


def differ(one: Decimal | None, other: Decimal | None, share: Decimal = DIFFERENT) -> bool:
    """Return whether both are known and are further apart than a share of the larger."""
    return one is not None and other is not None and abs(one - other) > share * max(one, other)


def sizes_differ(one: ModelEntry, other: ModelEntry) -> bool:
    """Return whether the file sizes that two models claim exclude each other."""
    claims = [entry.claimed(Metric.FILE_SIZE) for entry in (one, other)]
    if None in claims:
        return False
    values = [number(entry, Metric.FILE_SIZE) or Decimal(0) for entry in (one, other)]
    allowed = sum((byte_rounding(claim.text) for claim in claims if claim), Decimal(0))
    return abs(values[0] - values[1]) > allowed + max(values) / 100


def other_count(entry: ModelEntry, other: ModelEntry) -> str:
    """Return in words that another model has another number of parameters, or an empty text."""
    mine, theirs = (number(each, Metric.PARAMETERS) for each in (entry, other))
    if mine is None or theirs is None or not differ(mine, theirs):
        return ""
    return f"which has {show(int(theirs))} parameters and not {show(int(mine))}"


def other_size(entry: ModelEntry, other: ModelEntry) -> str:
    """Return the size of another model's file in words where it excludes one's own, or nothing."""
    if not sizes_differ(entry, other):
        return ""
    theirs, mine = (int(number(each, Metric.FILE_SIZE) or 0) for each in (other, entry))
    return f"{show(theirs)} bytes and not {show(mine)}"


def bytes_each(entry: ModelEntry) -> Decimal | None:
    """Return the claimed bytes of the file a claimed parameter, or None where that is not known."""
    size, count = number(entry, Metric.FILE_SIZE), number(entry, Metric.PARAMETERS)
    plain = entry.weights is not None and file_name(entry.weights.text).endswith(_PLAIN)
    return size / count if plain and size and count else None


def plausible(entry: ModelEntry) -> bool:
    """Return whether so many parameters make a file of that size in a common number format."""
    return _fits(entry, FORMATS)


def own_size(entry: ModelEntry) -> bool:
    """Return whether the claimed size is known to be that of a file of the claimed parameters."""
    return bytes_each(entry) is not None and _fits(entry, CLOSE)


def _fits(entry: ModelEntry, formats: Iterable[tuple[Decimal, Decimal]]) -> bool:
    size, claim = number(entry, Metric.FILE_SIZE), entry.claimed(Metric.PARAMETERS)
    if size is None or claim is None:
        return True
    fewest, most = _rounded(claim)
    return any(low * fewest <= size <= high * most + CONTAINER for low, high in formats)


def _rounded(claim: Claim) -> tuple[Decimal, Decimal]:
    """Return the least and the most that a rounded count may stand for."""
    assert isinstance(claim.value, Decimal)
    half = min(rounding(claim.text), ROUNDED * claim.value)
    return claim.value - half, claim.value + half
