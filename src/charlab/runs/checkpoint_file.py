"""Reading a checkpoint's file, which may come from a stranger: bounded, and plain data only.

What comes out is dicts, lists and scalars of sane size, and tensors that any kernel may take:
dense, contiguous, on the CPU, every number finite. Whether they fit a network is asked elsewhere.
"""

import io
import math
import pickletools
import shutil
import zipfile
from pathlib import Path
from typing import IO, Any

import torch
from torch import Tensor

from charlab.errors import CheckpointError
from charlab.runs import safetensors_file
from charlab.system.devices import total_memory
from charlab.system.files import open_regular

_MEMBERS = 100_000  # a network's tensor has up to four of them
_PICKLE = 64 * 2**20  # bytes of what is no tensor; a word's entry in a vocabulary has some 15
_PARTS = 4_000_000  # values that are no tensor, and the pickle's instructions
_DEPTH = 12  # of one in another
_GLOBALS = {"collections OrderedDict", "torch._utils _rebuild_tensor_v2"}


def read(path: Path) -> Any:
    """The data of a file that ``torch.save`` wrote, or of one of safetensors, on the CPU.

    Raises:
        CheckpointError: if it is missing, damaged, too large or holds what it must not.
    """
    try:
        with open_regular(path) as file:
            if file.seek(0, io.SEEK_END) > total_memory(torch.device("cpu")):
                raise _UnsafeError("it is larger than this machine's memory")  # it may have holes
            if safetensors_file.is_packed(file):
                data = safetensors_file.unpack(file)
            else:
                data = torch.load(_whole_archive(file), map_location="cpu", weights_only=True)
        return _Cleaner().clean(data, 0)
    except FileNotFoundError as error:
        raise CheckpointError(f"there is no checkpoint {path}") from error
    except OSError as error:
        if error.strerror is None:
            raise _damaged(path) from error
        raise CheckpointError(f"cannot read the checkpoint {path}: {error.strerror}") from error
    except _UnsafeError as error:
        raise CheckpointError(f"{path} is not loaded: {error}") from error
    except Exception as error:  # what a torn pickle raises is any of a dozen
        raise _damaged(path) from error


class _UnsafeError(Exception):
    """What is wrong with a file that somebody may have made to do harm."""


def _damaged(path: Path) -> CheckpointError:
    return CheckpointError(f"{path} cannot be read as a checkpoint; is it damaged?")


def _whole_archive(file: IO[bytes]) -> IO[bytes]:
    """The archive's members, checked and packed anew.

    Two readers can take one file for two archives; torch gets what was checked and nothing else.
    torch packs nothing densely, so what is in the file is no larger than the file.
    """
    size = file.seek(0, io.SEEK_END)
    if not zipfile.is_zipfile(file):
        raise zipfile.BadZipFile
    if _count(file, b"PK\x01\x02", _MEMBERS) > _MEMBERS:
        raise _UnsafeError(f"it says to hold more than {_MEMBERS:,} parts")
    copy = io.BytesIO()
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(copy, "w") as target:
        members = archive.infolist()
        if len({member.filename for member in members}) < len(members):
            raise zipfile.BadZipFile
        if any(m.compress_type != zipfile.ZIP_STORED for m in members) or (
            sum(member.file_size for member in members) > size
        ):
            raise _UnsafeError("it says to unpack to more than it holds, which looks like a bomb")
        for member in members:
            if member.filename.rpartition("/")[2] == "data.pkl":
                _require_plain_pickle(archive, member)
            with archive.open(member) as source, target.open(member.filename, "w") as part:
                shutil.copyfileobj(source, part, 2**20)  # checks the checksum, as torch does not
    copy.seek(0)
    return copy


def _count(file: IO[bytes], mark: bytes, enough: int) -> int:
    """How often a mark stands in a file, and in vain so if more than enough."""
    file.seek(0)
    found, tail = 0, b""
    while found <= enough and (block := file.read(2**20)):
        found += (tail + block).count(mark)
        tail = block[1 - len(mark) :]
    return found


def _require_plain_pickle(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Refuses a pickle that names anything but tensors: torch's own list has more on it."""
    if member.file_size > _PICKLE:
        raise _UnsafeError(f"what is no tensor in it has more than {_PICKLE // 2**20} MiB")
    for number, (code, argument, _) in enumerate(pickletools.genops(archive.read(member))):
        if number > _PARTS:
            raise _UnsafeError(f"it holds more than {_PARTS:,} values")
        if code.name in ("GLOBAL", "INST", "STACK_GLOBAL", "EXT1", "EXT2", "EXT4"):
            is_storage = str(argument).startswith("torch ") and str(argument).endswith("Storage")
            if not (argument in _GLOBALS or is_storage):
                raise _UnsafeError(
                    "it is damaged or holds more than plain data and tensors, and could run code"
                )


class _Cleaner:
    """Copies plain data out of what was unpickled; counts, since parts may be in it many times."""

    def __init__(self) -> None:
        self._parts = 0

    def clean(self, value: Any, depth: int) -> Any:
        self._parts += 1
        if self._parts > _PARTS or depth > _DEPTH:
            raise _UnsafeError("its values are too many, or lie too deep in one another")
        if isinstance(value, dict):
            items = dict.items(value)  # its own method may be anything
            return {self._key(key): self.clean(part, depth + 1) for key, part in items}
        if isinstance(value, list | tuple):
            parts = [self.clean(part, depth + 1) for part in value]
            return parts if isinstance(value, list) else tuple(parts)
        if isinstance(value, Tensor):
            return _plain_tensor(value)
        if isinstance(value, int) and value.bit_length() > 64:
            raise _UnsafeError("a whole number in it has more than 64 bits")
        if value is None or isinstance(value, bool | int | float | str):
            return value
        raise _UnsafeError(f"it holds a {type(value).__name__}")

    @staticmethod
    def _key(key: Any) -> Any:
        if not isinstance(key, str | int):
            raise _UnsafeError(f"an entry of it is named by a {type(key).__name__}")
        return key


def _plain_tensor(tensor: Tensor) -> Tensor:
    """The tensor, detached; numbers of zero size and their strides are nobody's concern."""
    plain = type(tensor) is Tensor and tensor.layout == torch.strided
    if not plain or tensor.is_quantized or tensor.is_neg() or tensor.is_conj():
        raise _UnsafeError("a tensor in it is of an unusual kind")
    held = tensor.untyped_storage().nbytes() // tensor.element_size() - tensor.storage_offset()
    if tensor.device.type != "cpu" or not tensor.is_contiguous() or math.prod(tensor.shape) > held:
        raise _UnsafeError("a tensor in it does not hold its numbers one after another")
    if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
        raise _UnsafeError(
            "a tensor in it holds NaN or infinity: the training had blown up, or the file was "
            "changed; use an earlier checkpoint"
        )
    return tensor.detach()
