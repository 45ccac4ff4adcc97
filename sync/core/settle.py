"""What an answer changes: receipts into shadows (rules 2, 3, 6, 7). Works on the state of the lenses."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.contract import DeleteMeans, Entry, Stored
from connectors.task import EMPTY, Field, Status, Value, is_empty, same
from sync.core.diff import UNMERGED
from sync.core.evidence import DELETED_HERE, let_go
from sync.core.lens import Lens, Lenses
from sync.core.model import Intent, Link, LinkLife, Pair, Task
from sync.core.owners import is_unseen

CREATE_REFUSED = "refused when it was to be created"
CREATE_AGAIN = "to be created again"
DELETED_THERE = "deleted there"
NO_DELETE = "has no delete"
BY_HAND = "by hand"
UNTIED = "undone: it was matched"
"""Of a live link: matching made it in a cycle that was undone, and it is to be let go."""
DONE = "done"
"""The outcome of an action that was acknowledged."""


def pair_of(name: Field, sent: Value, stored: Stored, seen: Mapping[Field, Value], old: Pair | None) -> Pair:
    """The shadow after a write over ``old``: what was sent, and what the answer shows of it."""
    if name in seen:
        return Pair(sent, seen[name])
    if stored.confirmed:
        return Pair(sent, sent)
    before = EMPTY.get(name) if old is None else old.stored if old.confirmed else old.before
    return Pair(sent, sent, confirmed=False, before=before)


def filled_in(lens: Lens, intent: Intent) -> dict[Field, Value]:
    """What a create carried because its side demands it, and nobody had told: nobody's opinion (rule 15)."""
    versions = intent.versions
    return {
        name: value for name, value in intent.patch.items() if lens.spec.of(name).made_up and versions.get(name) == 0
    }


def created(lenses: Lenses, intent: Intent, wanted: Mapping[Field, Value], stored: Stored) -> Link:
    """The link of a task that was made: what the request carried is agreed, the rest of ``wanted`` is owed."""
    lens = lenses.of(intent)
    filled = filled_in(lens, intent)
    carried = {name: value for name, value in intent.patch.items() if name not in filled}
    seen = {**filled, **lens.take(stored.entry)}
    task = lenses.state.tasks[intent.task]
    old = lenses.state.links.get((intent.task, intent.side))
    link = Link(task=intent.task, side=intent.side, ref=stored.entry.ref, wrote=intent.cycle)
    if old is not None:
        link.former = old.former if old.ref is None else (*old.former, old.ref)
        link.refused = {name: number for name, number in old.refused.items() if name not in wanted}
        link.reasons = {name: why for name, why in old.reasons.items() if name not in wanted}
    for name, value in carried.items():
        link.pairs[name] = pair_of(name, value, stored, seen, link.pairs.get(name))
        _acknowledge(link, task, name, intent.versions.get(name, 1))
    for name in wanted:
        if name not in carried:
            link.acked[name] = 0
            _show(link, name, seen, sent=seen.get(name))
    for name in Field:
        if name in wanted or name in link.pairs or name in UNMERGED or not lens.spec.reads(name):
            continue
        said = not is_empty(name, seen.get(name, EMPTY.get(name)))
        if name not in task.values and said and not lens.spec.of(name).made_up:
            continue  # nobody's value yet: the next read brings this side's
        if name in task.values and not is_empty(name, lens.view(name, task.values[name])):
            link.acked[name] = 0  # refused, or no word for it: the side does not hold it
        _show(link, name, seen, sent=lens.view(name, EMPTY.get(name)))
    _remember(link, lens, stored.entry, seen)
    lenses.tie(link)
    return link


def _show(link: Link, name: Field, seen: Mapping[Field, Value], *, sent: Value) -> None:
    """The shadow of a field that a create did not carry: what its answer shows, else nothing, as in any new entry.

    Without one, what a person types there before the next read would look like the side's first opinion.
    """
    if name in seen:
        link.pairs[name] = Pair(sent, seen[name])
    elif name in EMPTY:
        link.pairs[name] = Pair(EMPTY[name], EMPTY[name], confirmed=False, before=EMPTY[name])


def found_again(lenses: Lenses, intent: Intent, wanted: Mapping[Field, Value], entry: Entry) -> Link:
    """The link of a task whose create was never answered: ``entry`` is it, as a read of this cycle shows it.

    A person may have edited it since. So nothing that it shows is agreed yet: this cycle's comparison tells what the
    server made of the values that were sent from what differs from them, or from a new entry, because of a person.
    Save for people who are shown by an id that no answer has explained yet: they are whoever was sent.
    """
    link = created(lenses, intent, wanted, Stored(entry=entry))
    filled = filled_in(lenses.of(intent), intent)
    for name, pair in link.pairs.items():
        empty = EMPTY.get(name)
        # what such a field shows is nobody's opinion, whoever may have touched it since
        made_up = name not in wanted and lenses.of(intent).spec.of(name).made_up
        if lenses[intent.side].is_opaque(name, pair.stored):
            continue
        if name in filled:
            link.pairs[name] = Pair(filled[name] if name in wanted else pair.sent, filled[name])
        elif name in intent.patch:
            link.pairs[name] = Pair(pair.sent, pair.sent, confirmed=False, before=empty)
        elif name not in UNMERGED and not made_up and not (isinstance(pair.stored, Status) and not pair.stored.closed):
            link.pairs[name] = Pair(lenses.of(intent).view(name, empty), empty)
    link.raw_hash = ""
    return link


def updated(lenses: Lenses, link: Link, intent: Intent, stored: Stored) -> None:
    """After a write only the written fields' shadows move; the rest of the answer is compared in the next cycle."""
    lens = lenses.of(link)
    seen = lens.take(stored.entry)
    task = lenses.state.tasks[link.task]
    for name, value in intent.patch.items():
        link.pairs[name] = pair_of(name, value, stored, seen, link.pairs.get(name))
        _acknowledge(link, task, name, intent.versions.get(name, 1))
    link.wrote = intent.cycle
    link.uncertain = frozenset() if stored.located else link.uncertain | intent.patch.keys()
    _remember(link, lens, stored.entry, seen)


def swept_along(lenses: Lenses, intent: Intent, stored: Stored) -> list[Link]:
    """The links below an entry which a write to it moved along, as its answer says: what they held is owed (rule 18).

    Somebody put them there after we read. Left to the next comparison, our own write would pass for their edit.
    """
    found: list[Link] = []
    names = lenses.of(intent).spec.capabilities.derived_from_children & intent.patch.keys()
    for entry in stored.also:
        link = lenses.state.live(lenses.refs.get((intent.side, entry.ref), 0), intent.side)
        if link is None or entry.derived:
            continue
        seen, task = lenses.of(link).take(entry), lenses.state.tasks[link.task]
        for name in names & link.pairs.keys() & seen.keys():
            if not same(name, link.pairs[name].stored, seen[name]):
                link.pairs[name] = Pair(seen[name], seen[name])
                link.acked[name] = task.version(name).number - 1
                link.raw_hash = ""
                link.wrote = intent.cycle  # the status of what is above it follows from that, and from nobody's edit
                found.append(link)
    return found


def refused(link: Link, fields: Mapping[Field, int], reason: str) -> None:
    """A change that the side refused: noted with its version, and not sent again until that moves."""
    for name, number in fields.items():
        link.refused[name] = number
        link.reasons[name] = reason
        link.acked[name] = min(link.acked.get(name, number - 1), number - 1)


def create_refused(
    lenses: Lenses, intent: Intent, wanted: Mapping[Field, Value], fields: frozenset[Field], reason: str
) -> Link:
    """A create that the side refused: the task is let go there until a value of it, or the mapping, moves.

    Where the vendor said which fields it can not take, only those are refused, and the task is tried without them.
    Else all are, the title with them.
    """
    lens = lenses.of(intent)
    task = lenses.state.tasks[intent.task]
    old = lenses.state.links.get((intent.task, intent.side))
    link = old if old is not None and not old.live else Link(task=intent.task, side=intent.side, ref=None)
    let_go(link, CREATE_REFUSED)
    named: set[Field] = (set(fields) & set(wanted)) - {Field.TITLE}
    for name in named or {name for name in task.values if lens.spec.sets(name)} | {Field.TITLE}:
        link.refused[name] = task.version(name).number
        link.reasons[name] = reason
    link.mapping = lens.spec.mapping
    lenses.state.links[link.key] = link
    return link


def make_again(lenses: Lenses, link: Link) -> None:
    """End a link so that the task is made there once more; the old ref is not new if it is ever listed again.

    The shadow stays until then: should the entry be brought back before it is made, that is what it held.
    """
    lenses.untie(link)
    former = link.former if link.ref is None else (*link.former, link.ref)
    again = Link(task=link.task, side=link.side, ref=None, former=former, pairs=link.pairs)
    let_go(again, CREATE_AGAIN)
    lenses.state.links[again.key] = again


def tie_again(lenses: Lenses, link: Link) -> None:
    """A link that was let go ties again, over its old shadow: values that moved meanwhile are owed there."""
    lens, task = lenses.of(link), lenses.state.tasks[link.task]
    link.life, link.reason, link.absent, link.outside = LinkLife.LIVE, "", False, ""
    link.raw_hash = ""
    lenses.tie(link)
    for name, value in task.values.items():
        pair = link.pairs.get(name)
        if pair is not None and name not in UNMERGED and not same(name, lens.view(name, value), pair.sent):
            link.acked[name] = task.version(name).number - 1


def ended_by_delete(link: Link) -> bool:
    """Whether a link ended because its task was deleted."""
    return not link.live and (link.reason in {DELETED_THERE, DELETED_HERE} or link.reason.endswith(NO_DELETE))


def come_back(lenses: Lenses, link: Link) -> None:
    """The task of a link that ended by a delete lives again: what still stands there ties again, else it is made."""
    closed = lenses.of(link).spec.capabilities.delete_means is DeleteMeans.STATUS and link.reason == DELETED_HERE
    if link.ref is None or link.absent or is_unseen(link) or not (closed or link.reason.endswith(NO_DELETE)):
        make_again(lenses, link)
        return
    tie_again(lenses, link)
    if closed:
        link.acked[Field.STATUS] = lenses.state.tasks[link.task].version(Field.STATUS).number - 1


def deleted(lenses: Lenses, link: Link, reason: str) -> None:
    """A delete that was carried out: the link ended."""
    lenses.untie(link)
    let_go(link, reason)


def closed(link: Link, status: Status, reason: str) -> None:
    """A status that stands for a delete was written: the link ended with that status as its shadow."""
    link.pairs[Field.STATUS] = Pair(status, status)
    let_go(link, reason)


def absorb_entry(link: Link, entry: Entry, lens: Lens) -> None:
    """What a read says of an entry besides its fields: hash, token, native, times, children."""
    link.raw_hash = entry.raw_hash
    if link.mapping not in ("", lens.spec.mapping):
        link.refused.clear()  # told in another way, it may be taken
        link.reasons.clear()
    link.mapping = lens.spec.mapping
    link.token = entry.token
    link.native = entry.native
    link.derived = entry.derived
    link.children = entry.children
    link.modified = entry.modified
    link.unknown = {name: word for name, word in entry.unknown.items() if lens.spec.reads(name)}


def _remember(link: Link, lens: Lens, entry: Entry, seen: Mapping[Field, Value]) -> None:
    derived = link.derived
    absorb_entry(link, entry, lens)
    link.own_modified = entry.modified
    link.derived = derived  # what it has gained or lost children by is for the next comparison to weigh
    if derived != entry.derived or not _says_no_more(link, lens, seen):
        link.raw_hash = ""  # read again in full: what else the answer shows is compared in the next cycle


def _says_no_more(link: Link, lens: Lens, seen: Mapping[Field, Value]) -> bool:
    """Whether an answer shows what the shadows have, and nothing besides: then it is as good as a read.

    Not where there is no shadow of a status, which is never empty: what an answer leaves out, a read may tell.
    """
    if lens.spec.reads(Field.POSITION) or not all(pair.confirmed for pair in link.pairs.values()):
        return False
    if lens.spec.reads(Field.STATUS) and Field.STATUS not in link.pairs:
        return False
    return all(
        name in UNMERGED or (name in link.pairs and same(name, link.pairs[name].stored, value))
        for name, value in seen.items()
    )


def _acknowledge(link: Link, task: Task, name: Field, number: int) -> None:
    if number >= task.version(name).number:
        link.acked.pop(name, None)
    else:
        link.acked[name] = number
    link.refused.pop(name, None)
    link.reasons.pop(name, None)
