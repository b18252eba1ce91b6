"""Sentences that come composed, found again by their patterns and said in another language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from .elsewhere import PARTS, PLAIN, SENTENCES

FIELD = re.compile(r"\{(\w+)\}")
ENDS = re.compile(r"(?<=[.!?…]) | · ")  # of sentences; between what stands beside each other
LIST = ", "
MOST_PIECES = 20  # a longer text is a log, which has no language
MOST_JOINED = 5  # sentences that are one text
MOST_LETTERS = 1_000  # of a sentence; no longer one is compared with the patterns


@dataclass(frozen=True)
class Pattern:
    """What a sentence looks like whatever its values are, and the same in the language."""

    template: str
    said: str

    @cached_property
    def pieces(self) -> tuple[str, ...]:
        """What stands between the values."""
        return tuple(FIELD.split(self.template)[::2])

    @cached_property
    def form(self) -> re.Pattern[str]:
        """What fits it; most patterns are never asked for theirs, which would take longer than all else."""
        return form_of(self.template)

    def values_in(self, sentence: str) -> dict[str, str] | None:
        """The values, if the sentence is one of this pattern."""
        if not all(piece in sentence for piece in self.pieces):
            return None
        found = self.form.fullmatch(sentence)
        return found.groupdict() if found else None


class Language:
    """One language's texts. Without any the sentences stay English, in the artist's words."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._sentences = self._patterns((*SENTENCES, *PARTS))
        self._parts = self._patterns(PARTS)
        self.said = lru_cache(maxsize=1024)(self._said)

    def say(self, text: str, values: Mapping[str, object]) -> str:
        """One of our own texts, with its values."""
        return self._texts.get(text, text).format(**values)

    def _patterns(self, templates: Iterable[str]) -> tuple[Pattern, ...]:
        return tuple(
            Pattern(one, said)
            for one in templates
            if (said := self._in_words(one)) != one and FIELD.search(one)
        )

    def _in_words(self, template: str) -> str:
        plain = PLAIN.get(template, template)
        return self._texts.get(plain, plain)

    def _said(self, text: str) -> str:
        """The text with each of its sentences that is known in the language, the others as they are."""
        return "\n".join(self._line(line) for line in text.split("\n"))

    def _line(self, line: str) -> str:
        """The shortest beginning that is known, then the rest: a value may not swallow the next sentence."""
        ends = [*(found.span() for found in ENDS.finditer(line)), (len(line), len(line))]
        if not line or len(ends) > MOST_PIECES:
            return line
        for start, end in ends[:MOST_JOINED]:
            begun = self._whole(line[:start])
            if begun is not None:
                return begun + line[start:end] + self._line(line[end:])
        _, end = ends[0]
        return line[:end] + self._line(line[end:]) if end < len(line) else line

    def _whole(self, sentence: str) -> str | None:
        words = self._in_words(sentence)
        if words != sentence or len(sentence) > MOST_LETTERS:
            return words if words != sentence else None
        return self._filled(sentence, self._sentences)

    def _filled(self, sentence: str, patterns: tuple[Pattern, ...]) -> str | None:
        for one in patterns:
            values = one.values_in(sentence)
            if values is not None:
                return one.said.format(**{name: self._part(value) for name, value in values.items()})
        return None

    def _part(self, value: str) -> str:
        """A value that is itself one of ours, such as a number with its noun; what people named stays."""
        if value in PARTS:
            return self._in_words(value)
        known = self._filled(value, self._parts)
        if known is None and LIST in value:  # such as the reasons of several workers
            return LIST.join(map(self._part, value.split(LIST)))
        return value if known is None else known


def form_of(template: str) -> re.Pattern[str]:
    """What fits the template: a name that comes again has the same value, one of a letter is a number."""
    pieces = FIELD.split(template)
    seen = set[str]()
    form = ""
    for at, piece in enumerate(pieces):
        if at % 2 == 0:
            form += re.escape(piece)
        else:
            value = r"[\d.,]+" if len(piece) == 1 else ".+?"
            form += f"(?P={piece})" if piece in seen else f"(?P<{piece}>{value})"
            seen.add(piece)
    return re.compile(form)
