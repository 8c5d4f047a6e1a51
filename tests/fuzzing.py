"""A plugin of pytest that gives the property tests a stated time, and counts what they tried.

``make fuzz MINUTES=20`` shares the minutes out over all property tests; each is run in rounds, by
chance, until its share is over. An example that takes longer than two seconds of processor time
fails like one that raises. What was tried is printed as Markdown, as it stands in docs/fuzzing.md.
"""

from __future__ import annotations

import functools
import platform
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import hypothesis
import pytest

SECONDS = 2.0  # of processor time that an example may take
MEMORY = 16 * 2**30  # bytes of address space, of which the libraries take most
FIRST_ROUND = 50  # examples, from whose time the next rounds are sized
AT_MOST = 20_000  # examples of a round, so that chance begins anew


@dataclass
class Tried:
    """What became of a property test, in all its parameters."""

    examples: int = 0
    seconds: float = 0.0
    slowest: float = 0.0  # processor seconds of one example
    failed: bool = False

    def counted(self, test: Callable[..., object]) -> Callable[..., object]:
        """Return a test that counts and times its examples."""

        @functools.wraps(test)
        def example(*arguments: object, **named: object) -> object:
            self.examples += 1
            began = time.process_time()
            result = test(*arguments, **named)
            took = time.process_time() - began
            self.slowest = max(self.slowest, took)
            assert took < SECONDS, f"an example took {took:.1f} s of processor time"
            return result

        return example


class Fuzzing:
    """The state of one session: when it ends, what is still to be run, and what was tried."""

    def __init__(self, minutes: float) -> None:
        self.minutes = minutes
        self.started = datetime.now(timezone.utc)
        self.ends = 0.0
        self.left: Counter[str] = Counter()  # parameters that are still to be run, by test
        self.all: Counter[str] = Counter()
        self.tried: dict[str, Tried] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Begin to count the time."""
        self.ends = time.monotonic() + 60 * self.minutes
        self.all = Counter(_test(item) for item in session.items)
        self.left = self.all.copy()
        for item in session.items:
            item.add_marker(pytest.mark.timeout(120 + 60 * self.minutes))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.RLIM_INFINITY))

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Run a property test until its share of the time is over."""
        name, test = _test(pyfuncitem), pyfuncitem.obj
        weights = {each: count / self.all[each] for each, count in self.left.items()}
        share = (self.ends - time.monotonic()) / self.all[name] / sum(weights.values())
        self.left -= Counter([name])
        tried = self.tried.setdefault(name, Tried())
        given = {each: pyfuncitem.funcargs[each] for each in pyfuncitem._fixtureinfo.argnames}
        plain, tried.failed, began = test.hypothesis.inner_test, True, time.monotonic()
        test.hypothesis.inner_test = tried.counted(plain)
        try:
            _rounds(lambda: test(**given), test, tried, share)
            tried.failed = False
        finally:
            test.hypothesis.inner_test = plain
            tried.seconds += time.monotonic() - began
        return True

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print what was tried."""
        minutes = (datetime.now(timezone.utc) - self.started).total_seconds() / 60
        processor = f"{platform.machine()}, {platform.system()}"
        terminalreporter.write_line(
            f"\n{self.started:%Y-%m-%d}, {minutes:.0f} minutes in one process on {processor}; "
            f"Python {platform.python_version()}, Hypothesis {hypothesis.__version__}\n"
        )
        for line in _table(self.tried.items()):
            terminalreporter.write_line(line)


def _rounds(run: Callable[[], object], test: Any, tried: Tried, seconds: float) -> None:
    """Run a test again and again, each round as long as the time that is left seems to allow."""
    ends, size = time.monotonic() + seconds, FIRST_ROUND
    while True:
        began, before = time.monotonic(), tried.examples
        # The attribute that hypothesis's own plugin of pytest sets, too: settings cannot be
        # applied to a test twice.
        test._hypothesis_internal_use_settings = hypothesis.settings(
            test._hypothesis_internal_use_settings, max_examples=size
        )
        run()
        now, done = time.monotonic(), tried.examples - before
        if done < size // 10 or now >= ends:  # there is nothing else to try, or no time
            return
        fitting = int((ends - now) / (now - began) * done)
        size = min(max(fitting, 1), 10 * size, AT_MOST)


def _table(tried: Iterable[tuple[str, Tried]]) -> Iterable[str]:
    total = Tried()
    yield "| file | property | examples | slowest | |"
    yield "|:--|:--|--:|--:|:--|"
    for name, each in sorted(tried):
        file, _, test = name.partition("::")
        words = test.removeprefix("test_").replace("_", " ")
        end = "failed" if each.failed else ""
        yield f"| {file} | {words} | {each.examples:,} | {1000 * each.slowest:,.0f} ms | {end} |"
        total.examples += each.examples
        total.slowest = max(total.slowest, each.slowest)
    yield f"| | in all | {total.examples:,} | {1000 * total.slowest:,.0f} ms | |"


def _test(item: pytest.Item) -> str:
    """Return the name of a test without its parameters."""
    return item.nodeid.partition("[")[0]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that says for how long."""
    parser.addoption("--minutes", type=float, default=20, help="minutes for all property tests")


def pytest_configure(config: pytest.Config) -> None:
    """Take over the property tests."""
    config.pluginmanager.register(Fuzzing(config.getoption("minutes")), "fuzzing")
