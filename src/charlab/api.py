"""A trained network in a program's hands: ``charlab.load("outputs/…")``."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import torch

from charlab.builders.corpus import read_corpus
from charlab.builders.network import restore_network, task_of
from charlab.config.task_options import PREDICT, SAMPLE, TASK_OPTIONS, tasks_asked_by
from charlab.data.corpus import Corpus
from charlab.data.queries import Unseen
from charlab.data.tokens.vocabulary import Vocabulary
from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.results import Samples
from charlab.decoding.scoring import Score
from charlab.decoding.stepper import Stepper
from charlab.decoding.text_generator import TextGenerator
from charlab.errors import CharlabError, CheckpointError, ConfigError, RunError, nearest
from charlab.evaluation.prediction import Answers, Predictor
from charlab.runs import folder as runs
from charlab.runs.checkpoint import Checkpoint, load, save_safetensors
from charlab.runs.data_paths import located
from charlab.system.devices import choose_device
from charlab.system.terminal import warn
from charlab.tasks.tag.predictor import Tagged
from charlab.tasks.transduce.predictor import Targets

Served = TypeVar("Served")
_SHOWN = 3  # labels in a ranking's repr


class Ranking(list[tuple[str, float]]):
    """Labels with their probabilities, the likeliest first.

    Attributes:
        unseen: what of the text training never saw: its share and which tokens.
    """

    def __init__(self, pairs: Iterable[tuple[str, float]], unseen: Unseen) -> None:
        super().__init__(pairs)
        self.unseen = unseen

    def __repr__(self) -> str:
        shown = ", ".join(f"{label} {probability:.3f}" for label, probability in self[:_SHOWN])
        more = f", … ({len(self)} labels)" if len(self) > _SHOWN else ""
        return f"<{shown}{more}>"


class TrainedModel:
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
        self.path = path
        self.options = checkpoint.options
        self.vocabulary: Vocabulary = checkpoint.vocabulary
        self.labels = checkpoint.labels
        self.metrics = checkpoint.metrics
        self.device = device
        self.trained_for = task_of(checkpoint)
        self.network: Any = restore_network(checkpoint, path).to(device)
        self.checkpoint = dataclasses.replace(checkpoint, training={})

    def __repr__(self) -> str:
        model, loss = self.options.model, self.metrics.get(self.options.task.monitor)
        layers = f"{model.name} {model.num_layers} × {model.hidden_size}"
        measured = "" if loss is None else f", {self.options.task.monitor} {loss:.4g}"
        return f"<{self.task}: {layers} on {self.options.dataset.name}{measured}; {self.path}>"

    @property
    def task(self) -> str:
        """The name of what the network was trained for, as "generate" or "classify"."""
        return self.options.task.name

    @cached_property
    def generator(self) -> TextGenerator:
        """What generates texts.

        Raises:
            CheckpointError: if the network was trained for something else.
        """
        return self._served(self.trained_for.generator(self.network), tasks_asked_by(SAMPLE))

    @cached_property
    def predictor(self) -> Predictor[Any]:
        """What is asked about texts.

        Raises:
            CheckpointError: if the network was trained for something else.
        """
        return self._served(self.trained_for.predictor(self.network), tasks_asked_by(PREDICT))

    def generate(
        self,
        prompt: str = "",
        *,
        count: int = 1,
        label: str | None = None,
        settings: GenerationConfig | None = None,
        on_text: Callable[[str], None] | None = None,
        **generation_options: Any,
    ) -> Samples:
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
            CheckpointError: if the network does not generate.
            ConfigError: if a setting or label is unknown or out of range.
            UnknownCharacterError: if the prompt holds characters or words never seen in training.
        """
        generator = self.generator
        known = [field.name for field in dataclasses.fields(GenerationConfig)]
        for key in generation_options:
            if key not in known:
                raise ConfigError(f"unknown setting {key!r}: {nearest(key, known)}")
        settings = dataclasses.replace(settings or GenerationConfig(), **generation_options)
        return Samples(
            generator.generate(prompt, settings, count=count, label=label, on_text=on_text)
        )

    def score(self, text: str, *, label: str | None = None, unknown: str = "error") -> Score:
        """How probable a text is: log-probability in nats, per token, and bits per character.

        Args:
            text: normalized as the training text was, also stripped if that was; a blank one is
                scored to the letter.
            label: what to condition on, for a network trained so; needed then.
            unknown: what training never saw of it: "error", or read as the unknown "mark".

        Raises:
            CheckpointError: if the network does not generate.
            ConfigError: if a label is missing or unknown.
            UnknownCharacterError: if there are unknown characters and ``unknown`` is "error".
        """
        return self.generator.score(text, label=label, unknown=unknown)

    def predict(self, texts: Sequence[str]) -> Answers[Any]:
        """What the network says of each text: its task says what an answer is.

        Raises:
            CheckpointError: if the network generates.
            ConfigError: if what is given is not several texts.
            DataError: if a text is empty (after what training does to its own).
        """
        return _answers("predict", self.predictor, texts)

    def classify(self, texts: Sequence[str]) -> Answers[Ranking]:
        """Ranks all labels for each text.

        A text longer than the windows that the network was trained on is read in such windows,
        and their log-probabilities are averaged. What training never saw of a text stands in its
        ranking's ``unseen``.

        Raises:
            CheckpointError: if the network predicts no labels.
            ConfigError: if what is given is not several texts.
            DataError: if a text is empty (after what training does to its own).
        """
        able = [name for name, options in TASK_OPTIONS.items() if options.predicts_label]
        predictor = self._served(self.predictor if self.task in able else None, able)
        ranked = _answers("classify", predictor, texts)
        unseen = (unseen for _, unseen in predictor.asking.read(ranked.texts))
        return Answers(predictor, ranked.texts, map(Ranking, ranked, unseen))

    def tag(self, texts: Sequence[str]) -> Answers[list[Tagged]]:
        """Tells the tags of each text: its words or characters, each with its tag.

        Raises:
            CheckpointError: if the network tells no tags.
            ConfigError: if what is given is not several texts.
            DataError: if a text is empty (after what training does to its own).
        """
        return self._asked("tag", texts, ["tags"])

    def transduce(self, texts: Sequence[str], *, beam_width: int = 5) -> Answers[Targets]:
        """Turns each text into others: the likeliest, each with its probability.

        Args:
            texts: what is to be turned into others.
            beam_width: beginnings of a target that are carried on, and targets of each text.

        Raises:
            CheckpointError: if the network turns no text into another.
            ConfigError: if what is given is not several texts, or the width cannot be.
            DataError: if a text is empty (after what training does to its own).
        """
        if self.trained_for.options.fields == ("target",):
            self.predictor.search_with(beam_width)
        return self._asked("transduce", texts, ["target"])

    def _asked(self, verb: str, texts: Sequence[str], fields: Sequence[str]) -> Answers[Any]:
        able = [name for name, known in TASK_OPTIONS.items() if known.fields == tuple(fields)]
        predictor = self._served(self.predictor if self.task in able else None, able)
        return _answers(verb, predictor, texts)

    def stepper(self, label: str | None = None) -> Stepper:
        """The network one step at a time, from its beginning: ``step("T")``, ``state``.

        Args:
            label: what it is to generate for, of a network trained so; needed then.

        Raises:
            CheckpointError: if the network does not generate.
            ConfigError: if a label is missing or unknown.
        """
        return self.generator.stepper(label)

    @cached_property
    def _own_stepper(self) -> Stepper:
        return self.stepper()

    def step(self, text: str) -> dict[str, float]:
        """Reads a character and remembers it: how probable each next one is, the likeliest first.

        "" is the end of the text. `stepper` begins anew, and steps through networks with labels.

        Raises:
            CheckpointError, ConfigError: as `stepper`.
        """
        return self._own_stepper.step(self.normalize(text))

    def save(self, path: str | Path) -> None:
        """Writes the network as one file of safetensors, which `charlab.load` reads.

        It holds the weights and, as JSON, settings, vocabulary, labels and figures: all that
        sampling, predicting and measuring need, and nothing that going on with the training needs.

        Raises:
            RunError: if the file cannot be written.
        """
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

    def normalize(self, text: str) -> str:
        """A text as the training text was normalized; white space around it stays."""
        return self.trained_for.asking.normalize(text)

    def _served(self, served: Served | None, able: Sequence[str]) -> Served:
        """What is asked for; refused if it is none.

        Args:
            served: what the task gives.
            able: names of the tasks that give it.
        """
        if served is None:
            verbs = " or ".join(TASK_OPTIONS[name].verb for name in able)
            raise CheckpointError(
                f"{self.path} was trained with task={self.task} and cannot {verbs}; use "
                f"{self.options.task.asked_by or 'evaluate.py'} for it, or a run with "
                f"{' or '.join(f'task={name}' for name in able)}"
            )
        return served


def _answers(verb: str, predictor: Predictor[Any], texts: Sequence[str]) -> Answers[Any]:
    """A predictor's answers; refused if they are asked about a single text, a string."""
    if isinstance(texts, str):
        raise ConfigError(f"{verb} takes a list of texts: {verb}([{texts!r:.60}])")
    texts = list(texts)
    return Answers(predictor, texts, predictor.predict(texts))


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
    """
    device = choose_device(accelerator)
    tasks = tasks_asked_by(command) if task is None else [task]
    failure: CharlabError | None = None
    found = runs.newest_first(output_dir, tasks) if str(run) == "latest" else ()
    for folder in found:
        path = runs.checkpoint_file(folder)
        try:
            return TrainedModel(load(path).with_data(data or {}), path, device)
        except CheckpointError as error:
            warn(f"run=latest passes over a newer run: {error}")
            failure = failure or error
    if failure is not None:
        raise failure
    path = runs.checkpoint_file(runs.find(str(run), output_dir, tasks, command))
    return TrainedModel(load(path).with_data(data or {}), path, device)
