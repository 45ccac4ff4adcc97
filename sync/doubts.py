"""Creates in doubt on sides that keep something of ours with a task: an id, or a marker that nobody sees (rule 7)."""

from __future__ import annotations

from connectors.contract import ClientId, Connector, MarkerLookup, Verb
from connectors.errors import ConnectorError, SideDown
from connectors.task import Fields, Ref
from sync.core.facts import Observation
from sync.core.model import Do, State, TaskId


def marker_of(group: str, task: TaskId) -> str:
    """What tells a new task of ours from any other."""
    return f"tasksync-{group}-{task}"


def foretold(connector: Connector, fields: Fields, marker: str) -> Ref | None:
    """The ref that a create will have, where the vendor takes ours."""
    return connector.client_id(fields, marker) if isinstance(connector, ClientId) else None


def look_up(connector: Connector, state: State, observation: Observation) -> None:
    """Ask for what creates in doubt have made by their markers. Raises ``SideDown``.

    Where nothing is found, complete reads decide, as on any side: an index may lag behind.
    """
    if not isinstance(connector, MarkerLookup) or not connector.capabilities.can(Verb.FIND_MARKER):
        return
    for intent in state.intents:
        if intent.side != observation.side or intent.do is not Do.CREATE:
            continue
        try:
            entry = connector.find_marker(marker_of(state.group, intent.task))
        except SideDown:
            raise
        except ConnectorError:
            continue  # no answer is no evidence
        if entry is not None and not (entry.deleted or entry.container):
            intent.ref = entry.ref
            observation.entries[entry.ref] = entry
            observation.listed |= {entry.ref}
