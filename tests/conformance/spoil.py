"""Ways to spoil a memory connector, each breaking one promise of the contract."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from itertools import count
from typing import TypeAlias

from connectors.contract import Entry, Stored
from connectors.errors import Applied, ConnectorError, Transient
from connectors.memory.connector import MemoryConnector
from connectors.memory.vault import Vault
from connectors.task import Field, Patch
from tests.conformance.bench import Spoil

Real: TypeAlias = Callable[..., object]
Make: TypeAlias = Callable[[MemoryConnector, Real], Real]


def instead(name: str, make: Make) -> Spoil:
    """Replace a verb: ``make`` is given the connector and the real verb."""

    def spoil(connector: MemoryConnector, _vault: Vault) -> None:
        setattr(connector, name, make(connector, getattr(connector, name)))

    return spoil


def answer(**changes: object) -> Make:
    """The real answer of a create or update, with an entry that is told otherwise."""

    def make(_connector: MemoryConnector, real: Real) -> Real:
        def verb(*args: object) -> Stored:
            stored = real(*args)
            fields = {**stored.entry.fields, **{Field(name): value for name, value in changes.items()}}
            return dataclasses.replace(stored, entry=dataclasses.replace(stored.entry, fields=fields))

        return verb

    return make


def entry_with(**changes: object) -> Make:
    """The real entry with other attributes."""
    return lambda _, real: lambda *args: dataclasses.replace(real(*args), **changes)


def swallowing(error: type[ConnectorError], result: Callable[[], object]) -> Make:
    """An error that is taken for something else."""

    def make(_connector: MemoryConnector, real: Real) -> Real:
        def verb(*args: object) -> object:
            try:
                made = real(*args)
                return list(made) if inspect.isgenerator(made) else made
            except error:
                return result()

        return verb

    return make


def taken_for(error: type[ConnectorError], other: ConnectorError) -> Make:
    """An error that is raised as another one."""

    def raise_other() -> object:
        raise other

    return swallowing(error, raise_other)


def dropped(*fields: Field) -> Make:
    """A create that forgets some fields."""
    return lambda _, real: lambda sent, marker: real(Patch(sent).without(*fields).fields, marker)


def escaped(_connector: MemoryConnector, real: Real) -> Real:
    """A create that takes a text for HTML."""
    return lambda sent, marker: real({**sent, Field.TITLE: sent[Field.TITLE].replace("&lt;", "<")}, marker)


def patched(change: Callable[[Patch], Patch]) -> Make:
    """An update that sends another patch."""
    return lambda _, real: lambda entry, patch: real(entry, change(patch)) if change(patch) else Stored(entry=entry)


def also_title(patch: Patch) -> Patch:
    """A patch that names a field too many."""
    return Patch({**patch.fields, Field.TITLE: "and a new title"}) if Field.TITLE not in patch else patch


def unlabelled(patch: Patch) -> Patch:
    """A patch without labels."""
    return patch.without(Field.LABELS)


def shouted(patch: Patch) -> Patch:
    """A patch whose comment is in capitals."""
    text = {Field.COMMENTS: str(patch.fields[Field.COMMENTS]).upper()} if Field.COMMENTS in patch else {}
    return Patch({**patch.fields, **text})


def unranked(patch: Patch) -> Patch:
    """A patch without a rank."""
    return patch.without(Field.POSITION)


def never_clears(patch: Patch) -> Patch:
    """A patch without what it would clear."""
    return Patch({field: value for field, value in patch.fields.items() if value not in (None, "", 0, (), False)})


def twice(_connector: MemoryConnector, real: Real) -> Real:
    """A verb that asks two times."""
    return lambda *args: (real(*args), real(*args))[1]


def gone_when_gone(connector: MemoryConnector, _real: Real) -> Real:
    """A delete that complains about what is gone already."""
    return lambda entry: connector.vault.delete(entry.ref) and None


def another_ref(_connector: MemoryConnector, real: Real) -> Real:
    """A delete that answers with another task."""

    def delete(entry: Entry) -> Stored:
        return Stored(entry=dataclasses.replace(real(entry).entry, ref="x"))

    return delete


def without_token(_connector: MemoryConnector, real: Real) -> Real:
    """An update that overwrites whatever is there."""
    return lambda entry, patch: real(dataclasses.replace(entry, token=""), patch)


def the_first(connector: MemoryConnector, _real: Real) -> Real:
    """Any marker finds the first task."""
    return lambda _marker: connector.get("m1")


def stubborn(_connector: MemoryConnector, real: Real) -> Real:
    """A create or update that is repeated although its fate is not known."""

    def verb(*args: object) -> object:
        try:
            return real(*args)
        except Transient:
            return real(*args)

    return verb


def assured(_connector: MemoryConnector, real: Real) -> Real:
    """Failures that claim not to have been applied."""

    def verb(*args: object) -> object:
        try:
            return real(*args)
        except Transient as error:
            raise Transient(error.message, applied=Applied.NO) from error

    return verb


def steps(cut: Callable[[Patch], tuple[Patch, ...]]) -> Make:
    """Other steps."""

    def make(_connector: MemoryConnector, _real: Real) -> Real:
        def split(patch: Patch, *, creating: bool) -> tuple[Patch, ...]:
            del creating
            return cut(patch)

        return split

    return make


def once(_connector: MemoryConnector, real: Real) -> Real:
    """A check that works once."""
    calls = count()

    def check() -> None:
        if next(calls):
            raise Transient("again?")
        real()

    return check


def nothing(_connector: MemoryConnector, _vault: Vault) -> None:
    """The connector is right, and what it claims is wrong."""
