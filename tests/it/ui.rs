//! What the derives say about wrong uses; the right ones are in `right_uses/`.
//!
//! Every file in `ui/` is one wrong use, named by the rule it breaks, with what the compiler says about it beside it.
//! After a change of the text: `TRYBUILD=overwrite cargo test -p bevy_extensions_tests ui`, then read the diff.

#[test]
fn wrong_uses_do_not_compile() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
