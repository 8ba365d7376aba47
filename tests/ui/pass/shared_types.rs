#![deny(warnings)]
//! Whatever is `Clone` can be shared, and what isn't, by reference.

use std::{borrow::Cow, rc::Rc, sync::Arc, sync::Mutex};

use stream_handler::{kinesis::KinesisRecord, stream_handler};

trait Log {
    fn log(&self, line: &str);
}

struct Db;

#[stream_handler]
fn on_line(
    line: KinesisRecord<String>,
    db: &Db,
    _shared: Arc<Db>,
    _local: Rc<Db>,
    log: &(dyn Log + Sync),
    _boxed: Arc<dyn Log>,
    _bytes: &[u8],
    _text: Cow<'_, str>,
    _function: fn(&Db) -> u8,
    callback: &dyn for<'a> Fn(&'a str) -> &'a str,
    count: &Mutex<u64>,
    _array: [u8; 2],
    _nothing: (),
) {
    let _ = db;
    log.log(callback(line.data()));
    *count.lock().unwrap() += 1;
}

fn main() {
    struct Silent;
    impl Log for Silent {
        fn log(&self, _: &str) {}
    }
    let count = Mutex::new(0);
    let _ = |event| {
        on_line::batch(
            event,
            &Db,
            Arc::new(Db),
            Rc::new(Db),
            &Silent,
            Arc::new(Silent),
            b"",
            "".into(),
            |_| 1,
            &|text| text,
            &count,
            [1, 2],
            (),
        )
    };
}
