"""Classification: figures against loops, the objective written out, and what a state tells."""

import copy
import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from charlab.builders.corpus import resolve
from charlab.config.schema import RunOptions
from charlab.data.batches.batch import Batch, BatchForm, Shard, Whole
from charlab.data.batches.evaluation import evaluation_batches
from charlab.data.corpus import Corpus
from charlab.data.facts import facts_of
from charlab.errors import DataError
from charlab.evaluation.evaluate import measure
from charlab.models import Classifier, build_model
from charlab.tasks.classify.task import (
    ClassificationMeter,
    ClassifyTask,
    class_weights,
    language_loss,
)
from charlab.testing.model_contract import randomize

NAMES = [(f"{a}{b * n}", label) for n in (1, 2, 6) for a, b, label in ("abx", "cdy", "eaz")] * 2


class FixedLogits(torch.nn.Module):
    """Says of each text what stands in a table, whatever it reads."""

    def __init__(self, logits: list[list[float]]) -> None:
        super().__init__()
        self.logits = torch.tensor(logits)

    def forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        return self.logits[ids[:, 0]]


def examples(targets: list[int], start: int = 0) -> Batch:
    ids = torch.arange(start, start + len(targets))[:, None]
    lengths = torch.ones(len(targets), dtype=torch.int64)
    return Batch(ids, torch.tensor(targets), lengths, None, None, len(targets), len(targets))


def f1_by_hand(true: list[int], predicted: list[int], classes: int) -> float:
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
def test_figures_against_loops(data: st.DataObject, classes: int, count: int) -> None:
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


@pytest.fixture(scope="module")
def names(make_corpus: Callable[..., Corpus]) -> Corpus:
    return make_corpus(NAMES, layout="sequences", fractions=(1.0, 0.0, 0.0))


def classifier(corpus: Corpus, name: str, classes: int = 3, dropout: float = 0.0) -> Classifier:
    torch.manual_seed(3)
    size = corpus.vocabulary.size
    recurrent = build_model(
        name, vocabulary_size=size, hidden_size=4, bidirectional=True, dropout=dropout
    )
    model = Classifier(recurrent, classes, "mean_max").eval()
    randomize(model)
    return model


@pytest.mark.parametrize("budget", [1, 5, 30, 10_000])
def test_figures_do_not_depend_on_the_batches(names: Corpus, budget: int) -> None:
    part, model = names.splits["train"], classifier(names, "lstm")
    assert part.labels is not None
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


def test_figures_depend_neither_on_autocast_nor_on_dropout(names: Corpus) -> None:
    part, model = names.splits["train"], classifier(names, "gru", dropout=0.5)
    batches = evaluation_batches(part, layout="sequences", form=BatchForm.LABEL, seq_len=1)
    model.train()
    plain = measure(model, ClassificationMeter(model, 3), batches)
    assert model.training
    with torch.autocast("cpu", torch.bfloat16):
        mixed = measure(model, ClassificationMeter(model, 3), batches)
    assert mixed == plain
    model.eval()
    assert measure(model, ClassificationMeter(model, 3), batches) == plain
    assert not model.training


def test_meters_of_shares_add_up(names: Corpus) -> None:
    model = classifier(names, "gru", classes=4)

    def batches(shard: Shard) -> list[Batch]:
        form, part = BatchForm.LABEL, names.splits["train"]
        found = evaluation_batches(
            part, layout="sequences", form=form, seq_len=1, budget=20, shard=shard
        )
        return list(found)

    whole = measure(model, ClassificationMeter(model, 4), batches(Shard()))
    shares = [ClassificationMeter(model, 4) for _ in range(3)]
    for index, meter in enumerate(shares):
        own = batches(Shard(index, 3))
        assert 0 < len(own) < len(batches(Shard()))
        measure(model, meter, own)
    together = ClassificationMeter(model, 4)
    together.sums = torch.stack([meter.sums for meter in shares]).sum(0)
    assert together.compute() == pytest.approx(whole, rel=1e-12)
    assert shares[0].compute() != whole


# The objective


@given(
    st.lists(st.integers(0, 9), min_size=2, max_size=5).filter(any), st.sampled_from([0, 0.5, 1])
)
def test_weights_follow_the_counts_and_are_1_in_the_mean_over_examples(
    counts: list[int], exponent: float
) -> None:
    weights = class_weights(torch.tensor(counts), exponent).tolist()
    total = sum(weight * count for weight, count in zip(weights, counts, strict=True))
    assert total / sum(counts) == pytest.approx(1, rel=1e-6)
    present = [(w * n**exponent, w) for w, n in zip(weights, counts, strict=True) if n]
    assert [scaled for scaled, _ in present] == pytest.approx([present[0][0]] * len(present))
    assert all(weight > 0 for _, weight in present)
    assert all(weight == 0 for weight, n in zip(weights, counts, strict=True) if not n)


def make_task(
    compose_options: Callable[..., RunOptions], corpus: Corpus, *words: str
) -> ClassifyTask:
    small = ("task=classify", "model=gru", "model.hidden_size=4", "model.embedding_size=3")
    options = resolve(compose_options(*small, *words), corpus)
    task = ClassifyTask(options, facts_of(corpus))
    task.prepare_training(corpus)
    return task


def test_class_weights_count_windows_of_a_stream(
    compose_options: Callable[..., RunOptions], make_corpus: Callable[..., Corpus]
) -> None:
    texts = [("abcd " * 400, "long"), ("efgh " * 40, "short")]
    corpus = make_corpus(texts, layout="stream", fractions=(0.8, 0.2, 0.0))
    task = make_task(compose_options, corpus, "dataset.seq_len=16", "task.class_weights=balanced")
    assert task.data.label_counts == (1, 1)
    # Of 110 windows the long text has 100, 1600 characters, and the short one 10.
    for labels, expected in (([0], 110 / 2 / 100), ([1], 110 / 2 / 10), ([0, 1], 6.05)):
        own, whole = task.amounts(examples(labels))
        assert float(own) == float(whole) == pytest.approx(expected)


def test_a_share_counts_the_weights_of_its_own_examples(
    compose_options: Callable[..., RunOptions], make_corpus: Callable[..., Corpus]
) -> None:
    texts = [(f"{a}{b}{c}", "x" if a == "a" else "y") for a in "abcd" for b in "efg" for c in "hi"]
    corpus = make_corpus(texts, layout="sequences", fractions=(1.0, 0.0, 0.0))
    task = make_task(compose_options, corpus, "task.class_weights=balanced")
    own, whole = torch.tensor([0, 1]), torch.tensor([0, 1, 1, 1])
    batch = Batch(own[:, None], own, None, None, None, 2, 2, whole=Whole(4, 4, whole))
    counts = {0: 6, 1: 18}
    weight = {label: 24 / 2 / count for label, count in counts.items()}
    assert [float(amount) for amount in task.amounts(batch)] == pytest.approx(
        [weight[0] + weight[1], weight[0] + 3 * weight[1]]
    )


def test_the_objective_is_weighted_and_the_reported_loss_is_not(
    compose_options: Callable[..., RunOptions], make_corpus: Callable[..., Corpus]
) -> None:
    texts = [(f"ana{i}", "A") for i in range(20)] + [(f"bob{i}", "B") for i in range(5)]
    corpus = make_corpus(texts, layout="sequences", fractions=(1.0, 0.0, 0.0))
    words = ("task.class_weights=balanced", "task.label_smoothing=0.3", "task.language_weight=0.5")
    task = make_task(compose_options, corpus, *words)
    torch.manual_seed(1)
    network = task.build_network().eval()
    batches = task.training_batches(
        corpus.splits["train"], processes=1, device=torch.device("cpu"), shard=Shard()
    )
    batch = next(batches.epoch(0))
    output = task.training_loss(network, batch, None, measure=True)
    with torch.no_grad():
        logits, following = network.forward_with_next(batch.ids, batch.lengths)
    nats = -logits.double().log_softmax(-1)
    labels = batch.targets.tolist()
    plain = [nats[row, label].item() for row, label in enumerate(labels)]
    assert float(output.loss) == pytest.approx(sum(plain), rel=1e-5)
    # Szegedy et al. 2016: 0.7 of the target on the label, 0.15 more on each of the two.
    weight = torch.tensor([25 / 2 / 20, 25 / 2 / 5]).double()
    smoothed = [
        0.7 * weight[label] * nats[row, label] + 0.15 * (weight * nats[row]).sum()
        for row, label in enumerate(labels)
    ]
    expected = sum(smoothed) / weight[batch.targets].sum()
    expected = expected + 0.5 * language_loss(following, batch)
    assert float(output.objective.detach()) == pytest.approx(float(expected), rel=1e-5)
    assert output.correct is not None
    assert int(output.correct) == (nats.argmin(-1) == batch.targets).sum()


def test_every_token_and_the_end_mark_are_predicted_as_they_stand_in_the_data() -> None:
    ids = torch.tensor([[3, 4, 5], [6, 7, 0]])
    noisy = torch.tensor([[1, 4, 5], [6, 1, 0]])
    batch = Batch(
        noisy, torch.tensor([0, 1]), torch.tensor([3, 2]), None, None, 5, 2, clean_ids=ids
    )
    logits = torch.randn(2, 3, 9)
    wanted = [(0, 0, 4), (0, 1, 5), (0, 2, 0), (1, 0, 7), (1, 1, 0)]
    losses = [F.cross_entropy(logits[b, t], torch.tensor(k)) for b, t, k in wanted]
    torch.testing.assert_close(language_loss(logits, batch), torch.stack(losses).mean())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("task.pooling=max",), "with task.pooling=max every state reaches the label at once"),
        (
            ("task.pooling=last", "model.bidirectional=true"),
            "a classifier that reads both ways has no state that goes one way",
        ),
    ],
)
def test_a_state_tells_the_label_only_if_it_is_what_is_pooled(
    compose_options: Callable[..., RunOptions],
    names: Corpus,
    words: tuple[str, ...],
    message: str,
) -> None:
    task = make_task(compose_options, names, *words)
    with pytest.raises(DataError, match=f"^{message}$"):
        task.step_head(task.build_network())
    task = make_task(compose_options, names, "task.pooling=last")
    network = task.build_network().eval()
    ids = torch.tensor([[2, 3, 4]])
    features, _ = network.recurrent(ids)
    torch.testing.assert_close(task.step_head(network)(features[:, -1]), network(ids))
