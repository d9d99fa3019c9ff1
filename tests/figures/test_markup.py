"""Fragments of HTML: what stands in them, and that no text becomes markup."""

from markupsafe import Markup

from charlab.figures.markup import Piece, table, tagged_text, tags_legend

HOSTILE = "<script>alert(1)</script>\x1b[31m"


def test_texts_are_escaped_everywhere():
    fragments = [
        table([HOSTILE], [[HOSTILE]]),
        tagged_text([Piece(HOSTILE, 0, HOSTILE, HOSTILE), Piece(HOSTILE, None)]),
        tags_legend([(HOSTILE, 3)]),
    ]
    for fragment in fragments:
        assert isinstance(fragment, Markup)
        assert "<script" not in fragment
        assert "\x1b" not in fragment
        assert "&lt;script&gt;" in fragment


def test_numbers_stand_to_the_right():
    shown = table(["text", "count", "share"], [["a", 1234, 0.5]])
    assert '<td class="figures" dir="auto">1,234</td>' in shown
    assert '<td class="figures" dir="auto">0.500</td>' in shown
    assert '<th class="words" dir="auto">text</th>' in shown
    assert "<td" not in table(["text"], [])


def test_only_what_is_wrong_stands_in_a_frame_and_says_the_truth():
    right = tagged_text([Piece("dog", 1, "NOUN")])
    wrong = tagged_text([Piece("dog\n", 1, "NOUN", "≠ VERB")])
    assert "outline" not in right
    assert ">NOUN</sub>" in right
    assert "outline" in wrong
    assert ">NOUN ≠ VERB</sub>" in wrong
    assert "dog↵\n</span><sub" in wrong


def test_sixteen_kinds_look_different():
    looks = {str(tags_legend([("x", number)])) for number in range(16)}
    assert len(looks) == 16
