"""``inspect_data.py``: what a dataset is made of, before anything is trained on it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.text import Text

from charlab.builders.corpus import read_corpus
from charlab.config.compose import Composition
from charlab.config.hydra_app import check
from charlab.config.overrides import protect
from charlab.config.schema import RunOptions
from charlab.config.validation import build, to_plain
from charlab.data.corpus import Corpus
from charlab.data.tokens.vocabulary import NAMES, counted_tokens
from charlab.errors import RunError
from charlab.evaluation.dataset_statistics import (
    Inspection,
    Ints,
    bigram_table,
    inspect_corpus,
    length_quantiles,
)
from charlab.figures import to_png
from charlab.figures.data import bigram_figure, label_figure, length_figure
from charlab.figures.token_names import token_name, token_names
from charlab.system.files import user_path, write_bytes
from charlab.system.style import line, styled
from charlab.system.terminal import show, start_logging, told, visible
from charlab.system.words import counted

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
    show(told("pictures", styled(", ".join(map(str, draw(corpus, inspection, folder))), "path")))
    return 0


def undivided(options: RunOptions) -> RunOptions:
    """The same with all text in one part, and no token too rare; parts given by file stay."""
    plain = to_plain(options)
    plain["dataset"]["split"]["fractions"] = [1.0, 0.0, 0.0]
    if options.dataset.unit != "word":
        plain["dataset"]["min_count"] = 1
    return build(RunOptions, plain)


def describe(corpus: Corpus, inspection: Inspection, name: str) -> Iterator[Text]:
    """The figures, line by line."""
    report, unit = corpus.report, corpus.vocabulary.unit
    documents, characters = _documents(report.documents), counted(report.characters, "character")
    yield told(name, f"{documents}, {characters}")
    if unit != "char":
        tokens = sum(report.split_characters.values())
        each = report.characters / max(1, tokens)
        yield line(f"{counted_tokens(tokens, unit)}, {each:.2f} characters each in the mean")
    yield line(f"layout {corpus.layout}", _parts(corpus))
    yield line(report.repeats_in_words)
    if report.repeats_dropped:
        yield line(report.left_out_in_words)
    dropped = counted(sum(report.dropped_characters.values()), "character")
    emptied = f" and emptied {_documents(report.emptied_documents)}"
    examples = _examples(report.dropped_characters)
    yield line(
        f"normalization dropped {dropped}{examples}{emptied if report.emptied_documents else ''}"
    )
    yield told(f"lengths in {NAMES[unit]}", _lengths(inspection.lengths))
    yield from _tokens(f"{report.distinct_tokens:,} distinct {NAMES[unit]}", inspection.tokens)
    if inspection.unknown:
        are = "is" if inspection.unknown == 1 else "are"
        yield line(
            f"{inspection.unknown:,} {are} unknown: rarer than dataset.min_count, or not in train"
        )
    if inspection.labels:
        yield line(
            styled(counted(len(inspection.labels), "label"), "heading"), ", documents of each:"
        )
        yield from _table(sorted(inspection.labels, key=lambda item: (-item[1], item[0])))
    yield from _fields(corpus, inspection)
    yield from _entropies(corpus, inspection)


def _fields(corpus: Corpus, inspection: Inspection) -> Iterator[Text]:
    """Tags and targets, where there are any."""
    if tags := sorted(inspection.tags, key=lambda item: (-item[1], item[0])):
        yield line(styled(counted(len(tags), "tag"), "heading"), ", how often each is told:")
        yield from _table(tags)
    if corpus.target_vocabulary is not None:
        unit, lengths = corpus.target_vocabulary.unit, inspection.target_lengths
        targets = f"{counted(len(lengths), 'target')}, {counted_tokens(int(lengths.sum()), unit)}"
        yield line(styled(targets, "heading"))
        yield told(f"their lengths in {NAMES[unit]}", _lengths(lengths))
        distinct = len(inspection.target_tokens)
        yield from _tokens(f"{distinct:,} distinct {NAMES[unit]} in them", inspection.target_tokens)


def _lengths(lengths: Ints) -> str:
    quantiles = length_quantiles(lengths).items()
    return ", ".join(f"{_share(share)} {value:,}" for share, value in quantiles)


def _tokens(heading: str, tokens: Sequence[tuple[str, int]]) -> Iterator[Text]:
    """The most frequent of some tokens, by names that can be read."""
    yield line(styled(heading, "heading"), ", the most frequent:")
    names = token_names([token for token, _ in tokens[:_ROWS]])
    named = zip(names, [count for _, count in tokens[:_ROWS]], strict=True)
    yield from _table([*named, *tokens[_ROWS:]])


def _documents(count: int) -> str:
    return counted(count, "document")


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
        f"{name} {_documents(report.split_documents[name])}" for name in corpus.splits
    )


def _examples(counts: dict[str, int]) -> str:
    most = sorted(counts.items(), key=lambda item: -item[1])[:5]
    listed = ", ".join(f"{token_name(char)} {count:,}×" for char, count in most)
    return f" ({listed})" if listed else ""


def _share(share: float) -> str:
    return {0.0: "shortest", 0.5: "median", 1.0: "longest"}.get(share, f"{share:.0%}")


def _table(items: Sequence[tuple[str, int]]) -> Iterator[Text]:
    total = sum(count for _, count in items)
    for name, count in items[:_ROWS]:
        shown = line(f"  {visible(name)}")
        shown.pad_right(max(0, 16 - shown.cell_len))
        yield line(shown, f" {count:>12,}", styled(f"  {count / total:7.2%}", "dim"))
    rest = items[_ROWS:]
    if rest:
        others, count = f"  and {len(rest):,} more", sum(count for _, count in rest)
        yield styled(f"{others:<16} {count:>12,}  {count / total:7.2%}", "dim")


def _entropies(corpus: Corpus, inspection: Inspection) -> Iterator[Text]:
    entropies, unit = inspection.entropies, corpus.vocabulary.unit
    token = NAMES[unit].removesuffix("s")
    ends = " (end marks are predicted too)" if corpus.layout == "sequences" else ""
    yield line(styled("entropy", "heading"), f" in bits per {token}{ends}:")
    per_character = sum(corpus.report.split_characters.values()) / max(1, corpus.report.characters)
    for order, bits in entropies.bits.items():
        others = "" if unit == "char" else f", {bits * per_character:.4f} per character"
        yield line(f"  {order:<8} {bits:.4f} (perplexity {2**bits:.2f}){others}")
    if entropies.counted < entropies.predictions:
        yield line(f"  (counted on the first {entropies.counted:,} of {entropies.predictions:,})")
    yield line(
        "  These are of the text itself, so the longer contexts flatter: new text is harder. A "
        "training run prints an interpolated trigram's figure on the test part beside its own."
    )
