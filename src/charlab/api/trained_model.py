"""A trained network in a program's hands: ``charlab.load("outputs/…")``."""

import dataclasses
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from charlab.api.inference import InferenceModel
from charlab.api.results import listed
from charlab.builders.corpus import read_corpus
from charlab.builders.network import restore_network, task_of
from charlab.config.task_options import tasks_asked_by
from charlab.data.corpus import Corpus
from charlab.data.documents.document import SPLITS
from charlab.decoding.generation_config import require_whole
from charlab.errors import (
    CharlabError,
    CheckpointError,
    ConfigError,
    DataError,
    RunError,
    nearest,
)
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.inspection.activations import parse_unit, recurrent_of, require_unit
from charlab.inspection.units import BUDGET, UnitReport
from charlab.runs import folder as runs
from charlab.runs.checkpoint import Checkpoint, load, save_safetensors
from charlab.runs.data_paths import AGAIN, located
from charlab.system.devices import choose_device
from charlab.system.terminal import warn
from charlab.tasks.task import Task

if TYPE_CHECKING:
    from charlab.figures.picture import Picture
    from charlab.gallery.pictures import Subject


class TrainedModel(InferenceModel):
    """A run's best network, with its vocabulary and labels.

    ``network`` is the plain ``nn.Module`` on the chosen device, in evaluation mode. Of a run that
    generates: ids (B, T) int64 in, logits (B, T, V) and the state out (`LanguageModel`); of one
    that classifies: ids (B, T) and lengths (B,) in, logits (B, C) out (`Classifier`).
    ``vocabulary`` turns text into ids and back.

    Args:
        checkpoint: what was loaded.
        path: where from, for messages.
        device: where the network is to be.
    """

    def __init__(self, checkpoint: Checkpoint, path: Path, device: torch.device) -> None:
        network = restore_network(checkpoint, path).to(device)
        super().__init__(str(path), task_of(checkpoint), network, device)
        self.path = path
        self.options = checkpoint.options
        self.metrics = checkpoint.metrics
        self.checkpoint = dataclasses.replace(checkpoint, training={})

    def __repr__(self) -> str:
        loss = self.metrics.get(self.options.task.monitor)
        measured = "" if loss is None else f", {self.options.task.monitor} {loss:.4g}"
        return f"<{self.task}: {self.name} on {self.options.dataset.name}{measured}; {self.path}>"

    @property
    def name(self) -> str:
        """The network's cell, layers and units: "lstm 2 × 128"."""
        model = self.options.model
        return f"{model.name} {model.num_layers} × {model.hidden_size}"

    def as_classifier(self) -> tuple[Task[Any], Any] | None:
        """See :meth:`InferenceModel.as_classifier`."""
        return self.trained_for.as_classifier(self.network)

    def save(self, path: str | Path) -> None:
        """Writes the network as one file of safetensors, which `charlab.load` reads.

        It holds the weights and, as JSON, settings, vocabulary, labels and figures: all that
        sampling, predicting and measuring need, and nothing that going on with the training needs.

        Raises:
            ConfigError: if it is no path.
            RunError: if the file cannot be written.
        """
        if not isinstance(path, str | Path):
            raise ConfigError(f"save takes a path, got {path!r:.60}")
        path = Path(path)
        try:
            save_safetensors(self.checkpoint, path)
        except OSError as error:
            raise RunError(f"cannot write {path}: {error.strerror or error}") from error

    @cached_property
    def corpus(self) -> Corpus:
        """The data that the run was trained on, read again.

        Raises:
            CharlabError: if they are not there any more, or have changed.
        """
        corpus = read_corpus(located(self.options, self.checkpoint.data_paths))
        if corpus.fingerprint != self.checkpoint.fingerprint:
            raise CheckpointError(
                f"the dataset is not the one that {self.path} was trained on, or has changed "
                "since: its parts would no longer be the same texts"
            )
        return corpus

    def require_split(self, split: str) -> Corpus:
        """See :meth:`InferenceModel.require_split`."""
        if split not in SPLITS:
            raise ConfigError(f"split={split}: no such part; {nearest(str(split), list(SPLITS))}")
        if split not in self.corpus.splits:
            raise DataError(
                f"split={split}: the run's dataset.split.fractions leave that part empty; there is "
                f"{', '.join(self.corpus.splits)}"
            )
        return self.corpus

    def pictures(
        self,
        names: Sequence[str] = ("all",),
        *,
        split: str = "val",
        text: str | None = None,
        unit: str | None = None,
        beside: "Sequence[TrainedModel]" = (),
    ) -> "list[Picture]":
        """What ``look.py`` shows, each drawn by its ``draw()``.

        Args:
            names: which pictures; "all" is everything.
            split: which part is looked at.
            text: what to look at instead of a text of the split.
            unit: which unit colours a text, as ``"0:hidden:42"``; None: the strongest.
            beside: other networks of the same task, shown on the same axes where a picture can.

        Raises:
            ConfigError: if there is no such picture or unit.
            DataError: if the split has no part of the data.
            CharlabError: if the data are not those of the training any more.
        """
        from charlab.gallery.pictures import pictures_of  # matplotlib takes half a second
        from charlab.gallery.selection import chosen

        self.require_split(split)
        wanted = [names] if isinstance(names, str) else listed("pictures", "names", names)
        subject = self.subject(text, beside, unit)
        return chosen(pictures_of(subject, split), list(map(str, wanted)))

    def subject(
        self,
        text: str | None = None,
        beside: "Sequence[TrainedModel]" = (),
        unit: str | None = None,
    ) -> "Subject":
        """What a gallery looks at: the network, its data, and how it was trained.

        Args:
            text, beside, unit: as of `pictures`.

        Raises:
            ConfigError: if there is no such unit.
        """
        from charlab.gallery.pictures import Subject
        from charlab.runs.history import read_history

        trained = dataclasses.replace(
            self.trained,
            text=None if text is None else self.normalize(text),
            beside=tuple(other.trained for other in listed("beside", "networks", beside)),
        )
        where = None if unit is None else parse_unit(str(unit))
        if where is not None:
            require_unit(recurrent_of(self.network), where)
        return Subject(self.trained_for, trained, *read_history(self.path), where)

    def units(self, split: str = "val", *, budget: int = BUDGET) -> UnitReport:
        """What the network's units follow in a held-out part: quotes, brackets, lines, labels.

        Args:
            split: which part is looked at.
            budget: tokens of it, at most.

        Raises:
            ConfigError: if the budget is no number of tokens.
            DataError: if the split has no part of the data.
            CharlabError: if the data are not those of the training any more.
        """
        require_whole("budget", budget, least=1)
        self.require_split(split)
        return self.trained_for.find_units(self.trained, split, budget)

    @property
    def trained(self) -> TrainedNetwork[Any]:
        """The network with its data, as tasks show it."""
        return TrainedNetwork(self.network, self.corpus, self.options.seed, self.name)


def load_model(
    run: str | Path,
    *,
    task: str | None = None,
    accelerator: str = "cpu",
    output_dir: str = "outputs",
    command: str = "charlab.load",
    data: Mapping[str, str | Path] | None = None,
) -> TrainedModel:
    """Loads a run's best checkpoint, or its last where no validation was reached.

    Args:
        run: a run's folder, a checkpoint, a file of safetensors that `TrainedModel.save` or
            ``export.py`` wrote, or "latest": the newest run that fits and loads.
        task: what "latest" has to have been trained for; None: anything that ``command`` asks.
        accelerator: "cpu", "cuda", "mps" or "auto".
        output_dir: where "latest" looks.
        command: who asks.
        data: where the run's data are now, if not where they were, by the settings of the dataset:
            ``{"path": "…"}``.

    Raises:
        RunError: if there is no such run.
        CheckpointError: if its checkpoint cannot be loaded.
        ConfigError: if there is no such accelerator, or ``data`` holds another setting.
    """
    elsewhere = _read_data({} if data is None else data)
    device = choose_device(accelerator)
    tasks = tasks_asked_by(command) if task is None else [task]

    def loaded(folder: Path) -> TrainedModel:
        path = runs.checkpoint_file(folder)
        return TrainedModel(load(path).with_data(elsewhere), path, device)

    failure: CharlabError | None = None
    for folder in runs.newest_first(output_dir, tasks) if str(run) == "latest" else ():
        try:
            return loaded(folder)
        except CheckpointError as error:
            warn(f"run=latest passes over a newer run: {error}")
            failure = failure or error
    if failure is not None:
        raise failure
    return loaded(runs.find(str(run), output_dir, tasks, command))


def _read_data(data: Mapping[str, str | Path]) -> dict[str, str]:
    if not isinstance(data, Mapping):
        raise ConfigError(f"data takes settings by their names, {{'path': '…'}}, got {data!r:.60}")
    for key, value in data.items():
        if key not in AGAIN:
            near = nearest(str(key), list(AGAIN))
            raise ConfigError(f"data={{{key!r}: …}}: no such setting; {near}")
        if not isinstance(value, str | Path):
            raise ConfigError(f"data={{{key!r}: …}} must be a path, got {value!r:.60}")
    return {key: str(value) for key, value in data.items()}
