"""Classes that a configuration names by ``_target_``: PyTorch's and the user's own.

Code of the user's own stands in ``optimizer/``, ``scheduler/`` and ``callbacks/`` of a folder in
``CHARLAB_PATH`` and registers what it has: ``@optimizers.register("lion")``. Of optimizers and
schedulers a name is looked up, never imported, for a checkpoint from elsewhere may hold it;
callbacks come from the command line alone and may stand in any module. docs/ecosystem.md.
"""

import importlib
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

from charlab.config.schema import RunOptions
from charlab.config.targets import KEY, Target
from charlab.errors import ConfigError, nearest
from charlab.registry import USER_PATH, Registry, user_folders

__all__ = ["callbacks", "find", "find_callback", "optimizers", "require_known", "schedulers"]

__path__ += [f for group in ("optimizer", "scheduler", "callbacks") for f in user_folders(group)]

Maker = Callable[..., Any]

optimizers: Registry[Maker] = Registry("optimizer", "charlab.targets")
schedulers: Registry[Maker] = Registry("scheduler", "charlab.targets")
callbacks: Registry[Maker] = Registry("callback", "charlab.targets")

_REGISTRIES = {"optimizer": optimizers, "scheduler": schedulers}
_FUNCTION = "it takes a function, which no setting can be: register a scheduler of your own"
_UNFIT = {
    "torch.optim.LBFGS": "it computes the loss several times a step, and a training step here once",
    "torch.optim.SparseAdam": "it takes sparse gradients, and these networks have dense ones",
    "torch.optim.Muon": "it takes matrices alone, and these networks have biases, too: register a "
    "function that gives those to another optimizer",
    "torch.optim.lr_scheduler.LambdaLR": _FUNCTION,
    "torch.optim.lr_scheduler.MultiplicativeLR": _FUNCTION,
}


def find(kind: str, path: str, key: str) -> Maker:
    """What makes an optimizer or a scheduler: a class of ``torch.optim``, or what is registered.

    Args:
        kind: "optimizer" or "scheduler".
        path: the name that the configuration, or a checkpoint, has for it.
        key: the setting, for messages.

    Raises:
        ConfigError: if the name is neither, or training cannot use what it names.
    """
    if path in _UNFIT:
        raise ConfigError(f"{key}.{KEY}={path} cannot train here: {_UNFIT[path]}")
    known = _classes_of_torch(kind)
    if path in known:
        return known[path]
    registry = _REGISTRIES[kind]
    names = [*registry.names(), *(name for name in known if name not in _UNFIT)]
    if path not in registry.names():
        raise ConfigError(
            f"{key}.{KEY}={path} is no {kind} of torch.optim, nor registered by a module in "
            f"{USER_PATH}: {nearest(path, names)}"
        )
    return registry[path]


def require_known(options: RunOptions) -> None:
    """Refuses an optimizer or a scheduler, and parts of it, that :func:`find` does not know.

    Raises:
        ConfigError: in one line.
    """
    for kind in _REGISTRIES:
        chosen = getattr(options, kind)
        if isinstance(chosen, Target):
            _require_known(kind, chosen.to_plain(), kind)


def _require_known(kind: str, part: Any, key: str) -> None:
    if isinstance(part, dict):
        if KEY in part:
            find(kind, str(part[KEY]), key)
        part = list(part.values())
    if isinstance(part, list):
        for item in part:
            _require_known(kind, item, key)


def find_callback(path: str, key: str) -> Maker:
    """What makes a callback: what is registered, or a class in a module that can be imported.

    Raises:
        ConfigError: if there is neither.
    """
    if path in callbacks.names():
        return callbacks[path]
    module, _, name = path.rpartition(".")
    try:
        found: Any = getattr(importlib.import_module(module), name) if module else None
    except ModuleNotFoundError as error:
        if not f"{module}.".startswith(f"{error.name}."):  # what the module itself imports
            raise
        found = None
    except AttributeError:
        found = None
    if not inspect.isclass(found):
        raise ConfigError(
            f"{key}.{KEY}={path}: there is no such class, and none is registered under that name "
            f"by a module in {USER_PATH}"
        )
    return found


def _classes_of_torch(kind: str) -> dict[str, Maker]:
    """The public classes of ``torch.optim`` by their dotted names."""
    import torch
    from torch.optim import lr_scheduler, swa_utils

    base: type = torch.optim.Optimizer if kind == "optimizer" else lr_scheduler.LRScheduler
    modules: list[ModuleType] = [torch.optim] if kind == "optimizer" else [lr_scheduler, swa_utils]
    return {
        f"{module.__name__}.{name}": found
        for module in modules
        for name, found in vars(module).items()
        if inspect.isclass(found)
        and issubclass(found, base)
        and found.__name__ not in (base.__name__, f"_{base.__name__}")
        and f"{found.__module__}.".startswith("torch.optim.")
    }
