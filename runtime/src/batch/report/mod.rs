//! Reports what happens to records and batches, to the log and to the observer.

pub(crate) mod log;
mod observer;
mod summary;

use std::time::Duration;

use self::observer::notify;
pub use self::{
    observer::{Ending, ObservedRecord, Observer},
    summary::BatchSummary,
};
use crate::{BatchError, BatchResponse};

/// A record is about to be decoded and handled.
pub(crate) fn started(observer: Option<&dyn Observer>, record: &ObservedRecord<'_>) {
    notify(observer, |observer| observer.started(record));
}

/// A record that was started has ended.
pub(crate) fn ended(
    observer: Option<&dyn Observer>,
    record: &ObservedRecord<'_>,
    ending: &Ending<'_>,
    elapsed: Duration,
) {
    log::record(record, ending);
    notify(observer, |observer| {
        observer.finished(record, ending, elapsed);
    });
}

/// A batch has been handled.
pub(crate) fn batch(
    observer: Option<&dyn Observer>,
    summary: &BatchSummary,
    response: &Result<BatchResponse, BatchError>,
) {
    log::batch(summary, response);
    for identifier in response.iter().flat_map(BatchResponse::batch_item_failures) {
        notify(observer, |observer| observer.reported(identifier));
    }
    notify(observer, |observer| observer.batch_finished(summary));
}
