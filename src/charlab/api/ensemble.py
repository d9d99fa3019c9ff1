"""An ensemble of trained networks: ``charlab.ensemble(["outputs/…", "outputs/…"])``."""

import dataclasses
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from charlab.api.inference import InferenceModel
from charlab.api.results import Evaluation, listed
from charlab.api.trained_model import TrainedModel, load_model
from charlab.data.corpus import Corpus, is_same_split
from charlab.errors import ConfigError, DataError
from charlab.evaluation.ensemble import Member, average
from charlab.system.words import spelled
from charlab.tasks.task import POSITIONS, Task

# Settings of a dataset that say how a network learns from it, and not what is in it.
_OF_TRAINING = (
    "name",
    "seq_len",
    "batch_size",
    "random_offset",
    "random_lengths",
    "noise",
    "noise_by",
)
_LEAK = (
    "a member may have been trained on what is measured; average runs that were trained on the "
    "same split"
)


class Ensemble(InferenceModel):
    """Several trained networks whose probabilities are averaged.

    They may be of different models and sizes. Where some classify and others generate by label,
    all are asked for labels.

    Args:
        members: the networks, two or more, on one device.

    Raises:
        ConfigError: if they do not read, or answer, the same; or if one is there twice.
    """

    def __init__(self, members: Sequence[TrainedModel]) -> None:
        self.members = tuple(members)
        _require_several(self.members)
        alike = len({member.task for member in members}) == 1
        task, network = average(
            [_own(member) if alike else _telling_labels(member) for member in members]
        )
        title = f"the average of {len(members)} runs"
        super().__init__(title, task, network, members[0].device)

    def __repr__(self) -> str:
        names = ", ".join(f"{member.task} {member.name}" for member in self.members)
        return f"<average of {len(self.members)} runs: {names}>"

    def as_classifier(self) -> tuple[Task[Any], Any] | None:
        """See `InferenceModel.as_classifier`; the mean is of labels, not of tokens."""
        return self._classifier

    @cached_property
    def _classifier(self) -> tuple[Task[Any], Any] | None:
        generating = [member.as_classifier() is not None for member in self.members]
        if not any(generating):
            return None
        if not all(generating):  # the others tell labels, and so do all
            return self.trained_for, self.network
        return average([_telling_labels(member) for member in self.members])

    def measure_members(
        self, split: str, *, as_classifier: bool = False, positions: int = POSITIONS
    ) -> list[Evaluation]:
        """What `measure` says of each member alone, asked as it is in the ensemble."""
        labels = as_classifier or self.trained_for.options.predicts_label
        return [
            member.measure(
                split,
                as_classifier=labels and member.as_classifier() is not None,
                positions=positions,
            )
            for member in self.members
        ]

    @property
    def corpus(self) -> Corpus:
        """The data of the first member."""
        return self.members[0].corpus

    def require_split(self, split: str) -> Corpus:
        """The data, in which there is such a part, the same for all members.

        Raises:
            DataError: if there is none, or a member has other texts in it: it may have been
                trained on what is to be measured.
            CharlabError: if the data are not those of the training any more.
        """
        first, *others = self.members
        corpus = first.require_split(split)
        for other in others:
            _share_corpus(first, other)
            known = first.vocabulary.plural
            differing = _apart(first, other)
            if first.vocabulary != other.vocabulary:
                raise DataError(
                    f"{first.title} and {other.title} know other {known} ({differing}), so their "
                    f"{split} parts cannot be compared: {_LEAK}"
                )
            if not is_same_split(corpus, other.require_split(split), split):
                raise DataError(
                    f"the {split} part of {other.title} holds other texts than that of "
                    f"{first.title} ({differing}): {_LEAK}"
                )
        return corpus


def ensemble(runs: Sequence[str | Path | TrainedModel], **options: Any) -> Ensemble:
    """Averages the probabilities of several runs' networks.

    Args:
        runs: each a network, or what `charlab.load` takes.
        options: as of `charlab.load`.

    Raises:
        RunError: if there is no such run.
        CheckpointError: if a checkpoint cannot be loaded.
        ConfigError: if the networks do not read, or answer, the same.
    """
    members = listed("ensemble", "runs", runs, more=", …")
    return Ensemble(
        [run if isinstance(run, TrainedModel) else load_model(run, **options) for run in members]
    )


def _require_several(members: Sequence[TrainedModel]) -> None:
    if len(members) < 2:
        raise ConfigError(f"an ensemble has two runs or more, got {len(members)}")
    if len({member.device for member in members}) > 1:
        raise ConfigError("the networks of an ensemble are on one device: load all of them alike")
    named = set[Path]()
    for member in members:
        place = member.path.resolve()
        if place in named:
            raise ConfigError(f"{member.title} is there twice: an ensemble has each run once")
        named.add(place)


def _own(member: TrainedModel) -> Member[Any]:
    return Member(member.title, member.trained_for, member.network)


def _telling_labels(member: TrainedModel) -> Member[Any]:
    """The member as a classifier, if it generates by label; else as it is."""
    found = member.as_classifier()
    return _own(member) if found is None else Member(member.title, *found)


def _share_corpus(first: TrainedModel, other: TrainedModel) -> None:
    """Gives a network the data of another that was trained on the same, read the same way."""
    if _reading(first) == _reading(other):
        other.corpus = first.corpus


def _reading(model: TrainedModel) -> tuple[object, ...]:
    task, checkpoint = model.trained_for.options, model.checkpoint
    needed = task.predicts_label, task.fields
    return dict(_settings(model)), needed, checkpoint.data_paths, checkpoint.fingerprint


def _settings(model: TrainedModel) -> Iterator[tuple[str, object]]:
    """What says which texts are in which part of a network's data."""
    dataset = dataclasses.asdict(model.options.dataset)
    for name, value in dataset.items():
        if name == "split":
            yield from ((f"dataset.split.{key}", part) for key, part in value.items())
        elif name not in _OF_TRAINING:
            yield f"dataset.{name}", value


def _apart(first: TrainedModel, other: TrainedModel) -> str:
    """The settings in which the data of two networks differ, in words."""
    its = dict(_settings(other))
    found = [
        f"{name}={spelled(value)} and {spelled(its[name])}"
        for name, value in _settings(first)
        if its[name] != value
    ]
    return ", ".join(found) or "the settings are the same, the data are not"
