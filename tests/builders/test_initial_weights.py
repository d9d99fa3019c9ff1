"""``init=``: symbols keep their rows, the body its weights, and what is new is as it was drawn."""

import copy
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from charlab.builders.corpus import check_together, resolve
from charlab.builders.initial_weights import TakenOver, find_initial
from charlab.cli import _with_init_found
from charlab.errors import CharlabError, ConfigError
from charlab.runs.checkpoint import save
from charlab.system.random_state import restore_random_states, seed_everything
from charlab.training.describe import describe_taken_over
from charlab.training.session import Session
from tests.support.changed import changed, options_of
from tests.support.same_run import assert_same

ENGLISH = [("abcab", "x"), ("bca", "y"), ("cab", "x"), ("bacb", "y"), ("acc", "x")] * 4
OTHER = [("bdab", "y"), ("dab", "z"), ("adb", "y"), ("dabd", "z"), ("add", "z")] * 4
SMALL = ("model.hidden_size=6", "model.embedding_size=4")


@pytest.fixture
def world(compose_options, make_corpus, tmp_path: Path) -> SimpleNamespace:
    def session(texts, *words: str, init: Path | None = None) -> Session:
        numbered = enumerate(texts)
        corpus = make_corpus([(f"{text}{n % 7 * 'ab'}", label) for n, (text, label) in numbered])
        options = options_of(compose_options, "dataset.layout=sequences", *words)
        initial = None
        if init is not None:
            options = changed(options, {"init.run": str(init)})
            options, initial = find_initial(options, words)
        seed_everything(3)
        made = Session(resolve(options, corpus), corpus)
        if initial is not None:
            made.begin_with(initial)
        return made

    def saved(texts, *words: str) -> tuple[Session, Path]:
        made = session(texts, *SMALL, *words)
        folder = tmp_path / "run"
        (folder / "checkpoints").mkdir(parents=True)
        save(made.snapshot(), folder / "checkpoints" / "best.ckpt")
        return made, folder

    return SimpleNamespace(session=session, saved=saved)


def rows(session: Session, name: str) -> dict[str, torch.Tensor]:
    weight = session.network.get_parameter(name).detach()
    return dict(zip(session.corpus.vocabulary.tokens, weight[2:], strict=True))


@pytest.mark.parametrize("name", ["recurrent.input.embedding.weight", "decoder.weight"])
def test_characters_keep_their_rows_and_new_ones_are_fresh(world, name):
    before, folder = world.saved(ENGLISH)
    fresh = world.session(OTHER, *SMALL)
    after = world.session(OTHER, init=folder)
    was, drawn, now = rows(before, name), rows(fresh, name), rows(after, name)
    assert set(now) == {"a", "b", "d"}
    for char in "ab":
        assert torch.equal(now[char], was[char])
    assert torch.equal(now["d"], drawn["d"])
    assert after.taken_over.symbols["characters"] == (2, 1)
    for mark in (0, 1):
        weights = [s.network.get_parameter(name)[mark] for s in (before, after)]
        assert torch.equal(*weights)


def test_without_labels_characters_carry_what_labels_added_on_average(world):
    before, folder = world.saved(ENGLISH, "task.condition_on_label=true")
    after = world.session(OTHER, "task=classify", "dataset=names", init=folder)
    counts = before.task.data.label_counts
    table = before.network.recurrent.input.conditions.weight.detach()
    mean = sum(n * row for n, row in zip(counts, table, strict=True)) / sum(counts)
    name = "recurrent.input.embedding.weight"
    for char in "ab":
        torch.testing.assert_close(rows(after, name)[char], rows(before, name)[char] + mean)


def test_conditions_are_matched_by_their_labels(world):
    before, folder = world.saved(ENGLISH, "task.condition_on_label=true")
    after = world.session(OTHER, "task.condition_on_label=true", init=folder)
    name = "recurrent.input.conditions.weight"
    assert (before.corpus.labels, after.corpus.labels) == (("x", "y"), ("y", "z"))
    assert torch.equal(after.network.get_parameter(name)[0], before.network.get_parameter(name)[1])


def test_one_hot_characters_keep_their_columns(world):
    words = ("model.embedding_size=0", "model=gru")
    before, folder = world.saved(ENGLISH, *words)
    after = world.session(OTHER, "task=classify", "dataset=names", init=folder)
    name = "recurrent.recurrence.weight_ih_l0"
    was, now = (s.network.get_parameter(name) for s in (before, after))
    vocabularies = [s.corpus.vocabulary.tokens for s in (before, after)]
    for char in "ab":
        there, here = (2 + tokens.index(char) for tokens in vocabularies)
        assert torch.equal(now[:, here], was[:, there])


def test_a_body_is_put_under_another_head_with_the_shape_of_its_run(world):
    before, folder = world.saved(ENGLISH, "model.num_layers=2", "model.dropout=0.3")
    after = world.session(OTHER, "task=classify", "dataset=names", "model.dropout=0.2", init=folder)
    model = after.options.model
    assert (model.hidden_size, model.num_layers, model.dropout) == (6, 2, 0.2)
    for name, weight in before.network.recurrent.recurrence.named_parameters():
        assert torch.equal(after.network.recurrent.recurrence.get_parameter(name), weight)
    assert set(after.taken_over.new) == {"output.weight", "output.bias"}
    assert "recurrent.input.embedding.weight" in after.taken_over.partly


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("model.hidden_size=7",), "model.hidden_size=7: the network of init=.* has .*=6"),
        (("model=gru",), "model=gru: the network of init=.* has model=lstm"),
        (("model.bidirectional=true",), "bidirectional=true: the network of .*=false"),
        (("dataset.unit=word",), "dataset.unit=char"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(world, words, message):
    _, folder = world.saved(ENGLISH)
    with pytest.raises(ConfigError, match=message) as caught:
        world.session(OTHER, "task=classify", "dataset=names", *words, init=folder)
    assert len(caught.value.lines) == 1


def test_what_reads_both_ways_cannot_generate(world):
    _, folder = world.saved(ENGLISH, "task=classify", "dataset=names", "model.bidirectional=true")
    with pytest.raises(CharlabError, match=r"init=.*brings the shape.*may not read the future"):
        world.session(OTHER, init=folder)


def test_frozen_weights_stay_and_the_body_learns_slowly(world):
    _, folder = world.saved(ENGLISH)
    words = ("task=classify", "dataset=names", "init.freeze_epochs=1", "init.body_lr=0.25")
    session = world.session(ENGLISH, *words, init=folder)
    module = session.module
    before = {name: p.clone() for name, p in session.network.named_parameters()}
    module.updates.step(measure=False)
    body = {name for name in before if name.startswith("recurrent.")}
    changed = {n for n, p in session.network.named_parameters() if not torch.equal(p, before[n])}
    assert changed == before.keys() - body
    module.progress.epoch = 1
    module.updates.step(measure=False)
    head, rest = module.updates.optimizer.param_groups
    assert rest["lr"] == head["lr"] / 4
    assert len(rest["params"]) == len(body)
    changed = {n for n, p in session.network.named_parameters() if not torch.equal(p, before[n])}
    assert changed == before.keys()


def test_a_frozen_run_goes_on_exactly_without_the_other_run(world):
    _, folder = world.saved(ENGLISH)
    words = ("task=classify", "dataset=names", "init.freeze_epochs=1", "init.body_lr=0.5")
    whole = world.session(ENGLISH, *words, init=folder)
    whole.module.updates.step(measure=False)
    middle = copy.deepcopy(whole.snapshot())
    shutil.rmtree(folder)
    resumed = Session(whole.options, whole.corpus)
    resumed.restore(middle)
    assert resumed.module.updates.taken == whole.module.updates.taken
    for session in (whole, resumed):
        restore_random_states(middle.training["random"])
        for epoch in (0, 1):
            session.module.progress.epoch = epoch
            session.module.updates.step(measure=False)
    assert_same(dict(whole.network.state_dict()), dict(resumed.network.state_dict()))


def test_settings_of_fine_tuning_need_a_run(compose_options, make_corpus):
    with pytest.raises(ConfigError, match=r"init.freeze_epochs=2 .* add init=RUN"):
        check_together(options_of(compose_options, "init.freeze_epochs=2"))


def test_what_was_taken_over_is_said(caplog):
    caplog.set_level("INFO", "charlab")
    symbols = {"characters": (40, 38), "labels": (0, 0)}
    new = ("output.weight", "output.bias")
    describe_taken_over(TakenOver(("a",), (), new, symbols, (3600, 4002)), "outputs/x")
    said = "init: 3,600 of 4,002 parameters taken over from outputs/x; "
    assert said + "characters: 40 known, 38 new; new: output" in caplog.text


def test_the_latest_run_of_a_grid_is_the_one_before_it(tmp_path):
    folder = tmp_path / "o" / "generate" / "names" / "lstm" / "2026-01-02_03-04-05"
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "checkpoints" / "best.ckpt").touch()
    words = _with_init_found(["seed=1", "init=latest", f"output_dir={tmp_path / 'o'}"])
    assert words[1] == f"init={folder}"


def test_of_averaged_weights_the_average_is_taken_and_a_new_average_begins_with_it(world):
    """``trainer.ema_decay`` of the run that is taken over, of the new one, and of both."""
    words = ("trainer.ema_decay=0.5",)
    before, folder = world.saved(ENGLISH, *words)
    name, average = "recurrent.recurrence.weight_hh_l0", before.module.updates.average
    trained = before.network.get_parameter(name)
    for value in (1.0, 2.0, 4.0):
        torch.nn.init.constant_(trained, value)
        average.update()
    save(before.snapshot(), folder / "checkpoints" / "best.ckpt")
    mean = torch.full_like(trained, (1 * 1 + 2 * 2 + 4 * 4) / 7)  # each step counts twice the last
    for own in ((), words):
        after = world.session(ENGLISH, *own, init=folder)
        weight = after.network.get_parameter(name)
        torch.testing.assert_close(weight, mean)
        if own:
            anew = after.module.updates.average
            torch.testing.assert_close(anew.weights()[name], mean)
            torch.nn.init.constant_(weight, 8.0)
            anew.update()
            assert (anew.weights()[name] == 8).all()  # not of what was drawn anew
