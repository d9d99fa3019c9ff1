"""The user's own callbacks of Lightning: made, saved with a run, and named where one fails."""

import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

import pytorch_lightning as pl
import torch
from lightning_fabric.utilities.exceptions import MisconfigurationException
from torch import Tensor

from charlab.config.targets import KEY, Target
from charlab.errors import CharlabError, CheckpointError, ConfigError, one_line
from charlab.runs.checkpoint import named
from charlab.system.signals import Stopped
from charlab.system.terminal import warn
from charlab.targets import find_callback
from charlab.training.module import TrainingModule

_OF_LIGHTNING = ("pytorch_lightning.", "lightning.", "lightning_fabric.")
_NETWORK = "network."  # what Lightning's names of weights begin with: the module's attribute
_SCALAR, _TYPE = "tensor of one number", "its type"


class UserCallbacks(pl.Callback):
    """Lightning's way with the state of callbacks, for checkpoints that hold plain data alone.

    It stands before the callbacks themselves in the trainer's list.

    Args:
        targets: what to make, by the user's names.

    Attributes:
        all: the callbacks by name.

    Raises:
        ConfigError: if one cannot be made.
    """

    def __init__(self, targets: Mapping[str, Target]) -> None:
        self.all: dict[str, pl.Callback] = {}
        self._states: dict[str, dict[str, Any]] = {}
        self._more: dict[str, Any] = {}
        self._epoch = 0
        keys: dict[str, str] = {}
        for name, target in targets.items():
            self.all[name] = callback = _make(name, target)
            other = keys.setdefault(callback.state_key, name)
            if other != name and type(callback).state_dict is not pl.Callback.state_dict:
                raise ConfigError(
                    f"callbacks.{other} and callbacks.{name} would save their states under one key "
                    f"({callback.state_key}): give their class a state_key of its own for each"
                )

    def restore(self, stored: Any) -> None:
        """Takes what :meth:`state` gave; the callbacks get it when training begins.

        Raises:
            CheckpointError, TypeError: if it is something else.
        """
        if stored is None:
            return
        states = named(named(stored, object)["states"], dict)
        lost = [repr(name) for name in states if name not in self.all]
        if lost:
            what = "callbacks" if lost[1:] else "callback"
            warn(
                f"this run was trained with the {what} {', '.join(lost)} and goes on without: "
                f"checkpoints bring no code, so give it again (callbacks.NAME.{KEY}=…)"
            )
        self._states = {
            str(state["key"]): named(_from_plain(state["state"]), object)
            for state in states.values()
        }
        self._more = named(_from_plain(stored["more"]), object)
        self._epoch = int(stored["epoch"])

    def on_fit_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Gives callbacks their state; refuses what could not be saved before a step is done."""
        assert isinstance(pl_module, TrainingModule)
        epochs: Any = trainer.fit_loop.epoch_progress.current
        epochs.ready = epochs.started = epochs.processed = epochs.completed = self._epoch
        pl_module.tell_step()
        if self._states:
            head = _head(trainer, pl_module)
            checkpoint = {**head, **self._more, "callbacks": self._states}
            for callback in self.all.values():
                callback.on_load_checkpoint(trainer, pl_module, checkpoint)
            for callback in self.all.values():
                state = self._states.get(callback.state_key)
                if state:
                    callback.load_state_dict(state)
        self.state(trainer, pl_module)

    def state(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> dict[str, Any] | None:
        """What a checkpoint holds of the callbacks; None without any.

        Under "network" are the weights that stand for the run's, if a callback says so (averages).

        Raises:
            ConfigError: if a callback keeps what no checkpoint may hold.
        """
        if not self.all:
            return None
        states = {
            name: {"key": callback.state_key, "state": _plain(callback.state_dict(), name)}
            for name, callback in self.all.items()
        }
        epochs: Any = trainer.fit_loop.epoch_progress.current
        head = _head(trainer, pl_module)
        checkpoint = dict(head)
        for callback in self.all.values():
            callback.on_save_checkpoint(trainer, pl_module, checkpoint)
        network = checkpoint.pop("state_dict")
        state = {
            "states": states,
            "epoch": epochs.processed,
            "more": {
                key: _plain(value, f"on_save_checkpoint ({key})")
                for key, value in checkpoint.items()
                if key not in head
            },
        }
        if network is not head["state_dict"]:
            state["network"] = {
                name.removeprefix(_NETWORK): weight.detach().cpu()
                for name, weight in network.items()
            }
        return state

    @contextmanager
    def named_errors(self) -> Iterator[None]:
        """Says whose an error is: Lightning's callbacks in one line, the user's with its place."""
        try:
            yield
        except (CharlabError, Stopped):
            raise
        except Exception as error:
            name, said = self._whose(error), " ".join(str(error).split())
            if name is None:
                if self.all and isinstance(error, MisconfigurationException):
                    raise ConfigError(f"callbacks: {said}") from error
                raise
            kind = type(self.all[name])
            if f"{kind.__module__}.".startswith(_OF_LIGHTNING):
                raise ConfigError(f"callbacks.{name} ({kind.__name__}): {said}") from error
            where = f"callbacks.{name} ({kind.__module__}.{kind.__qualname__})"
            error.add_note(f"This was raised in {where}, which is the user's own.")
            raise

    def _whose(self, error: BaseException) -> str | None:
        """The name of the callback in whose method an error arose."""
        for frame, _ in traceback.walk_tb(error.__traceback__):
            for name, callback in self.all.items():
                if frame.f_locals.get("self") is callback:
                    return name
        return None


def _make(name: str, target: Target) -> pl.Callback:
    key = f"callbacks.{name}"
    maker = find_callback(target.path, key)
    from hydra.utils import instantiate

    try:
        arguments = instantiate(target.arguments, _convert_="all")  # parts of it may be targets
        callback = maker(**arguments)
    except Exception as error:
        if f"{maker.__module__}.".startswith(_OF_LIGHTNING):
            raise ConfigError(f"{key} ({target.path}): {one_line(error)}") from error
        error.add_note(f"This was raised by {key}.{KEY}={target.path}, which is the user's own.")
        raise
    if not isinstance(callback, pl.Callback):
        raise ConfigError(
            f"{key}.{KEY}={target.path} makes no Callback of pytorch_lightning "
            f"(it is a {type(callback).__module__}.{type(callback).__qualname__})"
        )
    return callback


def _head(trainer: pl.Trainer, pl_module: pl.LightningModule) -> dict[str, Any]:
    """What Lightning's own checkpoint begins with, for callbacks that look into it."""
    return {
        "epoch": trainer.current_epoch,
        "global_step": trainer.global_step,
        "pytorch-lightning_version": version("pytorch-lightning"),
        "state_dict": pl_module.state_dict(),
        "callbacks": {},
    }


def _plain(value: Any, whose: str) -> Any:
    """A state as plain data and tensors.

    A tensor of one number goes as that number, which may be infinite: the best score before the
    first. In other tensors a checkpoint takes no such number.
    """
    if isinstance(value, Tensor):
        if value.dim() or value.is_complex():
            return value.detach().cpu().contiguous()
        return {_SCALAR: value.item(), _TYPE: str(value.dtype).removeprefix("torch.")}
    if isinstance(value, Mapping):
        return {key: _plain(part, whose) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_plain(part, whose) for part in value)
    if hasattr(value, "item") and getattr(value, "shape", None) == ():  # a number of NumPy's
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ConfigError(
        f"the callback {whose} keeps a {type(value).__name__} in its state: checkpoints hold "
        "numbers, words, lists, groups and tensors alone"
    )


def _from_plain(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {_SCALAR, _TYPE}:
            kind = getattr(torch, str(value[_TYPE]), None)
            if not isinstance(kind, torch.dtype):
                raise CheckpointError(f"there is no type {value[_TYPE]} of numbers")
            return torch.tensor(value[_SCALAR], dtype=kind)
        return {key: _from_plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(_from_plain, value))
    return value.clone() if isinstance(value, Tensor) else value
