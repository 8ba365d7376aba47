//! What the compiler tells those who misuse the attribute, a misuse a file, and what it accepts.
//!
//! The texts are those of one compiler: on any other these tests are left out.
//! After a change, `TRYBUILD=overwrite cargo test -p stream-handler-tests --test ui` writes the new
//! texts; read every line of the difference.

#[test]
#[rustversion::attr(not(stable(1.95)), ignore = "the texts are those of Rust 1.95")]
fn ui() {
    let tests = trybuild::TestCases::new();
    tests.compile_fail("ui/fail/*.rs");
    tests.pass("ui/pass/*.rs");
}
