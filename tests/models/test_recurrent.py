import pytest

from charlab.errors import ConfigError
from charlab.models import RecurrentModel, build_model, models


def test_every_model_is_found_by_name():
    assert {"vanilla", "lstm", "gru"} <= set(models.names())
    for name in models.names():
        model = build_model(name, vocabulary_size=7, hidden_size=6)
        assert isinstance(model, RecurrentModel)
        assert type(model) is models[name]


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(ConfigError, match="unknown model 'lsmt': did you mean 'lstm'"):
        build_model("lsmt", vocabulary_size=7, hidden_size=6)


def test_an_unknown_option_is_refused():
    with pytest.raises(TypeError, match="forget_bias"):
        build_model("gru", vocabulary_size=7, hidden_size=6, forget_bias=1.0)
