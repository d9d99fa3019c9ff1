"""The files of the tutorials' names."""

from charlab.data.documents.sources.names_tutorial import NAMES_TUTORIAL

# As the tutorial "Classifying Names with a Character-Level RNN" lists them.
LANGUAGES = (
    "Arabic Chinese Czech Dutch English French German Greek Irish Italian Japanese Korean Polish "
    "Portuguese Russian Scottish Spanish Vietnamese"
)


def test_each_language_of_the_tutorial_has_a_file_of_its_own() -> None:
    names = [each.url.rsplit("/", 1)[1] for each in NAMES_TUTORIAL]
    assert names == [f"{language}.txt" for language in LANGUAGES.split()]
    folders = {each.url.rsplit("/", 1)[0] for each in NAMES_TUTORIAL}
    assert len(folders) == 1
