"""Processes as they are seen from outside: memory, processor time, wake-ups, first answers."""

import http.client, os, socket, statistics, time


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def median(values):
    return statistics.median(values)


def p95(values):
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]


def status_of(pid, field):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith(field + ":"):
            return int(line.split()[1])
    return 0


def switches(pid):
    """Voluntary context switches of all threads: each is a wake-up that ended in sleep again."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        for line in open(f"/proc/{pid}/task/{task}/status"):
            if line.startswith("voluntary_ctxt"):
                total += int(line.split()[1])
    return total


def stat_of(pid):
    """Everything after the program's name, which may hold anything."""
    return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()


def family(pid):
    """A process and all that are below it now."""
    below = {}
    for other in filter(str.isdigit, os.listdir("/proc")):
        try:
            below.setdefault(int(stat_of(other)[1]), []).append(int(other))
        except OSError:
            pass  # it has ended meanwhile
    found = [pid]
    for member in found:
        found += below.get(member, [])
    return found


def cpu_seconds(pid):
    """Of a process, all below it, and all that they have waited for."""
    total = 0
    for member in family(pid):
        try:
            total += sum(map(int, stat_of(member)[11:15]))
        except OSError:
            pass
    return total / os.sysconf("SC_CLK_TCK")


def until_answers(port, started, process):
    while True:
        if process.poll() is not None:
            raise SystemExit(f"the master ended at once with {process.returncode}")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/api/v2/masters", headers={"Accept": "application/json"})
            if connection.getresponse().status == 200:
                return time.perf_counter() - started
        except OSError:
            time.sleep(0.0005)
