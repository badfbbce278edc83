"""Images: followed by their tags, built from a folder, named by the git commit."""

import shutil
import subprocess

import pytest

from gcpstack import (
    ApplyFailed,
    ArtifactRepository,
    CloudRunService,
    ContainerImage,
    DeclarationError,
    Stack,
)
from gcpstack.resources.contexts import files, packed, source_tag

git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
SERVICE = "run.Service/us-central1/shop-api"


@pytest.fixture
def folder(tmp_path):
    """A folder with a Dockerfile."""
    context = tmp_path / "context"
    context.mkdir()
    (context / "Dockerfile").write_text("FROM scratch\n")
    (context / "main.py").write_text("print(1)\n")
    return context


@pytest.fixture
def checkout(folder, monkeypatch):
    """The same, in a git repository; gives what commits everything."""
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "ada")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.com")

    def run(*arguments):
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def commit(message):
        run("add", "--all")
        run("commit", "--quiet", "--message", message)
        source_tag.cache_clear()
        return run("rev-parse", "HEAD")

    run("init", "--quiet")
    (folder / ".gitignore").write_text("*.log\n")
    commit("first")
    yield commit
    source_tag.cache_clear()


def stack(**image):
    """A service that runs an image of a repository."""
    made = Stack("shop", region="us-central1")
    repository = made.add(ArtifactRepository("shop", format="DOCKER", allow_delete=True))
    built = ContainerImage("api", repository=repository, **image)
    made.add(CloudRunService("shop-api", image=built))
    made.output("image", built.output("reference"))
    return made


def shown(plan):
    """What a plan says of the service's image."""
    [change] = [change for change in plan.changes if str(change.address) == SERVICE]
    return [(diff.name, diff.before, diff.after) for diff in change.diff]


class TestBuilt:
    @git
    def test_a_commit_is_an_image(self, gcp_settings, folder, checkout):
        """It is built once, and the service runs its digest; another commit is another image."""
        commit = source_tag(str(folder))
        result = stack(context=folder).apply(gcp_settings)
        first = result.outputs["image"]
        assert first.startswith(
            f"us-central1-docker.pkg.dev/{gcp_settings.project}/shop/api@sha256:"
        )
        assert f"/tags/{commit}" in str([change.target.path for change in result.plan.changes])
        assert stack(context=folder).plan(gcp_settings).empty

        (folder / "main.py").write_text("print(2)\n")
        other = checkout("second")
        plan = stack(context=folder).plan(gcp_settings)
        summary = {str(c.address): c.action.value for c in plan.changes if c.action.value != "noop"}
        assert summary[f"artifactregistry.Image/us-central1/shop/api/{other}"] == "create"
        assert summary[f"artifactregistry.Image/us-central1/shop/api/{commit}"] == "forget"
        assert summary[SERVICE] == "update"
        second = stack(context=folder).apply(gcp_settings).outputs["image"]
        assert second != first
        assert stack(context=folder).plan(gcp_settings).empty

    def test_an_old_image_is_still_there(self, gcp_settings, folder):
        """For a rollback: nothing is built again."""
        stack(context=folder, tag="one").apply(gcp_settings)
        (folder / "main.py").write_text("print(2)\n")
        stack(context=folder, tag="two").apply(gcp_settings)

        plan = stack(context=folder, tag="one").plan(gcp_settings)
        [image] = [c for c in plan.changes if c.address.name.endswith("/one")]
        assert image.action.value == "adopt"

    def test_a_build_that_fails_is_told(self, gcp_settings, folder):
        """And the service is not touched."""
        broken = stack(context=folder, machine_type="E2_NONE")

        with pytest.raises(ApplyFailed) as told:
            broken.apply(gcp_settings)
        [error] = told.value.exceptions
        assert "artifactregistry.Image/us-central1/shop/api" in str(error)
        assert "E2_NONE" in str(error)

    def test_settings_of_the_build_arrive(self, gcp_settings, folder):
        """Its Dockerfile, its arguments, its time; a dollar stays a dollar."""
        (folder / "other").mkdir()
        (folder / "other" / "Api.Dockerfile").write_text("FROM scratch\n")
        made = stack(
            context=folder,
            dockerfile="other/Api.Dockerfile",
            build_args={"PRICE": "5$"},
            build_timeout="20m",
        )
        made.apply(gcp_settings)
        with made.session(gcp_settings) as session:
            builds = session._clients.collection("cloudbuild", "v1", "projects.locations.builds")
            parent = f"projects/{gcp_settings.project}/locations/global"
            [build] = builds.list(parent=parent).execute()["builds"]

        [step] = build["steps"]
        assert step["args"][-4:] == ["other/Api.Dockerfile", "--build-arg", "PRICE=5$", "."]
        assert (build["status"], build["timeout"]) == ("SUCCESS", "1200s")


class TestFollowed:
    def test_a_plan_tells_when_a_tag_has_moved(self, gcp_settings, folder):
        """The service's digest changes, and nothing else."""
        stack(context=folder, tag="stable").apply(gcp_settings)
        follower = stack(tag="stable")
        assert follower.plan(gcp_settings).empty
        move(gcp_settings, follower, "stable")

        [(field, before, after)] = shown(follower.plan(gcp_settings))
        assert field == "containers[0].image"
        assert before.partition("@")[0] == after.partition("@")[0]
        assert before != after
        follower.apply(gcp_settings)
        assert follower.plan(gcp_settings).empty

    def test_an_image_that_nobody_pushed_is_told(self, gcp_settings):
        """With what to do."""
        with pytest.raises(ApplyFailed) as told:
            stack().apply(gcp_settings)
        [error] = told.value.exceptions
        assert "there is no image us-central1-docker.pkg.dev/" in str(error)
        assert "Push it, or give the context" in str(error)


def move(settings, made, tag):
    """Push another image under a tag, as somebody else's build does."""
    image = f"us-central1-docker.pkg.dev/{settings.project}/shop/api:{tag}"
    script = {"name": "gcr.io/cloud-builders/docker", "args": ["build", "-t", image, "."]}
    body = {
        "steps": [script],
        "images": [image],
        "source": {"gitSource": {"url": "https://e.com/r"}},
    }
    with made.session(settings) as session:
        builds = session._clients.collection("cloudbuild", "v1", "projects.locations.builds")
        parent = f"projects/{settings.project}/locations/global"
        builds.create(parent=parent, body=body).execute()


class TestContexts:
    def test_the_same_files_give_the_same_archive(self, folder, tmp_path):
        """Whenever and wherever it is packed."""
        copy = tmp_path / "copy"
        shutil.copytree(folder, copy)
        (copy / "main.py").touch()

        assert packed(str(folder)) == packed(str(copy))
        assert files(str(folder)) == ["Dockerfile", "main.py"]

    @git
    def test_what_git_ignores_stays_out(self, folder, checkout):
        """And what is not committed yet goes in."""
        (folder / "debug.log").write_text("x")
        (folder / "new.py").write_text("x")

        assert files(str(folder)) == [".gitignore", "Dockerfile", "main.py", "new.py"]

    @git
    def test_a_change_that_is_not_committed_shows_in_the_tag(self, folder, checkout):
        """Behind the commit; each change with another hash."""
        commit = source_tag(str(folder))
        (folder / "main.py").write_text("print(3)\n")
        source_tag.cache_clear()
        changed = source_tag(str(folder))
        (folder / "main.py").write_text("print(4)\n")
        source_tag.cache_clear()

        assert changed.startswith(f"{commit}-")
        assert source_tag(str(folder)) not in {commit, changed}

    def test_without_git_the_content_is_the_tag(self, folder):
        """As twelve digits of its hash."""
        assert len(source_tag(str(folder))) == 12


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"context": "nowhere"}, "context: there is no folder 'nowhere'"),
        (
            {"context": ".", "dockerfile": "No.Dockerfile"},
            r"dockerfile: 'No\.Dockerfile' is not in",
        ),
        ({"dockerfile": "Dockerfile"}, "dockerfile: needs context"),
        ({"tag": "no tag"}, "tag: 'no tag' is not a tag"),
    ],
)
def test_mistakes_are_told(gcp_settings, fields, told):
    """Before anything is touched."""
    with pytest.raises(DeclarationError, match=told):
        stack(**fields).plan(gcp_settings)
