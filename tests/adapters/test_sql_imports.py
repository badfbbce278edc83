"""Imports into databases: once for each content, and known by the file alone."""

from gcpstack._adapters.rest import Collection
from gcpstack._adapters.sql_imports import Imports
from gcpstack._core.ports import Edit
from gcpstack._core.refs import Sensitive
from tests.adapters.test_contract import Bench, request_id


def bench(endpoint):
    made = Bench(endpoint, "sql.Import", "rest")
    made.prepare()
    return made


def imports(made):
    operations = Collection(made.clients, "sqladmin", "v1", "operations")
    found = operations.pages({"project": made.project, "instance": "db"}, "items")
    return [one["importContext"]["uri"] for one in found if one["operationType"] == "IMPORT"]


def test_a_content_is_imported_once(gcp_emulator):
    """However often it is asked for; another content is imported again."""
    made = bench(gcp_emulator.endpoint)
    for _ in range(3):
        made.finish(made.adapter.create(made.target, made.body, request_id()))
    uri = f"gs://{made.project}-contract/gcpstack/imports/db/app/schema.sql"

    assert imports(made) == [uri]
    live = made.adapter.get(made.target)
    desired = {**made.body, "content": Sensitive("drop table a")}
    (step,) = made.adapter.update(Edit(made.target, live.body, desired, desired, (("content",),)))
    made.finish(step.call())
    assert imports(made) == [uri, uri]
    assert made.adapter.reveal(made.target, ("content",)) == "drop table a"
    assert made.adapter.reveal(made.target, ("importUser",)) is None


def test_a_file_that_was_not_imported_is_no_import(gcp_emulator):
    """A run that was cut off in between begins again."""
    made = bench(gcp_emulator.endpoint)
    made.adapter.create(made.target, made.body, request_id())

    assert made.adapter.get(made.target) is None
    made.create()
    assert len(imports(made)) == 2


def test_deleting_it_deletes_the_file(gcp_emulator):
    """Then there is nothing to read back."""
    made = bench(gcp_emulator.endpoint)
    made.create()
    made.adapter.delete(made.target, {}, request_id())

    assert made.adapter.get(made.target) is None
    assert made.adapter.reveal(made.target, ("content",)) is None


class Sleeper(Imports):
    """An adapter whose process stands still after it has looked, while another one imports."""

    def __init__(self, made):
        super().__init__(made.clients)
        self._made = made

    def _file(self, target):
        found = super()._file(target)
        made, self._made = self._made, None
        if made is not None:
            made.create()
        return found


def test_whoever_wakes_up_late_imports_nothing_again(gcp_emulator):
    """The file of the other is not overwritten: it tells that the content is in."""
    made = bench(gcp_emulator.endpoint)
    made.finish(Sleeper(made).create(made.target, made.body, request_id()))

    assert len(imports(made)) == 1
    assert made.adapter.get(made.target) is not None
