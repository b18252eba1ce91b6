"""From pixels to the page: how many differ, how deep differences reach, and what is done about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from renderchain.core.pixel_prints import Pixels
from renderchain.core.tiles import tiles_of

Row = dict[str, Any]
MARGINS = (0, 8, 16)
EXACT_TILES, EXACT_FRAMES, NEVER = "tiles", "frames", "never"
JOB = {"tile": "tiles are rendered again", "frame": "frames are rendered again"}


def compare(one: Pixels, other: Pixels) -> tuple[int, float]:
    """How many pixels differ, and the largest difference of a channel."""
    if one.shape != other.shape:
        return one.shape[0] * one.shape[1], float("inf")
    count = int((one != other).any(axis=-1).sum())
    return count, float(np.abs(one - other).max()) if count else 0.0


def depth_of(frame: Pixels, tiles: Pixels) -> int:
    """How many pixels into a tile differences reach from an edge that is no edge of the frame."""
    height, width = frame.shape[:2]
    deepest = 0
    for tile in tiles_of(width, height):
        right, bottom = tile.x + tile.width, tile.y + tile.height
        for y, x in np.argwhere((frame != tiles).any(axis=-1)):
            if tile.x <= x < right and tile.y <= y < bottom:
                edges = [x - tile.x + 1] if tile.x else []
                edges += [y - tile.y + 1] if tile.y else []
                edges += [right - x] if right < width else []
                edges += [bottom - y] if bottom < height else []
                deepest = max(deepest, int(min(edges)))
    return deepest


def measure(first: Path, second: Path) -> Row:
    """A row from a case's two files."""
    with np.load(first) as one, np.load(second) as other:
        tiles, most = compare(one["off"], one["off 0"])
        row: Row = {"pixels": one["on"].shape[0] * one["on"].shape[1], "off": tiles}
        differences = [most]
        for margin in MARGINS:
            if f"on {margin}" in one:
                row[f"on {margin}"], most = compare(one["on"], one[f"on {margin}"])
                differences.append(most if margin == MARGINS[-1] else 0.0)
        if "on 0" in one:
            row["depth"] = depth_of(one["on"], one["on 0"])
        row["frame"], most = compare(one["on"], other["on"])
        row["tiles elsewhere"], most_elsewhere = compare(one["on"], other["on 16"])
        row["largest difference"] = max(*differences, most, most_elsewhere)
        row["adapted"] = compare(one["off"], one["on"])[0]
    exact_tiles = not row["off"] and not row["on 16"] and not row["tiles elsewhere"]
    row["exact"] = NEVER if row["frame"] else EXACT_TILES if exact_tiles else EXACT_FRAMES
    return row


def read_rows(folder: Path) -> tuple[str, dict[str, Row]]:
    """A Blender's version and its rows by case, from the files that the passes left."""
    said = {name: json.loads((folder / f"{name}.json").read_text()) for name in ("facts", "first", "second")}
    rows: dict[str, Row] = {}
    for name, facts in said["facts"]["cases"].items():
        files = [folder / f"{which} {name}.npz" for which in ("first", "second")]
        if isinstance(facts, str):
            rows[name] = {"missing": facts}
        elif all(file.exists() for file in files):
            rows[name] = {**measure(*files), **facts}
        else:
            rows[name] = {"missing": str(said["first"]["cases"].get(name)).strip(), **facts}
    return said["first"]["version"], rows


def wrongs(rows: dict[str, Row]) -> list[str]:
    """Cases that are less exact than what becomes of their job."""
    bad = []
    for name, row in rows.items():
        promised = (EXACT_FRAMES, NEVER) if row.get("again") == "tile" else (NEVER,)
        if not row.get("errors") and row.get("exact") in promised and not row.get("as it is"):
            bad.append(f"{name}: exact for {row['exact']}, but a {row['again']} is rendered again")
    return bad


def fate(row: Row) -> str:
    """What becomes of a job with this scene."""
    if row.get("as it is"):
        return "rendered otherwise"
    return "refused" if row["errors"] else JOB[row["again"]]


def number(count: int | None) -> str:
    """A count as the table shows it."""
    return "" if count is None else f"{count:,}"


def feature_table(rows: dict[str, Row]) -> str:
    """All cases."""
    lines = [
        "| feature | tiles, no adaptive sampling | tiles, adaptive, margin 16 | frame elsewhere "
        "| tiles elsewhere | largest difference | the job |",
        "| --- | --: | --: | --: | --: | --: | --- |",
    ]
    for name, row in rows.items():
        if "missing" in row:
            reason = row["missing"] if "again" not in row else "not rendered"
            lines.append(f"| {name} | {reason} | | | | | {fate(row) if 'again' in row else ''} |")
            continue
        counts = [number(row[key]) for key in ("off", "on 16", "frame", "tiles elsewhere")]
        most = f"{row['largest difference']:.2g}" if row["largest difference"] else "0"
        lines.append(f"| {' | '.join([name, *counts, most, fate(row)])} |")
    return "\n".join(lines)


def margin_table(rows: dict[str, Row]) -> str:
    """The cases about adaptive sampling."""
    lines = [
        "| adaptive sampling | margin 0 | margin 8 | margin 16 | deepest, px |",
        "| --- | --: | --: | --: | --: |",
    ]
    for name, row in rows.items():
        if "depth" in row:
            counts = [number(row[f"on {margin}"]) for margin in MARGINS]
            lines.append(f"| {' | '.join([name, *counts, str(row['depth'])])} |")
    return "\n".join(lines)


def told(rows: dict[str, Row]) -> list[str]:
    """Which features are said to the artist, and how, each sentence once."""
    found: dict[str, list[str]] = {}
    for name, row in rows.items():
        for sentence in (*row.get("errors", ()), *row.get("warnings", ())):
            found.setdefault(sentence, []).append(name)
    return [f"- {', '.join(names)}: “{sentence}”" for sentence, names in found.items()]
