"""Receipts of jobs in a shell. Checking one needs no network, no account and no bpy."""

from __future__ import annotations

from collections.abc import Sequence

from ..composition.receipts import verify_receipt as verified
from ..core.finding import as_json, code_of
from .command_line import given_path, guarded, new_parser
from .console import ConsoleReporter


def verify_receipt(arguments: Sequence[str]) -> int:
    """Say what a receipt proves; exit code 1 if something in it is wrong."""
    text = "Check a job's receipt without a network: that it fits together, and its signatures."
    parser = new_parser("renderchain_verify_receipt", text)
    parser.add_argument("file", type=given_path)
    parser.add_argument(
        "--frames", type=given_path, help="folder of the frames, to be compared with the receipt"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object, not sentences")
    options = parser.parse_args(list(arguments))

    def run(_: ConsoleReporter) -> int:
        found = verified(options.file, options.frames)
        print(as_json(found) if options.json else "\n".join(one.line for one in found), flush=True)
        return code_of(found)

    return guarded(options, run)


OFFLINE_COMMANDS = {"verify_receipt": verify_receipt}
