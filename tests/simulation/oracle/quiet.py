"""Going quiet: the first complete cycle may write, the next may not; and an idle cycle has a floor (rule 23)."""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.contract import Discovery, Verb
from connectors.task import Field, Kind
from sync.core.diff import FIRST_OPINION
from sync.core.evidence import may_stand
from sync.core.facts import Read
from sync.core.merge import NEW
from sync.core.model import Do, Link
from sync.report import GroupReport, Result
from sync.store import ActedRow, MovedRow
from tests.simulation.oracle.answers import Answers
from tests.simulation.oracle.end import stored
from tests.simulation.play import BELIEVED, Play

GAP = 660  # seconds: longer than the evidence's gap
MOST = 24  # cycles in which a history must have come to rest


@dataclass
class Quiet:
    """Lets a group come to rest, with a person who answers what is asked."""

    play: Play
    wrong: list[str] = field(default_factory=list)

    def settle(self) -> list[str]:
        """Cycles until nothing is written; what is wrong with them.

        The first complete one may write, the next may not, unless evidence has become complete meanwhile.
        """
        play, answers = self.play, Answers(self.play, self.wrong)
        may_write = True
        for _ in range(MOST):
            play.do(("pass", GAP))
            writes = play.figures["writes"]
            report = self._cycle()
            wrote = play.figures["writes"] - writes
            if wrote and not may_write and self._is_late():
                play.figures["late"] += 1
                may_write = True
                continue
            if wrote and not may_write:
                return [*self.wrong, _wrote(report)]
            may_write = self._may_write_next(report)
            if report.held and answers.lift():
                may_write = True
            elif self._asks_again():
                continue
            elif report.result in {Result.QUIET, Result.HELD} and not wrote and not may_write:
                self._stays_quiet()
                return self.wrong
        return [*self.wrong, f"not quiet after {MOST} cycles: {report.as_json()} {report.lines}"]

    def _cycle(self) -> GroupReport:
        self.play.do(("cycle", 0, ()))
        report = self.play.reports[-1]
        assert report is not None
        return report

    def _is_late(self) -> bool:
        """Whether the last cycle wrote only what may need one cycle more.

        That is the order of siblings; and what a server of its own accord put into a field of a new entry for which
        nobody had a value: the read after the create tells it first. And comments, which move no list's time: one that
        is seen for the first time now may have brought its task back (rule 12).
        """
        state, rows = stored(self.play)
        last = max(row.cycle for row in rows)
        acted = [row for row in rows if isinstance(row, ActedRow) and row.cycle == last]
        moved = [row for row in rows if isinstance(row, MovedRow) and row.cycle == last]
        opinions = [row for row in moved if row.rule == FIRST_OPINION]
        first, told = {row.field.value for row in opinions}, {row.task for row in opinions}
        new = [state.tasks[row.task] for row in moved if row.rule == NEW]
        commented = {one.values.get(Field.PARENT) for one in new if one.kind is Kind.COMMENT}
        return all(
            state.tasks[row.task].kind is Kind.COMMENT
            or row.task in commented
            or (row.do is Do.UPDATE and set(row.fields) <= {"position", *first})
            or (row.do is Do.CREATE and row.task in told)  # what was refused without that value is tried with it
            for row in acted
        )

    def _may_write_next(self, report: GroupReport) -> bool:
        """Whether what was not complete in this cycle lets the next one write."""
        aside = any(side.read not in BELIEVED for side in report.sides.values())
        # A delete of ours may have made a leaf of a parent, whose status is its own again: the next read tells.
        derives = any(place.eyes.capabilities.derived_from_children for place in self.play.places.values())
        in_doubt = bool(report.owed and stored(self.play)[0].intents)
        # What a filter passes over is seen where something is written, or was to be: the next cycle asks for it.
        passes_over = any(place.omits for place in self.play.places.values())
        beside = passes_over and (report.created or report.updated or report.deleted or report.owed)
        return bool(report.waiting or aside or in_doubt or beside or (derives and report.deleted))

    def _asks_again(self) -> bool:
        """Whether what a side could not delete is gone, and not by two answers yet: the next cycles ask for it."""
        state = stored(self.play)[0]
        return any(
            link.gone == 1 or (state.tasks[link.task].kind is Kind.TASK and self._is_probed(link))
            for link in state.links.values()
            if not link.live
        )

    def _is_probed(self, link: Link) -> bool:
        """Whether each read asks for what it lacks of a side, and this is not there."""
        place = self.play.places[link.side]
        capabilities = place.eyes.capabilities
        asks = capabilities.can(Verb.GET) and capabilities.discovery is Discovery.SNAPSHOT
        asks &= link.gone == 0 and not link.absent
        return asks and link.ref is not None and link.ref not in place.entries() and may_stand(link, capabilities)

    def _stays_quiet(self) -> None:
        writes, requests = self.play.figures["writes"], self.play.figures["requests"]
        forms = {side: place.forms for side, place in self.play.places.items()}
        report = self._cycle()
        requests = self.play.figures["requests"] - requests
        floors = {
            side: place.floor(whole=report.sides[side].read is Read.COMPLETE)
            for side, place in self.play.places.items()
        }
        for side, place in self.play.places.items():  # nobody knows how a moment is told until one form was taken
            floors[side] += max(0, len(place.forms - forms[side]) - 1)
        if requests > sum(floors.values()):
            self.wrong.append(f"an idle cycle made {requests} requests: {report.requests}, not {floors}")
        if self.play.figures["writes"] != writes:
            self.wrong.append(_wrote(report))


def _wrote(report: GroupReport) -> str:
    return f"a quiet group wrote: {report.as_json()} {report.lines}"
