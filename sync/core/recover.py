"""What became of a request whose answer was never recorded (rules 7, 8).

========  ==============================================  =====================================================
intent    what the side shows now                         outcome
========  ==============================================  =====================================================
update    the value that was sent                         done
update    the value from before                           not applied: it is owed still
update    a third value                                   ours is sent once more, the found one is kept as a loser
delete    nothing (in all, or twice asked), a tombstone   done; made again if the task lives again
delete    the entry                                       not applied
create    a new ref with an equal payload                 done; of exact twins, the oldest
create    a new ref with the same title, and no more      held
create    nothing, in two complete reads                  not applied: it is sent again, unless it turns up later
create    no list, and no such task was adopted           held
========  ==============================================  =====================================================
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from connectors.contract import Discovery, Entry
from connectors.task import Field, Value, is_empty, same
from sync.core.alike import TELLING
from sync.core.codec import encode
from sync.core.evidence import DELETED_HERE, GONE_CYCLES
from sync.core.facts import Acted, Observation, Read
from sync.core.intents import unanswered
from sync.core.lens import Lens
from sync.core.likely import is_cut
from sync.core.merge import Merge
from sync.core.model import Do, Held, HeldKind, Intent, IntentState, Link, Pair, SideName, State, TaskLife
from sync.core.owners import counted
from sync.core.settle import come_back, deleted, ended_by_delete, filled_in, found_again
from sync.core.standing import ENTRIES, kept
from sync.core.text import folded, words

FOUND_DONE: Final = "found done after a lost answer"

READS: Final = 2
"""Complete reads that must lack a create before it is sent again (rule 7)."""
LATE: Final = 10
"""Complete reads during which what such a create made is still known again.

A list may lag behind, or somebody took it away and brings it back. Ten reads outlast both, where sending again fails.
"""
TEXTS: Final = frozenset({Field.TITLE, Field.DESCRIPTION, Field.COMMENTS})
TOLD_APART: Final = re.compile(r"[ _-](\(\d{1,3}\)|[0-9a-f]{6})")
"""What is added to a title that is taken, to tell the two apart: a number in brackets, or six characters of an id."""


@dataclass(slots=True)
class Recovery:
    """The outcome: what was found done, and which entries may be what was sent."""

    merge: Merge
    now: datetime
    acted: list[Acted] = field(default_factory=list)
    taken: set[tuple[str, str]] = field(default_factory=set)  # entries that open creates keep from being taken for new

    def resolve_all(self, observation: Observation) -> None:
        """Resolve the open intents of a side against what was read, as far as that tells."""
        state = self.merge.lenses.state
        for intent in [one for one in state.intents if one.side == observation.side]:
            if self.resolve(intent, observation):
                state.intents.remove(intent)

    def resolve(self, intent: Intent, observation: Observation) -> bool:
        """Resolve one intent against what was read. Returns whether it is closed."""
        lenses = self.merge.lenses
        link = lenses.state.links.get((intent.task, intent.side))
        if intent.do is Do.CREATE:
            closed = self._create(intent, observation)
            if closed or intent.state is IntentState.LAPSED:  # and nobody is asked what became of it any more
                lenses.state.held = [held for held in lenses.state.held if held.key != _question(intent)]
            return closed
        if link is None or not link.live or link.ref != intent.ref:
            return True
        entry = observation.entries.get(str(link.ref))
        if intent.do in {Do.DELETE, Do.ARCHIVE}:
            return self._delete(intent, observation, link, entry)
        if entry is not None and not (entry.problem or entry.deleted or entry.container):
            self._update(intent, link, entry, lenses.of(intent))
        read = observation.read is Read.COMPLETE or link.ref in observation.listed or link.ref in observation.gone
        return entry is not None or read

    def _update(self, intent: Intent, link: Link, entry: Entry, lens: Lens) -> None:
        seen = lens.take(entry)
        task = self.merge.lenses.state.tasks[intent.task]
        for name, sent in intent.patch.items():
            if name not in seen:
                continue
            found = seen[name]
            if same(name, found, sent):
                link.pairs[name] = Pair(sent, found)
                if intent.versions.get(name, 0) >= task.version(name).number:
                    link.acked.pop(name, None)
                link.own_modified = entry.modified
            elif not same(name, found, intent.before.get(name)):
                self.merge.lose(task, name, intent.side, found, task.values.get(name))
                link.pairs[name] = Pair(found, found)
        self._note(intent, link.ref, FOUND_DONE)

    def _delete(self, intent: Intent, observation: Observation, link: Link, entry: Entry | None) -> bool:
        # One answer that it is gone is no proof, of a delete of ours as little as of a person's (rule 11).
        told = link.ref in observation.gone and max(link.gone, link.misses) >= GONE_CYCLES - 1
        whole = observation.read is Read.COMPLETE
        absent = entry is None and (told or whole) and link.ref not in observation.listed
        if absent or (entry is not None and entry.deleted):
            deleted(self.merge.lenses, link, link.reason or DELETED_HERE)
            self._note(intent, link.ref, FOUND_DONE)
            if self.merge.lenses.state.tasks[link.task].life is TaskLife.ALIVE and ended_by_delete(link):
                come_back(self.merge.lenses, link)  # while nobody knew, an edit won over this delete (rule 12)
            return True
        return entry is not None or link.ref in observation.listed

    def _create(self, intent: Intent, observation: Observation) -> bool:
        lenses = self.merge.lenses
        lens = lenses.of(intent)
        if lenses.state.live(intent.task, intent.side) is not None:
            return True
        titled = self._titled(intent, observation)
        if [entry.ref for entry in titled] == [intent.ref]:
            self._found(intent, titled[0])
            return True
        people = lenses.state.sides[intent.side].people
        filled = filled_in(lens, intent)  # what nobody has told tells nothing
        owed = {name: value for name, value in self._owed(intent).items() if name not in filled}
        for sent in (intent.patch, intent.before):
            told = {name: value for name, value in sent.items() if name not in filled}
            equal = [entry for entry in titled if told and _equal_payload(told, owed, lens.take(entry), people)]
            if equal:
                if sent is intent.before:  # of the first version: what has moved since is owed
                    intent.patch, intent.versions = sent, {name: min(1, intent.versions.get(name, 1)) for name in sent}
                self._found(intent, min(equal, key=lambda entry: _age(entry.ref)))
                return True
        self.taken.update((intent.side, entry.ref) for entry in titled)
        is_listed = lens.spec.capabilities.discovery is not Discovery.POINT
        if titled or not is_listed:
            if intent.state is IntentState.LAPSED:
                intent.state, intent.reads = IntentState.UNKNOWN, 0
            self._hold(intent, _why_held(intent.side, is_listed=is_listed), titled)
            return False
        intent.reads += is_whole(lenses.state, observation)
        if intent.state is IntentState.LAPSED:
            return intent.reads >= LATE
        if intent.reads >= READS:
            intent.state = IntentState.LAPSED
        return intent.reads >= READS and lenses.state.tasks[intent.task].life is TaskLife.DELETED

    def _titled(self, intent: Intent, observation: Observation) -> list[Entry]:
        found = titled(self.merge.lenses.state, intent, observation)
        return [entry for entry in found if (intent.side, entry.ref) not in self.taken]

    def _found(self, intent: Intent, entry: Entry) -> None:
        self.taken.add((intent.side, entry.ref))
        found_again(self.merge.lenses, intent, self._owed(intent), entry)
        self._note(intent, entry.ref, FOUND_DONE)

    def _owed(self, intent: Intent) -> dict[Field, Value]:
        """What the entry is to hold in the end: the canonical values that the side can be given."""
        lens = self.merge.lenses.of(intent)
        task = self.merge.lenses.state.tasks[intent.task]
        return {
            name: lens.view(name, value)
            for name, value in task.values.items()
            if lens.spec.sets(name) and name not in {Field.POSITION, Field.COMPLETED} and not is_empty(name, value)
        }

    def _hold(self, intent: Intent, why: str, entries: Sequence[Entry]) -> None:
        state = self.merge.lenses.state
        key = _question(intent)
        choices = (*([f"exists {entry.ref}" for entry in entries] or ["exists REF"]), "absent")
        for held in state.held:
            if held.key == key:
                held.choices = choices
                held.data[ENTRIES] = kept(entries)
                return
        task = state.tasks[intent.task]
        state.held.append(
            Held(
                kind=HeldKind.CREATE,
                key=key,
                why=why,
                choices=choices,
                task=task.id,
                title=task.title,
                side=intent.side,
                since=self.now,
                data={ENTRIES: kept(entries)},
            )
        )

    def _note(self, intent: Intent, ref: str | None, outcome: str) -> None:
        fields = {name.value: encode(value) for name, value in intent.patch.items()}
        self.acted.append(
            Acted(do=intent.do, task=intent.task, side=intent.side, ref=ref, outcome=outcome, fields=fields)
        )


def _why_held(side: SideName, *, is_listed: bool) -> str:
    """Why a person is asked about a create in doubt."""
    if is_listed:
        return f"a new task with this title on {side} may be the one that was sent, with other content"
    return (
        f"{side} was asked to make this task and no answer came: it may be there or not, and no list can tell. Look "
        f"there for its title before you decide"
    )


def _question(intent: Intent) -> str:
    """What a person is asked about a create in doubt, as the key of a held row."""
    return f"create:{intent.task}:{intent.side}"


def titled(state: State, intent: Intent, observation: Observation) -> list[Entry]:
    """The entries of a read that were not known before the send and have the title of what was sent.

    Of a comment, those on the same task with its text.
    """
    known = {link.ref for link in state.of_side(intent.side)}
    known |= {ref for link in state.links.values() if link.side == intent.side for ref in link.former}
    known |= {held.ref for held in state.held if held.side == intent.side and held.kind is HeldKind.MATCH}
    mine = observation.entries.get(intent.ref or "")
    if mine is not None and mine.ref not in known and not (mine.problem or mine.deleted or mine.container):
        return [mine]  # it has the id, or the marker, that was sent: nothing else can be it
    name = Field.COMMENTS if Field.COMMENTS in intent.patch else Field.TITLE
    wanted = folded(str(intent.patch.get(name, "")))
    return [
        entry
        for ref, entry in observation.entries.items()
        if ref not in known
        and not (entry.problem or entry.deleted or entry.container)
        and _same_title(wanted, folded(str(entry.fields.get(name, ""))))
        and (name is Field.TITLE or entry.fields.get(Field.PARENT) == intent.patch.get(Field.PARENT))
    ]


def unseen_creates(state: State, observation: Observation) -> list[Intent]:
    """The open creates that a complete read does not show: a second read, a moment later, settles them."""
    if not is_whole(state, observation):
        return []
    mine = [one for one in unanswered(state) if one.side == observation.side and one.do is Do.CREATE]
    return [intent for intent in mine if not titled(state, intent, observation)]


def is_whole(state: State, observation: Observation) -> bool:
    """Whether a complete read may count against a create: it lacks no linked task that is not gone on being asked.

    A listing that forgets what is known to be there says nothing about what is not known yet.
    """
    if observation.read is not Read.COMPLETE or observation.found:
        return False
    known = (link.ref for link in counted(state, observation) if link.live)
    return all(ref in observation.listed or ref in observation.gone or ref in observation.entries for ref in known)


def _same_title(sent: str, found: str) -> bool:
    """Whether a title may be ours: the same, cut, or with what keeps it apart from its like."""
    cut = len(found) > len(sent) // 2 and sent.startswith(found)
    told_apart = bool(sent) and found.startswith(sent) and TOLD_APART.fullmatch(found[len(sent) :]) is not None
    return bool(found) and (words(sent) == words(found) or cut or told_apart)


def _equal_payload(
    told: Mapping[Field, Value], wanted: Mapping[Field, Value], seen: Mapping[Field, Value], people: Container[str]
) -> bool:
    """Equal in stored form: texts by their letters and digits, the rest as values.

    What the answer lacks says nothing. What was to follow in requests of its own is not there yet: an entry that holds
    something else in its place is somebody else's. ``people`` are the handles that this side was seen to use: somebody
    who was sent under another one (an e-mail, where the side tells ids) may be anybody whom it tells.
    """
    for name in TELLING:
        if name in wanted and name not in told and name is not Field.PARENT and name in seen:
            found = seen[name]
            if not (is_empty(name, found) or same(name, found, wanted[name])):
                return False
    for name, sent in told.items():
        if name not in seen:
            continue
        found = seen[name]
        if name is Field.ASSIGNEES and isinstance(sent, tuple) and any(str(one) not in people for one in sent):
            continue
        if isinstance(sent, str) and isinstance(found, str) and name in TEXTS:
            if words(sent) != words(found) and not is_cut(sent, found):
                return False
        elif not same(name, found, sent) and not is_empty(name, found):
            return False
    return True


def _age(ref: str) -> tuple[int, str]:
    """Older refs first: numbers by size, the rest by spelling."""
    return (int(ref), "") if ref.isdigit() else (10**18, ref)
