//! Parses the command line. Written by hand, so that these examples need no crate for it.

use std::{env, fmt::Display, str::FromStr};

pub(crate) const USAGE: &str = "\
usage: checkpoint [--source kinesis|dynamodb|sqs|fifo|kafka]
                  [--records N] [--batch-size N]
                  [--fail RECORDS|RATE] [--seed N]

  --fail 4,7    the 4th and the 7th record always fail
  --fail 0.1    each attempt fails with a probability of 10 %
Without arguments it runs the experiment that the README describes.";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Kinesis,
    DynamoDb,
    Sqs,
    Fifo,
    Kafka,
}

/// Which attempts fail.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fail {
    /// Every attempt at these records. The first record is 1.
    Records(Vec<usize>),
    /// Every attempt, with this probability.
    Rate(f64),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Args {
    pub(crate) source: Source,
    pub(crate) records: usize,
    pub(crate) batch_size: usize,
    pub(crate) fail: Fail,
    pub(crate) seed: u64,
}

/// Parses the arguments of this process. `None` if it has none.
pub(crate) fn read() -> Result<Option<Args>, String> {
    parse(env::args().skip(1))
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Option<Args>, String> {
    let mut args = Args {
        source: Source::Kinesis,
        records: 10,
        batch_size: 10,
        fail: Fail::Records(vec![4]),
        seed: 1,
    };
    let mut any = false;
    while let Some(option) = words.next() {
        any = true;
        let mut value = || {
            words
                .next()
                .ok_or_else(|| format!("{option} needs a value"))
        };
        match &*option {
            "--source" => args.source = source(&value()?)?,
            "--records" => args.records = number(&option, &value()?)?,
            "--batch-size" => args.batch_size = number(&option, &value()?)?,
            "--fail" => args.fail = fail(&value()?)?,
            "--seed" => args.seed = number(&option, &value()?)?,
            _ => return Err(format!("unknown option {option}")),
        }
    }
    Ok(any.then_some(args))
}

fn source(name: &str) -> Result<Source, String> {
    match name {
        "kinesis" => Ok(Source::Kinesis),
        "dynamodb" => Ok(Source::DynamoDb),
        "sqs" => Ok(Source::Sqs),
        "fifo" => Ok(Source::Fifo),
        "kafka" => Ok(Source::Kafka),
        _ => Err(format!("unknown source {name}")),
    }
}

fn number<N: FromStr<Err: Display>>(option: &str, value: &str) -> Result<N, String> {
    value
        .parse()
        .map_err(|error| format!("{option} {value}: {error}"))
}

fn fail(value: &str) -> Result<Fail, String> {
    if value.contains('.') {
        let rate = number("--fail", value)?;
        return if (0.0..=1.0).contains(&rate) {
            Ok(Fail::Rate(rate))
        } else {
            Err(format!(
                "--fail {value}: a probability is between 0.0 and 1.0"
            ))
        };
    }
    let records = value
        .split(',')
        .map(|record| number("--fail", record.trim()));
    Ok(Fail::Records(records.collect::<Result<_, _>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Option<Args>, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn all_options_are_parsed() {
        let args = parsed("--source fifo --records 30 --batch-size 5 --fail 0.25 --seed 9");
        let expected = Args {
            source: Source::Fifo,
            records: 30,
            batch_size: 5,
            fail: Fail::Rate(0.25),
            seed: 9,
        };
        assert_eq!(args, Ok(Some(expected)));
        assert_eq!(parsed(""), Ok(None));
        let args = parsed("--fail 4,7").unwrap().unwrap();
        assert_eq!(args.fail, Fail::Records(vec![4, 7]));
    }

    #[test]
    fn mistakes_are_reported() {
        for (line, error) in [
            ("--source s3", "unknown source s3"),
            ("--records", "--records needs a value"),
            (
                "--records ten",
                "--records ten: invalid digit found in string",
            ),
            (
                "--fail 1.5",
                "--fail 1.5: a probability is between 0.0 and 1.0",
            ),
            ("--faster", "unknown option --faster"),
        ] {
            assert_eq!(parsed(line), Err(error.to_owned()));
        }
    }
}
