"""Tags, targets and groups from documents to the splits of a corpus."""

import unicodedata
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data.corpus import Corpus, build_corpus
from charlab.data.documents.document import Document
from charlab.data.documents.normalize import normalize_tagged, normalize_text
from charlab.errors import DataError

OPTIONS = {"normalize": "nfc", "layout": "auto", "fractions": (0.6, 0.2, 0.2), "split_seed": 0}


def tagged(text: str, kinds: str) -> Document:
    """A document whose tags are single letters; a blank is none."""
    return Document(text, tags=[kind if kind.strip() else None for kind in kinds])


def read_back(corpus: Corpus) -> set[tuple[str, str]]:
    """Each document with its tags, as `tagged` takes them."""
    found = set()
    for split in corpus.splits.values():
        assert split.tags is not None
        for begin, end in zip(split.offsets[:-1], split.offsets[1:], strict=True):
            kinds = ["" if not i else corpus.tags[i - 1] for i in split.tags[begin:end]]
            text = corpus.vocabulary.decode(split.ids[begin:end].tolist())
            found.add((text, "".join(kind or " " for kind in kinds)))
    return found


@pytest.mark.parametrize("layout", ["sequences", "stream"])
def test_every_token_keeps_its_tag(layout):
    pairs = {(f"ab{i}", "XY ") for i in range(10)} | {(f"{i}ba", " ZX") for i in range(10)}
    docs = [tagged(*pair) for pair in sorted(pairs)]
    fractions = (1.0, 0.0, 0.0) if layout == "stream" else (0.6, 0.2, 0.2)
    corpus = build_corpus(
        docs, fields=("tags",), **(OPTIONS | {"layout": layout, "fractions": fractions})
    )
    assert corpus.tags == ("X", "Y", "Z")
    assert read_back(corpus) == {(text, kinds) for text, kinds in pairs}


def test_a_tag_stands_at_the_last_byte_of_its_character():
    docs = [tagged("aé語", "XYZ"), tagged("éé", "Y ")]
    options = OPTIONS | {"fractions": (1.0, 0.0, 0.0), "layout": "sequences"}
    train = build_corpus(docs, unit="byte", fields=("tags",), **options).splits["train"]
    assert train.tags is not None
    bounds = pairwise(train.offsets.tolist())
    lines = [train.tags[a:b].tolist() for a, b in bounds]
    assert sorted(lines) == sorted([[1, 0, 2, 0, 0, 3], [0, 2, 0, 0]])


@given(
    st.text("aé\u0301e\u0302語ﬁİ ᄒ\u1161\u11ab"), st.sampled_from(["nfc", "nfkc", "ascii+lower"])
)
def test_normalizing_keeps_as_many_tags_as_text(text, steps):
    steps = steps.split("+")
    dropped: Counter[str] = Counter()
    found, kept = normalize_tagged(text, list(text), steps, dropped)
    assert len(found) == len(kept)
    assert found == normalize_text(text, steps, Counter())
    for character, tag in zip(found, kept, strict=True):
        if steps == ["nfc"] and tag is not None:
            parts = unicodedata.normalize("NFD", character)
            assert unicodedata.normalize("NFD", tag)[-1] in parts


def test_a_dropped_character_hands_its_tag_on():
    assert normalize_tagged("ab語 c", [None, None, "N", None, "V"], ["ascii"], Counter()) == (
        "ab c",
        [None, "N", None, "V"],
    )


def test_targets_have_a_vocabulary_of_the_train_part():
    words = {f"w{i}": f"A{i % 3} B" for i in range(20)} | {"rare": "Q"}
    docs = [Document(word, split="train", target=sounds) for word, sounds in words.items()]
    docs += [Document("other", split="val", target="B  NEW")]
    corpus = build_corpus(
        docs, fields=("target",), target_unit="symbol", **(OPTIONS | {"fractions": (1.0, 0.0, 0.0)})
    )
    vocabulary = corpus.target_vocabulary
    assert vocabulary is not None
    assert vocabulary.tokens == ("A0", "A1", "A2", "B", "Q")
    for name, expected in (("train", words), ("val", {"other": "B \ufffd"})):
        split = corpus.splits[name]
        assert split.targets is not None
        found = {}
        for i in range(split.documents):
            text = split.ids[int(split.offsets[i]) : int(split.offsets[i + 1])]
            target = split.targets.ids[
                int(split.targets.offsets[i]) : int(split.targets.offsets[i + 1])
            ]
            found[corpus.vocabulary.decode(text.tolist())] = vocabulary.decode(target.tolist())
        assert {k.replace("\ufffd", ""): v for k, v in found.items()} == {
            "".join(c for c in k if c in corpus.vocabulary.tokens): v for k, v in expected.items()
        }


@settings(max_examples=50)
@given(st.lists(st.integers(1, 40), min_size=3, max_size=20), st.integers(0, 9))
def test_a_group_is_never_in_two_splits(sizes, seed):
    docs = [
        Document(f"0123456789 {g:02} {i:02}", group=f"g{g}")
        for g, n in enumerate(sizes)
        for i in range(n)
    ]
    corpus = build_corpus(docs, **(OPTIONS | {"layout": "sequences", "split_seed": seed}))
    sides = [
        {text.split()[1] for text in _texts(corpus, name)} for name in ("train", "val", "test")
    ]
    assert sum(map(len, sides)) == len(set.union(*sides)) == len(sizes)
    for side, fraction in zip(sides, (0.6, 0.2, 0.2), strict=True):
        count = sum(sizes[int(g)] for g in side)
        assert abs(count - fraction * sum(sizes)) <= max(sizes)


def _texts(corpus: Corpus, name: str) -> list[str]:
    split = corpus.splits[name]
    pieces = zip(split.offsets[:-1].tolist(), split.offsets[1:].tolist(), strict=True)
    return [corpus.vocabulary.decode(split.ids[a:b].tolist()) for a, b in pieces]


def test_what_no_task_asks_for_changes_nothing():
    plain = [Document(f"word {i}") for i in range(20)]
    rich = [doc._replace(target="x", tags=["T"] * len(doc.text)) for doc in plain]
    bare, left = build_corpus(plain, **OPTIONS), build_corpus(rich, **OPTIONS)
    assert bare.fingerprint == left.fingerprint
    assert (left.tags, left.target_vocabulary) == ((), None)
    wanted = build_corpus(rich, fields=("target", "tags"), **OPTIONS)
    assert wanted.fingerprint != bare.fingerprint
    assert np.array_equal(wanted.splits["train"].ids[:], bare.splits["train"].ids[:])


def test_all_documents_have_a_field_or_none():
    docs = [Document("ab", tags=["X", "Y"]), Document("abc"), Document("abd")]
    with pytest.raises(DataError, match=r"^2 of 3 documents have no tags$"):
        build_corpus(docs, fields=("tags",), **OPTIONS)


def test_a_limit_cuts_tags_with_their_text_and_no_pair():
    long = tagged("ab" * 200, "XY" * 200)
    options = OPTIONS | {"fractions": (1.0, 0.0, 0.0)}
    cut = build_corpus([long], fields=("tags",), limit=301, **options)
    assert cut.splits["train"].tags is not None
    assert cut.splits["train"].tags.tolist() == [1, 2] * 150 + [1]
    pairs = [Document("ab" * 200, target="c" * 9), Document("abba", target="d")]
    kept = build_corpus(pairs, fields=("target",), limit=101, **options)
    assert kept.splits["train"].characters == 400
    assert kept.splits["train"].documents == 1


def test_what_counts_once_has_the_same_fields():
    docs = [tagged("ab", "XY"), tagged("ab", "XX"), tagged("ab", "XY"), tagged("ba", "YY")]
    options = OPTIONS | {"fractions": (1.0, 0.0, 0.0), "layout": "sequences"}
    corpus = build_corpus(docs, fields=("tags",), distinct=True, **options)
    assert (corpus.report.documents, corpus.report.repeats_dropped) == (3, 1)
    pairs = [Document("a", target=target) for target in "xyx"]
    corpus = build_corpus(
        [*pairs, Document("b", target="x")], fields=("target",), distinct=True, **options
    )
    assert (corpus.report.documents, corpus.report.repeats_dropped) == (3, 1)
