"""Rows of hyperparameters as TensorBoard itself shows them."""

from pathlib import Path
from typing import Any

from tensorboard import context
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2
from tensorboard.plugins.hparams.backend_context import Context

from charlab.callbacks.curves import Curves
from charlab.commands.record import _flat_settings


def test_columns_are_numbers_and_say_whether_runs_differ(tmp_path: Path) -> None:
    runs: list[dict[str, Any]] = [
        {"optimizer": {"lr": 0.1}, "trainer": {"patience": None}, "model": {"name": "gru"}},
        {"optimizer": {"lr": 0.2}, "trainer": {"patience": 3}, "model": {"name": "gru"}},
    ]
    for number, options in enumerate(runs):
        curves = Curves(tmp_path / str(number))
        curves.row(_flat_settings(options), {"val/loss": 2.0, "test/loss": 2.5}, 30)
        curves.close()
    experiment = _tensorboards_view(tmp_path)
    found = {info.name: (info.differs, info.type) for info in experiment.hparam_infos}
    number, text = api_pb2.DATA_TYPE_FLOAT64, api_pb2.DATA_TYPE_STRING
    assert found == {
        "optimizer.lr": (True, number),
        "trainer.patience": (False, number),
        "model.name": (False, text),
    }
    assert "test/loss" in {info.name.tag for info in experiment.metric_infos}


def _tensorboards_view(folder: Path) -> Any:
    events = plugin_event_multiplexer.EventMultiplexer()
    events.AddRunsFromDirectory(str(folder))
    events.Reload()
    provider = data_provider.MultiplexerDataProvider(events, str(folder))
    backend = Context(base_plugin.TBContext(data_provider=provider))
    request = context.RequestContext()
    metadata = backend.hparams_metadata(request, "")
    return backend.experiment_from_metadata(
        request, "", include_metrics=True, hparams_run_to_tag_to_content=metadata,
        data_provider_hparams=[], hparams_limit=None,
    )  # fmt: skip
