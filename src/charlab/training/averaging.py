"""An average of the weights over training, which is measured, saved and sampled from."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from charlab.errors import CheckpointError
from charlab.runs.checkpoint import named, require_like


class WeightAverage:
    """An exponential moving average of a network's weights (Polyak & Juditsky 1992).

    After t steps the weights of step s count d ** (t - s), and all of them together 1: the bias
    towards the beginning is corrected as in Adam (Kingma & Ba 2015, section 3).

    Args:
        network: what is trained; its weights are put aside while the average is shown.
        decay: d, what an average keeps of itself at a step, at least 0 and below 1; None: there is
            no average, and what is trained is all that is shown.
    """

    def __init__(self, network: nn.Module, decay: float | None) -> None:
        self._network = network
        self._decay = decay
        self._parameters = [p for p in network.parameters() if p.requires_grad]
        self._aside = [] if decay is None else [p.detach().clone() for p in self._parameters]
        self._is_shown = False
        self.updates = 0

    @torch.no_grad()
    def update(self) -> None:
        """Adds the weights after a step; at the first step they are the average."""
        if self._decay is None:
            return
        self.updates += 1
        share = (1 - self._decay) / (1 - self._decay**self.updates)
        torch._foreach_lerp_(self._aside, [p.detach() for p in self._parameters], share)

    @torch.no_grad()
    def show(self, shown: bool = True) -> None:
        """Puts the average in the network's place, or the weights that are trained."""
        if shown is self._is_shown or not self.updates:
            return
        for parameter, other in zip(self._parameters, self._aside, strict=True):
            before = parameter.detach().clone()
            parameter.copy_(other)
            other.copy_(before)
        self._is_shown = shown

    @contextmanager
    def shown(self, shown: bool = True) -> Iterator[None]:
        """Shows the average, or the weights that are trained, as long as the context lasts."""
        before = self._is_shown
        self.show(shown)
        try:
            yield
        finally:
            self.show(before)

    def weights(self) -> dict[str, Tensor]:
        """A copy of the average, by the names of the network's state."""
        with self.shown():
            return _copies(self._network)

    def state(self) -> dict[str, Any]:
        """What a checkpoint holds besides the average: the weights that are trained."""
        with self.shown(False):
            return {"updates": self.updates, "weights": _copies(self._network)}

    @torch.no_grad()
    def load(self, state: Any) -> None:
        """Takes up what :meth:`state` gave, by a network that holds the average.

        Raises:
            CheckpointError, TypeError: if it is the state of another network.
        """
        updates = named(state, object).get("updates")
        weights = named(state.get("weights"), Tensor)
        own = self._network.state_dict()
        if not isinstance(updates, int) or updates < 0 or weights.keys() != own.keys():
            raise CheckpointError("the averaged weights are not those of this network")
        for name, weight in weights.items():
            require_like(weight, own[name], name)
        for average, parameter in zip(self._aside, self._parameters, strict=True):
            average.copy_(parameter)
        self._network.load_state_dict(weights)
        self._is_shown, self.updates = False, updates


def _copies(network: nn.Module) -> dict[str, Tensor]:
    return {name: part.detach().clone() for name, part in network.state_dict().items()}
