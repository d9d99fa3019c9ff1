import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.config.cli_options import SampleArguments
from charlab.config.variants import read_variants, split_commas
from charlab.errors import ConfigError


def read(*words):
    return read_variants(SampleArguments, words)


def test_every_combination_the_last_setting_first():
    variants = read("temperature=0.3,0.7", "prompt=a,b", "label=Italian, Polish", "count=2")
    drawn = [(o.temperature, o.label) for _, o in variants]
    assert drawn == [(0.3, "Italian"), (0.3, "Polish"), (0.7, "Italian"), (0.7, "Polish")]
    chosen, options = next(iter(variants))
    assert chosen == {"temperature": "0.3", "label": "Italian"}
    assert (options.prompt, options.count) == ("a,b", 2)


def test_one_value_is_one_variant():
    ((chosen, options),) = read("temperature=0.5")
    assert chosen == {}
    assert options.temperature == 0.5
    assert [options for _, options in read()] == [SampleArguments()]


@pytest.mark.parametrize(
    "key", ["prompt", "stop", "banned", "output", "output_dir", "dataset.path"]
)
@given(value=st.text(st.characters(categories=None)))
def test_free_text_keeps_its_commas(key, value):
    variants = read(f"{key}={value},x,")
    assert variants.axes == ()
    assert variants.words == (f"{key}={value},x,",)


def test_a_run_that_is_there_is_one(tmp_path):
    (tmp_path / "a,b").mkdir()
    assert read(f"run={tmp_path}/a,b").axes == ()
    (axis,) = read(f"run={tmp_path}/a,c").axes
    assert axis.values == (f"{tmp_path}/a", "c")


def test_quotes_keep_commas():
    (axis,) = read("""label='Smith, John',"Ó,x",Polish""").axes
    assert axis.values == ("Smith, John", "Ó,x", "Polish")
    ((_, options),) = read("label='Smith, John'")
    assert options.label == "Smith, John"


def test_values_may_be_taken_as_one():
    variants = read("temperature=1,2", "label=Smith, John")
    _, label = variants.axes
    assert [o.label for _, o in variants.with_one(label)] == ["Smith, John"] * 2


def test_the_last_word_of_a_key_counts_and_each_value_once():
    assert read("seed=1,2", "seed=3").axes == ()
    assert [o.seed for _, o in read("seed=3", "seed=2,1,2")] == [2, 1]


def test_a_value_that_cannot_be_read_is_named():
    with pytest.raises(ConfigError, match=r"^temperature= must be a number, got 'x'$"):
        list(read("temperature=0.3,x"))
    with pytest.raises(ConfigError, match=r"^count= must be a whole number, got '1,2'$"):
        list(read("count=1,2"))


def test_parts_between_commas():
    assert list(split_commas('a,,\'b,c\' , "d\\""')) == [
        ("a", False),
        ("", False),
        ("b,c", True),
        ('d"', True),
    ]
