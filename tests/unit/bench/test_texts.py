"""Texts of campaigns: unlike each other, of every length, without blanks at the ends."""

from random import Random

from bench.texts import text_of


def test_each_text_is_another_one_and_the_kinds_that_the_editor_changes_are_among_them() -> None:
    draw = Random(1)
    texts = [text_of(number, draw) for number in range(2000)]
    assert len(set(texts)) == len(texts)
    assert all(text == text.strip() and 1 <= len(text) <= 5000 for text in texts)
    assert min(map(len, texts)) == 1
    assert max(map(len, texts)) > 4000
    assert sum(len(text) > 850 for text in texts) > 100  # folded bubbles
    for part in ("\n- ", "\n2. ", "\n> ", " :-)", " <3", ":smi", "*bold*"):
        assert any(part in text for text in texts), part


def test_a_seed_gives_the_same_texts() -> None:
    assert [text_of(n, Random(7)) for n in range(50)] == [text_of(n, Random(7)) for n in range(50)]
