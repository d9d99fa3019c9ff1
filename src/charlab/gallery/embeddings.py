"""What a network has learnt of tokens and of whole texts, as points of a plane."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from charlab.data.tokens.ragged import EncodedSplit, Ragged, chunks, cut_windows
from charlab.data.tokens.vocabulary import FIRST, NAMES, Vocabulary
from charlab.evaluation.examples import drawn
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.figures.markup import table
from charlab.figures.picture import Part, Picture
from charlab.figures.points import label_plane_figure, token_plane_figure
from charlab.figures.token_names import token_names
from charlab.inspection.embeddings import (
    final_states,
    nearest_neighbours,
    principal_components,
    recurrent_parts,
    token_vectors,
)
from charlab.models.recurrent import RecurrentModel
from charlab.tasks.task import Task

MOST_STATES = 3_000  # texts; more points cover one another
_MOST_TOKENS = 160  # that can be told apart in a plane, the most frequent
_NEIGHBOURS = 5
_SCRIPTS = {"CJK": "Han"}
_VOWELS = "aeiouyæœøı"


def embedding_pictures(
    task: Task[Any], trained: TrainedNetwork[Any], split: str
) -> Iterator[Picture]:
    """Tokens in a plane with their neighbours, and the states in which labelled texts leave."""
    parts = recurrent_parts(trained.network)
    vocabularies = (task.data.vocabulary, task.data.target_vocabulary)
    known = (("", "text"), ("target-", "target"))
    train = trained.corpus.splits["train"]
    read = zip(parts, vocabularies, (train, train.targets), known, strict=False)
    for model, vocabulary, ragged, (prefix, of) in read:
        if vocabulary is not None and ragged is not None and vocabulary.size > FIRST + 1:
            yield from _tokens(model, vocabulary, ragged, prefix, of)
    texts = state_texts(task, trained, split)
    if parts and texts is not None and texts.labels is not None:
        yield Picture(
            "states",
            "What is left of a text",
            f"The last layer's hidden state (of both directions where there are two) at the end "
            f"of {texts.documents:,} texts of the {split} part, in the plane in which they differ "
            "most (principal components), each with its label.",
            lambda: [_states(parts[0], texts, trained.corpus.labels)],
            "embeddings",
        )


def state_texts(task: Task[Any], trained: TrainedNetwork[Any], split: str) -> EncodedSplit | None:
    """Texts whose final states are looked at: documents, or labelled windows of a stream."""
    documents = trained.corpus.splits.get(split)
    if documents is None or not documents.documents:
        return None
    if trained.corpus.layout == "stream":
        documents = cut_windows(documents, task.run.dataset.seq_len)
    return drawn(documents, trained.seed, MOST_STATES)


def _tokens(
    model: RecurrentModel, vocabulary: Vocabulary, train: Ragged, prefix: str, of: str
) -> Iterator[Picture]:
    chosen = _frequent_tokens(train, vocabulary)
    vectors = token_vectors(model)[chosen]
    tokens = [vocabulary.tokens[i - FIRST] for i in chosen.tolist()]
    one = NAMES[vocabulary.unit].removesuffix("s")
    vector = (
        "learned embedding"
        if model.input.embedding is not None
        else "column of the input weights (its input is one-hot and has no embedding)"
    )

    def plane() -> list[Part]:
        kinds = [token_kind(token, vocabulary.unit) for token in tokens]
        places, shares = principal_components(vectors)
        return [token_plane_figure(places, shares.tolist(), tokens, kinds)]

    few = len(tokens) < len(vocabulary.tokens)
    size = (
        f"{'the ' if few else ''}{len(tokens):,} {'most frequent ' if few else ''}"
        f"{NAMES[vocabulary.unit]}, {vectors.shape[1]} numbers each"
    )
    yield Picture(
        f"{prefix}embeddings",
        f"Each {one} of the {of} as the network sees it",
        f"Each {one}'s {vector}, in the plane in which they differ most (principal components): "
        f"{size}. What behaves alike lies together.",
        plane,
        "embeddings",
    )
    yield Picture(
        f"{prefix}neighbours",
        f"Nearest neighbours of each {one} of the {of}",
        f"The tokens whose {vector} points most nearly the same way, with the cosine of the angle "
        "between (1: the same direction, 0: a right angle).",
        lambda: [_neighbours(vectors, tokens, one)],
        "embeddings",
    )


def _neighbours(vectors: npt.NDArray[np.float64], tokens: list[str], one: str) -> Part:
    """A table of each token's nearest ones; ``one`` is what a token is called."""
    places, cosines = nearest_neighbours(vectors, _NEIGHBOURS)
    names = token_names(tokens)
    rows = [
        (
            name,
            *(
                Markup("<bdi>{}</bdi> {:.2f}").format(names[place], cosine)
                for place, cosine in zip(near.tolist(), nearness.tolist(), strict=True)
            ),
        )
        for name, near, nearness in zip(names, places, cosines, strict=True)
    ]
    ranks = ["nearest", *(f"{rank}." for rank in range(2, places.shape[1] + 1))]
    return table([one, *ranks], rows)


def _frequent_tokens(train: Ragged, vocabulary: Vocabulary) -> npt.NDArray[np.int64]:
    """The ids of the most frequent tokens of the train part, ascending; marks are none."""
    counts = np.zeros(vocabulary.size, np.int64)
    for _, ids in chunks(train.ids):
        counts += np.bincount(ids, minlength=vocabulary.size)
    order = np.argsort(-counts[FIRST:], kind="stable")[:_MOST_TOKENS]
    return np.sort(order) + FIRST


def _states(model: RecurrentModel, texts: EncodedSplit, labels: tuple[str, ...]) -> Part:
    assert texts.labels is not None
    places, shares = principal_components(final_states(model, texts))
    return label_plane_figure(places, shares.tolist(), [labels[i] for i in texts.labels.tolist()])


def token_kind(token: str, unit: str) -> str:
    """What kind of character a token is or begins with; words are words.

    Vowels and consonants are those of Latin letters (and of phonemes written in them); others go
    by their script.
    """
    first = token[:1]
    category = unicodedata.category(first) if first else "C"
    if first.isspace() or category[0] in "CZ":
        return "white space and controls"
    if category[0] == "N":
        return "digit"
    if category[0] in "PS":
        return "punctuation"
    if unit == "word" and len(token) > 1:
        return "word"
    name = unicodedata.name(first, "other")
    if name.startswith("COMBINING"):
        return "combining mark"
    if not name.startswith("LATIN"):
        return f"{_SCRIPTS.get(script := re.split('[ -]', name)[0], script.capitalize())} letter"
    plain = unicodedata.normalize("NFD", first)[0].lower()
    return "vowel" if plain in _VOWELS else "consonant"


def states_and_labels(
    task: Task[Any], trained: TrainedNetwork[Any], split: str
) -> tuple[npt.NDArray[np.float64], list[tuple[str, str]]] | None:
    """The final states of texts, (N, F), each with the text and its label ("": none)."""
    parts, texts = recurrent_parts(trained.network), state_texts(task, trained, split)
    if not parts or texts is None or (parts[0].num_conditions and texts.labels is None):
        return None
    bounds = zip(texts.offsets[:-1].tolist(), texts.offsets[1:].tolist(), strict=True)
    spelled = [task.data.vocabulary.decode(texts.ids[a:b].tolist()) for a, b in bounds]
    labels = [""] * len(spelled)
    if texts.labels is not None:
        labels = [trained.corpus.labels[i] for i in texts.labels.tolist()]
    return final_states(parts[0], texts), list(zip(spelled, labels, strict=True))
