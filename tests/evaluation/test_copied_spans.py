import random
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from charlab.evaluation import copied_spans
from charlab.evaluation.copied_spans import SpanNovelty


def brute(training, sample):
    for n in range(len(sample), 0, -1):
        for start in range(len(sample) - n + 1):
            if sample[start : start + n] in training:
                return n, start, sample[start : start + n]
    return 0, 0, ""


@given(st.text("ab", max_size=60), st.text("abc", max_size=30))
def test_two_letters_as_by_brute_force(training, sample):
    assert SpanNovelty(training).longest_copied_span(sample) == brute(training, sample)


@settings(max_examples=30)  # letters of all scripts are dear
@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=10))
def test_any_script_as_by_brute_force(training, sample, shared):
    training, sample = training + shared + "x", shared + sample
    assert SpanNovelty(training).longest_copied_span(sample) == brute(training, sample)


@settings(max_examples=50)
@given(st.text("ab", max_size=60), st.text("ab", max_size=30), st.integers(1, 9))
@example("bcca", "ab", 1)  # the later block has the earlier stretch
def test_blocks_do_not_show(training, sample, block):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copied_spans, "_BLOCK", block)
        assert SpanNovelty(training).longest_copied_span(sample) == brute(training, sample)


@given(st.text("abc", max_size=60), st.text("abc", max_size=30))
def test_colliding_hashes_do_no_harm(training, sample):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            copied_spans, "_stirred", lambda text: copied_spans.code_points(text).astype("u8") % 2
        )
        assert SpanNovelty(training).longest_copied_span(sample) == brute(training, sample)


def test_code_points_beyond_sixteen_bits_and_lone_surrogates():
    found = SpanNovelty("am 😀👩‍🚀 \udcff end").longest_copied_span("x😀👩‍🚀 \udcffx")
    assert found == (6, 1, "😀👩‍🚀 \udcff")


def test_a_large_text_takes_well_under_a_second():
    rng = random.Random(1)
    words = ["".join(rng.choices("etaoinshr", k=rng.randint(1, 9))) for _ in range(3000)]
    training = " ".join(rng.choices(words, k=180_000))
    sample = training[500_000:500_900] + "".join(rng.choices("etaoin", k=1100))
    novelty = SpanNovelty(training)
    begin = time.perf_counter()
    found = novelty.longest_copied_span(sample)
    seconds = time.perf_counter() - begin
    assert found.length >= 900
    assert found.start == 0
    assert found.text in training
    assert seconds < 3  # 0.3 on two cores; the rest is for a busy machine
