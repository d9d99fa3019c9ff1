import dataclasses
import io
import os
import pickle
import random
import struct
import warnings
import zipfile

import pytest
import torch
from torch.testing import assert_close

from charlab.builders.network import restore_network, task_of
from charlab.config import build, to_plain
from charlab.config.schema import MODELS, RunOptions
from charlab.config.task_options import TASK_OPTIONS
from charlab.data.facts import DataFacts
from charlab.data.tokens import make_vocabulary
from charlab.errors import CheckpointError
from charlab.runs import checkpoint_file
from charlab.runs.checkpoint import FORMAT, Checkpoint, load, save
from charlab.runs.data_paths import absolute_paths
from charlab.runs.environment import versions
from charlab.system.random_state import random_states
from charlab.tasks import TASKS
from tests.support.settled import settled

SYMBOLS = tuple("abcdé")
TAGS, TARGETS = ("N", "V"), ("x", "y")
LABELS = ("New", "Old", "新しい")


@pytest.fixture
def make_checkpoint(compose_options):
    def make(*overrides, labels=LABELS, symbols=SYMBOLS):
        small = ["model.hidden_size=4", "model.embedding_size=3"]
        options = compose_options(*settled(overrides), *small, *overrides)
        targets = make_vocabulary("char", TARGETS)
        data = DataFacts(make_vocabulary("char", symbols), tuple(labels), (), TAGS, targets)
        network = TASKS[options.task.name](options, data).build_network()
        optimizer = torch.optim.AdamW(network.parameters())
        sum(parameter.square().sum() for parameter in network.parameters()).backward()
        optimizer.step()
        return Checkpoint(
            options=options,
            symbols=symbols,
            labels=labels,
            label_counts=tuple(range(len(labels))),
            fingerprint="f" * 64,
            precision="float32",
            network=network.state_dict(),
            metrics={"val/loss": 1.25, "test/perplexity": float("inf")},
            training={
                "optimizer": optimizer.state_dict(),
                "carry": [torch.randn(1, 2, 4), torch.randn(1, 2, 4)],
                "random": random_states(),
                "best": {"value": None, "step": 3},
            },
            versions=versions(),
            data_paths=absolute_paths(options),
            tags=TAGS,
            target_symbols=TARGETS,
        )

    return make


@pytest.fixture
def saved(make_checkpoint, tmp_path):
    path = tmp_path / "last.ckpt"
    save(make_checkpoint(), path)
    return path


def read(path):
    return torch.load(path, weights_only=True)


def change(path, **entries):
    """Rewrites a checkpoint with other entries; ... takes one out."""
    data = {**read(path), **entries}
    torch.save({name: value for name, value in data.items() if value is not ...}, path)
    return path


def refuse(path):
    """The message about a checkpoint that is not loaded: one line, with the path in it."""
    with pytest.raises(CheckpointError) as caught:
        load(path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    return message


# Round trips


@pytest.mark.parametrize("task", TASK_OPTIONS)
@pytest.mark.parametrize("model", MODELS)
def test_what_was_saved_comes_back(make_checkpoint, tmp_path, model, task):
    checkpoint = make_checkpoint(
        f"model={model}", f"task={task}", "model.num_layers=2", "dataset.path=a, b=${x}"
    )
    path = tmp_path / "a.ckpt"
    save(checkpoint, path)
    again = load(path)
    for field in dataclasses.fields(Checkpoint):
        before, after = getattr(checkpoint, field.name), getattr(again, field.name)
        if field.name == "training":
            before, after = dict(before), dict(after)
            assert_close(before.pop("carry"), after.pop("carry"), rtol=0, atol=0)
            assert torch.equal(before["random"].pop("torch"), after["random"].pop("torch"))
            assert str(before) == str(after)
        elif field.name == "network":
            assert list(before) == list(after)
            assert_close(dict(before), dict(after), rtol=0, atol=0)
        else:
            assert before == after
            assert type(before) is type(after)
    assert again.vocabulary.tokens == SYMBOLS
    assert [path.name for path in tmp_path.iterdir()] == ["a.ckpt"]


@pytest.mark.parametrize(
    "overrides",
    [
        *(["task=generate", f"model={model}", "model.dropout=0.5"] for model in MODELS),
        ["model.tied_embeddings=true", "model.layer_norm=true", "model.residual=true"],
        ["task=generate", "task.condition_on_label=true"],
        ["task=classify", "model.bidirectional=true", "task.pooling=mean_max"],
        ["task=classify", "model.embedding_size=0", "model.kernel=reference"],
    ],
    ids=lambda overrides: " ".join(overrides),
)
def test_the_network_comes_back(make_checkpoint, tmp_path, overrides):
    checkpoint = make_checkpoint(*overrides)
    original = task_of(checkpoint).build_network()
    original.load_state_dict(checkpoint.network)
    path = tmp_path / "a.ckpt"
    save(checkpoint, path)
    restored = restore_network(load(path), path)
    assert not restored.training
    ids = torch.tensor([[2, 3, 4, 6], [5, 1, 0, 2]])
    conditional = checkpoint.options.task.name == "generate" and "label=true" in overrides[-1]
    labels = {"condition": torch.tensor([0, 2])} if conditional else {}
    for before, after in zip(original.eval()(ids, **labels), restored(ids, **labels), strict=True):
        assert_close(before, after, rtol=0, atol=0)


def test_without_labels(make_checkpoint, tmp_path):
    path = tmp_path / "a.ckpt"
    save(make_checkpoint(labels=()), path)
    again = load(path)
    assert (again.labels, again.label_counts) == ((), ())
    restore_network(again, path)


def test_one_from_before_there_were_several_processes(saved):
    options = read(saved)["options"]
    later = {"devices": 1, "nodes": 1, "strategy": "auto", "accumulate": 1}
    assert later.items() <= options["trainer"].items()
    trainer = {name: value for name, value in options["trainer"].items() if name not in later}
    change(saved, options={**options, "trainer": trainer})
    found = load(saved).options.trainer
    assert {name: getattr(found, name) for name in later} == later


def test_it_holds_plain_data_only(saved):
    data = read(saved)
    assert data["charlab_format"] == FORMAT == 2
    allowed = (dict, list, tuple, str, int, float, bool, type(None), torch.Tensor)

    def walk(value):
        assert isinstance(value, allowed), type(value)
        inner = value.values() if isinstance(value, dict) else value
        if isinstance(value, (dict, list, tuple)):
            for item in inner:
                walk(item)

    walk(data)
    assert build(RunOptions, data["options"]) == load(saved).options


def test_loading_needs_no_device_that_wrote_it(saved, tmp_path):
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
    for tensor in load(other).network.values():
        assert tensor.device == torch.device("cpu")
    assert_close(dict(load(other).network), dict(load(saved).network), rtol=0, atol=0)


def test_a_save_that_fails_leaves_the_old_file(make_checkpoint, saved):
    before = saved.read_bytes()
    broken = dataclasses.replace(make_checkpoint(), training={"hook": lambda: None})
    with pytest.raises((AttributeError, pickle.PicklingError), match="lambda"):
        save(broken, saved)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


# What is not loaded


class Intruder:
    """Makes a folder when it is unpickled without care."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


@pytest.mark.parametrize("how", ["torch", "torch, old format", "pickle"])
def test_a_stranger_s_code_does_not_run(saved, tmp_path, how):
    folder = tmp_path / "made by a stranger"
    data = {**read(saved), "versions": {"torch": Intruder(folder)}}
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
    opened()  # the trap itself works
    assert folder.exists()


HOSTILE = [
    "os.system",
    "os.getcwd",
    "builtins.exec",
    "subprocess.Popen",
    "torch.load",
    "torch.optim.os.system",
    "torch.optim.sys.exit",
    "torch.optim.optimizer.functools.partial",
    "torch.optim.lr_scheduler.math.inf",
    "torch.optim.lr_scheduler.warnings.warn",
    "torch.optim.lr_scheduler.partial",
    "torch.optim.swa_utils.deepcopy",
    "torch.optim.Optimizer",
    "torch.optim.__builtins__",
    "torch.optim.RAdam.__init__.__globals__",
    "charlab.targets.importlib.import_module",
    "...",
    "os;system",
    7,
    ["os.system"],
]


@pytest.mark.parametrize("target", HOSTILE, ids=str)
@pytest.mark.parametrize("group", ["optimizer", "scheduler", "in a scheduler"])
def test_no_target_is_followed_that_is_none_of_pytorch_s(saved, group, target):
    options = read(saved)["options"]
    folder = saved.parent / "made"
    hostile = {"_target_": target, "path": f"mkdir {folder}"}
    if group == "in a scheduler":
        if not isinstance(target, str):  # plain data there
            return
        group, sequence = "scheduler", "torch.optim.lr_scheduler.SequentialLR"
        hostile = {"_target_": sequence, "schedulers": [hostile], "milestones": []}
    options[group] = hostile
    message = refuse(change(saved, options=options))
    assert f"{target}" in message
    assert "_target_" in message
    assert not folder.exists()


def test_pytorch_s_own_targets_come_back(saved):
    options = read(saved)["options"]
    optimizer = {"_target_": "torch.optim.RAdam", "lr": 0.01, "betas": [0.8, 0.9]}
    warmup = {"_target_": "torch.optim.lr_scheduler.LinearLR", "total_iters": 3}
    scheduler = {"_target_": "torch.optim.lr_scheduler.ChainedScheduler", "schedulers": [warmup]}
    options |= {"optimizer": optimizer, "scheduler": scheduler}
    again = to_plain(load(change(saved, options=options)).options)
    assert (again["optimizer"], again["scheduler"]) == (optimizer, scheduler)


def test_no_callback_comes_from_a_checkpoint(saved):
    options = read(saved)["options"]
    assert options["callbacks"] == {}
    for hostile in ({"a": {"_target_": "os.system"}}, 3, [torch.zeros(2)]):
        options["callbacks"] = hostile
        assert load(change(saved, options=options)).options.callbacks == {}


def test_a_model_s_target_is_none(saved):
    options = read(saved)["options"]
    options["model"] = {**options["model"], "_target_": "os.mkdir"}
    assert "unknown setting 'model._target_'" in refuse(change(saved, options=options))


def test_no_interpolation_is_followed(saved, monkeypatch):
    monkeypatch.setenv("CHARLAB_SECRET", "secret")
    options = read(saved)["options"]
    options["dataset"]["path"] = "${oc.env:CHARLAB_SECRET}"
    options["output_dir"] = "${dataset.path}"
    again = load(change(saved, options=options)).options
    assert again.dataset.path == "${oc.env:CHARLAB_SECRET}"
    assert again.output_dir == "${dataset.path}"


def test_other_files(tmp_path, saved):
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
    for data in ({"state_dict": {}}, [1, 2], torch.zeros(2)):
        torch.save(data, tmp_path / "other.ckpt")
        assert refuse(tmp_path / "other.ckpt").endswith("is not a checkpoint of charlab")


@pytest.mark.parametrize("version", [0, 1, "1", None, torch.ones(2)])
def test_another_format(saved, version):
    message = refuse(change(saved, charlab_format=version))
    assert message.endswith(
        f"has checkpoint format {version}, this version of charlab reads {FORMAT}"
    )


LATER = {"data_paths", "tags", "target_symbols"}  # older files lack them
PARTS = [field.name for field in dataclasses.fields(Checkpoint) if field.name not in LATER]


@pytest.mark.parametrize("name", PARTS)
def test_a_part_is_missing(saved, name):
    assert f"is not a whole checkpoint: '{name}'" in refuse(change(saved, **{name: ...}))


@pytest.mark.parametrize("options", [{}, [1], torch.zeros(2), {"seed": -1}], ids=str)
def test_the_configuration_is_checked(saved, options):
    message = refuse(change(saved, options=options))
    assert "is not a whole checkpoint: " in message


@pytest.mark.parametrize("labels", ["abc", [1, 2, 3], torch.zeros(3), {"a": 1}], ids=str)
def test_the_labels_are_checked(saved, labels):
    assert "is not a whole checkpoint: " in refuse(change(saved, labels=labels))


@pytest.mark.parametrize("symbols", [5, [1, 2], ["ab"], [["a"]], torch.zeros(3)])
def test_the_tokens_are_checked(saved, symbols):
    assert "is not a whole checkpoint: " in refuse(change(saved, symbols=symbols))


def test_a_damaged_file_is_refused_or_whole(saved):
    """Whatever byte is lost or changed: a checkpoint or one line, never another exception."""
    whole = saved.read_bytes()
    assert len(whole) < 40_000
    generator = random.Random(0)
    contents = [whole[:length] for length in range(0, len(whole), 1500)]
    for _ in range(250):
        damaged = bytearray(whole)
        for _ in range(generator.randint(1, 3)):  # the pickle, which comes first, most of all
            damaged[generator.randrange(generator.choice([4000, len(whole)]))] = (
                generator.randrange(256)
            )
        contents.append(bytes(damaged))
    refused = []
    for content in contents:
        saved.write_bytes(content)
        with warnings.catch_warnings(action="ignore"):
            try:
                load(saved)
            except CheckpointError as error:
                refused.append(str(error))
    assert len(refused) > 50
    assert not any("\n" in message for message in refused)


def test_a_torn_pickle(saved):
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


def test_one_flipped_bit_in_the_weights_is_noticed(make_checkpoint, tmp_path):
    path = tmp_path / "a.ckpt"
    save(make_checkpoint(), path)
    data = bytearray(path.read_bytes())
    weight = next(iter(load(path).network.values())).numpy().tobytes()
    data[data.index(weight) + 1] ^= 1
    path.write_bytes(data)
    with pytest.raises(CheckpointError, match="is it damaged"):
        load(path)


# What is made to take memory or time


def repack(path, method=zipfile.ZIP_STORED, **members):
    """Writes the archive anew: packed in another way, with other or further members."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    prefix = next(iter(parts)).split("/")[0]
    parts |= {f"{prefix}/{name.replace('__', '.')}": content for name, content in members.items()}
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_what_is_packed_densely_is_not_unpacked(saved):
    repack(saved, zipfile.ZIP_DEFLATED, more=bytes(50_000_000))
    assert saved.stat().st_size < 100_000
    assert "looks like a bomb" in refuse(saved)


def test_a_member_that_says_to_be_larger_than_the_file(saved):
    repack(saved, more=b"x")
    data = bytearray(saved.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 20 : at + 28] = struct.pack("<II", 2**31, 2**31)  # packed, unpacked
    saved.write_bytes(data)
    assert "looks like a bomb" in refuse(saved)


def test_a_file_of_holes_is_not_read_through(saved):
    os.truncate(saved, 2**40)
    assert "larger than this machine's memory" in refuse(saved)


def test_more_parts_than_a_network_has(saved, monkeypatch):
    monkeypatch.setattr(checkpoint_file, "_MEMBERS", 5)
    assert "more than 5 parts" in refuse(saved)


@pytest.mark.parametrize(
    ("limit", "message"), [("_PARTS", "values"), ("_PICKLE", "MiB"), ("_DEPTH", "too deep")]
)
def test_values_are_counted(saved, monkeypatch, limit, message):
    monkeypatch.setattr(checkpoint_file, limit, 2)
    assert message in refuse(saved)


def test_few_bytes_that_stand_for_many_values(saved):
    value = [1, 2]
    for _ in range(10):  # a list in which a list stands ten times, and so on
        value = [value] * 10
    assert "too many" in refuse(change(saved, versions={"torch": value}))
    circle = {}
    circle["again"] = circle
    assert "too deep" in refuse(change(saved, training=circle))


@pytest.mark.parametrize("name", ["builtins bytearray", "torch FloatTensor", "os system"])
def test_a_pickle_names_tensors_and_nothing_else(saved, name):
    call = f"c{name.replace(' ', chr(10))}\n".encode() + b"J\x00\x00\x00\x7f\x85R."
    repack(saved, data__pkl=b"\x80\x02" + call)
    assert "could run code" in refuse(saved)


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
def test_only_plain_tensors_and_values(saved, tensor):
    refuse(change(saved, training={"odd": tensor}))
