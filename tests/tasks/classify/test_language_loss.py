"""The auxiliary loss: what it predicts, and that no feature that it uses has seen the future."""

import pytest
import torch
import torch.nn.functional as F

from charlab.data.batches.batch import Batch
from charlab.errors import ConfigError
from charlab.models import build_model
from charlab.models.classifier import Classifier
from charlab.tasks.classify.task import language_loss


def classifier(**options: object) -> Classifier:
    torch.manual_seed(1)
    recurrent = build_model("gru", vocabulary_size=9, hidden_size=5, embedding_size=4, **options)
    return Classifier(recurrent, 3, "mean_max", predicts_next=True).eval()


@pytest.mark.parametrize("options", [{}, {"bidirectional": True}, {"num_layers": 2}])
def test_the_next_character_is_told_from_the_past_alone(options):
    network = classifier(**options)
    ids = torch.randint(2, 9, (2, 7))
    changed = ids.clone()
    changed[:, 4:] = 2 + (ids[:, 4:] - 1) % 7
    labels, following = network.forward_with_next(ids)
    others, changed_following = network.forward_with_next(changed)
    torch.testing.assert_close(following[:, :4], changed_following[:, :4])
    assert not torch.allclose(following[:, 4:], changed_following[:, 4:])
    assert not torch.allclose(labels, others)
    torch.testing.assert_close(labels, network(ids))


def test_layers_that_know_the_future_are_refused(compose_options):
    network = classifier(bidirectional=True, num_layers=2)
    with pytest.raises(ValueError, match="future"):
        network.forward_with_next(torch.randint(2, 9, (2, 7)))
    options = compose_options(
        "task=classify",
        "dataset=names",
        "task.language_weight=0.3",
        "model.bidirectional=true",
        "model.num_layers=2",
    )
    with pytest.raises(ConfigError, match=r"task.language_weight=0.3 .* model.num_layers=1"):
        options.task.check(options)


def test_every_token_and_the_end_mark_are_predicted_as_they_stand_in_the_data():
    ids = torch.tensor([[3, 4, 5], [6, 7, 0]])
    noisy = torch.tensor([[1, 4, 5], [6, 1, 0]])
    batch = Batch(
        noisy, torch.tensor([0, 1]), torch.tensor([3, 2]), None, None, 5, 2, clean_ids=ids
    )
    logits = torch.randn(2, 3, 9)
    wanted = [(0, 0, 4), (0, 1, 5), (0, 2, 0), (1, 0, 7), (1, 1, 0)]
    losses = [F.cross_entropy(logits[b, t], torch.tensor(k)) for b, t, k in wanted]
    torch.testing.assert_close(language_loss(logits, batch), torch.stack(losses).mean())
