"""Who is proposed as one person, and who is not."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from sync.core.policy import PersonRule
from sync.core.proposal import Known, propose

HERE, THERE, ELSEWHERE = "here", "there", "elsewhere"


def known(side: str, ref: str, name: str = "", email: str = "") -> Known:
    return Known(side=side, id=ref, name=name, email=email)


def test_an_equal_address_is_one_person():
    told = propose([known(HERE, "1", "Anna", "anna@x.org"), known(THERE, "7", "A. Berg", "Anna@X.org")], [])
    (anna,) = told.people
    assert (anna.key, anna.name, anna.email, anna.ids, anna.guess) == (
        "anna",
        "Anna",
        "anna@x.org",
        {HERE: "1", THERE: "7"},
        (),
    )
    assert told.alone == []


def test_an_equal_name_is_a_guess_where_no_address_tells():
    people = [known(HERE, "1", "Anna  Berg", "anna@x.org"), known(THERE, "anna berg", "anna berg")]
    told = propose(people, [])
    (anna,) = told.people
    assert told.alone == []
    assert (anna.ids, anna.guess) == ({HERE: "1", THERE: "anna berg"}, (THERE,))
    (nobody,) = propose([known(HERE, "1", "Anna"), known(THERE, "2", "Anna")], []).people
    assert nobody.guess == (HERE, THERE)


def test_a_name_that_two_people_of_one_side_have_is_no_guess():
    people = [known(HERE, "1", "Anna"), known(HERE, "2", "Anna"), known(THERE, "3", "Anna")]
    told = propose(people, [])
    assert (told.people, told.alone) == ([], people)


def test_equal_names_with_other_addresses_are_two_people():
    people = [known(HERE, "1", "Anna", "anna@x.org"), known(THERE, "2", "Anna", "anna@y.org")]
    assert propose(people, []).people == []


def test_an_address_that_two_people_of_one_side_have_ties_neither():
    people = [known(HERE, "1", "A", "a@x.org"), known(HERE, "2", "B", "a@x.org"), known(THERE, "3", "C", "a@x.org")]
    told = propose(people, [])
    assert told.people == []
    assert len(told.alone) == 3


def test_who_is_configured_is_not_proposed_again():
    rule = PersonRule(key="anna", name="Anna", email="anna@x.org", ids={HERE: "1"})
    people = [
        known(HERE, "1", "Anna", "anna@x.org"),
        known(THERE, "7", "A", "ANNA@x.org"),
        known(ELSEWHERE, "Anna", "Anna"),
    ]
    told = propose(people, [rule])
    assert told.people == []
    assert told.more == {"anna": {THERE: "7", ELSEWHERE: "Anna"}}
    assert propose([known(HERE, "1", "Anna")], [rule]).alone == []


def test_another_anna_is_not_the_configured_one():
    rule = PersonRule(key="anna", name="Anna", email="anna@x.org")
    people = [known(HERE, "1", "Anna", "anna@y.org"), known(THERE, "2", "Anna", "anna@y.org")]
    (other,) = propose(people, [rule]).people
    assert other.key == "anna-2"
    assert propose(people, [rule]).more == {}


def test_a_name_ties_to_the_configuration_where_no_two_addresses_contradict_it():
    rule = PersonRule(key="anna", name="Anna Berg")
    told = propose([known(HERE, "1", "anna  berg", "anna@x.org")], [rule])
    assert (told.more, told.alone) == ({"anna": {HERE: "1"}}, [])
    two = [rule, PersonRule(key="other", name="Anna Berg")]
    assert propose([known(HERE, "1", "Anna Berg")], two).more == {}


def test_nobody_without_a_name_is_somebody_without_a_name():
    people = [known(HERE, "1"), known(THERE, "2")]
    told = propose(people, [PersonRule(key="anna", email="anna@x.org")])
    assert (told.people, told.more, told.alone) == ([], {}, people)


def test_a_key_is_never_too_long():
    long = [known(side, f"{side}{number}", "a" * 90, f"@{number}.org") for number in range(3) for side in (HERE, THERE)]
    assert [one.key for one in propose(long, []).people] == ["a" * 64, f"{'a' * 58}-2", f"{'a' * 58}-3"]


def test_keys_are_first_names_and_never_taken():
    people = [
        one
        for number, (name, email) in enumerate(
            [
                ("Anna Berg", "a1@x.org"),
                ("Anna Çelik", "a2@x.org"),
                ("Łukasz", "l@x.org"),
                ("李明", "li.ming@x.org"),
                ("", "@x.org"),
            ]
        )
        for one in (known(HERE, f"h{number}", name, email), known(THERE, f"t{number}", name, email))
    ]
    assert [one.key for one in propose(people, []).people] == ["anna", "anna-celik", "ukasz", "li-ming", "person-2"]


TEXTS = st.sampled_from(["", "Anna", "anna", "Ben Çelik", "李明", "a" * 90])
PEOPLE = st.lists(
    st.builds(
        known,
        st.sampled_from([HERE, THERE, ELSEWHERE]),
        st.sampled_from("123456"),
        TEXTS,
        st.sampled_from(["", "a@x.org", "A@x.org", "b@x.org"]),
    ),
    max_size=12,
)


@given(PEOPLE)
def test_nobody_is_lost_and_nobody_is_in_two_places(found):
    told = propose(found, [])
    placed = [(side, id_) for one in told.people for side, id_ in one.ids.items()]
    placed += [(one.side, one.id) for one in told.alone]
    assert sorted({(one.side, one.id) for one in found}) == sorted(set(placed))
    assert len(placed) == len(set(found)), "one is in two places"
    assert all(len(one.ids) > 1 for one in told.people)
    ids = [(side, id_) for one in told.people for side, id_ in one.ids.items()]
    assert len(ids) == len(set(ids))
    keys = [one.key.casefold() for one in told.people]
    assert len(keys) == len(set(keys))
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", key) for key in keys)


def test_what_one_side_does_not_tell_another_may():
    (told,) = propose([known(HERE, "1", "", "a@x.org"), known(THERE, "2", "Anna", "a@x.org")], []).people
    assert (told.name, told.email) == ("Anna", "a@x.org")
    (told,) = propose([known(HERE, "Anna", "Anna"), known(THERE, "2", "Anna", "a@x.org")], []).people
    assert (told.email, told.guess) == ("a@x.org", (HERE,))


def test_an_id_of_two_people_is_proposed_for_neither():
    twins = [known(HERE, "Anna", "Anna", "a@x.org"), known(HERE, "Anna", "Anna", "b@x.org")]
    told = propose([*twins, known(THERE, "1", "A", "a@x.org"), known(THERE, "2", "B", "b@x.org")], [])
    assert told.people == []
    assert told.alone[:2] == twins


def test_whose_id_is_configured_is_that_person_whatever_they_are_called():
    rule = PersonRule(key="anna", name="Ben", email="anna@x.org", ids={HERE: "1"})
    told = propose([known(HERE, "1", "Somebody", "z@x.org"), known(THERE, "2", "Zoe", "z@x.org")], [rule])
    assert (told.people, told.more, told.alone) == ([], {}, [known(THERE, "2", "Zoe", "z@x.org")])
    assert propose([known(HERE, "9", "", "anna@x.org")], [rule]).more == {}
    assert propose([known(THERE, "3", "Cleo")], [rule]).alone == [known(THERE, "3", "Cleo")]


def test_an_address_that_is_doubled_on_a_later_side_ties_nobody_there():
    people = [known(THERE, "3", "C", "a@x.org"), known(HERE, "1", "A", "a@x.org"), known(HERE, "2", "B", "a@x.org")]
    assert propose(people, []).people == []
