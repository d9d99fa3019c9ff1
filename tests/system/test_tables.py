"""Tables that fit a screen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from charlab.system.tables import Column, lay_out


def columns(settings: int) -> list[Column]:
    """A trial's number, its loss, settings and a time."""
    names = ("optimizer.lr", "model.hidden_size", "model.num_layers", "dataset.seq_len")
    names += ("model.embedding_size", "optimizer.weight_decay", "trainer.gradient_clip")
    return [
        Column("trial", ["0", "12"]),
        Column("val/perplexity", ["7.7051", "12.2000"]),
        *(Column(name, ["0.001234", "128"], may_fold=True) for name in names[:settings]),
        Column("time", ["1:02:03", "4:05"], may_go=True),
    ]


def test_whole_names_where_there_is_room() -> None:
    assert lay_out(columns(2), 80).lines == [
        "trial  val/perplexity  optimizer.lr  model.hidden_size     time",
        "    0          7.7051      0.001234           0.001234  1:02:03",
        "   12         12.2000           128                128     4:05",
    ]


def test_then_names_without_their_group() -> None:
    assert lay_out(columns(4), 80).lines == [
        "trial  val/perplexity        lr  hidden_size  num_layers   seq_len     time",
        "    0          7.7051  0.001234     0.001234    0.001234  0.001234  1:02:03",
        "   12         12.2000       128          128         128       128     4:05",
    ]


def test_then_those_names_in_lines_that_have_no_room_in_one() -> None:
    assert lay_out(columns(3), 64).lines == [
        "                                                  num_",
        "trial  val/perplexity        lr  hidden_size    layers     time",
        "    0          7.7051  0.001234     0.001234  0.001234  1:02:03",
        "   12         12.2000       128          128       128     4:05",
    ]


def test_then_what_may_go_goes() -> None:
    assert lay_out(columns(4), 60).lines == [
        "             val/                             num_",
        "trial  perplexity        lr  hidden_size    layers   seq_len",
        "    0      7.7051  0.001234     0.001234  0.001234  0.001234",
        "   12     12.2000       128          128       128       128",
    ]


def test_then_settings_stand_below_as_they_are_typed() -> None:
    folded = lay_out(columns(7), 80)
    assert folded.head == ["trial  val/perplexity"]
    assert folded.rows[0] == [
        "    0          7.7051",
        "    optimizer.lr=0.001234  model.hidden_size=0.001234  model.num_layers=0.001234",
        "    dataset.seq_len=0.001234  model.embedding_size=0.001234",
        "    optimizer.weight_decay=0.001234  trainer.gradient_clip=0.001234",
    ]


def test_two_settings_of_one_name_keep_their_groups() -> None:
    twice = [Column("seed", ["1"]), Column("dataset.split.seed", ["2"]), Column("b" * 60, ["3"])]
    assert "dataset.split.seed" in lay_out(twice, 88).head[0]


CELLS = st.text(st.sampled_from("ab1.佐"), max_size=12)


@given(
    st.lists(st.tuples(CELLS, st.lists(CELLS, min_size=2, max_size=2), st.booleans()), max_size=9),
    st.integers(20, 200),
)
def test_no_line_is_wider_than_the_screen_and_no_cell_is_squeezed(
    drawn: list[tuple[str, list[str], bool]], width: int
) -> None:
    given_columns = [Column("trial", ["7", "13"])]
    given_columns += [Column(f"n{name}", cells, may_fold=fold) for name, cells, fold in drawn]
    layout = lay_out(given_columns, width)
    assert all(cell_len(line) <= width for line in layout.lines)
    for number, row in enumerate(layout.rows):
        text = row[0] + "".join(line[4:] for line in row[1:])
        assert all(column.cells[number] in text for column in given_columns)


@pytest.mark.parametrize("width", range(80, 201, 10))
@pytest.mark.parametrize("settings", range(8))
def test_every_number_is_whole_from_80_to_200_columns(settings: int, width: int) -> None:
    layout = lay_out(columns(settings), width)
    assert all(len(line) <= width for line in layout.lines)
    words = " ".join(layout.rows[0]).replace("=", " ").split()
    assert words.count("0.001234") == settings
    assert {"0", "7.7051"} <= set(words)
