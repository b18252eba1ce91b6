"""Starts a program within its limits: enters control groups, sets limits, becomes the program.

A script of its own, because both must have happened before the program's first instruction, and Python's
way to run something between fork and exec may hang where there are threads. Its argument is JSON: folders
of control groups, and limits by their names in the module ``resource``; the program follows.
"""

import json
import os
import resource
import sys

wanted = json.loads(sys.argv[1])
for folder in wanted["groups"]:
    with open(f"{folder}/cgroup.procs", "w") as processes:
        processes.write("0")
for name, value in wanted["limits"].items():
    kind = getattr(resource, name)
    hard = resource.getrlimit(kind)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))
os.execvp(sys.argv[2], sys.argv[2:])
