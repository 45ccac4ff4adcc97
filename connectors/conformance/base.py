"""What all parts of the suite share: the connector's own facts, the harness, and which tests apply to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar, Final, TypeAlias, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connectors.conformance.caller import Caller
from connectors.conformance.harness import Bench, Harness
from connectors.conformance.values import in_order, values
from connectors.contract import Capabilities, CreateHelp, Holding, Verb
from connectors.task import Field, Fields, Native, Person, Value

DEAR: Final = 8
"""From this share on, an example costs so much that failing ones are not made smaller."""

Test = TypeVar("Test", bound=Callable[..., None])
Drawn = TypeVar("Drawn")


class Facts:
    """What a connector's test says of it, beside :attr:`bench`; by default, that the server keeps what it is sent."""

    bench: ClassVar[Bench]

    people: ClassVar[tuple[Person, ...]] = ()
    """People whom the server knows, as it tells them. Without any, assignees are tried with nobody only."""

    least: ClassVar[Fields] = {}
    """Values for the fields that a create must have besides a title."""

    rewrites: ClassVar[frozenset[Field]] = frozenset()
    """Fields that the server stores otherwise than it was sent; then only the answer must be true."""

    cannot_clear: ClassVar[frozenset[Field]] = frozenset()
    """Fields that the server ignores being cleared."""

    follows: ClassVar[Mapping[Field, frozenset[Field]]] = {
        Field.STATUS: frozenset({Field.COMPLETED}),
        Field.PARENT: frozenset({Field.POSITION}),
    }
    """Fields that the server may change when it is told another."""

    requests: ClassVar[Mapping[Verb, int]] = {Verb.GET: 1, Verb.CREATE: 1, Verb.UPDATE: 1, Verb.DELETE: 1}
    """Requests of each verb, reads that it needs for itself included."""

    bodiless: ClassVar[bool] = False
    """Whether the server answers a create and an update by a status alone, of which nothing can break off."""

    trials: ClassVar[int] = 0
    """Changing requests beyond one that a step may take while it is learnt how this server wants something, or which
    name is free."""

    @staticmethod
    def raw_hash(native: Native) -> str:
        """The connector's own function from a native task to its raw hash, for a test to name."""
        raise NotImplementedError

    @staticmethod
    def with_word(native: Native, word: str) -> Native:
        """A native task with a status word that no table has, for a test to make."""
        raise NotImplementedError


Condition: TypeAlias = Callable[[type[Facts]], str]
"""Why a test does not apply to a connector; empty when it does."""


def needs(*conditions: Condition) -> Callable[[Test], Test]:
    """Mark a test as one for connectors that meet all conditions; for others it is not collected."""

    def mark(test: Test) -> Test:
        test.conditions = conditions  # type: ignore[attr-defined]  # read by ConnectorSuite when a class is made
        return test

    return mark


def has(*verbs: Verb) -> Condition:
    """The connector has these verbs."""

    def missing(facts: type[Facts]) -> str:
        absent = [verb.value for verb in verbs if not facts.bench.capabilities.can(verb)]
        return f"no {', '.join(absent)}" if absent else ""

    return missing


def readable(facts: type[Facts]) -> str:
    """Tasks can be read back, one by one or in a list."""
    can = facts.bench.capabilities.can
    return "" if can(Verb.GET) or can(Verb.CHANGES) else "nothing can be read back"


def takes_ids(facts: type[Facts]) -> str:
    """The vendor takes an id of ours for a new task."""
    helps = facts.bench.capabilities.create_help
    return "" if helps is CreateHelp.CLIENT_ID else "the vendor gives its own ids"


def filled(facts: type[Facts]) -> str:
    """There can be tasks on the side: made by the connector, or by somebody else."""
    return (
        "" if facts.bench.capabilities.can(Verb.CREATE) or facts.bench.plants else "nothing can be put there to be read"
    )


def writes(*wanted: Field) -> Condition:
    """The connector can change these fields at any time."""

    def missing(facts: type[Facts]) -> str:
        holding = {field: facts.bench.capabilities.of(field).holding for field in wanted}
        absent = [field.value for field in wanted if holding[field] is not Holding.TWO_WAY]
        return f"{', '.join(absent)}: not two-way" if absent else ""

    return missing


def names_its_hash(facts: type[Facts]) -> str:
    """The connector's test names its hash."""
    return "its test names no raw_hash" if facts.raw_hash is Facts.raw_hash else ""


def knows_words(facts: type[Facts]) -> str:
    """The connector's test can put another status word into a native task."""
    return "its test makes no status words" if facts.with_word is Facts.with_word else ""


class Part(Facts):
    """The base of each part of the suite."""

    left_out: ClassVar[Mapping[str, str]] = {}
    """The tests that do not apply to this connector, with the reason."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if not hasattr(cls, "bench"):
            return
        left_out: dict[str, str] = {}
        for name in (name for name in dir(cls) if name.startswith("test_")):
            # A class above may have left it out for another bench.
            test = next(found for above in cls.__mro__ if (found := vars(above).get(name)) is not None)
            reasons = [reason for condition in getattr(test, "conditions", ()) if (reason := condition(cls))]
            if vars(cls).get(name, test) is None:
                reasons = ["its test says so"]
            if reasons:
                left_out[name] = "; ".join(reasons)
            setattr(cls, name, None if reasons else test)  # pytest collects functions only
        cls.left_out = left_out

    @pytest.fixture(scope="class")
    @classmethod
    def opened(cls) -> Iterator[Harness]:
        """The harness, once for all tests of a class."""
        with cls.bench.open() as harness:
            yield harness

    @pytest.fixture
    def harness(self, opened: Harness) -> Iterator[Harness]:
        """The harness, started over for one test."""
        opened.begin()
        yield opened
        opened.calm()

    @pytest.fixture
    def caller(self, harness: Harness) -> Caller:
        """Calls the connector as the engine does."""
        return Caller(harness.connector, harness.plant if self.bench.plants else None)

    @property
    def capabilities(self) -> Capabilities:
        """What the side under trial can do."""
        return self.bench.capabilities

    def explore(self, strategy: st.SearchStrategy[Drawn], check: Callable[[Drawn], None], *, part: int = 1) -> None:
        """Run a check on invented input: the bench's share of the profile's examples, or a part of it, at least 5."""
        examples = max(5, settings().max_examples // (self.bench.share * part))
        # Making a failing example smaller takes hundreds of runs: minutes, where each is a dozen requests.
        phases = [phase for phase in settings().phases if phase is not Phase.shrink or self.bench.share < DEAR]
        limited = settings(max_examples=examples, deadline=None, phases=phases, suppress_health_check=list(HealthCheck))
        limited(given(strategy)(check))()

    def held(self) -> list[Field]:
        """The fields that the side holds."""
        capabilities = self.capabilities
        return [field for field in Field if capabilities.of(field).holding is not Holding.NOT_HELD]

    def two_way(self) -> list[Field]:
        """The fields that can be changed at any time, and for which values can be invented."""
        capabilities = self.capabilities
        return [field for field in _INVENTED if capabilities.of(field).holding is Holding.TWO_WAY]

    def at_create(self) -> list[Field]:
        """The fields that can be written when a task is made, and for which values can be invented."""
        writable = {Holding.TWO_WAY, Holding.AT_CREATE}
        capabilities = self.capabilities
        return [field for field in _INVENTED if capabilities.of(field).holding in writable]

    def titled(self, title: str) -> Fields:
        """The least that a task of this side must be told, under a title."""
        return {Field.TITLE: title, **self.least}

    def tasks(self) -> st.SearchStrategy[Fields]:
        """Canonical tasks: a title, and any of the other fields that can be written at create."""
        fields = self.at_create()
        always = [field for field in fields if field is Field.TITLE or self.capabilities.of(field).required]
        return st.fixed_dictionaries(
            {field: self.values(field) for field in always},
            optional={field: self.values(field) for field in fields if field not in always},
        ).map(in_order)

    def values(self, field: Field) -> st.SearchStrategy[Value]:
        """Canonical values of a field that this side can be told."""
        capability = self.capabilities.of(field)
        told = values(field, self.people).filter(lambda value: not capability.view.refuses(value))
        if field is Field.TITLE:
            return told.filter(lambda value: bool(capability.view.view(value)))
        return told.filter(lambda value: value is not None) if capability.required else told


_INVENTED = tuple(field for field in Field if field not in {Field.PARENT, Field.POSITION, Field.CUSTOM, Field.COMMENTS})
