"""From a configuration to a corpus, and to a configuration in which nothing is left open."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from charlab.config.schema import GenerateOptions, RunOptions
from charlab.data.corpus import Corpus, build_corpus
from charlab.data.requirements import require_trainable
from charlab.data.sources import Request, read_parts
from charlab.data.units import resolve_min_count
from charlab.data_paths import absolute_paths, located
from charlab.errors import ConfigError
from charlab.terminal import say


def read_corpus(options: RunOptions) -> Corpus:
    """Reads, normalizes, splits and encodes the dataset.

    Raises:
        DataError, ConfigError: if the data or its settings are unfit.
    """
    dataset = options.dataset
    request = Request(
        path=dataset.path,
        encoding=dataset.encoding,
        text_column=dataset.text_column,
        label_column=dataset.label_column,
        url=dataset.url,
    )
    documents = read_parts(
        dataset.source,
        request,
        val_path=dataset.val_path,
        test_path=dataset.test_path,
        limit=dataset.limit,
    )
    return build_corpus(
        documents,
        normalize=dataset.normalize,
        layout=dataset.layout,
        fractions=dataset.split.fractions,
        split_seed=dataset.split.seed,
        distinct=dataset.distinct,
        unit=dataset.unit,
        min_count=dataset.min_count,
        limit=dataset.limit,
        announce=say,
    )


@dataclass(frozen=True)
class Prepared:
    """A run's data and where they are, and its options with nothing left open."""

    options: RunOptions
    corpus: Corpus
    data_paths: dict[str, str]


def prepare(options: RunOptions, stored: Mapping[str, str] | None = None) -> Prepared:
    """Reads a run's data and settles its options; imports nothing heavy.

    Args:
        options: the run's.
        stored: where an older run's data are, of the paths that are not given anew.

    Raises:
        DataError, ConfigError: if data or settings are unfit.
    """
    check_together(options)
    corpus = read_corpus(located(options, stored or {}))
    paths = {**absolute_paths(options), **(stored or {})}
    return Prepared(resolve(options, corpus), corpus, paths)


def check_together(options: RunOptions) -> None:
    """Refuses settings that exclude each other.

    Raises:
        ConfigError: if some do.
    """
    trainer, unit = options.trainer, options.dataset.unit
    resolve_min_count(unit, options.dataset.min_count)
    if options.task.monitor == "val/bits_per_char" and unit != "char":
        raise ConfigError(
            f"task.monitor=val/bits_per_char is measured with dataset.unit=char, not {unit}: "
            "take val/bits_per_original_char, which every unit has"
        )
    if options.task.name == "generate" and options.model.bidirectional:
        raise ConfigError(
            "model.bidirectional=true is for task=classify: a generator may not read the future"
        )
    if trainer.max_epochs is None and trainer.max_steps is None and trainer.max_minutes is None:
        raise ConfigError(
            "nothing would end this run: set trainer.max_epochs, trainer.max_steps or "
            "trainer.max_minutes"
        )


def resolve(options: RunOptions, corpus: Corpus) -> RunOptions:
    """Decides what "auto" and null left to the data, and checks that task and data fit.

    Raises:
        ConfigError, DataError: if they do not.
    """
    dataset = dataclasses.replace(options.dataset, layout=corpus.layout)
    task = options.task
    if isinstance(task, GenerateOptions):
        task = dataclasses.replace(task, condition_on_label=_conditional(task, corpus))
    if options.trainer.patience is not None and "val" not in corpus.splits:
        raise ConfigError(
            "trainer.patience waits for better validations, and dataset.split.fractions leaves no "
            "validation part: leave patience out or give val a fraction"
        )
    require_trainable(corpus, purpose=task.name, seq_len=dataset.seq_len)
    return dataclasses.replace(options, dataset=dataset, task=task)


def is_conditional(options: RunOptions) -> bool:
    """Whether a resolved run generates by label."""
    return isinstance(options.task, GenerateOptions) and options.task.condition_on_label is True


def _conditional(task: GenerateOptions, corpus: Corpus) -> bool:
    possible = corpus.layout == "sequences" and len(corpus.labels) >= 2
    if task.condition_on_label and not possible:
        reason = (
            "the text is one stream"
            if corpus.layout == "stream"
            else f"the documents have {len(corpus.labels) or 'no'} label(s)"
        )
        raise ConfigError(
            f"task.condition_on_label=true needs short documents with two labels or more; {reason}"
        )
    return possible if task.condition_on_label is None else task.condition_on_label
