import dataclasses
import itertools
import pickle
import random
import warnings

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
from charlab.runs.checkpoint import FORMAT, Checkpoint, load, save
from charlab.runs.data_paths import absolute_paths
from charlab.runs.environment import versions
from charlab.system.random_state import random_states
from charlab.tasks import TASKS
from tests.support.settled import settled

SYMBOLS = tuple("abcdé")
TAGS, TARGETS = ("N", "V"), ("x", "y")
LABELS = ("New", "Old", "新しい")


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def content(make_checkpoint, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "last.ckpt"
    save(make_checkpoint(), path)
    return path.read_bytes()


@pytest.fixture
def saved(content, tmp_path):
    path = tmp_path / "last.ckpt"
    path.write_bytes(content)
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


@pytest.mark.parametrize(("task", "model"), [*zip(TASK_OPTIONS, itertools.cycle(MODELS))])
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


def test_a_save_that_fails_leaves_the_old_file(make_checkpoint, saved):
    before = saved.read_bytes()
    broken = dataclasses.replace(make_checkpoint(), training={"hook": lambda: None})
    with pytest.raises((AttributeError, pickle.PicklingError), match="lambda"):
        save(broken, saved)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


# What is not loaded


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


@pytest.mark.parametrize("data", [{"state_dict": {}}, [1, 2], torch.zeros(2)], ids=str)
def test_a_file_of_something_else(tmp_path, data):
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
