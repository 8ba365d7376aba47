#!/usr/bin/env python3
"""Writes the tables of what runtime/benches/run measured.

    report.py target/performance > target/performance/tables.md

Reads, in that directory:

criterion-*/            times: of each function the new/*.json
memory.jsonl            allocations
peer-*.jsonl            Powertools
instructions.jsonl      instructions
functions.jsonl         whole functions: invocations, starts, sizes, crates, builds

What is missing, or was cut off, is left out of the tables and named at the end. Times are medians.
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
OURS, WITHOUT_LAYOUTS, AWS_TYPES = "stream-handler", "without-layouts", "aws-types"
BY_HAND, FLOOR, LIMIT = "by-hand", "floor", "limit"
UNREAD = "nothing"
TYPESCRIPT, PYTHON = "powertools-typescript", "powertools-python"
NOTHING = "–"

# The batches that are shown in Lambda's terms.
TYPICAL = (("small", 100), ("small", 1000), ("1KB", 100), ("100KB", 10))
# "Configure Lambda function memory": one vCPU at 1,769 MB, and less memory means a smaller share.
ONE_VCPU_MB, LEAST_MB = 1769, 128


# --- What was measured ------------------------------------------------------------------------


class Times:
    """Samples of something that was timed, in nanoseconds, and the number of records in it."""

    def __init__(self, nanoseconds, records):
        self.median = statistics.median(nanoseconds)
        self.per_record = self.median / records
        if len(nanoseconds) > 1:
            lower, _, upper = statistics.quantiles(nanoseconds, n=4, method="inclusive")
        else:
            lower = upper = self.median
        # The interquartile range, as a part of the median.
        self.spread = (upper - lower) / self.median if self.median else 0


class Measured:
    """Everything that was found in the directory."""

    def __init__(self, directory):
        self.problems = []
        self.times = {}
        for step in ("batch", "concurrency"):
            self.times |= self.criterion(directory / f"criterion-{step}")
        self.deployed = self.criterion(directory / "criterion-deployed")
        for language in ("typescript", "python"):
            self.read_peer(directory / f"peer-{language}.jsonl")
        self.memory = self.by_case(directory / "memory.jsonl")
        self.instructions = self.by_case(directory / "instructions.jsonl")
        self.functions = self.lines(directory / "functions.jsonl")

    def problem(self, text):
        self.problems.append(text)

    def criterion(self, directory):
        """Times by group and function: `batch/sqs/small/10`, `floor`."""
        found = {}
        for path in sorted(directory.glob("**/new/sample.json")):
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
            found[group, function] = times
        if not found:
            self.problem(f"{directory.name}/: nothing there")
        return found

    def read_peer(self, path):
        for line in self.lines(path):
            try:
                group = "batch/{source}/{payload}/{records}".format(**line)
                times = Times(line["nanoseconds"], line["records"])
                self.times[group, line["contender"]] = times
            except (KeyError, statistics.StatisticsError) as error:
                self.problem(f"{path.name}: {error!r}")

    def by_case(self, path):
        """Lines by source, payload, records and contender."""
        keys = ("source", "payload", "records", "contender")
        lines = self.lines(path)
        return {tuple(line[key] for key in keys): line for line in lines if line.keys() >= {*keys}}

    def lines(self, path):
        """The objects of a file of JSON lines; an empty list if there is no file."""
        try:
            text = path.read_text()
        except OSError:
            self.problem(f"{path.name}: not there")
            return []
        lines = []
        for number, line in enumerate(text.splitlines(), 1):
            try:
                lines.append(json.loads(line))
            except ValueError:
                self.problem(f"{path.name}: line {number} is not JSON")
        return lines

    def per_record(self, group, function):
        """The nanoseconds of a record, or `None`."""
        found = self.times.get((group, function))
        return found and found.per_record

    def ratio(self, group, function, other):
        """How many times as long as `other` this function takes."""
        return ratio(self.per_record(group, function), self.per_record(group, other))

    def cases(self):
        """The sources, payloads and numbers of records of all batches, in order."""
        pattern = re.compile(r"batch/([^/]+)/([^/]+)/(\d+)$")
        matches = filter(None, (pattern.match(group) for group, _ in self.times))
        return in_order((match[1], match[2], int(match[3])) for match in matches)

    def of_functions(self, measure):
        return [line for line in self.functions if line.get("measure") == measure]


def in_order(cases):
    """Cases by their sources, payloads and numbers of records, each once."""
    sources = tuple(SOURCES)
    return sorted(
        set(cases), key=lambda case: (sources.index(case[0]), PAYLOADS.index(case[1]), case[2])
    )


def ratio(value, other):
    return value / other if value is not None and other else None


# --- Markdown ---------------------------------------------------------------------------------


def table(columns, rows, left=1):
    """A table whose first columns are aligned to the left; empty without rows."""
    if not rows:
        return ""
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


def significant(value):
    """A number with three digits or more."""
    return NOTHING if value is None else f"{value:,.{2 if value < 10 else 1 if value < 100 else 0}f}"


def nanoseconds(found):
    """The time of a record, with the spread."""
    if found is None:
        return NOTHING
    return f"{significant(found.per_record)} ±{found.spread * 50:.0f} %"


def middle(found, digits):
    """A median, with its quartiles."""
    lower, median, upper = (f"{found[key]:,.{digits}f}" for key in ("lower", "median", "upper"))
    return f"{median} ({lower}–{upper})"


def batch_name(payload, records):
    return f"{payload} × {records:,}"


def section(title, *tables):
    """A section; empty if its tables are."""
    tables = [one for one in tables if one]
    return "\n".join([f"### {title}\n", *tables]) if tables else ""


# --- Sections ---------------------------------------------------------------------------------


def output_of(*command):
    """The first line that a command prints."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return NOTHING
    lines = done.stdout.strip().splitlines()
    return lines[0] if done.returncode == 0 and lines else NOTHING


def processor():
    try:
        found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def peer_versions():
    """The versions of Powertools that are pinned."""
    requirements = (PEERS / "python" / "requirements.txt").read_text()
    package = json.loads((PEERS / "typescript" / "package.json").read_text())
    python = re.search(r"aws-lambda-powertools==(\S+)", requirements)
    typescript = package["dependencies"]["@aws-lambda-powertools/batch"]
    return f"TypeScript {typescript}, Python {python[1] if python else NOTHING}"


def machine():
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
    return table(["", ""], facts, left=2)


def in_lambdas_terms(measured):
    rows = []
    for source, payload, records in measured.cases():
        if (payload, records) not in TYPICAL:
            continue
        group = f"batch/{source}/{payload}/{records}"
        found = [measured.times.get((group, one)) for one in (OURS, BY_HAND)]
        if None in found:
            continue
        milliseconds = [one.median / 1e6 for one in found]
        rows.append(
            [
                f"{SOURCES[source]}, {batch_name(payload, records)}",
                *(significant(value * ONE_VCPU_MB / LEAST_MB) for value in milliseconds),
                *(significant(value) for value in milliseconds),
            ]
        )
    columns = ["", "ours at 128 MB", "by hand at 128 MB"]
    columns += ["ours at 1,769 MB", "by hand at 1,769 MB"]
    return section("Milliseconds per batch", table(columns, rows))


def batch_sections(measured):
    columns = ["payload × records", "ns per record", "by hand", "aws-types", "TypeScript"]
    columns += ["Python", "ours ÷ floor", "ours ÷ limit"]
    for source, title in SOURCES.items():
        rows = [batch_row(measured, *case) for case in measured.cases() if case[0] == source]
        yield section(title, table(columns, rows))


def batch_row(measured, source, payload, records):
    group = f"batch/{source}/{payload}/{records}"
    others = (BY_HAND, AWS_TYPES, TYPESCRIPT, PYTHON)
    return [
        batch_name(payload, records),
        nanoseconds(measured.times.get((group, OURS))),
        *(times(measured.ratio(group, other, OURS)) for other in others),
        *(times(measured.ratio(group, OURS, other)) for other in (FLOOR, LIMIT)),
    ]


def deployed_section(measured):
    rows = []
    for source, payload, records in measured.cases():
        group = f"batch/{source}/{payload}/{records}"
        if (group, OURS) not in measured.deployed or (group, OURS) not in measured.times:
            continue
        row = [f"{SOURCES[source]}, {batch_name(payload, records)}"]
        for found in (measured.times, measured.deployed):
            ours, by_hand = found.get((group, OURS)), found.get((group, BY_HAND))
            row += [nanoseconds(ours), times(ratio(by_hand and by_hand.median, ours.median))]
        rows.append(row)
    columns = ["", "generic, ns per record", "by hand", "cargo-lambda's, ns per record", "by hand"]
    return section("Processor flags", table(columns, rows))


def layouts_section(measured):
    rows = []
    for source, payload, records in measured.cases():
        group = f"batch/{source}/{payload}/{records}"
        found = [measured.times.get((group, one)) for one in (WITHOUT_LAYOUTS, OURS)]
        if payload == "100KB" or None in found:
            continue
        gained = times(measured.ratio(group, WITHOUT_LAYOUTS, OURS))
        name = f"{SOURCES[source]}, {batch_name(payload, records)}"
        rows.append([name, *map(nanoseconds, found), gained])
    columns = ["ns per record", "each record on its own", "by layout", "on its own"]
    return section("Reading records by the layout of those before them", table(columns, rows))


def invocations_section(measured):
    tables = []
    kinds = {"CPU time, µs": lambda line: line["cpu_us"]["median"]}
    kinds["instructions"] = lambda line: line.get("instructions")
    found = {}
    for line in measured.of_functions("invoke"):
        case = (line["source"], line["payload"], line["records"])
        found.setdefault(case, {})[line["program"]] = line
    for title, value in kinds.items():
        rows = []
        for case in in_order(found):
            lines = found[case]
            if not {OURS, BY_HAND, UNREAD} <= lines.keys():
                continue
            ours, by_hand, unread = (value(lines[one]) for one in (OURS, BY_HAND, UNREAD))
            if None in (ours, by_hand, unread):
                continue
            source, *batch = case
            rows.append(
                [
                    f"{SOURCES[source]}, {batch_name(*batch)}",
                    *(number(one) for one in (ours, by_hand, unread)),
                    times(ratio(by_hand, ours)),
                    times(ratio(by_hand - unread, ours - unread)),
                ]
            )
        columns = [f"{title}, per invocation", "ours", "by hand", "reads nothing"]
        columns += ["by hand ÷ ours", "without what `reads nothing` takes"]
        tables.append(table(columns, rows))
    return section("Whole functions", *tables)


def one_bad_section(measured):
    rows = []
    for source, title in SOURCES.items():
        group = f"one-bad/{source}"
        clean, *bad = (measured.times.get((group, one)) for one in ("clean", "payload", "envelope"))
        if clean and all(bad):
            rows.append([title, *map(nanoseconds, (clean, *bad))])
    columns = ["ns per record, of 1,000", "all are well", "one payload is bad", "one envelope is bad"]
    return section("One bad record", table(columns, rows))


def concurrency_section(measured):
    rows = []
    for concurrency in ("1", "64"):
        found = [measured.times.get((f"idle/{size}", concurrency)) for size in (100, 10_000)]
        if any(found):
            rows.append([concurrency, *map(nanoseconds, found)])
    columns = ["concurrency", "ns per record, of 100", "of 10,000"]
    spans = []
    for function in ("sqs", "kinesis", "ideal"):
        if found := measured.times.get(("waiting", function)):
            over = times(measured.ratio("waiting", function, "ideal"))
            spans.append([SOURCES.get(function, function), f"{found.median / 1e6:.1f}", over])
    span_columns = ["640 records of 5 ms, 64 at once", "ms", "÷ ideal"]
    return section("Concurrency", table(columns, rows), table(span_columns, spans))


def memory_section(measured):
    contenders = (OURS, AWS_TYPES, BY_HAND)
    rows = []
    for source, payload, records in in_order(case[:3] for case in measured.memory):
        case = (source, payload, records)
        found = [measured.memory.get((*case, one), {}) for one in contenders]
        allocations = [one.get("allocations_per_record") for one in found]
        peaks = [one.get("peak_bytes") for one in found]
        rows.append(
            [
                f"{SOURCES[source]}, {batch_name(payload, records)}",
                *(number(value, 1) for value in allocations),
                *(number(value and value / 1024) for value in peaks),
                times(ratio(peaks[0], peaks[2])),
            ]
        )
    columns = ["", "allocations per record, ours", "aws-types", "by hand"]
    columns += ["peak in KiB, ours", "aws-types", "by hand", "ours ÷ by hand"]
    return section("Memory", table(columns, rows))


def instructions_section(measured):
    contenders = (OURS, WITHOUT_LAYOUTS, BY_HAND, FLOOR, LIMIT)
    rows = []
    for case in in_order(case[:3] for case in measured.instructions):
        found = [measured.instructions.get((*case, one), {}) for one in contenders]
        counts = [one.get("instructions_per_record") for one in found]
        source, *batch = case
        name = f"{SOURCES[source]}, {batch_name(*batch)}"
        rows.append([name, *map(number, counts), times(ratio(counts[2], counts[0]))])
    columns = ["instructions per record", *contenders, "by hand ÷ ours"]
    return section("Instructions", table(columns, rows))


def start_table(measured):
    rows = []
    kinds = (("wall_ms", "wall clock, ms", 2), ("cpu_ms", "CPU time, ms", 2))
    kinds += (("peak_rss_kb", "peak memory, KiB", 0),)
    for line in measured.of_functions("start"):
        for key, title, digits in kinds:
            medians = (middle(line[program][key], digits) for program in (OURS, BY_HAND))
            more = change(line["ratio"][key]["median"])
            rows.append([f"{title}, {line['profile']}, {line['pairs']} pairs", *medians, more])
    columns = ["a start and its first batch", "ours", "by hand", "median of the pairs"]
    return table(columns, rows)


def size_table(measured):
    rows = [
        [
            f"bytes of the executable, {line['profile']}",
            *(number(line[one]) for one in (OURS, BY_HAND)),
            change(ratio(line[OURS], line[BY_HAND])),
        ]
        for line in measured.of_functions("size")
    ]
    for line in measured.of_functions("crates"):
        rows.append(["crates", *(number(line[one]) for one in (OURS, BY_HAND)), ""])
    for profile in ("dev", "release"):
        seconds = [
            [
                line["wall_s"]
                for line in measured.of_functions("build")
                if line["profile"] == profile and line["program"] == program
            ]
            for program in (OURS, BY_HAND)
        ]
        if all(seconds):
            medians = [statistics.median(one) for one in seconds]
            name = f"seconds of a build from nothing, {profile}"
            rows.append([name, *(number(one, 1) for one in medians), change(ratio(*medians))])
    return table(["", "ours", "by hand", ""], rows)


def crates_list(measured):
    """The crates that only one of the programs has."""
    lines = [
        f"- only {title}: {', '.join(line['only_in'][program]) or 'none'}"
        for line in measured.of_functions("crates")
        for program, title in ((OURS, "ours"), (BY_HAND, "by hand"))
    ]
    return "\n".join(lines) + "\n" if lines else ""


# --- All of it --------------------------------------------------------------------------------


EXPLANATION = """\
Times and counts are medians; ± is half the interquartile range. A column with `×` says how many
times as long as this crate the column's contender takes. A column with `÷` says what is divided.
"""


def report(directory):
    measured = Measured(directory)
    parts = [
        machine(),
        EXPLANATION,
        in_lambdas_terms(measured),
        *batch_sections(measured),
        deployed_section(measured),
        layouts_section(measured),
        invocations_section(measured),
        one_bad_section(measured),
        concurrency_section(measured),
        memory_section(measured),
        instructions_section(measured),
        section("Cold start", start_table(measured)),
        section("Size and build", size_table(measured), crates_list(measured)),
        section("Missing", "\n".join(f"- {problem}" for problem in measured.problems)),
    ]
    return "## Results\n\n" + "\n".join(part.rstrip() + "\n" for part in parts if part)


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    print(report(Path(sys.argv[1])), end="")


if __name__ == "__main__":
    main()
