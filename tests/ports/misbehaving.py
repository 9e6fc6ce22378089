"""Pipelines that are wrong in one way each: misbehaving.py WAY [unix:PATH | tcp:PORT].

`good` and `accounts` are right; the others say in their names what is wrong with them.
"""
import os
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../examples/external/python"))
from gauntlet_pipeline import (ALIGNED, FINISH, FRAME, HELLO, IDLE, LOCAL, READY, REJECTED, SHOWN,
                               WAKE, WINDOW, Time, fields, message, number, read, shown, varint, write)

way = sys.argv[1]
SECOND = 1_000_000_000


def window(from_ns, to_ns, label="", confidence=0.5, at_ns=0):
    return message(WINDOW, {1: Time(from_ns), 2: Time(to_ns), 3: label, 4: float(confidence),
                            5: Time(at_ns)})


def rejected(device, ordinal, count, reason="unused"):
    return message(REJECTED, {1: device, 2: ordinal, 4: count, 5: reason})


def one(body, key, default=0):
    return body.get(key, [default])[0]


def samples(kind, body):
    if kind == LOCAL:
        return len(one(body, 4, b"")) // 8
    frame = one(body, 3, b"")  # pebble16: whole frames only
    return frame[1] if len(frame) > 16 and len(frame) == 16 + 5 * frame[1] else 0


frames = 0


def events(kind, body, now):
    global frames
    if kind not in (FRAME, LOCAL):
        return
    frames += 1
    device, ordinal, count = one(body, 1), one(body, 2), samples(kind, body)
    if way in ("accounts", "hole", "double"):
        if not (way == "hole" and frames % 10 == 0):
            yield rejected(device, ordinal, count)
        if way == "double" and count:
            yield rejected(device, ordinal, count)
        return
    if way == "past":
        yield window(now - SECOND, now, at_ns=now - SECOND)
    elif way == "future":
        yield window(now, now + SECOND)
    elif way == "future_sample":
        yield message(ALIGNED, {1: device, 2: ordinal, 5: Time(now + 1).to_bytes(8, "little")})
    elif way == "unknown_frame":
        yield rejected(device, ordinal + 1, 1)
    elif way == "value":
        yield window(now - SECOND, now, confidence=7)
    elif way == "random":
        yield window(now - SECOND, now, label=os.urandom(4).hex())
    elif way == "unknown_field":
        yield message(WINDOW, {1: Time(now - SECOND), 2: Time(now), 99: 1})
    elif way == "later":
        yield message(SHOWN, {1: 1, 2: "x", 3: frames, 4: Time(now), 5: Time(now + SECOND // 2)})
    else:
        yield window(now - SECOND, now)


def handle(given, stdout):
    kind, sequence, now = max(given), given[1][0], one(given, 2)
    idle = {1: sequence}
    if kind == HELLO:
        if way == "silent":
            time.sleep(60)
        if way == "garbage":
            stdout.write(b"Hello, world!\n" * 10)
        offered = varint(one(fields(given[kind][0]), 1), 0)[0]
        version = 7 if way == "version" else offered if way == "agrees" else int(offered == 1)
        write(message(READY, {1: version, 2: way, 3: int(way in ("accounts", "hole", "double")),
                              4: int(way == "only_real")}), stdout)
    else:
        for output in events(kind, fields(given[kind][0]), now):
            write(output, stdout)
    if way == "huge" and sequence == 5:
        stdout.write(number(100_000_000))
    if way == "flood" and sequence == 5:
        while True:
            write(window(now - SECOND, now), stdout)
    if way == "crash" and sequence == 10:
        stdout.flush()
        sys.stderr.write("it hurts\nhere\n")
        sys.stderr.flush()
        os._exit(3)
    if way == "segv" and sequence == 10:
        os.kill(os.getpid(), signal.SIGSEGV)
    if way == "corrupt" and kind == FRAME and samples(kind, fields(given[kind][0])) == 0:
        os._exit(1)
    if way == "slow":
        time.sleep(0.06)
    if way == "order" and sequence == 5:
        idle[1] = 4
    if way == "past_wake" and kind == FRAME:
        idle[2] = Time(now)
    if way == "far_wake" and kind == FRAME:
        idle[2] = Time(now + 30 * 24 * 3600 * SECOND)
    if way == "endless" and kind in (FINISH, WAKE):
        idle[2] = Time(now + 50 * SECOND)
    if way == "wakes":
        if kind == WAKE:
            write(shown(1, "w", 1, now), stdout)
        elif kind == FRAME:
            idle[2] = Time(now + SECOND // 4)
    if not (way == "drops" and sequence == 20):
        write(message(IDLE, idle), stdout)
    if way == "twice" and kind == FRAME:
        write(message(IDLE, idle), stdout)
    stdout.flush()


def streams():
    if len(sys.argv) < 3:
        return sys.stdin.buffer, sys.stdout.buffer
    kind, _, place = sys.argv[2].partition(":")
    family = socket.AF_UNIX if kind == "unix" else socket.AF_INET
    server = socket.socket(family)
    if kind == "unix":
        server.bind(place + ".new")
        server.listen()
        os.rename(place + ".new", place)  # whoever sees it can connect
    else:
        server.bind(("127.0.0.1", 0))
        server.listen()
        with open(place + ".new", "w") as f:
            f.write(str(server.getsockname()[1]))
        os.rename(place + ".new", place)
    file = server.accept()[0].makefile("rwb")
    return file, file


if way == "orphan":
    subprocess.Popen(["sleep", "60"])  # keeps our stdout open
stdin, stdout = streams()
while (given := read(stdin)) is not None:
    handle(given, stdout)
if way == "lingers":
    time.sleep(60)
sys.exit(5 if way == "status" else 0)
