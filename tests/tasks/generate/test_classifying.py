"""A conditional language model as a classifier, against Bayes' rule written out."""

import math
from itertools import pairwise

import pytest
import torch

from charlab.builders.corpus import resolve
from charlab.data.facts import facts_of
from charlab.evaluation.evaluate import measure
from charlab.models import build_model
from charlab.models.language_model import LanguageModel
from charlab.tasks.generate import classifying
from charlab.tasks.generate.classifying import GenerativeClassifier, as_classifier
from charlab.tasks.generate.task import GenerateTask

TEXTS = [("abcab", "x"), ("bca", "y"), ("cab", "x"), ("bacb", "y"), ("acc", "z")] * 6


def language_model() -> LanguageModel:
    torch.manual_seed(2)
    size = {"vocabulary_size": 7, "hidden_size": 5, "embedding_size": 4, "num_conditions": 3}
    return LanguageModel(build_model("lstm", **size)).eval()


@torch.no_grad()
def test_it_gives_the_joint_probability_of_text_and_label(monkeypatch):
    model, counts = language_model(), [5, 2, 1]
    ids, lengths = torch.tensor([[3, 4, 5, 6], [2, 6, 0, 0]]), torch.tensor([4, 2])
    scores = GenerativeClassifier(model, counts)(ids, lengths)
    for row, length in enumerate(lengths.tolist()):
        text = [0, *ids[row, :length].tolist(), 0]
        for label, count in enumerate(counts):
            expected = math.log(count / 8)
            logits, _ = model(torch.tensor([text[:-1]]), condition=torch.tensor([label]))
            log_p = logits[0].double().log_softmax(-1)
            expected += sum(log_p[t, token].item() for t, token in enumerate(text[1:]))
            assert scores[row, label].item() == pytest.approx(expected, rel=1e-6)
    monkeypatch.setattr(classifying, "_LOGITS", 1)  # row by row
    torch.testing.assert_close(GenerativeClassifier(model, counts)(ids, lengths), scores)


def test_it_is_asked_and_measured_as_a_classifier(compose_options, make_corpus):
    letters = ["abc"[n % 3] + "abc"[n // 3 % 3] + "abc"[n // 9 % 3] for n in range(len(TEXTS))]
    texts = [(text + more, label) for (text, label), more in zip(TEXTS, letters, strict=True)]
    corpus = make_corpus(texts, layout="sequences")
    options = compose_options("model.hidden_size=6", "model.embedding_size=4")
    task = GenerateTask(resolve(options, corpus), facts_of(corpus))
    network = task.build_network().eval()
    of_labels, classifier = as_classifier(task, network)
    split = corpus.splits["test"]
    metrics = measure(
        classifier,
        of_labels.new_meter(classifier),
        of_labels.evaluation_batches(split, device=torch.device("cpu")),
    )
    offsets = split.offsets.tolist()
    strings = [corpus.vocabulary.decode(split.ids[b:e]) for b, e in pairwise(offsets)]
    predictor = of_labels.predictor(classifier)
    answers = [dict(answer) for answer in predictor.predict(strings)]
    truth = [corpus.labels[label] for label in split.labels]
    expected = [-math.log(a[t]) for a, t in zip(answers, truth, strict=True)]
    assert metrics["loss"] == pytest.approx(sum(expected) / len(expected), rel=1e-6)
    assert sum(answers[0].values()) == pytest.approx(1)


def test_without_labels_nothing_is_told(compose_options, make_corpus):
    corpus = make_corpus([(text, None) for text, _ in TEXTS], layout="sequences")
    task = GenerateTask(resolve(compose_options(), corpus), facts_of(corpus))
    network = task.build_network()
    assert task.as_classifier(network) is None
