"""What a corpus must hold before a task can train on it and be measured."""

from charlab.data.corpus import Corpus
from charlab.data.tokens.vocabulary import NAMES
from charlab.errors import DataError


def require_classes(corpus: Corpus) -> None:
    """Refuses documents with fewer than two labels.

    Raises:
        DataError: if so.
    """
    if not corpus.labels:
        raise DataError(
            "classification needs labels and the documents have none: "
            "give a folder with one file for each class as dataset.path, a table's column as "
            "dataset.label_column, or use task=generate"
        )
    if len(corpus.labels) == 1:
        raise DataError(
            f"classification needs two classes or more and all documents are of the one class "
            f"{corpus.labels[0]!r}: add documents of another, or use task=generate"
        )


def require_tags(corpus: Corpus) -> None:
    """Refuses documents with fewer than two tags, and a part that has text and no tag.

    Raises:
        DataError: if so.
    """
    if len(corpus.tags) == 1:
        raise DataError(
            f"tagging needs two tags or more and all are {corpus.tags[0]!r}: "
            "add documents with another"
        )
    if not corpus.tags:
        raise DataError(
            "tagging needs tags and the documents have none: take dataset=python_tokens, accents, "
            "conllu, copying, or a table's column as dataset.tag_column"
        )
    for split, part in corpus.splits.items():
        if part.characters and part.tags is not None and not part.tags.any():
            raise DataError(
                f"no {NAMES[corpus.vocabulary.unit].removesuffix('s')} of the {split} part has a "
                "tag: tag some, or go without that part"
            )


def require_targets(corpus: Corpus) -> None:
    """Refuses documents without targets.

    Raises:
        DataError: if they have none.
    """
    if corpus.target_vocabulary is None:
        raise DataError(
            "transduction needs targets and the documents have none: take dataset=dates, "
            "pronunciations, pairs, or a table's column as dataset.target_column"
        )


def require_window(corpus: Corpus, seq_len: int) -> None:
    """Refuses a stream whose train part is shorter than one window of T = ``seq_len``.

    Raises:
        DataError: if so.
    """
    length = corpus.splits["train"].characters
    if length >= seq_len + 1:
        return
    remedy = "give more text"
    if length > 1:
        remedy += f" or set dataset.seq_len to {length - 1} or less"
    names = NAMES[corpus.vocabulary.unit]
    raise DataError(
        f"the train part of the text has {length} {names} and one window with the "
        f"{names.removesuffix('s')} after it takes {seq_len + 1} "
        f"(dataset.seq_len={seq_len}): {remedy}"
    )


def require_measurable(corpus: Corpus, *, tokens: bool) -> None:
    """Refuses a part in which there is nothing to predict.

    Args:
        corpus: what was built.
        tokens: whether every next token is predicted (the first of a stream's document is not).

    Raises:
        DataError: if there is one.
    """
    whole = sum(part.characters for part in corpus.splits.values())
    documents = "documents (none is cut, those of one file stay together), each label some"
    more = "text" if corpus.report.cut_documents else documents
    for split, part in corpus.splits.items():
        stream = corpus.layout == "stream" and tokens
        needed = max(part.documents, 1) + 1 if stream else 1
        if part.characters < needed:
            raise DataError(
                f"the {split} part has {part.characters} of {whole} "
                f"{NAMES[corpus.vocabulary.unit]} and needs at least {needed}: give more {more}, "
                "or change dataset.split.fractions (a fraction of 0 goes without that part)"
            )
