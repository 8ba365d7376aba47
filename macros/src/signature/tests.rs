use super::{Handler, Parameter};
use crate::{errors::Errors, parse::Function, rustc, testing::assert_errors};

fn function(item: &str) -> Function {
    let mut errors = Errors::default();
    let function = Function::parse(item.parse().unwrap(), &mut errors);
    assert_errors(errors, &[]);
    function.expect("a function")
}

/// Asserts every error of a signature, in order.
#[track_caller]
fn rejects(item: &str, expected: &[(&str, &str)]) {
    let function = function(item);
    let mut errors = Errors::default();
    Handler::check(&function, &mut errors);
    assert_errors(errors, expected);
}

#[track_caller]
fn accepts(item: &str) {
    rejects(item, &[]);
    assert!(!rustc::rejects(&function(item).signature), "{item}");
}

#[test]
fn valid_signatures_are_accepted() {
    accepts("fn f(line: Line) {}");
    accepts("pub async fn f(_: Line) -> Result<(), Error> {}");
    accepts(
        "async fn f<'a, 'b: 'a>(line: Line, db: &'a Db, view: View<'b>) -> Result<(), &'a str> {}",
    );
    accepts("fn f(mut line: Line, (a, _): (u8, u8), #[context] _: &Context, c: [u8; 2]) -> () {}");
    accepts(
        "fn f(line: Record<fn(&str) -> &str, dyn Fn(&str), &'static ()>) {}"
            .replace(", &'static ()", "")
            .as_str(),
    );
    accepts("fn f(line: Record<Cow<'static, str>>, f: &dyn for<'a> Fn(&'a str) -> &'a str) {}");
    accepts("fn f(line: Line, #[allow(unused)] db: &Db) {}");
}

#[test]
fn qualifiers_are_rejected() {
    rejects(
        "const fn f(line: Line) {}",
        &[(
            "const",
            "a record handler can't be `const`: remove the keyword",
        )],
    );
    rejects(
        "unsafe fn f(line: Line) {}",
        &[("unsafe", "use an `unsafe` block inside")],
    );
    rejects(
        "extern \"C\" fn f(line: Line) {}",
        &[("extern \"C\"", "remove the ABI")],
    );
    rejects(
        "extern fn f(line: Line) {}",
        &[("extern", "remove the ABI")],
    );
    rejects(
        "fn f(line: Line, rest: ...) {}",
        &[(
            "rest: ...",
            "a record handler can't take variadic arguments",
        )],
    );
}

#[test]
fn generics_are_rejected_except_lifetimes() {
    rejects(
        "fn f<T: Clone>(line: Line<T>) {}",
        &[("T: Clone", "a record handler can't have type parameters")],
    );
    rejects(
        "fn f<const N: usize>(line: [u8; N]) {}",
        &[(
            "const N: usize",
            "a record handler can't have const parameters",
        )],
    );
    rejects(
        "fn f<'a>(line: Line, db: &'a Db) where 'a: 'static {}",
        &[(
            "where 'a: 'static",
            "a record handler can't have a `where` clause",
        )],
    );
}

#[test]
fn self_is_rejected() {
    let message = "a record handler is a free function, without `self`";
    rejects("fn f(&self, line: Line) {}", &[("&self", message)]);
    rejects("fn f(&mut self) {}", &[("&mut self", message)]);
    rejects("fn f(self: Arc<Self>) {}", &[("self: Arc<Self>", message)]);
    let message = "a record handler is a free function, without `Self`: name the type";
    rejects("fn f(line: Line<Self>) {}", &[("Self", message)]);
    rejects("fn f(line: Line, db: &Self) {}", &[("Self", message)]);
    rejects(
        "fn f(line: Line) -> Result<Self, Self::Error> {}",
        &[("Self", message), ("Self", message)],
    );
}

#[test]
fn a_missing_record_is_rejected() {
    rejects(
        "fn f() {}",
        &[(
            "()",
            "a record handler needs a parameter for the record, as in \
             `async fn on_order(order: KinesisRecord<Json<Order>>) -> Result<(), Error>`",
        )],
    );
}

#[test]
fn a_record_by_reference_is_rejected() {
    rejects(
        "fn f(line: &Line) {}",
        &[("&Line", "take the record by value: write `Line`")],
    );
    rejects(
        "fn f(line: &'static mut Line<Json<Order>>) {}",
        &[(
            "&'static mut Line<Json<Order>>",
            "take the record by value: write `Line<Json<Order>>`",
        )],
    );
    rejects(
        "fn f(lines: &[Line]) {}",
        &[(
            "&[Line]",
            "a record handler takes one record at a time, by value: write `Line`",
        )],
    );
}

#[test]
fn a_record_that_borrows_is_rejected() {
    let message = "write an owned type, such as `String` for `&str`";
    rejects("fn f(line: Record<&str>) {}", &[("&str", message)]);
    rejects(
        "fn f(line: Record<&'static [&u8]>) {}",
        &[("&'static [&u8]", message)],
    );
    rejects("fn f<'a>(line: Record<Line<'a>>) {}", &[("'a", message)]);
    rejects("fn f(line: Record<'_>) {}", &[("'_", message)]);
}

#[test]
fn a_mutable_shared_parameter_is_rejected() {
    rejects(
        "fn f(line: Line, count: &mut Vec<(u8, &'static str)>) {}",
        &[(
            "&mut Vec<(u8, &'static str)>",
            "a shared parameter can't be `&mut`, because all records share it: write \
             `&Vec<(u8, &'static str)>` and change it through a `Mutex` or an atomic, or mark it \
             `#[state]` if it is the state of a tumbling window",
        )],
    );
}

#[test]
fn impl_trait_is_rejected() {
    rejects(
        "fn f(line: impl Record, log: &impl Fn(&str)) {}",
        &[
            ("impl Record", "a record handler can't take `impl Trait`"),
            ("impl Fn(&str)", "a record handler can't take `impl Trait`"),
        ],
    );
    rejects(
        "fn f(line: Line) -> Result<(), impl Error> {}",
        &[("impl Error", "a record handler can't return `impl Trait`")],
    );
    rejects(
        "fn f(line: Line) -> impl Display {}",
        &[("impl Display", "a record handler can't return `impl Trait`")],
    );
}

#[test]
fn futures_and_never_are_rejected_as_return_types() {
    rejects(
        "fn f(line: Line) -> impl Future<Output = ()> + Send {}",
        &[(
            "impl Future<Output = ()> + Send",
            "write `async fn` with the future's output as the return type",
        )],
    );
    rejects(
        "fn f(line: Line) -> ! {}",
        &[("!", "write `()` or `Result<(), E>`")],
    );
}

#[test]
fn a_missing_body_is_rejected() {
    rejects(
        "pub fn f(line: Line);",
        &[("fn f(line: Line)", "write `{ … }` in place of `;`")],
    );
}

#[test]
fn context_is_checked() {
    rejects(
        "fn f(#[context] line: Line) {}",
        &[("#[context]", "the first parameter is the record")],
    );
    rejects(
        "fn f(line: Line, #[context] a: &Context, #[context] b: &Context) {}",
        &[("#[context]", "only one parameter can be `#[context]`")],
    );
    rejects(
        "fn f(line: Line, #[context] #[context] a: &Context) {}",
        &[("#[context]", "only one parameter can be `#[context]`")],
    );
    rejects(
        "fn f(line: Line, #[context = 1] a: Context) {}",
        &[("#[context = 1]", "`#[context]` takes no value")],
    );
    // The compiler checks its type.
    accepts("fn f(line: Line, #[context] a: &mut Context) {}");
}

#[test]
fn state_is_checked() {
    accepts("fn f(line: Line, #[state] totals: &mut Totals) {}");
    accepts("fn f(line: Line, db: &Db, #[state] _: &mut Map<u8, (u8, String)>, log: Log) {}");
    rejects(
        "fn f(#[state] line: Line) {}",
        &[("#[state]", "the first parameter is the record")],
    );
    rejects(
        "fn f(line: Line, #[state] a: &mut Totals, #[state] b: &mut Totals) {}",
        &[("#[state]", "only one parameter can be `#[state]`")],
    );
    rejects(
        "fn f(line: Line, #[state(x)] a: &mut Totals) {}",
        &[("#[state(x)]", "`#[state]` takes no value")],
    );
    rejects(
        "fn f(line: Line, #[context] #[state] a: &mut Totals) {}",
        &[("#[state]", "can't be both `#[context]` and `#[state]`")],
    );
    for ty in ["Map<u8, u8>", "&Map<u8, u8>"] {
        rejects(
            &format!("fn f(line: Line, #[state] totals: {ty}) {{}}"),
            &[(ty, "changes the state in place: write `&mut Map<u8, u8>`")],
        );
    }
    rejects(
        "fn f<'a>(line: Line, #[state] totals: &'a mut Totals) {}",
        &[(
            "'a",
            "the state is borrowed for one call only: write `&mut`",
        )],
    );
    rejects(
        "fn f(line: Line, #[state] totals: &mut impl Sum) {}",
        &[("impl Sum", "a record handler can't take `impl Trait`")],
    );
    let function = function("fn f(line: Line, db: Db, #[state] totals: &mut Map<u8, u8>) {}");
    let handler = Handler::check(&function, &mut Errors::default()).unwrap();
    let state = quote::ToTokens::to_token_stream(handler.state().unwrap());
    assert_eq!(crate::testing::squeeze(&state), "Map<u8,u8>");
}

#[test]
fn a_conditional_parameter_is_rejected() {
    rejects(
        "fn f(line: Line, #[cfg(unix)] db: &Db) {}",
        &[(
            "#[cfg(unix)]",
            "write two record handlers, each with its own `#[cfg]`",
        )],
    );
}

#[test]
fn attributes_that_conflict_are_rejected() {
    let message = "`#[stream_handler]` is on this function twice";
    rejects(
        "#[stream_handler] fn f(line: Line) {}",
        &[("#[stream_handler]", message)],
    );
    rejects(
        "#[inline] #[stream_handler::stream_handler(crate = x)] fn f(line: Line) {}",
        &[("#[stream_handler::stream_handler(crate = x)]", message)],
    );
    rejects(
        "#[tokio::main] async fn f(line: Line) {}",
        &[("#[tokio::main]", "`#[tokio::main]` starts a second runtime")],
    );
    accepts("#[inline] #[tracing::instrument(skip_all)] fn f(line: Line) {}");
}

#[test]
fn all_errors_are_reported_in_order() {
    rejects(
        "#[stream_handler] const unsafe extern \"C\" fn f<T, const N: usize>(\
             #[context] line: &Line, db: &mut Db, log: impl Fn(), #[context()] c: Self\
         ) -> ! where T: Clone;",
        &[
            ("#[stream_handler]", "on this function twice"),
            ("const", "can't be `const`"),
            ("unsafe", "can't be `unsafe`"),
            ("extern \"C\"", "can't be `extern`"),
            ("T", "type parameters"),
            ("const N: usize", "const parameters"),
            ("#[context]", "the first parameter is the record"),
            ("&Line", "by value"),
            ("&mut Db", "can't be `&mut`"),
            ("impl Fn()", "can't take `impl Trait`"),
            ("#[context()]", "takes no value"),
            ("Self", "without `Self`"),
            ("!", "handler returns"),
            ("where T: Clone", "`where` clause"),
            (
                "const unsafe extern \"C\" fn f<T, const N: usize>(\
                     #[context] line: &Line, db: &mut Db, log: impl Fn(), #[context()] c: Self\
                 ) -> ! where T: Clone",
                "needs a body",
            ),
        ],
    );
}

#[test]
fn errors_that_rustc_reports_are_not_repeated() {
    for item in [
        "fn f(line: Line<_>) {}",
        "fn f(line: Line, db: &'a Db) {}",
        "fn f(line: Line) -> Result<(), &'a str> {}",
        "fn f(line: Line, log: dyn Fn()) {}",
        "fn f(line: Line, name: str) {}",
        "fn f(line: Line, names: [u8]) {}",
    ] {
        rejects(item, &[]);
        assert!(rustc::rejects(&function(item).signature), "{item}");
    }
}

#[test]
fn shared_parameters_keep_their_names() {
    let function = function(
        "async fn f(line: Line, db: &Db, mut n: u8, Point { x }: Point, _: u8, f: u8, a @ (b, c): T) {}",
    );
    let handler = Handler::check(&function, &mut Errors::default()).unwrap();
    let names: Vec<_> = handler
        .others
        .iter()
        .map(|other| match other {
            Parameter::Shared { name, .. } => name.to_string(),
            Parameter::Context { .. } => "context".to_owned(),
            Parameter::State { .. } => "state".to_owned(),
        })
        .collect();
    assert_eq!(
        names,
        ["db", "n", "shared_3", "shared_4", "shared_5", "shared_6"]
    );
    assert!(handler.is_async);
    assert_eq!(handler.output.to_string(), "()");
}
