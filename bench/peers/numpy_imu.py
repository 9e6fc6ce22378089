#!/usr/bin/python3
"""A watch's accelerometer in numpy, the way array-based simulators (gnss-ins-sim) make one: whole
arrays at a time, every stage a handful of vectorised expressions, noise from numpy's generator
(PCG64, ziggurat). The same stages as our chain: motion of an arm, instants of sampling, analogue
low-pass, sensor errors, packing, unpacking. Prints nanoseconds a sample of each as JSON.

    bench/peers/numpy_imu.py [--samples 400000] [--chunk 4000] [--rounds 5]

Kept fair: chunks that stay in the cache; recurrences (low-pass, coloured noise) by scipy.signal when
it is there, else by doubling, in log2(n) vectorised passes, and never a loop over samples; float64
where a sum needs it only. Best of the rounds.
"""
import argparse
import json
import time

import numpy as np

try:
    from scipy.signal import lfilter
except ImportError:
    lfilter = None

G = 9.80665
RATE_HZ = 48.879
CHANNELS = 11


def first_order(keep, kicks):
    """y[i] = keep y[i-1] + kicks[i] along axis 0."""
    if lfilter is not None:
        return lfilter([1.0], [1.0, -keep], kicks, axis=0)
    y = kicks.copy()
    step, factor = 1, keep
    while step < len(y) and factor > 1e-18:
        y[step:] += factor * y[:-step].copy()
        step, factor = 2 * step, factor * factor
    return y


class Arm:
    """Quintics between key poses, tremor and sway, and the chain of segments to the wrist."""

    def __init__(self, rng, seconds):
        self.length_s = 1.7
        pieces = int(seconds / self.length_s) + 2
        poses = rng.uniform(-0.8, 0.8, (pieces + 1, CHANNELS))
        poses = np.ascontiguousarray(poses.T)  # a row a channel, so that all below is contiguous
        d = np.diff(poses, axis=1)
        t3, t4, t5 = self.length_s**3, self.length_s**4, self.length_s**5
        self.c0, self.c3, self.c4, self.c5 = poses[:, :-1], 10 * d / t3, -15 * d / t4, 6 * d / t5
        self.omega = 2 * np.pi * np.array([8.9, 9.5, 10.3, 0.27, 0.08])
        self.phase = rng.uniform(0, 2 * np.pi, 5)
        self.weight = rng.uniform(-0.002, 0.002, (5, 6))

    def joints(self, t):
        piece = (t / self.length_s).astype(np.int64)
        s = t - piece * self.length_s
        c0, c3, c4, c5 = (c.take(piece, axis=1) for c in (self.c0, self.c3, self.c4, self.c5))
        s2 = s * s
        q = c0 + s2 * s * (c3 + s * (c4 + s * c5))
        qd = s2 * (3 * c3 + s * (4 * c4 + s * (5 * c5)))
        qdd = s * (6 * c3 + s * (12 * c4 + s * (20 * c5)))
        angle = np.outer(self.omega, t) + self.phase[:, None]
        sin, cos = np.sin(angle), np.cos(angle)
        omega = self.omega[:, None]
        q[5:] += self.weight.T @ sin
        qd[5:] += self.weight.T @ (omega * cos)
        qdd[5:] -= self.weight.T @ (omega**2 * sin)
        return q, qd, qdd

    def specific_force(self, t):
        q, qd, qdd = self.joints(t)
        zero = np.zeros_like(t)
        w, a = [zero, zero, zero], [zero, zero, zero]
        f = [qdd[0], qdd[1], qdd[2] + G]

        def turn(axis, channel, sign):
            nonlocal w, a, f
            s, c = np.sin(sign * q[channel]), np.cos(sign * q[channel])
            rate, accel = sign * qd[channel], sign * qdd[channel]
            i, j = (axis + 1) % 3, (axis + 2) % 3
            for v in (w, a, f):
                v[i], v[j] = c * v[i] + s * v[j], c * v[j] - s * v[i]
            a[i] = a[i] + w[j] * rate
            a[j] = a[j] - w[i] * rate
            a[axis] = a[axis] + accel
            w[axis] = w[axis] + rate

        def shift(x, y, z):
            cx, cy, cz = w[1] * z - w[2] * y, w[2] * x - w[0] * z, w[0] * y - w[1] * x
            f[0] = f[0] + a[1] * z - a[2] * y + w[1] * cz - w[2] * cy
            f[1] = f[1] + a[2] * x - a[0] * z + w[2] * cx - w[0] * cz
            f[2] = f[2] + a[0] * y - a[1] * x + w[0] * cy - w[1] * cx

        turn(2, 3, 1)
        turn(1, 5, 1)
        shift(0, 0.23, 0.5)
        turn(1, 6, -1)
        turn(0, 7, 1)
        turn(2, 8, -1)
        shift(0, 0, -0.33)
        turn(1, 9, -1)
        turn(2, 10, -1)
        shift(0, 0.03, -0.24)
        return np.stack([-f[2], -f[0], f[1]], axis=1)


class Chain:
    def __init__(self, rng):
        self.rng = rng
        self.align = np.eye(3) + 0.005 * rng.standard_normal((3, 3))
        self.bias = 20 * rng.standard_normal(3)
        self.per_k = rng.standard_normal(3)
        self.time = {}

    def stage(self, name, make):
        begin = time.process_time()
        result = make()
        self.time[name] = self.time.get(name, 0.0) + time.process_time() - begin
        return result

    def instants(self, begin_s, n):
        t = begin_s + np.arange(n) / RATE_HZ
        return t + 2e-6 * self.rng.standard_normal(n)

    def lowpass(self, x):
        """Two poles; as two of first order, which is what numpy can do without a loop."""
        keep = np.exp(-2 * np.pi * 0.45)
        return first_order(keep, (1 - keep) * first_order(keep, (1 - keep) * x))

    def errors(self, t, force):
        v = force * (1000 / G) @ self.align.T
        v += self.bias + self.per_k * (31 - 9 * np.exp(-t / 600) - 25)[:, None]
        keep = np.exp(-1 / (RATE_HZ * 0.031))
        kick = 8.35 * np.sqrt(1 - keep * keep)
        v[:, :2] += first_order(keep, kick * self.rng.standard_normal((len(t), 2)))
        v[:, 2] += 16.9 * self.rng.standard_normal(len(t))
        np.clip(v, -4095, 4095, out=v)
        return (np.rint(v / 8) * 8).astype(np.int64)

    def pack(self, counts):
        word = counts & 8191
        word = (word[:, 0] | word[:, 1] << 13 | word[:, 2] << 26).astype("<u8")
        return word.view(np.uint8).reshape(-1, 8)[:, :5].copy()

    def unpack(self, packed):
        wide = np.zeros((len(packed), 8), np.uint8)
        wide[:, :5] = packed
        word = wide.view("<u8")[:, 0].astype(np.int64)
        axes = np.stack([word & 8191, word >> 13 & 8191, word >> 26 & 8191], axis=1)
        return ((axes ^ 4096) - 4096).astype(np.int16)

    def run(self, arm, samples, chunk):
        self.time = {}
        for first in range(0, samples, chunk):
            t = self.stage("instants", lambda: self.instants(1 + first / RATE_HZ, chunk))
            force = self.stage("motion", lambda: arm.specific_force(t))
            felt = self.stage("lowpass", lambda: self.lowpass(force))
            counts = self.stage("errors", lambda: self.errors(t, felt))
            packed = self.stage("pack", lambda: self.pack(counts))
            back = self.stage("unpack", lambda: self.unpack(packed))
            assert np.array_equal(back, counts)
        return {k: 1e9 * v / samples for k, v in self.time.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=400_000)
    parser.add_argument("--chunk", type=int, default=4_000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    samples = args.samples // args.chunk * args.chunk
    rng = np.random.default_rng(1)
    arm, chain = Arm(rng, samples / RATE_HZ + 10), Chain(rng)
    rounds = [chain.run(arm, samples, args.chunk) for _ in range(args.rounds)]
    best = min(rounds, key=lambda r: sum(r.values()))
    print(json.dumps({"chunk": args.chunk, "scipy": lfilter is not None, "ns": best,
                      "total_ns": sum(best.values())}))


if __name__ == "__main__":
    main()
