"""Stores for the tests: a file each, or a database each on one real PostgreSQL server."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from sync.store import Store
from tests.store.clocks import FakeClock
from tests.store.postgres import Missing, server

NUMBERS = itertools.count(1)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture(scope="session")
def server_url():
    """The address of a server; where there can be none the test says why, which a build server does not accept."""
    folder = Path(tempfile.mkdtemp(prefix="tasksync-pg-"))
    folder.chmod(0o755)
    try:
        with server(folder) as url:
            yield url
    except Missing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(f"PostgreSQL cannot be tested here: {missing}")
        pytest.skip(f"PostgreSQL cannot be tested here: {missing}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_database(server_url):
    """Makes an empty database; gives its address."""

    def make() -> str:
        name = f"t{os.getpid()}_{next(NUMBERS)}"
        engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"create database {name}"))
        engine.dispose()
        return server_url.rsplit("/", 1)[0] + "/" + name

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """An address at which there is no store yet, on each kind of database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'tasksync.db'}"
    return request.getfixturevalue("new_database")()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "tasksync.db"


@pytest.fixture
def store(url, clock):
    """An open store on each kind of database."""
    opened = Store.open(url, clock=clock)
    yield opened
    opened.close()
