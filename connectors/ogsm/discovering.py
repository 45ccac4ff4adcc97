"""What a configuration may refer to, as the actions show it: nothing at OGSM lists canvases, strategies or people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from connectors.contract import Found
from connectors.ogsm.client import OgsmClient
from connectors.ogsm.members import NoOpinion, name_of, names_nothing
from connectors.ogsm.wire import ref_of
from connectors.task import JsonValue, Native, Status

_EXAMPLE: Final = 40
"""Characters of a title that tells a person which canvas is meant."""


@dataclass(slots=True)
class _Seen:
    """Where something is named: its own name, if one is told, and on which actions."""

    name: str = ""
    titles: list[str] = field(default_factory=list)

    def note(self, action: Native, name: str = "") -> None:
        self.name = self.name or name
        self.titles.append(str(action.get("title") or ""))

    @property
    def remark(self) -> str:
        """How many actions, and one of them."""
        count = len(self.titles)
        title = next(filter(None, self.titles), "")
        shown = title if len(title) <= _EXAMPLE else f"{title[:_EXAMPLE]}…"
        such = f', such as "{shown}"' if shown else ""
        return f"{count} action{'' if count == 1 else 's'}{such}"


def discover(client: OgsmClient, words: Mapping[str, Status]) -> tuple[Found, ...]:
    """Canvases, strategies, people and status words that are on some action, of whatever canvas.

    One read of the list. Raises ``RetryLater``, ``SideDown``.
    """
    actions = [action for listing in client.actions() for action in listing.actions]
    return (
        *_things("canvas", "canvas", _placed(actions, "ogsm_canvases")),
        *_things("strategy", "strategies", _placed(actions, "strategies")),
        *(
            Found(kind="person", id=name, name=name, remark=seen.remark)
            for name, seen in sorted(_named(actions, _people).items())
        ),
        *_words(_named(actions, lambda action: [action.get("status")]), words),
    )


def _things(kind: str, key: str, found: Mapping[str, _Seen]) -> Iterator[Found]:
    for ref, seen in sorted(found.items(), key=lambda one: (len(one[0]), one[0])):
        yield Found(kind=kind, id=ref, name=seen.name, remark=seen.remark, key=key)


def _words(found: Mapping[str, _Seen], words: Mapping[str, Status]) -> Iterator[Found]:
    """The words that are used, and those of the table that are not."""
    table = {word.casefold(): status for word, status in words.items()}
    for word, seen in sorted(found.items()):
        status = table.get(word.casefold())
        meaning = status.value if status is not None else "not in [statuses]: no opinion"
        yield Found(kind="word", id=word, name=word, remark=f"{meaning}; {seen.remark}", key="statuses")
    used = {word.casefold() for word in found}
    for word, status in words.items():
        if word.casefold() not in used:
            yield Found(kind="word", id=word, name=word, remark=f"{status.value}; on no action now", key="statuses")


def _placed(actions: Iterable[Native], member: str) -> dict[str, _Seen]:
    """The things with an id in a member that lists them."""
    found: dict[str, _Seen] = {}
    for action in actions:
        elements = action.get(member)
        for element in elements if isinstance(elements, list) else ():
            ref = ref_of(element) if isinstance(element, Mapping) else None
            if ref is not None and isinstance(element, Mapping):
                name = element.get("name")
                found.setdefault(ref, _Seen()).note(action, name if isinstance(name, str) else "")
    return found


def _named(actions: Iterable[Native], told: Callable[[Native], Iterable[JsonValue]]) -> dict[str, _Seen]:
    """The names that members tell."""
    found: dict[str, _Seen] = {}
    for action in actions:
        for member in told(action):
            try:
                name = "" if names_nothing(member) else name_of(member).strip()
            except NoOpinion:
                continue
            if name:
                found.setdefault(name, _Seen()).note(action)
    return found


def _people(action: Native) -> list[JsonValue]:
    involved = action.get("involved")
    return [action.get("assignee"), *(involved if isinstance(involved, list) else ())]
