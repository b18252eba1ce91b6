"""Cycles materials: the source scenes have those of the old internal renderer, which Cycles ignores."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Look:
    """How a surface looks: a colour, or image files that lie along a UV map."""

    colour: Colour = (0.8, 0.8, 0.8)
    image: str = ""
    alpha: str = ""
    normal: str = ""
    uv: str = ""
    roughness: float = 0.7
    metallic: float = 0.0
    bump: float = 0.0
    hue: float = 0.5  # 0.5 leaves the image as it is
    saturation: float = 1.0
    value: float = 1.0


@dataclass(frozen=True)
class Painter:
    """Makes materials from the image files of one folder."""

    textures: Path

    def image(self, name: str, data: bool = False) -> bpy.types.Image:
        """Load an image file once."""
        image = bpy.data.images.load(str(self.textures / name), check_existing=True)
        if data:
            colours: Any = image.colorspace_settings
            colours.name = "Non-Color"
        return image

    def texture(self, tree: Any, name: str, data: bool = False) -> Any:
        """An image texture node."""
        node = tree.nodes.new("ShaderNodeTexImage")
        node.image = self.image(name, data)
        return node

    def material(self, name: str, look: Look) -> bpy.types.Material:
        """A Principled BSDF material of this look."""
        material = bpy.data.materials.new(name)
        tree, surface = emptied(material)
        surface.inputs["Base Color"].default_value = (*look.colour, 1.0)
        surface.inputs["Roughness"].default_value = look.roughness
        surface.inputs["Metallic"].default_value = look.metallic
        files = [(look.image, False), (look.alpha, True), (look.normal, True)]
        nodes = [self.texture(tree, file, data) if file else None for file, data in files]
        if look.uv:
            uv = tree.nodes.new("ShaderNodeUVMap")
            uv.uv_map = look.uv
            for node in filter(None, nodes):
                tree.links.new(uv.outputs["UV"], node.inputs["Vector"])
        picture, mask, normal = nodes
        if picture:
            shade = graded(tree, picture.outputs["Color"], look.hue, look.saturation, look.value)
            tree.links.new(shade, surface.inputs["Base Color"])
        if mask:
            tree.links.new(mask.outputs["Color"], surface.inputs["Alpha"])
        if normal:
            tangent = tree.nodes.new("ShaderNodeNormalMap")
            tangent.uv_map = look.uv
            tree.links.new(normal.outputs["Color"], tangent.inputs["Color"])
            tree.links.new(tangent.outputs["Normal"], surface.inputs["Normal"])
        elif picture and look.bump:
            raise_by(tree, surface, picture.outputs["Color"], look.bump, 0.05)
        return material

    def ground(self, name: str, road: tuple[float, float]) -> bpy.types.Material:
        """Grass with a dirt road along the x axis, whose middle and half width are given."""
        material = bpy.data.materials.new(name)
        tree, surface = emptied(material)
        surface.inputs["Roughness"].default_value = 0.95
        place = tree.nodes.new("ShaderNodeTexCoord").outputs["Object"]
        grass = self.tiled(tree, place, "grass.jpg", 0.22)
        dirt = self.tiled(tree, place, "dirt.jpg", 0.14)
        patches = noise(tree, place, 0.25)
        worn = mixed(tree, math(tree, "MULTIPLY", patches, 0.35), grass, dirt)
        across = tree.nodes.new("ShaderNodeSeparateXYZ")
        tree.links.new(place, across.inputs["Vector"])
        away = math(tree, "ABSOLUTE", math(tree, "SUBTRACT", across.outputs["Y"], road[0]))
        edge = math(tree, "MULTIPLY_ADD", noise(tree, place, 0.9), 2.4, away)
        width = tree.nodes.new("ShaderNodeMapRange")
        width.interpolation_type = "SMOOTHSTEP"
        tree.links.new(edge, width.inputs["Value"])
        for socket, value in (("From Min", road[1] + 0.8), ("From Max", road[1] + 1.8), ("To Min", 1.0)):
            width.inputs[socket].default_value = value
        width.inputs["To Max"].default_value = 0.0
        colour = mixed(tree, width.outputs["Result"], worn, dirt)
        tree.links.new(graded(tree, colour, 0.5, 0.95, 0.85), surface.inputs["Base Color"])
        raise_by(tree, surface, colour, 0.8, 0.12)
        return material

    def tiled(self, tree: Any, place: Any, name: str, scale: float) -> Any:
        """An image repeated over the ground, so many times a metre."""
        mapping = tree.nodes.new("ShaderNodeMapping")
        mapping.inputs["Scale"].default_value = (scale, scale, scale)
        picture = self.texture(tree, name)
        tree.links.new(place, mapping.inputs["Vector"])
        tree.links.new(mapping.outputs["Vector"], picture.inputs["Vector"])
        return picture.outputs["Color"]


def emptied(material: bpy.types.Material) -> tuple[Any, Any]:
    """The material's node tree with nothing but a Principled BSDF and the output."""
    material.use_nodes = True
    tree: Any = material.node_tree
    tree.nodes.clear()
    surface = tree.nodes.new("ShaderNodeBsdfPrincipled")
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(surface.outputs["BSDF"], output.inputs["Surface"])
    return tree, surface


def graded(tree: Any, colour: Any, hue: float, saturation: float, value: float) -> Any:
    """The colour with another hue, saturation and brightness."""
    node = tree.nodes.new("ShaderNodeHueSaturation")
    node.inputs["Hue"].default_value = hue
    node.inputs["Saturation"].default_value = saturation
    node.inputs["Value"].default_value = value
    tree.links.new(colour, node.inputs["Color"])
    return node.outputs["Color"]


def raise_by(tree: Any, surface: Any, height: Any, strength: float, distance: float) -> None:
    """Let a picture's brightness look like height."""
    bump = tree.nodes.new("ShaderNodeBump")
    bump.inputs["Strength"].default_value = strength
    bump.inputs["Distance"].default_value = distance
    tree.links.new(height, bump.inputs["Height"])
    tree.links.new(bump.outputs["Normal"], surface.inputs["Normal"])


def noise(tree: Any, place: Any, scale: float) -> Any:
    """Noise between 0 and 1 at this many bumps a metre."""
    node = tree.nodes.new("ShaderNodeTexNoise")
    node.inputs["Scale"].default_value = scale
    tree.links.new(place, node.inputs["Vector"])
    return node.outputs["Fac"]


def math(tree: Any, operation: str, *values: Any) -> Any:
    """A math node over sockets and numbers."""
    node = tree.nodes.new("ShaderNodeMath")
    node.operation = operation
    for socket, value in zip(node.inputs, values, strict=False):
        if isinstance(value, float):
            socket.default_value = value
        else:
            tree.links.new(value, socket)
    return node.outputs["Value"]


def mixed(tree: Any, share: Any, first: Any, second: Any) -> Any:
    """Two colours, mixed by a share between 0 and 1."""
    node = tree.nodes.new("ShaderNodeMix")
    node.data_type = "RGBA"
    ends = [socket for socket in node.inputs if socket.type == "RGBA"]
    tree.links.new(share, node.inputs["Factor"])
    tree.links.new(first, ends[0])
    tree.links.new(second, ends[1])
    return next(socket for socket in node.outputs if socket.type == "RGBA")
