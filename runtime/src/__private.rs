//! What the macro's output calls. Not a public API: it changes with any release.

pub use crate::{
    batch::{
        dead_letter::{IntoSent, dead_letter, no_dead_letter, sent},
        many_at_once::process_concurrently,
        one_by_one::process,
        settings::Settings,
        window::{
            close::{IntoClosed, close, closed},
            process_window,
        },
    },
    event::without_layouts,
    handler::{
        arguments::{FromContext, Shared, context, shared},
        fold, handler, record,
        state::{WindowState, state},
    },
};
