"""simpy_peer.py <table file> <kind> <load> <n> <events>: one process per id, each a loop of timeouts."""
import json
import sys
import time

import simpy


def main():
    table_file, kind, load, n, events = sys.argv[1:6]
    n, events = int(n), int(events)
    table = [int(line) for line in open(table_file)]
    mask = (1 << 64) - 1
    env = simpy.Environment(initial_time=0)
    done = env.event()
    state = {"seen": 0, "hash": 1, "draws": 0}

    def draw():
        state["draws"] += 1
        return table[state["draws"] % len(table)]

    def live(i, delay):
        phase = ((i * 2654435761) & 0xFFFFFFFF) >> 4
        while True:
            yield env.timeout(delay)
            state["hash"] = ((state["hash"] ^ ((env.now + i * 0x9E3779B97F4A7C15) & mask))
                             * 0xBF58476D1CE4E5B9) & mask
            state["seen"] += 1
            if state["seen"] == 2 * n:
                state["begin"] = time.process_time()
            if state["seen"] >= 2 * n + events:
                done.succeed()
                return
            delay = 19_999_000 + phase % 2001 if kind == "timers" else draw()

    for i in range(n):
        phase = ((i * 2654435761) & 0xFFFFFFFF) >> 4
        env.process(live(i, phase % 20_000_000 if kind == "timers" else
                         draw() + (0 if load == "ties" else i)))
    env.run(until=done)
    cpu = time.process_time() - state["begin"]
    print(json.dumps({"engine": "simpy", "kind": kind, "load": load, "n": n, "events": events,
                      "cpu_s": cpu, "hash": f"{state['hash']:016x}"}))


main()
