"""Which worker gets which tasks of a job: pure functions of what was seen, for every scheduler."""
