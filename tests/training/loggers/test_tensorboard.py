"""What TensorBoard is given, and what it shows of it."""

import errno
from pathlib import Path
from typing import Any

import markdown
import pytest
from tensorboard import context
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2
from tensorboard.plugins.hparams.backend_context import Context

from charlab.training.loggers.run_loggers import RunLoggers
from charlab.training.loggers.tensorboard import EventFiles


def test_names_of_files_that_are_no_utf_8_are_escaped(tmp_path):
    curves = EventFiles(tmp_path)
    curves.add_text("samples", "caf\udce9.txt", 0)
    curves.add_results({"dataset.path": "caf\udce9.txt", "seed": 1}, {"best/val/loss": 1.0}, 0)
    curves.close("completed")
    files = [file.read_bytes() for file in tmp_path.iterdir()]
    assert len(files) == 2
    assert all(rb"caf\xe9.txt" in data for data in files)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\n\n", "\r\r", "\v", "\f", "\u2028", "\x02"])
def test_a_text_is_one_block_of_code(tmp_path: Path, end: str) -> None:
    curves = EventFiles(tmp_path)
    curves.add_text("samples", f"one{end}# head{end}<script>x</script>{end}", 1)
    curves.add_results({"dataset.path": "a\udcff\x1b.txt"}, {"best/val/loss": 1.0}, 1)
    curves.close("completed")
    events = EventAccumulator(str(tmp_path), size_guidance={"tensors": 0})
    events.Reload()
    (event,) = events.Tensors("samples/text_summary")
    page = markdown.markdown(event.tensor_proto.string_val[0].decode())
    assert page.startswith("<pre><code>")
    assert page.endswith("</code></pre>")
    assert page.count("<") == 4


def test_a_full_disk_ends_no_run(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    files = EventFiles(tmp_path)
    curves = RunLoggers([files])

    def full(data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    writer: Any = files.writer.file_writer
    writer = writer.event_writer._async_writer._writer
    monkeypatch.setattr(writer, "write", full)
    with caplog.at_level("WARNING", logger="charlab"):
        for step in range(50):
            curves.scalars({"val/loss": 1.0}, step)
            curves.flush()
        curves.close("completed")
    said = "logger=tensorboard: the disk is full: No space left on device; the run goes on without"
    assert caplog.text.count(said) == 1
    assert "Traceback" not in "".join(capfd.readouterr())


def test_columns_are_numbers_and_say_whether_runs_differ(tmp_path: Path) -> None:
    runs: list[dict[str, str | float | bool]] = [
        {"optimizer.lr": 0.1, "model.name": "gru"},
        {"optimizer.lr": 0.2, "trainer.patience": 3, "model.name": "gru"},
    ]
    for number, settings in enumerate(runs):
        curves = EventFiles(tmp_path / str(number))
        curves.log_metrics({"val/loss": 3.0, "train/learning_rate": 0.1}, 15)
        curves.add_results(settings, {"best/val/loss": 2.0 + number, "test/loss": 2.5}, 30)
        curves.close("completed")
    experiment = _tensorboards_view(tmp_path)
    found = {info.name: (info.differs, info.type) for info in experiment.hparam_infos}
    number, text = api_pb2.DATA_TYPE_FLOAT64, api_pb2.DATA_TYPE_STRING
    assert found == {
        "optimizer.lr": (True, number),
        "trainer.patience": (False, number),
        "model.name": (False, text),
        "best/val/loss": (True, number),
        "test/loss": (False, number),
    }
    charts = [info.name.tag for info in experiment.metric_infos]
    assert charts == ["val/loss", "while training/learning_rate"]


def test_a_folder_is_taken_to_the_letter(tmp_path: Path) -> None:
    folder = tmp_path / "$HOME"
    curves = EventFiles(folder)
    curves.log_metrics({"val/loss": 1.0}, 1)
    curves.close("completed")
    assert len(list(folder.iterdir())) == 1


def test_a_dataset_is_shown_once(tmp_path: Path) -> None:
    run, other = EventFiles(tmp_path / "run"), EventFiles(tmp_path / "other")
    shown = run.for_dataset(tmp_path / "data")
    assert shown is not None
    shown.add_text("your data", "20 names", 0)
    shown.close("completed")
    assert other.for_dataset(tmp_path / "data") is None


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
