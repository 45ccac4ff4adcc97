"""Whose rate budget a side uses: the account's on its server, told by a digest from which no secret can be had."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from connectors.budget import RateBudget, Window
from sync.sharing import budget_of, credential_of
from sync.sides import settings_of
from tests.config.kit import ENV, document, read

FIELD = """\
[sides.field]
connector = "board"
base_url = "{url}"
username = "{user}"
password = {{ env = "BOARD_PASSWORD" }}
{more}
"""


class Keyed(BaseModel):
    """A connector whose accounts have a key and no name."""

    token: SecretStr

    def container(self, base_url: str) -> str:
        return base_url


def key(
    folder: Path, url: str = "https://board.example.com", user: str = "api", more: str = "", password: str = "one"
) -> str:
    text = document(field=FIELD.format(url=url, user=user, more=more))
    side = read(folder, text, {**ENV, "BOARD_PASSWORD": password}).sides["field"]
    return credential_of(side, settings_of(side))


def test_an_account_has_one_budget_whatever_its_password_and_container(tmp_path):
    same = key(tmp_path)
    assert same == key(tmp_path, password="two")
    assert same == key(tmp_path, more="canvas = 7")
    assert same == key(tmp_path, url="https://BOARD.example.com/", user="API")
    others = {
        key(tmp_path, user="another"),
        key(tmp_path, url="https://board.example.com/prefix"),
        key(tmp_path, url="https://board.example.com:8443"),
        key(tmp_path, url="https://other.example.com"),
    }
    assert len(others | {same}) == 5


def test_an_account_without_a_name_is_told_by_its_key(tmp_path):
    side = read(tmp_path, document()).sides["field"]
    keys = [
        replace(side, settings=Keyed(token=SecretStr(token)))  # as a connector with another class of settings has it
        for token in ("first-token", "second-token", "first-token")
    ]
    first, second, again = (credential_of(one, settings_of(one)) for one in keys)
    assert first == again != second
    assert "token" not in first


@pytest.mark.parametrize(
    ("more", "windows"),
    [
        ("", (50,)),
        ('rate = "7/2s"', (7,)),
        ('rate = ["7/2s", "100/1h"]', (7, 100)),
        ('rate = "off"', ()),
    ],
)
def test_the_configured_rate_stands_in_for_the_connectors(tmp_path, more, windows):
    side = read(tmp_path, document(outline=f"+{more}\n")).sides["outline"]
    usual = RateBudget(windows=(Window(limit=50, per=60.0),), spacing=0.5)
    found = budget_of(side, usual)
    assert tuple(window.limit for window in found.windows) == windows
    assert (found.spacing == 0.5) == (more == "")
    assert found.empty == (more == 'rate = "off"')
