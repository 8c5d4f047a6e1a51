"""Pickles that run code where they are loaded as such, and write a canary (W01 to W23)."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

from tests.weights.hostile.assembler import (
    MARK,
    POP,
    Member,
    archive,
    call,
    checkpoint,
    legacy,
    many,
    mapping,
    members,
    name,
    number,
    pickled,
    tensor,
    text,
    weight,
)
from tests.weights.hostile.case import Case

Arguments = Callable[[str], tuple[bytes, ...]]


def path(canary: str) -> tuple[bytes, ...]:
    return (text(canary),)


def shell(canary: str) -> tuple[bytes, ...]:
    return (text(f"touch {canary}"),)


def python(canary: str) -> tuple[bytes, ...]:
    return (text(f"open({canary!r}, 'w')"),)


def written(canary: str) -> tuple[bytes, ...]:
    return (text(canary), text("w"))


def command(canary: str) -> tuple[bytes, ...]:
    return (b"]" + MARK + text("touch") + text(canary) + b"e",)


def nothing(canary: str) -> tuple[bytes, ...]:
    return ()


# What is asked for, and with which arguments it would write the canary.
GLOBALS: dict[str, Arguments] = {
    "os.system": shell,
    "posix.system": shell,
    "nt.system": shell,
    "os.popen": shell,
    "os.mkdir": path,
    "os.execvp": lambda canary: (text("touch"), *command(canary)),
    "subprocess.call": command,
    "subprocess.Popen": command,
    "subprocess.getoutput": shell,
    "pty.spawn": command,
    "commands.getoutput": shell,
    "builtins.eval": python,
    "builtins.exec": python,
    "__builtin__.eval": python,
    "builtins.open": written,
    "builtins.getattr": lambda canary: (name("os.path"), text("join")),
    "builtins.__import__": lambda canary: (text("antigravity"),),
    "builtins.compile": lambda canary: (*python(canary), text("x"), text("exec")),
    "io.open": written,
    "io.FileIO": written,
    "_io.FileIO": written,
    "codecs.open": written,
    "pathlib.Path.touch": path,
    "sqlite3.connect": path,
    "dbm.dumb.open": lambda canary: (text(canary), text("c")),
    "shelve.open": path,
    "mailbox.Maildir": path,
    "mailbox.mbox": path,
    "logging.FileHandler": path,
    "zipfile.ZipFile": written,
    "gzip.open": written,
    "tempfile.mkdtemp": lambda canary: (text(""), text(""), text(canary)),
    "shutil.copy": lambda canary: (text("/etc/hostname"), text(canary)),
    "pkgutil.resolve_name": lambda canary: (text("os:system"),),
    "importlib.import_module": lambda canary: (text("antigravity"),),
    "runpy.run_path": path,
    "runpy._run_code": python,
    "timeit.timeit": python,
    "cProfile.run": python,
    "pdb.run": python,
    "bdb.Bdb": nothing,
    "code.InteractiveInterpreter": nothing,
    "ctypes.CDLL": path,
    "asyncio.run": nothing,
    "socket.create_connection": lambda canary: (many(text("127.0.0.1"), number(9)),),
    "urllib.request.urlopen": lambda canary: (text("http://127.0.0.1:9/"),),
    "webbrowser.open": lambda canary: (text(f"file://{canary}"),),
    "operator.attrgetter": lambda canary: (text("system"),),
    "functools.partial": lambda canary: (name("os.system"), *shell(canary)),
    "types.FunctionType": nothing,
    "marshal.loads": lambda canary: (text("c"),),
    "pickle.loads": lambda canary: (text("cos\nsystem\n"),),
    "torch.load": path,
    "torch.jit.load": path,
    "torch.hub.load": path,
    "torch.storage._load_from_bytes": lambda canary: (text("cos\nsystem\n"),),
    "torch.serialization.load": path,
    "torch._utils._import_dotted_name": lambda canary: (text("os.system"),),
    "torch.nn.modules.linear.Linear": lambda canary: (number(2), number(2)),
    "torch.utils.collect_env.run": shell,
    "numpy.load": path,
    "numpy.testing._private.utils.runstring": python,
    "joblib.load": path,
    "fickling.hook.remove_hook": nothing,
    "os.system.__call__": shell,
}


def asking(asked: str) -> Callable[[Path], bytes]:
    def make(canary: Path) -> bytes:
        return checkpoint(pickled(mapping(weight=call(asked, *GLOBALS[asked](str(canary))))))

    return make


def attack(canary: Path) -> bytes:
    return call("os.system", *shell(str(canary)))


def around(build: Callable[[bytes, Path], bytes]) -> Callable[[Path], bytes]:
    """Return a maker of a file round the plainest attack there is."""
    return lambda canary: build(attack(canary), canary)


def asks_by_stack(module: bytes, attribute: bytes, canary: Path) -> bytes:
    body = module + attribute + b"\x93" + many(*shell(str(canary))) + b"R."
    return checkpoint(b"\x80\x04" + body)


class Reduced:
    """Runs a command where it is unpickled, as the library itself writes it."""

    def __init__(self, canary: Path, by: str) -> None:
        self.canary = canary
        self.by = by

    def __reduce__(self) -> tuple[object, ...]:
        import os

        return os.system, (f"touch {self.canary}",)


def by_protocol(protocol: int) -> Callable[[Path], bytes]:
    return lambda canary: checkpoint(pickle.dumps({"weight": Reduced(canary, "")}, protocol))


def two_pickles(bad: bytes, canary: Path) -> bytes:
    extra = Member(b"model/other.pkl", pickled(bad))
    return archive(*members(weight()), extra)


def torchscript(bad: bytes, canary: Path) -> bytes:
    code = Member(b"model/code/__torch__.py", b"import os\n")
    return archive(*members(pickled(bad)), code, Member(b"model/constants.pkl", pickled(bad)))


NAMED = "the file asks for"
SYSTEM = rf"{NAMED} (os|posix)\.system"
VARIANTS: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "W02-legacy": (around(lambda bad, _: legacy(pickled(mapping(weight=bad)))), SYSTEM),
    "W02-legacy-as-its-first-pickle": (
        around(lambda bad, _: legacy(weight()).replace(pickled(number(1001)), pickled(bad), 1)),
        SYSTEM,
    ),
    "W02-legacy-in-the-keys": (
        around(lambda bad, _: legacy(weight())[:-40] + pickled(bad)),
        rf"{SYSTEM}|damaged",
    ),
    "W04-bare-pickle": (around(lambda bad, _: pickled(bad)), "no format that is read"),
    "W05-magic-number-by-eval": (
        around(
            lambda bad, c: pickled(call("builtins.eval", *python(str(c)))) + legacy(weight())[2:]
        ),
        "no format that is read|builtins.eval",
    ),
    "W13-stack-global": (
        lambda c: asks_by_stack(b"\x8c\x02os", b"\x8c\x06system", c),
        rf"{NAMED} os\.system",
    ),
    "W13-stack-global-of-numbers": (
        lambda c: asks_by_stack(number(1), b"N", c),
        f"{NAMED} a name that it makes up",
    ),
    "W14-dotted-attribute": (
        lambda c: asks_by_stack(b"\x8c\x02os", b"\x8c\x0bpath.system", c),
        rf"{NAMED} os\.path\.system",
    ),
    "W15-call-and-pop": (
        around(lambda bad, _: checkpoint(pickled(bad + POP + mapping(weight=tensor())))),
        SYSTEM,
    ),
    "W16-inst": (
        lambda c: checkpoint(pickled(MARK + shell(str(c))[0] + b"ios\nsystem\n")),
        rf"{NAMED} os\.system",
    ),
    "W16-obj": (
        lambda c: checkpoint(pickled(MARK + name("os.system") + shell(str(c))[0] + b"o")),
        rf"{NAMED} os\.system",
    ),
    "W16-newobj-ex": (
        lambda c: checkpoint(b"\x80\x04" + name("collections.OrderedDict") + many() + b"}\x92."),
        "instruction NEWOBJ_EX",
    ),
    "W16-extension": (lambda c: checkpoint(pickled(b"\x82\x01")), "instruction EXT1"),
    "W16-persistent-text": (lambda c: checkpoint(pickled(b"Pstorage\n")), "instruction PERSID"),
    "W16-bytearray": (
        lambda c: checkpoint(b"\x80\x05\x96" + bytes(8) + b"."),
        "instruction BYTEARRAY8",
    ),
    "W16-next-buffer": (lambda c: checkpoint(b"\x80\x05\x97."), "instruction NEXT_BUFFER"),
    "W17-before-a-broken-tail": (
        around(lambda bad, _: checkpoint(b"\x80\x02" + bad + b"\xff\xff")),
        SYSTEM,
    ),
    "W18-frame": (by_protocol(4), SYSTEM),
    "W18-protocol-0": (by_protocol(0), SYSTEM),
    "W18-protocol-5": (by_protocol(5), SYSTEM),
    "W19-in-another-member": (around(two_pickles), "a member other.pkl"),
    "W19-behind-the-first-pickle": (
        around(lambda bad, _: checkpoint(weight() + pickled(bad))),
        "followed by something else",
    ),
    "W20-build": (
        around(lambda bad, _: checkpoint(pickled(call("collections.OrderedDict") + bad + b"b"))),
        SYSTEM,
    ),
    "W21-torchscript": (around(torchscript), "TorchScript archive"),
    "W22-a-whole-module": (
        lambda c: checkpoint(pickled(name("tests.weights.Tiny") + b")\x81}b")),
        rf"{NAMED} tests\.weights\.Tiny",
    ),
    "W23-escapes-in-the-name": (
        lambda c: checkpoint(pickled(b"c\x1b]0;owned\x07\n::error::x\n")),
        r"the file asks for \\x1b]0;owned\\x07\.",
    ),
}

CASES = [
    *(Case(f"W01-{asked}", asking(asked), rf"{NAMED} {asked}") for asked in GLOBALS),
    *(Case(which, make, reason) for which, (make, reason) in VARIANTS.items()),
    Case("W03-pth-tar", asking("os.system"), SYSTEM, name="model.pth.tar"),
    Case("W03-bin", asking("os.system"), SYSTEM, name="pytorch_model.bin"),
    Case("W03-no-ending", asking("os.system"), SYSTEM, name="model"),
]
