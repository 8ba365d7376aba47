"""Measures Powertools for AWS Lambda (Python), from the body of an event to that of the response.

    python measure.py DIR [--only kinesis/small/1000/] [--seconds 1] [--warm-up 0.5]

DIR has the bodies, and an index.json that lists them. Prints a line of JSON for each whose
SOURCE/PAYLOAD/RECORDS/ contains what --only says: the nanoseconds of a batch, in samples. Each has
a process of its own, as a Lambda function has.
"""

import argparse
import base64
import json
import subprocess
import sys
from pathlib import Path
from time import perf_counter, perf_counter_ns

SAMPLES = 50
FEWEST_ROUNDS = 5


class Context:
    """As much of an invocation's context as Powertools asks for."""

    aws_request_id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"


def name(entry):
    return f"{entry['source']}/{entry['payload']}/{entry['records']}/"


def ids_of(source, event):
    """The ids that are in an event, found without Powertools."""
    if source == "kafka":
        records = [record for partition in event["records"].values() for record in partition]
        return [json.loads(base64.b64decode(record["value"]))["id"] for record in records]
    records = event["Records"]
    if source == "kinesis":
        data = (record["kinesis"]["data"] for record in records)
        return [json.loads(base64.b64decode(datum))["id"] for datum in data]
    if source == "sqs":
        return [json.loads(record["body"])["id"] for record in records]
    images = ("NewImage", "OldImage")
    return [int(record["dynamodb"][image]["id"]["N"]) for record in records for image in images]


class Case:
    """A body, and the handler that answers it."""

    def __init__(self, directory, entry):
        # After the fork in the road: the process that starts the others needs no Powertools.
        from handlers import HANDLERS, seen

        self.name = name(entry)
        self.seen = seen
        self.handler = HANDLERS[entry["source"]]
        self.body = (directory / entry["file"]).read_bytes()
        ids = ids_of(entry["source"], json.loads(self.body))
        per_record = 2 if entry["source"] == "dynamodb" else 1
        assert len(ids) == entry["records"] * per_record, f"{self.name} {len(ids)} orders"
        self.orders = len(ids)
        self.ids = sum(ids)

    def answer(self):
        """As the managed runtime does it."""
        return json.dumps(self.handler(json.loads(self.body), Context)).encode()

    def sample(self, rounds):
        """The nanoseconds of each of so many batches."""
        start = perf_counter_ns()
        for _ in range(rounds):
            response = self.answer()
        nanoseconds = perf_counter_ns() - start
        self.check(rounds, response)
        return nanoseconds / rounds

    def check(self, rounds, response):
        """Makes sure that so many batches were answered well."""
        wrong = (
            json.loads(response) != {"batchItemFailures": []}
            or self.seen.orders != self.orders * rounds
            or self.seen.ids != self.ids * rounds
        )
        if wrong:
            sys.exit(f"{self.name} {vars(self.seen)} in {rounds} rounds, {response}")
        self.seen.orders = 0
        self.seen.ids = 0

    def samples(self, rounds, seconds):
        """Samples of so many rounds, until the time is over."""
        taken = []
        end = perf_counter() + seconds
        while len(taken) < FEWEST_ROUNDS or perf_counter() < end:
            taken.append(self.sample(rounds))
        return taken

    def measure(self, warm_up, seconds):
        """Samples of a second or so, when the case is warm."""
        nanoseconds = self.samples(1, warm_up)[-1]
        rounds = max(1, round(seconds * 1e9 / SAMPLES / nanoseconds))
        return self.samples(rounds, seconds)


def arguments():
    parser = argparse.ArgumentParser(description="Measures Powertools for AWS Lambda (Python).")
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.add_argument("--only", default="")
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--warm-up", type=float, default=0.5)
    # For the processes that this one starts.
    parser.add_argument("--case", help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    options = arguments()
    index = json.loads((options.directory / "index.json").read_bytes())
    if options.case is None:
        for entry in index:
            if options.only in name(entry):
                subprocess.run([sys.executable, *sys.argv, "--case", name(entry)], check=True)
        return
    entry = next(entry for entry in index if name(entry) == options.case)
    line = {key: entry[key] for key in ("source", "payload", "records")}
    line["contender"] = "powertools-python"
    line["nanoseconds"] = Case(options.directory, entry).measure(options.warm_up, options.seconds)
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
