"""core/ports/external.proto over stdin and stdout, without any generated code.

    serve("my pipeline", answer)      # answer(kind, body, now_ns) yields outputs

Bodies are {field number: [values]}; what has a length stays bytes (read it with fields() again, or
with struct). Print to stderr, never to stdout.
"""
import struct
import sys

HELLO, FRAME, LOCAL, FUSED, MARK, WAKE, FINISH = range(3, 10)
READY, ALIGNED, REJECTED, WINDOW, SHOWN, IDLE = range(1, 7)
SET_STARTED, REPETITION, SET_ENDED = range(3)


class Time(int):
    """Nanoseconds; written as 8 bytes where plain integers are varints."""


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 0x80:
            return value, at


def fields(data):
    out, at = {}, 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        elif key & 7 == 1:
            value, at = struct.unpack_from("<q", data, at)[0], at + 8
        elif key & 7 == 5:
            value, at = struct.unpack_from("<f", data, at)[0], at + 4
        else:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
        out.setdefault(key >> 3, []).append(value)
    return out


def number(n):
    return bytes([n]) if n < 0x80 else bytes([n & 0x7F | 0x80]) + number(n >> 7)


def field(key, value):
    if isinstance(value, Time):
        return number(key << 3 | 1) + struct.pack("<q", value)
    if isinstance(value, float):
        return number(key << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, int):
        return number(key << 3) + number(value)
    if isinstance(value, str):
        value = value.encode()
    return number(key << 3 | 2) + number(len(value)) + value


def message(kind, body):
    """An output: message(SHOWN, {1: REPETITION, 2: "curl", 3: 1, 4: Time(now)})."""
    return field(kind, b"".join(field(key, value) for key, value in body.items()))


def shown(kind, exercise, count, claimed_ns):
    return message(SHOWN, {1: kind, 2: exercise, 3: count, 4: Time(claimed_ns)})


def write(output, out):
    out.write(number(len(output)) + output)


def read(stream):
    head = stream.read(1)
    while head and head[-1] >= 0x80:
        head += stream.read(1)
    return fields(stream.read(varint(head, 0)[0])) if head else None


def serve(name, answer, accounts_samples=False, stdin=sys.stdin.buffer, stdout=sys.stdout.buffer):
    while (given := read(stdin)) is not None:
        kind = max(given)
        if kind == HELLO:
            write(message(READY, {1: 1, 2: name, 3: int(accounts_samples)}), stdout)
        else:
            for output in answer(kind, fields(given[kind][0]), given[2][0]) or ():
                write(output, stdout)
        write(message(IDLE, {1: given[1][0]}), stdout)
        stdout.flush()
