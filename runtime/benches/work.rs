//! For tools that look at a process: the events as files, and one contender on its own.
//!
//! ```sh
//! cargo bench -p stream-handler --features aws_lambda_events --bench work -- bodies DIR
//! cargo bench -p stream-handler --features aws_lambda_events --bench work -- run kinesis/small/1000 floor 100
//! ```
//!
//! The instructions per invocation are the difference between two runs with different numbers of
//! invocations, under `valgrind --tool=callgrind`, divided by the difference of the numbers. They
//! include the one copy of the body that `deliver` makes for every contender.

mod rivals;

use std::{env, fs, hint::black_box, path::Path, process::ExitCode};

use rivals::{
    Case, Contender,
    entry::{deliver, runtime},
    order::Seen,
};
use serde_json::json;

const USAGE: &str = "\
work bodies DIR
    writes every event to a file, and index.json
work run SOURCE/PAYLOAD/RECORDS CONTENDER INVOCATIONS
    invokes a contender that number of times";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["bodies", directory] => bodies(Path::new(directory)),
        ["run", case, contender, invocations] => run(case, contender, invocations),
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
        let file = format!("{}.json", case.name().replace('/', "-"));
        write(&file, &case.body().json)?;
        index.push(json!({
            "file": file,
            "source": case.source.name(),
            "payload": case.payload.name(),
            "records": case.records,
        }));
    }
    let index = serde_json::to_vec_pretty(&index).map_err(|error| error.to_string())?;
    write("index.json", &index)
}

fn run(case: &str, contender: &str, invocations: &str) -> Result<(), String> {
    let body = Case::all()
        .find(|other| other.name() == case)
        .ok_or_else(|| format!("{case} is not a case"))?
        .body();
    let contender = Contender::ALL
        .into_iter()
        .find(|other| other.name() == contender)
        .ok_or_else(|| format!("{contender} is not a contender"))?;
    let invocations: usize = invocations
        .parse()
        .map_err(|_| format!("{invocations} is not a number"))?;
    let runtime = runtime();
    for _ in 0..invocations {
        let (invocation, _buffer) = deliver(&body.json);
        black_box(contender.respond(&runtime, &body, invocation, &Seen::NOTHING));
    }
    Ok(())
}
