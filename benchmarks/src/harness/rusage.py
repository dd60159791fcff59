"""Runs a command; writes its wall time, CPU seconds and peak memory, its waited-for children's included, as JSON."""

import json
import os
import sys
import time

result, *command = sys.argv[1:]
start = time.monotonic()
pid = os.posix_spawnp(command[0], command, os.environ)
_, status, usage = os.wait4(pid, 0)
wall = time.monotonic() - start
# ru_maxrss is in KiB on Linux and in bytes on macOS.
peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
with open(result, "w") as file:
    json.dump({"wall": wall, "user": usage.ru_utime, "system": usage.ru_stime, "peak": peak}, file)
sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
