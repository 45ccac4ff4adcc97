"""People change the same task on several sides."""

from __future__ import annotations

from datetime import timedelta

from sync.core.model import HeldKind
from sync.core.policy import ConflictPolicy
from sync.report import Result
from tests.scenarios.breaking import break_off, failing

TIMES = {"times": True}
HOLD = {"conflict": ConflictPolicy.HOLD}


def agreed(group, **traits):
    """Two sides that agree on one task, "Milk"; its ref on both."""
    world = group(**traits)
    world.add("a", "Milk", description="one\ntwo\nthree", labels=["y"])
    world.settle()
    return world, world.ref("a", "Milk"), world.ref("b", "Milk")


def test_edits_of_two_fields_in_one_cycle_arrive_on_both_sides(group):
    """A edits the title, B edits the note, in the same cycle: both edits on both sides, no conflict."""
    world, a, b = agreed(group, a={}, b={})
    world.edit("a", a, title="Bread")
    world.edit("b", b, description="rye")
    report = world.run()
    for side in "ab":
        assert world.on(side, "Bread")["description"] == "rye"
    assert (report.conflicts, report.updated) == (0, 2)
    assert world.run().result is Result.QUIET


def test_edits_of_one_field_in_one_cycle_are_a_conflict_and_the_loser_is_kept(group):
    """A and B edit the title in the same cycle: one conflict, decided by policy, the loser kept."""
    world, a, b = agreed(group, a={}, b={})
    world.edit("a", a, title="Bread")
    world.edit("b", b, title="Rolls")
    report = world.run()
    assert world.titles("a") == world.titles("b") == ["Bread"]
    assert report.conflicts == 1
    assert world.lost("title") == ["Rolls"]
    assert world.run().result is Result.QUIET


def test_the_newer_of_two_edits_wins_where_both_sides_tell_times(group):
    """Under `newest` the later edit stands, whatever the priority of its side."""
    world, a, b = agreed(group, a=TIMES, b=TIMES)
    world.edit("a", a, title="Bread")
    world.edit("b", b, title="Rolls")
    world.run()
    assert world.titles("a") == world.titles("b") == ["Rolls"]
    assert world.lost("title") == ["Bread"]


def test_the_same_edit_on_two_sides_is_no_conflict(group):
    """Two people who say the same need no decision, and nothing has to be written."""
    world, a, b = agreed(group, a={}, b={})
    world.edit("a", a, title="Bread")
    world.edit("b", b, title="Bread")
    writes = world.writes()
    report = world.run()
    assert (report.conflicts, world.writes()) == (0, writes)
    assert world.run().result is Result.QUIET


def test_an_edit_that_an_absorbed_one_never_reached_is_a_conflict(group):
    """A's edit is absorbed, its write to B fails, B's person edits meanwhile.

    A conflict, not a silent loss of A's edit.
    """
    world, a, b = agreed(group, a={}, b={})
    world.edit("a", a, title="Bread")
    with failing(world.vaults["b"], "update", break_off()):
        assert world.run().result is Result.OWED
    world.edit("b", b, title="Rolls")
    assert world.run().conflicts == 1
    assert world.titles("a") == world.titles("b") == ["Bread"]
    assert world.lost("title") == ["Rolls"]
    assert world.run().result is Result.QUIET


def test_a_side_that_returns_with_an_older_edit_conflicts_with_what_happened_meanwhile(group):
    """P was away: its person's edit of Sunday meets Monday's from elsewhere; under `newest` Monday's stands."""
    world, a, b = agreed(group, a=TIMES, b=TIMES, p=TIMES)
    p = world.ref("p", "Milk")
    world.edit("p", p, title="Sunday's")
    with failing(world.vaults["p"], "changes", break_off()):
        world.clock.pass_(86_400)
        world.edit("b", b, title="Monday's")
        world.run()
        world.clock.pass_(6 * 86_400)
        world.run()
    assert world.on("a", "Monday's")["id"] == a
    assert world.run().conflicts == 1
    assert world.titles("a") == world.titles("b") == world.titles("p") == ["Monday's"]
    assert world.lost("title") == ["Sunday's"]


def test_an_edit_there_after_an_undeliverable_rename_is_a_conflict(group):
    """A rename elsewhere can not be delivered; later a person there edits the old title.

    A conflict, the rename is not lost silently.
    """
    world, a, b = agreed(group, a={}, b={"at_create": ["title"]})
    world.edit("a", a, title="Bread")
    assert world.run().undeliverable == 1
    world.edit("b", b, title="Milk, fresh")
    assert world.run().conflicts == 1
    assert world.titles("a") == ["Bread"]
    assert world.lost("title") == ["Milk, fresh"]
    assert world.run().result is Result.QUIET


def test_a_rename_back_restores_the_old_name_on_both_sides(group):
    """Rename on A, cycle, rename back on B, cycle: the old name on both."""
    world, a, b = agreed(group, a={}, b={})
    world.edit("a", a, title="Bread")
    world.run()
    world.edit("b", b, title="Milk")
    report = world.run()
    assert world.titles("a") == world.titles("b") == ["Milk"]
    assert report.conflicts == 0


def test_a_label_added_here_and_one_removed_there_are_both_done(group):
    """A adds label x, B removes label y: both."""
    world, a, b = agreed(group, a={}, b={})
    world.edit("a", a, labels=["x", "y"])
    world.edit("b", b, labels=[])
    report = world.run()
    assert world.on("a", "Milk")["labels"] == world.on("b", "Milk")["labels"] == ["x"]
    assert report.conflicts == 0
    assert world.run().result is Result.QUIET


def test_lines_changed_by_two_people_are_merged(group):
    """Two people change different lines of a description: both lines change, on both sides."""
    world, a, b = agreed(group, a={}, b={})
    world.edit("a", a, description="ONE\ntwo\nthree")
    world.edit("b", b, description="one\ntwo\nTHREE")
    report = world.run()
    assert world.on("a", "Milk")["description"] == world.on("b", "Milk")["description"] == "ONE\ntwo\nTHREE"
    assert report.conflicts == 0


def test_a_held_conflict_leaves_both_values_until_a_person_decides(group):
    """Under `hold` each side keeps its own value, `take SIDE` decides, and the other value is kept."""
    world, a, b = agreed(group, a={}, b={}, policy=HOLD)
    world.edit("a", a, title="Bread")
    world.edit("b", b, title="Rolls", description="fresh")
    report = world.run()
    assert (report.result, report.conflicts, report.held) == (Result.HELD, 1, 1)
    assert (world.titles("a"), world.titles("b")) == (["Bread"], ["Rolls"])
    assert world.on("a", "Bread")["description"] == "fresh", "the other fields go on"
    held = world.held()[0]
    assert held.kind is HeldKind.CONFLICT
    assert {"take a", "take b"} <= set(held.choices)
    writes = world.writes()
    assert world.run().held == 1
    assert world.writes() == writes, "a conflict that is held writes nothing"
    world.resolve(held, "take b")
    world.run()
    assert world.titles("a") == world.titles("b") == ["Rolls"]
    assert world.lost("title") == ["Bread"]
    assert world.run().result is Result.QUIET


def test_a_held_conflict_takes_a_value_of_a_persons_own(group):
    """`set VALUE` writes a third value everywhere and keeps both contenders."""
    world, a, b = agreed(group, a={}, b={}, policy=HOLD)
    world.edit("a", a, title="Bread")
    world.edit("b", b, title="Rolls")
    world.run()
    world.resolve(world.held()[0], "set Bread and rolls")
    world.run()
    assert world.titles("a") == world.titles("b") == ["Bread and rolls"]
    assert sorted(map(str, world.lost("title"))) == ["Bread", "Rolls"]
    assert world.run().result is Result.QUIET


def test_a_later_edit_replaces_its_sides_contender(group):
    """A held conflict keeps the newest contender of each side."""
    world, a, b = agreed(group, a={}, b={}, policy=HOLD)
    world.edit("a", a, title="Bread")
    world.edit("b", b, title="Rolls")
    world.run()
    world.edit("a", a, title="Toast")
    world.edit("b", b, title="Buns")
    assert world.run().held == 1
    assert world.held()[0].data == {"a": "Toast", "b": "Buns"}
    assert (world.titles("a"), world.titles("b")) == (["Toast"], ["Buns"])


def test_a_held_conflict_ends_by_itself_when_the_contenders_are_equal(group):
    """One side is edited to equal the other: nobody needs to be asked any more."""
    world, a, b = agreed(group, a={}, b={}, c={}, policy=HOLD)
    world.edit("a", a, title="Bread")
    world.edit("b", b, title="Rolls")
    world.run()
    world.edit("a", a, title="Rolls")
    assert world.run().held == 0
    assert world.titles("a") == world.titles("b") == world.titles("c") == ["Rolls"]
    assert world.run().result is Result.QUIET


def test_a_later_edit_by_a_side_that_had_seen_the_value_replaces_it(group):
    """Edits that follow each other are no conflicts, whatever the priorities."""
    world, a, b = agreed(group, a={}, b={})
    for side, ref, title in (("b", b, "Bread"), ("a", a, "Rolls"), ("b", b, "Buns")):
        world.edit(side, ref, title=title)
        world.clock.pass_(timedelta(hours=1).total_seconds())
        assert world.run().conflicts == 0
    assert world.titles("a") == world.titles("b") == ["Buns"]
