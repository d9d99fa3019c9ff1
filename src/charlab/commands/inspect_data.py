"""``inspect_data.py``: what a dataset is made of, before anything is trained on it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.cells import cell_len

from charlab.builders.corpus import read_corpus
from charlab.config.compose import Composition
from charlab.config.hydra_app import check
from charlab.config.overrides import protect
from charlab.config.schema import RunOptions
from charlab.config.validation import build, to_plain
from charlab.data.corpus import Corpus
from charlab.data.tokens.vocabulary import NAMES
from charlab.errors import RunError
from charlab.evaluation.dataset_statistics import Inspection, bigram_table, inspect_corpus
from charlab.figures import to_png
from charlab.figures.data import bigram_figure, label_figure, length_figure
from charlab.figures.token_names import token_name, token_names
from charlab.system.files import user_path, write_bytes
from charlab.system.terminal import show, start_logging

_ROWS = 20  # tokens and labels that are listed


def inspect_data(arguments: Sequence[str], output: str | None) -> int:
    """Prints figures of a dataset and draws three pictures.

    Args:
        arguments: overrides as ``train.py`` takes them; only the dataset's matter.
        output: a folder for the pictures; None: one below ``output_dir``.

    Returns:
        An exit code.

    Raises:
        CharlabError: if the settings or the data are unfit, or the folder cannot be written.
    """
    options = check(Composition.here().compose(protect(arguments)))
    start_logging()
    corpus = read_corpus(undivided(options))
    inspection = inspect_corpus(corpus)
    show(*describe(corpus, inspection, options.dataset.name))
    folder = user_path(output or f"{options.output_dir}/data/{options.dataset.name}")
    show(f"pictures: {', '.join(map(str, draw(corpus, inspection, folder)))}")
    return 0


def undivided(options: RunOptions) -> RunOptions:
    """The same with all text in one part, and no token too rare; parts given by file stay."""
    plain = to_plain(options)
    plain["dataset"]["split"]["fractions"] = [1.0, 0.0, 0.0]
    if options.dataset.unit != "word":
        plain["dataset"]["min_count"] = 1
    return build(RunOptions, plain)


def describe(corpus: Corpus, inspection: Inspection, name: str) -> Iterator[str]:
    """The figures, line by line."""
    report, vocabulary = corpus.report, corpus.vocabulary
    yield f"{name}: {report.documents:,} documents, {report.characters:,} characters"
    if vocabulary.unit != "char":
        tokens = sum(report.split_characters.values())
        each = report.characters / max(1, tokens)
        yield f"{tokens:,} {NAMES[vocabulary.unit]}, {each:.2f} characters each in the mean"
    yield f"layout {corpus.layout}" + _parts(corpus)
    yield f"{report.duplicate_documents:,} documents repeat an earlier one's text" + (
        f"; {report.repeats_dropped:,} more, label and all, are left out (dataset.distinct)"
        if report.repeats_dropped
        else ""
    )
    dropped = sum(report.dropped_characters.values())
    yield f"normalization dropped {dropped:,} characters{_examples(report.dropped_characters)}" + (
        f" and emptied {report.emptied_documents:,} documents" if report.emptied_documents else ""
    )
    quantiles = inspection.length_quantiles().items()
    yield f"lengths in {NAMES[vocabulary.unit]}: " + ", ".join(
        f"{_share(share)} {value:,}" for share, value in quantiles
    )
    yield f"{report.distinct_tokens:,} distinct {NAMES[vocabulary.unit]}, the most frequent:"
    most = inspection.tokens[:_ROWS]
    names = token_names([token for token, _ in most])
    named = zip(names, [count for _, count in most], strict=True)
    yield from _table([*named, *inspection.tokens[_ROWS:]])
    if inspection.unknown:
        yield f"{inspection.unknown:,} are unknown: rarer than dataset.min_count, or not in train"
    if inspection.labels:
        yield f"{len(inspection.labels):,} labels, documents of each:"
        yield from _table(sorted(inspection.labels, key=lambda item: (-item[1], item[0])))
    yield from _entropies(corpus, inspection)


def draw(corpus: Corpus, inspection: Inspection, folder: Path) -> list[Path]:
    """Writes the pictures.

    Raises:
        RunError: if the folder cannot be written.
    """
    figures = {
        "bigrams.png": bigram_figure(*bigram_table(corpus)),
        "lengths.png": length_figure(inspection.lengths, NAMES[corpus.vocabulary.unit]),
    }
    if inspection.labels:
        figures["labels.png"] = label_figure(inspection.labels)
    files = [folder / name for name in figures]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, figure in zip(files, figures.values(), strict=True):
            write_bytes(file, to_png(figure))
    except OSError as error:
        raise RunError(
            f"cannot write the pictures to {folder}: {error.strerror}; give another folder by "
            "output="
        ) from error
    return files


def _parts(corpus: Corpus) -> str:
    if len(corpus.splits) == 1:
        return ""
    report = corpus.report
    return "; given parts: " + ", ".join(
        f"{name} {report.split_documents[name]:,} documents" for name in corpus.splits
    )


def _examples(counts: dict[str, int]) -> str:
    most = sorted(counts.items(), key=lambda item: -item[1])[:5]
    listed = ", ".join(f"{token_name(char)} {count:,}×" for char, count in most)
    return f" ({listed})" if listed else ""


def _share(share: float) -> str:
    return {0.0: "shortest", 0.5: "median", 1.0: "longest"}.get(share, f"{share:.0%}")


def _table(items: Sequence[tuple[str, int]]) -> Iterator[str]:
    total = sum(count for _, count in items)
    for name, count in items[:_ROWS]:
        yield f"  {name}{' ' * (14 - cell_len(name))} {count:>12,}  {count / total:7.2%}"
    rest = items[_ROWS:]
    if rest:
        yield f"  and {len(rest):,} more {sum(count for _, count in rest):>9,}"


def _entropies(corpus: Corpus, inspection: Inspection) -> Iterator[str]:
    entropies, vocabulary = inspection.entropies, corpus.vocabulary
    token = NAMES[vocabulary.unit].removesuffix("s")
    ends = " (end marks are predicted too)" if corpus.layout == "sequences" else ""
    yield f"entropy in bits per {token}{ends}:"
    per_character = sum(corpus.report.split_characters.values()) / max(1, corpus.report.characters)
    for order, bits in entropies.bits.items():
        others = "" if vocabulary.unit == "char" else f", {bits * per_character:.4f} per character"
        yield f"  {order:<8} {bits:.4f} (perplexity {2**bits:.2f}){others}"
    if entropies.counted < entropies.predictions:
        yield f"  (counted on the first {entropies.counted:,} of {entropies.predictions:,})"
    yield (
        "  These are of the text itself, so the longer contexts flatter: new text is harder. A "
        "training run prints an interpolated trigram's figure on the test part beside its own."
    )
