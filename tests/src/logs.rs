//! What is logged while a test runs.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, LazyLock, Mutex},
};

use tracing::{
    Dispatch, Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
    subscriber::DefaultGuard,
};

/// One log event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How severe it is.
    pub level: Level,
    /// Its fields, `message` among them.
    pub fields: BTreeMap<&'static str, String>,
}

/// Collects what the current thread logs, until it is dropped.
#[derive(Debug)]
pub struct Logs {
    lines: Arc<Mutex<Vec<Line>>>,
    _guard: DefaultGuard,
}

impl Logs {
    /// Starts to collect.
    pub fn capture() -> Self {
        // While there is just one dispatcher, `tracing` asks whichever thread comes to a call site
        // first whether anybody listens there, and remembers its answer for all threads.
        static COMPANY: LazyLock<[Dispatch; 2]> =
            LazyLock::new(|| [(); 2].map(|()| Dispatch::new(Collector(Arc::default()))));
        LazyLock::force(&COMPANY);

        let lines = Arc::default();
        let collector = Collector(Arc::clone(&lines));
        Self {
            lines,
            _guard: tracing::subscriber::set_default(collector),
        }
    }

    /// Every event of this crate so far.
    pub fn lines(&self) -> Vec<Line> {
        self.lines.lock().expect("no panic in here").clone()
    }

    /// Those with this message.
    pub fn with(&self, message: &str) -> Vec<Line> {
        let mut lines = self.lines();
        lines.retain(|line| line.fields["message"] == message);
        lines
    }

    /// The `error` of the one record that failed, which must have been undecodable.
    pub fn undecodable(&self) -> String {
        let failed = self.with("record failed");
        assert_eq!(failed.len(), 1, "{failed:?}");
        assert_eq!(failed[0].fields["reason"], "Undecodable");
        failed[0].fields["error"].clone()
    }

    /// The `error` of each record that failed.
    pub fn errors(&self) -> Vec<String> {
        let failed = self.with("record failed");
        failed
            .iter()
            .map(|line| line.fields["error"].clone())
            .collect()
    }
}

struct Collector(Arc<Mutex<Vec<Line>>>);

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("stream_handler")
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let line = Line {
            level: *event.metadata().level(),
            fields: fields.0,
        };
        self.0.lock().expect("no panic in here").push(line);
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}
