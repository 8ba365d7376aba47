//! Events as large as Lambda delivers, and nested as deep as fits in.

use std::env;

use super::{Bench, number, scan::Tree, seeds, seeds::Source, values::nests};

/// Lambda's limit for the payload of an invocation.
const LIMIT: usize = 6 << 20;

/// Checks an event, and that it takes no more memory than some times its size.
fn check(bench: &mut Bench, source: Source, event: &str, what: &str) {
    bench.check_one(source, event.as_bytes(), || what.to_owned());
    if let Some(peak) = peak_memory() {
        assert!(peak < 100 * LIMIT, "{what}: {peak} bytes at the peak");
    }
}

/// The most memory that this process has had.
fn peak_memory() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: usize = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes << 10)
}

/// A value in the place of each field, one of the values after another.
fn everywhere(values: &[String], what: &str) {
    let mut values = values.iter().cycle();
    let mut bench = Bench::new();
    for seed in seeds::small() {
        let text = &seed.text;
        let tree = Tree::scan(text.as_bytes()).expect("JSON");
        let mut seen = Vec::new();
        for node in 0..tree.len() {
            let span = tree.span(node);
            let Some((parent, index)) = tree.parent(node) else {
                continue;
            };
            let key = tree.key(&tree.children(parent)[index]);
            if key.is_none() || seen.contains(&key) {
                continue;
            }
            let value = values.next().expect("a value");
            let event = format!("{}{value}{}", &text[..span.start], &text[span.end..]);
            check(
                &mut bench,
                seed.source,
                &event,
                &format!("{what} at {key:?}"),
            );
            seen.push(key);
        }
    }
}

/// By default not all as long as the limit: that takes minutes without optimisation.
#[test]
fn long_strings() {
    let length = usize::try_from(number("HOSTILE_LENGTH", 10_000)).expect("a size");
    let strings = ["x", "YWJj", r"\n", "é"].map(|part| {
        let text = part.repeat(length / part.len());
        format!("\"{text}\"")
    });
    everywhere(&strings, "a long string");
}

/// As long as the limit, where it matters.
#[test]
fn longest_strings() {
    let mut bench = Bench::new();
    let fields: [(usize, &[&str]); 4] = [
        (0, &["data", "sequenceNumber"]),
        (1, &["NewImage"]),
        (3, &["body", "MessageGroupId"]),
        (4, &["value"]),
    ];
    let long = format!("\"{}\"", "YWJj".repeat(LIMIT / 4));
    for (seed, keys) in fields {
        let seed = &seeds::small()[seed];
        for key in keys {
            let at = seed.text.find(&format!("\"{key}\":")).expect("the key");
            let value = at + key.len() + 3;
            let tree = Tree::scan(&seed.text.as_bytes()[value..]).expect("JSON");
            let end = value + tree.span(0).end;
            let event = format!("{}{long}{}", &seed.text[..value], &seed.text[end..]);
            check(&mut bench, seed.source, &event, key);
        }
    }
}

#[test]
fn deep_nesting() {
    let depths = [10_000, 20_000, 30_000, 100_000];
    let mut nests: Vec<_> = depths.into_iter().flat_map(nests).collect();
    if env::var_os("HOSTILE_LENGTH").is_none() {
        // Three of them take a minute, everywhere.
        nests.truncate(10);
    }
    everywhere(&nests, "deep nesting");
}

/// In a payload that the handler takes as JSON, and never closed.
#[test]
fn deep_nesting_in_a_payload() {
    let mut bench = Bench::new();
    for json in nests(100_000)
        .into_iter()
        .chain(["[".repeat(100_000), r#"{"":"#.repeat(100_000)])
    {
        let messages = ["1", "2"].map(|id| stream_handler_tests::events::sqs(id, &json));
        let event = stream_handler_tests::events::event(messages);
        check(&mut bench, Source::Sqs, &event.to_string(), "a nested body");
        let records = ["1", "2"].map(|id| stream_handler_tests::events::kinesis(id, &json));
        let event = stream_handler_tests::events::event(records);
        check(
            &mut bench,
            Source::Kinesis,
            &event.to_string(),
            "nested data",
        );
    }
}

/// As many records as a batch may have, all good or the last unreadable.
#[test]
fn many_records() {
    let mut bench = Bench::new();
    for seed in seeds::small() {
        let tree = Tree::scan(seed.text.as_bytes()).expect("JSON");
        let is_array = |node: &usize| tree.is_array(*node);
        let array = (0..tree.len()).find(is_array).expect("an array of records");
        let span = tree.span(array);
        let record = |number: usize| {
            let record = &seed.text[tree.span(tree.children(array)[0].node)];
            // The identifiers of the seeds' first records.
            [
                "\"111\"",
                "36588801\"",
                "\"059f36b4-1\"",
                "\"m-1\"",
                "\"offset\":15",
            ]
            .iter()
            .fold(record.to_owned(), |record, id| {
                let id_of_this = match id.strip_suffix('"') {
                    Some(id) => format!("{id}{number}\""),
                    None => format!("\"offset\":{number}"),
                };
                record.replace(id, &id_of_this)
            })
        };
        let mut records: Vec<_> = (0..10_000).map(record).collect();
        for unreadable in [false, true] {
            if unreadable {
                records[9_999] = "5".to_owned();
            }
            let (before, after) = (&seed.text[..span.start], &seed.text[span.end..]);
            let event = format!("{before}[{}]{after}", records.join(","));
            check(&mut bench, seed.source, &event, "many records");
        }
    }
}

/// As many as fit in, of nothing.
#[test]
fn many_empty_records() {
    let mut bench = Bench::new();
    for record in ["{}", "null", "1"] {
        let records = vec![record; 20_000].join(",");
        let event = format!(r#"{{"Records":[{records}],"records":{{"t-0":[{records}]}}}}"#);
        for source in [
            Source::Kinesis,
            Source::DynamoDb,
            Source::Sqs,
            Source::Kafka,
        ] {
            check(&mut bench, source, &event, record);
        }
    }
}
