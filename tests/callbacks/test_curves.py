import errno
from pathlib import Path

import markdown
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from charlab.callbacks.curves import Curves


def test_names_of_files_that_are_no_utf_8_are_escaped(tmp_path):
    curves = Curves(tmp_path)
    curves.text("samples", "caf\udce9.txt", 0)
    curves.row({"dataset.path": "caf\udce9.txt", "seed": 1}, {"val/loss": 1.0}, 0)
    curves.close()
    files = [file.read_bytes() for file in tmp_path.iterdir()]
    assert len(files) == 2
    assert all(rb"caf\xe9.txt" in data for data in files)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\n\n", "\r\r", "\v", "\f", "\u2028", "\x02"])
def test_a_text_is_one_block_of_code(tmp_path: Path, end: str) -> None:
    curves = Curves(tmp_path)
    curves.text("samples", f"one{end}# head{end}<script>x</script>{end}", 1)
    curves.row({"dataset.path": "a\udcff\x1b.txt"}, {"val/loss": 1.0}, 1)
    curves.close()
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
    curves = Curves(tmp_path)

    def full(data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    writer = curves._writer.file_writer.event_writer._async_writer._writer
    monkeypatch.setattr(writer, "write", full)
    with caplog.at_level("WARNING", logger="charlab"):
        for step in range(50):
            curves.scalars({"val/loss": 1.0}, step)
            curves.flush()
        curves.close()
    assert caplog.text.count("events.*: No space left on device; TensorBoard has a gap") == 1
    assert capfd.readouterr() == ("", "")
