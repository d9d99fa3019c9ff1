import json
import re

from charlab.reports.html import Html, command, data_block, element, escape, table

EVIL = "<script>alert(1)</script>\"'&"


def test_text_is_escaped_and_markup_is_not():
    assert escape(EVIL) == "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;"
    inner = element("b", "x < y")
    assert inner == "<b>x &lt; y</b>"
    assert element("p", inner, " & more") == "<p><b>x &lt; y</b> &amp; more</p>"
    assert isinstance(inner, Html)


def test_attributes_are_escaped():
    assert element("i", _class='a"b', data_x="<") == '<i class="a&quot;b" data-x="&lt;"></i>'


def test_commands_and_cells_are_escaped():
    assert EVIL not in command(EVIL)
    whole = table([EVIL, "b"], [[EVIL, 1]])
    assert "<script" not in whole
    assert whole.count("&lt;script&gt;") == 2


def test_columns_of_words_and_of_numbers():
    whole = table(["name", "value"], [["a", "1"]])
    assert re.findall(r'<t[dh] class="(\w+)">', whole) == ["words", "figures"] * 2


def test_data_cannot_leave_its_element():
    data = {"x": "</script><!--<script>&amp;\u2028"}
    block = data_block(json.dumps(data), id="a")
    inner = re.fullmatch(r'<script type="application/json" id="a">(.*)</script>', block)[1]
    assert not set("<>&") & set(inner)
    assert json.loads(inner) == data


def test_what_turns_the_writing_is_shown():
    assert escape("a\u202e\x1b\n<") == "a\\u202e\\x1b\n&lt;"
