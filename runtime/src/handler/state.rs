//! The state of a tumbling window.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{WindowError, json::mismatch::explain, panic};

/// Checks the type of a window's state.
#[must_use]
pub fn state<T: WindowState>() -> StateType<T> {
    StateType::new()
}

/// A type that the state of a tumbling window can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the state of a window",
    label = "not a state",
    note = "Lambda passes the state from one invocation to the next as JSON, a window begins with the \
            default, and each record works on a copy of it: write `#[derive(Default, Clone, \
            serde::Serialize, serde::Deserialize)]` on `{Self}`"
)]
pub trait WindowState: Serialize + DeserializeOwned + Default + Clone {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + Default + Clone> WindowState for T {}

/// How to create, copy, read and write a state of the type `T`.
#[derive(Debug)]
pub struct StateType<T> {
    fresh: fn() -> T,
    copy: fn(&T) -> T,
    read: fn(&RawValue) -> Result<T, String>,
    write: fn(&T) -> serde_json::Result<Box<RawValue>>,
}

impl<T: Serialize + DeserializeOwned + Default + Clone> StateType<T> {
    pub(crate) fn new() -> Self {
        Self {
            fresh: T::default,
            copy: T::clone,
            read: |json| {
                serde_json::from_str(json.get()).map_err(|error| {
                    let what = format!("it is not a `{}`", std::any::type_name::<T>());
                    // Includes the cause, but no data: this text becomes the invocation's error.
                    format!("{:?}", explain::<T>(json.get().as_bytes(), &what, error))
                })
            },
            write: |state| serde_json::value::to_raw_value(state),
        }
    }
}

impl<T> StateType<T> {
    /// A copy for one record, whose record handler changes it in place.
    pub(crate) fn copy(&self, state: &T) -> T {
        (self.copy)(state)
    }

    /// The state in an event. The first event of a window has no state, or `{}`.
    pub(crate) fn read(&self, json: Option<&RawValue>) -> Result<T, WindowError> {
        let json = json.filter(|json| !is_empty_object(json.get()));
        panic::catch(|| json.map_or_else(|| Ok((self.fresh)()), self.read))
            .unwrap_or_else(|panic| Err(format!("reading it panicked: {}", panic::message(panic))))
            .map_err(|error| WindowError::UnreadableState { error })
    }

    /// The state for the response. `None` stands for the default.
    pub(crate) fn write(&self, state: Option<T>) -> Result<Box<RawValue>, WindowError> {
        let write = || {
            let state = state.unwrap_or_else(self.fresh);
            let json = (self.write)(&state).map_err(|error| error.to_string());
            panic::discard(state);
            json
        };
        let json = panic::catch(write)
            .unwrap_or_else(|panic| Err(format!("writing it panicked: {}", panic::message(panic))))
            .map_err(|error| WindowError::UnwritableState { error })?;
        if !json.get().starts_with('{') {
            let error =
                "its JSON is not an object, which Lambda requires: make it a struct or a map"
                    .to_owned();
            return Err(WindowError::UnwritableState { error });
        }
        match json.get().len() {
            bytes if bytes > WindowError::STATE_LIMIT => Err(WindowError::StateTooLarge {
                bytes,
                limit: WindowError::STATE_LIMIT,
            }),
            _ => Ok(json),
        }
    }
}

fn is_empty_object(json: &str) -> bool {
    let inner = json
        .strip_prefix('{')
        .and_then(|json| json.strip_suffix('}'));
    inner.is_some_and(|inner| inner.trim().is_empty())
}
