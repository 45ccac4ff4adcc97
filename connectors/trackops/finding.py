"""What an account has: whether the case is there, and what a configuration may name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from connectors.contract import Found
from connectors.errors import BadSettings, ContractBroken, Forbidden, Gone, Rejected
from connectors.task import Native
from connectors.trackops.capabilities import PER_PAGE
from connectors.trackops.client import TrackopsClient, misplaced
from connectors.trackops.listing import everything
from connectors.trackops.mapping import VOCABULARY
from connectors.trackops.members import email_of, name_of
from connectors.trackops.since import Known
from connectors.trackops.staff import Staff
from connectors.trackops.wire import ref_of

CASES: Final = 1000
"""Cases that are named, the newest: there may be tens of thousands, and a page of a hundred takes two seconds."""
_CASE_HINT: Final = "check `case`: the number of a case that this user may see"


def prove_case(client: TrackopsClient, case: int) -> None:
    """Read some tasks of the case, and where there is none the case itself. Raises ``SideDown`` or ``RetryLater``.

    Accounts that do not offer cases by this way can not be asked: then an empty case is taken for one that is there.
    """
    few = {"page": "1", "per_page": "3"}  # one that has no id, among them, is no trouble
    try:
        tasks = client.tasks({"case": str(case), **few})
    except (Gone, Rejected) as refused:
        raise misplaced(refused) from refused
    if any(str(task.get("casefile_id")) == str(case) for task in tasks.records):
        return
    try:
        client.case(case)
    except Gone as missing:
        if _lists_cases(client):
            raise BadSettings(f"there is no case {case} ({missing.message})", hint=_CASE_HINT) from missing
    except (Rejected, Forbidden, ContractBroken):
        return


def discovered(client: TrackopsClient, staff: Staff, case: int) -> tuple[tuple[Found, ...], tuple[str, ...]]:
    """Staff, cases, calendars that tasks are on, status words; and remarks, a sentence each.

    Calendars are those of the tasks of the case; where it has none, or none is named (0), of the account's newest
    tasks. What the account does not offer is left out. Raises ``RetryLater``, ``SideDown``.
    """
    inside, remarks = _tasks_of(client, case)
    whose = "of this case"
    if not any(task.get("calendar_id") for task in inside):
        inside, whose = _newest(client), "of the account's newest"
    calendars = Counter(str(task["calendar_id"]) for task in inside if task.get("calendar_id"))
    cases = list(_cases(client))
    if case and cases and str(case) not in {one.id for one in cases}:
        remarks = remarks or (f"case {case} is not among the cases that are listed: {_CASE_HINT}",)
    found = (
        *_people(staff),
        *cases,
        *(
            Found(kind="calendar", id=ref, name="", remark=f"{_tasks(count)} {whose} on it", key="calendar")
            for ref, count in sorted(calendars.items())
        ),
        *(Found(kind="word", id=word, name=word, key="statuses") for word in VOCABULARY),
    )
    return found, remarks


def _tasks_of(client: TrackopsClient, case: int) -> tuple[Sequence[Native], tuple[str, ...]]:
    """The tasks of a case; where that is refused, none, and what was said."""
    if not case:
        return [], ()
    try:
        return [task for part in everything(client, case, Known().form) for task in part.records], ()
    except BadSettings as refused:
        return [], (f"{refused.message}: {_CASE_HINT}",)


def _newest(client: TrackopsClient) -> Sequence[Native]:
    """A page of the account's tasks, of whatever case: this proves address and account. Raises ``SideDown``."""
    try:
        return client.tasks({"page": "1", "per_page": str(PER_PAGE), "dir": "desc"}).records
    except (Gone, Rejected) as refused:
        raise misplaced(refused) from refused


def _tasks(count: int) -> str:
    return f"{count} task{'' if count == 1 else 's'}"


def _people(staff: Staff) -> Iterator[Found]:
    try:
        people = list(staff.everybody())
    except (Gone, Rejected, Forbidden):
        return
    for one in people:
        yield Found(kind="person", id=ref_of(one) or "", name=name_of(one), email=email_of(one))


def _cases(client: TrackopsClient) -> Iterator[Found]:
    seen: set[str] = set()
    for page in range(1, CASES // PER_PAGE + 1):
        params = {"page": str(page), "per_page": str(PER_PAGE), "dir": "desc"}
        try:
            records = client.records("cases", params, "the list of cases").records
        except (Gone, Rejected, Forbidden, ContractBroken):
            return
        fresh = [case for case in records if (ref_of(case) or "") not in {"", *seen}]
        for case in fresh:
            seen.add(ref_of(case) or "")
            yield Found(kind="case", id=ref_of(case) or "", name=_case_name(case), key="case")
        if not fresh or len(records) < PER_PAGE:
            return


def _case_name(case: Native) -> str:
    """A case's own number or name; which member has it is not documented."""
    told = (case.get(name) for name in ("case_number", "name", "title", "number"))
    return next((str(name) for name in told if isinstance(name, str | int) and str(name).strip()), "")


def _lists_cases(client: TrackopsClient) -> bool:
    try:
        client.records("cases", {"page": "1", "per_page": "1"}, "the list of cases")
    except (Gone, Rejected, Forbidden, ContractBroken):
        return False
    return True
