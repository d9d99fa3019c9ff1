"""Ensembles of tasks' networks: what is matched by name, and what is refused."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from charlab.builders.corpus import resolve
from charlab.data.batches.batch import IGNORE
from charlab.data.corpus import Corpus
from charlab.data.documents.document import Document
from charlab.data.facts import facts_of
from charlab.errors import ConfigError
from charlab.evaluation.ensemble import Member, average
from charlab.evaluation.evaluate import measure
from charlab.tasks import TASKS
from charlab.tasks.task import Task
from tests.support.corpora import short_documents

Make = Callable[..., Member[Any]]
NAMES = [(f"{a}{b}{c}", f"{a}s") for a in "abc" for b in "abc" for c in "abc"]


@pytest.fixture
def corpus(make_corpus) -> Corpus:
    return make_corpus(NAMES, layout="sequences")


@pytest.fixture
def member(compose_options, corpus) -> Make:
    """An untrained network with large weights, on a corpus."""

    def make(name: str, seed: int, *words: str, data: Corpus = corpus, **facts: Any) -> Member[Any]:
        options = resolve(compose_options("model.hidden_size=5", *words), data)
        known = dataclasses.replace(facts_of(data), **facts)
        task = TASKS[options.task.name](options, known)
        torch.manual_seed(seed)
        network = task.build_network().eval()
        for weight in network.parameters():
            weight.data.mul_(3)
        return Member(name, task, network)

    return make


def probabilities(network: Any, *inputs: torch.Tensor) -> np.ndarray:
    with torch.no_grad():
        powers = np.exp(network(*inputs).double().numpy())
    return powers / powers.sum(-1, keepdims=True)


def test_figures_are_those_of_the_mean(member: Make, corpus: Corpus):
    first = member("A", 1, "task=classify", "model=gru")
    second = member("B", 2, "task=classify", "model=lstm", "model.num_layers=2")
    writer = member("C", 3, "task=generate")
    third = Member("C", *writer.task.as_classifier(writer.network))
    task, network = average([first, second, third])
    split = corpus.splits["test"]
    batches = task.evaluation_batches(split, device=torch.device("cpu"))
    found = measure(network, task.new_meter(network), batches)
    losses, right = [], []
    for number, label in enumerate(split.labels.tolist()):
        begin, end = split.offsets[number : number + 2]
        ids = torch.from_numpy(split.ids[begin:end].astype(np.int64))[None]
        told = [probabilities(each.network, ids)[0] for each in (first, second, third)]
        mean = np.mean(told, axis=0)
        losses.append(-np.log(mean[label]))
        right.append(mean.argmax() == label)
    assert found["loss"] == pytest.approx(np.mean(losses), rel=1e-5)
    assert found["accuracy"] == pytest.approx(np.mean(right))


def test_labels_are_matched_by_name_and_texts_read_by_each(member: Make, make_corpus):
    first = member("A", 1, "task=classify")
    other = make_corpus([(text + "xyz", label) for text, label in NAMES], layout="sequences")
    second = member("B", 2, "task=classify", data=other, labels=("cs", "as", "bs"))
    task, network = average([first, second])
    assert task.data.vocabulary.tokens == tuple("abcxyz")
    assert task.data.labels == ("as", "bs", "cs")

    def asked(each: Member[Any], text: str) -> np.ndarray:
        return probabilities(
            each.network, torch.tensor([each.task.data.vocabulary.encode(text).tolist()])
        )[0]

    for text in ("abc", "axb?"):
        mean = (asked(first, text) + asked(second, text)[[1, 2, 0]]) / 2
        ((*ranked,),) = task.predictor(network).predict([text])
        assert dict(ranked) == pytest.approx(dict(zip(task.data.labels, mean, strict=True)), 1e-5)
    assert list(task.asking.unseen("axb?").counts) == ["?"]


def test_tags(member: Make):
    texts = ["abba", "baab", "bbaa", "abab", "aabb", "bab", "aba", "bba"] * 2
    docs = [Document(t, split=s, tags=list(t.upper())) for t in texts for s in (None, "test")]
    corpus = short_documents(docs, fields=("tags",))
    first = member("A", 1, "task=tag", data=corpus)
    second = member("B", 2, "task=tag", "model=gru", data=corpus, tags=("B", "A"))
    task, network = average([first, second])
    ids = torch.tensor([corpus.vocabulary.encode("abba").tolist()])
    one, other = probabilities(first.network, ids), probabilities(second.network, ids)
    mean = (one + other[..., ::-1])[0] / 2
    (told,) = task.predictor(network).predict(["abba"])
    assert [piece.tag for piece in told] == ["AB"[place] for place in mean.argmax(-1)]
    assert [piece.probability for piece in told] == pytest.approx(mean.max(-1).tolist(), rel=1e-5)
    split = corpus.splits["test"]
    (batch,) = task.evaluation_batches(split, device=torch.device("cpu"))
    found = measure(network, task.new_meter(network), [batch])
    one, other = (probabilities(m.network, batch.ids, batch.lengths) for m in (first, second))
    mean = (one + other[..., ::-1]) / 2
    tags = batch.targets.numpy()
    told = tags != IGNORE
    expected = -np.log(np.take_along_axis(mean, tags.clip(0)[..., None], -1)[..., 0][told]).mean()
    assert found["loss"] == pytest.approx(expected, rel=1e-5)


REFUSED = {
    "task": (["task=classify"], ["task=generate"], "the same question"),
    "unit": (["task=classify"], ["task=classify", "dataset.unit=byte"], "dataset.unit=char and"),
    "normalize": (
        ["task=classify"],
        ["task=classify", "dataset.normalize=nfc+lower"],
        "dataset.normalize=nfc and nfc+lower",
    ),
    "condition": (
        ["task=generate"],
        ["task=generate", "task.condition_on_label=false"],
        "task.condition_on_label=true and false",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_no_mean(member: Make, case: str):
    one, other, said = REFUSED[case]
    with pytest.raises(ConfigError, match="A and B ") as caught:
        average([member("A", 1, *one), member("B", 2, *other)])
    assert said in str(caught.value)
    assert len(caught.value.lines) == 1


def test_other_labels_and_characters(member: Make, make_corpus):
    classify = [
        member("A", 1, "task=classify"),
        member("B", 2, "task=classify", labels=("as", "bs", "ds")),
    ]
    with pytest.raises(ConfigError, match="know other labels: only the first knows 'cs', only the"):
        average(classify)
    other = make_corpus([(text + "x", label) for text, label in NAMES], layout="sequences")
    generate = [member("A", 1, "task=generate"), member("B", 2, "task=generate", data=other)]
    with pytest.raises(ConfigError, match=r"predict other characters.*: only the second knows 'x'"):
        average(generate)


def test_other_targets_and_a_task_that_averages_nothing(member: Make):
    def pairs(targets: str) -> Corpus:
        docs = [
            Document(text, target=t * 2, split=s)
            for text, t in zip("abc", targets, strict=True)
            for s in (None, "test")
        ]
        return short_documents(docs, fields=("target",))

    first, second, same = (
        member(name, 1, "task=transduce", data=pairs(targets))
        for name, targets in (("A", "xyz"), ("B", "xyw"), ("C", "zyx"))
    )
    with pytest.raises(ConfigError, match="A and B predict other target characters"):
        average([first, second])
    assert average([first, same])[0].data.target_vocabulary == first.task.data.target_vocabulary
    with pytest.raises(ConfigError, match="task=transduce has no mean of several networks"):
        Task.ensemble(first.task, [first, same])
