"""The processes that train one network together, seen from one of them."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

from charlab.data.batches.batch import Shard
from charlab.errors import CharlabError

T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class ProcessGroup:
    """Where a process stands among those of its run, and what it tells them.

    Every method that exchanges something is called by all processes in the same order, and gives
    all of them the same. Alone there is nothing to exchange. Numbers of the host go by gloo, also
    where gradients go by nccl: a process that died is noticed at once.

    Attributes:
        rank: its number among all, from 0.
        size: all processes.
        local_rank: its number among those of its host, which decides which GPU is its own.
        local_size: processes of each host.
        is_launched_externally: whether something else (torchrun, srun) started the processes.
    """

    rank: int = 0
    size: int = 1
    local_rank: int = 0
    local_size: int = 1
    is_launched_externally: bool = False

    @property
    def is_single_process(self) -> bool:
        """Whether there are no others."""
        return self.size == 1

    @property
    def is_main_process(self) -> bool:
        """Whether this is the process that writes and speaks."""
        return self.rank == 0

    @property
    def nodes(self) -> int:
        """Hosts."""
        return self.size // self.local_size

    @property
    def shard(self) -> Shard:
        """This process's share of every batch."""
        return Shard(self.rank, self.size)

    def device(self, kind: torch.device) -> torch.device:
        """This process's own device of a kind."""
        if self.is_single_process or kind.type != "cuda":
            return kind
        return torch.device("cuda", self.local_rank)

    # Exchange

    def all_reduce_max(self, numbers: Sequence[float]) -> list[float]:
        """The highest of all processes' numbers, one by one."""
        if self.is_single_process:
            return list(numbers)
        highest = torch.tensor(numbers, dtype=torch.float64)
        dist.all_reduce(highest, dist.ReduceOp.MAX, group=_host_group())
        return highest.tolist()

    def all_reduce_sum(self, tensor: Tensor) -> Tensor:
        """The sum of all processes' tensors, added up in the order of ranks.

        Of several processes it is on the CPU and in double precision.
        """
        if self.is_single_process:
            return tensor
        own = tensor.detach().to("cpu", torch.float64).contiguous()
        parts = [torch.empty_like(own) for _ in range(self.size)]
        dist.all_gather(parts, own, group=_host_group())
        return torch.stack(parts).sum(0)

    def gather(self, value: T) -> list[T]:
        """What every process has, by rank."""
        if self.is_single_process:
            return [value]
        values: list[Any] = [None] * self.size
        dist.all_gather_object(values, value, group=_host_group())
        return values

    def broadcast(self, value: T) -> T:
        """What the first process has."""
        if self.is_single_process:
            return value
        values: list[T] = [value]
        dist.broadcast_object_list(values, 0, group=_host_group(), device=torch.device("cpu"))
        return values[0]

    def on_main_process(self, action: Callable[[], T]) -> T:
        """Does something in the first process alone; all of them get what it gives or raises.

        Raises:
            CharlabError: if it does there.
        """
        done: Any = None
        if self.is_main_process:
            try:
                done = action()
            except CharlabError as error:
                done = error
        given: T | CharlabError = self.broadcast(done)
        if isinstance(given, CharlabError):
            raise given
        return given


SINGLE_PROCESS = ProcessGroup()


_host_groups: list[Any] = []  # one while connected; torch keeps its default one likewise


def _host_group() -> Any:
    assert is_connected(), "the processes are not connected"
    return _host_groups[0]


def connect(process_group: ProcessGroup, device: torch.device, **where: Any) -> None:
    """Joins the processes; waits for all of them.

    Args:
        device: its own device, which decides how gradients travel.
        where: how to meet, as ``torch.distributed.init_process_group`` takes it: a store or an
            init_method.
    """
    backend = "gloo"
    if device.type == "cuda":
        torch.cuda.set_device(device)
        backend = "nccl"
        where["device_id"] = device
    dist.init_process_group(
        backend, rank=process_group.rank, world_size=process_group.size, **where
    )
    _host_groups[:] = [dist.group.WORLD if backend == "gloo" else dist.new_group(backend="gloo")]


def disconnect() -> None:
    """Leaves the others, if there are any."""
    _host_groups.clear()
    if dist.is_initialized():
        dist.destroy_process_group()


def is_loss_of_others(error: BaseException | None) -> bool:
    """Whether an error says only that another process does not answer any more."""
    if not isinstance(error, RuntimeError):
        return False
    arguments = ("gloo", "Connection closed", "Connection reset", "Broken pipe", "NCCL")
    return isinstance(error, dist.DistError) or any(word in str(error) for word in arguments)


def is_connected() -> bool:
    """Whether this process has been joined with others."""
    return bool(_host_groups)


@contextmanager
def connected(process_group: ProcessGroup, device: torch.device, **where: Any) -> Iterator[None]:
    """Joins the processes as long as the context lasts."""
    connect(process_group, device, **where)
    try:
        yield
    finally:
        disconnect()
