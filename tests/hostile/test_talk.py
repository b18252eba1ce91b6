"""What a child says is bounded, checked and shown as plain text, and never keeps the agent waiting."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.hostile.children import Attack

SAID = {
    "a line without end": ("while True: os.write(1, b'x' * 65536)", "sent a line of over 65536 bytes"),
    "a line without end, and it dies": (
        "for _ in range(8): os.write(1, b'x' * 65536)\nos._exit(3)",
        "sent a line of over 65536 bytes",
    ),
    "lines of Blender's without end": (
        "while True: os.write(1, b'spam\\n' * 1000)",
        "more than 50 lines a second",
    ),
    "progress without end": (
        "while True: say('progress', frame=1, sample=1, samples=2)",
        "more than 50 lines a second",
    ),
    "deep JSON": (
        "os.write(1, b'{\"schema\": ' + b'[' * 60000 + b'\\n'); sys.stdin.read()",
        "nested over 8 levels deep",
    ),
    "quotes that never end": (
        "os.write(1, b'{\"schema\": \"' + b'\\\\\"' * 32000 + b'\\n'); sys.stdin.read()",
        "is not JSON",
    ),
    "a huge number": (
        'os.write(1, b\'{"schema": "renderchain/message/1", "type": "progress", "frame": \' + b\'9\' * 9000'
        " + b'}\\n'); sys.stdin.read()",
        "sent nonsense",
    ),
    "negative numbers": ("say('progress', frame=1, sample=-5, samples=-1); sys.stdin.read()", "is -5"),
    "negative times": (
        "files(); say('rendered', frame=1, final='0001.png', noisy='0001.noisy.exr', leaves='0001.leaves', "
        "render_ms=-1, write_ms=1); sys.stdin.read()",
        "is -1",
    ),
    "a number that is none": ("say('progress', frame=1, sample=1.5, samples=2); sys.stdin.read()", "not int"),
    "not a number": ("say('progress', frame=1, sample=float('nan'), samples=2); sys.stdin.read()", "not int"),
    "bytes that are no text": ("os.write(1, b'{\\xff\\xfe}\\n'); sys.stdin.read()", "is not JSON"),
    "another frame": ("files(); rendered(frame=2); sys.stdin.read()", "something else than frame 1"),
    "an unknown kind": ("say('own', frame=1); sys.stdin.read()", "unknown kind"),
    "a path that leads out": ("rendered(final='../../etc/passwd'); sys.stdin.read()", "leaves its folder"),
    "an absolute path": ("rendered(leaves='/etc/passwd'); sys.stdin.read()", "leaves its folder"),
    "a folder's name": ("rendered(noisy='a/b'); sys.stdin.read()", "no file of its folder"),
    "a huge name": ("rendered(final='a' * 5000); sys.stdin.read()", "over 1024 characters"),
    "silence": ("sys.stdin.read()", "said nothing for 5 s"),
    "silence that can't be ended": (
        "[signal.signal(n, signal.SIG_IGN) for n in (1, 2, 13, 15)]\nwhile True: time.sleep(60)",
        "said nothing for 5 s",
    ),
    "its death": ("os.kill(os.getpid(), signal.SIGSEGV)", "ended by itself"),
}


@pytest.mark.parametrize("name", SAID)
def test_what_it_says_is_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    script, words = SAID[name]
    attack = Attack(tmp_path, script)
    started_s = time.monotonic()
    said = attack.run()
    assert words in said, said
    assert attack.is_over() and time.monotonic() - started_s < 35


def test_escapes_for_a_terminal_are_written_out(tmp_path: Path) -> None:
    attack = Attack(tmp_path, "fail('\\x1b]0;owned\\x07\\x1b[2J\\u202egnp\\r')")
    said = attack.run()
    assert r"\x1b]0;owned\x07\x1b[2J\u202egnp\r" in said and said.isprintable()


def test_a_flood_of_log_is_cut_and_never_read_whole(tmp_path: Path) -> None:
    flood = "end = time.monotonic() + 2\nwhile time.monotonic() < end: os.write(2, b'x' * 65536)\nos._exit(1)"
    attack = Attack(tmp_path, flood)
    assert "ended by itself" in attack.run() and attack.is_over()
    assert attack.log.stat().st_size < 80 * 1024 and b"were cut out here" in attack.log.read_bytes()
