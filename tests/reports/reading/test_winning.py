"""Which of two things a sentence finds better. Sentences and products are invented."""

import pytest

from reports.reading.winning import who_wins


@pytest.mark.parametrize(
    "sentence",
    [
        "Tunely is better than Blinko.",
        "Blinko is slower than Tunely.",
        "It is easier to find songs with Tunely than with Blinko.",
        "Tunely is less expensive than Blinko.",
        "Tunely has fewer bugs than Blinko.",
        "Blinko is more expensive than Tunely.",
        "Blinko isn't any better than Tunely.",
        "Tunely is not slower than Blinko.",
        "Faster than Blinko, Tunely is a joy.",
        "The only thing better than Blinko is Tunely.",
        "Tunely beats Blinko in every way.",
        "Blinko was outperformed by Tunely.",
        "Blinko is inferior to Tunely.",
        "Blinko is not as good as Tunely.",
        "Compared to Blinko, Tunely is quicker.",
        "Tunely is quicker compared to Blinko.",
        "Think of Tunely as a better Blinko.",
        "I prefer Tunely to Blinko.",
        "I have both Blinko and Tunely, and I like Tunely better.",
        "Blinko is fine, but Tunely is easier to learn.",
        "Tunely’s search is faster then Blinko’s.",
    ],
)
def test_the_better_one_is_found_from_both_sides(sentence: str) -> None:
    assert who_wins(sentence, "Tunely", "Blinko") == "first"
    assert who_wins(sentence, "Blinko", "Tunely") == "second"


@pytest.mark.parametrize(
    "sentence",
    [
        "Is Tunely better than Blinko?",
        "I wonder whether Tunely is better than Blinko.",
        "I have Tunely and Blinko on my phone.",
        "Tunely and Blinko are both better than Northmail.",
        "Northmail is better than Tunely and Blinko.",
        "What Tunely can do better than Blinko and vice versa.",
        "Tunely is better than Northmail.",
        "Nothing here is about music.",
        "Tunely is as good as Blinko.",
        "I would rather walk than use Tunely or Blinko.",
        "",
    ],
)
def test_nothing_is_decided_without_a_word_for_it(sentence: str) -> None:
    assert who_wins(sentence, "Tunely", "Blinko") is None


def test_a_name_is_a_whole_word() -> None:
    assert who_wins("Pineapples are better than pearls.", "apples", "pear") is None
    assert who_wins("C++ is faster than C#.", "C++", "C#") == "first"
