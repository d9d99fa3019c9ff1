"""What a run was made with."""

import torch

from charlab.runs import environment


def test_the_processor_is_named_as_the_system_names_it(monkeypatch, tmp_path):
    about = tmp_path / "cpuinfo"
    about.write_text(
        "processor\t: 0\nmodel name\t: Fast  Chip 9\nprocessor\t: 1\nmodel name\t: Other\n"
    )
    monkeypatch.setattr(environment, "CPUINFO", about)
    assert environment.processor_name() == "Fast Chip 9"
    assert (
        environment.describe(torch.device("cpu"), "float32", 1, "x")["processor"] == "Fast Chip 9"
    )


def test_a_system_that_does_not_name_its_processor_is_believed(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "CPUINFO", tmp_path / "none")
    monkeypatch.setattr(environment.platform, "processor", lambda: "")
    assert environment.processor_name() is None
