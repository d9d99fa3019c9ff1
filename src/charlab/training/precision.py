"""Which arithmetic a device trains in."""

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager

import torch
from torch import nn

from charlab.errors import ConfigError


def resolve_precision(wanted: str, device: torch.device) -> str:
    """ "float32" or "bf16" for a device.

    "auto" asks the hardware for its instructions and never a stopwatch, so that the same machine
    always decides the same; then one small LSTM has to run, since a CPU's kernels can refuse.

    Raises:
        ConfigError: if bf16 was asked for and the device cannot.
    """
    if wanted == "bf16" and not _probe_works(device):
        raise ConfigError(f"trainer.precision=bf16: {device} cannot; use auto or float32")
    if wanted != "auto":
        return wanted
    return "bf16" if _has_bf16(device) and _probe_works(device) else "float32"


def autocast(precision: str, device: torch.device) -> AbstractContextManager[object]:
    """Mixed precision for the forward pass of one window.

    One context a window, no longer: inside one, the cast copies of the weights are kept, and a
    second optimizer step would not be seen.
    """
    if precision == "bf16":
        return torch.autocast(device.type, torch.bfloat16)
    return contextlib.nullcontext()


@contextlib.contextmanager
def fast_products(device: torch.device) -> Iterator[None]:
    """Lets float32 matrix products on a CUDA device take TF32, where it has that; for training.

    Ten bits of mantissa are enough for gradients; metrics are measured outside, in float32.
    """
    if device.type != "cuda":
        yield
        return
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def _has_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
    return False


def _probe_works(device: torch.device) -> bool:
    try:
        with torch.random.fork_rng(), autocast("bf16", device):
            output, _ = nn.LSTM(4, 8, batch_first=True, device=device)(
                torch.zeros(2, 3, 4, device=device)
            )
            output.float().sum().backward()
    except RuntimeError:
        return False
    return True
