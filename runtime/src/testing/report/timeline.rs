//! Draws a report as text that fits a terminal.

use std::{collections::BTreeMap, fmt, time::Duration};

use super::{
    Fate, Invocation, InvocationOutcome, Loss, NextStep, RecordReport, Report, WhyIgnored,
};

/// Maximum width of all record columns together. With more records there are no columns, and batches
/// are drawn as ranges.
const GRID: usize = 40;
/// Maximum width of a line.
const LINE: usize = 80;
/// Width of the labels left of the record columns.
const LABEL: usize = 9;
/// Maximum width of the batch sizes.
const SIZES: usize = 52;
/// Maximum number of invocations that are drawn.
const ROWS: usize = 40;
/// How often the size of a batch that blocks the stream is repeated.
const BLOCKED: usize = 3;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let records = self.records.len();
        let title = format!("{}, {}:", self.event_source, counted(records));
        writeln!(f, "{}", wrapped(title, &self.settings))?;
        writeln!(f, "batch sizes: {}", sizes(self))?;
        writeln!(f)?;
        let column = self.column();
        if let Some(width) = column {
            write!(f, "{:>LABEL$}  ", "record")?;
            for record in 1..=records {
                write!(f, "{record:>width$}")?;
            }
            writeln!(f)?;
        }
        self.rows(f, column)?;
        if let Some(width) = column {
            self.counts(f, width)?;
            writeln!(f, "\n{:LABEL$}  {}", "", self.legend())?;
        }
        writeln!(f)?;
        writeln!(f, "{}", wrapped(String::new(), &summary(self)).trim_start())?;
        self.warn(f)
    }
}

impl Report {
    /// The width of a record's column. `None` if the columns would be too wide.
    fn column(&self) -> Option<usize> {
        let deliveries = self.records.iter().map(|record| record.deliveries).max();
        let widest = deliveries.unwrap_or(0).max(self.records.len());
        let width = widest.to_string().len() + 1;
        (width * self.records.len() <= GRID).then_some(width)
    }

    fn rows(&self, f: &mut fmt::Formatter<'_>, column: Option<usize>) -> fmt::Result {
        let alike = |a: &Invocation, b: &Invocation| {
            a.batch == b.batch && a.outcome == b.outcome && a.next_step == b.next_step
        };
        let (mut drawn, mut seen) = (0, 0);
        for same in self.invocations.chunk_by(alike) {
            let [first, rest @ ..] = same else { continue };
            if drawn >= ROWS {
                let hidden = self.invocations.len() - seen;
                return writeln!(f, "{:>LABEL$}  {hidden} more invocations", "…");
            }
            self.row(f, first, column)?;
            drawn += 1 + rest.len().min(1);
            seen += same.len();
            match rest {
                [] => {}
                [only] => self.row(f, only, column)?,
                [next, .., last] => writeln!(
                    f,
                    "{:>LABEL$}  the same {} more times",
                    format!("{}–{}", next.number, last.number),
                    rest.len()
                )?,
            }
        }
        Ok(())
    }

    fn row(
        &self,
        f: &mut fmt::Formatter<'_>,
        invocation: &Invocation,
        column: Option<usize>,
    ) -> fmt::Result {
        let mut label = invocation.number.to_string();
        if self.elapsed >= Duration::from_secs(1) {
            label = format!("{label} {:>5}", time(invocation.started_at));
        }
        write!(f, "{label:>LABEL$}  ")?;
        let mut used = label.len().max(LABEL) + 2;
        if let Some(width) = column {
            for index in 0..self.records.len() {
                write!(f, "{:>width$}", self.mark(invocation, index))?;
            }
            used += width * self.records.len();
        } else {
            let mut batch = invocation.batch.clone();
            batch.sort_unstable();
            let range = format!("records {}", ranges(&batch, 2));
            write!(f, "{range:<22}")?;
            used += range.chars().count().max(22);
        }
        let next_step = next_step(invocation);
        let room = LINE.saturating_sub(used + 3 + next_step.chars().count());
        let outcome = shortened(outcome(invocation), room.max(12));
        writeln!(f, "   {outcome}{next_step}")
    }

    /// The mark for a record in an invocation.
    fn mark(&self, invocation: &Invocation, index: usize) -> char {
        if !invocation.batch.contains(&index) {
            return ' ';
        }
        let fate = self.records[index].fate;
        let has = |invocation: &&Invocation| invocation.batch.contains(&index);
        let last = self.invocations.iter().rfind(has);
        let is_last = last.is_some_and(|last| last.number == invocation.number);
        let left = invocation.processed.contains(&index) || is_last;
        match fate {
            Fate::Lost { .. } if left => '!',
            Fate::Discarded { .. } | Fate::DeadLettered { .. } if left => '✗',
            Fate::Processed if left => '■',
            _ => '□',
        }
    }

    /// The rows below the invocations: how often each record was delivered and finished.
    fn counts(&self, f: &mut fmt::Formatter<'_>, width: usize) -> fmt::Result {
        let mut row = |label: &str, counts: &mut dyn Iterator<Item = usize>| {
            write!(f, "{label:>LABEL$}  ")?;
            for count in counts {
                write!(f, "{count:>width$}")?;
            }
            writeln!(f)
        };
        let mut deliveries = self.records.iter().map(|record| record.deliveries);
        row("delivered", &mut deliveries)?;
        if self.records.iter().any(|record| record.finished.is_some()) {
            let mut finished = self
                .records
                .iter()
                .map(|record| record.finished.unwrap_or_default());
            row("finished", &mut finished)?;
        }
        Ok(())
    }

    /// The meanings of the marks that are drawn.
    fn legend(&self) -> String {
        let marks: Vec<char> = self
            .invocations
            .iter()
            .flat_map(|invocation| {
                let batch = invocation.batch.iter();
                batch.map(|index| self.mark(invocation, *index))
            })
            .collect();
        let meanings = [
            ('■', "processed"),
            ('□', "delivered again"),
            (
                '✗',
                if self.kind.is_queue() {
                    "dead-lettered"
                } else {
                    "discarded"
                },
            ),
            ('!', "lost"),
        ];
        let used: Vec<String> = meanings
            .iter()
            .filter(|(mark, _)| marks.contains(mark))
            .map(|(mark, meaning)| format!("{mark} {meaning}"))
            .collect();
        used.join("   ")
    }
}

/// The batch sizes in one line: `10 → 7 → 4 → 1`.
fn sizes(report: &Report) -> String {
    let mut sizes: Vec<String> = report.batch_sizes().iter().map(usize::to_string).collect();
    let mut more = String::new();
    if report.reached_invocation_limit {
        // The size of a batch that blocks the stream says nothing new after a few repetitions.
        let last = sizes.last().cloned();
        let before = sizes
            .iter()
            .rposition(|size| Some(size) != last.as_ref())
            .map_or(0, |position| position + 1);
        sizes.truncate(before + BLOCKED);
        " …".clone_into(&mut more);
    }
    let mut width = 0;
    let fitting = sizes.iter().take_while(|size| {
        width += size.len() + " → ".chars().count();
        width < SIZES
    });
    let fitting = fitting.count();
    if fitting < sizes.len() {
        sizes.truncate(fitting);
        more = format!(" … {} in total", report.invocations.len());
    }
    format!("{}{more}", sizes.join(" → "))
}

/// A title and words, wrapped into lines.
fn wrapped(title: String, words: &[String]) -> String {
    let mut text = title;
    let mut used = text.chars().count();
    for (position, word) in words.iter().enumerate() {
        let comma = if position + 1 < words.len() { "," } else { "" };
        let length = 1 + word.chars().count() + comma.len();
        let (separator, start) = if used + length > LINE {
            ("\n  ", 1)
        } else {
            (" ", used)
        };
        text = format!("{text}{separator}{word}{comma}");
        used = start + length;
    }
    text
}

/// The outcome of an invocation.
fn outcome(invocation: &Invocation) -> String {
    match &invocation.outcome {
        InvocationOutcome::Success => "success".to_owned(),
        InvocationOutcome::Ignored { .. } => "success, failures ignored".to_owned(),
        InvocationOutcome::PartialSuccess { .. } => {
            let first = invocation.unprocessed.first();
            format!("reported record {}", first.map_or(0, |index| index + 1))
        }
        InvocationOutcome::ItemFailures { .. } => {
            format!("unprocessed: {}", ranges(&invocation.unprocessed, 3))
        }
        InvocationOutcome::CompleteFailure { because } => format!("complete failure: {because}"),
        InvocationOutcome::FunctionError { error_message, .. } => {
            let line = error_message.lines().next().unwrap_or_default();
            let line = match line.split_once(" Error: ") {
                Some((request, error)) if request.starts_with("RequestId: ") => error,
                _ => line,
            };
            format!("error: {line}")
        }
        InvocationOutcome::Throttled => "throttled".to_owned(),
        InvocationOutcome::ResponseLost => "response lost".to_owned(),
    }
}

/// What the mapping did after an invocation, unless the next row makes it obvious.
fn next_step(invocation: &Invocation) -> &'static str {
    match invocation.next_step {
        NextStep::Bisect => " → split",
        NextStep::Discard => " → discarded",
        NextStep::Retry => " → retry",
        NextStep::Continue
        | NextStep::ResumeFromCheckpoint
        | NextStep::ReturnToQueue
        | NextStep::DeliverAgain => "",
    }
}

/// Shortens a text to a number of characters.
fn shortened(text: String, length: usize) -> String {
    if text.chars().count() <= length {
        return text;
    }
    let start: String = text.chars().take(length.saturating_sub(1)).collect();
    format!("{start}…")
}

/// `1 record`, `2 records`.
fn counted(records: usize) -> String {
    let plural = if records == 1 { "" } else { "s" };
    format!("{records} record{plural}")
}

/// How many records had which fate.
fn summary(report: &Report) -> Vec<String> {
    let mut fates: BTreeMap<u8, Vec<usize>> = BTreeMap::new();
    for (index, record) in report.records.iter().enumerate() {
        let fate = match record.fate {
            Fate::Lost { .. } => 0,
            Fate::Processed => 1,
            Fate::Discarded { .. } => 2,
            Fate::DeadLettered { .. } => 3,
            Fate::Filtered => 4,
            Fate::Blocked => 5,
        };
        fates.entry(fate).or_default().push(index);
    }
    let mut parts = Vec::new();
    for (fate, records) in &fates {
        let count = records.len();
        let which = if count == 1 { "record" } else { "records" };
        let which = format!("{which} {}", ranges(records, 5));
        parts.push(match fate {
            0 => format!("{count} LOST ({which})"),
            1 => format!("{count} processed"),
            2 => format!("{count} discarded ({which})"),
            3 => format!("{count} dead-lettered ({which})"),
            4 => format!("{count} rejected by the filter"),
            _ => format!(
                "{count} still in the {} after {} invocations ({which})",
                report.kind.noun(),
                report.invocations.len()
            ),
        });
    }
    if !fates.contains_key(&0) {
        parts.insert(0, "nothing lost".to_owned());
    }
    parts
}

impl Report {
    /// Writes warnings about lost and reordered records.
    fn warn(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ignored = |because: WhyIgnored| {
            let is_ignored = |record: &&RecordReport| {
                let loss = Loss::ResponseIgnored(because);
                matches!(record.fate, Fate::Lost { loss: this, .. } if this == loss)
            };
            self.records.iter().filter(is_ignored).count()
        };
        let off = ignored(WhyIgnored::ReportBatchItemFailuresOff);
        if off > 0 {
            writeln!(
                f,
                "\n!! ReportBatchItemFailures is off: Lambda took every response for a success.\n\
                 !! LOST: {} that the function reported as failed or did not start.",
                counted(off)
            )?;
        }
        let elsewhere = ignored(WhyIgnored::NotUnderBatchItemFailures);
        if elsewhere > 0 {
            writeln!(
                f,
                "\n!! The response has no key `batchItemFailures`: Lambda took it for a success.\n\
                 !! LOST: {} that the response names, or that follow a record it names.",
                counted(elsewhere)
            )?;
        }
        match self.order_violations.len() {
            0 => Ok(()),
            count => writeln!(f, "\n!! OUT OF ORDER: {}.", counted(count)),
        }
    }
}

/// A duration in at most five characters.
fn time(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    match hours {
        0 if minutes == 0 => format!("{seconds}s"),
        0 => format!("{minutes}m{:02}", seconds % 60),
        1..100 => format!("{hours}h{:02}", minutes % 60),
        _ => format!("{}d", hours / 24),
    }
}

/// Indices as record numbers: `1–3, 5`. At most `shown` runs.
fn ranges(positions: &[usize], shown: usize) -> String {
    let runs: Vec<&[usize]> = positions.chunk_by(|a, b| a + 1 == *b).collect();
    let mut text: Vec<String> = runs
        .iter()
        .take(shown)
        .map(|run| match run {
            [] => String::new(),
            [only] => format!("{}", only + 1),
            [first, .., last] => format!("{}–{}", first + 1, last + 1),
        })
        .collect();
    if runs.len() > shown {
        text.push("…".to_owned());
    }
    text.join(", ")
}
