"""Files that nodes read: IES lights, OSL shaders, and whatever geometry nodes import."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import bpy

from .expansion import one_file
from .reference import Reference

FILE_PATH = "FILE_PATH"
IMPORT = "GeometryNodeImport"


def ies_lights() -> Iterator[Reference]:
    """How real lamps shine."""
    yield from _files("ShaderNodeTexIES")


def shader_scripts() -> Iterator[Reference]:
    """Open Shading Language from a file."""
    yield from _files("ShaderNodeScript")


def _files(kind: str) -> Iterator[Reference]:
    for owner, tree in trees():
        for node in tree.nodes:
            if node.bl_idname == kind and node.filepath:
                expand = one_file if node.mode == "EXTERNAL" else None
                yield Reference(owner, node, "filepath", node.filepath, expand, is_plain=True)


def file_sockets() -> Iterator[Reference]:
    """Paths as values of sockets: of nodes that import, of groups, and of modifiers that use groups."""
    for owner, tree in trees():
        for node in tree.nodes:
            yield from _of_node(owner, node)
        for item in _path_inputs(tree):
            if item.default_value:  # a value for new users of the group only
                yield Reference(owner, item, "default_value", item.default_value, None)
    for owner in bpy.data.objects:
        for modifier in owner.modifiers:
            if modifier.type == "NODES" and modifier.node_group:
                yield from _of_modifier(owner, modifier)


def _of_modifier(owner: Any, modifier: Any) -> Iterator[Reference]:
    group = modifier.node_group
    for item in _path_inputs(group):
        if hasattr(modifier, "properties"):  # Blender 5
            holder, attribute = getattr(modifier.properties.inputs, item.identifier), "value"
            path = holder.value
        else:
            holder, attribute = modifier, f"[{item.identifier}]"
            path = modifier.get(item.identifier, "")
        if path:
            start = _start(_readers(group, item.identifier))
            yield Reference(owner, holder, attribute, path, one_file, starts_at=start)


def _of_node(owner: Any, node: Any) -> Iterator[Reference]:
    for socket in node.inputs:
        if _is_path(socket) and not socket.is_linked and socket.default_value:
            path, start = socket.default_value, _start(_readers_of(owner, socket))
            yield Reference(owner, socket, "default_value", path, one_file, starts_at=start)
    if _feeds_path(node) and node.string:
        start = _start(_readers_of_text(owner, node))
        yield Reference(owner, node, "string", node.string, one_file, starts_at=start)


def torn_paths() -> Iterator[tuple[bpy.types.ID, str]]:
    """Whose path nodes of several files read: it starts at each of these, so none leads all of them there."""
    for owner, tree in trees():
        for node in tree.nodes:
            read = [_readers_of(owner, one) for one in node.inputs if _is_path(one) and not one.is_linked]
            if any(_is_torn(one) for one in (*read, _readers_of_text(owner, node))):
                yield owner, node.name
    for owner in bpy.data.objects:
        for modifier in owner.modifiers:
            group = modifier.node_group if modifier.type == "NODES" else None
            inputs = _path_inputs(group) if group else ()
            if any(_is_torn(_readers(group, item.identifier)) for item in inputs):
                yield owner, modifier.name


def _is_torn(readers: Sequence[Any]) -> bool:
    return len({tree.library for tree in readers}) > 1


def _start(readers: Sequence[Any]) -> Any:
    """A node reads a path as if it stood in the node's own file, whoever says it."""
    return readers[0] if readers else None


def _readers(tree: Any, identifier: str) -> list[Any]:
    """The trees with nodes that import what a group's input says."""
    return _behind([(tree, socket) for socket in _given(tree, identifier)])


def _readers_of(owner: Any, socket: Any) -> list[Any]:
    """The same for the socket of a node, which imports or is a group."""
    return _behind([(owner, socket)])


def _readers_of_text(owner: Any, node: Any) -> list[Any]:
    if node.bl_idname != "FunctionNodeInputString":
        return []
    return _behind([(owner, one) for socket in node.outputs for one in _led_to(socket)])


def _behind(left: list[tuple[Any, Any]]) -> list[Any]:
    """The trees with nodes that import what such sockets, with the trees that they are in, are given."""
    found, seen = list[Any](), set[int]()
    while left:
        tree, socket = left.pop()
        if socket.as_pointer() in seen:  # a group in each of many groups has as many ways to it as they have
            continue
        seen.add(socket.as_pointer())
        group = getattr(socket.node, "node_tree", None)
        if group:
            left += [(group, one) for one in _given(group, socket.identifier)]
        elif socket.node.bl_idname.startswith(IMPORT) and tree not in found:
            found.append(tree)
    return found


def _given(tree: Any, identifier: str) -> list[Any]:
    """The sockets to which an input of a group leads inside it."""
    return [
        one
        for node in tree.nodes
        if node.bl_idname == "NodeGroupInput"
        for socket in node.outputs
        if socket.identifier == identifier
        for one in _led_to(socket)
    ]


def _led_to(socket: Any) -> list[Any]:
    """The sockets to which one leads, also by way of reroutes."""
    found, left = list[Any](), [link.to_socket for link in socket.links]
    while left:
        one = left.pop()
        if one.node.bl_idname == "NodeReroute":
            left += [link.to_socket for output in one.node.outputs for link in output.links]
        else:
            found.append(one)
    return found


def computed_paths() -> Iterator[tuple[bpy.types.ID, Any]]:
    """Nodes that import what other nodes say; whose path nobody can find out beforehand, or rewrite."""
    for owner, tree in trees():
        for node in tree.nodes:
            if node.bl_idname.startswith(IMPORT):
                for socket in node.inputs:
                    if _is_path(socket) and socket.is_linked and not _is_known(socket):
                        yield owner, node


def trees() -> Iterator[tuple[Any, Any]]:
    """All node trees with the data-block that they are in: itself, or a material, world, light, scene…"""
    for group in bpy.data.node_groups:
        yield group, group
    for blocks in (
        bpy.data.materials,
        bpy.data.worlds,
        bpy.data.lights,
        bpy.data.scenes,
        bpy.data.linestyles,
        bpy.data.textures,
    ):
        for block in blocks:
            tree = getattr(block, "node_tree", None)
            if tree is not None and tree.is_embedded_data:
                yield block, tree


def _is_path(socket: Any) -> bool:
    return bool(socket.bl_idname == "NodeSocketStringFilePath")


def _path_inputs(tree: Any) -> Iterator[Any]:
    for item in tree.interface.items_tree:
        is_text = item.item_type == "SOCKET" and item.socket_type == "NodeSocketString"
        if is_text and item.in_out == "INPUT" and getattr(item, "subtype", "") == FILE_PATH:
            yield item


def _feeds_path(node: Any) -> bool:
    """Whether a text node is what an import reads."""
    return node.bl_idname == "FunctionNodeInputString" and any(
        _is_path(one) for socket in node.outputs for one in _led_to(socket)
    )


def _is_known(socket: Any) -> bool:
    """Whether the path comes straight from a text, or from a group's input that is a path itself."""
    link = socket.links[0]
    while link.from_node.bl_idname == "NodeReroute" and link.from_node.inputs[0].links:
        link = link.from_node.inputs[0].links[0]
    source = link.from_node
    if source.bl_idname == "NodeGroupInput":
        items = _path_inputs(source.id_data)
        return any(item.identifier == link.from_socket.identifier for item in items)
    return bool(source.bl_idname == "FunctionNodeInputString")
