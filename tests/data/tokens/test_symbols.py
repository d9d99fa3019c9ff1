from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data.tokens import learn_vocabulary, tokenizer
from charlab.data.tokens.symbols import SymbolTokenizer
from charlab.data.tokens.vocabulary import FIRST, UNK

symbols = st.text("abAÉ音0ˈ", min_size=1, max_size=3)


@settings(max_examples=40)
@given(st.lists(symbols, min_size=1), st.sampled_from([" ", "  ", "\t", "\n "]))
def test_symbols_come_back_with_one_space_between(listed, between):
    tokens = tokenizer("symbol")
    numbers = tokens.token_ids(between.join(listed))
    assert [tokens.tokens()[number] for number in numbers] == listed
    counts = [1] * len(tokens.tokens())
    vocabulary, table, _ = learn_vocabulary("symbol", tokens.tokens(), counts)
    ids = vocabulary.encode(between.join(listed))
    assert ids.tolist() == table[numbers].tolist()
    assert vocabulary.decode(ids) == " ".join(listed)
    assert vocabulary.tokens == tuple(sorted(set(listed)))


@given(st.lists(symbols, min_size=2))
def test_a_text_that_goes_on_is_cut_before_its_last_symbol(listed):
    text = " ".join(listed)
    assert text[: SymbolTokenizer().cut(text)].split() == listed[:-1]


def test_unknown_symbols_are_found_where_they_stand():
    vocabulary, _, _ = learn_vocabulary("symbol", ["AH", "L"], [1, 1])
    assert vocabulary.encode("L  XX AH").tolist() == [FIRST + 1, UNK, FIRST]
    assert vocabulary.unknown("L  XX AH") == [(3, "XX")]
