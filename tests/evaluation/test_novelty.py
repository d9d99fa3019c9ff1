import pytest

from charlab.evaluation.novelty import SequenceNovelty


def test_the_report_counts_novel_and_distinct():
    novelty = SequenceNovelty(["Müller", "佐藤", "Ada", "Ada"])
    assert novelty.is_known("佐藤")
    assert not novelty.is_known("ada")
    report = novelty.report(["Ada", "Eva", "Eva", "佐藤", "Ida"])
    assert (report.count, report.novel, report.distinct) == (5, 3, 4)
    assert report.novel_share == pytest.approx(0.6)
    assert report.distinct_share == pytest.approx(0.8)
    assert str(report) == "60.0% novel, 80.0% distinct of 5"


def test_no_samples_are_no_division_by_zero():
    report = SequenceNovelty([]).report([])
    assert (report.novel_share, report.distinct_share) == (0.0, 0.0)
