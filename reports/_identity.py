"""What a claim is called where its name must stay the same from Run to Run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import count

from zoo.findings import GRAVEST_FIRST, Finding, by_model, show
from zoo.run import Outdated, Run


def names(findings: Sequence[Finding]) -> list[str]:
    """Return a name for each finding of one model, no two alike.

    It says what each is about. Where a model claims several values of that, as with components, the
    value follows in brackets, and a number if need be.
    """
    plain = [finding.what for finding in findings]
    often = Counter(plain)
    told = [
        f"{name} [{show(finding.claimed)}]" if often[name] > 1 else name
        for name, finding in zip(plain, findings, strict=True)
    ]
    return _numbered(told)


def _numbered(names: Iterable[str]) -> list[str]:
    """Return names with a number after each that was there already, or is another's own."""
    plain = list(names)
    taken, numbered = set(plain), list[str]()
    for name in plain:
        tries = (f"{name} #{number}" for number in count(2))
        free = name if name not in numbered else next(each for each in tries if each not in taken)
        taken.add(free)
        numbered.append(free)
    return numbered


def named(run: Run) -> list[tuple[Finding, str]]:
    """Return all findings with their names, model by model."""
    pairs: list[tuple[Finding, str]] = []
    for findings in by_model(run.findings).values():
        pairs += zip(findings, names(findings), strict=True)
    return pairs


def entries(run: Run) -> list[tuple[Outdated, str]]:
    """Return the outdated entries of the baseline with a name each, no two alike."""
    told = _numbered(f"{entry.model} {entry.rule}" for entry in run.outdated)
    return list(zip(run.outdated, told, strict=True))


def gravest(pairs: Iterable[tuple[Finding, str]]) -> list[tuple[Finding, str]]:
    """Return findings with their names, the gravest first; what the baseline knows comes last."""
    return sorted(
        pairs, key=lambda pair: (pair[0].known is not None, GRAVEST_FIRST.index(pair[0].verdict))
    )


def fingerprint(finding: Finding, name: str) -> str:
    """Return 32 hexadecimal digits for a claim, whatever its line, its verdict and its words."""
    return _digits(finding.model, finding.rule, name)


def fingerprint_of_entry(name: str) -> str:
    """Return likewise what stays the same of an outdated entry of the baseline."""
    return _digits("baseline", name)


def _digits(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
