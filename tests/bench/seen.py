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


def cpu_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


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
