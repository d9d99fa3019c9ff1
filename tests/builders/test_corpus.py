import pytest

from charlab.builders.corpus import check_together, is_romanized, prepare, read_corpus, resolve
from charlab.errors import ConfigError, DataError
from tests.support.changed import changed

NAMES = [(f"{a}{b}", label) for label in ("x", "y") for a in "abc" for b in "defg"]
UNLABELLED = [(text, None) for text, _ in NAMES]
ONE_LABEL = [(text, "x") for text, _ in NAMES]
STREAM = [("the quick brown fox jumps over the lazy dog " * 9, label) for label in ("x", "y")]


@pytest.mark.parametrize(
    ("texts", "layout", "conditional"),
    [
        (NAMES, "sequences", True),
        (UNLABELLED, "sequences", False),
        (ONE_LABEL, "sequences", False),
        (STREAM, "stream", False),
    ],
)
def test_what_is_left_open_is_decided_by_the_data(
    compose_options, make_corpus, texts, layout, conditional
):
    corpus = make_corpus(texts)
    options = compose_options("dataset.seq_len=8")
    assert (options.dataset.layout, options.task.condition_on_label) == ("auto", None)
    settled = resolve(options, corpus)
    assert settled.dataset.layout == layout
    assert settled.task.condition_on_label is conditional
    # Nothing else changes, and what is settled stays so.
    assert settled.model == options.model
    assert settled.dataset.path == options.dataset.path
    assert resolve(settled, corpus) == settled


def test_the_layout_may_be_chosen(compose_options, make_corpus):
    options = compose_options("dataset.seq_len=8")
    corpus = make_corpus([(text * 5, label) for text, label in NAMES], layout="stream")
    assert not resolve(options, corpus).task.condition_on_label
    corpus = make_corpus(
        [(f"{text}{i}", label) for i in range(5) for text, label in STREAM], layout="sequences"
    )
    assert resolve(options, corpus).task.condition_on_label


def test_task_and_data_have_to_fit(compose_options, make_corpus):
    with pytest.raises(DataError, match="two classes or more and all documents are of the one"):
        resolve(compose_options("task=classify"), make_corpus(ONE_LABEL))
    with pytest.raises(DataError, match="classification needs labels and the documents have none"):
        resolve(compose_options("task=classify"), make_corpus(UNLABELLED))
    with pytest.raises(DataError, match=r"one window .* takes 601 \(dataset.seq_len=600\)"):
        resolve(changed(compose_options(), {"dataset.seq_len": 600}), make_corpus(STREAM))


def test_settings_that_exclude_each_other(compose_options):
    options, both_ways = compose_options(), {"model.bidirectional": True}
    check_together(options)
    check_together(changed(compose_options("task=classify"), both_ways))
    with pytest.raises(ConfigError, match="bidirectional=true: a generator may not read"):
        check_together(changed(options, both_ways))
    endless = changed(options, {"trainer.max_epochs": None})
    with pytest.raises(ConfigError, match=r"nothing would end this run: set trainer\.max_"):
        check_together(endless)
    for name, limit in (("max_steps", 3), ("max_minutes", 0.5)):
        check_together(changed(endless, {f"trainer.{name}": limit}))


@pytest.fixture
def names_folder(tmp_path):
    for label in ("Old", "New"):
        lines = [f"{label}{a}{b}" for a in "abcdé" for b in "efgh"]
        (tmp_path / f"{label}.txt").write_text("\n".join(lines), encoding="latin-1")
    return tmp_path


def test_prepare_reads_what_the_options_say(compose_options, names_folder):
    values = {
        "dataset.path": str(names_folder),
        "dataset.encoding": "latin-1",
        "dataset.normalize": "ascii+lower",
        "dataset.split.fractions": (0.5, 0.5, 0.0),
    }
    prepared = prepare(changed(compose_options(), values))
    corpus = prepared.corpus
    assert corpus.labels == ("New", "Old")
    assert "".join(corpus.vocabulary.tokens) == "abcdefghlnow"
    assert {name: part.documents for name, part in corpus.splits.items()} == {
        **{"train": 20, "val": 20}
    }
    assert prepared.options.dataset.layout == "sequences"
    assert prepared.options.task.condition_on_label
    assert read_corpus(prepared.options).fingerprint == corpus.fingerprint


def test_faults_of_the_settings_come_before_the_data(compose_options):
    options = compose_options()
    nowhere = changed(options, {"dataset.path": "/nowhere/at/all"})
    with pytest.raises(ConfigError, match="bidirectional"):
        prepare(changed(nowhere, {"model.bidirectional": True}))
    with pytest.raises(DataError, match="/nowhere/at/all"):
        prepare(nowhere)
    with pytest.raises(ConfigError, match=r"^unknown dataset 'name': did you mean 'names'\?$"):
        prepare(changed(options, {"dataset.source": "name"}))


def test_parts_from_files_of_their_own(compose_options, tmp_path):
    texts = {"path": "the quick brown fox " * 30, "val_path": "a fox ", "test_path": "the box "}
    for name, text in texts.items():
        (tmp_path / f"{name}.txt").write_text(text)
    values = {f"dataset.{name}": str(tmp_path / f"{name}.txt") for name in texts}
    options = changed(compose_options("dataset=text", "dataset.layout=stream"), values)
    corpus = read_corpus(options)
    vocabulary = corpus.vocabulary
    found = {name: vocabulary.decode(part.ids[:]) for name, part in corpus.splits.items()}
    assert found == {"train": texts["path"], "val": "\ufffd fox ", "test": texts["test_path"]}
    assert len(corpus.labels) <= 1
    # Half of what there is to split remains where only one part is given.
    part = {"dataset.test_path": None, "dataset.split.fractions": (0.4, 0.4, 0.2)}
    corpus = read_corpus(changed(options, part))
    assert {name: part.characters for name, part in corpus.splits.items()} == {
        **{"train": 400, "val": 6, "test": 200}
    }


def test_units_limits_and_rare_tokens_are_passed_on(compose_options, tmp_path):
    (tmp_path / "text.txt").write_text("aé" * 500 + "x" * 1000)
    values = {
        "dataset.path": str(tmp_path / "text.txt"),
        "dataset.limit": 1001,
        "dataset.split.fractions": (1.0, 0.0, 0.0),
    }
    options = changed(compose_options("dataset=text", "dataset.layout=stream"), values)
    corpus = read_corpus(options)
    assert corpus.report.characters == 1001
    assert corpus.vocabulary.tokens == ("a", "x", "é")
    rare = changed(options, {"dataset.min_count": 2})
    assert read_corpus(rare).vocabulary.tokens == ("a", "é")
    by_bytes = changed(options, {"dataset.unit": "byte"})
    assert read_corpus(by_bytes).splits["train"].characters == 1501


def test_no_file_is_read_beyond_the_limit(compose_options, tmp_path):
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text(f"text {name} " * 100)
    (tmp_path / "d.txt").write_bytes(b"\xff no text")
    options = compose_options("dataset=text", "dataset.layout=stream")
    options = changed(options, {"dataset.path": str(tmp_path)})
    cut = read_corpus(changed(options, {"dataset.limit": 1500}))
    assert cut.report.characters == 1500
    with pytest.raises(DataError, match="0xff"):
        read_corpus(options)


@pytest.mark.parametrize(
    ("task", "values", "expected"),
    [
        ("generate", {}, False),
        ("classify", {}, True),
        ("classify", {"dataset.romanized": False}, False),
        ("generate", {"dataset.romanized": True}, True),
        ("classify", {"dataset.path": "names"}, False),
        ("classify", {"dataset.source": "names_tutorial"}, False),
    ],
)
def test_names_in_latin_letters_join_where_labels_are_predicted(
    task, values, expected, make_corpus, compose_options
):
    options = changed(compose_options(*[f"task={task}"] * (task != "generate")), values)
    assert is_romanized(options) is expected
    settled = resolve(options, make_corpus(NAMES))
    assert settled.dataset.romanized is expected
    assert is_romanized(settled) is expected


@pytest.mark.parametrize("source", ["names", "text"])
def test_other_data_have_no_distance(compose_options, source):
    options = changed(compose_options(), {"dataset.source": source, "dataset.distance": 3})
    with pytest.raises(ConfigError, match=r"^dataset\.distance=3 is for dataset=copying, not"):
        check_together(options)
    check_together(changed(options, {"dataset.source": "copying"}))


@pytest.mark.parametrize("values", [{"dataset.source": "text"}, {"dataset.path": "names"}], ids=str)
def test_other_data_are_not_romanized(compose_options, values):
    options = changed(compose_options(), {"dataset.romanized": True, **values})
    with pytest.raises(
        ConfigError, match=r"^dataset\.romanized=true is for the names that charlab"
    ):
        read_corpus(options)


@pytest.mark.parametrize(
    ("words", "values", "message"),
    [
        ((), {"model.embedding_size": 0}, "shares a learned embedding"),
        (("task=classify",), {}, "is for tasks that write text; task=classify does not"),
        (("task=tag",), {}, "task=tag does not"),
    ],
)
def test_tied_embeddings_need_a_vocabulary_that_is_written(compose_options, words, values, message):
    tied = {"model.tied_embeddings": True}
    with pytest.raises(ConfigError, match=message):
        check_together(changed(compose_options(*words), {**tied, **values}))
    check_together(changed(compose_options(), tied))
