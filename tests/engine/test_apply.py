"""Planning and applying against a fake world, on a virtual clock."""

import pytest

from gcpstack._core.refs import Sensitive
from gcpstack._engine.plan import Action
from gcpstack.exceptions import ApplyFailed, ConsentRequired, Unavailable

from .world import Cert, Hub, Lab, Net, Note, Part, Port, Store, failure


def actions(plan):
    return {str(c.address): c.action for c in plan.changes if c.action is not Action.NOOP}


class TestConverge:
    def test_creates_in_order_and_then_nothing(self):
        """A second apply makes no mutating call."""
        lab = Lab()
        net = Net("n", size=3)
        hub = Hub("h", parts=[Part("a", shape="round", net=net)], address=net.output("ip"))
        items = (net, hub, Part("a", shape="round", net=net))

        lab.converge(*items)

        assert [c.split()[1].rsplit("/", 1)[-1] for c in lab.world.mutations] == ["n", "a", "h"]
        assert lab.world.objects["projects/p1/hubs/h"]["address"] == "10.0.0.0"
        before = len(lab.world.mutations)
        assert lab.apply(*items).ok
        assert len(lab.world.mutations) == before

    def test_independent_objects_at_once(self):
        """Ten independent objects take as long as one."""
        lab = Lab()
        began = lab.clock.seconds
        lab.apply(*[Net(f"n{i}") for i in range(10)])

        assert lab.clock.seconds - began < 2 * lab.world.seconds

    def test_update_changes_only_what_is_declared(self):
        """Fields that others set stay."""
        lab = Lab()
        lab.converge(Net("n", size=3))
        lab.world.objects["projects/p1/nets/n"]["other"] = "theirs"
        lab.converge(Net("n", size=4))

        assert lab.world.objects["projects/p1/nets/n"]["size"] == 4
        assert lab.world.objects["projects/p1/nets/n"]["other"] == "theirs"

    def test_a_removed_field_is_unset(self):
        """A field that was declared before and no longer is goes away."""
        lab = Lab()
        lab.converge(Net("n", size=3, label="x"))
        lab.converge(Net("n", size=3))

        assert "label" not in lab.world.objects["projects/p1/nets/n"]

    def test_drift_is_put_back(self):
        """A change made behind our back is undone."""
        lab = Lab()
        lab.converge(Net("n", size=3))
        lab.world.objects["projects/p1/nets/n"]["size"] = 9
        plan = lab.plan(Net("n", size=3))

        assert actions(plan) == {"widgets.Net/n": Action.UPDATE}
        assert [(d.name, d.before, d.after) for d in plan.changes[0].diff] == [("size", 9, 3)]
        lab.converge(Net("n", size=3))

    def test_removed_resources_are_deleted_dependents_first(self):
        """A delete walks the recorded needs in reverse."""
        lab = Lab()
        net = Net("n")
        lab.converge(net, Part("a", net=net), Hub("h", parts=[Part("a", net=net)]))
        lab.converge()

        assert lab.world.objects == {}
        assert lab.keeper.snapshot.records == {}

    def test_adoption_by_name(self):
        """What is there already is taken over, and changed where it differs."""
        lab = Lab()
        lab.world.objects["projects/p1/nets/n"] = {"size": 3}
        assert actions(lab.plan(Net("n", size=3))) == {"widgets.Net/n": Action.ADOPT}
        lab.converge(Net("n", size=4))

        assert lab.world.mutations == ["update projects/p1/nets/n ['size']"]

    def test_recreate(self):
        """An immutable field of a kind without successors: delete, then create."""
        lab = Lab()
        lab.converge(Net("n", zone="a"))
        lab.converge(Net("n", zone="b"))

        assert lab.world.mutations[-2:] == [
            "delete projects/p1/nets/n",
            "create projects/p1/nets/n",
        ]

    def test_unordered_blocks(self):
        """The order of an unordered list is no difference; its items are told apart by their key."""
        lab = Lab()
        lab.converge(Hub("h", ports=[Port(number=1), Port(number=2, open=True)]))
        lab.world.objects["projects/p1/hubs/h"]["ports"].reverse()
        assert lab.plan(Hub("h", ports=[Port(number=1), Port(number=2, open=True)])).empty
        lab.converge(Hub("h", ports=[Port(number=2, open=False)]))

        assert lab.world.objects["projects/p1/hubs/h"]["ports"] == [{"number": 2, "open": False}]

    def test_server_assigned_ids(self):
        """An object whose id Google chose is found again, changed and deleted."""
        lab = Lab()
        lab.converge(Note("hello", text="a"))
        lab.converge(Note("hello", text="b"))
        assert [body["text"] for body in lab.world.objects.values()] == ["b"]
        lab.converge()

        assert lab.world.objects == {}

    def test_a_new_one_of_a_server_assigned_id(self):
        """What can't change is made anew, under another id."""
        lab = Lab()
        lab.converge(Note("hello", sort="a"))
        [before] = lab.world.objects
        lab.converge(Note("hello", sort="b"))
        [(after, body)] = lab.world.objects.items()

        assert after != before
        assert body["sort"] == "b"


class TestSuccessors:
    def test_replaced_while_in_use(self):
        """A successor is made, the user moves over, the old one goes."""
        lab = Lab()
        old = Part("a", shape="round")
        lab.converge(old, Hub("h", parts=[old]))
        new = Part("a", shape="square")
        plan = lab.plan(new, Hub("h", parts=[new]))

        assert actions(plan) == {"widgets.Part/a": Action.REPLACE, "widgets.Hub/h": Action.UPDATE}
        lab.converge(new, Hub("h", parts=[new]))
        verbs = [call.split()[0] for call in lab.world.mutations[-3:]]
        assert verbs == ["create", "update", "delete"]
        assert "projects/p1/parts/a" not in lab.world.objects

    def test_a_certificate_stays_until_its_successor_is_active(self):
        """The old certificate serves beside the new one until that is active."""
        lab = Lab()
        old = Cert("c", domains=["a"])
        lab.converge(old, Hub("h", certs=[old]))
        new = Cert("c", domains=["a", "b"])
        lab.converge(new, Hub("h", certs=[new]))

        certs = lab.world.objects["projects/p1/hubs/h"]["certs"]
        assert len(certs) == 2
        assert certs[1] == "projects/p1/certs/c"
        lab.world.objects[certs[0]]["status"] = "ACTIVE"
        plan = lab.plan(new, Hub("h", certs=[new]))
        assert not plan.empty
        lab.converge(new, Hub("h", certs=[new]))
        assert lab.world.objects["projects/p1/hubs/h"]["certs"] == certs[:1]
        assert "projects/p1/certs/c" not in lab.world.objects

    def test_without_memory(self):
        """A successor is recognised by its name alone when the inventory is lost."""
        lab = Lab()
        lab.converge(Part("a", shape="round"))
        lab.converge(Part("a", shape="square"))
        fresh = Lab(lab.world)

        assert actions(fresh.plan(Part("a", shape="square"))) == {"widgets.Part/a": Action.ADOPT}

    def test_destroy_takes_relics_along(self):
        """A kept predecessor is deleted with its successor."""
        lab = Lab()
        lab.converge(Cert("c", domains=["a"]))
        lab.converge(Cert("c", domains=["b"]))
        assert len(lab.world.objects) == 2
        lab.converge()

        assert lab.world.objects == {}


class TestProtection:
    def test_protected_data_needs_consent(self):
        """A store is only deleted when it is named."""
        lab = Lab()
        lab.converge(Store("s", region="a"))
        with pytest.raises(ConsentRequired, match=r"widgets\.Store/s"):
            lab.apply()
        with pytest.raises(ConsentRequired, match="replaced"):
            lab.apply(Store("s", region="b"))
        assert lab.world.objects
        lab.consents = frozenset({"widgets.Store/s"})
        lab.converge()
        assert not lab.world.objects

    def test_consent_in_the_declaration(self):
        """allow_delete is remembered for when the declaration is gone."""
        lab = Lab()
        lab.converge(Store("s", allow_delete=True))
        lab.converge()
        assert not lab.world.objects

    def test_write_only_values(self):
        """A secret is compared through its hash; the inventory never holds it."""
        lab = Lab()
        lab.converge(Store("s", secret=Sensitive("hunter2")))
        before = len(lab.world.mutations)
        lab.converge(Store("s", secret=Sensitive("hunter2")))
        assert len(lab.world.mutations) == before
        lab.converge(Store("s", secret=Sensitive("hunter3")))
        assert len(lab.world.mutations) == before + 1
        assert lab.world.objects["projects/p1/stores/s"]["secret"] == "hunter3"
        assert "hunter" not in str(lab.store.load())
        assert "hunter" not in str(lab.events)


class TestUnsettled:
    """What Google is still making when somebody looks."""

    PATH = "projects/p1/nets/n"

    def test_a_create_whose_answer_was_lost_is_waited_for(self):
        """The second try finds it there: it is done no sooner for that."""
        lab, answers = Lab(), iter([Unavailable("reset")])
        lab.world.seconds = 600.0
        lab.world.fault = lambda phase, call: (
            next(answers, None) if (phase, call) == ("after", f"create {self.PATH}") else None
        )
        began = lab.clock.seconds
        lab.converge(Net("n"))

        assert lab.clock.seconds - began >= 600
        assert lab.world.mutations.count(f"create {self.PATH}") == 2

    def test_what_somebody_else_began_is_waited_for(self):
        """Nobody knows the operation; the object tells that it is not done."""
        lab = Lab()
        began = lab.clock.seconds
        lab.world.objects[self.PATH] = {"name": "n"}
        lab.world.making[self.PATH] = began + 600
        lab.converge(Net("n"))

        assert lab.clock.seconds - began >= 600


class TestFailure:
    def test_dependents_are_skipped_and_the_rest_goes_on(self):
        """One failure skips what needs it, nothing else."""
        lab = Lab()
        net = Net("n")
        lab.world.fault = lambda phase, call: (
            failure() if call == "create projects/p1/nets/n" else None
        )
        outcome = lab.apply(net, Part("a", net=net), Net("m"))

        assert [str(e) for e in outcome.errors] == ["creating widgets.Net/n: boom"]
        assert [str(a) for a in outcome.skipped] == ["widgets.Part/a"]
        assert "projects/p1/nets/m" in lab.world.objects
        with pytest.raises(ApplyFailed):
            outcome.raise_failed()
        lab.world.fault = lambda phase, call: None
        lab.converge(net, Part("a", net=net), Net("m"))
