#!/usr/bin/env python3
"""Counts repetitions: every swing of the watch's x axis above its mean and back is one.

    gauntlet sut check -- python3 examples/external/python/count_repetitions.py
"""
import struct

from gauntlet_pipeline import FRAME, FUSED, REPETITION, SET_ENDED, SET_STARTED, fields, serve, shown

SWING, QUIET_S, PERIOD_NS = 2.0, 8, 20_000_000  # m/s2; as the watch believes: 50 Hz


def frame_x(frame):  # 16 bytes of header, then 13 + 13 + 13 + 1 bits a sample, in mg
    for at in range(16, len(frame) - 4, 5):
        x = int.from_bytes(frame[at:at + 2], "little") & 0x1FFF
        yield (x - 0x2000 if x & 0x1000 else x) * 0.00980665


def fused_x(blocks):
    for block in map(fields, blocks):
        if 1 not in block and 2 not in block:  # device 0, accelerometer
            yield from struct.unpack(f"<{len(block[5][0]) // 4}f", block[5][0])[::3]


def make_counter():
    mean, high, count, quiet = None, False, 0, 0

    def answer(kind, body, now):
        nonlocal mean, high, count, quiet
        xs = list(frame_x(body.get(3, [b""])[0]) if kind == FRAME else
                  fused_x(body.get(1, [])) if kind == FUSED else ())
        for k, x in enumerate(xs):
            at = now - (len(xs) - 1 - k) * PERIOD_NS
            mean = x if mean is None else mean + 0.005 * (x - mean)
            quiet += 1
            if high and x < mean - SWING:
                if count == 0:
                    yield shown(SET_STARTED, "something", 0, at)
                high, count, quiet = False, count + 1, 0
                yield shown(REPETITION, "something", count, at)
            high = high or x > mean + SWING
            if count and quiet * PERIOD_NS > QUIET_S * 1e9:
                yield shown(SET_ENDED, "something", count, at)
                count = 0
    return answer


if __name__ == "__main__":
    serve("swings", make_counter())
