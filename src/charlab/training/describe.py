"""What a run says about its data and its network before it starts."""

from torch import nn

from charlab.builders.network import count_parameters
from charlab.data.corpus import Corpus
from charlab.data.tokens.vocabulary import NAMES
from charlab.system.terminal import say, warn


def describe_corpus(corpus: Corpus, predicts_label: bool) -> None:
    """Says what became of the text, and warns of what the user should think about."""
    report, unit = corpus.report, corpus.vocabulary.unit
    tokens = NAMES[unit]
    splits = ", ".join(
        f"{name} {report.split_documents[name]:,} ({report.split_characters[name]:,} {tokens})"
        for name in corpus.splits
    )
    what = "pieces" if report.cut_documents else "documents"
    labels = f", {len(corpus.labels)} labels" if corpus.labels else ""
    distinct = f"{report.distinct_tokens:,} distinct"
    say(
        f"data: {report.documents:,} documents, {report.characters:,} characters, "
        f"{distinct if unit == 'char' else f'{distinct} {tokens}'}{labels}; "
        f"layout {corpus.layout}"
    )
    say(f"{what}: {splits}")
    for name in ("val", "test"):
        if name not in corpus.splits:
            say(f"there is no {name} part (dataset.split.fractions), so no {name}/… figures")
    _say_changes(corpus)
    _say_unknown(corpus)
    _warn_of_parts(corpus, predicts_label)


def _say_changes(corpus: Corpus) -> None:
    report = corpus.report
    if report.dropped_characters or report.emptied_documents:
        most = sorted(report.dropped_characters.items(), key=lambda item: -item[1])[:5]
        examples = ", ".join(f"{char!r} {count:,}×" for char, count in most)
        say(
            f"normalization dropped {sum(report.dropped_characters.values()):,} characters"
            f"{f' ({examples})' if examples else ''} and emptied "
            f"{report.emptied_documents:,} documents"
        )
    if report.repeats_dropped:
        say(
            f"{report.repeats_dropped:,} documents repeat an earlier one's text and label and are "
            "left out (dataset.distinct)"
        )
    if report.duplicate_documents:
        say(
            f"{report.duplicate_documents:,} documents repeat an earlier one's text; "
            "equal texts are in the same part"
            if not report.cut_documents and not report.overlap
            else f"{report.duplicate_documents:,} documents repeat an earlier one's text"
        )


def _say_unknown(corpus: Corpus) -> None:
    report, tokens = corpus.report, NAMES[corpus.vocabulary.unit]
    if report.rare_tokens:
        say(
            f"{report.rare_tokens:,} {tokens} of train are too rare to be known "
            f"(dataset.min_count); they occur {report.rare_occurrences:,} times"
        )
    for name, share in report.unknown_share.items():
        if share > 0:
            why = "too rare in train" if report.rare_tokens else "never in train"
            say(f"unknown ({why}, but counted): {share:.3%} of the {name} {tokens}")


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
            warn(
                f"{count:,} of the {name} part's documents ({share:.1%}) stand in train as well: "
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
    say(f"model: {kind}, {count_parameters(network):,} parameters ({listing})")


def _parts(network: nn.Module) -> list[tuple[str, nn.Module]]:
    parts = []
    for name, child in network.named_children():
        grandchildren = list(child.named_children())
        parts += grandchildren if name == "recurrent" else [(name, child)]
    return parts
