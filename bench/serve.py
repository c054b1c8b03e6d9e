"""A bounded load on the running application: no answer lost, none wrong, and how many a second.

The service runs as its users run it, in a process of its own on the loopback address. Clients ask
a fixed mix of questions at once; each answer is compared with the one that was given when nothing
else was asked.
"""

import http.client
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median, quantiles

CLIENTS, REQUESTS, NEW_QUESTIONS = 8, 1_000, 60
STEPS, READ = 9, ("demand", "build", "value", "market", "record")
TOO_MANY = 200  # connections at once, beyond what is served
PATHS = (
    "/api/summary", "/api/power", "/api/index", "/api/simulate?name=fleet", "/api/value",
    "/api/implied/NVDA", "/api/why/ai_capex", "/part/build", "/part/value", "/api/claims",
)  # fmt: skip
SCENARIOS = ("", "scenario=power-starved", "move=elasticity:1.5", "shock=chips:0.5")


def main() -> None:
    """Start the service, load it in four ways, print one line each, end it."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "jevons", "serve", "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ,
    )  # fmt: skip
    try:
        wait(port)
        urls = [joined(path, scenario) for path in PATHS for scenario in SCENARIOS]
        alone = {url: ask(port, url)[1] for url in urls}
        random.seed(0)
        mixed = random.choices(urls, k=REQUESTS)
        report("asked before", process.pid, port, mixed, alone)
        fresh = [f"/api/summary?move=elasticity:{1 + n / 1000:.3f}" for n in range(NEW_QUESTIONS)]
        report("never asked", process.pid, port, fresh, {})
        reader(process.pid, port)
        crowd(port)
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait(port: int) -> None:
    """Until the service answers."""
    for _ in range(1200):
        try:
            ask(port, "/")
            return
        except OSError:
            time.sleep(0.25)
    raise SystemExit("the service did not start within five minutes")


def joined(path: str, query: str) -> str:
    """A path with more parameters."""
    return f"{path}{'&' if '?' in path else '?'}{query}" if query else path


def ask(port: int, url: str) -> tuple[int, bytes, float]:
    """Status, body and seconds of one request."""
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    try:
        connection.request("GET", url)
        reply = connection.getresponse()
        return reply.status, reply.read(), time.perf_counter() - started
    finally:
        connection.close()


def processor_seconds(pid: int) -> float:
    """Processor time of a process so far, user and system (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def reader(pid: int, port: int) -> None:
    """One reader who moves an assumption again and again: key numbers, and each part."""
    for path in ("/api/summary", *(f"/part/{part}" for part in READ)):
        walls, work = [], []
        for _ in range(STEPS):
            started = processor_seconds(pid)
            url = joined(path, f"move=elasticity:{random.uniform(0.8, 1.4):.6f}")
            walls.append(ask(port, url)[2])
            work.append(processor_seconds(pid) - started)
        print(
            f"one reader, {path}: median {median(walls):.2f} s, "
            f"{median(work):.2f} s of the processor"
        )


def report(what: str, pid: int, port: int, urls: list[str], expected: dict[str, bytes]) -> None:
    """Ask all of them with :data:`CLIENTS` clients and print what came back."""
    started, worked = time.perf_counter(), processor_seconds(pid)
    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(lambda url: ask(port, url), urls))
    took, work = time.perf_counter() - started, processor_seconds(pid) - worked
    lost = sum(status != 200 for status, _, _ in answers)
    if not expected:  # asked once more, one by one, from memory or anew
        expected = {url: ask(port, url)[1] for url in urls}
    wrong = sum(body != expected[url] for url, (_, body, _) in zip(urls, answers, strict=True))
    seconds = [each for _, _, each in answers]
    middle, most = quantiles(seconds, n=100)[49], quantiles(seconds, n=100)[98]
    print(
        f"{what}: {len(urls)} requests, {CLIENTS} clients: {lost} lost, {wrong} wrong, "
        f"{len(urls) / took:.1f} answers/s, {1e3 * work / len(urls):.0f} ms of the processor each, "
        f"median {1e3 * middle:.0f} ms, 99 % {1e3 * most:.0f} ms"
    )


def crowd(port: int) -> None:
    """More connections than are served: the rest are told so at once, and the service goes on."""
    with ThreadPoolExecutor(TOO_MANY) as pool:
        found = Counter(
            status for status, _, _ in pool.map(lambda _: ask(port, "/part/build"), range(TOO_MANY))
        )
    after, body, _ = ask(port, "/api/index")
    alive = after == 200 and "p_positive" in json.loads(body)
    print(
        f"{TOO_MANY} at once: statuses {dict(sorted(found.items()))}; answers afterwards: {alive}"
    )


if __name__ == "__main__":
    main()
