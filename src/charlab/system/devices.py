"""Which device a word means here."""

import os

import torch

from charlab.errors import ConfigError


def choose_device(accelerator: str, key: str = "accelerator") -> torch.device:
    """The device for "auto", "cpu", "cuda" or "mps".

    Args:
        accelerator: what was asked for; "auto" takes the fastest there is.
        key: the setting's name, for messages.

    Raises:
        ConfigError: if there is no such device.
    """
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    present = [name for name, is_there in there.items() if is_there]
    if accelerator == "auto":
        return torch.device(present[0])
    if accelerator not in present:
        raise ConfigError(
            f"{key}={accelerator} is not available here; there is {', '.join(present)}"
        )
    return torch.device(accelerator)


def use_own_gpus(slot: int, wanted: int = 1) -> None:
    """Leaves this process some of several GPUs; to be called before CUDA is first used.

    Args:
        slot: which of the processes that share the machine this is; they take turns on the GPUs.
        wanted: GPUs that it trains on.
    """
    count = torch.cuda.device_count()
    if count <= wanted:
        return
    names = os.environ.get("CUDA_VISIBLE_DEVICES") or ",".join(map(str, range(count)))
    own = [names.split(",")[(slot * wanted + number) % count] for number in range(wanted)]
    os.environ["CUDA_VISIBLE_DEVICES"] = ",".join(own)


def total_memory(device: torch.device) -> int:
    """Bytes of memory that a device has; of a CPU, the machine's own."""
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory)
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
