# SPDX-License-Identifier: MIT
"""A second reader of history blocks, written from docs/history.md alone, and what it must find in two stored blocks.

history_form.py [FILE]: with FILE, an SQLite history.db, prints `tier start_s sum` of each block, sum over all numbers."""
import sys

M = (1 << 64) - 1


def signed(v):
    v &= M
    return v - (1 << 64) if v >> 63 else v


def unzigzag(u):
    return signed(u >> 1) if u & 1 == 0 else signed(~(u >> 1))


def towards_zero(a, b):
    return a // b if a >= 0 else -(-a // b)


class Bad(Exception):
    pass


class Plain:
    def __init__(self, data):
        self.data, self.at, self.last = data, 1, {}

    def number(self):
        v = shift = 0
        while True:
            b = self.data[self.at]
            self.at += 1
            v |= (b & 127) << shift
            shift += 7
            if b < 128:
                return v

    def field(self, name):
        return self.number()

    def value(self, column, first):
        v = signed((0 if first else self.last[column]) + unzigzag(self.number()))
        self.last[column] = v
        return v

    def end(self):
        if self.at != len(self.data):
            raise Bad("bytes are left")


class Packed:
    def __init__(self, data):
        if data[1] | data[2] << 8 != len(data) & 0xFFFF:
            raise Bad("length")
        self.data, self.at, self.low, self.high, self.code = data, 3, 0, 0xFFFFFFFF, 0
        for _ in range(4):
            self.next_byte()
        self.chances, self.fields, self.series = {}, {}, {}

    def next_byte(self):
        b = self.data[self.at] if self.at < len(self.data) else 0
        self.at += 1
        self.code = (self.code << 8 | b) & 0xFFFFFFFF

    def decide(self, p):
        middle = self.low + ((self.high - self.low) * p >> 16)
        bit = self.code <= middle
        if bit:
            self.high = middle
        else:
            self.low = middle + 1
        while self.low >> 24 == self.high >> 24:
            self.low = self.low << 8 & 0xFFFFFFFF
            self.high = (self.high << 8 | 255) & 0xFFFFFFFF
            self.next_byte()
        return bit

    def bit(self, name):
        lean, seen = self.chances.get(name, (0, 0))
        b = self.decide(lean + 32768)
        lean += towards_zero(((32704 if b else -32704) - lean) * 2, 2 * seen + 3)
        self.chances[name] = (lean, min(seen + 1, 120))
        return b

    def plain(self, n):
        v = 0
        for _ in range(n):
            v = v << 1 | self.decide(32768)
        return v

    def number(self, size):
        n = 0
        while n < 12 and self.bit((size, "longer", n)):
            n += 1
        if n == 12:
            n = 12 + self.plain(6)
        if n > 64:
            raise Bad("number")
        if n < 2:
            return n
        top = self.bit((size, "top", n)) if n < 12 else self.plain(1)
        return (2 + top) << (n - 2) | self.plain(n - 2)

    def field(self, name):
        e = self.fields.get(name, 0) + (name == "ID")
        if self.bit((name, "other")):
            e = (e + unzigzag(self.number(name))) & M
        self.fields[name] = e
        return e

    def value(self, column, first):
        if first:
            v = signed(self.field(("first", column)))
            errors = self.series[column][2] if column in self.series else [0] * 4
            self.series[column] = [v, 1, errors, [0] * 4, [0] * 4]
            return v
        return self.next_value(column, self.series[column])

    def next_value(self, column, s):
        last, _, error, _, following = s
        g = 0
        for i in (1, 2, 3):
            if error[i] + (error[i] >> 3) < error[g]:
                g = i
        step = last + (following[g] + 512 >> 10)
        phase = (following[g] + 512 & 1023) * 4 // 1024
        spread = min((error[g] // 48).bit_length(), 11)
        v = step
        if self.bit((column, "off", spread, phase)):
            down = self.bit((column, "below", spread, phase))
            d = self.number((column, "further", spread)) + 1
            v = step - d if down else step + d
        v = signed(v)
        self.follow(s, v)
        return v

    @staticmethod
    def follow(s, v):
        last, seen, error, slope, following = s
        move = signed(v - last)
        s[0] = v
        if abs(move) > 1 << 20:
            s[1], s[3], s[4] = 1, [0] * 4, [0] * 4
            return
        s[1] = seen = seen + 1
        least = 65536 // seen if seen < 32 else 0
        for i, (level, share) in enumerate(((4000, 0), (10000, 2400), (22000, 10000), (48000, 40000))):
            miss = move * 1024 - following[i]
            error[i] += abs(miss) - error[i] >> 4
            slope[i] += miss * share >> 16
            following[i] += (miss * max(level, least) >> 16) + slope[i] - move * 1024

    def end(self):
        if self.at != len(self.data) + 3:
            raise Bad("bytes are left or missing")


def read_schedules(r, start_ms):
    all_ = []
    for _ in range(r.field("SCHEDULES")):
        ticks, before = [], start_ms
        for _ in range(r.field("RUNS")):
            first = before + unzigzag(r.field("FIRST_TICK"))
            period, n = r.field("PERIOD"), r.field("TICKS")
            ticks += [first + period * k for k in range(n)]
            before = ticks[-1]
        all_.append(ticks)
    return all_


def read_times(r, ticks, count, start_ms):
    times, at = [], 0
    for _ in range(r.field("EDITS")):
        take, skip, own = r.field("TAKE"), r.field("SKIP"), r.field("OWN")
        times += ticks[at:at + take]
        at += take + skip
        for _ in range(own):
            times.append((times[-1] if times else start_ms) + unzigzag(r.field("OWN_TIME")))
    return times + ticks[at:at + count - len(times)]


def read_readings(r, start_ms):
    schedules, out = read_schedules(r, start_ms), {}
    for _ in range(r.field("SERIES")):
        id_, count, uses = r.field("ID"), r.field("COUNT"), r.field("USES")
        times = read_times(r, schedules[uses - 1] if uses else [], count, start_ms)
        out[id_] = list(zip(times, [r.value(0, k == 0) for k in range(count)]))
    return out


class Grid:
    def __init__(self, num, den, offset):
        self.num, self.den, self.offset = num, den, offset

    def value(self, step):
        n = step * self.num
        return (n + self.den // 2) // self.den + self.offset if n >= 0 else self.offset - (-n + self.den // 2) // self.den

    def floor(self, v):
        step = (v - self.offset) * self.den // self.num - 1
        while self.value(step + 1) <= v:
            step += 1
        return step


def read_grid(r):
    num = r.field("NUM")
    return Grid(num, r.field("DEN"), unzigzag(r.field("OFFSET"))) if num else None


def read_ends(r, mean, grid, before):
    if grid is None:
        return None
    step = grid.floor(mean)
    at, then = grid.value(step), grid.value(step + 1)
    phase = 4 if mean == at else (mean - at) * 4 // (then - at)
    like = before[0] + before[1] + 1 >> 1
    for i, way in enumerate(("down", "up")):
        like = before[i] = r.number((way, phase, min(like.bit_length(), 5)))
    return grid.value(step - before[0]), grid.value(step + (phase < 4) + before[1])


def read_buckets(r, grids):
    out = {}
    for _ in range(r.field("SERIES")):
        id_, n, at = r.field("ID"), r.field("COUNT"), -1
        has_wh = r.field("HAS_WH") if grids else 1
        grid, before = read_grid(r) if grids else None, [0, 0]
        out[id_] = []
        for k in range(n):
            at += 1 + r.field("AT")
            mean = r.value(0, k == 0)
            ends = read_ends(r, mean, grid, before)
            if ends is None:
                ends = mean - r.value(1, k == 0), mean + r.value(2, k == 0)
            count, wh = r.value(3, k == 0), r.value(4, k == 0) if has_wh else 0
            out[id_].append((at, mean, *ends, count, wh))
    return out


def read_block(data, start_s):
    r = (Plain if data[0] in (1, 3) else Packed)(data)
    out = read_readings(r, start_s * 1000) if data[0] in (1, 2) else read_buckets(r, data[0] == 5)
    r.end()
    return out


# The stored blocks of tests/unit/test_block.c.
PLAIN = """0101010088270c03040c0100940a0200010200010200515200050c0101070101f060980a0200010200010200515200060c01
004503000403000403004b4c00"""
PACKED = """022e0018e000f71de05c28502e38006eb72e53a7ffa109f4c022625133a95492a4d905433afcac65b442d3b2f779"""

# Those of tests/unit/test_bucket.c.
BUCKETS = """045f000a0b05c001d614ee05e1168c88d4f7d1b290c591b4f2e520caf04149acfcfd61d045f003dec919e63e1902a503
9a88b753aa308842f8fdb95c4b6dd161fa4b3647f0c0a7ef7c5d957ba5c286da4c08da29fb96d68c6088030c4b8486"""
ON_GRID = """054d000a0b05c0021780ff00075853b81708b46626490dbe1714e37fea94788705b60e8a9e9260e3d4717ed6726742a5
9c6ceebe4c907130321916b1127456205e64aca66eff1398298a699ade"""


def expected():
    start = 1800000000000
    return {4 + i: [(start + 5000 * k + (1200 if i == 1 and k == 7 else 0),
                     (-37 if i == 2 else 650 + i) + (k * k + i) % 3 - (40 if k == 9 else 0)) for k in range(12)]
            for i in range(3)}


def expected_buckets():
    def bucket(i, k):
        code = (-5 if i == 1 else 650) + k * (i + 1) % 4
        grid = Grid(1000, 16, -20000 if i == 1 else 0)
        low = 4400 - k * k if i == 2 else grid.value(code)
        high = 4500 + k * 3 if i == 2 else grid.value(code + k % 3)
        return 2 * k + (k > 3), low + (high - low) * 2 // 3, low, high, 12 - (k == 2), 75 * k if i == 2 else 0

    return {7 + i: [bucket(i, k) for k in range(6)] for i in range(3)}


def check_stored():
    for name, text in (("packed", BUCKETS), ("grid", ON_GRID)):
        good = read_block(bytes.fromhex(text), 1800000000) == expected_buckets()
        print(f"{'ok' if good else 'not ok'} - the stored {name} buckets, read after the description")
    for name, text in (("plain", PLAIN), ("packed", PACKED)):
        good = read_block(bytes.fromhex(text), 1800000000) == expected()
        print(f"{'ok' if good else 'not ok'} - the stored {name} block, read after the description")


def print_sums(path):
    import sqlite3
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    for tier, start_s, data in db.execute("SELECT tier, start_s, bytes FROM block ORDER BY tier, start_s"):
        rows = [row for series in read_block(data, start_s).values() for row in series]
        print(tier, start_s, len(rows), sum(sum(row[1:]) for row in rows), sum(row[0] for row in rows))


if __name__ == "__main__":
    print_sums(sys.argv[1]) if len(sys.argv) > 1 else check_stored()
