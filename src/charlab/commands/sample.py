"""``sample.py``: texts from a trained network."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from charlab.api import TrainedModel
from charlab.commands import load_for
from charlab.commands.drawing import Drawing
from charlab.commands.side_by_side import blocks, show_columns
from charlab.config.cli_options import SampleArguments
from charlab.config.variants import Variants
from charlab.data.documents.normalize import normalize_label
from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.results import Sample
from charlab.system.files import json_bytes, open_output, utf8_bytes
from charlab.system.table_lines import table_line
from charlab.system.terminal import as_shown, remark, write


def sample(variants: Variants[SampleArguments], seed: int) -> int:
    """Prints samples on standard output and remarks about them on standard error.

    Args:
        variants: the command's words, in all combinations.
        seed: of those that name none: the same, so that only their settings differ.

    Raises:
        CharlabError: if a run, the prompt or a setting is unfit, or a file cannot be written.
    """
    drawings = _drawings(variants, seed)
    first, arguments = drawings[0], drawings[0].arguments
    if len(drawings) > 1 or arguments.output or arguments.output_format() != "text":
        for path in dict.fromkeys(drawing.model.path for drawing in drawings):
            remark(f"run: {path}")
        if arguments.seed is None:
            remark(f"seed={seed}" + "; the same for each" * (len(drawings) > 1))
        _several(drawings, arguments)
    elif arguments.count == 1 and arguments.beam_width is None and not arguments.novel_only:
        _stream(first)
    elif first.generator.documents or arguments.novel_only:
        _print_documents(first, first.draw())
    else:
        _print_texts(first, first.draw())
    return 0


def _drawings(variants: Variants[SampleArguments], seed: int) -> list[Drawing]:
    """The variants, each with its network; a label that holds commas is found to be one."""
    models: dict[str, TrainedModel] = {}
    for _, options in variants:
        if options.run not in models:
            models[options.run] = load_for(options)
    known = {normalize_label(k) for model in models.values() for k in model.generator.labels}
    for axis in variants.axes:
        if axis.key == "label" and normalize_label(axis.typed) in known:
            variants = variants.with_one(axis)
    drawings = [
        Drawing(options, GenerationConfig.read(options, seed), models[options.run], chosen)
        for chosen, options in variants
    ]
    for drawing in drawings:  # refuses an unknown label before anything is drawn
        drawing.generator.conditions(drawing.arguments.label, 1, 0)
    return drawings


def _several(drawings: Sequence[Drawing], arguments: SampleArguments) -> None:
    """Samples of several variants, or such that go to a file."""
    form = arguments.output_format()
    if form == "text" and arguments.output is None and show_columns(drawings):
        return
    with _written(arguments.output) as put:
        if form == "text":
            for block in blocks(drawings):
                put(block)
            return
        header_is_due = form != "jsonl"
        for record in (record for drawing in drawings for record in drawing.records()):
            if header_is_due:
                put(table_line(list(record), form))
                header_is_due = False
            put(
                json_bytes(record, indent=None).decode()
                if form == "jsonl"
                else table_line(list(record.values()), form)
            )


@contextmanager
def _written(output: str | None) -> Iterator[Callable[[str], object]]:
    """What writes a text into the user's file or, without one, on standard output."""
    if output is None:
        yield write
        return
    with open_output(output) as file:
        yield lambda text: file.write(utf8_bytes(text))


def _stream(drawing: Drawing) -> None:
    """Prints one sample as it is generated, whole characters at a time."""
    arguments, generator = drawing.arguments, drawing.generator
    conditions = generator.conditions(arguments.label, 1, drawing.settings.seed)
    label = generator.labels[conditions[0]] if conditions else None
    before = [f"{label}: " if drawing.shows_label else ""]
    before.append(drawing.model.normalize(arguments.prompt))

    def go_on(text: str) -> None:
        """Writes; the first time what stands before, so that an error comes before any text."""
        if before:
            remark(f"run: {drawing.model.path}")
        write("".join(before) + text)
        before.clear()

    (result,) = drawing.draw(go_on)
    go_on("\n")
    remark(drawing.probability(result))
    novelty = drawing.novelty([result])
    if novelty is not None:
        remark(novelty[0][0] or "not in the training data")


def _print_documents(drawing: Drawing, samples: list[Sample]) -> None:
    """Prints short texts, one a line."""
    remark(f"run: {drawing.model.path}")
    marks, summary = drawing.novelty(samples) or ([""] * len(samples), "")
    texts = [
        as_shown(f"{s.label}: " * drawing.shows_label + (s.text or "(empty)")) for s in samples
    ]
    width = min(40, max((len(text) for text in texts), default=0))
    for text, sample_, mark in zip(texts, samples, marks, strict=True):
        tail = f"  ({mark})" if mark else ""
        write(f"{text:<{width}}  {sample_.log_probability:8.2f} nats{tail}\n")
    if summary:
        remark(summary)


def _print_texts(drawing: Drawing, samples: list[Sample]) -> None:
    """Prints long texts, each below a line about it."""
    remark(f"run: {drawing.model.path}")
    marks, _ = drawing.novelty(samples) or ([""] * len(samples), "")
    for number, (sample_, mark) in enumerate(zip(samples, marks, strict=True), start=1):
        tail = f"; {mark}" if mark else ""
        write(f"--- {number} ({drawing.probability(sample_)}{tail}) ---\n{sample_.text}\n")
