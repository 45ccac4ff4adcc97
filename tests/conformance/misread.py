"""Ways to spoil what a memory connector reads, and the views that it claims to have."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from itertools import count

from connectors.contract import Entry, FieldCapability, Holding, Page, Record
from connectors.memory.connector import MemoryConnector
from connectors.memory.vault import Vault
from connectors.projection import Through
from connectors.task import Field, Status
from tests.conformance.bench import VaultBench
from tests.conformance.spoil import Make, Real


def hashes(make: Callable[[Record], str]) -> Make:
    """Records with another raw hash."""

    def changed(page: Page) -> Page:
        return dataclasses.replace(
            page, records=tuple(dataclasses.replace(one, raw_hash=make(one)) for one in page.records)
        )

    return lambda _, real: lambda since: (changed(page) for page in real(since))


def pages(change: Callable[[list[Page]], list[Page]]) -> Make:
    """Another list."""
    return lambda _, real: lambda since: iter(change(list(real(since))))


def one_page(real: list[Page]) -> list[Page]:
    """Everything at once."""
    records = tuple(record for page in real for record in page.records)
    return [dataclasses.replace(real[-1], records=records)]


def less_one(real: list[Page]) -> list[Page]:
    """A list without its first task."""
    return [dataclasses.replace(real[0], records=real[0].records[1:]), *real[1:]]


def less_the_last(real: list[Page]) -> list[Page]:
    """A list without its last task."""
    return [*real[:-1], dataclasses.replace(real[-1], records=real[-1].records[:-1])]


def without_news(real: list[Page]) -> list[Page]:
    """An incremental read that omits."""
    return [dataclasses.replace(page, records=()) if page.coverage == "since" else page for page in real]


def roots_only(real: list[Page]) -> list[Page]:
    """A list of the tasks at the root."""
    return [
        dataclasses.replace(page, records=tuple(one for one in page.records if one.native.get("parent") is None))
        for page in real
    ]


def trusting(_connector: MemoryConnector, real: Real) -> Real:
    """Any cursor is taken for one of ours."""
    return lambda since: iter([Page(records=(), last=True, coverage="since", cursor=since)]) if since else real(since)


def listed_twice(_connector: MemoryConnector, real: Real) -> Real:
    """A list that is fetched two times."""
    return lambda since: (list(real(since)), real(since))[1]


def counted() -> Callable[[Record], str]:
    """A raw hash that is another one each time."""
    calls = count()
    return lambda _record: str(next(calls))


def two_lines(_connector: MemoryConnector, real: Real) -> Real:
    """A normalise that shows what the side's view would not."""

    def normalise(record: Record) -> Entry:
        entry = real(record)
        return dataclasses.replace(entry, fields={**entry.fields, Field.TITLE: "two\nlines"})

    return normalise


def trusting_the_vendor(_connector: MemoryConnector, real: Real) -> Real:
    """A normalise that trusts the vendor."""
    return lambda record: (record.native["due"], record.native["labels"], real(record))[2]


def counting(_connector: MemoryConnector, real: Real) -> Real:
    """A normalise that depends on how often it was called."""
    calls = count()
    return lambda record: dataclasses.replace(real(record), token=str(next(calls)))


def guessing(_connector: MemoryConnector, real: Real) -> Real:
    """An unknown word is taken for needs_action."""

    def normalise(record: Record) -> Entry:
        entry = real(record)
        return dataclasses.replace(entry, fields={Field.STATUS: Status.NEEDS_ACTION, **entry.fields}, unknown={})

    return normalise


def clearing(_connector: MemoryConnector, real: Real) -> Real:
    """What can not be read is taken for empty."""

    def normalise(record: Record) -> Entry:
        entry = real(record)
        return dataclasses.replace(entry, fields={Field.DESCRIPTION: "", Field.LABELS: (), **entry.fields})

    return normalise


def any_capabilities(connector: MemoryConnector, _vault: Vault) -> None:
    """Capabilities that are others than the manifest's."""
    connector._capabilities = dataclasses.replace(connector._capabilities, page_size=99)


class Copying(Through):
    """A view whose lift copies what it sees."""

    def lift(self, seen, current):
        del current
        return seen


class Deaf(Through):
    """A view whose lift ignores what it sees."""

    def lift(self, seen, current):
        del seen
        return current


def title_view(broken: object) -> dict[str, object]:
    """Capabilities with this view of the title."""
    return view_of(Field.TITLE, broken)


def view_of(name: Field, broken: object) -> dict[str, object]:
    """Capabilities with this view of a field."""
    fields = dict(VaultBench().capabilities.fields)
    return {"fields": {**fields, name: FieldCapability(holding=Holding.TWO_WAY, view=broken)}}


def first_three(value: str) -> str:
    """What a lossy side keeps."""
    return value[:3]


COPYING = Copying(first_three, "")


DEAF = Deaf(first_three, "")
