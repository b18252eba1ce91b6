"""The notifier as a process that waits for nothing long: ``python -m tests.services.notifier.impatient``."""

from __future__ import annotations

import sys

from services.notifier import deliveries, listening, sending
from services.notifier.command import main

deliveries.RETRY_S = (0,) * 6
deliveries.TAKEN_S = 2
listening.FIRST_PAUSE_S = listening.LONGEST_PAUSE_S = 0.1
sending.LOOK_S = 0.1

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
