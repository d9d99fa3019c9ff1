import copy
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data.batches.batch import IGNORE, Batch, BatchForm, Shard
from charlab.data.batches.evaluation import evaluation_batches
from charlab.data.tokens.vocabulary import EOS
from charlab.evaluation.bits_per_character import OriginalText, split_text
from charlab.evaluation.evaluate import measure
from charlab.evaluation.labels import macro_f1
from charlab.evaluation.metrics import token_metrics
from charlab.models import Classifier, LanguageModel, build_model
from charlab.models.state import carried_state
from charlab.tasks.classify.task import ClassificationMeter
from charlab.tasks.generate.task import GenerationMeter
from charlab.testing.model_contract import randomize

SENTENCE = "the quick brown fox jumps over the lazy dog; "


def language_model(size, *, conditions=0, dropout=0.0):
    torch.manual_seed(1)
    model = LanguageModel(
        build_model(
            "lstm",
            vocabulary_size=size,
            hidden_size=5,
            num_layers=2,
            embedding_size=4,
            num_conditions=conditions,
            dropout=dropout,
        )
    )
    randomize(model)
    return model


def by_hand(model, ids, targets, condition=None):
    """Loss and right guesses of one text, character by character in double precision."""
    model = copy.deepcopy(model).double().eval()
    state, loss, right = model.init_state(1), 0.0, 0
    condition = None if condition is None else torch.tensor([condition])
    for read, wanted in zip(ids, targets, strict=True):
        with torch.no_grad():
            logits, state = model.step(torch.tensor([read]), state, condition=condition)
        loss -= logits[0].log_softmax(-1)[wanted].item()
        right += int(logits[0].argmax().item() == wanted)
    return loss, right


# Generation


@pytest.fixture(scope="module")
def stream(make_corpus):
    corpus = make_corpus([(SENTENCE * 6, None)], layout="stream", fractions=(0.4, 0.6, 0.0))
    model = language_model(corpus.vocabulary.size)
    ids = corpus.splits["val"].ids.tolist()
    loss, right = by_hand(model, ids[:-1], ids[1:])
    return corpus.splits["val"], model, loss / (len(ids) - 1), right / (len(ids) - 1)


@settings(max_examples=25)
@given(budget=st.integers(1, 400), lanes=st.none() | st.integers(1, 9))
def test_a_stream_s_figures_are_exact_whatever_the_batches(stream, budget, lanes):
    part, model, loss, accuracy = stream
    # All of this text is within the burn-in, so every lane reads it from the beginning.
    assert part.characters <= 256
    batches = evaluation_batches(
        part, layout="stream", form=BatchForm.NEXT, seq_len=3, lanes=lanes, budget=budget
    )
    metrics = measure(model, GenerationMeter(model), batches)
    assert metrics["loss"] == pytest.approx(loss, rel=1e-6)
    assert metrics["perplexity"] == pytest.approx(math.exp(loss), rel=1e-6)
    assert metrics["bits_per_char"] == pytest.approx(math.log2(math.e) * loss, rel=1e-6)
    assert metrics["accuracy"] == accuracy


@pytest.fixture(scope="module")
def names(make_corpus):
    texts = [(f"{a}{b * n}", label) for n in (1, 2, 6) for a, b, label in ("abx", "cdy", "eaz")]
    corpus = make_corpus(texts * 2, layout="sequences", fractions=(1.0, 0.0, 0.0))
    return corpus, corpus.splits["train"]


@pytest.mark.parametrize("conditional", [False, True])
@pytest.mark.parametrize("budget", [1, 7, 20, 10_000])
def test_documents_figures_are_exact_whatever_the_batches(names, budget, conditional):
    corpus, part = names
    model = language_model(corpus.vocabulary.size, conditions=3 if conditional else 0)
    loss, right, characters = 0.0, 0, 0
    for i, (begin, end) in enumerate(zip(part.offsets[:-1], part.offsets[1:], strict=True)):
        ids = part.ids[begin:end].tolist()
        label = int(part.labels[i]) if conditional else None
        document = by_hand(model, [EOS, *ids], [*ids, EOS], label)
        loss, right = loss + document[0], right + document[1]
        characters += len(ids) + 1
    batches = evaluation_batches(
        part,
        layout="sequences",
        form=BatchForm.CONDITIONAL if conditional else BatchForm.NEXT,
        seq_len=1,
        budget=budget,
    )
    metrics = measure(model, GenerationMeter(model), batches)
    assert metrics["loss"] == pytest.approx(loss / characters, rel=1e-6)
    assert metrics["accuracy"] == right / characters


def window(ids, targets, fresh):
    characters = sum(target != IGNORE for row in targets for target in row)
    return Batch(
        torch.tensor(ids),
        torch.tensor(targets),
        lengths=None,
        fresh=None if fresh is None else torch.tensor(fresh),
        labels=None,
        characters=characters,
        predictions=characters,
    )


def test_the_state_is_carried_in_each_lane_until_it_starts_anew():
    model = language_model(7)
    meter = GenerationMeter(model)
    meter.update(window([[2, 3], [4, 5]], [[3, 4], [5, 6]], [True, True]))
    meter.update(window([[4], [6]], [[2], [3]], None))
    meter.update(window([[2], [0]], [[6], [2]], [False, True]))
    meter.update(window([[5]], [[5]], [True]))  # another number of lanes
    lanes = [
        ([2, 3, 4, 2], [3, 4, 2, 6]),
        ([4, 5, 6], [5, 6, 3]),
        ([0], [2]),
        ([5], [5]),
    ]
    total = sum(by_hand(model, *lane)[0] for lane in lanes)
    assert meter.compute()["loss"] == pytest.approx(total / 9, rel=1e-6)


def test_what_is_carried():
    state = tuple(torch.randn(2, 3, 4) for _ in range(2))

    def carried(fresh, before=state):
        return carried_state(before, fresh)

    assert carried(None) is state
    assert carried(None, None) is None
    assert carried(torch.tensor([True]), None) is None
    assert carried(torch.ones(2, dtype=torch.bool)) is None
    for part, before in zip(carried(torch.tensor([False, True, False])), state, strict=True):
        assert torch.equal(part[:, [0, 2]], before[:, [0, 2]])
        assert not part[:, 1].any()


def test_padding_is_not_counted():
    model = language_model(7)
    meter = GenerationMeter(model)
    meter.update(window([[0, 2, 3], [0, 4, 0]], [[2, 3, 0], [4, 0, IGNORE]], [True, True]))
    first, second = by_hand(model, [0, 2, 3], [2, 3, 0]), by_hand(model, [0, 4], [4, 0])
    metrics = meter.compute()
    assert metrics["loss"] == pytest.approx((first[0] + second[0]) / 5, rel=1e-6)
    assert metrics["accuracy"] == (first[1] + second[1]) / 5


@pytest.mark.parametrize("use", [BatchForm.NEXT, BatchForm.LABEL])
def test_figures_depend_neither_on_autocast_nor_on_dropout(names, use):
    corpus, part = names
    if use is not BatchForm.LABEL:
        model = language_model(corpus.vocabulary.size, dropout=0.5)
    else:
        recurrent = build_model(
            "gru", vocabulary_size=corpus.vocabulary.size, hidden_size=4, dropout=0.5
        )
        model = Classifier(recurrent, 3)
    meters = {BatchForm.NEXT: lambda: GenerationMeter(model)}
    meters[BatchForm.LABEL] = lambda: ClassificationMeter(model, 3)
    batches = evaluation_batches(part, layout="sequences", form=use, seq_len=1)
    model.train()
    plain = measure(model, meters[use](), batches)
    assert model.training
    with torch.autocast("cpu", torch.bfloat16):
        mixed = measure(model, meters[use](), batches)
    assert mixed == plain
    model.eval()
    assert measure(model, meters[use](), batches) == plain
    assert not model.training


def test_original_characters_of_a_stream_and_of_names(stream, names):
    part, model, loss, _ = stream
    text = OriginalText("char", part.characters, 0)
    batches = evaluation_batches(part, layout="stream", form=BatchForm.NEXT, seq_len=3)
    metrics = measure(model, GenerationMeter(model), batches, text)
    # The first character is not predicted, and that is all the difference.
    N = part.characters
    assert metrics["bits_per_original_char"] == pytest.approx(
        metrics["bits_per_char"] * (N - 1) / N
    )
    assert metrics["bits_per_original_char"] == pytest.approx(loss * (N - 1) / N / math.log(2))
    # Of names the end marks cost bits and are no characters.
    corpus, part = names
    model = language_model(corpus.vocabulary.size)
    batches = evaluation_batches(part, layout="sequences", form=BatchForm.NEXT, seq_len=1)
    metrics = measure(model, GenerationMeter(model, "byte"), batches, split_text(corpus, "train"))
    predictions = part.characters + part.documents
    bits = metrics["bits_per_byte"] * predictions
    assert metrics["bits_per_original_char"] == pytest.approx(bits / part.characters)
    assert "bits_per_char" not in metrics


def test_units():
    metrics = token_metrics(math.log(8))
    assert metrics == pytest.approx({"loss": math.log(8), "perplexity": 8, "bits_per_char": 3})
    assert token_metrics(math.log(8), "word")["bits_per_word"] == pytest.approx(3)
    assert token_metrics(800.0)["perplexity"] == math.inf
    assert math.isfinite(token_metrics(699.0)["perplexity"])


# Classification


class FixedLogits(torch.nn.Module):
    """Says of each text what stands in a table, whatever it reads."""

    def __init__(self, logits):
        super().__init__()
        self.logits = torch.tensor(logits)

    def forward(self, ids, lengths):
        return self.logits[ids[:, 0]]


def examples(targets, start=0):
    ids = torch.arange(start, start + len(targets))[:, None]
    lengths = torch.ones(len(targets), dtype=torch.int64)
    return Batch(ids, torch.tensor(targets), lengths, None, None, len(targets), len(targets))


def f1_by_hand(true, predicted, classes):
    scores = []
    for c in range(classes):
        tp = sum(t == c and p == c for t, p in zip(true, predicted, strict=True))
        said = sum(p == c for p in predicted)
        there = sum(t == c for t in true)
        if said == 0 and there == 0:
            continue
        precision = tp / said if said else 0.0
        recall = tp / there if there else 0.0
        both = precision + recall
        scores.append(2 * precision * recall / both if both else 0.0)
    return sum(scores) / len(scores)


@given(data=st.data(), classes=st.integers(2, 6), count=st.integers(1, 12))
def test_classification_figures_against_loops(data, classes, count):
    score = st.floats(-5, 5, width=32)
    logits = data.draw(
        st.lists(
            st.lists(score, min_size=classes, max_size=classes, unique=True),
            min_size=count,
            max_size=count,
        )
    )
    classes_of = st.lists(st.integers(0, classes - 1), min_size=count, max_size=count)
    true = data.draw(classes_of)
    cut = data.draw(st.integers(0, count))
    network = FixedLogits(logits)
    meter = ClassificationMeter(network, classes)
    for start, part in ((0, true[:cut]), (cut, true[cut:])):
        if part:
            meter.update(examples(part, start))
    ranked = [sorted(range(classes), key=lambda c: -row[c]) for row in logits]
    predicted = [order[0] for order in ranked]
    exponentials = [[math.exp(value) for value in row] for row in logits]
    losses = [-math.log(e[t] / sum(e)) for e, t in zip(exponentials, true, strict=True)]
    top3 = sum(t in o[:3] for o, t in zip(ranked, true, strict=True)) / count
    assert meter.compute() == pytest.approx(
        {
            "loss": sum(losses) / count,
            "accuracy": sum(p == t for p, t in zip(predicted, true, strict=True)) / count,
            "macro_f1": f1_by_hand(true, predicted, classes),
            **({"top3_accuracy": top3} if classes > 3 else {}),  # else it is always 1
        },
        rel=1e-5,
        abs=1e-6,
    )
    confusion = np.zeros((classes, classes), dtype=int)
    for t, p in zip(true, predicted, strict=True):
        confusion[t, p] += 1
    assert meter.confusion.tolist() == confusion.tolist()


def test_macro_f1_of_a_known_matrix():
    # Precision and recall: 2/3 and 2/4; 3/5 and 3/4; the third is neither there nor predicted.
    confusion = torch.tensor([[2, 2, 0], [1, 3, 0], [0, 0, 0]])
    first, second = 2 * (2 / 3) * (2 / 4) / (2 / 3 + 2 / 4), 2 * (3 / 5) * (3 / 4) / (3 / 5 + 3 / 4)
    assert macro_f1(confusion) == pytest.approx((first + second) / 2)
    # One that is never predicted and one that is never there count as 0.
    assert macro_f1(torch.tensor([[2, 0, 1], [1, 0, 0], [0, 0, 0]])) == pytest.approx(
        (2 * (2 / 3) * (2 / 3) / (4 / 3) + 0 + 0) / 3
    )


@pytest.mark.parametrize("budget", [1, 5, 30, 10_000])
def test_a_classifier_s_figures_do_not_depend_on_the_batches(names, budget):
    corpus, part = names
    torch.manual_seed(3)
    recurrent = build_model(
        "lstm", vocabulary_size=corpus.vocabulary.size, hidden_size=4, bidirectional=True
    )
    model = Classifier(recurrent, len(corpus.labels), "mean_max").eval()
    randomize(model)
    loss, right = 0.0, 0
    for i, (begin, end) in enumerate(zip(part.offsets[:-1], part.offsets[1:], strict=True)):
        ids = torch.tensor(part.ids[begin:end].astype(np.int64))[None]
        with torch.no_grad():
            logits = copy.deepcopy(model).double()(ids)[0]
        loss -= logits.log_softmax(-1)[part.labels[i]].item()
        right += int(logits.argmax().item() == part.labels[i])
    batches = evaluation_batches(
        part, layout="sequences", form=BatchForm.LABEL, seq_len=1, budget=budget
    )
    metrics = measure(model, ClassificationMeter(model, 3), batches)
    assert metrics["loss"] == pytest.approx(loss / part.documents, rel=1e-6)
    assert metrics["accuracy"] == right / part.documents


@pytest.mark.parametrize("use", [BatchForm.NEXT, BatchForm.LABEL])
def test_meters_of_shares_add_up(names, use):
    corpus, part = names
    torch.manual_seed(3)
    model = language_model(corpus.vocabulary.size)
    if use is BatchForm.LABEL:
        model = Classifier(
            build_model("gru", vocabulary_size=corpus.vocabulary.size, hidden_size=4), 4
        )

    def new_meter():
        return (
            GenerationMeter(model) if use is not BatchForm.LABEL else ClassificationMeter(model, 4)
        )

    batches = evaluation_batches(part, layout="sequences", form=use, seq_len=1, budget=20)
    whole = measure(model, new_meter(), batches)
    shares = [new_meter() for _ in range(3)]
    for index, meter in enumerate(shares):
        shard = Shard(index, 3)
        own = evaluation_batches(
            part, layout="sequences", form=use, seq_len=1, budget=20, shard=shard
        )
        assert 0 < len(own) < len(batches)
        measure(model, meter, own)
    together = new_meter()
    together.sums = torch.stack([meter.sums for meter in shares]).sum(0)
    metrics = together.compute()
    assert metrics.keys() == whole.keys()
    for name, value in whole.items():
        assert metrics[name] == pytest.approx(value, rel=1e-12), name
    assert shares[0].compute() != whole
