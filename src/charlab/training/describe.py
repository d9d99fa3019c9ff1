"""What a run says about its data and its network before it starts."""

import numpy as np
from torch import nn

from charlab.builders.initial_weights import TakenOver
from charlab.builders.network import count_parameters
from charlab.data.corpus import Corpus
from charlab.data.tokens.vocabulary import NAMES, UNK, counted_tokens
from charlab.system.style import line
from charlab.system.terminal import say, told, warn
from charlab.system.words import counted


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
            more = f" and {len(lacking) - 10} more" if len(lacking) > 10 else ""
            say(told("tags never in train", f"{', '.join(lacking[:10])}{more} (but counted)"))
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
        scarce = report.scarce_labels
        more = f" and {len(scarce) - 10} more" if len(scarce) > 10 else ""
        warn(
            f"too few distinct texts to be in every part: {', '.join(scarce[:10])}{more}; "
            "figures of parts without them say nothing about them"
        )


def describe_network(network: nn.Module, kind: str) -> None:
    """Says what the network is made of: parameters by part."""
    parts = [
        (name, count_parameters(part))
        for name, part in _parts(network)
        if count_parameters(part) > 0
    ]
    listing = ", ".join(f"{name} {count:,}" for name, count in parts)
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


def _parts(network: nn.Module) -> list[tuple[str, nn.Module]]:
    parts = []
    for name, child in network.named_children():
        grandchildren = list(child.named_children())
        parts += grandchildren if name == "recurrent" else [(name, child)]
    return parts
