"""The contract's verbs over OptaCheck's calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from connectors.contract import Capabilities, Clock, Entry, Found, Record, SideSettings, Stored
from connectors.errors import Applied, BadSettings, ConnectorError, ContractBroken, Forbidden, Gone, Rejected, Stale
from connectors.optacheck.auth import Signed
from connectors.optacheck.capabilities import capabilities, held, own, words
from connectors.optacheck.client import NOBODY, OptaCheckClient
from connectors.optacheck.discovering import discover
from connectors.optacheck.mapping import NAMES, Translator
from connectors.optacheck.people import People
from connectors.optacheck.wire import forms_of, id_of, raw_hash
from connectors.task import EMPTY, Field, Fields, JsonValue, Native, Patch, Person, Ref, same

if TYPE_CHECKING:
    from connectors.transport import Http


class OptaCheckConnector:
    """One side: the tasks of a workspace whose ids are known."""

    def __init__(self, side: SideSettings, clock: Clock, http: Http) -> None:
        self._side = side
        self._http = http
        self._settings = own(side)
        self._capabilities = capabilities(side)
        self._client = OptaCheckClient(Signed(self._settings, clock, http), self._settings.workspace, http.secrets)
        self._people = People(self._settings.user_email)
        self._nothing: str | None = ""  # how this server is told that there is no description
        self._translator = Translator(held=held(side), words=words(side), crew=self._settings.user_email)

    @property
    def capabilities(self) -> Capabilities:
        """What this side can do."""
        return self._capabilities

    def check(self) -> None:
        """Ask for one task: the address, the account, the workspace's key. Raises ``SideDown`` or ``RetryLater``.

        Without a task that is known to be there, a workspace that does not exist can look like an empty one.
        """
        renamed = sorted(field.value for field, name in self._side.fields.items() if isinstance(name, str))
        if renamed:
            raise BadSettings(
                f"a task has no other name for {', '.join(renamed)}",
                hint="write `false` in [fields] of this side, or leave it out",
            )
        self._client.reach(self._settings.adopt[0] if self._settings.adopt else NOBODY)

    def acquaint(self, people: Iterable[Person]) -> None:
        """Who is behind the ids: learnt before, or configured."""
        for person in people:
            self._people.learn(person.id, person.email, sure=True)

    def normalise(self, record: Record) -> Entry:
        """A record as an entry, with the people who are known by now."""
        return self._translator.entry(record, self._people)

    def split(self, patch: Patch, *, creating: bool) -> tuple[Patch, ...]:
        """All at once: a POST and a PUT both carry every field."""
        del creating
        return (patch,) if patch else ()

    def get(self, ref: Ref) -> Entry:
        """One entry. Raises ``Gone``, ``Rejected`` (a refusal proves nothing), ``RetryLater``, ``SideDown``."""
        return self.normalise(self._record(self._client.task(ref)))

    def create(self, fields: Fields, marker: str) -> Stored:
        """POST the task. Raises ``TaskRefused``, ``RetryLater``, ``SideDown``.

        OptaCheck has no invisible place for a marker.
        """
        del marker
        settings = self._settings
        body = self._translator.new(fields, self._people, settings.forms, settings.project, settings.client)
        try:
            answer = self._client.create(body)
        except Forbidden as refused:
            self._refuse(refused, NOBODY, "make tasks")
        shown, after = self._completed(answer, fields, {})
        self._learn(body, after, None)
        return self._stored(shown, after)

    def update(self, entry: Entry, patch: Patch) -> Stored:
        """Read the task, lay the patch over all of it, PUT it.

        Raises ``Stale`` (nothing was written) where somebody changed meanwhile what is to be overwritten, ``Gone``,
        ``TaskRefused``, ``RetryLater``, ``SideDown``; ``ContractBroken`` where the server changed what it was told to
        keep.
        """
        before = self._client.task(entry.ref)
        self._unmoved(entry, before, patch.fields)
        body = self._translator.whole(patch.fields, before, self._people)
        answer = self._put(entry.ref, body, cleared=patch.fields.get(Field.DESCRIPTION) == EMPTY[Field.DESCRIPTION])
        shown, after = self._completed(answer, patch.fields, before)
        self._learn(body, after, before)
        self._kept(patch, before, after)
        return self._stored(shown, after)

    def delete(self, entry: Entry) -> Stored | None:
        """DELETE the task; already gone is success. Raises ``TaskRefused``, ``RetryLater``, ``SideDown``."""
        try:
            self._client.delete(entry.ref)
        except Gone:
            pass
        except Forbidden as refused:
            self._refuse(refused, entry.ref, "delete tasks")
        return None

    def discover(self) -> tuple[Found, ...]:
        """What is known of forms, projects, clients, people and words. Raises ``RetryLater``, ``SideDown``."""
        return discover(self._client, self._people, words(self._side), self._settings.adopt)

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    def _put(self, ref: Ref, body: dict[str, JsonValue], *, cleared: bool) -> Native:
        """PUT the whole object; the answer, empty where the server says nothing."""
        name = NAMES[Field.DESCRIPTION]
        try:
            if not cleared:
                return self._client.update(ref, body) or {}
            try:
                return self._client.update(ref, {**body, name: self._nothing}) or {}
            except Rejected as refused:  # some servers take no empty text, others no null: it was not applied
                if Field.DESCRIPTION not in refused.fields:
                    raise
                self._nothing = None if self._nothing == "" else ""
                return self._client.update(ref, {**body, name: self._nothing}) or {}
        except Forbidden as refused:
            self._refuse(refused, ref, "change tasks")

    def _unmoved(self, entry: Entry, before: Native, fields: Iterable[Field]) -> None:
        """Raise ``Stale`` where these fields are not as the entry has them."""
        was = self._translator.entry(self._record(entry.native, entry.ref), self._people, partial=True).fields
        now = self.normalise(self._record(before)).fields
        moved = [name for name in fields if name in was and name in now and not same(name, was[name], now[name])]
        if moved:
            raise Stale(f"task {entry.ref}: {', '.join(sorted(moved))} changed since it was read")

    def _kept(self, patch: Patch, before: Native, after: Native) -> None:
        """Raise ``ContractBroken`` where an answer shows that what was to stay did not stay."""
        lost = [name for name in ("project", "client") if (after.get(name) or "") != (before.get(name) or "")]
        if set(map(str, forms_of(after) or ())) != set(map(str, forms_of(before) or ())):
            lost.append("forms")
        had = id_of(before.get("user"))
        if had and Field.ASSIGNEES not in patch and id_of(after.get("user")) != had:
            lost.append("user")
        if lost:
            message = f"task {id_of(after)}: the server changed {', '.join(lost)}, which it was told to keep"
            raise ContractBroken(message, hint="look at that task in OptaCheck, and report this", applied=Applied.YES)

    def _learn(self, body: Mapping[str, JsonValue], answer: Native, before: Native | None) -> None:
        """Who is behind the id in an answer: the address that was told, unless the server may have passed it over."""
        told, user = str(body.get(NAMES[Field.ASSIGNEES], "")), id_of(answer.get("user"))
        if before is not None and id_of(before.get("user")) == user:
            return  # as it was: either they had it already, or the server ignored the address
        mine = self._settings.username.casefold()
        if mine and user == id_of(answer.get("by_user")) and told.casefold() != mine:
            return  # whoever is not known there may be replaced by whoever asks
        self._people.learn(user, told)

    def _completed(self, answer: Native, fields: Fields, before: Native) -> tuple[Native, Native]:
        """What an answer shows, and the task after it; read once more where it lacks what was written (rule 2).

        What is not shown is as it was read.
        """
        after = {**before, **answer}
        if {"user" if field is Field.ASSIGNEES else NAMES[field] for field in fields} <= answer.keys():
            return answer, after
        try:
            read = self._client.task(id_of(after))
        except ConnectorError:
            return answer, after  # the next read completes it
        return read, read

    def _stored(self, shown: Native, after: Native) -> Stored:
        """The task as it is stored, with an opinion on what is shown, and all of it in ``native``."""
        record = Record(ref=id_of(after), raw_hash=self._hash(after), native=shown)
        return Stored(entry=replace(self._translator.entry(record, self._people, partial=True), native=after))

    def _record(self, task: Native, ref: Ref = "") -> Record:
        return Record(ref=ref or id_of(task), raw_hash=self._hash(task), native=task)

    def _hash(self, task: Native) -> str:
        """The hash of a task; the crew counts as nobody, so that what was read before they were known is read anew."""
        nobody = self._people.stands_for_nobody(id_of(task.get("user")))
        return raw_hash({**task, "user": None} if nobody else task)

    def _refuse(self, refused: Forbidden, ref: Ref, what: str) -> NoReturn:
        """A write that is not allowed while reading is: a fact about the account, not an outage."""
        self._client.reach(ref)
        message = f"{refused.message} (this account may not {what})"
        raise Rejected(message, hint="ask who administers the workspace", applied=refused.applied) from refused


def make(side: SideSettings, clock: Clock, http: Http) -> OptaCheckConnector:
    """A connector for a side."""
    return OptaCheckConnector(side, clock, http)
