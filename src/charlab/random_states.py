"""All random states of a process as plain data and tensors, for exact resumption."""

import random
from typing import Any, TypeGuard

import numpy as np
import torch


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
    """Puts back what :func:`random_states` gave; CUDA states only where those devices are."""
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


def _is_one_gpu(device: torch.device | None) -> TypeGuard[torch.device]:
    return device is not None and device.type == "cuda" and device.index is not None
