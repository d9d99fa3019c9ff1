"""Settings that name a class themselves: ``_target_`` and the arguments it is to be made with."""

import copy
import dataclasses
from dataclasses import dataclass
from typing import Annotated, Any

from charlab.config.constraints import above, one_of

KEY = "_target_"


@dataclass(frozen=True)
class Target:
    """A class by its name; whether there is one is asked where classes are known.

    Attributes:
        path: the name, dotted ("torch.optim.RAdam") or one that the user's own code registered.
        arguments: what the class is made with, by name; plain data.
    """

    path: str
    arguments: dict[str, Any]

    def to_plain(self) -> dict[str, Any]:
        """As it stands in a configuration."""
        own = {name: getattr(self, name) for name in own_settings(type(self))}
        given = {name: value for name, value in own.items() if value is not None}
        return {KEY: self.path, **given, **copy.deepcopy(self.arguments)}


@dataclass(frozen=True)
class OptimizerTarget(Target):
    """An optimizer of PyTorch's or of the user's own."""

    lr: Annotated[float | None, above(0)] = None

    @property
    def keywords(self) -> dict[str, Any]:
        """All that its class is made with but the parameters."""
        return self.arguments if self.lr is None else {"lr": self.lr, **self.arguments}


INTERVALS = ("step", "epoch", "validation")


@dataclass(frozen=True)
class SchedulerTarget(Target):
    """A scheduler of PyTorch's or of the user's own.

    Attributes:
        interval: when it is stepped; None: as its class is used.
        monitor: the metric that it waits for, if it waits for one; None: that of the task.
    """

    interval: Annotated[str | None, one_of(*INTERVALS)] = None
    monitor: str | None = None


def own_settings(kind: type[Target]) -> list[str]:
    """What stands beside a kind's arguments and is checked by a rule."""
    names = [field.name for field in dataclasses.fields(kind)]
    return [name for name in names if name not in ("path", "arguments")]
