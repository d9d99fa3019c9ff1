"""Corpora of a few documents."""

from collections.abc import Iterable
from typing import Any

from charlab.data.corpus import Corpus, build_corpus
from charlab.data.documents.document import AnyDocument


def short_documents(documents: Iterable[AnyDocument], fields: tuple[str, ...] = ()) -> Corpus:
    """Documents that are sequences; those that are given no split are the train part."""
    return build_corpus(
        documents,
        normalize="nfc",
        layout="sequences",
        fractions=(1.0, 0.0, 0.0),
        split_seed=0,
        fields=fields,
    )


EIGHTY = (0.8, 0.1, 0.1)


def divided(documents: Iterable[AnyDocument], **options: Any) -> Corpus:
    """Documents of which eight in ten are trained on, if the options say nothing else."""
    defaults: dict[str, Any] = {
        "normalize": "nfc",
        "layout": "auto",
        "fractions": EIGHTY,
        "split_seed": 3,
    }
    return build_corpus(documents, **(defaults | options))
