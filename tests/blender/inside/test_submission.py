"""A submission's proof: what comes out otherwise on a worker is not sent, unless the artist says so."""

import asyncio

import bpy
import pytest


class Requester:
    """Takes packages, and remembers what lies in them."""

    def __init__(self):
        self.sent = []

    async def submit(self, folder, manifest, offer, **more):
        self.sent.append(sorted(path.name for path in folder.iterdir()))
        return 7


class Listener:
    def __init__(self):
        self.said = []

    def say(self, text):
        self.said.append(text)

    def tell(self, notice):
        self.said.append(notice.sentence)

    def progress(self, what, done, total):
        pass


@pytest.fixture
def small(scene):
    scene.render.resolution_x, scene.render.resolution_y = 48, 32
    return scene


@pytest.fixture
def moved():
    """Something in the session, not in the file, that moves the cube."""

    def move(scene, *_):
        bpy.data.objects["Cube"].location[0] = scene.frame_current

    bpy.app.handlers.frame_change_post.append(move)
    yield
    bpy.app.handlers.frame_change_post.remove(move)


def send(part, scene, tmp_path, **more):
    requester, listener = Requester(), Listener()
    submission = part("blender.submission").Submission(scene, (1, 2), own_seed=False, **more)
    try:
        job = asyncio.run(submission.send(requester, None, tmp_path / "frames", listener))
    except part("core.errors").SceneError as error:
        assert not requester.sent
        return str(error), listener.said
    assert job == 7 and "manifest.json" in requester.sent[0]
    return "", listener.said


def test_a_scene_that_workers_make_alike_is_sent_and_what_was_compared_is_said(part, small, tmp_path):
    error, said = send(part, small, tmp_path)
    assert error == ""
    assert any("2 of 2 frames compared with your Blender, 2 of them as pictures" in text for text in said)


def test_what_a_handler_does_is_named_and_nothing_is_sent(part, small, tmp_path, moved):
    error, _ = send(part, small, tmp_path)
    assert "Object 'Cube' stands elsewhere" in error and error.endswith("Nothing was sent or paid.")


def test_errors_that_the_artist_names_are_said_and_the_scene_is_sent(part, small, tmp_path, moved):
    error, said = send(part, small, tmp_path, allowed=("place:Object 'Cube'", "picture"))
    assert error == "" and any("Object 'Cube' stands elsewhere" in text for text in said)


def test_who_stops_while_it_is_packed_leaves_nothing_on_the_disk(part, small, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    submission = part("blender.submission").Submission(small, (1, 2), own_seed=False)
    requester, listener = Requester(), Listener()

    async def stopped():
        work = asyncio.create_task(submission.send(requester, None, tmp_path / "frames", listener))
        while not any(text.startswith("Packing") for text in listener.said):
            await asyncio.sleep(0.01)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    asyncio.run(stopped())
    assert requester.sent == [] and list(tmp_path.iterdir()) == []


def test_an_error_of_the_settings_stops_it_unless_the_artist_names_it(part, small, tmp_path):
    small.render.use_border = True
    with pytest.raises(part("core.errors").SceneError, match="Render Region is on"):
        send(part, small, tmp_path, proof_seconds=0)
    error, said = send(part, small, tmp_path, proof_seconds=0, allowed=("region",))
    assert error == "" and any("Render Region is on" in text for text in said)


def test_a_job_has_a_name_of_its_own_or_the_files(part, small, tmp_path):
    assert "Packing my film, frames 1-2" in send(part, small, tmp_path, proof_seconds=0, name="my film")[1]
    assert "Packing untitled, frames 1-2" in send(part, small, tmp_path, proof_seconds=0)[1]


def test_without_time_there_is_no_proof_and_that_is_said(part, small, tmp_path, moved):
    error, said = send(part, small, tmp_path, proof_seconds=0)
    assert error == "" and any("not proved" in text for text in said)
