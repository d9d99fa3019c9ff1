"""From a configuration to a corpus, and to a configuration in which nothing is left open."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charlab.config.schema import RunOptions
from charlab.data.corpus import Corpus, build_corpus
from charlab.data.documents.document import AnyDocument
from charlab.data.documents.normalize import normalize_label
from charlab.data.documents.sources import Request, read_parts
from charlab.data.tokens import resolve_min_count
from charlab.errors import ConfigError, nearest
from charlab.runs.data_paths import absolute_paths, located
from charlab.system.terminal import say

if TYPE_CHECKING:
    from charlab.builders.initial_weights import InitialWeights


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
        tag_column=dataset.tag_column,
        target_column=dataset.target_column,
        url=dataset.url,
        labelled=options.task.predicts_label,
        romanized=is_romanized(options),
        distance=dataset.distance,
        fields=options.task.fields,
        remark=say,
    )
    documents = read_parts(
        dataset.source,
        request,
        val_path=dataset.val_path,
        test_path=dataset.test_path,
        limit=dataset.limit,
    )
    return build_corpus(
        hold_out(documents, dataset.held_out),
        normalize=dataset.normalize,
        layout=dataset.layout,
        fractions=dataset.split.fractions,
        split_seed=dataset.split.seed,
        predicts_label=options.task.predicts_label,
        distinct=dataset.distinct,
        unit=dataset.unit,
        target_unit=dataset.target_unit,
        fields=options.task.fields,
        min_count=dataset.min_count,
        limit=dataset.limit,
        announce=say,
    )


def is_romanized(options: RunOptions) -> bool:
    """Whether names in Latin letters join the names that charlab brings.

    Raises:
        ConfigError: if that is asked of other data.
    """
    dataset = options.dataset
    brought = dataset.source == "names" and dataset.path is None
    if dataset.romanized and not brought:
        raise ConfigError(
            "dataset.romanized=true is for the names that charlab brings (dataset=names without "
            "dataset.path), not for other data: leave it out"
        )
    return brought and (
        options.task.predicts_label if dataset.romanized is None else dataset.romanized
    )


def hold_out(documents: Iterable[AnyDocument], labels: Sequence[str]) -> Iterable[AnyDocument]:
    """Puts the documents of some labels into the test part, and takes all labels away.

    Args:
        documents: labelled ones.
        labels: those to be held out; none: the documents stay as they are.

    Raises:
        ConfigError: if no document has one of the labels; after the last document.
    """
    if not labels:
        yield from documents
        return
    apart, found = {normalize_label(label) for label in labels}, set[str]()
    for document in documents:
        label = document.label and normalize_label(document.label)
        found.add(label or "")
        split = "test" if label in apart else document.split
        yield document._replace(label=None, split=split)
    known = sorted(found - {""})
    if missing := sorted(apart.difference(known)):
        raise ConfigError(
            f"dataset.held_out={missing[0]}: no document has that label; "
            + (nearest(missing[0], known) if known else "they have none")
        )


@dataclass(frozen=True)
class Prepared:
    """A run's data and where they are, and its options with nothing left open.

    Attributes:
        initial: the weights that it begins with; None: fresh ones, or those of its checkpoint.
    """

    options: RunOptions
    corpus: Corpus
    data_paths: dict[str, str]
    initial: "InitialWeights | None" = None


def prepare(
    options: RunOptions, stored: Mapping[str, str] | None = None, words: Sequence[str] = ()
) -> Prepared:
    """Reads a run's data and settles its options; imports nothing heavy, but for ``init=``.

    Args:
        options: the run's.
        stored: of a run that goes on, where its data are, of the paths that are not given anew.
        words: the overrides that made a new one.

    Raises:
        CharlabError: if data or settings are unfit, or the run of ``init=`` cannot be loaded.
    """
    check_together(options)
    initial = None
    if options.init.run is not None and stored is None:
        from charlab.builders.initial_weights import find_initial  # imports torch

        options, initial = find_initial(options, words)
    corpus = read_corpus(located(options, stored or {}))
    paths = {**absolute_paths(options), **(stored or {})}
    return Prepared(resolve(options, corpus), corpus, paths, initial)


def check_together(options: RunOptions) -> None:
    """Refuses settings that exclude each other.

    Raises:
        ConfigError: if some do.
    """
    trainer = options.trainer
    resolve_min_count(options.dataset.unit, options.dataset.min_count)
    if options.dataset.unit not in (units := options.task.units):
        raise ConfigError(
            f"dataset.unit={options.dataset.unit}: task={options.task.name} reads texts of one of: "
            f"{', '.join(units)}"
        )
    if options.model.tied_embeddings:
        _check_tied(options)
    if options.dataset.distance is not None and options.dataset.source != "copying":
        raise ConfigError(
            f"dataset.distance={options.dataset.distance} is for dataset=copying, not for other "
            "data: leave it out"
        )
    options.task.check(options)
    for key, usual in (("freeze_epochs", 0), ("body_lr", 1)):
        value = getattr(options.init, key)
        if options.init.run is None and value != usual:
            raise ConfigError(
                f"init.{key}={value} is for weights of a trained network: add init=RUN, or leave "
                "it out"
            )
    if trainer.max_epochs is None and trainer.max_steps is None and trainer.max_minutes is None:
        raise ConfigError(
            "nothing would end this run: set trainer.max_epochs, trainer.max_steps or "
            "trainer.max_minutes"
        )
    if options.has_targets:
        from charlab.targets.making import try_out  # imports torch, and the user's own code

        try_out(options)


def _check_tied(options: RunOptions) -> None:
    """Refuses an embedding that is to write where none is learned or no character is written."""
    if not options.model.embedding_size:
        raise ConfigError(
            "model.tied_embeddings=true shares a learned embedding, and model.embedding_size=0 has "
            "none: give it a size (any; where it is not hidden_size, a projection is learned)"
        )
    if not options.task.writes_tokens:
        raise ConfigError(
            f"model.tied_embeddings=true is for tasks that write text; task={options.task.name} "
            "does not: leave it out"
        )


def resolve(options: RunOptions, corpus: Corpus) -> RunOptions:
    """Decides what "auto" and null left to the data, and checks that task and data fit.

    Raises:
        ConfigError, DataError: if they do not.
    """
    dataset = dataclasses.replace(
        options.dataset, layout=corpus.layout, romanized=is_romanized(options)
    )
    if options.trainer.patience is not None and "val" not in corpus.splits:
        raise ConfigError(
            "trainer.patience waits for better validations, and dataset.split.fractions leaves no "
            "validation part: leave patience out or give val a fraction"
        )
    task = options.task.resolve(options, corpus)
    lanes = corpus.layout == "stream" and not (task.predicts_label or task.fields)
    for name in ("random_offset", "random_lengths"):
        if getattr(dataset, name) and not lanes:
            raise ConfigError(
                f"dataset.{name}=true is for long text that is read in lanes (layout stream) to "
                f"generate; here the layout is {corpus.layout} and the task {task.name}: leave it "
                "out"
            )
    return dataclasses.replace(options, dataset=dataset, task=task)
