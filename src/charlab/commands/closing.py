"""What a run says at its end: exact test figures, the yardstick beside them, samples."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from charlab import runs
from charlab.checkpoint import load
from charlab.commands.session import Session
from charlab.config.schema import GenerateOptions
from charlab.data.corpus import Corpus
from charlab.data.events import predictions
from charlab.data.ngram import InterpolatedTrigram
from charlab.data.original import split_text
from charlab.data.splits import SPLITS
from charlab.data.texts import document_texts, name_opening, opening_text
from charlab.decoding import DecodingSettings, Sample, SequenceNovelty, SpanNovelty
from charlab.files import write_text
from charlab.measuring import measure, measuring_batches
from charlab.metrics import symbol_metrics
from charlab.networks import load_weights
from charlab.preparation import is_conditional
from charlab.sampling import sample_texts
from charlab.terminal import say


def load_best(session: Session, folder: Path) -> dict[str, float]:
    """Gives the network the best weights of its run; without a best one it keeps the last.

    Returns:
        The validation figures of those weights.
    """
    best = folder / runs.CHECKPOINTS / runs.BEST
    if not best.exists():
        return {}
    checkpoint = load(best)
    load_weights(session.network, checkpoint.network)
    return {k: v for k, v in checkpoint.metrics.items() if k.startswith("val/")}


def test_figures(session: Session) -> dict[str, float]:
    """Figures of the test part, and of the trigram model where characters are predicted.

    The trigram stands on the validation part where there is no test part.
    """
    figures: dict[str, float] = {}
    if session.options.trainer.overfit:  # one batch says nothing about other text
        return {}
    if "test" in session.corpus.splits:
        batches = measuring_batches(session.corpus, "test", session.options, device=session.device)
        text = split_text(session.corpus, "test")
        values = measure(session.network, session.task.new_meter(), batches, text)
        figures = {f"test/{name}": value for name, value in values.items()}
    if isinstance(session.options.task, GenerateOptions):
        figures |= trigram_figures(session.corpus, conditional=is_conditional(session.options))
    return figures


def trigram_figures(corpus: Corpus, *, conditional: bool) -> dict[str, float]:
    """Perplexity of an interpolated trigram model on the last part that there is.

    And its bits per original character, where a yardstick of another unit may be wanted.
    """
    split = next((name for name in reversed(SPLITS[1:]) if name in corpus.splits), None)
    if split is None:
        return {}
    trigram = InterpolatedTrigram(
        corpus.splits["train"],
        corpus.splits.get("val"),
        vocabulary_size=corpus.vocabulary.size,
        layout=corpus.layout,
        conditional=conditional,
    )
    if trigram.counted < predictions(corpus.splits["train"], corpus.layout):
        say(f"the trigram model was counted on the first {trigram.counted:,} symbols of train")
    encoded = corpus.splits[split]
    loss = trigram.loss(encoded)
    bits = split_text(corpus, split).bits_per_char(loss * predictions(encoded, corpus.layout))
    return {
        f"{split}/trigram_perplexity": symbol_metrics(loss)["perplexity"],
        f"{split}/trigram_bits_per_original_char": bits,
    }


def draw_samples(session: Session, count: int, length: int) -> list[Sample]:
    """Samples of the network as it is; the same for the same weights and seed."""
    task = session.options.task
    assert isinstance(task, GenerateOptions)
    network: Any = session.network
    settings = DecodingSettings(
        length=length, temperature=task.samples.temperature, seed=session.options.seed
    )
    return sample_texts(
        network,
        session.corpus.vocabulary,
        settings,
        documents=session.corpus.layout == "sequences",
        count=count,
        labels=session.corpus.labels if is_conditional(session.options) else (),
        label_counts=session.label_counts(),
    )


def quick_samples(session: Session) -> list[str]:
    """A few short samples, for a look after each validation."""
    task = session.options.task
    assert isinstance(task, GenerateOptions)
    documents = session.corpus.layout == "sequences"
    count = min(task.samples.count, 8 if documents else 1)
    with torch.no_grad():
        samples = draw_samples(session, count, task.samples.length)
    return [with_label(sample) for sample in samples]


def final_samples(session: Session, folder: Path) -> None:
    """Writes ``samples.txt`` and says the same, with what is copied from the training text."""
    task = session.options.task
    if not isinstance(task, GenerateOptions) or task.samples.count == 0:
        return
    documents = session.corpus.layout == "sequences"
    count = task.samples.count if documents else min(task.samples.count, 3)
    samples = draw_samples(session, count, task.samples.length)
    say(f"samples (temperature {task.samples.temperature:g}):")
    lines = describe_samples(session.corpus, samples)
    for line in lines:
        say(line)
    write_text(folder / "samples.txt", "\n".join(lines) + "\n")


def describe_samples(corpus: Corpus, samples: Sequence[Sample]) -> list[str]:
    """Samples as lines, with their novelty."""
    train = corpus.splits["train"]
    if corpus.layout == "sequences":
        known = SequenceNovelty(document_texts(train, corpus.vocabulary))
        width = max(len(with_label(sample)) for sample in samples)
        lines = []
        for sample in samples:
            mark = "  (in the training data)" if known.is_known(sample.text) else ""
            lines.append(f"  {with_label(sample):<{width if mark else 0}}{mark}")
        return [*lines, f"  {known.report([sample.text for sample in samples])}"]
    novelty = SpanNovelty(opening_text(train, corpus.vocabulary))
    where = name_opening(train, corpus.vocabulary)
    lines = []
    for number, sample in enumerate(samples, start=1):
        span = novelty.longest_copied_span(sample.text)
        lines += [f"--- {number} ---", sample.text]
        lines.append(f"(longest span copied from {where}: {span.length} characters)")
    return lines


def with_label(sample: Sample) -> str:
    """A sample's text, its label before it if it has one."""
    return f"{sample.label}: {sample.text}" if sample.label else sample.text
