"""The model beside which a tagger's metrics are read: the most frequent tag of each word."""

from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np

from charlab.data.corpus import Corpus
from charlab.tasks.tag.words import blank_tokens


def frequent_tag_metrics(corpus: Corpus) -> dict[str, float]:
    """Accuracy, on the last part there is, of giving each word its most frequent tag in train.

    A word (or character, where each has a tag) that train lacks is given the tag that is most
    frequent among the words that occur once there.
    """
    split = corpus.held_out
    if split is None or not corpus.tags:
        return {}
    counts: defaultdict[bytes, Counter[int]] = defaultdict(Counter)
    for word, tag in _words(corpus, "train"):
        counts[word][tag] += 1
    single = Counter(tag for tags in counts.values() if tags.total() == 1 for tag in tags)
    overall = sum(counts.values(), Counter[int]())
    guess = _most_frequent(single or overall)
    known = {word: _most_frequent(tags) for word, tags in counts.items()}
    answers = [(known.get(word, guess), tag) for word, tag in _words(corpus, split)]
    right = sum(answer == tag for answer, tag in answers)
    return {f"{split}/frequent_tag_accuracy": right / max(1, len(answers))}


def _most_frequent(tags: Counter[int]) -> int:
    return max(tags, key=lambda tag: (tags[tag], -tag))


def _words(corpus: Corpus, name: str) -> Iterator[tuple[bytes, int]]:
    """What has a tag, without white space before it, and the tag."""
    split = corpus.splits[name]
    assert split.tags is not None
    ids, tags = split.ids[:], split.tags
    ends = np.flatnonzero(tags) + 1
    document = np.searchsorted(split.offsets, ends - 1, side="right") - 1
    begins = np.maximum(np.append(0, ends[:-1]), split.offsets[document])
    places = np.where(blank_tokens(split, corpus.vocabulary), len(ids), np.arange(len(ids)))
    inked = np.minimum.accumulate(places[::-1])[::-1]  # from each place the first that is not blank
    begins = np.minimum(inked[begins], ends - 1)
    spans = zip(begins.tolist(), ends.tolist(), tags[ends - 1].tolist(), strict=True)
    for begin, end, tag in spans:
        yield ids[begin:end].tobytes(), tag
