from hypothesis import given
from hypothesis import strategies as st

from charlab.data.tokens.characters import CharacterVocabulary
from charlab.data.tokens.vocabulary import EOS
from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.stopping import StoppingCriteria, TextStream

letters = CharacterVocabulary("ab")


def brute_end(text, stop, min_length):
    """The shortest beginning of the text at which the stop string ends it, and its own text."""
    for n in range(len(stop), len(text) + 1):
        if text[:n].endswith(stop) and n - len(stop) >= min_length:
            return n, text[: n - len(stop)]
    return len(text), None


@given(st.text("ab", max_size=12), st.text("ab", min_size=1, max_size=4), st.integers(0, 6))
def test_stop_strings_end_and_stream_as_by_brute_force(text, stop, min_length):
    settings = GenerationConfig(stop=stop, min_length=min_length)
    rule = StoppingCriteria(settings, letters, documents=False)
    end, own_text = brute_end(text, stop, min_length)
    pieces: list[str] = []
    stream = TextStream(pieces.append, letters, rule)
    cut = 0
    for n in range(1, end + 1):
        ids = letters.encode(text[:n]).tolist()
        cut = rule.cut(ids[-rule.reach :], n)
        stream.push(int(letters.encode(text[n - 1])[0]))
        assert text.startswith("".join(pieces))
        if n < end:
            assert cut == 0
    assert cut == (0 if own_text is None else len(stop))
    whole = text if own_text is None else own_text
    stream.close(len(whole))
    assert "".join(pieces) == whole
    assert "" not in pieces


def test_nothing_is_held_back_without_need():
    pieces: list[str] = []
    known = CharacterVocabulary("DENX")
    rule = StoppingCriteria(GenerationConfig(stop="END", min_length=3), known, documents=False)
    stream = TextStream(pieces.append, known, rule)
    for drawn_id in known.encode("ENEXEN"):
        stream.push(int(drawn_id))
    # Before the minimum length no stop string can begin; the last "EN" may be one's beginning.
    assert pieces == ["E", "N", "E", "X"]
    stream.close(6)
    assert pieces == ["E", "N", "E", "X", "EN"]


def test_the_end_mark_ends_documents():
    rule = StoppingCriteria(GenerationConfig(stop="b"), letters, documents=True)
    assert rule.cut([2, EOS], 2) == 1
    assert rule.cut([2, 3], 2) == 1
    assert rule.cut([2], 1) == 0
    assert sorted(rule.last_ids) == [EOS, 3]
    assert StoppingCriteria(GenerationConfig(), letters, documents=False).last_ids == []
