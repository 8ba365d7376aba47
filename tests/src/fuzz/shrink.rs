//! Makes an input smaller, as long as it shows a difference.

use super::{case::Case, examine::Examiner};

/// How many smaller inputs are tried.
const TRIES: usize = 2000;

/// The smallest case found by leaving records out, and its difference.
pub(super) fn shrink(
    examiner: &mut Examiner,
    mut case: Case,
    mut difference: String,
) -> (Case, String) {
    let mut length = case.records.len();
    let mut tries = 0;
    while length > 0 {
        let (mut start, mut any) = (0, false);
        while start < case.records.len() && tries < TRIES {
            tries += 1;
            let end = (start + length).min(case.records.len());
            let smaller = case.without(start..end);
            match examiner.case(&smaller) {
                Err(another) => {
                    (case, difference, any) = (smaller, another, true);
                }
                Ok(_) => start = end,
            }
        }
        // Once more at this length, if that helped.
        if !any || length > 1 {
            length /= 2;
        }
    }
    (case, difference)
}
