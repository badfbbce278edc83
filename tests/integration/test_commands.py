"""The command on the stacks that have environments: offline, each time as a process."""

import pytest

from .stacks import SCRIPTS

ENVIRONMENTS = {
    "atp": "staging",
    "eaili5": "staging",
    "virtuoso": "staging",
    "trade_streamer": "dev",
}


@pytest.mark.parametrize(("name", "env"), ENVIRONMENTS.items())
def test_an_environment_is_deployed(name, env, tmp_path, command):
    """Apply, nothing more to do, destroy."""
    script, options = str(SCRIPTS / f"{name}.py"), ("--env", env, "--local")
    done = command("apply", script, *options, "--yes", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    again = command("plan", script, *options, "--detailed-exitcode", folder=tmp_path)
    assert again.returncode == 0, again.stdout
    gone = command("destroy", script, *options, "--yes", folder=tmp_path)
    assert gone.returncode == 0, gone.stderr


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_an_unknown_environment_is_told(name, tmp_path, command):
    """With the one flag that is wrong."""
    told = command("plan", str(SCRIPTS / f"{name}.py"), "--env", "moon", "--local", folder=tmp_path)

    assert told.returncode == 1
    assert "the stack can't be made for the environment 'moon'" in told.stderr
