"""All random states of a process as plain data and tensors, for exact resumption."""

import random
from typing import Any, TypeGuard

import numpy as np
import torch
from torch import Tensor

_TWISTER = 624  # words of a Mersenne Twister
_CUDA_STATE = 16  # bytes: a seed and an offset


def seed_everything(seed: int) -> None:
    """Seeds Python, NumPy and PyTorch on every device."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def random_states(device: torch.device | None = None) -> dict[str, Any]:
    """The states now; a checkpoint may hold them.

    Args:
        device: a GPU with its number where a process has one of several: only its state is taken,
            for to ask the others would open them.
    """
    version, numbers, gauss = random.getstate()
    kind, keys, position, has_gauss, cached = np.random.get_state(legacy=True)
    cuda = []
    if _is_one_gpu(device):
        cuda = [torch.cuda.get_rng_state(device)]
    elif torch.cuda.is_available():
        cuda = torch.cuda.get_rng_state_all()
    return {
        "torch": torch.get_rng_state(),
        "cuda": cuda,
        "python": [version, list(numbers), gauss],
        "numpy": [
            str(kind),
            np.asarray(keys).tolist(),
            int(position),
            int(has_gauss),
            float(cached),
        ],
    }


def restore_random_states(states: dict[str, Any], device: torch.device | None = None) -> None:
    """Puts back what :func:`random_states` gave; CUDA states only where those devices are.

    Raises:
        ValueError: if they are something else.
    """
    _require_states(states)
    torch.set_rng_state(states["torch"])
    if _is_one_gpu(device):
        if len(states["cuda"]) == 1:
            torch.cuda.set_rng_state(states["cuda"][0], device)
    elif torch.cuda.is_available() and len(states["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(states["cuda"])
    version, numbers, gauss = states["python"]
    random.setstate((version, tuple(numbers), gauss))
    kind, keys, position, has_gauss, cached = states["numpy"]
    np.random.set_state((kind, np.array(keys, dtype=np.uint32), position, has_gauss, cached))


def _require_states(states: dict[str, Any]) -> None:
    """Refuses what no generator has given; the generators themselves take a part on trust."""
    version, numbers, gauss = states["python"]
    kind, keys, position, has_gauss, cached = states["numpy"]
    fits = (
        _are_bytes(states["torch"], len(torch.get_rng_state()))
        and all(_are_bytes(state, _CUDA_STATE) for state in states["cuda"])
        and version == random.getstate()[0]
        and _are_words(numbers[:-1], _TWISTER)
        and _are_words(numbers[-1:], 1, below=_TWISTER + 1)
        and isinstance(gauss, float | None)
        and kind == "MT19937"
        and _are_words(keys, _TWISTER)
        and _are_words([position], 1, below=_TWISTER + 1)
        and _are_words([has_gauss], 1, below=2)
        and isinstance(cached, float)
    )
    if not fits:
        raise ValueError("the random states are none")


def _are_bytes(state: Any, count: int) -> bool:
    return isinstance(state, Tensor) and state.dtype == torch.uint8 and state.shape == (count,)


def _are_words(numbers: Any, count: int, *, below: int = 2**32) -> bool:
    return len(numbers) == count and all(
        isinstance(number, int) and 0 <= number < below for number in numbers
    )


def _is_one_gpu(device: torch.device | None) -> TypeGuard[torch.device]:
    return device is not None and device.type == "cuda" and device.index is not None
