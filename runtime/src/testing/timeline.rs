//! Draws a report as text that fits a terminal.

use std::{collections::BTreeMap, fmt, ops::Range};

use super::{
    report::{Fate, Invocation, InvocationOutcome, Report, Unread},
    shard::NextStep,
};

/// How wide the columns of the records may be together; with more, batches are named by ranges.
const GRID: usize = 40;
/// The width of a line, which only long error messages would pass.
const LINE: usize = 80;
/// The width of what stands left of the records.
const LABEL: usize = 9;
/// How wide the batch sizes may be together.
const SIZES: usize = 52;
/// How many rows are drawn.
const ROWS: usize = 40;
/// How often the batch that blocks the stream is shown among the batch sizes.
const BLOCKED: usize = 3;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let records = self.records.len();
        let plural = if records == 1 { "" } else { "s" };
        let title = format!("{}, {records} record{plural}:", self.event_source);
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
        writeln!(f, "{}", summary(self))
    }
}

impl Report {
    /// How wide a record's column is; `None` if there is no room for columns.
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
        let mut drawn = 0;
        for same in self.invocations.chunk_by(alike) {
            let [first, rest @ ..] = same else { continue };
            if drawn >= ROWS {
                let hidden = self.invocations.len() - first.number + 1;
                return writeln!(f, "{:>LABEL$}  {hidden} more invocations", "…");
            }
            self.row(f, first, column)?;
            drawn += 1 + rest.len().min(1);
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
        write!(f, "{:>LABEL$}  ", invocation.number)?;
        let mut used = LABEL + 2;
        if let Some(width) = column {
            for index in 0..self.records.len() {
                write!(f, "{:>width$}", self.mark(invocation, index))?;
            }
            used += width * self.records.len();
        } else {
            let range = format!("records {}", range(&invocation.batch));
            write!(f, "{range:<22}")?;
            used += range.chars().count().max(22);
        }
        let text = describe(invocation);
        let room = LINE.saturating_sub(used + 3).max(24);
        match text.char_indices().nth(room) {
            Some((end, _)) => writeln!(f, "   {}…", &text[..end]),
            None => writeln!(f, "   {text}"),
        }
    }

    /// What an invocation did to a record.
    fn mark(&self, invocation: &Invocation, index: usize) -> char {
        if !invocation.batch.contains(&index) {
            return ' ';
        }
        let fate = self.records[index].fate;
        let left = invocation.done.contains(&index) || invocation.next_step == NextStep::Discard;
        match fate {
            Fate::Lost { .. } if left => '!',
            Fate::Discarded { .. } if left => '✗',
            _ if left => '■',
            _ => '□',
        }
    }

    /// The rows below the timeline.
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

    /// What the marks mean that are in the timeline.
    fn legend(&self) -> String {
        let marks: Vec<char> = self
            .invocations
            .iter()
            .flat_map(|invocation| {
                (invocation.batch.clone()).map(|index| self.mark(invocation, index))
            })
            .collect();
        let meanings = [
            ('■', "done"),
            ('□', "delivered again"),
            ('✗', "discarded"),
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
        // The batch that blocks the stream needs not be shown each time.
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
        more = format!(" … {} in all", report.invocations.len());
    }
    format!("{}{more}", sizes.join(" → "))
}

/// Words after a title, in as many lines as they need.
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

/// What came of an invocation, and what the mapping did then.
fn describe(invocation: &Invocation) -> String {
    let outcome = match &invocation.outcome {
        InvocationOutcome::Success => "success".to_owned(),
        InvocationOutcome::Ignored { because, .. } => {
            format!("success, failures not read: {because}")
        }
        InvocationOutcome::PartialSuccess { .. } => {
            format!("reported record {}", invocation.done.end + 1)
        }
        InvocationOutcome::CompleteFailure { because } => format!("complete failure: {because}"),
        InvocationOutcome::FunctionError { error_message, .. } => {
            let line = error_message.lines().next().unwrap_or_default();
            format!("error: {line}")
        }
    };
    let then = match invocation.next_step {
        NextStep::Bisect => "split; ",
        NextStep::Discard => "discarded; ",
        NextStep::Retry => "retry; ",
        NextStep::Continue | NextStep::ResumeFromCheckpoint => "",
    };
    format!("{then}{outcome}")
}

/// What became of the records, in a line.
fn summary(report: &Report) -> String {
    let mut fates: BTreeMap<u8, Vec<usize>> = BTreeMap::new();
    for (index, record) in report.records.iter().enumerate() {
        let fate = match record.fate {
            Fate::Lost { .. } => 0,
            Fate::Done => 1,
            Fate::Discarded { .. } => 2,
            Fate::Blocked => 3,
        };
        fates.entry(fate).or_default().push(index);
    }
    let mut parts = Vec::new();
    for (fate, records) in &fates {
        let count = records.len();
        let which = if count == 1 { "record" } else { "records" };
        let which = format!("{which} {}", ranges(records));
        parts.push(match fate {
            0 => format!("{count} LOST ({which})"),
            1 => format!("{count} done"),
            2 => format!("{count} discarded ({which})"),
            _ => format!(
                "{count} still in the stream after {} invocations ({which})",
                report.invocations.len()
            ),
        });
    }
    if !fates.contains_key(&0) {
        parts.insert(0, "nothing lost".to_owned());
    }
    parts.join(", ")
}

/// Positions in the stream as record numbers: `1–3, 5`; the first few of them.
fn ranges(positions: &[usize]) -> String {
    const SHOWN: usize = 5;
    let runs: Vec<&[usize]> = positions.chunk_by(|a, b| a + 1 == *b).collect();
    let mut text: Vec<String> = runs
        .iter()
        .take(SHOWN)
        .map(|run| range(&(run[0]..run[0] + run.len())))
        .collect();
    if runs.len() > SHOWN {
        text.push("…".to_owned());
    }
    text.join(", ")
}

/// Positions in the stream as record numbers: `4–10`.
fn range(positions: &Range<usize>) -> String {
    if positions.len() == 1 {
        format!("{}", positions.end)
    } else {
        format!("{}–{}", positions.start + 1, positions.end)
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReportBatchItemFailuresOff => {
                "the mapping doesn't have ReportBatchItemFailures on"
            }
            Self::NotUnderBatchItemFailures => "they are not under the key `batchItemFailures`",
        })
    }
}
