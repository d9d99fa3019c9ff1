"""What every task must do, as tests to inherit. Needs pytest.

class TestMyTask(TaskContract):
    @pytest.fixture
    def task(self):
        return TASKS["my_task"](options, facts_of(corpus))  # resolved options

    @pytest.fixture
    def split(self):
        return corpus.splits["val"]
"""

import pickle
from typing import Any

import pytest
import torch
from torch import nn

from charlab.config.task_options import PREDICT, SAMPLE, TASK_OPTIONS
from charlab.data.batches.batch import Shard
from charlab.data.tokens.ragged import EncodedSplit
from charlab.errors import DataError
from charlab.evaluation.evaluate import measure
from charlab.tasks import TASKS
from charlab.tasks.task import Task

CPU = torch.device("cpu")


class TaskContract:
    """A subclass gives the fixtures ``task`` and ``split``."""

    @pytest.fixture
    def network(self, task: Task[Any]) -> nn.Module:
        """A network of the task, always the same, without dropout."""
        torch.manual_seed(3)
        network: nn.Module = task.build_network()
        return network.eval()

    def test_it_is_known_by_its_name(self, task: Task[Any]) -> None:
        """Registry and options agree."""
        name = task.options.name
        assert type(task) is TASKS[name]
        assert type(task.options) is TASK_OPTIONS[name]
        assert pickle.loads(pickle.dumps(task.options)) == task.options

    def test_metrics_are_declared(
        self, task: Task[Any], network: nn.Module, split: EncodedSplit
    ) -> None:
        """What is measured has a direction, a loss falls, and what is monitored is measured."""
        declared = {metric.name: metric.higher_is_better for metric in task.options.metrics}
        found = measure(
            network, task.new_meter(network), task.evaluation_batches(split, device=CPU)
        )
        assert found.keys() <= declared.keys()
        assert "loss" in found
        assert not declared["loss"]
        assert task.training_metrics(1.0).keys() <= declared.keys()
        assert set(task.options.curves) <= declared.keys()
        assert task.options.monitor.removeprefix("val/") in found

    @pytest.mark.parametrize("positions", [1, 17, 10_000])
    def test_metrics_are_the_same_whatever_the_batches(
        self, task: Task[Any], network: nn.Module, split: EncodedSplit, positions: int
    ) -> None:
        """Exact over a split: no batch size, and no padding, changes a metric."""

        def found(positions: int) -> dict[str, float]:
            batches = task.evaluation_batches(split, device=CPU, positions=positions)
            return measure(network, task.new_meter(network), batches)

        assert found(positions) == pytest.approx(found(200), rel=1e-5)

    def test_processes_together_measure_the_same(
        self, task: Task[Any], network: nn.Module, split: EncodedSplit
    ) -> None:
        """Sums of several processes' meters make the whole's metrics."""
        alone = task.new_meter(network)
        expected = measure(network, alone, task.evaluation_batches(split, device=CPU))
        together = task.new_meter(network)
        for index in range(3):
            meter = task.new_meter(network)
            for batch in task.evaluation_batches(split, device=CPU, shard=Shard(index, 3)):
                meter.update(batch)
            together.sums += meter.sums
        assert together.compute() == pytest.approx(expected, rel=1e-5)

    def test_the_training_loss_is_what_the_meter_measures(
        self, task: Task[Any], network: nn.Module, split: EncodedSplit
    ) -> None:
        """The reported loss is unweighted; the objective reaches every parameter."""
        batches = task.training_batches(split, processes=1, device=CPU, shard=Shard())
        batch = next(batches.epoch(0))
        output = task.training_loss(network, batch, None, measure=True)
        meter = task.new_meter(network)
        meter.update(batch)
        loss = float(output.loss) / output.predictions
        assert loss == pytest.approx(meter.compute()["loss"], rel=1e-5)
        assert output.correct is not None
        assert 0 <= int(output.correct) <= output.predictions
        output.objective.backward()  # type: ignore[no-untyped-call]
        assert all(parameter.grad is not None for parameter in network.parameters())

    def test_an_epoch_s_batches_can_be_entered_anywhere(
        self, task: Task[Any], split: EncodedSplit
    ) -> None:
        """A resumed run reads what an undisturbed one does."""

        def ids(start: int) -> list[list[list[int]]]:
            batches = task.training_batches(split, processes=1, device=CPU, shard=Shard())
            assert batches.steps_per_epoch > 1, "give the contract a split of several batches"
            return [batch.ids.tolist() for batch in batches.epoch(2, start)]

        assert ids(1) == ids(0)[1:]

    def test_its_networks_are_asked_as_its_options_say(
        self, task: Task[Any], network: nn.Module
    ) -> None:
        """By the command that the options name, and with a verb for the others' refusals."""
        asked = {PREDICT: task.predictor(network), SAMPLE: task.generator(network)}
        given = [command for command, what in asked.items() if what is not None]
        assert given == [command for command in [task.options.asked_by] if command]
        assert bool(task.options.verb) == bool(given)

    def test_answers_do_not_depend_on_the_texts_beside_them(
        self, task: Task[Any], network: nn.Module
    ) -> None:
        """What is said of a text, and shown of it in a table of equal rows."""
        predictor = task.predictor(network.double())
        if predictor is None:
            pytest.skip("a task whose networks are not asked about texts")
        texts = [token * n for token in task.data.vocabulary.tokens[:3] for n in (30, 1, 5)]
        texts = [text for text in texts if predictor.asking.whole(text)]
        together = predictor.predict(texts)
        for top in (1, 2):
            rows = [predictor.cells(answer, top) for answer in together]
            alone = [predictor.cells(predictor.predict([text])[0], top) for text in texts]
            assert rows == alone
            assert {len(row) for row in rows} == {len(predictor.columns(top))}
            assert all(predictor.line(answer, top) for answer in together)
        assert predictor.predict([]) == []
        with pytest.raises(DataError, match=r"^text 2 .* is empty to this model"):
            predictor.predict([texts[0], ""])
