"""What a cluster's variables say, and settings that do not fit the machine."""

import pytest
import torch

from charlab.errors import ConfigError
from charlab.training.distributed import launch
from charlab.training.distributed.launch import (
    Cluster,
    first_host,
    init_processes,
    rank_outside,
    read_cluster,
)
from charlab.training.distributed.process_group import ProcessGroup

TORCHRUN = {
    "RANK": "3",
    "WORLD_SIZE": "4",
    "LOCAL_RANK": "1",
    "MASTER_ADDR": "big1",
    "MASTER_PORT": "29500",
}
SLURM = {
    "SLURM_PROCID": "2",
    "SLURM_NTASKS": "6",
    "SLURM_LOCALID": "0",
    "SLURM_JOB_NODELIST": "node[07-09],big1",
    "SLURM_JOB_ID": "123456",
}
CPU = torch.device("cpu")


def test_torchrun() -> None:
    assert read_cluster({**SLURM, **TORCHRUN}) == Cluster(3, 4, 1, "big1:29500")


def test_slurm() -> None:
    assert read_cluster(SLURM) == Cluster(2, 6, 0, "node07:18456")
    assert read_cluster({**SLURM, "MASTER_ADDR": "a", "MASTER_PORT": "5"}) == Cluster(
        2, 6, 0, "a:5"
    )


@pytest.mark.parametrize(
    "variables",
    [{}, {"RANK": "0"}, {**TORCHRUN, "RANK": "first"}, {"SLURM_PROCID": "0", "SLURM_NTASKS": "2"}],
)
def test_no_cluster(variables: dict[str, str]) -> None:
    assert read_cluster(variables) is None


@pytest.mark.parametrize(
    ("hosts", "first"),
    [
        ("node1", "node1"),
        ("node1,node2", "node1"),
        ("node[07-09,12],big1", "node07"),
        ("n[3,5]", "n3"),
        ("rack[1-2]-gpu,x", "rack1-gpu"),
        ("a-b-[001-128]", "a-b-001"),
    ],
)
def test_the_first_host(hosts: str, first: str) -> None:
    assert first_host(hosts) == first


def test_ranks_count_on_several_hosts_only() -> None:
    assert rank_outside(2, TORCHRUN) == 3
    assert rank_outside(1, TORCHRUN) == 0
    assert rank_outside(2, {}) == 0


def trainer(compose_options, *arguments):
    return compose_options(*arguments).trainer


def test_one_host_ignores_a_cluster(compose_options, monkeypatch) -> None:
    for name, value in TORCHRUN.items():
        monkeypatch.setenv(name, value)
    assert init_processes(trainer(compose_options), CPU) == ProcessGroup()
    two = init_processes(trainer(compose_options, "trainer.devices=2"), CPU)
    assert (two.rank, two.size, two.local_size, two.nodes) == (0, 2, 2, 1)


def test_several_hosts_need_a_cluster(compose_options, monkeypatch) -> None:
    for name in (*TORCHRUN, *SLURM):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigError, match=r"trainer\.nodes=2.*torchrun"):
        init_processes(trainer(compose_options, "trainer.nodes=2"), CPU)


@pytest.mark.parametrize(
    ("devices", "changes", "message"),
    [
        (3, {}, r"3 × trainer\.nodes=2 is not the number of processes that were started: 4"),
        (2, {"LOCAL_RANK": "0"}, r"process 3 is number 0 of its host and not 1"),
    ],
)
def test_a_cluster_that_does_not_fit(
    devices, changes, message, compose_options, monkeypatch
) -> None:
    for name, value in {**TORCHRUN, **changes}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=message):
        init_processes(
            trainer(compose_options, "trainer.nodes=2", f"trainer.devices={devices}"), CPU
        )


@pytest.mark.parametrize(("kind", "message"), [("cuda", "there are 1 CUDA"), ("mps", "one device")])
def test_more_devices_than_there_are(kind, message, compose_options, monkeypatch) -> None:
    monkeypatch.setattr(launch.torch.cuda, "device_count", lambda: 1)
    options = trainer(compose_options, "trainer.devices=2")
    with pytest.raises(ConfigError, match=rf"trainer\.devices=2.*{message}"):
        init_processes(options, torch.device(kind))
