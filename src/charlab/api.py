"""A trained network in a program's hands: ``charlab.load("outputs/…")``."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from charlab.builders.corpus import read_corpus
from charlab.builders.network import restore_network, task_of
from charlab.data.batches.batch import LabelUse
from charlab.data.batches.evaluation import evaluation_batches
from charlab.data.corpus import Corpus, encode_documents
from charlab.data.documents.document import Document
from charlab.data.documents.normalize import normalize_label
from charlab.data.queries import Asking, Unseen
from charlab.data.tokens.ragged import cut_windows
from charlab.data.tokens.vocabulary import Vocabulary
from charlab.decoding import GenerationConfig, Sample, Score, generate, score
from charlab.decoding.conditioning import draw_labels
from charlab.decoding.decoder import check_count
from charlab.errors import CharlabError, CheckpointError, ConfigError, DataError, nearest
from charlab.runs import folder as runs
from charlab.runs.checkpoint import Checkpoint, load
from charlab.runs.data_paths import located
from charlab.system.devices import choose_device
from charlab.system.terminal import warn
from charlab.tasks.task import POSITIONS


class Ranking(list[tuple[str, float]]):
    """Labels with their probabilities, the likeliest first.

    Attributes:
        unseen: what of the text training never saw: its share and which tokens.
    """

    def __init__(self, pairs: Iterable[tuple[str, float]], unseen: Unseen) -> None:
        super().__init__(pairs)
        self.unseen = unseen


class TrainedModel:
    """A run's best network, with its vocabulary and labels.

    Args:
        checkpoint: what was loaded.
        path: where from, for messages.
        device: where the network is to be.
    """

    def __init__(self, checkpoint: Checkpoint, path: Path, device: torch.device) -> None:
        self.path = path
        self.options = checkpoint.options
        self.vocabulary: Vocabulary = checkpoint.vocabulary
        self.labels = checkpoint.labels
        self.metrics = checkpoint.metrics
        self.device = device
        self.trained_for: Any = task_of(checkpoint)
        self.network: Any = restore_network(checkpoint, path).to(device)
        dataset = self.options.dataset
        self.asking = Asking(dataset.source, dataset.normalize, self.vocabulary)
        self._label_counts = checkpoint.label_counts
        self._fingerprint = checkpoint.fingerprint
        self._data_paths = checkpoint.data_paths

    @property
    def task(self) -> str:
        """ "generate" or "classify"."""
        return self.options.task.name

    @property
    def documents(self) -> bool:
        """Whether the network was trained on short documents (else: on a stream)."""
        return self.options.dataset.layout == "sequences"

    def generate(
        self,
        prompt: str = "",
        *,
        count: int = 1,
        label: str | None = None,
        settings: GenerationConfig | None = None,
        on_text: Callable[[str], None] | None = None,
        **generation_options: Any,
    ) -> list[Sample]:
        """Generates texts that begin with a prompt.

        Args:
            prompt: normalized as the training text was.
            count: how many samples.
            label: what to generate for; None draws labels as frequent as in training. Only where
                the network was trained with ``task.condition_on_label``.
            settings: how to draw; their texts are normalized as the prompt is.
            on_text: of a single sample, called with each piece of text as it comes.
            generation_options: fields of :class:`GenerationConfig` to set: ``temperature=0.7,
                length=500``.

        Raises:
            CheckpointError: if the network classifies.
            ConfigError: if a setting or label is unknown or out of range.
            UnknownCharacterError: if the prompt holds characters or words never seen in training.
        """
        self._require("generate")
        check_count(count)
        settings = self.decoding(settings or GenerationConfig(), **generation_options)
        return generate(
            self.network,
            self.vocabulary,
            settings,
            prompt=self.asking.known(prompt, "prompt=", settings.unknown),
            count=count,
            conditions=self.conditions(label, count, settings.seed),
            labels=self.condition_labels,
            documents=self.documents,
            on_text=on_text,
        )

    def decoding(self, settings: GenerationConfig, **generation_options: Any) -> GenerationConfig:
        """Settings with some of them changed, and their texts in this model's spelling.

        Raises:
            ConfigError: if one is unknown or out of range.
        """
        known = [field.name for field in dataclasses.fields(GenerationConfig)]
        for key in generation_options:
            if key not in known:
                raise ConfigError(f"unknown setting {key!r}: {nearest(key, known)}")
        return dataclasses.replace(settings, **generation_options).spelled(self.asking.normalize)

    def classify(self, texts: Sequence[str]) -> list[Ranking]:
        """Ranks all labels for each text.

        A text longer than the windows that the network was trained on is read in such windows,
        and their log-probabilities are averaged. What training never saw of a text stands in its
        ranking's ``unseen``.

        Raises:
            CheckpointError: if the network generates.
            ConfigError: if what is given is not several texts.
            DataError: if a text is empty (after what training does to its own).
        """
        self._require("classify")
        if isinstance(texts, str):
            raise ConfigError(f"classify takes a list of texts: classify([{texts!r:.60}])")
        texts = list(texts)
        probabilities = self._label_log_probabilities(texts).exp()
        values, order = probabilities.sort(dim=-1, descending=True, stable=True)
        return [
            Ranking(((self.labels[i], p) for i, p in zip(row, ps, strict=True)), unseen)
            for row, ps, unseen in zip(
                order.tolist(), values.tolist(), map(self.asking.unseen, texts), strict=True
            )
        ]

    def score(self, text: str, *, label: str | None = None, unknown: str = "error") -> Score:
        """How probable a text is: log-probability in nats, per token, and bits per character.

        Args:
            text: normalized as the training text was, also stripped if that was; a blank one is
                scored to the letter.
            label: what to condition on, for a network trained so; needed then.
            unknown: what training never saw of it: "error", or read as the unknown "mark".

        Raises:
            CheckpointError: if the network classifies.
            ConfigError: if a label is missing or unknown.
            UnknownCharacterError: if there are unknown characters and ``unknown`` is "error".
        """
        self._require("generate")
        if self.condition_labels and label is None:
            raise ConfigError("this network generates by label: say label= to score a text")
        conditions = self.conditions(label, 1, 0)
        unknown = GenerationConfig(unknown=unknown).unknown  # refuses what is neither
        normalized = self.asking.known(text, "text=", unknown)
        return score(
            self.network,
            self.vocabulary,
            self.asking.whole(normalized) or normalized,
            documents=self.documents,
            condition=conditions[0] if conditions else None,
            unknown=unknown,
        )

    @cached_property
    def corpus(self) -> Corpus:
        """The data that the run was trained on, read again.

        Raises:
            CharlabError: if they are not there any more, or have changed.
        """
        corpus = read_corpus(located(self.options, self._data_paths))
        if corpus.fingerprint != self._fingerprint:
            raise CheckpointError(
                f"the dataset is not the one that {self.path} was trained on, or has changed "
                "since: its parts would no longer be the same texts"
            )
        return corpus

    @property
    def condition_labels(self) -> tuple[str, ...]:
        """The labels that generation is conditioned on; () if on none."""
        labels: tuple[str, ...] = self.trained_for.condition_labels
        return labels

    def conditions(self, label: str | None, count: int, seed: int | None) -> list[int] | None:
        """The condition of each of ``count`` samples; None for a network without conditions.

        Raises:
            CheckpointError: if the network does not generate.
            ConfigError: if the label is unknown, or the network has none.
        """
        self._require("generate")
        if not self.condition_labels:
            if label is not None:
                raise ConfigError(f"label={label!r}: this network does not generate by label")
            return None
        if label is None:
            return draw_labels(self._label_counts, count, seed)
        if not isinstance(label, str):
            raise ConfigError(f"label= must be text, got {label!r}")
        if label not in self.labels:  # perhaps in another spelling
            spellings = {normalize_label(known): known for known in self.labels}
            label = spellings.get(normalize_label(label), label)
        if label not in self.labels:
            raise ConfigError(f"unknown label {label!r}: {nearest(label, list(self.labels))}")
        return [self.labels.index(label)] * count

    def normalize(self, text: str) -> str:
        """A text as the training text was normalized; white space around it stays."""
        return self.asking.normalize(text)

    def _label_log_probabilities(self, texts: Sequence[str]) -> Tensor:
        """Log-probabilities (texts, C) in float64."""
        if not texts:
            return torch.zeros(0, len(self.labels), dtype=torch.float64)
        documents = []
        for number, text in enumerate(texts, start=1):
            read = self.asking.whole(text)
            if not read:
                raise DataError(
                    f"text {number} ({text!r:.60}) is empty to this model: there is nothing to "
                    "classify"
                )
            documents.append(Document(read))
        encoded = encode_documents(documents, self.vocabulary)
        pieces = encoded if self.documents else cut_windows(encoded, self.options.dataset.seq_len)
        owner = np.searchsorted(encoded.offsets, pieces.offsets[:-1], side="right") - 1
        log_probabilities = self._read_in_batches(pieces)
        sums = torch.zeros(len(texts), len(self.labels), dtype=torch.float64)
        owners = torch.from_numpy(owner)
        sums.index_add_(0, owners, log_probabilities)
        means = sums / torch.bincount(owners, minlength=len(texts))[:, None]
        return means.log_softmax(-1)

    @torch.no_grad()
    def _read_in_batches(self, pieces: Any) -> Tensor:
        """Log-probabilities of pieces (n, C), in their order."""
        numbered = type(pieces)(pieces.ids, pieces.offsets, np.arange(pieces.documents))
        result = torch.zeros(pieces.documents, len(self.labels), dtype=torch.float64)
        batches = evaluation_batches(
            numbered,
            layout="sequences",
            labels=LabelUse.TARGET,
            seq_len=1,
            device=self.device,
            budget=POSITIONS,
        )
        for batch in batches:  # sorted by length; the label says which piece a row is
            logits = self.network(batch.ids, batch.lengths)
            result[batch.targets.cpu()] = logits.cpu().double().log_softmax(-1)
        return result

    def _require(self, task: str) -> None:
        if self.task != task:
            verb, file = {
                "generate": ("generate or score text", "predict.py"),
                "classify": ("classify", "sample.py"),
            }[task]
            raise CheckpointError(
                f"{self.path} was trained with task={self.task} and cannot {verb}; use {file} for "
                f"it, or a run with task={task}"
            )


def load_model(
    run: str | Path,
    *,
    task: str | None = None,
    accelerator: str = "cpu",
    output_dir: str = "outputs",
    command: str = "charlab.load",
    data: Mapping[str, str] | None = None,
) -> TrainedModel:
    """Loads a run's best checkpoint, or its last where no validation was reached.

    Args:
        run: a run's folder, a checkpoint, or "latest": the newest run that fits and loads.
        task: what "latest" has to have been trained for; None: anything.
        accelerator: "cpu", "cuda", "mps" or "auto".
        output_dir: where "latest" looks.
        command: who asks, for messages.
        data: where the run's data are now, if not where they were, by the settings of the dataset:
            ``{"path": "…"}``.

    Raises:
        RunError: if there is no such run.
        CheckpointError: if its checkpoint cannot be loaded.
    """
    device = choose_device(accelerator)
    if str(run) != "latest":
        path = runs.checkpoint_file(runs.find(str(run), output_dir, task, command))
        return TrainedModel(load(path).with_data(data or {}), path, device)
    failure: CharlabError | None = None
    for folder in runs.newest_first(output_dir, task):
        path = runs.checkpoint_file(folder)
        try:
            return TrainedModel(load(path).with_data(data or {}), path, device)
        except CheckpointError as error:
            warn(f"run=latest passes over a newer run: {error}")
            failure = failure or error
    if failure is not None:
        raise failure
    runs.find("latest", output_dir, task, command)  # raises: there is none
    raise AssertionError("unreachable")
