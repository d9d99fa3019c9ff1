"""The page's network against PyTorch's, in Node and in a browser; texts, filters, seeds."""

import itertools
import json
import random
import unicodedata
from unittest.mock import patch

import numpy as np
import pytest
import torch

from charlab.data.queries import Asking
from charlab.data.tokens import make_vocabulary
from charlab.data.tokens.ragged import EncodedSplit, cut_windows, flat_offsets
from charlab.data.tokens.words import split_words
from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.logits_filters import LogitsFilters
from charlab.models.attention import ATTENTIONS
from charlab.models.pooling import POOLINGS
from charlab.play.description import describe
from charlab.play.packing import WEIGHTS, unpacked_network
from tests.support.played import (
    CHARACTERS,
    LABELS,
    in_browser,
    in_node,
    needs_browser,
    needs_node,
    trained_model,
)

# Cell, layers, D: each cell with each number of layers, one-hot and embedded in turns.
CELLS = ("vanilla", "lstm", "gru")
SIZES = [(CELLS[n // 3], (n // 3 + n) % 3 + 1, 4 * (n // 2 % 2)) for n in range(9)]
TEXTS = ["ab, cé e\u0301", "אבש ab", "ก็👍\n'", "Z한 a", "a", "b\u0301\u0301 c'd\r\ne"]
TOLERANCE = 1e-3


def texts_of(number):
    """One of those above, and one drawn at random: scripts, marks, what training never saw."""
    chance = random.Random(number)
    drawn = chance.choices([*CHARACTERS, "Z", "한", "\r", "👩\u200d"], k=chance.randint(1, 14))
    return [TEXTS[number % len(TEXTS)], "".join(["b", *drawn, "c"])]


class Case:
    """A network in both languages, and what both are asked."""

    def __init__(self, trained, weights):
        self.trained = trained
        self.description = describe(trained, weights)
        trained.network = unpacked_network(trained.network, self.description["arrays"])
        vars(trained).pop("generator", None)  # made of the exact weights
        self.calls, self.checks = [], []

    def ask(self, check, *call):
        self.calls.append(call)
        self.checks.append(check)

    @property
    def given(self):
        return {"description": self.description, "calls": self.calls}


def close(found, wanted):
    wanted = np.asarray(wanted)
    found = np.asarray(found, dtype=float).reshape(wanted.shape)
    np.testing.assert_allclose(found, wanted, atol=TOLERANCE)


def check_trace(found, wanted):
    for layer, values in zip(found, wanted, strict=True):
        assert layer.keys() == values.keys()
        for name, over_time in values.items():
            close(layer[name], over_time[0].flatten())


def generating(compose, sizes, number):
    conditional = number % 2 == 0
    cell, layers, embedding = sizes
    trained = trained_model(
        compose, "generate", cell, of_task={"condition_on_label": conditional},
        num_layers=layers, embedding_size=embedding, seed=number,
    )  # fmt: skip
    case = Case(trained, WEIGHTS[number % 3])
    for text in texts_of(number):
        ask_for_logits(case, text, LABELS[number % 3] if conditional else None)
    return case


def ask_for_logits(case, text, label):
    trained = case.trained
    ids = torch.tensor([[0, *trained.vocabulary.encode(trained.normalize(text))]])
    condition = None if label is None else torch.tensor([LABELS.index(label)])
    with torch.no_grad():
        logits, _ = trained.network(ids, condition=condition)
        _, _, trace = trained.network.recurrent.forward_with_gates(ids, condition=condition)
    score = trained.score(text, label=label, unknown="mark").per_symbol

    def check(run):
        assert run["ids"] == ids[0].tolist()
        close(run["logits"], logits[0].flatten())
        assert run["surprise"][0] is None
        close([*run["surprise"][1:], run["end"]], -score / np.log(2))
        check_trace(run["trace"], trace)

    case.ask(check, "run", text, label)


def classifying(compose, sizes, number):
    cell, layers, embedding = sizes
    pooling, both = [*itertools.product(POOLINGS, (False, True))][number % 8]
    data = {"layout": "stream", "seq_len": 3} if number % 5 == 0 else {}
    trained = trained_model(
        compose, "classify", cell, of_task={"pooling": pooling}, of_data=data,
        num_layers=layers, embedding_size=embedding, bidirectional=both, seed=number,
    )  # fmt: skip
    case = Case(trained, WEIGHTS[number % 3])
    for text in texts_of(number):
        ask_for_labels(case, text)
    return case


def ask_for_labels(case, text):
    trained = case.trained
    read = trained.trained_for.asking.whole(text)
    beginnings = [read[: n + 1] for n in range(len(read))]
    with patch.object(trained.trained_for.asking, "strips", False):  # beginnings as they are
        answers = trained.classify(beginnings)
    wanted = [[dict(ranking)[label] for label in LABELS] for ranking in answers]
    case.ask(lambda found: close(found["probabilities"], wanted[-1]), "classify", text)
    case.ask(lambda found: close(found, np.ravel(wanted)), "classifyPrefixes", text)


def check_features(found, trained):
    """The last layer's outputs, in each direction, are the features of the windows."""
    dataset, H = trained.options.dataset, trained.options.model.hidden_size
    whole = EncodedSplit(np.array(found["ids"]), flat_offsets([len(found["ids"])]), None)
    pieces = cut_windows(whole, dataset.seq_len) if dataset.layout == "stream" else whole
    with torch.no_grad():
        features = [
            trained.network.recurrent(torch.tensor(whole.ids[begin:end])[None])[0][0]
            for begin, end in itertools.pairwise(pieces.offsets)
        ]
    directions = found["trace"][-(features[0].shape[1] // H) :]
    hidden = np.concatenate([np.reshape(each["hidden"], (-1, H)) for each in directions], axis=1)
    close(hidden, torch.cat(features))


def tagging(compose, sizes, number):
    cell, layers, embedding = sizes
    unit = ("char", "byte")[number % 2]
    tagged = ("word", "space", "character")[number % 3]
    data = {"layout": "stream", "seq_len": 4} if number % 4 == 0 else {}
    trained = trained_model(
        compose, "tag", cell, of_task={"tagged": tagged}, of_data={"unit": unit, **data},
        num_layers=layers, embedding_size=embedding,
        bidirectional=number % 3 > 0, seed=number, symbols=CHARACTERS if unit == "char" else (),
    )  # fmt: skip
    case = Case(trained, WEIGHTS[(number + 1) % 3])
    for text in texts_of(number):
        ask_for_tags(case, text)
    return case


def ask_for_tags(case, text):
    trained = case.trained
    (wanted,) = trained.tag([text])

    def check(found):
        spans = found["spans"]
        assert [s["text"] for s in spans] == [t.text for t in wanted]
        assert [s["tag"] for s in spans] == [t.tag for t in wanted]
        close([s["probability"] for s in spans], [t.probability for t in wanted])
        assert "".join(found["pieces"]) == found["text"]
        check_features(found, trained)
        characters = [found["text"][s["begin"] : s["end"]] for s in spans]
        assert characters == [t.text for t in wanted]

    case.ask(check, "tag", text)


def transducing(compose, sizes, number):
    cell, layers, embedding = sizes
    attention, both = [*itertools.product(ATTENTIONS, (False, True))][number % 8]
    trained = trained_model(
        compose, "transduce", cell, of_task={"attention": attention},
        num_layers=layers, embedding_size=embedding, bidirectional=both, seed=number,
    )  # fmt: skip
    case = Case(trained, WEIGHTS[(number + 2) % 3])
    for text in texts_of(number):
        ask_for_targets(case, text, 1 + number % 5)
    return case


def ask_for_targets(case, text, width):
    trained = case.trained
    (wanted,) = trained.transduce([text], beam_width=width)
    source = trained.vocabulary.encode(trained.trained_for.asking.whole(text))

    def check(found):
        assert [each["output"] for each in found["alternatives"]] == [w for w, _ in wanted]
        close([each["probability"] for each in found["alternatives"]], [p for _, p in wanted])
        assert found["output"] == wanted[0][0]
        close(np.prod([step["probability"] for step in found["steps"]]), wanted[0][1])
        given = torch.tensor([[0, *found["ids"][:-1]]])
        ids, lengths = torch.tensor(source)[None], torch.tensor([len(source)])
        with torch.no_grad():
            looked = trained.network.attention_weights(ids, lengths, given)
            state = trained.network.encode(ids, lengths).state
            _, _, trace = trained.network.decoder.forward_with_gates(given, state)
        assert (looked is None) == (found["attention"] is None)
        if looked is not None:
            close(found["attention"], looked[0].flatten())

        check_trace(found["writing"], trace)

    case.ask(check, "transduce", text, {"width": width})


@pytest.fixture(scope="module")
def cases(compose_options):
    """Every cell with 1 to 3 layers in every task."""
    return [
        make(compose_options, sizes, number)
        for make in (generating, classifying, tagging, transducing)
        for number, sizes in enumerate(SIZES)
    ]


def check(cases, answers):
    for case, given in zip(cases, answers, strict=True):
        for look, found in zip(case.checks, given, strict=True):
            look(found)


@needs_node
def test_every_network_computes_as_pytorch_does(cases, tmp_path):
    check(cases, in_node([case.given for case in cases], tmp_path))


@needs_node
def test_tied_outputs_are_products_with_the_embedding(compose_options, tmp_path):
    cases = []
    for number, weights in enumerate(WEIGHTS):
        embedding, layers = (6, 4, 5)[number], 1 + number % 2  # one as large as the features
        sizes = {"embedding_size": embedding, "num_layers": layers, "tied_embeddings": True}
        for task, ask in (("generate", ask_for_logits), ("transduce", ask_for_targets)):
            cases.append(Case(trained_model(compose_options, task, "lstm", **sizes), weights))
            for text in texts_of(number):
                ask(cases[-1], text, None if task == "generate" else 2)
    check(cases, in_node([case.given for case in cases], tmp_path))


@needs_browser
def test_and_in_a_browser(cases, tmp_path):
    check(cases, in_browser([case.given for case in cases], tmp_path))


@needs_node
def test_of_a_long_text_some_beginnings_are_read(compose_options, tmp_path):
    trained = trained_model(compose_options, "classify", "gru", bidirectional=True)
    text = "ab cde'" * 29
    calls = [["classify", text], ["classifyPrefixes", text]]
    given = {"description": describe(trained, "float32"), "calls": calls}
    ((whole, prefixes),) = in_node([given], tmp_path)
    rows = np.reshape(prefixes, (len(text), len(LABELS)))
    close(rows[-1], whole["probabilities"])
    changes = 1 + np.flatnonzero((rows[1:] != rows[:-1]).any(axis=1))
    assert len(changes) > 40
    assert set(np.diff(changes[1:])) == {5}
    read = text[: changes[9] + 1]
    close(rows[changes[9]], [dict(*trained.classify([read]))[label] for label in LABELS])


@needs_node
def test_an_empty_text_has_no_answer(compose_options, tmp_path):
    asked = {"classify": "classify", "tag": "tag", "transduce": "transduce", "generate": "run"}
    cases = [
        {
            "description": describe(trained_model(compose_options, task, "gru")),
            "calls": [[call, " "]],
        }
        for task, call in asked.items()
    ]
    (label,), (tags,), (target,), (run,) = in_node(cases, tmp_path)
    assert (label["probabilities"], tags["spans"], target["output"]) == (None, [], "")
    assert run["ids"] == [0, 3]


GENERATIONS = [
    ("char", "sequences", "ab", {}),
    ("char", "sequences", "", {"temperature": 0.5, "top_k": 4}),
    ("char", "stream", "", {"temperature": 1.5, "top_p": 0.7}),
    ("char", "stream", "א", {"temperature": 0.0}),
    ("byte", "sequences", "ก", {}),
    ("byte", "stream", "", {"temperature": 2.0}),
    ("word", "stream", "the king", {}),
    ("word", "stream", "the ", {"top_p": 0.95}),
    ("word", "sequences", "", {"top_k": 5}),
]
WORDS = ("the", " the", " king", "king", ",", " ", "\n", " said", "王", "'")


@needs_node
def test_a_seed_gives_the_text_that_sample_gives(compose_options, tmp_path):
    given, wanted = [], []
    for seed, (unit, layout, prompt, filters) in enumerate(GENERATIONS):
        symbols = {"char": CHARACTERS, "word": WORDS, "byte": ()}[unit]
        trained = trained_model(
            compose_options, "generate", "gru", of_data={"unit": unit, "layout": layout},
            symbols=symbols,
        )  # fmt: skip
        words = {"temperature": "temperature", "top_k": "topK", "top_p": "topP"}
        settings = {words[name]: value for name, value in filters.items()}
        settings |= {"seed": seed, "length": 40}
        given.append(
            {"description": describe(trained, "float32"), "calls": [["generate", prompt, settings]]}
        )
        (sample,) = trained.generate(prompt, seed=seed, length=40, **filters)
        wanted.append(sample.text)
    assert [found for (found,) in in_node(given, tmp_path)] == wanted


@needs_node
def test_filters_and_random_numbers(tmp_path):
    vocabulary = make_vocabulary("char", CHARACTERS)
    torch.manual_seed(0)
    logits = torch.randn(vocabulary.size).double() * 3
    logits[4] = logits[7] = logits[9]  # equally likely
    knobs = [*itertools.product((0, 1e-9, 0.3, 1.0, 4.0), (None, 1, 3, 99), (None, 0.01, 0.6, 1.0))]
    calls = [
        ["distribution", logits.tolist(), {"temperature": t, "topK": k, "topP": p,
         "forbidden": [0, 1] + [0] * len(CHARACTERS)}]
        for t, k, p in knobs
    ]  # fmt: skip
    (found,) = in_node([{"description": None, "calls": calls}], tmp_path)
    for (t, k, p), probabilities in zip(knobs, found, strict=True):
        settings = GenerationConfig(temperature=float(t), top_k=k, top_p=p)
        filtered = LogitsFilters(settings, vocabulary, documents=True)(logits[None], 0)
        np.testing.assert_allclose(probabilities, filtered[0].softmax(-1), atol=1e-6)
        assert (np.array(probabilities) > 0).tolist() == (filtered[0].softmax(-1) > 1e-40).tolist()


@needs_node
def test_texts_are_read_as_training_read_them(compose_options, tmp_path):
    texts = ["\ufb01ne É \r\n x\r", "  \x1ca\u3000", "ǅ İ Σίσυφος Ж\u0331", "é👨\u200d👩 \u0301a"]
    trained = trained_model(compose_options, "generate", "gru")
    described, given, wanted = describe(trained), [], []
    units = {"char": CHARACTERS, "byte": (), "word": WORDS, "symbol": ("a", "x", "É")}
    steps = ("none", "nfc", "nfkc", "ascii", "nfkc+lower", "ascii+lower")
    for source, step, (unit, tokens) in itertools.product(("names", "text"), steps, units.items()):
        vocabulary = make_vocabulary(unit, tokens)
        asking = Asking(source, step, vocabulary)
        for text in texts:
            read = asking.whole(text)
            wanted.append((read, vocabulary.encode(read).tolist()))
        description = described | {
            "vocabulary": {"unit": unit, "tokens": list(vocabulary.tokens) * (unit != "byte")},
            "normalize": list(asking.steps),
            "strips": asking.strips,
            "knows_return": asking.knows_return,
        }
        given.append({"description": description, "calls": [["encode", t, True] for t in texts]})
    found = [each for answers in in_node(given, tmp_path) for each in answers]
    for each, (read, ids) in zip(found, wanted, strict=True):
        assert (each["text"], each["ids"]) == (read, ids)


@needs_node
def test_words_of_every_script(compose_options, tmp_path):
    """Each character behind a letter, a space, a mark; those that both Unicode versions have."""
    points = [*range(0x20, 0x3100), *range(0xA000, 0xABFF, 3), *range(0xF900, 0xFFFF, 5)]
    points += [*range(0x1F300, 0x1F700, 3), *range(0x20000, 0x20010)]
    assigned = [chr(p) for p in points if unicodedata.category(chr(p)) not in ("Cn", "Cs")]
    text = "".join(f"a{c} {c}\u0301{c}b\n" for c in assigned)
    trained = trained_model(
        compose_options, "generate", "gru", of_data={"unit": "word", "normalize": "none"},
        symbols=WORDS,
    )  # fmt: skip
    calls = [["encode", text]]
    ((found,),) = in_node([{"description": describe(trained), "calls": calls}], tmp_path)
    assert found["pieces"] == split_words(trained.normalize(text))


@needs_node
def test_tokens_have_names_and_bytes_make_characters(compose_options, tmp_path):
    unit = {"char": (CHARACTERS, [0, 1, 2, 3, 4]), "byte": ((), [2 + 0x20, 2 + 0xC3, 2 + 0xA9])}
    cases = []
    for name, (symbols, ids) in unit.items():
        trained = trained_model(
            compose_options, "generate", "gru", of_data={"unit": name}, symbols=symbols
        )
        calls = [*(["token", i] for i in ids), ["pieces", ids], ["decode", ids]]
        cases.append({"description": json.loads(json.dumps(describe(trained))), "calls": calls})
    characters, by_bytes = in_node(cases, tmp_path)
    assert characters == [
        "end", "unknown", "⏎", "␣", "'", ["", "\ufffd", "\n", " ", "'"], "\ufffd\n '"
    ]  # fmt: skip
    assert by_bytes == ["␣", "0xC3", "0xA9", [" ", "", "é"], " é"]
