"""Final states of texts for TensorBoard's projector."""

import shutil
from pathlib import Path
from typing import Any

import torch
from torch.utils.tensorboard import SummaryWriter

from charlab.evaluation.trained_network import TrainedNetwork
from charlab.gallery.embeddings import states_and_labels
from charlab.system.terminal import visible
from charlab.tasks.task import Task

_CONFIG = "projector_config.pbtxt"  # as TensorBoard's writer calls it
_LONGEST = 80  # characters of a text beside its point


def write_projector(
    task: Task[Any], trained: TrainedNetwork[Any], split: str, folder: Path
) -> bool:
    """Writes the final states of a part's texts with their labels.

    Args:
        task: the network's.
        trained: the network and its data.
        split: which part.
        folder: a TensorBoard run of its own, below the run's; an older one is replaced, and what
            is no projector's stays.

    Returns:
        Whether there was anything to write.
    """
    found = states_and_labels(task, trained, split)
    if found is None:
        return False
    states, described = found
    if (folder / _CONFIG).is_file():
        shutil.rmtree(folder, ignore_errors=True)
    writer: Any = SummaryWriter(str(folder))  # torch's writers are not typed
    # A tab or a newline would be another column or row of the projector's table.
    rows = [[visible(text)[:_LONGEST] or " ", visible(label)] for text, label in described]
    writer.add_embedding(
        torch.from_numpy(states).float(),
        rows,
        tag=f"{split} states",
        metadata_header=["text", "label"],
    )
    writer.close()
    return True
