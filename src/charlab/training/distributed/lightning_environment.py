"""What Lightning is told of the processes: they are there already."""

import pytorch_lightning as pl
import torch
import torch.distributed as dist
from lightning_fabric.plugins.environments.cluster_environment import ClusterEnvironment
from lightning_fabric.plugins.environments.lightning import LightningEnvironment
from torch import Tensor
from torch.distributed import GradBucket  # type: ignore[attr-defined]
from torch.nn.parallel import DistributedDataParallel

from charlab.training.distributed.process_group import ProcessGroup


class ProcessGroupEnvironment(ClusterEnvironment):
    """Processes that were started and joined before Lightning comes."""

    def __init__(self, process_group: ProcessGroup) -> None:
        super().__init__()
        self._process_group = process_group

    @property
    def creates_processes_externally(self) -> bool:
        """Lightning's own way of starting them runs the command line again: grids would break."""
        return True

    @property
    def main_address(self) -> str:
        """Unused: the processes are connected."""
        return "127.0.0.1"

    @property
    def main_port(self) -> int:
        """Unused: the processes are connected."""
        return 0

    @staticmethod
    def detect() -> bool:
        """Never found by itself."""
        return False

    def world_size(self) -> int:
        """All processes."""
        return self._process_group.size

    def set_world_size(self, size: int) -> None:
        """Nothing: it is known."""

    def global_rank(self) -> int:
        """This process among all."""
        return self._process_group.rank

    def set_global_rank(self, rank: int) -> None:
        """Nothing: it is known."""

    def local_rank(self) -> int:
        """This process on its host."""
        return self._process_group.local_rank

    def node_rank(self) -> int:
        """Its host."""
        return self._process_group.rank // self._process_group.local_size


def environment_of(process_group: ProcessGroup) -> ClusterEnvironment:
    """The environment for a trainer; alone it is one, whatever a cluster's variables say."""
    return (
        LightningEnvironment()
        if process_group.is_single_process
        else ProcessGroupEnvironment(process_group)
    )


class OrderedSums(pl.Callback):
    """Lets three or more processes on CPUs add up gradients by rank, so that runs repeat exactly.

    Gloo adds them up in an order that depends on where in the exchange a gradient lies, and DDP
    puts them elsewhere after its first step: a run that goes on would differ in the last bits.
    """

    def __init__(self, process_group: ProcessGroup) -> None:
        self._process_group = process_group

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Before the first gradient."""
        model = trainer.strategy.model
        is_sensitive = self._process_group.size > 2 and pl_module.device.type == "cpu"
        if is_sensitive and isinstance(model, DistributedDataParallel):
            model.register_comm_hook(None, _mean_by_rank)


def _mean_by_rank(state: None, bucket: GradBucket) -> torch.futures.Future[Tensor]:
    own = bucket.buffer()
    parts = [torch.empty_like(own) for _ in range(dist.get_world_size())]
    dist.all_gather(parts, own)
    done: torch.futures.Future[Tensor] = torch.futures.Future()
    done.set_result(torch.stack(parts).sum(0) / len(parts))
    return done
