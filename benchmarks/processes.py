"""What /proc tells of processes: whose children they are, their processor time and their memory."""

import os
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def descendants(pid: int) -> list[int]:
    children = [
        int(child)
        for task in Path(f"/proc/{pid}/task").glob("*/children")
        for child in task.read_text().split()
    ]
    return children + [grandchild for child in children for grandchild in descendants(child)]


def processes_named(name: str) -> list[int]:
    return [int(p.parent.name) for p in Path("/proc").glob("[0-9]*/comm") if read(p).strip() == name]


def command_of(pid: int) -> str:
    return read(Path(f"/proc/{pid}/cmdline")).replace("\0", " ")


def cpu_s_of(pid: int) -> float:
    return cpu_s_in(stat_of(Path(f"/proc/{pid}/stat")))


def cpu_s_behind(pid: int) -> float:
    """Of its threads that live and give way to others (config/cores.py)."""
    threads = [stat_of(path) for path in Path(f"/proc/{pid}/task").glob("*/stat")]
    return sum(cpu_s_in(fields) for fields in threads if fields and int(fields[16]) > 0)


def stat_of(path: Path) -> list[str]:
    """From the third field of proc(5) on, the state; what is before may hold spaces."""
    return read(path).rpartition(")")[2].split()


def cpu_s_in(stat: list[str]) -> float:
    return (int(stat[11]) + int(stat[12])) / TICKS_PER_S if stat else 0.0


def memory_mb_of(pid: int) -> float:
    lines = read(Path(f"/proc/{pid}/status")).splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def read(path: Path) -> str:
    """A process may be gone by the time one looks."""
    try:
        return path.read_text()
    except OSError:
        return ""
