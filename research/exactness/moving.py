"""What kinds of moving scene share: the scene that they start from, keys, drivers, node trees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .base import Unavailable, base_scene, bpy, objects, replace_surface

WIDTH, HEIGHT, SAMPLES = 192, 128, 8
FIRST, LAST = 1, 6  # frames


@dataclass(frozen=True)
class Kind:
    """A moving scene that might be another in order than after a jump; ``build`` changes the base scene.

    The file has a place on disk before it is built, so that others may lie beside it.
    """

    name: str
    build: Callable[[Any], None]


def moving_scene() -> Any:
    """The base scene in six tiles, with a ball that rolls through it."""
    scene = base_scene()
    scene.render.resolution_x, scene.render.resolution_y = WIDTH, HEIGHT
    scene.cycles.samples, scene.cycles.use_adaptive_sampling = SAMPLES, False
    scene.cycles.use_animated_seed = True
    scene.frame_start, scene.frame_end = FIRST, LAST
    bpy.context.preferences.edit.keyframe_new_interpolation_type = "LINEAR"
    key(objects()["ball"], "location", {FIRST: 1.6, LAST: -0.4}, 0)
    return scene


def beside(name: str) -> Path:
    """A place beside the .blend, its folder made."""
    path = Path(bpy.data.filepath).parent / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def key(owner: Any, path: str, values: dict[int, Any], index: int = -1) -> None:
    """Key a property, or one element of it, at these frames; raises Unavailable where that can't be."""
    for frame, value in values.items():
        if index < 0:
            setattr(owner, path, value)
        else:
            getattr(owner, path)[index] = value
        try:
            owner.keyframe_insert(path, index=index, frame=frame)
        except TypeError as error:
            raise Unavailable(f"{path} can't be keyed") from error


def turned(owner: Any, by: float = 2.0) -> None:
    """Turn an object around the vertical."""
    start = owner.rotation_euler[2]
    key(owner, "rotation_euler", {FIRST: start, LAST: start + by}, 2)


def drive(owner: Any, path: str, expression: str, index: int = -1, **read: tuple[Any, str]) -> None:
    """Drive a property by an expression; its variables read properties of data-blocks."""
    driver = owner.driver_add(path, index).driver if index >= 0 else owner.driver_add(path).driver
    for name, (block, data_path) in read.items():
        variable = driver.variables.new()
        variable.name = name
        variable.targets[0].id, variable.targets[0].data_path = block, data_path
    driver.expression = expression


def tree_of(material: str) -> Any:
    """A material's nodes."""
    return bpy.data.materials[material].node_tree


def geometry_group(owner: Any, name: str) -> tuple[Any, Any, Any]:
    """Geometry nodes on an object, still unconnected: the tree, its input's and its output's geometry."""
    tree: Any = bpy.data.node_groups.new(name, "GeometryNodeTree")
    for direction in ("INPUT", "OUTPUT"):
        tree.interface.new_socket("Geometry", in_out=direction, socket_type="NodeSocketGeometry")
    first, last = tree.nodes.new("NodeGroupInput"), tree.nodes.new("NodeGroupOutput")
    owner.modifiers.new(name, "NODES").node_group = tree
    return tree, first.outputs[0], last.inputs[0]


def add(kind: str, *place: float, **arguments: Any) -> Any:
    """Add a mesh by its operator's name, at a place; returns the object, with the first box's material."""
    getattr(bpy.ops.mesh, f"primitive_{kind}_add")(location=place, **arguments)
    owner: Any = bpy.context.object
    owner.data.materials.append(bpy.data.materials["box4"])
    return owner


def foggy(owner: Any, density: float = 0.6) -> Any:
    """Give an object a volume instead of a surface; returns the volume's shader."""
    material: Any = bpy.data.materials.new("fog")
    material.use_nodes = True
    owner.data.materials.clear()
    owner.data.materials.append(material)
    node = replace_surface(material.name, "ShaderNodeVolumePrincipled", "Volume")
    node.inputs["Density"].default_value = density
    return node
