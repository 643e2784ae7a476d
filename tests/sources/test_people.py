"""A publisher's list of names is a list of people, each with the given name first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.people import named_people

FAMILY = st.sampled_from(["Kukla", "Li", "van den Oord", "Šmíd", "O'Neill", "Sánchez-Gómez"])
INITIALS = st.sampled_from(["D.", "A. B.", "J.-P.", "Ž.", "W"])
GIVEN = st.sampled_from(["Ada", "Jean-Pierre", "Wei", "Aäron"])


@pytest.mark.parametrize(
    ("said", "people"),
    [
        ("Doe, Jane", ["Jane Doe"]),
        ("Smith, Jane; Doe, John", ["Jane Smith", "John Doe"]),
        ("Alice Smith, Bob Jones", ["Alice Smith", "Bob Jones"]),
        ("Alice Smith, Bob Jones, and Sandy Anderson", ["Alice Smith", "Bob Jones", "Sandy Anderson"]),
        ("Anna & Bob", ["Anna", "Bob"]),
        ("Martin Luther King, Jr.", ["Martin Luther King Jr."]),
        ("Plato", ["Plato"]),
        ("mail@example.org", []),
        ("", []),
    ],
)
def test_one_text(said: str, people: list[str]) -> None:
    assert list(named_people([said])) == people


@given(st.lists(st.tuples(FAMILY, INITIALS), min_size=1, max_size=6, unique=True))
def test_names_with_initials_are_told_apart_by_them(names: list[tuple[str, str]]) -> None:
    said = ", ".join(f"{family}, {given_name}" for family, given_name in names)
    assert list(named_people([said])) == [f"{given_name} {family}" for family, given_name in names]


@given(st.lists(st.tuples(FAMILY, GIVEN), min_size=2, max_size=6, unique=True))
def test_a_text_for_each_may_have_them_turned_round(names: list[tuple[str, str]]) -> None:
    assert named_people(f"{family}, {name}" for family, name in names) == named_people(
        f"{name} {family}" for family, name in names
    )


@given(st.lists(st.text(max_size=60), max_size=5))
def test_any_text_gives_names_without_addresses(said: list[str]) -> None:
    people = named_people(said)
    assert len(set(people)) == len(people)
    assert not [name for name in people if "@" in name or not name.strip()]
