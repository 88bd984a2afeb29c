"""The resident in a folder of its own, and calls to it. OUTPOST_BENCH=debug takes the programs from target/debug."""

import http.client, json, os, pathlib, socket, subprocess, time

TOP = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = TOP / "target" / os.environ.get("OUTPOST_BENCH", "release")
OUTPOST = PROGRAMS / "outpost"


class Local(http.client.HTTPConnection):
    """HTTP over a socket of this machine."""

    def __init__(self, path):
        super().__init__("outpost")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self.path))


class Resident:
    """A resident in a folder of its own."""

    def __init__(self, home, options=("--no-tray",)):
        self.home, self.options = home, options
        self.env = {**os.environ, "OUTPOST_HOME": str(home)}
        self.start()

    def start(self):
        self.started = time.perf_counter()
        self.process = subprocess.Popen([OUTPOST, "run", "--port", "0", *self.options], env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.pid = self.process.pid
        while not self.answers():
            if self.process.poll() is not None:
                raise SystemExit("the resident ended at once")
            time.sleep(0.001)

    def answers(self):
        try:
            return bool(self.call("hello", {}))
        except OSError:
            return False

    def call(self, name, given):
        connection = Local(self.home / "run/default.sock")
        connection.request("POST", f"/api/outpost/v1/call/{name}", json.dumps(given), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        body = json.loads(answer.read())
        connection.close()
        if answer.status != 200:
            raise SystemExit(f"{name}: {body}")
        return body

    def join(self, farm):
        for number, url in enumerate(farm.urls):
            subprocess.run([OUTPOST, "join", url, "--name", f"m{number}"], env=self.env, check=True, stdout=subprocess.DEVNULL)

    def live(self):
        rows = [row for row in self.call("masters", {})["masters"] if row["url"]]
        return rows and all(row["condition"] == "live" for row in rows), sum(row["builders"] for row in rows)

    def until_live(self, builders):
        while self.live() != (True, builders):
            time.sleep(0.005)

    def stop(self):
        subprocess.run([OUTPOST, "quit"], env=self.env, check=True)
        self.process.wait()
