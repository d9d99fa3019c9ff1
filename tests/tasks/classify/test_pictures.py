"""A classifier's pictures: what they are drawn of is what the meter counts."""

import numpy as np
import pytest
import torch

from charlab.data.facts import facts_of
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.figures import to_png
from charlab.tasks.classify.pictures import Answered
from charlab.tasks.classify.task import ClassifyTask

NAMES = [(f"{a}{b}{c}{'xyz'[i]}", f"label {i}") for i in range(3) for a in "ab" for b in "cde"
         for c in "fgh"]  # fmt: skip


@pytest.fixture(params=["sequences", "stream"])
def trained(request, make_corpus, compose_options):
    texts = NAMES
    if request.param == "stream":
        texts = [(text * 30, label) for text, label in NAMES]
    corpus = make_corpus(texts, layout=request.param)
    words = ("task=classify", "model.hidden_size=5", "dataset.seq_len=16")
    options = compose_options(*words, f"dataset.layout={request.param}")
    task = ClassifyTask(options, facts_of(corpus))
    torch.manual_seed(2)
    return task, TrainedNetwork(task.build_network().eval(), corpus, 0)


def test_answers_are_those_that_the_meter_counts(trained):
    task, network = trained
    answered = Answered(task, network, "val")
    meter = task.new_meter(network.network)
    for batch in task.evaluation_batches(network.corpus.splits["val"], device=torch.device("cpu")):
        meter.update(batch)
    assert answered.confusion.tolist() == meter.confusion.tolist()
    right = answered.probabilities[np.arange(len(answered.truth)), answered.truth]
    assert -np.log(right).mean() == pytest.approx(meter.compute()["loss"], rel=1e-5)


def test_all_pictures_are_drawn_and_listed(trained):
    task, network = trained
    found = {picture.name: picture for picture in task.pictures(network, "val")}
    assert set(found) == set(task.options.pictures)
    parts = {name: picture.draw() for name, picture in found.items()}
    if network.corpus.layout == "sequences":  # those of a stream have the same layout
        figures = [part for each in parts.values() for part in each if not isinstance(part, str)]
        assert all(to_png(figure) for figure in figures)
    assert all(str(part) for each in parts.values() for part in each)
    (table,) = parts["mistakes"]
    answered = Answered(task, network, "val")
    wrong = answered.answers != answered.truth
    worst = int(np.argmax(np.where(wrong, answered.confidence, -1)))
    first_row = table.split("<tr>")[2]
    assert answered.labels[answered.truth[worst]] in first_row
    assert f"{answered.confidence[worst]:.3f}" in first_row
    assert table.count("<tr>") == 1 + min(30, wrong.sum())
