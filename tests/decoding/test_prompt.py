"""What is read before the first generated token."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from charlab.data.tokens.characters import CharacterVocabulary
from charlab.data.tokens.symbols import SymbolVocabulary
from charlab.data.tokens.utf8_bytes import ByteVocabulary
from charlab.data.tokens.vocabulary import EOS, UNK, Vocabulary
from charlab.data.tokens.words import WordVocabulary
from charlab.decoding import prompt
from charlab.decoding.prompt import (
    Context,
    context_ids,
    default_start,
    encode_known,
    read_chunks,
    read_context,
)
from charlab.errors import UnknownCharacterError
from charlab.models import LanguageModel, build_model

ABC = CharacterVocabulary("abc")  # ids 2, 3, 4


@pytest.mark.parametrize(
    ("vocabulary", "start"),
    [
        (CharacterVocabulary("a b\n"), "\n"),
        (CharacterVocabulary("a b"), " "),
        (CharacterVocabulary("語ba"), "a"),
        (ByteVocabulary(), "\n"),
        (WordVocabulary(["the", " the", "\n", " "]), "\n"),
        (WordVocabulary(["the", " king"]), " king"),  # the first there is
        (SymbolVocabulary(["UH", "AH"]), "AH"),  # white space is no token of theirs
    ],
)
def test_what_a_stream_begins_after(vocabulary: Vocabulary, start: str) -> None:
    assert default_start(vocabulary) == start
    ids = context_ids(vocabulary, "", documents=False, unknown="error")
    assert vocabulary.decode(ids.tolist()) == start


def test_a_document_begins_with_its_mark_and_a_stream_with_its_prompt() -> None:
    def ids(text: str, *, documents: bool) -> list[int]:
        return list(context_ids(ABC, text, documents=documents, unknown="error"))

    assert ids("cab", documents=True) == [EOS, 4, 2, 3]
    assert ids("", documents=True) == [EOS]
    assert ids("cab", documents=False) == [4, 2, 3]


def test_what_the_model_never_saw_is_refused_or_marked() -> None:
    with pytest.raises(UnknownCharacterError, match=r"^prompt= holds .*'é' at 1") as caught:
        context_ids(ABC, "aéb", documents=True, unknown="error")
    assert len(caught.value.lines) == 1
    assert context_ids(ABC, "aéb", documents=True, unknown="mark").tolist() == [EOS, 2, UNK, 3]
    with pytest.raises(UnknownCharacterError, match=r"^it holds .*'é' at 0"):
        encode_known(ABC, "é", "error", "it")
    assert encode_known(ABC, "", "error", "it").tolist() == []


@pytest.mark.parametrize("length", [1, 3, 4, 10])
@pytest.mark.parametrize("conditions", [None, [2, 0, 2]])
def test_reading_in_pieces_is_reading_at_once(
    monkeypatch: pytest.MonkeyPatch, length: int, conditions: list[int] | None
) -> None:
    monkeypatch.setattr(prompt, "_CHUNK", 3)
    torch.manual_seed(0)
    recurrent = build_model(
        "lstm", vocabulary_size=5, hidden_size=4, num_layers=2, num_conditions=3 * bool(conditions)
    )
    model = LanguageModel(recurrent).eval()
    ids = np.arange(length) % 5
    lanes = 1 if conditions is None else len(conditions)
    condition = None if conditions is None else torch.tensor(conditions)
    with torch.no_grad():
        every = torch.from_numpy(ids).expand(lanes, -1)
        logits, state = model.forward(every, condition=condition)
        pieces = list(read_chunks(model, ids, condition, lanes))
        context = read_context(model, ids, conditions)
    assert [piece.shape[1] for piece, _ in pieces] == [
        len(ids[i : i + 3]) for i in range(0, length, 3)
    ]
    torch.testing.assert_close(torch.cat([piece for piece, _ in pieces], dim=1), logits)
    torch.testing.assert_close(context.logits, logits[:, -1])
    torch.testing.assert_close(context.state, state)
    assert (context.condition is None) == (conditions is None)
    if conditions is not None:
        assert not torch.allclose(context.logits[0], context.logits[1])
        torch.testing.assert_close(context.logits[0], context.logits[2])


def test_the_prompt_is_read_once_for_all_lanes_of_a_condition(
    make_model: Callable[..., LanguageModel],
) -> None:
    trigram = make_model(ABC, conditions=2)
    read_context(trigram, np.array([EOS, 2, 3]), [0, 1, 1])
    assert trigram.steps == 3


def test_lanes_of_a_context_are_taken_in_any_order_and_as_often_as_asked() -> None:
    context = Context(
        torch.tensor([[0.0], [1.0], [2.0]]),
        (torch.tensor([[[0.0], [10.0], [20.0]]]),),
        torch.tensor([5, 6, 7]),
    )
    chosen = context.lanes(torch.tensor([2, 0, 2]))
    assert chosen.logits.tolist() == [[2], [0], [2]]
    assert chosen.state[0].tolist() == [[[20], [0], [20]]]
    assert chosen.condition is not None
    assert chosen.condition.tolist() == [7, 5, 7]
    assert context._replace(condition=None).lanes(torch.tensor([1])).condition is None
