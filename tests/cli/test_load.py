"""Stack files: what may stand in them, and whose line is named when something is wrong."""

import sys

import pytest

from gcpstack import Stack
from gcpstack._cli.load import load_file, make_stack
from gcpstack.exceptions import DeclarationError, Problem, StackFileError


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder of its own; the path and the modules are as before when it ends."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def loaded(folder, text, env=None):
    (folder / "web.py").write_text(text)
    return make_stack(load_file("web.py"), env, "web.py")


def refused(folder, text, env=None):
    with pytest.raises(StackFileError) as raised:
        loaded(folder, text, env)
    return raised.value


STACK = "from gcpstack import Stack\n"


@pytest.mark.parametrize(
    ("text", "env", "name"),
    [
        ("stack = Stack('web')", None, "web"),
        ("stack = Stack('web')", "prod", "web"),
        ("def stack(env): return Stack(f'web-{env}')", "prod", "web-prod"),
        ("def stack(env='dev'): return Stack(f'web-{env}')", None, "web-dev"),
        ("def stack(env='dev'): return Stack(f'web-{env}')", "prod", "web-prod"),
        ("def stack(env=None): return Stack(f'web-{env}')", None, "web-None"),
        ("def stack(): return Stack('web')", None, "web"),
        ("def stack(): return Stack('web')", "prod", "web"),
        ("def stack(*names): return Stack(f'web{len(names)}')", "prod", "web1"),
        ("stack = lambda env: Stack(env)", "prod", "prod"),
    ],
)
def test_what_a_file_may_hold(folder, text, env, name):
    """A stack, or a function that makes one."""
    found = loaded(folder, STACK + text, env)

    assert isinstance(found, Stack)
    assert found.name == name


def test_a_file_imports_its_neighbours(folder):
    """As it does when Python runs it, from wherever the command is run."""
    (folder / "deep").mkdir()
    (folder / "deep" / "neighbour_of_web.py").write_text("NAME = 'web'")
    (folder / "deep" / "web.py").write_text(
        STACK + "from neighbour_of_web import NAME\nstack = Stack(NAME)"
    )

    assert make_stack(load_file("deep/web.py"), None, "deep/web.py").name == "web"


def test_dataclasses_in_a_file(folder):
    """Look their module up while they are made."""
    text = """from __future__ import annotations
import dataclasses
from gcpstack import Stack
from typing import ClassVar
@dataclasses.dataclass
class Size:
    least: ClassVar[int] = 1
    cpu: int = 2
stack = Stack(f"web{Size().cpu}")
"""
    assert loaded(folder, text).name == "web2"


def test_what_only_a_script_does_is_left_alone(folder):
    """The file is not the program."""
    text = "stack = Stack('web')\nif __name__ == '__main__':\n    raise SystemExit(3)"

    assert loaded(folder, STACK + text).name == "web"


def test_the_users_own_line_is_named(folder):
    """Not the one of the library that he called."""
    error = refused(folder, "import json\n\nx = json.loads('{')\n")

    assert error.message.startswith("web.py:3: JSONDecodeError: ")
    assert error.message.endswith("\n    x = json.loads('{')")


def test_no_line_of_gcpstack_is_named(folder):
    """Whose fault is it if a declaration gets an unknown field?"""
    error = refused(folder, "from gcpstack import GlobalAddress\nGlobalAddress('a', colour=1)\n")

    assert error.message.startswith("web.py:2: TypeError: ")
    assert "unexpected keyword argument 'colour'" in error.message


def test_a_line_in_a_neighbour(folder):
    """Is the user's own too."""
    (folder / "broken_neighbour.py").write_text("def f():\n    return {}['key']\n")
    error = refused(folder, "import broken_neighbour\nbroken_neighbour.f()\n")

    assert "broken_neighbour.py:2: KeyError: 'key'" in error.message


def test_a_neighbour_that_is_no_python(folder):
    """Its own line is named, not the import's."""
    (folder / "unfinished_neighbour.py").write_text("x = (\n")
    error = refused(folder, "import unfinished_neighbour\n")

    assert "unfinished_neighbour.py:1: SyntaxError" in error.message


def test_a_misspelt_name_is_guessed(folder):
    """As flags are."""
    error = refused(folder, "from gcpstack import LoadBalanser\n")

    assert error.message.startswith("web.py:1: ImportError: cannot import name 'LoadBalanser'")
    assert error.remedy == "Did you mean LoadBalancer?"


def test_a_package_that_is_not_installed(folder):
    """Where to install it."""
    error = refused(folder, "import nothing_like_it\n")

    assert "ModuleNotFoundError: No module named 'nothing_like_it'" in error.message
    assert error.remedy.startswith("Install it into the environment that gcpstack runs in")


def test_a_stack_of_another_name_is_pointed_at(folder):
    """Most often it is there already."""
    assert "it is `app` now" in refused(folder, STACK + "app = Stack('web')").remedy


@pytest.mark.parametrize("error", ["ValueError('no such place')", "KeyError('qa')"])
def test_an_unknown_environment(folder, error):
    """A value or key error of the function says so."""
    found = refused(folder, f"def stack(env):\n    raise {error}", "qa")

    assert found.message.startswith("web.py:2: the stack can't be made for the environment 'qa': ")
    assert found.remedy == "Check --env."


def test_another_error_of_the_function(folder):
    """Is not the environment's fault."""
    found = refused(folder, "def stack(env):\n    raise RuntimeError('odd')", "qa")

    assert found.message.startswith("web.py:2: RuntimeError: odd")


def test_our_own_errors_pass(folder):
    """They say what is wrong themselves."""
    text = """
from gcpstack.exceptions import DeclarationError, Problem
raise DeclarationError([Problem("here", "is wrong.")])
"""
    with pytest.raises(DeclarationError) as raised:
        loaded(folder, text)

    assert raised.value.problems == (Problem("here", "is wrong."),)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda f: None, "there is no file web.py"),
        (lambda f: (f / "web.py").mkdir(), "web.py is a folder"),
        (lambda f: (f / "web.py").write_bytes(b"\xff\xfe\x00"), "web.py"),
        (lambda f: (f / "web.py").write_text("x = 1\n  y = 2\n"), "web.py:2: unexpected indent"),
        (lambda f: (f / "web.py").write_text("x = 'a\n"), "web.py:1: unterminated string"),
    ],
)
def test_what_is_no_file(folder, make, words):
    """Is said in words."""
    make(folder)
    with pytest.raises(StackFileError) as raised:
        load_file("web.py")

    assert words in raised.value.message


def test_a_file_that_is_no_python_file(folder):
    """By its name."""
    (folder / "web.yaml").write_text("a: b")
    with pytest.raises(StackFileError, match=r"web\.yaml is not a Python file"):
        load_file("web.yaml")


@pytest.mark.parametrize("name", ["wep.py", "web"])
def test_a_near_miss_is_guessed(folder, name):
    """Among the files of its folder."""
    (folder / "web.py").write_text("")
    with pytest.raises(StackFileError) as raised:
        load_file(name)

    assert raised.value.remedy == "Did you mean web.py?"


def test_a_folder_tells_what_is_in_it(folder):
    """One of them was probably meant."""
    (folder / "stacks").mkdir()
    (folder / "stacks" / "web.py").write_text("")
    with pytest.raises(StackFileError) as raised:
        load_file("stacks")

    assert raised.value.remedy == "Name a file in it: web.py."


ALL = "from gcpstack import *\nstack = Stack('web')\n"
SERVICE = ALL + "api = stack.add(CloudRunService('api', image='i'))\n"


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        (SERVICE + "api.uri", "has no attribute 'uri'", "Write .output('uri'): Google assigns it."),
        (SERVICE + "api.urls_", "has no attribute", "Did you mean .output('urls')?"),
        (SERVICE + "api.imag", "has no attribute", "Did you mean image?"),
        (SERVICE + "api.outputs('uri')", "has no attribute", "Did you mean output?"),
        (SERVICE + "api.image = 'j'", "cannot assign", "make another with dataclasses.replace"),
        (SERVICE + "'at ' + api.output('uri')", "can only concatenate", "Write compose("),
        (ALL + "SubNetwork('a')", "is not defined", "Did you mean Subnetwork?"),
        (
            "import gcpstack\nBucket('a')",
            "is not defined",
            "Import it: from gcpstack import Bucket.",
        ),
        (
            ALL + "CloudRunService('a', 'i')",
            "positional arguments",
            "CloudRunService(name, field=…)",
        ),
        (ALL + "stack.output('a', values=1)", "unexpected keyword", "Did you mean value?"),
        (
            ALL + "AlertPolicy('a', channels=[])",
            "unexpected",
            "Did you mean notification_channels?",
        ),
        (ALL + "AlertPolicy('a', name_=1)", "unexpected", "Did you mean name?"),
        (ALL + "EncryptionKey('k')", "missing 1 required", "Give users: "),
        (ALL + "SqlInstance('d')", "missing 2 required", "Give database_version: such as"),
        (ALL + "SqlInstance('d')", "missing 2 required", "; tier: "),
        (ALL + "class A:\n    def __init__(self, b): ...\nA()", "missing 1 required", ""),
        (ALL + "stack.output('a', 'b', sensitive=True)", "unexpected", "hidden without it"),
        (ALL + "stack.ad(1)", "has no attribute 'ad'", "Did you mean add?"),
        ("import os\nos.environ['NOT_SET']", "KeyError", "Set the environment variable NOT_SET"),
        (ALL + "PROJECT.upper()", "has no attribute 'upper'", ""),
        (ALL + "nothing_alike", "is not defined", ""),
        (ALL + "len()", "TypeError: len() takes", ""),
        ("{}['NOT_SET']", "KeyError", ""),
    ],
)
def test_what_python_refuses_is_told_with_what_to_write(folder, text, message, remedy):
    """Where that can be known."""
    error = refused(folder, text)

    assert message in error.message
    assert remedy in error.remedy
    assert bool(error.remedy) is bool(remedy)


def test_a_variable_that_is_not_set_is_no_unknown_environment(folder):
    """Though it is a KeyError as well."""
    error = refused(folder, "import os\ndef stack(env):\n    os.environ['NOT_SET']", "qa")

    assert error.message == "web.py:3: KeyError: 'NOT_SET'\n    os.environ['NOT_SET']"
    assert "NOT_SET" in error.remedy


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("'web'", "not a value of type str"),
        ("None", "not None"),
        ("[Network('n')]", "not a list; add each by itself"),
        ("Network", "write Network(…)"),
    ],
)
def test_only_declarations_are_added(folder, item, words):
    """Anything else is told on its line."""
    error = refused(folder, f"{ALL}stack.add({item})")

    assert error.message.startswith("web.py:3: TypeError: ")
    assert words in error.message


@pytest.mark.parametrize(
    "value",
    [
        "api.output('uri')",
        "PROJECT",
        "compose('{a}', a=1)",
        "FromEnv('HOME')",
        "FromFile('web.py')",
        "Generated()",
        "Sensitive('hunter2')",
    ],
)
@pytest.mark.parametrize("text", ['f"at {VALUE}"', "'at {}'.format(VALUE)"])
def test_what_is_known_later_is_no_text(folder, value, text):
    """Else Python's words for it would be deployed, or a secret shown."""
    error = refused(folder, f"{SERVICE}env = {{'URL': {text.replace('VALUE', value)}}}")

    assert error.message.startswith("web.py:4: TypeError: ")
    assert "write compose('…{value}…', value=…), without an f before it" in error.message
    assert "hunter2" not in error.message.partition("\n")[0]


@pytest.mark.parametrize("value", ["api.output('uri')", "PROJECT"])
def test_nor_is_it_made_text(folder, value):
    """By hand."""
    assert "write compose(" in refused(folder, f"{SERVICE}str({value})").message


def test_a_resource_is_no_text_either(folder):
    """Its name is."""
    assert "write its .name" in refused(folder, SERVICE + "f'{api}'").message
    assert loaded(folder, SERVICE + "x = f'{api.name}{api!r:.5}'").name == "web"
