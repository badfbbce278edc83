"""plan, apply, destroy and status, with Google in memory: what they do, tell, and exit with."""

import json
import signal

import pytest

from gcpstack import ManagedSslCertificate, Secret, SecretVersion, Sensitive, Stack
from gcpstack._cli.commands import CHANGES
from gcpstack._cli.signals import Signals, Stopped
from gcpstack.exceptions import PermissionDenied, RateLimited, StackFileError
from tests.cli.bench import Bench, chain, vault, web


@pytest.fixture
def bench():
    """An empty world."""
    return Bench()


@pytest.fixture
def applied(bench):
    """A world in which the small stack stands."""
    assert bench.run(web(), "apply", "--yes").status == 0
    bench.world.calls.clear()
    return bench


class TestPlan:
    """`plan` changes nothing."""

    def test_it_makes_no_call(self, bench):
        """Neither at Google nor in the inventory."""
        said = bench.run(web(), "plan")

        assert said.status == 0
        assert "+ compute.GlobalAddress/web-ip" in said.out
        assert bench.world.calls == []

    def test_it_is_what_a_script_does_by_itself(self, bench):
        """No command means plan."""
        assert bench.run(web()).out == bench.run(web(), "plan").out

    @pytest.mark.parametrize(("fields", "status"), [({}, 0), ({"labels": {"a": "b"}}, CHANGES)])
    def test_the_detailed_exit_status(self, applied, fields, status):
        """0 without changes, 2 with."""
        assert applied.run(web(**fields), "plan", "--detailed-exitcode").status == status

    def test_a_plan_of_a_destroy(self, applied):
        """It can be looked at before it is done."""
        said = applied.run(web(), "plan", "--destroy")

        assert "- compute.GlobalAddress/web-ip" in said.out
        assert applied.world.calls == []

    def test_a_plan_with_problems_is_shown_and_fails(self, bench):
        """The problem and its remedy are errors."""
        bench.run(vault(), "apply", "--yes")

        said = bench.run(vault(), "plan", "--destroy", "--detailed-exitcode")

        assert said.status == 1
        assert "- secretmanager.Secret/password" in said.out
        assert said.err.startswith("error: secretmanager.Secret/password holds data")
        assert "--allow-delete secretmanager.Secret/password" in said.err

    def test_json_is_one_object(self, applied):
        """With the changes, their fields and the sum."""
        said = applied.run(web(labels={"team": "a"}), "plan", "--json")

        body = json.loads(said.out)
        assert body["summary"] == {
            "create": 0,
            "adopt": 0,
            "update": 1,
            "replace": 0,
            "delete": 0,
            "noop": 0,
        }
        assert body["changes"] == [
            {
                "address": "compute.GlobalAddress/web-ip",
                "kind": "compute.GlobalAddress",
                "name": "web-ip",
                "action": "update",
                "reason": "labels.team differs",
                "diff": [{"path": "labels.team", "before": None, "after": "a"}],
            }
        ]

    def test_json_of_what_can_not_be_planned(self, bench):
        """Programs get an object too, and people their message."""

        def load():
            raise StackFileError("there is no file x.py.", remedy="Check the path.")

        said = bench.run(load, "plan", "--json")

        assert said.status == 1
        assert json.loads(said.out) == {
            "ok": False,
            "error": "there is no file x.py.\n  Check the path.",
            "errors": [{"message": "there is no file x.py.", "remedy": "Check the path."}],
        }
        assert said.err == "error: there is no file x.py.\n  Check the path.\n"


class TestApply:
    """`apply` converges, and tells what it does."""

    def test_the_whole_story(self, bench, golden):
        """Plan, events, outputs, sum."""
        said = bench.run(chain("one", "two"), "apply", "--yes")

        assert said.status == 0
        assert said.err == ""
        golden("apply", said.out)

    def test_a_second_time_does_nothing(self, applied):
        """And needs nobody to agree."""
        said = applied.run(web(), "apply")

        assert said.status == 0
        assert applied.world.calls == []
        assert "No changes: 1 resource is as declared." in said.out
        assert "address: 203.0.113.7" in said.out
        assert said.out.endswith("Nothing to do: everything is as declared.\n")

    def test_what_is_not_ready_is_told_with_its_cause(self, bench):
        """Such as a certificate that waits for its records."""
        status = {"status": "PROVISIONING", "domainStatus": {"a.example.com": "FAILED_NOT_VISIBLE"}}
        bench.world.outputs = {"compute.ManagedSslCertificate": {"managed": status}}
        stack = Stack("tls", project="my-project", enable_apis=False)
        stack.add(ManagedSslCertificate("cert", domains=["a.example.com"]))

        for told in ("Done: 1 created", "Nothing to do"):
            said = bench.run(stack, "apply", "--yes")
            assert said.status == 0
            assert "… compute.ManagedSslCertificate/cert  PROVISIONING" in said.out
            assert "a.example.com: FAILED_NOT_VISIBLE: its A or AAAA record" in said.out
            assert told in said.out

    def test_a_failure_is_told_at_the_end(self, bench):
        """What failed, what was not begun because of it, and what to do."""
        bench.world.fault = lambda call: (
            PermissionDenied("no right", code=403, remedy="Ask for it.")
            if call.endswith("/two")
            else None
        )

        said = bench.run(chain("one", "two", "three"), "apply", "--yes")

        assert said.status == 1
        assert "✓ create compute.GlobalAddress/one" in said.out
        assert "✗ create compute.GlobalAddress/two" in said.out
        assert "compute.GlobalAddress/three  not started: it needs compute.GlobalAddress/two" in (
            said.out
        )
        assert "Not done: 1 done, 1 failed, 1 skipped." in said.out
        assert said.err == "error: creating compute.GlobalAddress/two: no right\n  Ask for it.\n"

    def test_retries_are_counted(self, bench):
        """Each with its pause; the sum tells how many there were."""
        left = [RateLimited("too many calls", code=429)] * 2
        bench.world.fault = lambda call: left.pop() if left else None

        said = bench.run(web(), "apply", "--yes")

        assert said.status == 0
        assert said.out.count("too many calls") == 2
        assert "with 2 retries." in said.out

    def test_a_fault_of_the_output_does_not_break_the_run(self, bench):
        """It is reported once everything is done."""

        def spoil(output):
            def broken(event):
                raise KeyError("no such colour")

            output.event = broken

        said = bench.run(web(), "apply", "--yes", spoil=spoil)

        assert said.status == 1
        assert len(bench.world.calls) == 1
        assert said.err.startswith(
            "error: KeyError: 'no such colour'\n  This is a fault in gcpstack"
        )

    def test_a_fault_of_ours_has_its_traceback_with_debug(self, bench, capsys):
        """And only then."""

        def load():
            raise ZeroDivisionError("0")

        quiet = bench.run(load, "apply", "--yes")
        assert "Traceback" not in quiet.err + capsys.readouterr().err
        assert quiet.status == 1

        bench.run(load, "apply", "--yes", "--debug")
        assert "ZeroDivisionError" in capsys.readouterr().err


class TestApplyJson:
    """One event a line, `finished` at the end, whatever happens."""

    def test_it_tells_the_events(self, bench):
        """Named as in the documentation, each with its time."""
        lines = bench.run(web(), "apply", "--yes", "--json").lines

        assert [line["event"] for line in lines] == [
            "planned",
            "run_started",
            "task_started",
            "task_finished",
            "finished",
        ]
        assert lines[2] == {
            "event": "task_started",
            "at": 0.0,
            "address": "compute.GlobalAddress/web-ip",
            "action": "create",
            "title": "global address",
        }
        assert lines[-1]["ok"] is True
        assert lines[-1]["outputs"] == {"address": "203.0.113.7"}
        assert lines[-1]["counts"] == {"done": 1}

    def test_a_failure(self, bench):
        """The last line says what failed."""
        bench.world.fault = lambda call: PermissionDenied("no right", code=403, remedy="Ask.")

        said = bench.run(web(), "apply", "--yes", "--json")

        assert said.status == 1
        last = said.lines[-1]
        assert (last["event"], last["ok"]) == ("finished", False)
        assert last["error"] == "creating compute.GlobalAddress/web-ip: no right\n  Ask."
        assert last["errors"] == [
            {
                "message": "no right",
                "remedy": "Ask.",
                "addresses": ["creating compute.GlobalAddress/web-ip"],
            }
        ]
        assert last["counts"] == {"failed": 1}

    def test_what_can_not_even_begin(self, bench):
        """A stack file that is wrong ends the stream as well."""

        def load():
            raise StackFileError("bad.py holds no `stack`.")

        said = bench.run(load, "destroy", "--yes", "--json")

        assert said.status == 1
        assert [line["event"] for line in said.lines] == ["finished"]
        assert said.lines[0]["outputs"] == {}
        assert said.lines[0]["error"] == "bad.py holds no `stack`."

    def test_secrets_are_not_told(self, bench):
        """Neither in the plan, nor in events, nor in outputs."""
        stack = Stack("keys", project="my-project", enable_apis=False)
        secret = stack.add(Secret("key"))
        stack.add(SecretVersion(secret, value=Sensitive("hunter2")))
        stack.output("key", Sensitive("hunter2"))

        for arguments in (["plan", "--json"], ["plan", "-v"], ["apply", "--yes", "--json"]):
            said = bench.run(stack, *arguments)
            assert said.status == 0
            assert "hunter2" not in said.out
        assert said.lines[-1]["outputs"] == {"key": "(sensitive)"}


class TestAsking:
    """Nothing is changed that nobody agreed to."""

    @pytest.mark.parametrize("answer", ["y", "Y", "yes", " yes "])
    def test_yes(self, bench, answer):
        """The plan is carried out."""
        questions = []

        said = bench.run(web(), "apply", ask=lambda text: questions.append(text) or answer)

        assert said.status == 0
        assert questions == ["\nMake these changes? [y/N] "]
        assert len(bench.world.calls) == 1

    @pytest.mark.parametrize("answer", ["", "n", "no", "yess", "maybe"])
    def test_anything_else_is_no(self, bench, answer):
        """Nothing is done, and the exit status says so."""
        said = bench.run(web(), "apply", ask=lambda _: answer)

        assert said.status == 1
        assert said.out.endswith("Nothing was changed.\n")
        assert bench.world.calls == []

    @pytest.mark.parametrize("arguments", [["apply"], ["destroy"]])
    def test_nobody_to_ask(self, applied, arguments):
        """A pipeline must say --yes."""
        said = applied.run(web(labels={"a": "b"}), *arguments)

        assert said.status == 1
        assert said.err == (
            "error: there are changes to make, but nobody to ask.\n  Add --yes to make them.\n"
        )
        assert applied.world.calls == []

    def test_json_asks_nobody(self, bench):
        """A question would stand between the JSON."""
        said = bench.run(web(), "apply", "--json", ask=lambda _: "yes")

        assert said.status == 1
        assert "--yes" in said.lines[-1]["error"]
        assert bench.world.calls == []

    def test_a_long_thought_about_a_world_that_stood_still(self, bench):
        """Is as good as a short one."""
        said = bench.run(web(), "apply", ask=lambda _: self._after(bench, lambda: None))

        assert said.status == 0
        assert len(bench.world.calls) == 1

    def test_a_long_thought_about_a_world_that_moved(self, bench):
        """Is an answer to another question."""

        def meddle():
            with bench.world.session(web()) as session:
                session.apply(session.plan())

        said = bench.run(web(), "apply", ask=lambda _: self._after(bench, meddle))

        assert said.status == 1
        assert "what is live changed while you were asked" in said.err
        assert len(bench.world.calls) == 1  # the other one's

    @staticmethod
    def _after(bench, happens):
        bench.clock.advance(6)
        happens()
        return "yes"

    def test_ctrl_c_at_the_question(self, bench):
        """Is no."""

        def ask(_):
            raise Stopped

        said = bench.run(web(), "apply", ask=ask)

        assert said.status == 130
        assert said.out.endswith("\nNothing was changed.\n")
        assert said.err == ""
        assert bench.world.calls == []


class TestDestroy:
    """`destroy` deletes what the stack owns."""

    def test_it_leaves_nothing(self, applied, golden):
        """Neither objects nor an inventory."""
        said = applied.run(web(), "destroy", "--yes")

        assert said.status == 0
        assert applied.world.objects == {}
        golden("destroy", said.out)
        assert "Nothing to do: the stack is empty" in applied.run(web(), "plan", "--destroy").out

    def test_consent_names_what_may_go(self, bench):
        """Data is deleted only by its name."""
        bench.run(vault(), "apply", "--yes")

        assert bench.run(vault(), "destroy", "--yes").status == 1
        assert len(bench.world.objects) == 1
        consent = ["--allow-delete", "secretmanager.Secret/password"]
        assert bench.run(vault(), "destroy", "--yes", *consent).status == 0
        assert bench.world.objects == {}


class TestStatus:
    """`status` tells how everything stands, and exits with 0 if it could."""

    def test_everything_is_well(self, applied):
        """Each with Google's word."""
        said = applied.run(web(), "status")

        assert said.status == 0
        assert "✓ compute.GlobalAddress/web-ip  RESERVED" in said.out
        assert said.out.endswith("1 resource: 1 ready.\n")

    def test_drift_and_absence(self, bench):
        """What somebody changed outside the stack is named."""
        bench.run(chain("one", "two"), "apply", "--yes")
        del bench.world.objects["//compute.googleapis.com/projects/my-project/global/addresses/two"]

        said = bench.run(chain("one", "two", "three"), "status")

        assert said.status == 0
        assert "was deleted outside the stack" in said.out
        assert said.out.endswith("3 resources: 1 ready, 2 not there.\n")

    def test_json(self, applied):
        """One object, with every resource."""
        body = json.loads(applied.run(web(), "status", "--json").out)

        assert body == {
            "ok": True,
            "resources": [
                {
                    "address": "compute.GlobalAddress/web-ip",
                    "name": "web-ip",
                    "exists": True,
                    "health": "ready",
                    "state": "RESERVED",
                    "detail": [],
                    "drift": [],
                }
            ],
            "outputs": {"address": "203.0.113.7"},
        }


class TestStopping:
    """A signal stops a run in good order."""

    def _interrupted(self, bench, number, *arguments):
        signals = Signals()

        def fault(call):
            if call.endswith("/two"):
                signals._handle(number, None)

        bench.world.fault = fault
        return bench.run(
            chain("one", "two", "three"), "apply", "--yes", *arguments, signals=signals
        )

    def test_what_is_under_way_is_finished(self, bench):
        """What has not begun is not begun; the exit status names the signal."""
        said = self._interrupted(bench, signal.SIGINT)

        assert said.status == 130
        assert [call.rsplit("/", 1)[1] for call in bench.world.calls] == ["one", "two"]
        assert said.err.startswith("Stopping cleanly; once more quits at once.\n")
        assert said.err.endswith(
            "Stopped. Run the same command again: it goes on where this one stopped.\n"
        )

    def test_the_same_command_goes_on(self, bench):
        """Nothing is made twice."""
        self._interrupted(bench, signal.SIGTERM)
        bench.world.fault = lambda call: None

        said = bench.run(chain("one", "two", "three"), "apply", "--yes")

        assert said.status == 0
        assert [call.rsplit("/", 1)[1] for call in bench.world.calls] == ["one", "two", "three"]

    def test_json_ends_as_always(self, bench):
        """`finished`, not ok, and why."""
        said = self._interrupted(bench, signal.SIGTERM, "--json")

        assert said.status == 143
        last = said.lines[-1]
        assert (last["event"], last["ok"], last["stopped"]) == ("finished", False, True)
        assert "it goes on where this one stopped" in last["error"]

    def test_while_the_file_is_loaded(self, bench):
        """There is nothing to finish."""

        def load():
            Signals()._handle(signal.SIGINT, None)

        assert bench.run(load, "apply", "--yes").status == 130
