import pytest
import torch
from torch.testing import assert_close

from charlab.models import POOLINGS, Classifier, build_model
from charlab.testing.model_contract import randomize

V, H, B, T, C = 7, 6, 3, 4, 5
LENGTHS = torch.tensor([4, 1, 3])


def a_classifier(name="lstm", pooling="last", predicts_next=False, **options):
    options = {"embedding_size": 5, "num_layers": 2} | options
    recurrent = build_model(name, vocabulary_size=V, hidden_size=H, **options)
    model = Classifier(recurrent, C, pooling, predicts_next=predicts_next)
    randomize(model)
    return model.double().eval()


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("name", ["vanilla", "lstm", "gru"])
def test_padding_changes_nothing(name, pooling, bidirectional):
    model = a_classifier(name, pooling, bidirectional=bidirectional)
    ids = torch.randint(V, (B, T))
    logits = model(ids, LENGTHS)
    assert logits.shape == (B, C)
    for row, length in enumerate(LENGTHS):
        assert_close(model(ids[row : row + 1, :length])[0], logits[row])
    for filler in (0, 3):  # other and more padding
        longer = torch.full((B, T + 3), filler)
        for row, length in enumerate(LENGTHS):
            longer[row, :length] = ids[row, :length]
        assert_close(model(longer, LENGTHS), logits)


@pytest.mark.parametrize("pooling", POOLINGS)
def test_padding_gets_no_gradient(pooling):
    model = a_classifier(pooling=pooling, bidirectional=True)
    ids = torch.full((B, T), 1)
    ids[1, 1:] = 6  # stands in the padding only
    ids[2, 3:] = 6
    model(ids, LENGTHS).sum().backward()
    gradient = model.recurrent.input.embedding.weight.grad
    assert gradient[1].any()
    assert not gradient[6].any()


def test_last_reads_each_direction_at_its_end():
    model = a_classifier(bidirectional=True, num_layers=1)
    ids = torch.randint(V, (B, T))
    features, _ = model.recurrent(ids, lengths=LENGTHS)
    ends = [
        torch.cat([features[row, length - 1, :H], features[row, 0, H:]])
        for row, length in enumerate(LENGTHS)
    ]
    assert_close(model(ids, LENGTHS), model.output(torch.stack(ends)))
    # The state at the first character has read the whole row: its last character matters.
    changed = ids.clone()
    changed[0, -1] = (ids[0, -1] + 1) % V
    assert not torch.allclose(model.recurrent(changed, lengths=LENGTHS)[0][0, 0, H:], ends[0][H:])


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("pooling", POOLINGS)
def test_trains_under_autocast(pooling, bidirectional):
    model = a_classifier(pooling=pooling, bidirectional=bidirectional, dropout=0.2).float().train()
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(torch.randint(V, (B, T)), LENGTHS)
    logits.float().square().sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in model.parameters())


def test_options_are_checked():
    recurrent = build_model("gru", vocabulary_size=V, hidden_size=H)
    with pytest.raises(ValueError, match="num_classes must be at least 2, got 1"):
        Classifier(recurrent, 1)
    with pytest.raises(ValueError, match="pooling must be one of last, mean, max, mean_max, got"):
        Classifier(recurrent, 2, "min")


@pytest.mark.parametrize("options", [{}, {"bidirectional": True, "num_layers": 1}])
def test_the_next_character_is_told_from_the_past_alone(options):
    model = a_classifier("gru", "mean_max", predicts_next=True, **options)
    ids = torch.randint(2, V, (2, 7))
    changed = ids.clone()
    changed[:, 4:] = 2 + (ids[:, 4:] - 1) % (V - 2)
    labels, following = model.forward_with_next(ids)
    others, changed_following = model.forward_with_next(changed)
    assert_close(following[:, :4], changed_following[:, :4])
    assert not torch.allclose(following[:, 4:], changed_following[:, 4:])
    assert not torch.allclose(labels, others)
    assert_close(labels, model(ids))


def test_layers_that_know_the_future_tell_no_next_character():
    model = a_classifier("gru", predicts_next=True, bidirectional=True)
    with pytest.raises(ValueError, match="future"):
        model.forward_with_next(torch.randint(V, (B, T)))
