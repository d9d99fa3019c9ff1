import math
from collections import Counter

import pytest

from charlab.data.tokens.characters import CharacterVocabulary
from charlab.decoding.decoder import generate
from charlab.decoding.generation_config import GenerationConfig

vocabulary = CharacterVocabulary("abc")  # ids 2, 3, 4


def next_distribution(model, context, settings, *, documents, generated, condition=0):
    """The filtered distribution of the next id, written out in plain Python: {id: probability}."""
    before, last = ([0, *context])[-2:]
    logits = model.table[condition, before, last].tolist()
    ruled_out = {1, *vocabulary.encode(settings.banned).tolist()}
    if not documents or generated < settings.min_length:
        ruled_out.add(0)
    left = {i: value for i, value in enumerate(logits) if i not in ruled_out}
    weights = {i: math.exp(value / settings.temperature) for i, value in left.items()}
    ranked = sorted(weights, key=lambda i: -weights[i])[: settings.top_k]
    total = sum(weights[i] for i in ranked)
    kept: dict[int, float] = {}
    for i in ranked:
        if sum(kept.values()) < (settings.top_p or 1):
            kept[i] = weights[i] / total
    return {i: p / sum(kept.values()) for i, p in kept.items()}


def text_distribution(model, settings, *, prompt, documents, condition=0):
    """Exact probability of every text after the prompt."""
    found: Counter[str] = Counter()
    start = [0] if documents else []
    prompt_ids = [*start, *vocabulary.encode(prompt).tolist()]

    def walk(ids, probability):
        if len(ids) == settings.length:
            found[vocabulary.decode(ids)] += probability
            return
        following = next_distribution(
            model, prompt_ids + ids, settings,
            documents=documents, generated=len(ids), condition=condition,
        )  # fmt: skip
        for i, p in following.items():
            if i == 0:
                found[vocabulary.decode(ids)] += probability * p
            else:
                walk([*ids, i], probability * p)

    walk([], 1.0)
    return found


def assert_follows(samples, exact):
    counts = Counter(sample.continuation for sample in samples)
    assert set(counts) <= set(exact)
    n = len(samples)
    rare = [text for text, p in exact.items() if n * p < 5]  # pooled, as the test asks
    cells = [(counts[text], n * p) for text, p in exact.items() if text not in rare]
    if rare:
        cells.append((sum(counts[text] for text in rare), n * sum(exact[text] for text in rare)))
    chi_square = sum((seen - expected) ** 2 / expected for seen, expected in cells)
    freedom = len(cells) - 1
    assert chi_square < freedom + 4 * math.sqrt(2 * freedom)


@pytest.mark.parametrize(
    ("documents", "prompt", "values"),
    [
        (True, "", {}),
        (True, "ca", {}),
        (False, "b", {}),
        (True, "", {"temperature": 0.5}),
        (False, "b", {"temperature": 2.0, "top_k": 3}),
        (True, "ca", {"top_p": 0.7}),
        (True, "", {"temperature": 1.5, "top_k": 3, "top_p": 0.8, "min_length": 2}),
        (False, "b", {"temperature": 1.5, "top_k": 3, "top_p": 0.8, "min_length": 2}),
        (True, "ca", {"banned": "b", "min_length": 3}),
    ],
    ids=str,
)
def test_frequencies_follow_the_exact_distribution(make_model, values, documents, prompt):
    model = make_model(vocabulary, seed=1)
    settings = GenerationConfig(length=3, seed=11, **values)
    samples = generate(model, vocabulary, settings, documents=documents, prompt=prompt, count=4000)
    exact = text_distribution(model, settings, prompt=prompt, documents=documents)
    assert sum(exact.values()) == pytest.approx(1)
    assert_follows(samples, exact)


def test_each_condition_has_its_own_distribution(make_model):
    model = make_model(vocabulary, conditions=3)
    settings = GenerationConfig(length=2, seed=4)
    conditions = [2, 0, 0, 2, 1] * 900
    samples = generate(
        model, vocabulary, settings, documents=True, prompt="a", count=4500,
        conditions=conditions, labels=["x", "y", "z"],
    )  # fmt: skip
    for condition, label in enumerate("xyz"):
        exact = text_distribution(model, settings, prompt="a", documents=True, condition=condition)
        assert_follows([sample for sample in samples if sample.label == label], exact)
