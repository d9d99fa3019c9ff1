"""What every recurrent model must do, as tests to inherit. Needs pytest.

class TestMyModel(RecurrentModelContract):
    def build(self, **options):
        return build_model("my_model", **options)

    def textbook_step(self, w_ih, w_hh, b_ih, b_hh, x_t, state):
        ...  # the cell's equations, written out once more
"""

from charlab.testing.bidirectional_tests import BidirectionalTests
from charlab.testing.input_tests import InputTests
from charlab.testing.model_tests import random_ids, randomize
from charlab.testing.option_tests import OptionTests
from charlab.testing.recurrence_tests import RecurrenceTests
from charlab.testing.training_tests import TrainingTests

__all__ = ["RecurrentModelContract", "random_ids", "randomize"]


class RecurrentModelContract(
    RecurrenceTests, InputTests, TrainingTests, BidirectionalTests, OptionTests
):
    """All of them. A subclass writes `build` and `textbook_step`."""
