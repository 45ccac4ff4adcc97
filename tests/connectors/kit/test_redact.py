"""Secrets are masked wherever they stand."""

from __future__ import annotations

import json
from base64 import b64encode
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.redact import MASK, Redactor

SECRETS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="*"), min_size=4, max_size=20)


@given(SECRETS)
def test_a_secret_is_masked_however_it_is_written(secret):
    redactor = Redactor([secret])
    forms = [
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret),
        json.dumps(secret, ensure_ascii=False),
        urlencode({"x": secret}),
        b64encode(secret.encode()).decode(),
    ]
    for form in forms:
        masked = redactor.mask(f"before <{form}> after")
        assert secret not in masked
        assert MASK in masked
        assert masked.startswith("before <")
        assert masked.endswith("> after")


def test_a_secret_inside_another_leaves_nothing_of_it():
    redactor = Redactor(["abcd", "abcdefgh"])
    assert redactor.mask("abcdefgh abcd") == "*** ***"


def test_a_secret_that_came_later_is_masked_too():
    redactor = Redactor()
    assert redactor.mask("the word is fresh-one") == "the word is fresh-one"
    redactor.add("fresh-one")
    assert redactor.mask("the word is fresh-one") == "the word is ***"


def test_nothing_is_no_secret():
    redactor = Redactor(["", "  "])
    assert redactor.mask("a text with blanks") == "a text with blanks"


def test_a_very_short_secret_does_not_spoil_every_word():
    redactor = Redactor(["a1"])
    assert redactor.mask("a1 is masked, data1 and ba1la is not") == "*** is masked, data1 and ba1la is not"


@pytest.mark.parametrize("name", ["token", "old_token", "remote_key", "token2fa", "password", "PASSWORD"])
def test_parameters_of_vendors_are_masked_by_their_names(name):
    redactor = Redactor()
    assert redactor.mask(f"https://h/x?a=b&{name}=geheim&c=d") == f"https://h/x?a=b&{name}=***&c=d"
    assert redactor.mask(f"{name}=geheim") == f"{name}=***"
    assert redactor.mask(json.dumps({name: 'ge"heim', "c": "d"})) == f'{{"{name}": ***, "c": "d"}}'
    assert redactor.mask(str({name: "geheim"})) == f"{{'{name}': ***}}"


@pytest.mark.parametrize("name", ["Authorization", "X-Client-Token", "X-Api-Token", "x-api-key"])
def test_headers_of_vendors_are_masked_by_their_names(name):
    redactor = Redactor()
    assert redactor.mask(f"{name}: Basic Z2VoZWlt\nnext") == f"{name}: ***\nnext"
    assert redactor.mask(str({name: "geheim"})) == f"{{'{name}': ***}}"


def test_the_user_of_an_address_is_masked():
    assert Redactor().mask("see https://me:geheim@host/x and me@host") == "see https://***@host/x and me@host"


def test_other_words_stay():
    text = "token ring, passwords=few, my_token=3 tokens, the password is long"
    assert Redactor().mask(text) == text


def test_a_redactor_does_not_show_what_it_hides():
    assert "geheim" not in repr(Redactor(["geheim"]))
