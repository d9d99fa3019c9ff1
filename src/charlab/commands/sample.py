"""``sample.py``: texts from a trained network."""

from collections.abc import Callable, Sequence

from charlab.api import TrainedModel, load_model
from charlab.config.cli_options import SampleArguments
from charlab.data.corpus import Corpus
from charlab.decoding import GenerationConfig, Sample, SequenceNovelty, SpanNovelty, generate_novel
from charlab.errors import CharlabError, ConfigError
from charlab.evaluation.reference_texts import document_texts, name_opening, opening_text
from charlab.runs import folder
from charlab.system.terminal import as_shown, remark, write

_SYMBOL = {"char": "character", "byte": "byte", "word": "word"}


def sample(arguments: SampleArguments, settings: GenerationConfig) -> int:
    """Prints samples on standard output and remarks about them on standard error.

    Raises:
        CharlabError: if the run, the prompt or a setting is unfit.
    """
    model = load_model(
        arguments.run,
        task="generate",
        accelerator=arguments.accelerator,
        output_dir=arguments.output_dir,
        command="sample.py",
        data=arguments.data,
    )
    if arguments.novel_only:
        _print_documents(model, arguments, _novel_samples(model, arguments, settings))
    elif arguments.count == 1 and arguments.beam_width is None:
        _stream(model, arguments, settings)
    else:
        samples = _draw(model, arguments, settings)
        show = _print_documents if model.documents else _print_texts
        show(model, arguments, samples)
    return 0


def _draw(
    model: TrainedModel,
    arguments: SampleArguments,
    settings: GenerationConfig,
    on_text: Callable[[str], None] | None = None,
) -> list[Sample]:
    return model.generate(
        arguments.prompt,
        count=arguments.count,
        label=arguments.label,
        settings=settings,
        on_text=on_text,
    )


def _novel_samples(
    model: TrainedModel, arguments: SampleArguments, settings: GenerationConfig
) -> list[Sample]:
    conditions = model.conditions(arguments.label, arguments.count, settings.seed)
    if not model.documents:
        raise ConfigError(
            "novel_only=true is for short documents such as names; of a long text the longest "
            "copied span is measured instead"
        )
    novel = generate_novel(
        model.network,
        model.vocabulary,
        model.decoding(settings),
        SequenceNovelty(training_texts(model.corpus)),
        prompt=model.asking.known(arguments.prompt, "prompt=", settings.unknown),
        count=arguments.count,
        conditions=conditions,
        labels=model.condition_labels,
    )
    remark(f"{novel.drawn} drawn for {len(novel.samples)} novel ones")
    if not novel.complete:
        remark(
            f"only {len(novel.samples)} of {arguments.count}: the model knows few novel texts here"
        )
    return novel.samples


def _stream(model: TrainedModel, arguments: SampleArguments, settings: GenerationConfig) -> None:
    """One sample, printed as it is generated, whole characters at a time."""
    conditions = model.conditions(arguments.label, 1, settings.seed)
    label = model.condition_labels[conditions[0]] if conditions else None
    before = [f"{label}: " if label is not None and arguments.label is None else ""]
    before.append(model.normalize(arguments.prompt))

    def go_on(text: str) -> None:
        """Writes; the first time what stands before, so that an error comes before any text."""
        if before:
            remark(f"run: {model.path}")
        write("".join(before) + text)
        before.clear()

    (result,) = _draw(model, arguments, settings, go_on)
    go_on("\n")
    remark(_probability(result, model))
    corpus = _data_for_novelty(model, arguments)
    if corpus is not None:
        known, _ = _known(model, corpus, [result])
        remark(known[0] or "not in the training data")


def _print_documents(
    model: TrainedModel, arguments: SampleArguments, samples: list[Sample]
) -> None:
    remark(f"run: {model.path}")
    corpus = _data_for_novelty(model, arguments)
    marks, summary = _known(model, corpus, samples) if corpus else ([""] * len(samples), "")
    show_label = arguments.label is None and bool(model.condition_labels)
    shown = [s.text or "(empty)" for s in samples]
    if show_label:
        shown = [f"{s.label}: {text}" for s, text in zip(samples, shown, strict=True)]
    texts = [as_shown(text) for text in shown]
    width = min(40, max((len(text) for text in texts), default=0))
    for text, sample_, mark in zip(texts, samples, marks, strict=True):
        tail = f"  ({mark})" if mark else ""
        write(f"{text:<{width}}  {sample_.log_probability:8.2f} nats{tail}\n")
    if summary:
        remark(summary)


def _print_texts(model: TrainedModel, arguments: SampleArguments, samples: list[Sample]) -> None:
    remark(f"run: {model.path}")
    corpus = _data_for_novelty(model, arguments)
    marks = _known(model, corpus, samples)[0] if corpus else [""] * len(samples)
    for number, (sample_, mark) in enumerate(zip(samples, marks, strict=True), start=1):
        tail = f"; {mark}" if mark else ""
        write(f"--- {number} ({_probability(sample_, model)}{tail}) ---\n{sample_.text}\n")


def _probability(result: Sample, model: TrainedModel) -> str:
    per_symbol = -result.log_probability / max(1, result.predictions)
    return (
        f"log-probability {result.log_probability:.2f} nats, "
        f"{per_symbol:.3f} a {_SYMBOL[model.vocabulary.unit]} in the mean"
    )


def _data_for_novelty(model: TrainedModel, arguments: SampleArguments) -> Corpus | None:
    """The training data to compare with; None, and the reason, where it is not there."""
    own_run = (
        model.options.dataset.path is None
        or bool(arguments.data)
        or not folder.is_bare_checkpoint(arguments.run)
    )
    if not (own_run if arguments.novelty is None else arguments.novelty):
        return None  # what a stranger's checkpoint names is not read unasked
    try:
        return model.corpus
    except CharlabError as error:
        remark(f"novelty is not measured: {error}")
        return None


def _known(model: TrainedModel, corpus: Corpus, samples: Sequence[Sample]) -> tuple[list[str], str]:
    """What of each sample stands in the training data, and a summary."""
    if model.documents:
        novelty = SequenceNovelty(training_texts(corpus))
        marks = ["in the training data" if novelty.is_known(s.text) else "" for s in samples]
        return marks, str(novelty.report([s.text for s in samples]))
    train = corpus.splits["train"]
    spans = SpanNovelty(opening_text(train, corpus.vocabulary))
    where = name_opening(train, corpus.vocabulary)
    longest = [spans.longest_copied_span(s.continuation).length for s in samples]
    return [f"longest span copied from {where}: {n} characters" for n in longest], ""


def training_texts(corpus: Corpus) -> list[str]:
    """The documents of the training part."""
    return document_texts(corpus.splits["train"], corpus.vocabulary)
