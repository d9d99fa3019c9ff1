"""What a run says on the screen: of its data and network before it starts, of its end."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from charlab.builders.initial_weights import TakenOver
from charlab.builders.network import count_parameters
from charlab.data.corpus import Corpus
from charlab.data.tokens.vocabulary import NAMES, UNK, counted_tokens
from charlab.runs.environment import device_name
from charlab.system.style import Role, line, styled
from charlab.system.terminal import duration, say, told, warn
from charlab.system.words import counted
from charlab.tasks.task import Task
from charlab.training.session import Session

_SHOWN = 10  # of tags or labels


def describe_beginning(session: Session, folder: Path) -> None:
    """Says what is trained on what, where, and how long."""
    options, process_group = session.options, session.process_group
    describe_corpus(session.corpus, options.task.predicts_label)
    describe_network(session.network, session.trained.name)
    if session.taken_over is not None:
        describe_taken_over(session.taken_over, str(options.init.run))
    limits = {
        "epoch": options.trainer.max_epochs,
        "step": options.trainer.max_steps,
        "minute": options.trainer.max_minutes,
    }
    until = (counted(limit, name) for name, limit in limits.items() if limit is not None)
    steps = counted(session.module.limits.steps_per_epoch, "step")
    hosts = f" on {process_group.nodes} hosts" if process_group.nodes > 1 else ""
    together = "" if process_group.is_single_process else f", {process_group.size} processes{hosts}"
    say(
        told(
            "task",
            f"{options.task.name}, on {device_name(session.device)} in {session.precision}"
            f"{together}, at most {', '.join(until)}; {steps} an epoch",
        )
    )
    step = session.module.progress.step
    say(told("run", styled(folder, "path"), f" (goes on from step {step:,})" if step else ""))


def describe_end(
    task: Task[Any], metrics: dict[str, float | str], folder: Path, seconds: float
) -> None:
    """Says how a run ended, and how well its network does."""
    for split in ("val", "test"):
        values = task.describe_results(metrics, split)
        if values:
            say(told(split, values))
    status = str(metrics["status"])
    role: Role = "good" if status == "completed" else "warning"
    say(line(styled(status, role), f" after {duration(seconds)}: ", styled(folder, "path")))


def describe_corpus(corpus: Corpus, predicts_label: bool) -> None:
    """Says what became of the text, and warns of what the user should think about."""
    report, unit = corpus.report, corpus.vocabulary.unit
    parts = [
        counted(report.documents, "document"),
        counted(report.characters, "character"),
        f"{report.distinct_tokens:,} distinct" + ("" if unit == "char" else f" {NAMES[unit]}"),
        *([counted(len(corpus.labels), "label")] if corpus.labels else []),
        *([counted(len(corpus.tags), "tag")] if corpus.tags else []),
    ]
    written, targets = corpus.target_vocabulary, corpus.splits["train"].targets
    if written is not None and targets is not None:
        distinct = len(np.unique(targets.ids[:]))
        parts.append(f"targets of {distinct:,} distinct {NAMES[written.unit]}")
    say(told("data", f"{', '.join(parts)}; layout {corpus.layout}"))
    what = "pieces" if report.cut_documents else "documents"
    sizes = {n: counted_tokens(report.split_characters[n], unit) for n in corpus.splits}
    splits = (f"{n} {report.split_documents[n]:,} ({size})" for n, size in sizes.items())
    say(told(what, ", ".join(splits)))
    for name in ("val", "test"):
        if name not in corpus.splits:
            say(line(f"there is no {name} part (dataset.split.fractions), so no {name}/… figures"))
    _say_changes(corpus)
    _say_unknown(corpus)
    _say_unlearnt(corpus)
    _warn_of_parts(corpus, predicts_label)


def _say_changes(corpus: Corpus) -> None:
    report = corpus.report
    if report.dropped_characters or report.emptied_documents:
        most = sorted(report.dropped_characters.items(), key=lambda item: -item[1])[:5]
        examples = ", ".join(f"{char!r} {count:,}×" for char, count in most)
        dropped = counted(sum(report.dropped_characters.values()), "character")
        emptied = counted(report.emptied_documents, "document")
        found = f" ({examples})" if examples else ""
        say(line(f"normalization dropped {dropped}{found} and emptied {emptied}"))
    if report.repeats_dropped:
        say(line(report.left_out_in_words))
    if report.duplicate_documents:
        apart = report.cut_documents or report.overlap
        same_part = "" if apart else "; equal texts are in the same part"
        say(line(f"{report.repeats_in_words}{same_part}"))


def _say_unknown(corpus: Corpus) -> None:
    report, unit = corpus.report, corpus.vocabulary.unit
    if report.rare_tokens:
        are = "is" if report.rare_tokens == 1 else "are"
        times = counted(report.rare_occurrences, "time")
        say(
            line(
                f"{counted_tokens(report.rare_tokens, unit)} of train {are} too rare to be known "
                f"(dataset.min_count), and occur{'s' if are == 'is' else ''} {times}"
            )
        )
    shares = {name: share for name, share in report.unknown_share.items() if share > 0}
    if shares:
        why = "too rare in train" if report.rare_tokens else "never in train"
        found = ", ".join(f"{share:.3%} of {name}" for name, share in shares.items())
        say(told(f"unknown {NAMES[unit]}", f"{found} ({why}, but counted)"))


def _say_unlearnt(corpus: Corpus) -> None:
    """What other parts ask for and train lacks: no network of this run can get it right."""
    tags = corpus.splits["train"].tags
    if tags is not None:
        counts = np.bincount(tags, minlength=len(corpus.tags) + 1)[1:]
        lacking = [tag for tag, count in zip(corpus.tags, counts, strict=True) if not count]
        if lacking:
            say(told("tags never in train", f"{_listed(lacking)} (but counted)"))
    shares = {
        name: float(np.mean(split.targets.ids[:] == UNK))
        for name, split in corpus.splits.items()
        if split.targets is not None
    }
    found = [f"{share:.3%} of {name}" for name, share in shares.items() if share > 0]
    if found and corpus.target_vocabulary is not None:
        unit = NAMES[corpus.target_vocabulary.unit]
        say(told(f"unknown {unit} of targets", f"{', '.join(found)} (never in train, but counted)"))


def _warn_of_parts(corpus: Corpus, predicts_label: bool) -> None:
    report = corpus.report
    if report.cut_documents and predicts_label:
        warn(
            "each label has a single document, and train, val and test are passages of it: their "
            "figures say how well passages of these very documents are told apart, not new ones"
        )
    for name, count in report.overlap.items():
        if count:
            share = count / max(1, report.split_documents[name])
            stand = "stands" if count == 1 else "stand"
            warn(
                f"{count:,} of the {name} part's documents ({share:.1%}) {stand} in train as well: "
                f"{name}/… figures say less about new texts"
            )
    if report.scarce_labels:
        warn(
            f"too few distinct texts to be in every part: {_listed(report.scarce_labels)}; figures "
            "of parts without them say nothing about them"
        )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def describe_network(network: nn.Module, kind: str) -> None:
    """Says what the network is made of: parameters by part."""
    parts: list[tuple[str, nn.Module]] = []
    for name, child in network.named_children():
        parts += child.named_children() if name == "recurrent" else [(name, child)]
    counts = ((name, count_parameters(part)) for name, part in parts)
    listing = ", ".join(f"{name} {count:,}" for name, count in counts if count)
    parameters = counted(count_parameters(network), "parameter")
    say(told("model", f"{kind}, {parameters} ({listing})"))


def describe_taken_over(taken: TakenOver, run: str) -> None:
    """Says what a network begins with of another run's, and what is new in it."""
    numbers, total = taken.numbers
    said = [f"{numbers:,} of {counted(total, 'parameter')} taken over from {run}"]
    for kind, (known, new) in taken.symbols.items():
        if known + new:
            said.append(f"{kind}: {known:,} known, {new:,} new")
    if taken.new:
        parts = dict.fromkeys(name.partition(".")[0] for name in taken.new)
        said.append(f"new: {', '.join(parts)}")
    say(told("init", "; ".join(said)))
