import pytest
import torch

from charlab.models import build_model
from charlab.models.tagger import Tagger


@pytest.mark.parametrize("bidirectional", [False, True])
def test_padding_changes_no_logit(bidirectional):
    torch.manual_seed(0)
    recurrent = build_model("gru", vocabulary_size=7, hidden_size=4, bidirectional=bidirectional)
    tagger = Tagger(recurrent, 3).eval()
    ids = torch.randint(0, 7, (3, 6))
    lengths = torch.tensor([6, 2, 4])
    together = tagger(ids, lengths)
    assert together.shape == (3, 6, 3)
    for row, length in enumerate(lengths.tolist()):
        alone = tagger(ids[row : row + 1, :length])
        torch.testing.assert_close(together[row : row + 1, :length], alone)


def test_one_tag_is_none_to_tell():
    with pytest.raises(ValueError, match="num_tags must be at least 2"):
        Tagger(build_model("gru", vocabulary_size=3, hidden_size=2), 1)
