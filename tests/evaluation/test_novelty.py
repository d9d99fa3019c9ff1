from charlab.evaluation.novelty import SequenceNovelty


def test_novel_and_distinct_texts_are_counted():
    novelty = SequenceNovelty(["Müller", "佐藤", "Ada", "Ada"])
    assert novelty.is_known("佐藤")
    assert not novelty.is_known("ada")
    said = novelty.describe(["Ada", "Eva", "Eva", "佐藤", "Ida"])
    assert said == "60.0% novel, 80.0% distinct of 5"


def test_no_samples_are_no_division_by_zero():
    assert SequenceNovelty([]).describe([]) == "0.0% novel, 0.0% distinct of 0"
