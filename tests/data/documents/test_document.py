"""What a document says of itself."""

import pytest

from charlab.data.documents.document import Document


@pytest.mark.parametrize(
    ("document", "has_fields"),
    [
        (Document(""), False),
        (Document("ab", "x", "train"), False),
        (Document("ab", group="one.txt"), True),
        (Document("ab", tags=[None, "X"]), True),
        (Document("", tags=[]), True),  # there are tags, of no character
        (Document("ab", target=""), True),
    ],
)
def test_fields_are_what_stands_beside_text_label_and_split(
    document: Document, has_fields: bool
) -> None:
    assert document.has_fields == has_fields
