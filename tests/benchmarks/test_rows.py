import json

import pytest

from benchmarks.rows import Row, to_json, to_markdown


def row(ours, theirs, target, room="training"):
    return Row(room, "a case", "characters/s", ours, theirs, "a bare loop", target)


@pytest.mark.parametrize(
    ("ours", "theirs", "target", "reached"),
    [
        (97, 100, "0.97", True),
        (96, 100, "0.97", False),
        (1, 100, "<0.02", True),
        (2, 100, "<0.02", False),
        (1, 2, "", None),
    ],
)
def test_a_target_is_a_least_or_a_most(ours, theirs, target, reached):
    assert row(ours, theirs, target).reached is reached


def test_tables_show_every_room_and_say_what_was_missed():
    rows = [row(90, 100, "0.97"), row(0.5, 1, "<1", room="starts"), row(3000, 1, "")]
    lines = to_markdown({"machine": "a box"}, rows).splitlines()
    assert lines[0] == "machine: a box  "
    assert "| a case | characters/s | 90 | 100 | a bare loop | 0.90 (missed) | ≥ 0.97 |" in lines
    assert "| a case | characters/s | 0.5 | 1 | a bare loop | 0.50 | < 1 |" in lines
    assert [line.split(" | ")[0] for line in lines if "charlab" in line] == [
        "| training",
        "| starts",
    ]


def test_json_holds_all_of_it():
    plain = json.loads(to_json({"machine": "a box"}, [row(90, 100, "0.97")]))
    assert plain["machine"] == {"machine": "a box"}
    assert plain["rows"][0]["ratio"] == pytest.approx(0.9)
    assert plain["rows"][0]["reached"] is False
