//! For tools that look at a process: the events as files, and one contender alone.
//!
//! ```sh
//! cargo bench -p stream-handler --all-features --bench work -- bodies DIR
//! cargo bench -p stream-handler --all-features --bench work -- run kinesis small 1000 floor 100
//! ```
//!
//! The instructions that a record takes are the difference between two runs of different rounds,
//! under `valgrind --tool=callgrind`, divided by the difference in records.

mod rivals;

use std::{env, fs, path::Path, process::ExitCode};

use rivals::{
    Case, Contender, Source,
    entry::runtime,
    order::{Payload, Seen},
};
use serde_json::json;

const USAGE: &str = "\
work bodies DIR
    writes every event to a file of its own, and index.json
work run SOURCE PAYLOAD RECORDS CONTENDER ROUNDS
    answers an event so many times";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["bodies", directory] => bodies(Path::new(directory)),
        ["run", source, payload, records, contender, rounds] => {
            run(source, payload, records, contender, rounds)
        }
        // As `cargo bench` without arguments runs it.
        [] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn bodies(directory: &Path) -> Result<(), String> {
    let write = |file: &str, bytes: &[u8]| {
        let path = directory.join(file);
        fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))
    };
    fs::create_dir_all(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let mut index = Vec::new();
    for case in Case::all() {
        let Some(body) = case.body() else {
            continue;
        };
        let (source, payload) = (case.source.name(), case.payload.name());
        let file = format!("{source}-{payload}-{}.json", case.records);
        write(&file, &body.json)?;
        index.push(json!({
            "file": file,
            "source": source,
            "payload": payload,
            "records": case.records,
            "actual": body.records,
        }));
    }
    let index = serde_json::to_vec_pretty(&index).map_err(|error| error.to_string())?;
    write("index.json", &index)
}

fn run(
    source: &str,
    payload: &str,
    records: &str,
    contender: &str,
    rounds: &str,
) -> Result<(), String> {
    let number = |text: &str| {
        text.parse::<usize>()
            .map_err(|_| format!("{text} is not a number"))
    };
    let unknown = |name: &str| format!("{name} is unknown");
    let source = Source::ALL.into_iter().find(|one| one.name() == source);
    let payload = Payload::ALL.into_iter().find(|one| one.name() == payload);
    let rival = Contender::ALL
        .into_iter()
        .find(|one| one.name() == contender)
        .ok_or_else(|| unknown(contender))?;
    let case = Case {
        source: source.ok_or_else(|| unknown("the source"))?,
        payload: payload.ok_or_else(|| unknown("the payload"))?,
        records: number(records)?,
    };
    let rounds = number(rounds)?;
    let body = case
        .body()
        .ok_or("so many are too large an event for Lambda")?;
    let runtime = runtime();
    for _ in 0..rounds {
        let answer = rival.answer(case.source, &body.json, &Seen::NOTHING);
        std::hint::black_box(runtime.block_on(answer));
    }
    println!("{rounds} rounds of {} records", body.records);
    Ok(())
}
