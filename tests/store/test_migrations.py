"""The steps make what the models describe, one after the other, each whole or not at all."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, inspect

from sync.store import Store, StoreError
from sync.store.database import Database
from sync.store.migrations import MIGRATIONS
from sync.store.tables import METADATA
from sync.store.upgrade import upgrade


def described(url: str) -> dict[str, object]:
    """All that a database says about its tables."""
    engine = create_engine(url)
    inspector = inspect(engine)
    tables = {}
    for table in inspector.get_table_names():
        columns = [{**column, "type": repr(column["type"])} for column in inspector.get_columns(table)]
        indexes = inspector.get_indexes(table)
        for index in indexes:
            index["dialect_options"] = {name: str(text) for name, text in index.get("dialect_options", {}).items()}
        tables[table] = {
            "columns": columns,
            "key": inspector.get_pk_constraint(table),
            "unique": sorted(inspector.get_unique_constraints(table), key=str),
            "indexes": sorted(indexes, key=str),
            "foreign": sorted(inspector.get_foreign_keys(table), key=str),
        }
    engine.dispose()
    return tables


@pytest.fixture(params=["sqlite", "postgresql"])
def two(request, tmp_path):
    """Two addresses without a store."""
    if request.param == "sqlite":
        return [f"sqlite:///{tmp_path / name}.db" for name in ("one", "two")]
    make = request.getfixturevalue("new_database")
    return [make(), make()]


def test_all_steps_together_make_what_the_models_describe(two, clock):
    by_steps, by_models = two
    Store.open(by_steps, clock=clock).close()
    engine = create_engine(by_models)
    METADATA.create_all(engine)
    engine.dispose()
    assert described(by_steps) == described(by_models)
    assert set(described(by_steps)) == set(METADATA.tables)


def test_sqlite_gives_no_number_twice(file, clock):
    """Only this keyword in a table's text makes it remember the highest number after the row is gone."""
    Store.open(f"sqlite:///{file}", clock=clock).close()
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT name FROM sqlite_schema WHERE sql LIKE '%AUTOINCREMENT%'")
        assert {name for (name,) in rows} == {"group", "side", "intent", "cycle", "history", "held", "request"}
    engine.dispose()


def test_each_step_has_a_name_of_its_own():
    assert len({step.name for step in MIGRATIONS}) == len(MIGRATIONS)


def test_a_store_is_brought_up_to_date_once(url, clock):
    Store.open(url, clock=clock).close()
    before = described(url)
    Store.open(url, clock=clock).close()
    assert described(url) == before


def test_a_step_that_fails_leaves_nothing_behind(url, clock):
    """A table of our name appears between the look at the database and the step: everything of the step is undone."""
    engine = create_engine(url)
    database = Database(engine, "here", clock, read_only=False)
    with engine.begin() as connection:
        METADATA.tables["lease"].metadata.tables["meta"].create(connection)
        connection.execute(METADATA.tables["meta"].insert().values(name="application", value="tasksync"))
        connection.execute(METADATA.tables["meta"].insert().values(name="version", value="0"))
    with pytest.raises(StoreError, match=f"here \\(at the step: {MIGRATIONS[0].name}\\)"):
        upgrade(database)
    assert set(described(url)) == {"meta"}
    engine.dispose()
