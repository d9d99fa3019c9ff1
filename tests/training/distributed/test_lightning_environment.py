"""What Lightning and DDP are told of processes that are there already."""

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest
import torch
import torch.distributed as dist
from lightning_fabric.plugins.environments.lightning import LightningEnvironment
from torch import Tensor, nn
from torch.distributed import HashStore  # type: ignore[attr-defined]
from torch.nn.parallel import DistributedDataParallel

from charlab.training.distributed import lightning_environment
from charlab.training.distributed.lightning_environment import OrderedSums, environment_of
from charlab.training.distributed.process_group import ProcessGroup


def test_alone_no_cluster_s_variables_count(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SLURM_NTASKS": "4", "SLURM_JOB_NAME": "x", "RANK": "1"}.items():
        monkeypatch.setenv(name, value)
    environment = environment_of(ProcessGroup())
    assert type(environment) is LightningEnvironment
    assert (environment.world_size(), environment.global_rank()) == (1, 0)


@pytest.mark.parametrize(("hosts", "per_host"), [(1, 2), (3, 1), (3, 2)])
def test_places_are_counted_by_hosts(hosts: int, per_host: int) -> None:
    size, found = hosts * per_host, []
    for rank in range(size):
        environment = environment_of(ProcessGroup(rank, size, rank % per_host, per_host))
        environment.set_world_size(99)  # Lightning's own count
        environment.set_global_rank(99)
        assert environment.creates_processes_externally
        assert (environment.world_size(), environment.global_rank()) == (size, rank)
        found.append((environment.node_rank(), environment.local_rank()))
    assert found == [(host, place) for host in range(hosts) for place in range(per_host)]


@pytest.fixture
def model() -> Iterator[DistributedDataParallel]:
    """A model that a group of one trains; gloo is asked for nothing."""
    dist.init_process_group("gloo", rank=0, world_size=1, store=HashStore())
    try:
        yield DistributedDataParallel(nn.Linear(2, 1))
    finally:
        dist.destroy_process_group()


class Bucket:
    """Gradients on their way."""

    def __init__(self, gradients: Tensor) -> None:
        self._gradients = gradients

    def buffer(self) -> Tensor:
        return self._gradients


@pytest.mark.parametrize(
    ("size", "device", "ordered"), [(3, "cpu", True), (2, "cpu", False), (3, "meta", False)]
)
def test_three_and_more_on_cpus_add_up_by_rank(
    size: int, device: str, ordered: bool, model: DistributedDataParallel
) -> None:
    trainer: Any = type("Trainer", (), {"strategy": type("Strategy", (), {"model": model})})
    module: Any = nn.Linear(1, 1)
    module.device = torch.device(device)
    OrderedSums(ProcessGroup(0, size, 0, size)).on_train_start(trainer, module)
    model(torch.ones(3, 2)).sum().backward()
    torch.testing.assert_close(model.module.weight.grad, torch.full((1, 2), 3.0))
    assert bool(model._comm_hooks) is ordered


def test_without_ddp_there_is_nothing_to_order() -> None:
    trainer: Any = type("Trainer", (), {"strategy": type("Strategy", (), {"model": None})})
    module: Any = nn.Linear(1, 1)
    module.device = torch.device("cpu")
    OrderedSums(ProcessGroup(0, 3, 0, 3)).on_train_start(trainer, module)


@pytest.mark.parametrize("parts", list(permutations([3e8, -3e8, 3.0])), ids=str)
def test_the_mean_is_added_up_in_the_order_of_ranks(
    parts: tuple[float, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def all_gather(into: list[Tensor], own: Tensor) -> None:
        for place, part in zip(into, parts, strict=True):
            place.fill_(part)

    monkeypatch.setattr(dist, "get_world_size", lambda: 3)
    monkeypatch.setattr(dist, "all_gather", all_gather)
    bucket: Any = Bucket(torch.full((2,), parts[1]))
    mean = lightning_environment._mean_by_rank(None, bucket).value()
    first, second, third = torch.tensor(parts, dtype=torch.float32)
    assert torch.equal(mean, ((first + second + third) / 3).expand(2))
