"""Reading a checkpoint's file: plain data and dense tensors come out, or one line does."""

import io
import os
import pickle
import struct
import warnings
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from charlab.errors import CheckpointError
from charlab.runs import checkpoint_file
from charlab.runs.checkpoint_file import read
from tests.support.same_run import assert_same

WEIGHT = torch.linspace(-1, 1, 12).reshape(3, 4)
DATA = {"network": {"weight": WEIGHT, "bias": torch.arange(4)}, "step": 3, "symbols": ["a", "é"]}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return save(tmp_path / "last.ckpt", DATA)


def save(path: Path, data: Any) -> Path:
    torch.save(data, path)
    return path


def refuse(path: Path) -> str:
    """The message about a file that is not read: one line, with the path in it."""
    with pytest.raises(CheckpointError) as caught:
        read(path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    return message


# What comes back


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=2).map(tuple)
        | st.dictionaries(st.text(max_size=3) | st.integers(0, 9), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(data=PLAIN)
def test_plain_data_come_back_in_their_types(
    data: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = read(save(tmp_path_factory.getbasetemp() / "plain.ckpt", data))
    assert repr(found) == repr(data)


@pytest.mark.parametrize(
    "tensor",
    [
        torch.zeros(()),
        torch.zeros(0, 3),
        torch.zeros(3, 0).T,
        torch.randn(2, 3, dtype=torch.float64),
        torch.randn(2, 3).bfloat16(),
        torch.tensor([True, False]),
        torch.arange(5, dtype=torch.uint8),
        torch.randn(6)[2:4],
        torch.ones(2, requires_grad=True),
    ],
)
def test_tensors_come_back_detached(tensor: torch.Tensor, tmp_path: Path) -> None:
    found = read(save(tmp_path / "a.ckpt", {"tensor": tensor}))["tensor"]
    assert type(found) is torch.Tensor
    assert not found.requires_grad
    assert_same(found, tensor.detach())


def test_an_ordered_state_is_a_plain_dict(tmp_path: Path) -> None:
    state = nn.Linear(2, 3).state_dict()  # an OrderedDict with attributes of its own
    found = read(save(tmp_path / "a.ckpt", state))
    assert type(found) is dict
    assert_same(found, dict(state))


def test_no_device_that_wrote_it_is_needed(saved: Path, tmp_path: Path) -> None:
    # A file from a GPU says "cuda:0" where one from the CPU says "cpu".
    other = tmp_path / "gpu.ckpt"
    with zipfile.ZipFile(saved) as before, zipfile.ZipFile(other, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name.endswith("data.pkl"):
                assert b"X\x03\x00\x00\x00cpu" in content
                content = content.replace(b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0")
            after.writestr(name, content)
    if not torch.cuda.is_available():
        with pytest.raises(RuntimeError, match="on a CUDA device"):
            torch.load(other, weights_only=True)
    found = read(other)
    assert found["network"]["weight"].device == torch.device("cpu")
    assert_same(found, DATA)


# What is not read


class Intruder:
    """Makes a folder when it is unpickled without care."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.folder),)


@pytest.mark.parametrize("how", ["torch", "torch, old format", "pickle"])
def test_a_stranger_s_code_does_not_run(how: str, tmp_path: Path) -> None:
    folder = tmp_path / "made by a stranger"
    data = {**DATA, "versions": {"torch": Intruder(folder)}}
    path = tmp_path / "evil.ckpt"
    if how == "pickle":
        path.write_bytes(pickle.dumps(data))
        opened = lambda: pickle.loads(path.read_bytes())  # noqa: E731
    else:
        torch.save(data, path, _use_new_zipfile_serialization=how == "torch")
        opened = lambda: torch.load(path, weights_only=False)  # noqa: E731
    message = refuse(path)
    assert "could run code" in message or "cannot be read as a checkpoint" in message
    assert not folder.exists()
    opened()  # type: ignore[no-untyped-call]  # the trap itself works
    assert folder.exists()


def test_other_files(tmp_path: Path) -> None:
    assert refuse(tmp_path / "none.ckpt").startswith("there is no checkpoint")
    for content in (b"", b"hello", bytes(range(256)), b"PK\x03\x04" + bytes(50)):
        (tmp_path / "other.ckpt").write_bytes(content)
        assert refuse(tmp_path / "other.ckpt").endswith("as a checkpoint; is it damaged?")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "circle").symlink_to("circle")
    reasons = {"pipe": "regular", "zero": "regular", "circle": "symbolic", ".": "directory"}
    for name, reason in reasons.items():
        message = refuse(tmp_path / name)
        assert message.startswith("cannot read the checkpoint ")
        assert reason in message
        assert "damaged" not in message
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "hello")
    assert "cannot be read as a checkpoint" in refuse(tmp_path / "a.zip")


def test_a_torn_pickle(saved: Path) -> None:
    """A file whose frame is whole and whose inside is not."""
    with zipfile.ZipFile(saved) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    (inside,) = [name for name in parts if name.endswith("data.pkl")]
    for content in (
        b"",
        b"\x80\x02",
        parts[inside][:50],
        b"\x80\x02}q\x00(X\x01",
        b"\x80\x02h\x05.",
    ):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name, part in parts.items():
                archive.writestr(name, content if name == inside else part)
        saved.write_bytes(out.getvalue())
        message = refuse(saved)
        assert "damaged" in message


def test_one_flipped_bit_in_the_weights_is_noticed(saved: Path) -> None:
    data = bytearray(saved.read_bytes())
    data[data.index(WEIGHT.numpy().tobytes()) + 1] ^= 1
    saved.write_bytes(data)
    assert "is it damaged?" in refuse(saved)


@given(data=st.data())
def test_whatever_is_damaged_it_is_read_or_refused(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = save(tmp_path_factory.getbasetemp() / "damaged.ckpt", DATA)
    whole = path.read_bytes()
    end = data.draw(st.just(len(whole)) | st.integers(0, len(whole)))
    content = bytearray(whole[:end])
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=3)):
        if place < len(content):
            content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    with suppress(CheckpointError), warnings.catch_warnings(action="ignore"):
        assert_same(read(path), DATA)


@pytest.mark.parametrize(
    "tensor",
    [
        torch.zeros(1).expand(10**12),
        torch.zeros(3, 4).T,
        torch.eye(3).to_sparse(),
        torch.tensor([1.0, torch.nan]),
        torch.zeros(2, dtype=torch.complex64).conj(),
        torch.zeros(2, device="meta"),
        {(1, 2): 3},
        {1, 2},
        1j,
        10**30,
        b"bytes",
    ],
    ids=str,
)
def test_only_plain_tensors_and_values(tensor: Any, tmp_path: Path) -> None:
    refuse(save(tmp_path / "a.ckpt", {"odd": tensor}))


# What is made to take memory or time


def repack(path: Path, method: int = zipfile.ZIP_STORED, **members: bytes) -> None:
    """Writes the archive anew: packed in another way, with other or further members."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    prefix = next(iter(parts)).split("/")[0]
    parts |= {f"{prefix}/{name.replace('__', '.')}": content for name, content in members.items()}
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_what_is_packed_densely_is_not_unpacked(saved: Path) -> None:
    repack(saved, zipfile.ZIP_DEFLATED, more=bytes(50_000_000))
    assert saved.stat().st_size < 100_000
    assert "looks like a bomb" in refuse(saved)


def test_a_member_that_says_to_be_larger_than_the_file(saved: Path) -> None:
    repack(saved, more=b"x")
    data = bytearray(saved.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 20 : at + 28] = struct.pack("<II", 2**31, 2**31)  # packed, unpacked
    saved.write_bytes(data)
    assert "looks like a bomb" in refuse(saved)


def test_a_file_of_holes_is_not_read_through(saved: Path) -> None:
    os.truncate(saved, 2**40)
    assert "larger than this machine's memory" in refuse(saved)


def test_more_parts_than_a_network_has(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_file, "_MEMBERS", 3)
    assert "more than 3 parts" in refuse(saved)


@pytest.mark.parametrize(
    ("limit", "message"), [("_PARTS", "values"), ("_PICKLE", "MiB"), ("_DEPTH", "too deep")]
)
def test_values_are_counted(
    limit: str, message: str, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint_file, limit, 1)
    assert message in refuse(saved)


def test_few_bytes_that_stand_for_many_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint_file, "_PARTS", 1000)
    value: list[Any] = [1, 2]
    for _ in range(5):  # a list in which a list stands ten times, and so on
        value = [value] * 10
    assert "too many" in refuse(save(tmp_path / "a.ckpt", value))
    circle: dict[str, Any] = {}
    circle["again"] = circle
    assert "too deep" in refuse(save(tmp_path / "a.ckpt", circle))


@pytest.mark.parametrize("name", ["builtins bytearray", "torch FloatTensor", "os system"])
def test_a_pickle_names_tensors_and_nothing_else(name: str, saved: Path) -> None:
    call = f"c{name.replace(' ', chr(10))}\n".encode() + b"J\x00\x00\x00\x7f\x85R."
    repack(saved, data__pkl=b"\x80\x02" + call)
    assert "could run code" in refuse(saved)
