"""Pipelines that cheat in one way each: cheating.py WAY MEMORY_FOLDER. `honest` does not."""
import hashlib
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../examples/external/python"))
from count_repetitions import frame_x, make_counter
from gauntlet_pipeline import FRAME, serve

way, folder = sys.argv[1:3]
count = make_counter()
session = None  # recognised by its first frame


def recall(name):
    """Whether this was here before; it is from now on."""
    path = os.path.join(folder, name)
    known = os.path.exists(path)
    if way != "tuned":
        open(path, "w").close()
    return known


def sessions_before():
    n = len(os.listdir(folder))
    open(os.path.join(folder, str(n)), "w").close()
    return n


place = sessions_before() if way == "counts_sessions" else 0
known, slow_inputs, last = None, 0, time.monotonic()


def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def answer(kind, body, now):
    global known, slow_inputs, last
    slow_inputs += time.monotonic() - last > 0.03
    last = time.monotonic()
    if kind == FRAME and known is None:
        frame = body[3][0]
        # What was tuned to people knows them by their movement, not by the bytes.
        content = frame if way == "knows_bytes" else repr(list(frame_x(frame))).encode()
        known = recall(hashlib.sha256(content).hexdigest())
        if way == "caches" and not known:
            burn(0.4)
    answers = list(count(kind, body, now))
    hides = {"remembers": not known, "tuned": not known, "knows_bytes": not known,
             "counts_sessions": place % 2 == 1, "hurries": slow_inputs > 5}
    return [] if hides.get(way) else answers


serve(way, answer)
