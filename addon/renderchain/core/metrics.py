"""Numbers for Prometheus, in its text format (version 0.0.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
NAME = re.compile(r"[a-z][a-z0-9_]*")
Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Metric:
    """One number, or one for each combination of labels. A counter's name ends with ``_total``."""

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    values: Mapping[Labels, float]

    def __post_init__(self) -> None:
        names = [self.name, *(name for labels in self.values for name, _ in labels)]
        if bad := [one for one in names if not NAME.fullmatch(one)]:
            raise ValueError(f"{bad[0]!r} can't be a name in Prometheus")
        if (self.kind == "counter") != self.name.endswith("_total"):
            raise ValueError(f"{self.name}: counters, and no others, end with _total")


def single(name: str, kind: Literal["counter", "gauge"], text: str, value: float) -> Metric:
    """A metric without labels."""
    return Metric(name, kind, text, {(): value})


def by_label(
    name: str, kind: Literal["counter", "gauge"], text: str, label: str, values: Mapping[str, float]
) -> Metric:
    """A metric with one label."""
    return Metric(name, kind, text, {((label, key),): value for key, value in values.items()})


def exposition(metrics: Iterable[Metric]) -> str:
    """The page that Prometheus reads. A metric without values is left out."""
    lines: list[str] = []
    for one in metrics:
        if not one.values:
            continue
        text = one.help.replace("\\", r"\\").replace("\n", r"\n")
        lines += [f"# HELP {one.name} {text}", f"# TYPE {one.name} {one.kind}"]
        lines += [f"{one.name}{_labels(labels)} {_number(value)}" for labels, value in one.values.items()]
    return "".join(f"{line}\n" for line in lines)


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    return f"{{{','.join(f'{name}={_quoted(value)}' for name, value in labels)}}}"


def _quoted(text: str) -> str:
    # What is no character can't be sent as UTF-8.
    text = text.encode(errors="backslashreplace").decode()
    escaped = text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'"{escaped}"'


def _number(value: float) -> str:
    if isinstance(value, int):
        return str(int(value))
    return {"inf": "+Inf", "-inf": "-Inf", "nan": "NaN"}.get(repr(value), repr(value))
