"""What Lightning imports and a run never uses is imported when somebody asks for it.

Lightning imports ``torch._dynamo`` for an ``isinstance`` check and ``scipy.signal`` (by way of
torchmetrics) for a ``hasattr``: half of the time that it takes. An initialization of weights that
have no memory yet, as a checkpoint's are before they are read, imports the first as well. Whoever
imports one of them gets a stand-in. It answers what is asked without need, and nothing else:
whatever it does not know brings the real module, which takes its own place.
"""

import functools
import importlib
import sys
import threading
import types
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

DYNAMO, SIGNAL = "torch._dynamo", "scipy.signal"
_taking_place = threading.Lock()


def defer() -> None:
    """Lets stand-ins take the place of what is imported from now on."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def loaded(name: str) -> types.ModuleType | None:
    """A module that is imported, or is being imported; None if only its stand-in is there."""
    module = sys.modules.get(name)
    return None if isinstance(module, StandIn) else module


class StandIn(types.ModuleType):
    """Takes a module's place until somebody asks for more than it knows."""

    def __init__(self, name: str, answers: dict[str, Any]) -> None:
        super().__init__(name)
        self.__dict__.update(answers)  # past __setattr__, which would bring the real module

    def __getattr__(self, name: str) -> Any:
        # Python itself probes modules for names such as __warningregistry__.
        if name.startswith("__") and name != "__all__" and loaded(self.__name__) is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return getattr(_real(self), name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__"):
            super().__setattr__(name, value)
        else:
            setattr(_real(self), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(_real(self), name)

    def __dir__(self) -> list[str]:
        return dir(_real(self))


def _real(stand_in: StandIn) -> types.ModuleType:
    """The module itself, imported now if need be."""
    name = stand_in.__name__
    parent, _, child = name.rpartition(".")
    # No import under this lock: others may import what they need to, in any order.
    with _taking_place:
        took_place = sys.modules.get(name) is stand_in
        if took_place:
            _REPLACED.add(name)
            del sys.modules[name]
            # While it is being imported its parent has no such attribute, as without us.
            if vars(sys.modules.get(parent, stand_in)).get(child) is stand_in:
                delattr(sys.modules[parent], child)
    module = importlib.import_module(name)
    if took_place:
        STAND_INS[name][1](module)
    return module


class _Finder(MetaPathFinder):
    """Sees what is imported: what has a stand-in, and parts of it."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """None lets the other finders look: what it knows are stand-ins and their real parts."""
        if isinstance(target, StandIn):  # importlib.reload
            return ModuleSpec(fullname, _Present(None))
        if fullname in STAND_INS and fullname not in _REPLACED:
            spec = PathFinder.find_spec(fullname, path)
            if spec is not None:
                spec.loader = _StandInLoader()
            return spec
        parent = sys.modules.get(fullname.rpartition(".")[0])
        if not isinstance(parent, StandIn):
            return None
        _real(parent)
        module = sys.modules.get(fullname)
        if module is None:
            return None
        # Python takes the spec of a module that came meanwhile, and would execute it once more.
        # (Set past __setattr__: some modules of settings refuse every name but theirs.)
        present = ModuleSpec(fullname, _Present(module.__spec__))
        vars(module)["__spec__"] = present
        return present


class _Present(Loader):
    """Gives the module that is imported already, unchanged."""

    def __init__(self, spec: ModuleSpec | None) -> None:
        self._spec = spec

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return sys.modules[spec.name]

    def exec_module(self, module: types.ModuleType) -> None:
        if isinstance(module, StandIn):
            _real(module)
        else:
            vars(module)["__spec__"] = self._spec


class _StandInLoader(Loader):
    """Gives a stand-in instead of the module."""

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return StandIn(spec.name, STAND_INS[spec.name][0])

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing: the module itself is executed when somebody asks for it."""


# torch._dynamo: nothing is compiled before it is loaded.


class _AskedOfTheRealOne(type):
    """Of what is no class before the real module is there."""

    def __instancecheck__(cls, instance: object) -> bool:
        real = getattr(loaded(DYNAMO), cls.__name__, None)
        return real is not None and isinstance(instance, real)

    def __subclasscheck__(cls, subclass: type) -> bool:
        real = getattr(loaded(DYNAMO), cls.__name__, None)
        return subclass is cls or (real is not None and issubclass(subclass, real))

    def __call__(cls, *args: Any, **rest: Any) -> Any:
        return getattr(importlib.import_module(DYNAMO), cls.__name__)(*args, **rest)


class OptimizedModule(metaclass=_AskedOfTheRealOne):
    """For ``isinstance``: what ``torch.compile`` makes of a network."""


def disable(fn: Any = None, *args: Any, **rest: Any) -> Any:
    """``torch._dynamo.disable``: while nothing can be compiled, a function is what it is."""
    real = getattr(loaded(DYNAMO), "disable", None)
    if real is not None:
        return real(fn, *args, **rest)
    if fn is None:
        return lambda function: disable(function, *args, **rest)
    if not isinstance(fn, types.FunctionType | types.MethodType):
        return importlib.import_module(DYNAMO).disable(fn, *args, **rest)
    chosen: list[Callable[..., Any]] = [fn]

    @functools.wraps(fn)
    def either(*given: Any, **named: Any) -> Any:
        return chosen[0](*given, **named)

    _waiting.append((chosen, args, rest))
    return either


_waiting: list[tuple[list[Callable[..., Any]], tuple[Any, ...], dict[str, Any]]] = []


def graph_break(*args: Any, **rest: Any) -> None:
    """``torch._dynamo.graph_break``: while nothing is compiled, there is nothing to break."""
    real = getattr(loaded(DYNAMO), "graph_break", None)
    if real is not None:
        real(*args, **rest)


class _TraceRules:
    """``torch.distributed`` clears their cache as soon as ``torch._dynamo`` seems to be there."""

    def clear_lru_cache(self) -> None:
        if loaded(DYNAMO) is not None:
            importlib.import_module(f"{DYNAMO}.trace_rules").clear_lru_cache()

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(f"{DYNAMO}.trace_rules"), name)


def _adjust_dynamo(module: types.ModuleType) -> None:
    """Disables what was to be disabled before there was anything to compile."""
    while _waiting:
        chosen, args, rest = _waiting.pop()
        chosen[0] = module.disable(chosen[0], *args, **rest)


# scipy.signal: torchmetrics gives it back a function that it once had.


def hamming(*args: Any, **rest: Any) -> Any:
    """``scipy.signal.windows.hamming``."""
    return importlib.import_module(f"{SIGNAL}.windows").hamming(*args, **rest)


def _adjust_signal(module: types.ModuleType) -> None:
    """Does what torchmetrics would have done."""
    if not hasattr(module, "hamming"):
        module.hamming = module.windows.hamming  # type: ignore[attr-defined]


_DYNAMO_ANSWERS = {
    "OptimizedModule": OptimizedModule,
    "disable": disable,
    "graph_break": graph_break,
    "trace_rules": _TraceRules(),
}
STAND_INS: dict[str, tuple[dict[str, Any], Callable[[types.ModuleType], None]]] = {
    DYNAMO: (_DYNAMO_ANSWERS, _adjust_dynamo),
    SIGNAL: ({"hamming": hamming}, _adjust_signal),
}
"""What each stand-in knows, and what is told the real module once that is loaded."""
_REPLACED: set[str] = set()  # whose real modules were asked for
