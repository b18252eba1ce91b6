"""Work on Blender's main thread is done in steps, and Blender goes on between them."""

import time

import bpy
import pytest

OBJECTS = 50


@pytest.fixture
def background(part):
    """The thread beside Blender; its timer does not tick without a window, so tests do."""
    one = part("blender.background").Background(lambda: None)
    one.start()
    yield one
    one.stop()


def done_by(background, steps, between=lambda: None):
    """What comes of steps, or what went wrong, and how many turns of the timer it took."""
    ends, turns = [], 0
    background.run(background.stepped(steps), lambda *end: ends.append(end))
    until_s = time.monotonic() + 60
    while not ends and time.monotonic() < until_s:
        background._tick()
        between()
        turns += 1
        time.sleep(0.001)
    (end,) = ends
    return end, turns


def test_steps_are_taken_a_few_at_a_time_and_their_answer_is_told(background, part):
    limit_s = part("blender.steps").STEPS_S

    def steps():
        for _ in range(20):
            time.sleep(limit_s / 2)
            yield
        return "all"

    end, turns = done_by(background, steps())
    assert end == ("all", None) and turns > 5


def test_what_was_said_is_drawn_before_the_first_step(background, part):
    """A step may hold Blender up, as a copy does."""
    order = []
    steps = part("blender.steps").one_step(lambda: order.append("copied"))
    background.later(lambda: order.append("said"))
    background.run(background.stepped(steps), lambda *_: None)
    until_s = time.monotonic() + 60
    while background._steps.empty() and time.monotonic() < until_s:
        time.sleep(0.001)
    background._tick()
    assert order == ["said"]
    background._tick()
    assert order == ["said", "copied"]


def test_what_a_step_raises_is_told_and_others_go_on(background, part):
    error = part("core.errors").SceneError("no camera")

    def fails():
        yield
        raise error

    def works():
        yield
        return 7

    assert done_by(background, fails())[0] == (None, error)
    assert done_by(background, works())[0] == (7, None)


def test_a_scene_is_looked_at_block_by_block_and_the_findings_are_those_of_one_look(stage, part):
    """The whole look was one call, and Blender stood still for it."""
    preflight = part("blender.preflight")
    for number in range(OBJECTS):
        stage.collection.objects.link(bpy.data.objects.new(f"object {number}", None))
    stage.render.use_border = True
    steps, count = preflight.checked(stage, (1, 2)), 0
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found = end.value
            break
        count += 1
    assert count > 5 * OBJECTS
    assert found == preflight.check_scene(stage, (1, 2)) and len(found.errors) == 1


def test_what_the_artist_deletes_meanwhile_ends_the_look_with_a_sentence(stage, part, background):
    for number in range(OBJECTS):
        one = bpy.data.objects.new(f"object {number}", None)
        stage.collection.objects.link(one)
        one.driver_add("location", 0).driver.expression = "frame"
    looked = part("blender.preflight").checked(stage, (1, 2))

    def slowly():
        try:
            while True:
                next(looked)
                time.sleep(0.002)
                yield
        except StopIteration as end:
            return end.value

    def delete():
        if bpy.data.objects:
            bpy.data.objects.remove(bpy.data.objects[-1])

    end, _ = done_by(background, slowly(), delete)
    assert end[0] is None and "changed while it was looked at" in str(end[1])


def test_a_driver_that_is_deleted_meanwhile_is_not_read(stage, part):
    cube = bpy.data.objects["cube"]
    cube.driver_add("location", 0).driver.expression = "frame"
    steps = part("blender.preflight").checked(stage, (1, 2))
    for _ in range(400):
        if next(steps, "end") == "end":
            break
        cube.driver_remove("location", 0)
        cube.driver_add("location", 0).driver.expression = "frame"
    for _ in steps:
        pass
