"""Stand-ins for modules: toys in this process, the real ones in processes of their own."""

import functools
import importlib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from charlab.system import lazy_imports
from charlab.system.lazy_imports import StandIn
from tests.support.shell import ROOT, TINY, environment

TOY = """
import sys
{package}.loads.append(1)
assert sys.modules[__name__].__dict__ is globals()  # what it imports of itself is itself
from {package}.late import inner
__all__ = ["value", "inner"]
value = 3
def add(x): return x + value
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a package whose part ``late`` has a stand-in that knows ``answer``."""
    name = f"toy_{tmp_path.name}"
    folder = tmp_path / name / "late"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("loads = []\ninner_loads = []\n")
    (folder / "__init__.py").write_text(f"import {name}\n" + TOY.format(package=name))
    (folder / "inner.py").write_text(f"import {name}\n{name}.inner_loads.append(1)\n")
    monkeypatch.syspath_prepend(tmp_path)
    lazy_imports.defer()
    monkeypatch.setitem(lazy_imports.STAND_INS, f"{name}.late", ({"answer": 42}, _adjust))
    yield name
    for module in [module for module in sys.modules if module.startswith(name)]:
        del sys.modules[module]


def _adjust(module: ModuleType) -> None:
    module.adjusted = True  # type: ignore[attr-defined]


def loads(package: str) -> tuple[int, int]:
    """How often the part and what lies in it were executed."""
    parent: Any = sys.modules[package]
    return len(parent.loads), len(parent.inner_loads)


def test_what_it_knows_needs_no_module(package: str) -> None:
    late = importlib.import_module(f"{package}.late")
    parent: Any = importlib.import_module(package)
    assert isinstance(late, StandIn)
    assert parent.late is late
    assert late.answer == 42
    assert not hasattr(late, "__warningregistry__")
    assert late.__spec__ is not None
    assert loads(package) == (0, 0)


ASKING: dict[str, Callable[[Any, str], object]] = {
    "attribute": lambda late, name: late.value,
    "probe": lambda late, name: hasattr(late, "nothing"),
    "list": lambda late, name: dir(late),
    "from": lambda late, name: exec(f"from {name}.late import value"),
    "star": lambda late, name: exec(f"from {name}.late import *"),
    "part": lambda late, name: importlib.import_module(f"{name}.late.inner"),
    "set": lambda late, name: setattr(late, "extra", 1),
    "reload": lambda late, name: importlib.reload(late),
}


@pytest.mark.parametrize("way", ASKING)
def test_whatever_else_is_asked_brings_the_module_once(package: str, way: str) -> None:
    late: Any = importlib.import_module(f"{package}.late")
    ASKING[way](late, package)
    real: Any = sys.modules[f"{package}.late"]
    parent: Any = sys.modules[package]
    assert not isinstance(real, StandIn)
    assert real is parent.late
    assert (real.value, real.add(1), real.adjusted) == (3, 4, True)
    assert (late.value, late.answer) == (3, 42)  # who still holds it gets the same
    assert hasattr(real, "extra") == (way == "set")
    inner: Any = sys.modules[f"{package}.late.inner"]
    assert inner is real.inner
    assert inner.__spec__ is not None
    assert inner.__spec__.origin == inner.__file__
    importlib.import_module(f"{package}.late.inner")
    assert loads(package) == (1, 1)


def test_what_is_not_there_is_missing(package: str) -> None:
    late: Any = importlib.import_module(f"{package}.late")
    with pytest.raises(AttributeError, match="nothing"):
        _ = late.nothing
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(f"{package}.late.nothing")
    assert loads(package) == (1, 1)


def test_many_threads_ask_at_once(package: str) -> None:
    late: Any = importlib.import_module(f"{package}.late")
    ready = threading.Barrier(8)
    found: list[int] = []

    def ask(way: int) -> None:
        ready.wait()
        found.append(late.value if way % 2 else importlib.import_module(late.__name__).value)

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert found == [3] * 8
    assert loads(package) == (1, 1)


def test_no_stand_in_for_what_is_there_or_is_nowhere(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    importlib.import_module(package)
    before = set(sys.modules)
    for name in ("json.decoder", f"{package}.nothing", "no_such_package.part"):
        monkeypatch.setitem(lazy_imports.STAND_INS, name, ({}, _adjust))
    for name in (f"{package}.nothing", "no_such_package.part"):
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module(name)
    assert set(sys.modules) == before
    assert not isinstance(importlib.import_module("json.decoder"), StandIn)


def in_a_process(code: str, *arguments: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(),
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


RUN = """
import sys
from charlab.system.lazy_imports import StandIn
from charlab.cli import train
from charlab.system.startup import prepare
prepare()
sys.argv = ["train.py", *sys.argv[1:]]
assert train(sys.argv[1:]) == 0
for name in ("torch._dynamo", "scipy.signal"):
    assert isinstance(sys.modules[name], StandIn), name
wanted = {"torch._dynamo.utils", "sympy", "scipy.stats", "optuna", "sqlalchemy"}
print("imported:", sorted(wanted & set(sys.modules)))
"""


@pytest.mark.slow
def test_a_training_run_imports_neither(text_folder: Path, tmp_path: Path) -> None:
    data = ["dataset=text", f"dataset.path={text_folder}", f"output_dir={tmp_path}"]
    said = in_a_process(RUN, *data, *TINY, "trainer.max_steps=3", "trainer.progress=none")
    assert said.splitlines()[-1] == "imported: []"


@pytest.fixture(scope="module")
def text_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("texts")
    (folder / "a.txt").write_text("she said so, and went. " * 40, encoding="utf-8")
    return folder


COMPILED = """
import sys
from charlab.system.startup import prepare
prepare()
import pytorch_lightning
import torch
from charlab.system.lazy_imports import StandIn
from lightning_fabric.wrappers import OptimizedModule as in_fabric
from pytorch_lightning.utilities.compile import OptimizedModule

linear = torch.nn.Linear(2, 2)
assert isinstance(sys.modules["torch._dynamo"], StandIn)
assert not isinstance(linear, OptimizedModule)
assert not issubclass(torch.nn.Linear, OptimizedModule)

@torch.compiler.disable
def add(x): return x + 1

@torch._dynamo.disable(recursive=False)
def double(x): return 2 * x

x = torch.ones(3)
assert double(add(x)).tolist() == [4, 4, 4] and add.__name__ == "add"
assert isinstance(sys.modules["torch._dynamo"], StandIn)

import torch._dynamo.config
import torch._dynamo.utils
assert torch._dynamo.utils.config is torch._dynamo.config
assert torch._dynamo.config is sys.modules["torch._dynamo.config"]
assert torch._dynamo is sys.modules["torch._dynamo"] and not isinstance(torch._dynamo, StandIn)
from torch._dynamo.utils import counters
compiled = torch.compile(linear, backend="eager")
assert torch.equal(compiled(torch.ones(1, 2)), linear(torch.ones(1, 2)))
for asked in (OptimizedModule, in_fabric):
    assert isinstance(compiled, asked) and issubclass(type(compiled), asked)
    assert not isinstance(linear, asked)
def chain(x): return double(add(torch.sin(x)))
assert torch.equal(torch.compile(chain, backend="eager")(x), chain(x))
assert sum(counters["graph_break"].values()) >= 1  # what was disabled before is no part of a graph
optimizer = torch.optim.AdamW(linear.parameters())
compiled(torch.ones(1, 2)).sum().backward()
torch.compile(optimizer.step, backend="eager")()

import scipy.signal
assert isinstance(sys.modules["scipy.signal"], StandIn) and hasattr(scipy.signal, "hamming")
assert isinstance(sys.modules["scipy.signal"], StandIn)
assert scipy.signal.windows.hann(3).tolist() == [0, 1, 0]
assert scipy.signal.find_peaks([0, 1, 0])[0].tolist() == [1]
assert scipy.signal.hamming is scipy.signal.windows.hamming
assert scipy.signal is sys.modules["scipy.signal"] and not isinstance(scipy.signal, StandIn)
print("done")
"""


@pytest.mark.slow
def test_the_real_ones_come_when_they_are_asked_for() -> None:
    assert in_a_process(COMPILED) == "done\n"


FIRST = """
import sys
import torch._dynamo, scipy.signal
dynamo, signal = torch._dynamo, scipy.signal
from charlab.system.startup import prepare
prepare()
import pytorch_lightning
assert sys.modules["torch._dynamo"] is torch._dynamo is dynamo
assert sys.modules["scipy.signal"] is scipy.signal is signal
from pytorch_lightning.utilities.compile import OptimizedModule
assert OptimizedModule is dynamo.OptimizedModule
print("done")
"""


@pytest.mark.slow
def test_what_is_imported_before_stays() -> None:
    assert in_a_process(FIRST) == "done\n"


def test_disabling_passes_on_what_it_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    real: Any = ModuleType(lazy_imports.DYNAMO)
    real.disable = lambda *arguments, **rest: given.append((arguments, rest)) or "disabled"  # type: ignore[func-returns-value]
    monkeypatch.setitem(sys.modules, lazy_imports.DYNAMO, real)
    assert lazy_imports.disable(len, False, reason="x") == "disabled"
    assert lazy_imports.disable() == "disabled"
    assert given == [((len, False), {"reason": "x"}), ((None,), {})]


def test_a_function_is_disabled_as_soon_as_there_is_a_compiler(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lazy_imports, "_waiting", [])
    monkeypatch.delitem(sys.modules, lazy_imports.DYNAMO, raising=False)

    def one(x: int) -> int:
        return x + 1

    direct, decorated = lazy_imports.disable(one), lazy_imports.disable(recursive=False)(one)
    assert (direct(1), decorated(2), direct.__name__) == (2, 3, "one")
    real: Any = ModuleType(lazy_imports.DYNAMO)

    def disable(fn: Callable[..., int], **rest: object) -> Callable[..., tuple[object, int]]:
        return functools.wraps(fn)(lambda x: (rest, fn(x)))

    real.disable = disable
    lazy_imports._adjust_dynamo(real)
    assert direct(1) == ({}, 2)
    assert decorated(2) == ({"recursive": False}, 3)


@pytest.mark.slow
def test_weights_without_memory_need_no_compiler():
    code = """
import torch
from charlab.system.lazy_imports import DYNAMO, loaded
from charlab.system.startup import prepare
prepare()
with torch.device("meta"):
    torch.nn.Embedding(3, 4)
print(loaded(DYNAMO) is None)
import torch._dynamo.config
print(loaded(DYNAMO) is not None)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]
