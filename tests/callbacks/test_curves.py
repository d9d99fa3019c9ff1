"""What TensorBoard is given."""

from charlab.callbacks.curves import Curves


def test_names_of_files_that_are_no_utf_8_are_escaped(tmp_path):
    curves = Curves(tmp_path)
    curves.text("samples", "caf\udce9.txt", 0)
    curves.row({"dataset.path": "caf\udce9.txt", "seed": 1}, {"val/loss": 1.0}, 0)
    curves.close()
    files = [file.read_bytes() for file in tmp_path.iterdir()]
    assert len(files) == 2
    assert all(rb"caf\xe9.txt" in data for data in files)
