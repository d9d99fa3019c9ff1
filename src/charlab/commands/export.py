"""``export.py``: a trained network as a file of safetensors, or as ONNX models."""

from pathlib import Path

from charlab.api import TrainedModel
from charlab.commands import load_for
from charlab.config.cli_options import ExportArguments
from charlab.errors import ConfigError, RunError
from charlab.runs.checkpoint import load
from charlab.runs.folder import EXPORTED, run_of
from charlab.system.files import user_path
from charlab.system.style import styled
from charlab.system.terminal import remark, show, told

_FOLDER, _FILE = "export", f"model{EXPORTED}"


def export(arguments: ExportArguments) -> int:
    """Writes the files and says where they are and how large.

    Raises:
        CharlabError: if there is no such run, its network cannot be written so, or what was written
            is not the network.
    """
    model = load_for(arguments)
    remark(f"run: {model.path}")
    place = _place(model, arguments)
    if arguments.format == "onnx":
        _write_onnx(model, place)
    else:
        _write_safetensors(model, place if place.suffix == EXPORTED else place / _FILE)
    return 0


def _place(model: TrainedModel, arguments: ExportArguments) -> Path:
    """The user's file or folder; by itself a folder in the run's, or beside a bare checkpoint."""
    if arguments.output is None:
        return (run_of(model.path) or model.path.parent) / _FOLDER
    place = user_path(arguments.output)
    if place.suffix == ".onnx" or (arguments.format == "onnx" and place.is_file()):
        raise ConfigError(
            f"output={arguments.output} is a file, and format=onnx writes several: give a folder"
        )
    return place


def _write_safetensors(model: TrainedModel, path: Path) -> None:
    if path.parent.is_file() or path.is_dir():
        raise ConfigError(f"output={path.parent if path.parent.is_file() else path} is in the way")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"cannot make the folder {path.parent}: {error.strerror}") from error
    model.save(path)
    mine, again = model.network.state_dict(), load(path).network
    if any(not weight.cpu().equal(again[name]) for name, weight in mine.items()):
        raise RunError(f"{path} does not hold the weights of {model.path}: is the disk at fault?")
    show(told("safetensors", styled(path, "path"), f", {_size(path.stat().st_size)}, read back"))


def _write_onnx(model: TrainedModel, folder: Path) -> None:
    from charlab.export.onnx_models import export_onnx

    files = export_onnx(model, folder)
    for file in files:
        checked = "" if file.difference is None else f", within {file.difference:.1e} of PyTorch's"
        show(told(file.path.stem, styled(file.path, "path"), f", {_size(file.size)}{checked}"))
    if files[0].difference is None:
        remark("not compared with PyTorch: pip install onnxruntime")


def _size(count: int) -> str:
    return f"{count / 1e3:,.1f} kB"
