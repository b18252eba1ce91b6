"""Reads Prometheus' text format (version 0.0.4) by its grammar, more strictly than Prometheus does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (\S+)")
NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?(?:e[+-]?\d+)?|Inf)|NaN")
ESCAPES = {r"\\": "\\", r"\"": '"', r"\n": "\n"}


@dataclass
class Family:
    """A metric's header and its samples by their labels."""

    kind: str
    help: str
    samples: dict[tuple[tuple[str, str], ...], float] = field(default_factory=dict)


def unescaped(text: str) -> str:
    """What the escapes of a help text or a label's value stand for."""
    return re.sub(r"\\.", lambda found: ESCAPES[found[0]], text)


def parse_exposition(text: str) -> dict[str, Family]:
    """The metrics by name; raises ValueError or AssertionError where a line breaks the format."""
    assert not text or text.endswith("\n")
    found: dict[str, Family] = {}
    lines = iter(text.split("\n")[:-1])
    name = ""
    for line in lines:
        if header := re.fullmatch(rf"# HELP ({NAME}) (.*)", line):
            name = header[1]
            kind = re.fullmatch(rf"# TYPE {name} (counter|gauge)", next(lines))
            assert name not in found and kind, line
            found[name] = Family(kind[1], unescaped(header[2]))
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample and sample[1] == name and NUMBER.fullmatch(sample[sample.lastindex or 0]), line
        labels = tuple((one, unescaped(value)) for one, value in re.findall(LABEL, sample[2] or ""))
        assert labels not in found[name].samples and len(dict(labels)) == len(labels), line
        found[name].samples[labels] = float(sample[sample.lastindex or 0])
    assert all(one.samples for one in found.values())
    return found
