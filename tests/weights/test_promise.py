"""No byte of a weights file is executed or imported from, and one child module unpickles."""

from __future__ import annotations

import ast
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import zoo
from tests.weights.hostile.corpus import CASES
from tests.weights.hostile.headers import HEADER, raw

PACKAGE = Path(zoo.__file__).parent
CHILD = "checkpoint/torch_file.py"
# What runs or unpickles what it is given, and who may name it.
UNPICKLERS = frozenset(
    {
        *("pickle", "_pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"),
        *("torch.load", "torch.jit", "torch.hub", "torch.package", "torch.export.load"),
        *("numpy.load", "np.load", "pandas.read_pickle", "pd.read_pickle", "jsonpickle"),
        *("tarfile", "shutil.unpack_archive", "runpy", "pickletools"),
    }
)
ALLOWED = {(CHILD, "torch.load"), ("checkpoint/opcodes.py", "pickletools")}
RUN = frozenset({"eval", "exec", "compile"})
KEYWORDS = frozenset({"allow_pickle", "weights_only"})


def modules() -> list[Path]:
    found = sorted({path.resolve() for path in PACKAGE.rglob("*.py")})
    packs = [PACKAGE / "validators", PACKAGE / "reports"]  # links, which rglob does not follow
    return found + sorted(path for pack in packs for path in pack.resolve().rglob("*.py"))


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def named(tree: ast.AST) -> Iterator[str]:
    """Yield all that a module imports or reaches by attribute, with what it is called there."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, names=names):
                yield from (f"{module}.{alias.name}" for alias in names)
                yield module or ""
            case ast.Attribute():
                yield dotted(node)
            case ast.Call(func=ast.Name(id=called)) if called in RUN:
                yield called
            case ast.keyword(arg=str(word)) if word in KEYWORDS:
                yield word


def test_only_the_child_module_can_unpickle() -> None:
    found = {
        (path.relative_to(PACKAGE).as_posix() if path.is_relative_to(PACKAGE) else path.name, name)
        for path in modules()
        for name in named(ast.parse(path.read_text(encoding="utf-8")))
        if name in UNPICKLERS | RUN | KEYWORDS
    }
    assert found == ALLOWED | {(CHILD, "weights_only")}


def test_the_search_would_find_what_it_looks_for() -> None:
    code = "import torch as t\nfrom numpy import load\nimport pickle\ntorch.load(x)\neval('1')"
    assert {"numpy.load", "pickle", "torch.load", "eval"} <= set(named(ast.parse(code)))
    assert len(modules()) > 100


def test_nobody_but_the_child_imports_the_child() -> None:
    """Not even the modules that start it: what they name is text for another interpreter."""
    readers = {"torch_file", "numpy_file", "safetensors_file", "child", "archive", "opcodes"}
    inside = {PACKAGE / "checkpoint" / f"{name}.py" for name in readers}
    for path in set(modules()) - inside:
        names = set(named(ast.parse(path.read_text(encoding="utf-8"))))
        assert not {f"zoo.checkpoint.{reader}" for reader in readers} & names, path


# Opens every file that is named on standard input, under a hook that ends the process on the spot
# when anything is unpickled, run, or imported from elsewhere than the interpreter's own folders.
WATCHED = """
import os, sys
from pathlib import Path
from zoo.claims import Digest
from zoo.errors import Unavailable
from zoo.run import WeightsFile
from zoo.weights.convert import in_store
from zoo.weights.store import Store
from zoo.weights.load import load
import torch, safetensors.torch
network = torch.nn.Linear(1, 1)
lines = [line.split("\\t") for line in sys.stdin.read().splitlines()]
store = Path(sys.argv[1])
trusted = tuple(sys.path)
events = []
def watch(event, arguments):
    bad = event in ("pickle.find_class", "os.system", "exec", "compile", "code.__new__",
        "os.exec", "os.posix_spawn", "sqlite3.connect", "marshal.loads", "import",
        "socket.connect", "ctypes.dlopen")
    started = event == "os.posix_spawn" and events[-1:] == ["subprocess.Popen"]  # since Python 3.13
    if bad and not started and not imported_by_python(event, arguments):
        os.write(2, f"{event} {arguments}\\n".encode()[:300])
        os._exit(99)
    events.append(event)
def imported_by_python(event, arguments):
    if event == "import":
        return arguments[1] is None or str(arguments[1]).startswith(trusted)
    if event == "exec":
        return str(arguments[0].co_filename).startswith((*trusted, "<frozen"))
    caller = sys._getframe(2).f_code.co_filename
    return event in ("marshal.loads", "compile") and "importlib" in caller
sys.addaudithook(watch)
opened = 0
for name, path, digest in lines:
    weights = WeightsFile(Path(path), f"file:{name}", Digest("sha256", digest), 1, "unpinned")
    try:
        load(network, in_store(Store(store))(weights), lambda network, state: state)
    except Unavailable:
        opened += 1
assert "subprocess.Popen" in events
print(opened)
"""


def watched(folder: Path, lines: str, code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, str(folder / "store")],
        input=lines,
        capture_output=True,
        text=True,
        cwd=PACKAGE.parent,
    )


def test_the_parent_neither_unpickles_nor_runs_nor_imports_anything(tmp_path: Path) -> None:
    chosen = [case for case in CASES if case.id.startswith(("W01-os", "W00", "W02", "N01", "S00"))]
    lines = []
    for case in chosen:
        data = case.make(tmp_path / "canary")
        (tmp_path / case.id).write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        lines.append(f"{case.name}\t{tmp_path / case.id}\t{digest}")
    done = watched(tmp_path, "\n".join(lines), WATCHED)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) == len(chosen)  # none of these fits the network, or can be read
    assert not (tmp_path / "canary").exists()


def test_the_hook_would_see_what_it_looks_for(tmp_path: Path) -> None:
    for bad in (
        "import pickle; pickle.loads(b'cos\\ngetpid\\n.')",
        "eval('1')",
        "os.system('true')",
    ):
        done = watched(tmp_path, "", WATCHED.replace("opened = 0", bad))
        assert done.returncode == 99, bad


ELSEWHERE = """
import sys; sys.path.insert(0, sys.argv[1])
import hashlib; from pathlib import Path
from zoo.checkpoint.opening import opened
path = Path(sys.argv[2])
digest = hashlib.sha256(path.read_bytes()).hexdigest()
sys.stdout.buffer.write(b"".join(opened(path, path.name, digest, averaged=False)))
"""


def test_the_child_is_of_the_installation_that_starts_it(tmp_path: Path) -> None:
    """Wherever that is: here a copy, as a wheel would put it, with a mark that the record bears."""
    site, source = tmp_path / "site", tmp_path / "model.safetensors"
    shutil.copytree(PACKAGE, site / "zoo", ignore=shutil.ignore_patterns("__pycache__"))
    with (site / "zoo" / "checkpoint" / "confinement.py").open("a") as module:
        module.write("\n_own = confine\n\ndef confine(size): return [*_own(size), 'of the copy']\n")
    source.write_bytes(raw(HEADER))
    command = [sys.executable, "-c", ELSEWHERE, str(site), str(source)]
    done = subprocess.run(command, capture_output=True, cwd=tmp_path, check=True)
    assert b"of the copy" in done.stdout
