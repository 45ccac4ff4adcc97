"""The rules switched off, one at a time, for the tests alone: a sentence of the engine's source says something else.

A switch names a module of ``sync``, a text that must stand in its source exactly once, and what stands there instead.
It is thrown before the module is imported, in a process of its own; nothing of the project knows of it.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Switch:
    """What is broken, and how: module, text, what stands there instead."""

    what: str
    changes: tuple[tuple[str, str, str], ...]


def _one(what: str, module: str, old: str, new: str) -> Switch:
    return Switch(what, ((module, old, new),))


SWITCHES: dict[str, Switch] = {
    "1": _one(
        "a side is compared with the canonical task",
        "sync.core.diff",
        "elif not same(name, pair.stored, value):",
        "elif not same(name, lens.view(name, task.values.get(name)), value):",
    ),
    "2": _one(
        "the shadow is what was sent",
        "sync.core.settle",
        "        return Pair(sent, seen[name])\n    if stored.confirmed",
        "        return Pair(sent, sent)\n    if stored.confirmed",
    ),
    "3": Switch(
        "whatever looks different is written",
        (
            (
                "sync.core.plan",
                "return name is Field.PARENT or link.mapping != lens.spec.mapping or self._behind(task, link, name)",
                "return True",
            ),
            (
                "sync.core.plan",
                "if same(name, view, pair.sent) or (behind and same(name, view, pair.stored)):",
                "if same(name, view, pair.stored):",
            ),
        ),
    ),
    "4": _one(
        "every edit continues the current value",
        "sync.core.merge",
        "        if link.acked.get(name, task.version(name).number) >= task.version(name).number:",
        "        if True:",
    ),
    "5": _one(
        "an edit is copied, not lifted",
        "sync.core.lens",
        "        return self.spec.of(field).view.lift(seen, current)",
        "        return seen",
    ),
    "6": _one(
        "after a write all fields' shadows move",
        "sync.core.settle",
        "    link.wrote = intent.cycle\n",
        "    link.pairs.update({name: Pair(one, one) for name, one in seen.items() if name not in intent.patch})\n"
        "    link.wrote = intent.cycle\n",
    ),
    "7": _one(
        "intents are forgotten when the process dies",
        "sync.cycle",
        "        meet(state, self.policy)\n",
        "        meet(state, self.policy)\n        state.intents.clear()\n",
    ),
    "7, equal": _one(
        "a create that is found again is never known by its content",
        "sync.core.recover",
        "if told and _equal_payload(told, owed, lens.take(entry), people)]",
        "if False]",
    ),
    "8": _one(
        "what an open create may have made is imported",
        "sync.core.recover",
        "        self.taken.update((intent.side, entry.ref) for entry in titled)\n",
        "",
    ),
    "9": _one(
        "an entry is not read again before it is overwritten",
        "sync.apply.freshness",
        "        entry = self.read_again(link)\n        if entry is not None and self.unmoved(link, entry, fields):\n",
        "        if True:\n",
    ),
    "10": _one(
        "all fields are sent",
        "sync.core.plan",
        "        return [self._action(Do.UPDATE, task, link, lens, fields)] if fields else []",
        "        if fields:\n"
        "            fields = {n: lens.view(n, v) for n, v in task.values.items() if n not in UNSENT"
        " and lens.spec.writes(n) and not lens.refuses(n, v) and n not in link.derived}\n"
        "        return [self._action(Do.UPDATE, task, link, lens, fields)] if fields else []",
    ),
    "11": _one(
        "what is missed once is deleted",
        "sync.core.evidence",
        "        needed = policy.evidence.misses\n",
        "        needed = 1\n",
    ),
    "12": _one(
        "a delete wins over an edit",
        "sync.core.deletes",
        "            if elsewhere or self._owes_an_edit(state.tasks[link.task], link) or link.task in owing:",
        "            if False:",
    ),
    "13": _one(
        "a link that ended is forgotten",
        "sync.core.intake",
        "            known = {link.ref for link in lenses.state.of_side(name)}",
        "            known = {link.ref for link in lenses.state.of_side(name) if link.live}",
    ),
    "14": _one(
        "the loser of a conflict is not kept",
        "sync.core.merge",
        "                self.lose(task, name, contender.side, contender.value, best.value)",
        "                pass",
    ),
    "15": _one(
        "entries are not matched",
        "sync.core.match",
        "            matcher.join_by_field(crowd, found.doubts)\n",
        "",
    ),
    "16": _one(
        "the cursor moves before what was read is absorbed",
        "sync.cycle",
        "        told = Circumstances(",
        "        for name, seen in self.observations.items():\n"
        "            state.sides[name].cursor = seen.cursor or state.sides[name].cursor\n"
        "        self.store.record(state, cycle=self.number, moved=(), acted=(), lease=None)\n"
        "        told = Circumstances(",
    ),
    "17": _one(
        "sides without a list are not polled",
        "sync.rounds",
        "        asking = list(dict.fromkeys((*refs, *(str(link.ref) for link in now.links))))",
        "        asking = list(refs)",
    ),
    "18": _one(
        "children are made before their parents",
        "sync.core.plan",
        "key=lambda one: (depths[one.id], one.id)):",
        "key=lambda one: (-depths[one.id], one.id)):",
    ),
    "19": _one(
        "an unknown person is sent elsewhere",
        "sync.core.people",
        "            return handle if home == side else self._twin(side, self.person(home, handle), home)",
        "            return handle",
    ),
    "20": _one(
        "another table of words makes edits",
        "sync.core.diff",
        "        remapped = other_mapping and _is_unchanged(link, entry, name, value, told)",
        "        remapped = False",
    ),
    "21": _one(
        "one side that fails stops the others",
        "sync.fetch",
        "            return Observation(side=self.name, read=Read.NONE, state=where, why=str(error), limited=limited)",
        "            raise",
    ),
    "22": _one(
        "actions leave no history",
        "sync.apply.journal",
        "            acted=acted,\n            lease=run.lease,",
        "            acted=(),\n            lease=run.lease,",
    ),
    "23": _one(
        "an idle cycle reads everything twice",
        "sync.fetch",
        "        if (unseen or silent) and not stop():",
        "        if not stop():",
    ),
}


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, sources: dict[str, str]) -> None:
        self._sources = sources

    def find_spec(self, name, path=None, target=None):
        del path, target
        if name not in self._sources:
            return None
        file = str(_file(name))
        return importlib.util.spec_from_loader(name, _Loader(name, file, self._sources[name]), origin=file)


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, file: str, source: str) -> None:
        super().__init__(name, file)
        self._source = source

    def get_code(self, fullname):
        del fullname
        return compile(self._source, self.path, "exec", dont_inherit=True)


def _file(module: str) -> Path:
    return ROOT.joinpath(*module.split(".")).with_suffix(".py")


def sources(rule: str) -> dict[str, str]:
    """The changed modules of a switch. Raises ``ValueError`` when a text does not stand there exactly once."""
    changed: dict[str, str] = {}
    for module, old, new in SWITCHES[rule].changes:
        source = changed.get(module) or _file(module).read_text(encoding="utf-8")
        if source.count(old) != 1:
            raise ValueError(f"rule {rule}: {source.count(old)} times in {module}, not once: {old!r}")
        changed[module] = source.replace(old, new)
    return changed


def switch_off(rule: str) -> None:
    """From here on, whoever imports the engine gets it without this rule."""
    if any(name.partition(".")[0] == "sync" for name in sys.modules):
        raise RuntimeError("the engine is imported already: throw the switch first")
    sys.meta_path.insert(0, _Finder(sources(rule)))
