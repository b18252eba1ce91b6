"""Drivers and constraints whose values depend on themselves, and IK that depends on the frames before.

Blender breaks such a circle somewhere and takes the value of the evaluation before, which is the frame
before in a playback and nothing in particular for a worker who starts at any frame. Its dependency graph
does not tell Python of circles, so this follows drivers and constraints as the graph does.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import bpy

from ....core.exactness import Finding, found
from .curves import animated_by, drivers_of
from .reach import Reach

# A property (path, and index or -1 for all of it), an object's transform, a bone's pose.
Point = tuple[str, Any, str, int]

TRANSFORMS = re.compile(r"(delta_)?(location|rotation_\w+|scale)|constraints\[.*|parent|matrix_\w+")
_BONE = re.compile(r'pose\.bones\["((?:[^"\\]|\\.)*)"\]\.?(.*)')
_INDEXED = re.compile(r"(.*?)(?:\[(\d+)\]|\.([xyzwrgba]))")
_LETTERS = {letter: at for letters in ("xyzw", "rgba") for at, letter in enumerate(letters)}
POSED = re.compile(r"matrix\b.*|head\b.*|tail\b.*|matrix_channel.*")
PLACED = re.compile(r"matrix_(world|local)\b.*")


def read_circles(reach: Reach) -> Iterator[Finding | None]:
    """Each driver and each object with constraints in a circle, and each armature whose IK simulates."""
    graph, names = _Graph(), dict[Any, str]()
    for owner, name in reach.animated():
        names[owner] = name
        graph.add_drivers(owner)
        yield None
    for owner in reach.of("OBJECT"):
        graph.add_constraints(owner)
        if owner.pose and owner.pose.ik_solver == "ITASC" and _simulates(owner):
            yield found("iTaSC", owner.name)
        yield None
    for circle in graph.circles():
        if circle is None:
            yield None
        else:
            owner, path = circle
            yield found("circle" if path else "constraint circle", names[owner], detail=path)


def _simulates(owner: Any) -> bool:
    param = owner.pose.ik_param
    keyed = any(one.path == "pose.ik_param.mode" for one in animated_by(owner))
    return bool(param) and (param.mode == "SIMULATION" or keyed)


class _Graph:
    """What each driven property and constrained object depends on; what nothing drives leads nowhere."""

    def __init__(self) -> None:
        # Drivers by where they are: they are no data-blocks, and one may be deleted between two steps.
        self._drivers: dict[Point, list[tuple[Any, str, int]]] = defaultdict(list)
        self._driven: dict[Any, set[Point]] = defaultdict(set)  # by data-block
        self._constrained: dict[Point, None] = {}
        self._edges: dict[Point, tuple[Point, ...]] = {}

    def add_drivers(self, owner: Any) -> None:
        """Of one data-block."""
        for curve in drivers_of(owner):
            point = _property(owner, curve.data_path, curve.array_index)
            self._drivers[point].append((owner, curve.data_path, curve.array_index))
            self._driven[owner].add(point)

    def add_constraints(self, owner: Any) -> None:
        """Of one object and its bones."""
        if owner.constraints:
            self._constrained[_posed(owner)] = None
        for bone in owner.pose.bones if owner.pose else ():
            if bone.constraints:
                self._constrained[_posed(owner, bone.name)] = None

    def circles(self) -> Iterator[tuple[Any, str] | None]:
        """The owner and path of every driver that its own value leads to; where a circle has none, an object
        of it, and no path.
        """
        for part in self._knots():
            if part is None:
                yield None
                continue
            drivers = [point for point in part if point in self._drivers]
            for point in drivers:
                if len(part) > 1 or self._reads_itself(point):
                    yield point[1], point[2]
            if len(part) > 1 and not drivers:
                yield min((point[1] for point in part), key=lambda owner: owner.name_full), ""

    def _curves(self, point: Point) -> Iterator[Any]:
        for owner, path, index in self._drivers.get(point, ()):
            data = owner.animation_data
            curve = data.drivers.find(path, index=index) if data else None
            if curve is not None:
                yield curve

    def _reads_itself(self, point: Point) -> bool:
        return point in self._next(point) or any(map(_accumulates, self._curves(point)))

    def _next(self, point: Point) -> tuple[Point, ...]:
        if point not in self._edges:
            self._edges[point] = tuple(dict.fromkeys(self._find_next(point)))
        return self._edges[point]

    def _find_next(self, point: Point) -> Iterator[Point]:
        kind, owner, name, index = point
        if kind == "property":
            for curve in self._curves(point):
                for variable in curve.driver.variables:
                    for target in variable.targets:
                        yield from _read_by(variable, target)
            if index < 0:  # all of a vector: whoever drives a part of it
                yield from (one for one in self._driven.get(owner, ()) if one[2] == name and one[3] >= 0)
        elif kind == "object":
            yield from (one for one in self._driven.get(owner, ()) if TRANSFORMS.fullmatch(one[2]))
            yield from _above(owner)
        else:
            yield from (one for one in self._driven.get(owner, ()) if _bone_of(one[2]) == name)
            yield from _above_bone(owner, name)

    def _knots(self) -> Iterator[list[Point] | None]:
        """The graph's strongly connected parts (Tarjan's way, without recursion)."""
        order: dict[Point, int] = {}
        low: dict[Point, int] = {}
        stack: dict[Point, None] = {}
        for root in (*self._drivers, *self._constrained):
            walk = [(root, iter(self._next(root)))] if root not in order else []
            if walk:
                order[root] = low[root] = len(order)
                stack[root] = None
            while walk:
                point, following = walk[-1]
                other = next((one for one in following if one not in order or one in stack), None)
                if other is None:
                    walk.pop()
                    if walk:
                        low[walk[-1][0]] = min(low[walk[-1][0]], low[point])
                    if low[point] == order[point]:
                        yield _pop_through(stack, point)
                elif other in order:
                    low[point] = min(low[point], order[other])
                else:
                    order[other] = low[other] = len(order)
                    stack[other] = None
                    walk.append((other, iter(self._next(other))))
            yield None


def _pop_through(stack: dict[Point, None], last: Point) -> list[Point]:
    part = []
    while last in stack:
        part.append(stack.popitem()[0])
    return part


def _property(owner: Any, path: str, index: int = -1) -> Point:
    """A property by its path; an index at the path's end counts as one beside it."""
    indexed = _INDEXED.fullmatch(path)
    if indexed:
        path, index = indexed[1], int(indexed[2]) if indexed[2] else _LETTERS[indexed[3]]
    return ("property", owner, path.replace("'", '"'), index)


def _bone_of(path: str) -> str | None:
    bone = _BONE.fullmatch(path)
    return bone[1] if bone else None


def _read_by(variable: Any, target: Any) -> Iterator[Point]:
    """What a driver's variable reads."""
    if target.id is None:
        return
    if variable.type in ("TRANSFORMS", "ROTATION_DIFF", "LOC_DIFF"):
        yield _posed(target.id, target.bone_target)
    elif variable.type == "SINGLE_PROP":
        owner, path = _reached(target.id, target.data_path)
        bone = _BONE.fullmatch(path)
        if bone and POSED.fullmatch(bone[2]):
            yield _posed(owner, bone[1])
        elif PLACED.fullmatch(path):
            yield _posed(owner)
        else:
            point = _property(owner, path)
            yield point
            if point[3] >= 0:  # a property with one value is driven at index 0, and read without
                return
            yield (*point[:3], 0)


def _reached(owner: Any, path: str) -> tuple[Any, str]:
    """The data-block that a path ends in, and the path from there: it may lead through others."""
    while True:
        first, _, rest = path.partition(".")
        other = getattr(owner, first, None) if first.isidentifier() and rest else None
        if not isinstance(other, bpy.types.ID):
            return owner, path
        owner, path = other, rest


def _posed(owner: Any, bone: str = "") -> Point:
    has_bone = bone and getattr(owner, "pose", None) and bone in owner.pose.bones
    return ("bone", owner, bone, -1) if has_bone else ("object", owner, "", -1)


def _above(owner: Any) -> Iterator[Point]:
    """What an object's transform depends on."""
    if not hasattr(owner, "constraints"):
        return  # a driver may name a data-block that is nowhere
    if owner.parent:
        yield _posed(owner.parent, owner.parent_bone if owner.parent_type == "BONE" else "")
    for constraint in owner.constraints:
        if _acts(owner, constraint):
            yield from _targets(constraint)


def _above_bone(owner: Any, name: str) -> Iterator[Point]:
    """What a bone's pose depends on."""
    bone = owner.pose.bones[name]
    yield _posed(owner)
    if bone.parent:
        yield _posed(owner, bone.parent.name)
    for constraint in bone.constraints:
        if _acts(owner, constraint):
            yield from _targets(constraint)


def _acts(owner: Any, constraint: Any) -> bool:
    """Whether a constraint does anything, now or later."""
    if constraint.enabled and not constraint.mute and constraint.influence > 0:
        return True
    paths = (one.path for one in animated_by(owner) if "constraints[" in one.path)
    return any(_resolved(owner, path.rpartition(".")[0]) == constraint for path in paths)


def _resolved(owner: Any, path: str) -> Any:
    try:
        return owner.path_resolve(path)
    except ValueError:
        return None  # it leads nowhere, so nothing is animated


def _targets(constraint: Any) -> Iterator[Point]:
    for name, bone in (("target", "subtarget"), ("pole_target", "pole_subtarget")):
        if getattr(constraint, name, None):
            yield _posed(getattr(constraint, name), getattr(constraint, bone, ""))
    for target in getattr(constraint, "targets", ()):
        if target.target:
            yield _posed(target.target, target.subtarget)


def _accumulates(curve: Any) -> bool:
    """Whether an expression reads, of ``self``, what it drives."""
    if not curve.driver.use_self:
        return False
    name = re.escape(_leaf(curve.data_path))
    reading = rf"\bself(?:\.|\[[\"']){name}(?:[\"']\])?(?:\[(\d+)\]|\.([xyzwrgba])\b)?"
    for match in re.finditer(reading, curve.driver.expression):
        at = int(match[1]) if match[1] else _LETTERS[match[2]] if match[2] else None
        if at is None or at == curve.array_index:
            return True
    return False


def _leaf(path: str) -> str:
    """The last name of a path, that of a custom property without its brackets."""
    custom = re.fullmatch(r'.*\["((?:[^"\\]|\\.)*)"\]', path)
    return custom[1] if custom else path.rpartition(".")[2]
