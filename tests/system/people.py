"""People: they make tasks on both sides, edit, move and delete them, and their ledger keeps what they meant."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.system.group import Group
from tests.system.ledger import DONE, Kept, Ledger

WORDS = (
    "milk",
    "Büro",
    "plan Q3",
    "C# fix",
    "call @bob",
    "up ^top",
    "see #12 now",
    "50 % off!",
    "日本語",
    "a_b_c",
    "2 * 3 * 4",
    "<b>bold</b>",
    "emoji 🎉",
    "R&D  twice",
)
TEXTS = (
    "",
    "one line",
    "first\nsecond\n\nnew paragraph",
    "- a\n- b",
    "# heading\n\ntext",
    "see https://example.com/x_y",
    "a < b & c",
    "`code` **bold**",
    "*one* and _two_ #tag ^when",
)
HTML = (
    "",
    "<p>one line</p>",
    "<p>first<br>second</p><p>new <u>words</u></p>",
    "<ul><li>a</li><li>b</li></ul>",
    "<h2>heading</h2><p>a &lt; b &amp; c</p>",
    '<p style="color: red">see <a href="https://example.com/x">there</a></p>',
    "<p><strong>bold</strong> and <em>not</em></p>",
)
DUES = ("", "2027-01-15", "2028-02-29")
TAGS = ((), ("home",), ("Work", "urgent"), ("two words",))


class People:
    """What they do is drawn from a seed; each edit of one round is on a task of its own."""

    def __init__(self, group: Group, seed: int = 0) -> None:
        self.outline = group.outline
        self.strategy = group.strategy
        self.ledger = Ledger(group)
        self.draw = random.Random(seed)
        self._last = 0

    def fill(self, tasks: int) -> None:
        """Make so many tasks, one after the other on the outline, some below others, and on the strategy."""
        for _ in range(tasks):
            self.add_item() if self._last % 2 else self.add_action()

    def add_item(self) -> int:
        """Make an item."""
        number, draw = self._next(), self.draw
        kept = self._drawn(number, draw.choice(TEXTS))
        items = self.ledger.items()
        kept.parent = draw.choice(sorted(items)) if items and draw.random() < 0.3 else None
        kept.priority = draw.choice((0, 1, 5, 9))
        content = f"{kept.title}\n{kept.text}" if kept.text else kept.title
        task = {"due_date": kept.due, "tags": ",".join(sorted(kept.tags)), "priority": kept.priority}
        item = self.outline.add(content, **task, parent_id=items.get(kept.parent, 0))
        if kept.parent is None and draw.random() < 0.3:
            kept.status = DONE
            self.outline.tick(item, 1)
        self._wrote("outline", "title", kept, item)
        self._wrote("outline", "text", kept, item)
        self._keep(number, kept)
        return number

    def add_action(self) -> int:
        """Make an action."""
        number, draw = self._next(), self.draw
        kept = self._drawn(number, draw.choice(HTML))
        kept.status = draw.choice(("todo", "doing", DONE))
        kept.progress = draw.choice((0, 50))
        action = self.strategy.add(
            kept.title,
            description=kept.text or None,
            due=kept.due or None,
            labels=[{"name": tag} for tag in sorted(kept.tags)],
            status={"name": kept.status},
            progress=kept.progress,
        )
        self._wrote("strategy", "title", kept, action)
        self._wrote("strategy", "text", kept, action)
        self._keep(number, kept)
        return number

    def edit(self, edits: int) -> None:
        """Edit so many tasks, each once, on one of its sides."""
        refs = self.ledger.refs()
        for number in self.draw.sample(sorted(refs), min(edits, len(refs))):
            item, action = refs[number]
            on_outline = self.draw.random() < 0.5
            what = self.draw.choice(self._item_edits() if on_outline else self._action_edits())
            what(number, self.ledger.tasks[number], item if on_outline else action)
        self.ledger.note_parents()

    def delete(self, deletes: int) -> None:
        """Delete so many tasks: an item goes with all below it; what is below an action's item lives on."""
        for _ in range(deletes):
            refs = self.ledger.refs()
            number = self.draw.choice(sorted(refs))
            if self.draw.random() < 0.5:
                self.delete_item(number)
            else:
                self.delete_action(number)

    def delete_item(self, number: int) -> None:
        """Delete an item, and with it all that is below."""
        before = self.ledger.items().keys()
        self.outline.remove(self.ledger.items()[number])
        for gone in before - self.ledger.items().keys():
            del self.ledger.tasks[gone]

    def delete_action(self, number: int) -> None:
        """Delete an action; the children of its item move up."""
        self.strategy.remove(self.ledger.refs()[number][1])
        gone = self.ledger.tasks.pop(number)
        for kept in self.ledger.tasks.values():
            if kept.parent == number:
                kept.parent = gone.parent

    def add_and_settle(self) -> int:
        """Make an action and bring it to both sides."""
        number = self.add_action()
        self.ledger.group.run()
        return number

    # One edit

    def _item_edits(self) -> list[Callable[[int, Kept, int], None]]:
        return [self._retitle_item, self._rewrite_item, self._date_item, self._tag_item, self.tick_item, self._move]

    def _action_edits(self) -> list[Callable[[int, Kept, int], None]]:
        return [self._retitle, self._rewrite, self._date, self._tag, self._set_status, self._advance]

    def _retitle_item(self, number: int, kept: Kept, item: int) -> None:
        kept.title = f"{number} {self.draw.choice(WORDS)} changed"
        _, line, text = self.outline.items[item].content.partition("\n")
        self.outline.edit(item, content=f"{kept.title}{line}{text}")
        self._wrote("outline", "title", kept, item)

    def _rewrite_item(self, number: int, kept: Kept, item: int) -> None:
        kept.text = self.draw.choice((f"new text {number}\n\n- of *several* lines", "", "# other\n\n`code`"))
        self.outline.edit(item, content=f"{kept.title}\n{kept.text}" if kept.text else kept.title)
        self._wrote("outline", "text", kept, item)

    def _date_item(self, number: int, kept: Kept, item: int) -> None:  # noqa: ARG002 - all edits are called alike
        self._cleared("strategy.due", kept, "due", self.draw.choice(("", "2027-12-31")))
        self.outline.edit(item, due_date=kept.due)

    def _tag_item(self, number: int, kept: Kept, item: int) -> None:  # noqa: ARG002
        kept.tags = self.draw.choice((frozenset(), frozenset({"fresh", "home"})))
        self.outline.edit(item, tags=",".join(sorted(kept.tags)))

    def tick_item(self, number: int, kept: Kept, item: int) -> None:  # noqa: ARG002
        """Close or reopen an item that has none below it."""
        if self.outline.children(item):
            return
        kept.status = "todo" if kept.status == DONE else DONE
        self.outline.tick(item, 1 if kept.status == DONE else 0)
        self.ledger.note_parents()

    def _move(self, number: int, kept: Kept, item: int) -> None:  # noqa: ARG002
        items = self.ledger.items()
        below = {one for one, ref in items.items() if item in self.outline.above(ref)}
        kept.parent = self.draw.choice([None, *sorted(items.keys() - below)])
        self.outline.edit(item, parent_id=items[kept.parent] if kept.parent is not None else 0)

    def _retitle(self, number: int, kept: Kept, action: int) -> None:
        kept.title = f"{number} {self.draw.choice(WORDS)} renamed"
        self.strategy.edit(action, title=kept.title)
        self._wrote("strategy", "title", kept, action)

    def _rewrite(self, number: int, kept: Kept, action: int) -> None:
        kept.text = self.draw.choice((f"<p>new <u>words</u> {number}</p><ul><li>one</li></ul>", ""))
        self.strategy.edit(action, description=kept.text or None)
        self._wrote("strategy", "text", kept, action)

    def _date(self, number: int, kept: Kept, action: int) -> None:  # noqa: ARG002
        self._cleared("outline.due", kept, "due", self.draw.choice(("", "2028-02-29")))
        self.strategy.edit(action, due=kept.due or None)

    def _tag(self, number: int, kept: Kept, action: int) -> None:  # noqa: ARG002
        tags = self.draw.choice((frozenset(), frozenset({"other"}), frozenset({"home", "two words"})))
        self._cleared("outline.tags", kept, "tags", tags)
        self.strategy.edit(action, labels=[{"name": name} for name in sorted(kept.tags)])

    def _set_status(self, number: int, kept: Kept, action: int) -> None:  # noqa: ARG002
        if kept.derives:
            return
        kept.status = self.draw.choice(("todo", "doing", DONE))
        self.strategy.edit(action, status={"name": kept.status})

    def _advance(self, number: int, kept: Kept, action: int) -> None:  # noqa: ARG002
        kept.progress = 75
        self.strategy.edit(action, progress=75)

    # What they keep in mind

    def _cleared(self, where: str, kept: Kept, name: str, value: object) -> None:
        """Set a field; where its vendor does not let it be cleared over the API, the old value stays there."""
        ignores = {
            "outline.due": self.outline.reading.clears_due == "ignored",
            "outline.tags": self.outline.reading.clears_tags == "ignored",
            "strategy.due": self.strategy.reading.nulls == "ignored",
        }
        old = kept.stuck.pop(where, getattr(kept, name))
        if not value and old and ignores[where]:
            kept.stuck[where] = old
        setattr(kept, name, value)

    def _wrote(self, side: str, name: str, kept: Kept, ref: int) -> None:
        if side == "outline":
            title, _, text = self.outline.items[ref].content.partition("\n")
        else:
            title, text = self.strategy.actions[ref]["title"], self.strategy.actions[ref]["description"] or ""
        stored = title if name == "title" else text
        setattr(kept, name, stored)
        for one in ("outline", "strategy"):
            kept.written.pop(f"{one}.{name}", None)
        kept.written[f"{side}.{name}"] = stored

    def _next(self) -> int:
        self._last += 1
        return self._last

    def _drawn(self, number: int, text: str) -> Kept:
        draw = self.draw
        title = f"{number} {draw.choice(WORDS)}"
        return Kept(title=title, text=text, due=draw.choice(DUES), tags=frozenset(map(str.casefold, draw.choice(TAGS))))

    def _keep(self, number: int, kept: Kept) -> None:
        self.ledger.tasks[number] = kept
        self.ledger.note_parents()
