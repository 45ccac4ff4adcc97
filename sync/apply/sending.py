"""Creates and updates of one side: a step, an intent, a request, a receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from connectors.contract import Connector, Create, CreateHelp, Entry, Record, Update, Verb
from connectors.errors import Applied, ConnectorError, Gone, Rejected, Stale, TaskRefused, Unmappable
from connectors.retry import good_until
from connectors.task import Field, Fields, Kind, Patch, Person, Ref, Value, same
from sync.apply.freshness import Freshness
from sync.apply.journal import Journal, Run
from sync.core.codec import short
from sync.core.facts import Action
from sync.core.intents import unanswered
from sync.core.lens import Lens
from sync.core.model import Do, Intent, Link, SideName, TaskId
from sync.core.order import doubt_siblings
from sync.core.settle import create_refused, created, refused, swept_along, updated
from sync.doubts import foretold, marker_of
from sync.store import plain


@dataclass(slots=True)
class Sender:
    """Sends one side's creates and updates, one request at a time."""

    run: Run
    side: SideName
    connector: Connector
    lens: Lens
    journal: Journal
    freshness: Freshness

    def create(self, action: Action) -> None:
        """Make a task: the first step makes it, the rest follow as updates. Raises ``GiveUp``."""
        if not isinstance(self.connector, Create) or self.run.state.live(action.task, self.side) is not None:
            return
        if self._doubted():
            return
        wanted = self._with_parent(action, dict(action.fields))
        if self.lens.kind is Kind.COMMENT and Field.PARENT not in wanted:
            return  # its task could not be made
        first, *rest = self.connector.split(self.patch(wanted), creating=True)
        sent = side_space(first.fields)
        versions = {
            name: _version(action, name) if same(name, value, wanted.get(name)) else 0 for name, value in sent.items()
        }
        intent = self._to_create(action, sent, versions)
        intent.ref = foretold(self.connector, first.fields, self._marker(action))
        intent = self.journal.open(intent)
        link = self._made(action, intent, wanted, first)
        if link is None:
            return
        self.freshness.note(link)
        self.journal.close(intent, "done", [link])
        for step in rest:
            names = [name for name, value in side_space(step.fields).items() if not _agreed(link, name, value)]
            if names and not self.step(action, link, step.only(*names)):
                return

    def _to_create(self, action: Action, sent: Mapping[Field, Value], versions: Mapping[Field, int]) -> Intent:
        """The intent of a create: a new one, or the one that lapsed, so that both sends are known again by it."""
        with self.run.lock:
            key = (action.task, self.side)
            mine = [one for one in self.run.state.intents if (one.task, one.side) == key and one.do is Do.CREATE]
        intent = mine[0] if mine else Intent(action.task, self.side, Do.CREATE, ref=None, patch={}, versions={})
        intent.before = intent.before or intent.patch
        intent.patch, intent.versions = dict(sent), dict(versions)
        return intent

    def _made(self, action: Action, intent: Intent, wanted: Mapping[Field, Value], first: Patch) -> Link | None:
        """The link of what was made; none where it was not, or where that is not known. Raises ``GiveUp``."""
        if not isinstance(self.connector, Create):
            return None
        try:
            stored = self.connector.create(first.fields, self._marker(action))
        except TaskRefused as error:
            self._create_refused(action, intent, wanted, error)
            return None
        except ConnectorError as error:
            self.journal.fail(intent, error)
            return None
        other = self.run.lenses.refs.get((self.side, stored.entry.ref))
        if other is None and self.run.state.partial:  # it may be that of a task that was left in the store
            other = self.run.store.tied_to(self.run.state.group, self.side, stored.entry.ref)
        if other is not None and other != action.task:
            self._create_refused(action, intent, wanted, _is_another(stored.entry.ref, other))
            return None
        with self.run.lock:
            link = created(self.run.lenses, intent, wanted, stored)
            self.run.outcome.created.add(link.key)
        return link

    def _marker(self, action: Action) -> str:
        return marker_of(self.run.state.group, action.task)

    def _doubted(self) -> bool:
        """Where nothing can tell what became of a create, one doubt in a cycle is enough.

        The others wait for the next (rule 7).
        """
        if self.lens.spec.capabilities.create_help is not CreateHelp.NONE:
            return False
        mine = [intent for intent in self.run.state.intents if intent.side == self.side and intent.do is Do.CREATE]
        return any(intent.cycle == self.run.cycle for intent in mine)

    def update(self, action: Action) -> None:
        """Change a task, in the steps that the vendor needs. Raises ``GiveUp``."""
        link = self.run.state.live(action.task, self.side)
        if link is None:
            return
        fields = dict(action.fields)
        if Field.PARENT in fields:
            fields = self._with_parent(action, fields, keep=True)
            if _was_sent(link, Field.PARENT, fields[Field.PARENT]):
                del fields[Field.PARENT]  # what it was to stand below could not be made
        if fields and self.freshness.still_as_read(link, fields, guarded=True):
            self.steps(action, link, fields)

    def steps(self, action: Action, link: Link, fields: Mapping[Field, Value]) -> bool:
        """All steps of a change. Returns whether every one was acknowledged or refused. Raises ``GiveUp``."""
        return all(self.step(action, link, step) for step in self.connector.split(self.patch(fields), creating=False))

    def step(self, action: Action, link: Link, step: Patch) -> bool:
        """One changing request. Returns whether the next step may follow. Raises ``GiveUp``."""
        if not isinstance(self.connector, Update) or self.in_doubt(link):
            return False
        sent = side_space(step.fields)
        versions = {name: _version(action, name) for name in sent}
        before = {name: link.pairs[name].stored for name in sent if name in link.pairs}
        intent = self.journal.open(
            Intent(
                task=link.task, side=self.side, do=Do.UPDATE, ref=link.ref, patch=sent, versions=versions, before=before
            )
        )
        try:
            with good_until(self.freshness.good_until(link, guarded=True)):
                stored = self.connector.update(self.entry(link), step)
        except (Gone, Stale) as error:
            return self._dropped(intent, link, error.message, gone=isinstance(error, Gone))
        except TaskRefused as error:
            return self._refused(intent, link, versions, error)
        except ConnectorError as error:
            self.journal.fail(intent, error)
            return False
        if stored.entry.deleted:  # nobody has seen there what was written to it: it is owed still
            return self._dropped(intent, link, "it was deleted there meanwhile", gone=True)
        self.run.bring(self.side, (entry.ref for entry in stored.also))
        with self.run.lock:
            updated(self.run.lenses, link, intent, stored)
            touched = [link, *(doubt_siblings(self.run.state, link) if Field.POSITION in sent else ())]
            touched += swept_along(self.run.lenses, intent, stored)
            if link.key not in self.run.outcome.created:
                self.run.outcome.updated.add(link.key)
        self.freshness.note(link)
        self.journal.close(intent, "done", touched)
        return True

    def _dropped(self, intent: Intent, link: Link, why: str, *, gone: bool) -> bool:
        """What was to be written to is not what was read: it is looked at first in the next cycle. Never done."""
        link.raw_hash = ""
        if gone and self.lens.spec.capabilities.can(Verb.GET):
            # A list of what changed may never name it: the next cycle asks for it, and may not write meanwhile.
            link.gone = max(link.gone, 1)
        self.journal.close(intent, f"dropped: {why}", [link])
        return False

    def in_doubt(self, link: Link) -> bool:
        """Whether an earlier request to this entry had no clear answer: nothing else is done to it first (rule 7)."""
        with self.run.lock:
            return any((intent.task, intent.side) == link.key for intent in unanswered(self.run.state))

    def patch(self, fields: Mapping[Field, Value]) -> Patch:
        """Side values as the connector takes them."""
        with self.run.lock:
            return Patch({name: self.lens.send(name, value) for name, value in fields.items()})

    def entry(self, link: Link) -> Entry:
        """The entry as it was last seen, for the connector to lay a patch over."""
        return self.connector.normalise(Record(ref=str(link.ref), raw_hash=link.raw_hash, native=plain(link.native)))

    def _with_parent(self, action: Action, fields: dict[Field, Value], *, keep: bool = False) -> dict[Field, Value]:
        """The parent as it is linked now: it may have been made, or have failed to be made, since the plan."""
        if not self.lens.spec.sets(Field.PARENT):
            return fields
        with self.run.lock:
            parent = self.lens.view(Field.PARENT, self.run.state.tasks[action.task].values.get(Field.PARENT))
        fields.pop(Field.PARENT, None)
        return {**fields, Field.PARENT: parent} if keep or parent is not None else fields

    def _create_refused(
        self, action: Action, intent: Intent, wanted: Mapping[Field, Value], error: TaskRefused
    ) -> None:
        """Note what was refused; where that is less than the task, it is made without. Raises ``GiveUp``."""
        if error.applied is Applied.UNKNOWN:
            self.journal.fail(intent, error)
            return
        with self.run.lock:
            link = create_refused(self.run.lenses, intent, wanted, _complained(error), error.message)
        self.journal.close(intent, f"refused: {error.message}", [link])
        said_no = {name for name, number in link.refused.items() if number >= _version(action, name)}
        left = {name: value for name, value in action.fields.items() if name not in said_no}
        needed = {name for name, how in self.lens.spec.capabilities.fields.items() if how.required}
        if not said_no & {Field.TITLE, Field.PARENT} and needed <= left.keys() and len(left) < len(action.fields):
            self.create(replace(action, fields=left))  # one field less each time

    def _refused(self, intent: Intent, link: Link, versions: Mapping[Field, int], error: TaskRefused) -> bool:
        if error.applied is Applied.UNKNOWN:
            self.journal.fail(intent, error)
            return False
        named = {name: number for name, number in versions.items() if name in _complained(error)}
        with self.run.lock:
            refused(link, named or dict(versions), error.message)
        self.journal.close(intent, f"refused: {error.message}", [link])
        return True


def _is_another(ref: Ref, other: TaskId) -> TaskRefused:
    """What is there already is tied to another task: one entry stands for one task."""
    return Rejected(f"it is there already as {ref}, which is {short(other)}", hint="give one of the two another title")


def _complained(error: TaskRefused) -> frozenset[Field]:
    """The fields that a refusal names; none when it does not say."""
    if isinstance(error, Unmappable):
        return frozenset({error.field})
    return error.fields if isinstance(error, Rejected) else frozenset()


def _agreed(link: Link, name: Field, value: Value) -> bool:
    return name not in link.acked and _was_sent(link, name, value)


def _was_sent(link: Link, name: Field, value: Value) -> bool:
    pair = link.pairs.get(name)
    return pair is not None and same(name, pair.sent, value)


def _version(action: Action, name: Field) -> int:
    return action.versions.get(name, 1)


def side_space(fields: Fields) -> dict[Field, Value]:
    """A connector's patch as shadows hold it: people by handle."""
    return {name: _handles(value) for name, value in fields.items()}


def _handles(value: Value) -> Value:
    if isinstance(value, tuple):
        return tuple(item.handle if isinstance(item, Person) else item for item in value)
    return value
