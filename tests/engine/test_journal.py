"""What is written down before a run, so that it can be undone."""

from gcpstack._core.ports import Observed
from gcpstack._core.refs import Sensitive
from gcpstack._core.resource import Encoder
from gcpstack._engine.diff import differences
from gcpstack._engine.journal import taken_over
from gcpstack._inventory.model import Undo

from .world import SCOPE, Hub, Lab, Net, Port, Store


def before(item, live):
    """What is remembered of a live object that is about to become as declared."""
    declared = Encoder(SCOPE).declared(item)
    diff = differences(declared.body, live, declared.table)
    return taken_over(Observed(live, "projects/p1/x"), diff, declared.table)


def test_a_field_within_a_list_stands_for_the_list():
    """After the change its place may be another."""
    live = {"ports": [{"number": 2, "open": False}, {"number": 1, "open": False}]}
    wanted = Hub("h", ports=[Port(number=1, open=True), Port(number=2, open=False)])

    assert before(wanted, live).fields == ((("ports",), live["ports"]),)


def test_what_was_not_there_is_one_place():
    """A map that is new goes as a whole."""
    found = before(Hub("h", labels={"a": "1", "b": "2"}), {})

    assert found.fields == ((("labels",), None),)


def test_secrets_are_named_and_not_kept():
    """Neither a field that holds a secret, nor a value that is one."""
    store = before(Store("s", secret=Sensitive("new"), region=None), {"secret": "old"})
    net = before(Net("n", label=Sensitive("new"), size=2), {"label": "old", "size": 1})

    assert (store.fields, store.lost) == ((), ("secret",))
    assert (net.fields, net.lost) == (((("size",), 1),), ("label",))
    assert "old" not in f"{store} {net}"


def test_a_run_writes_it_down_before_its_first_call():
    """With what was remembered of each resource then."""
    lab = Lab()
    lab.converge(Net("n", size=1))
    record = lab.keeper.load().records
    saved = []
    acquire = lab.keeper.acquire

    def acquiring(records, undo):
        acquire(records, undo)
        saved.append((list(lab.world.mutations), lab.store.load().undo))

    lab.keeper.acquire = acquiring
    lab.world.calls.clear()
    lab.apply(Net("n", size=2), Net("other"))

    [(calls, undo)] = saved
    assert calls == []
    assert {str(address): entry for address, entry in undo.items()} == {
        "widgets.Net/n": Undo("changed", record[next(iter(record))], ((("size",), 1),)),
        "widgets.Net/other": Undo("made"),
    }
