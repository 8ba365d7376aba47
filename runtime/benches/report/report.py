#!/usr/bin/env python3
"""Writes the table of what runtime/benches/run measured, and which goals that meets.

    report.py target/performance > target/performance/table.md

Reads, in that directory:

criterion/              what criterion kept: of each function the new/*.json
memory.jsonl            allocations
peer-*.jsonl            Powertools
instructions.jsonl      instructions
cold-start.jsonl        starts, sizes, crates, builds

What is missing, or was cut off, is left out of the table, and named. Times are medians.
"""

import datetime
import json
import os
import platform
import re
import statistics
import subprocess
import sys
from pathlib import Path

PEERS = Path(__file__).resolve().parent.parent / "peers"
SOURCES = {"kinesis": "Kinesis", "dynamodb": "DynamoDB Streams", "sqs": "SQS", "kafka": "Kafka"}
PAYLOADS = ("small", "1KB", "1KB-nested", "100KB")
OURS, AWS_TYPES, BY_HAND, FLOOR = "stream-handler", "aws-types", "by-hand", "floor"
CONTENDERS = (OURS, AWS_TYPES, BY_HAND, FLOOR)
TYPESCRIPT, PYTHON = "powertools-typescript", "powertools-python"
NOTHING = "–"

# What the lines of the cold start have.
COLD_START = {
    "start": {"profile", "pairs", "ratio", OURS, BY_HAND},
    "size": {"profile", OURS, BY_HAND},
    "crates": {"edges", "only_in", OURS, BY_HAND},
    "build": {"profile", "program", "wall_s", "cpu_s"},
}


# --- What was measured ------------------------------------------------------------------------


class Times:
    """Samples of one thing that was timed, in nanoseconds, and how many records that handles."""

    def __init__(self, nanoseconds, records):
        self.records = records
        self.median = statistics.median(nanoseconds)
        if len(nanoseconds) > 1:
            lower, _, upper = statistics.quantiles(nanoseconds, n=4, method="inclusive")
        else:
            lower = upper = self.median
        # The interquartile range, as a part of the median.
        self.spread = (upper - lower) / self.median if self.median else 0

    @property
    def per_record(self):
        return self.median / self.records


class Measured:
    """Everything that was found in the directory."""

    def __init__(self, directory):
        self.problems = []
        self.times = {}
        self.read_criterion(directory / "criterion")
        self.read_peer(directory / "peer-typescript.jsonl")
        self.read_peer(directory / "peer-python.jsonl")
        self.memory = self.by_case(directory / "memory.jsonl")
        self.instructions = self.by_case(directory / "instructions.jsonl")
        self.cold_start = self.whole_lines(directory / "cold-start.jsonl")

    def problem(self, text):
        self.problems.append(text)

    def read_criterion(self, directory):
        """Times by group and function: `batch/sqs/small/10`, `floor`."""
        found = sorted(directory.glob("**/new/sample.json"))
        if not found:
            self.problem(f"{directory.name}/: nothing there")
        for path in found:
            try:
                sample = json.loads(path.read_text())
                benchmark = json.loads((path.parent / "benchmark.json").read_text())
                group, function = benchmark["group_id"], benchmark["function_id"]
                records = (benchmark.get("throughput") or {}).get("Elements", 1)
                pairs = zip(sample["times"], sample["iters"])
                times = Times([time / iterations for time, iterations in pairs], records)
            except (OSError, ValueError, KeyError, statistics.StatisticsError) as error:
                self.problem(f"{path.parent.parent.name}: {error!r}")
                continue
            self.times[group, function] = times

    def read_peer(self, path):
        for line in self.lines(path):
            try:
                group = "batch/{source}/{payload}/{records}".format(**line)
                times = Times(line["nanoseconds"], line.get("actual", line["records"]))
                self.times[group, line["contender"]] = times
            except (KeyError, statistics.StatisticsError) as error:
                self.problem(f"{path.name}: {error!r}")

    def by_case(self, path):
        """Lines by source, payload, records and contender."""
        keys = ("source", "payload", "records", "contender")
        cases = {}
        for line in self.lines(path):
            try:
                cases[tuple(line[key] for key in keys)] = line
            except KeyError as error:
                self.problem(f"{path.name}: {error!r}")
        return cases

    def whole_lines(self, path):
        """Lines of the cold start that have all that they should."""
        whole = []
        for line in self.lines(path):
            if COLD_START.get(line.get("measure"), {""}) <= line.keys():
                whole.append(line)
            else:
                self.problem(f"{path.name}: {line.get('measure')!r} is not whole")
        return whole

    def lines(self, path):
        """The objects of a file of JSON lines; none if there is no file."""
        try:
            text = path.read_text()
        except OSError:
            self.problem(f"{path.name}: not there")
            return []
        lines = []
        for number, line in enumerate(text.splitlines(), 1):
            try:
                found = json.loads(line)
            except ValueError:
                found = None
            if isinstance(found, dict):
                lines.append(found)
            else:
                self.problem(f"{path.name}: line {number} is no object of JSON")
        if not lines:
            self.problem(f"{path.name}: empty")
        return lines

    def per_record(self, group, function):
        """The nanoseconds of a record, or `None`."""
        times = self.times.get((group, function))
        return times and times.per_record

    def ratio(self, group, function, other):
        """How many times what `other` takes `function` takes."""
        return ratio(self.per_record(group, function), self.per_record(group, other))

    def cases(self, source):
        """The payloads and numbers of records of a source, in order."""
        pattern = re.compile(rf"batch/{source}/([^/]+)/(\d+)$")
        matches = {pattern.match(group) for group, _ in self.times}
        cases = {(match[1], int(match[2])) for match in matches if match}
        return sorted(cases, key=lambda case: (place(case[0], PAYLOADS), case[1]))

    def groups(self, pattern):
        """The groups that match, in order of their numbers."""
        found = {group for group, _ in self.times if re.fullmatch(pattern, group)}
        return sorted(found, key=lambda group: [part_key(part) for part in group.split("/")])

    def cold(self, measure, **values):
        """The lines of the cold start that have these values."""
        return [
            line
            for line in self.cold_start
            if line.get("measure") == measure
            and all(line.get(key) == value for key, value in values.items())
        ]


def part_key(part):
    """Numbers by size, sources in their order, and the rest by name."""
    return (0, int(part), "") if part.isdigit() else (1, place(part, tuple(SOURCES)), part)


def place(name, names):
    return names.index(name) if name in names else len(names)


def ratio(value, other):
    return value / other if value is not None and other else None


# --- Markdown ---------------------------------------------------------------------------------


def table(columns, rows, left=1):
    """A table; its first columns are aligned to the left."""
    lines = [columns, ["--" if index < left else "--:" for index in range(len(columns))], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def number(value, digits=0):
    return NOTHING if value is None else f"{value:,.{digits}f}"


def times(value):
    """A ratio."""
    return NOTHING if value is None else f"{value:.2f}×"


def change(value):
    """A ratio, as a difference in percent."""
    return NOTHING if value is None else f"{(value - 1) * 100:+.1f} %"


def nanoseconds(found):
    """The time of a record, with the spread."""
    if found is None:
        return NOTHING
    digits = 1 if found.per_record < 100 else 0
    return f"{number(found.per_record, digits)} ±{found.spread * 50:.0f} %"


def middle(found, digits):
    """A median, with its quartiles."""
    lower, median, upper = (f"{found[key]:,.{digits}f}" for key in ("lower", "median", "upper"))
    return f"{median} ({lower}–{upper})"


def section(title, *parts):
    """A section; none if there is nothing in it."""
    parts = [part for part in parts if part]
    return "\n".join([f"## {title}\n", *parts]) if parts else ""


# --- Sections ---------------------------------------------------------------------------------


def output_of(*command):
    """The first line that a command prints."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return NOTHING
    lines = (done.stdout or done.stderr).strip().splitlines()
    return lines[0] if done.returncode == 0 and lines else NOTHING


def processor():
    try:
        found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def peer_versions():
    """The versions of Powertools that are pinned."""
    try:
        requirements = (PEERS / "python" / "requirements.txt").read_text()
        package = json.loads((PEERS / "typescript" / "package.json").read_text())
    except (OSError, ValueError):
        return NOTHING
    python = re.search(r"aws-lambda-powertools==(\S+)", requirements)
    typescript = package.get("dependencies", {}).get("@aws-lambda-powertools/batch", NOTHING)
    return f"TypeScript {typescript}, Python {python[1] if python else NOTHING}"


def header():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    facts = [
        ("date", datetime.date.today().isoformat()),
        ("processor", f"{processor()}, {os.cpu_count()} cores, {memory:.0f} GiB"),
        ("system", f"{platform.system()}, {platform.machine()}"),
        ("Rust", output_of("rustc", "--version")),
        ("Node.js", output_of("node", "--version")),
        ("Python", platform.python_version()),
        ("Powertools", peer_versions()),
    ]
    return "# Performance\n\n" + table(["", ""], facts, left=2)


def batch_sections(measured):
    for source, title in SOURCES.items():
        rows = [batch_row(measured, source, *case) for case in measured.cases(source)]
        columns = ["payload × records", "ns per record", "by hand", "TypeScript", "Python"]
        columns += ["ours ÷ floor", "by hand ÷ aws-types"]
        yield section(f"{title}: from body to response", rows and table(columns, rows))


def batch_row(measured, source, payload, records):
    group = f"batch/{source}/{payload}/{records}"
    return [
        f"{payload} × {records:,}",
        nanoseconds(measured.times.get((group, OURS))),
        *(times(measured.ratio(group, other, OURS)) for other in (BY_HAND, TYPESCRIPT, PYTHON)),
        times(measured.ratio(group, OURS, FLOOR)),
        times(measured.ratio(group, BY_HAND, AWS_TYPES)),
    ]


def one_bad_section(measured):
    rows = []
    for group in measured.groups(r"one-bad/.*"):
        clean, bad = (measured.times.get((group, function)) for function in ("clean", "bad"))
        name = " ".join(group.split("/")[1:3])
        cost = times(measured.ratio(group, "bad", "clean"))
        rows.append([name, nanoseconds(clean), nanoseconds(bad), cost])
    columns = ["one bad record of 1,000", "clean, ns per record", "bad", "bad ÷ clean"]
    return section("What a bad record costs", rows and table(columns, rows))


DRIVEN = {"driver": "empty records", "driver-sqs": "SQS", "driver-kinesis": "Kinesis"}


def driver_section(measured):
    rows = []
    for source, name in DRIVEN.items():
        for group in measured.groups(rf"{source}/\d+/\d+"):
            _, concurrency, records = group.split("/")
            growth = ratio(
                measured.per_record(group, "batch"),
                measured.per_record(f"{source}/{concurrency}/100", "batch"),
            )
            found = nanoseconds(measured.times.get((group, "batch")))
            rows.append([name, concurrency, f"{int(records):,}", found, times(growth)])
    columns = ["", "concurrency", "records", "ns per record", "÷ that of 100"]
    return section("The driver alone", rows and table(columns, rows))


def makespan_section(measured):
    rows = []
    for function in ("sqs", "kinesis", "ideal"):
        found = measured.times.get(("makespan", function))
        if found:
            over = times(measured.ratio("makespan", function, "ideal"))
            rows.append([SOURCES.get(function, function), f"{found.median / 1e6:.1f}", over])
    columns = ["640 records of 5 ms, 64 at once", "ms", "÷ ideal"]
    return section("Makespan", rows and table(columns, rows))


def memory_section(measured):
    peaks = memory_table(measured, "peak of a batch, KiB", "peak_bytes", 0, 1024)
    allocations = "allocations per record"
    return section(
        "Memory", memory_table(measured, allocations, "allocations_per_record", 1), peaks
    )


def memory_table(measured, title, key, digits, unit=1):
    rows = []
    for source, payload, records in case_keys(measured.memory):
        found = [measured.memory.get((source, payload, records, one), {}) for one in CONTENDERS]
        values = [one.get(key) for one in found]
        shown = (number(value and value / unit, digits) for value in values)
        over = times(ratio(values[0], values[2]))
        rows.append([f"{source} {payload} × {records:,}", *shown, over])
    return rows and table([title, *CONTENDERS, "ours ÷ by hand"], rows)


def case_keys(cases):
    """The sources, payloads and numbers of records of some cases, in order."""
    keys = {key[:3] for key in cases}
    return sorted(
        keys, key=lambda key: (place(key[0], tuple(SOURCES)), place(key[1], PAYLOADS), key[2])
    )


def instructions_section(measured):
    rows = []
    for source, payload, records in case_keys(measured.instructions):
        found = [
            measured.instructions.get((source, payload, records, one), {}) for one in CONTENDERS
        ]
        counts = [one.get("instructions_per_record") for one in found]
        rows.append(
            [
                f"{source} {payload} × {records:,}",
                *(number(count) for count in counts),
                times(ratio(counts[2], counts[0])),
                times(ratio(counts[0], counts[3])),
            ]
        )
    columns = ["instructions per record", *CONTENDERS, "by hand ÷ ours", "ours ÷ floor"]
    return section("Instructions", rows and table(columns, rows))


def start_table(measured):
    rows = []
    kinds = (("wall_ms", "wall clock, ms", 2), ("cpu_ms", "CPU time, ms", 2))
    kinds += (("peak_rss_kb", "peak memory, KiB", 0),)
    for line in measured.cold("start"):
        for key, title, digits in kinds:
            medians = (middle(line[program][key], digits) for program in (OURS, BY_HAND))
            more = change(line["ratio"][key]["median"])
            rows.append([f"{title}, {line['profile']}, {line['pairs']} pairs", *medians, more])
    columns = ["a start and its first batch", "ours", "by hand", "of the pairs"]
    return rows and table(columns, rows)


def size_table(measured):
    rows = [
        [line["profile"], number(line[OURS]), number(line[BY_HAND]), change(size_ratio(line))]
        for line in measured.cold("size")
    ]
    return rows and table(["executable, bytes", "ours", "by hand", ""], rows)


def size_ratio(line):
    return ratio(line[OURS], line[BY_HAND])


def crates_table(measured):
    rows = [
        [
            line["edges"],
            *(number(line[program]) for program in (OURS, BY_HAND)),
            *(", ".join(line["only_in"][program]) or NOTHING for program in (OURS, BY_HAND)),
        ]
        for line in measured.cold("crates")
    ]
    return rows and table(["crates", "ours", "by hand", "only ours", "only by hand"], rows)


def build_table(measured):
    rows = []
    for profile in ("dev", "release"):
        for key, title in (("wall_s", "wall clock"), ("cpu_s", "CPU time")):
            medians = [
                median(line[key] for line in measured.cold("build", profile=profile, program=one))
                for one in (OURS, BY_HAND)
            ]
            if None not in medians:
                seconds = (number(value, 1) for value in medians)
                rows.append([f"{title}, {profile}", *seconds, change(ratio(*medians))])
    return rows and table(["a build from nothing, s", "ours", "by hand", ""], rows)


def median(values):
    values = list(values)
    return statistics.median(values) if values else None


# --- Goals ------------------------------------------------------------------------------------


class Goal:
    """What should hold for some values, each with the name of its case."""

    def __init__(self, title, values, at_least=None, at_most=None, show=times):
        self.title = title
        self.values = [(value, name) for name, value in values if value is not None]
        self.at_least = at_least
        self.at_most = at_most
        self.show = show

    def holds(self, value):
        return value >= self.at_least if self.at_most is None else value <= self.at_most

    def off_by(self, value, limit):
        if self.show is change:
            return f"{(value - limit) * 100:.1f} points"
        return f"{abs(value / limit - 1) * 100:.0f} %"

    def row(self):
        """Met or missed, the range, and the worst case."""
        if not self.values:
            return [self.title, "not measured", "", "", ""]
        worst = (min if self.at_most is None else max)(self.values)
        best = (max if self.at_most is None else min)(self.values)
        missed = sum(not self.holds(value) for value, _ in self.values)
        met = f"**missed** in {missed} of {len(self.values)}" if missed else "met"
        limit = self.at_least if self.at_most is None else self.at_most
        over = self.off_by(worst[0], limit) if missed else ""
        return [self.title, met, f"{self.show(worst[0])}, {worst[1]}", over, self.show(best[0])]


def goals(measured):
    """All goals."""
    yield from batch_goals(measured)
    yield from driver_goals(measured)
    yield from memory_goals(measured)
    yield from cold_start_goals(measured)


def batch_goals(measured):
    def ratios(function, other, sizes=None):
        for source in SOURCES:
            for payload, records in measured.cases(source):
                if sizes is None or records in sizes:
                    group = f"batch/{source}/{payload}/{records}"
                    name = f"{source} {payload} × {records:,}"
                    yield name, measured.ratio(group, function, other)

    large = (1000, 10_000)
    yield Goal("≥ 3× by hand, 1,000 and 10,000 records", ratios(BY_HAND, OURS, large), 3)
    yield Goal("not slower than by hand, 10 records", ratios(BY_HAND, OURS, (10,)), 1)
    yield Goal("≥ 8× Powertools for TypeScript", ratios(TYPESCRIPT, OURS), 8)
    yield Goal("≥ 20× Powertools for Python", ratios(PYTHON, OURS), 20)
    yield Goal("≤ 1.3× the floor", ratios(OURS, FLOOR), at_most=1.3)
    yield Goal("aws-types not slower than by hand", ratios(BY_HAND, AWS_TYPES), 1)
    groups = measured.groups("one-bad/.*")
    bad = [(group, measured.ratio(group, "bad", "clean")) for group in groups]
    yield Goal("one bad record ≤ 2× clean", bad, at_most=2)


def driver_goals(measured):
    def per_record():
        for group in measured.groups(r"driver/1/\d+"):
            yield group, measured.per_record(group, "batch")

    def growth():
        for kind in DRIVEN:
            for group in measured.groups(rf"{kind}/\d+/10000"):
                few = measured.per_record(group.replace("/10000", "/100"), "batch")
                yield group, ratio(measured.per_record(group, "batch"), few)

    def show(value):
        return f"{value:.0f} ns"

    yield Goal("driver < 100 ns per record, one at a time", per_record(), at_most=100, show=show)
    yield Goal("a record among 10,000 ≤ 1.5× one among 100", growth(), at_most=1.5)
    spans = [(name, measured.ratio("makespan", name, "ideal")) for name in ("sqs", "kinesis")]
    yield Goal("makespan ≤ 1.2× ideal", spans, at_most=1.2)


def memory_goals(measured):
    def ratios(key):
        for case in case_keys(measured.memory):
            ours, other = (measured.memory.get((*case, one), {}) for one in (OURS, BY_HAND))
            yield "{} {} × {:,}".format(*case), ratio(ours.get(key), other.get(key))

    yield Goal("fewer allocations than by hand", ratios("allocations_per_record"), at_most=1)
    yield Goal("a lower peak than by hand", ratios("peak_bytes"), at_most=1)


def cold_start_goals(measured):
    lines = measured.cold("start")
    for key, title in (("wall_ms", "wall clock"), ("cpu_ms", "CPU time")):
        starts = [(line["profile"], line["ratio"][key]["median"]) for line in lines]
        yield Goal(f"cold start ≤ +3 %, {title}", starts, at_most=1.03, show=change)
    sizes = [(line["profile"], size_ratio(line)) for line in measured.cold("size")]
    yield Goal("size ≤ +3 %", sizes, at_most=1.03, show=change)


def goals_section(measured):
    columns = ["goal", "", "the worst", "off by", "the best"]
    return section("Goals", table(columns, [goal.row() for goal in goals(measured)], left=3))


# --- All of it --------------------------------------------------------------------------------


EXPLANATION = """\
Times and counts are medians; ± is half the interquartile range. `×` says how many times as long
another one takes as this crate, so that more is better for us; with `÷` the columns say what they
divide. `aws-types` are functions of the record types of `aws_lambda_events`, `by hand` a loop over
that crate's events, and `floor` is one pass of `serde_json` that keeps nothing apart: no handler,
and no lower bound. Powertools for TypeScript has no partial-batch responses for Kafka: there its
Kafka utility is measured. The profile `cargo-lambda` is what `cargo lambda build --release` sets.
"""


def problems_section(measured):
    return section("Missing", *(f"- {problem}" for problem in measured.problems))


def report(directory):
    measured = Measured(directory)
    parts = [
        header(),
        EXPLANATION,
        *batch_sections(measured),
        one_bad_section(measured),
        driver_section(measured),
        makespan_section(measured),
        memory_section(measured),
        instructions_section(measured),
        section("Cold start", start_table(measured)),
        section("Size", size_table(measured), crates_table(measured)),
        section("Build", build_table(measured)),
        problems_section(measured),
        goals_section(measured),
    ]
    return "\n".join(part.rstrip() + "\n" for part in parts if part)


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    print(report(Path(sys.argv[1])), end="")


if __name__ == "__main__":
    main()
