// Measures Powertools for AWS Lambda (TypeScript), from the body of an event to that of the
// response.
//
//   node measure.mjs DIR [--only kinesis/small/1000/] [--seconds 1] [--warm-up 0.5]
//
// DIR has the bodies, and an index.json that lists them. Prints a line of JSON for each whose
// SOURCE/PAYLOAD/RECORDS/ contains what --only says: the nanoseconds of a batch, in samples. Each
// has a process of its own, as a Lambda function has: what one source's records look like to the
// compiler is nothing to another's.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const SAMPLES = 50;
const FEWEST_ROUNDS = 5;

const name = ({ source, payload, records }) => `${source}/${payload}/${records}/`;

/** The sum of the ids that are in an event, found without Powertools. */
const idsOf = (source, event) => {
  const records = event.Records ?? Object.values(event.records).flat();
  const ids = {
    kinesis: (record) => [JSON.parse(atob(record.kinesis.data)).id],
    dynamodb: ({ dynamodb }) => [dynamodb.NewImage.id.N, dynamodb.OldImage.id.N].map(Number),
    sqs: (record) => [JSON.parse(record.body).id],
    kafka: (record) => [JSON.parse(atob(record.value)).id],
  };
  return records.flatMap(ids[source]).reduce((sum, id) => sum + id, 0);
};

/** Makes sure that `rounds` batches were answered well. */
const check = (entry, seen, ids, rounds, response) => {
  const orders = entry.records * (entry.source === 'dynamodb' ? 2 : 1);
  const wrong =
    response.toString() !== '{"batchItemFailures":[]}' ||
    seen.orders !== orders * rounds ||
    seen.ids !== ids * rounds;
  if (wrong) {
    throw new Error(`${name(entry)} ${JSON.stringify(seen)} in ${rounds} rounds, ${response}`);
  }
  seen.orders = 0;
  seen.ids = 0;
};

const measure = async (directory, entry, warmUp, seconds) => {
  const { handlers, seen } = await import('./handlers.mjs');
  const body = readFileSync(join(directory, entry.file));
  const ids = idsOf(entry.source, JSON.parse(body));
  const handler = handlers[entry.source];
  const context = { awsRequestId: '8476a536-e9f4-11e8-9739-2dfe598c3fcd' };
  // As the managed runtime does it.
  const answer = async () =>
    Buffer.from(JSON.stringify(await handler(JSON.parse(body.toString()), context)));
  /** The nanoseconds of each of so many batches. */
  const sample = async (rounds) => {
    let response;
    const start = process.hrtime.bigint();
    for (let round = 0; round < rounds; round += 1) response = await answer();
    const nanoseconds = Number(process.hrtime.bigint() - start);
    check(entry, seen, ids, rounds, response);
    return nanoseconds / rounds;
  };
  /** Samples of so many rounds, until the time is over. */
  const samples = async (rounds, length) => {
    const taken = [];
    const end = performance.now() + length * 1000;
    while (taken.length < FEWEST_ROUNDS || performance.now() < end) taken.push(await sample(rounds));
    return taken;
  };
  const nanoseconds = (await samples(1, warmUp)).at(-1);
  const rounds = Math.max(1, Math.round((seconds * 1e9) / SAMPLES / nanoseconds));
  return samples(rounds, seconds);
};

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: '1' },
    'warm-up': { type: 'string', default: '0.5' },
    // For the processes that this one starts.
    case: { type: 'string' },
  },
});
const [directory] = positionals;
const index = JSON.parse(readFileSync(join(directory, 'index.json')));

if (options.case === undefined) {
  for (const entry of index.filter((entry) => name(entry).includes(options.only))) {
    const { status } = spawnSync(
      process.execPath,
      [fileURLToPath(import.meta.url), ...process.argv.slice(2), '--case', name(entry)],
      { stdio: 'inherit' }
    );
    if (status !== 0) process.exit(1);
  }
} else {
  const entry = index.find((entry) => name(entry) === options.case);
  const { source, payload, records } = entry;
  const nanoseconds = await measure(
    directory,
    entry,
    Number(options['warm-up']),
    Number(options.seconds)
  );
  const contender = 'powertools-typescript';
  console.log(JSON.stringify({ source, payload, records, contender, nanoseconds }));
}
