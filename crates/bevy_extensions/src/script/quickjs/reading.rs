//! Whether a listener plainly does nothing to its event but read it.
//!
//! Most listeners are like that, and what one has done to its event need not be looked for then. This reads the source as
//! text, and says no whenever it is not sure.

/// Tells whether a function only reads the fields of its first argument, if there is nothing but texts, numbers and the
/// like in them: it never writes one, and never hands the argument itself on.
pub(super) fn only_reads(source: &str) -> bool {
    // These reach an argument, or write its name, in ways that are not looked for.
    let hidden = ["arguments", "eval", "with", "\\u", "/*", "//", "<!--", "-->", "native code"];
    if !source.is_ascii() || hidden.iter().any(|word| source.contains(word)) {
        return false;
    }
    match first_parameter(source) {
        Some(Parameter::None | Parameter::Pattern) => true,
        Some(Parameter::Name { name, rest }) => uses(rest, name).all(|(before, after)| is_read(before, after)),
        None => false,
    }
}

enum Parameter<'a> {
    /// There is none.
    None,
    /// Its fields are taken apart at once.
    Pattern,
    /// It has a name, and what stands after that may use it.
    Name { name: &'a str, rest: &'a str },
}

/// Finds the first parameter of a function; `None` if it is not plain what that is.
fn first_parameter(source: &str) -> Option<Parameter<'_>> {
    let source = source.trim_start();
    let source =
        source.strip_prefix("async").filter(|rest| rest.starts_with([' ', '('])).unwrap_or(source).trim_start();
    let (name, rest) = word(source);
    if !name.is_empty() && rest.trim_start().starts_with("=>") {
        return Some(Parameter::Name { name, rest });
    }
    // `function name(`, `name(` or `(`.
    let (before, list) = source.split_once('(')?;
    if !before.chars().all(|c| is_of_word(c) || c == ' ') {
        return None;
    }
    let list = list.trim_start();
    match list.chars().next()? {
        ')' => Some(Parameter::None),
        '{' => Some(Parameter::Pattern),
        _ => match word(list) {
            ("", _) => None,
            (name, rest) => Some(Parameter::Name { name, rest }),
        },
    }
}

/// Goes through the places where a name is used: what stands before it, and what after it.
fn uses<'a>(source: &'a str, name: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    source.match_indices(name).map(|(at, _)| (&source[..at], &source[at + name.len()..])).filter(|(before, after)| {
        // It may be a part of a longer name.
        !before.ends_with(is_of_word) && !after.starts_with(is_of_word)
    })
}

/// Tells whether a use of a name is nothing but the reading of a field.
fn is_read(before: &str, after: &str) -> bool {
    let Some(field) = after.strip_prefix('.') else { return false };
    let (field, mut after) = word(field);
    if field.is_empty() {
        return false;
    }
    // What is read of a text or a number is no part of the event, nor is what a function of theirs makes of them.
    let mut is_own = true;
    while let Some(further) = after.strip_prefix('.') {
        (_, after) = word(further);
        is_own = false;
    }
    if !is_own && after.starts_with('(') {
        return !is_changed_before(before);
    }
    !is_changed_before(before) && is_value_before(before, after)
}

/// Tells whether what stands before a field changes it.
fn is_changed_before(before: &str) -> bool {
    let before = before.trim_end_matches(|c: char| c.is_whitespace() || c == '(');
    ["++", "--", "delete"].iter().any(|operator| before.ends_with(operator))
}

/// Tells whether what follows a field takes its value, and plainly does nothing else to it.
fn is_value_before(before: &str, after: &str) -> bool {
    // In brackets it may still be written.
    let after = after.trim_start_matches(|c: char| c.is_whitespace() || c == ')');
    let begins = |operators: &[&str]| operators.iter().any(|operator| after.starts_with(operator));
    if begins(&["==", "!=", "<=", ">="]) {
        return true;
    }
    let writes =
        ["=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", ">>>=", "**=", "&&=", "||=", "??="];
    if begins(&writes) || begins(&["++", "--", "?."]) {
        return false;
    }
    if after.is_empty() || begins(&[";", ":", "?", "+", "-", "*", "/", "%", "<", ">", "&", "|", "^"]) {
        return true;
    }
    // At the end of a block or a text it is a value if something before it wants one. Anything else might be a pattern.
    let before = before.trim_end();
    let wants_value = before.ends_with("${")
        || before.ends_with(['=', '+', '-', '*', '/', '%', '<', '>', '?', '&', '|'])
        || before.strip_suffix("return").is_some_and(|before| !before.ends_with(is_of_word));
    begins(&["}", "]"]) && wants_value
}

/// Splits off the name at the beginning.
fn word(source: &str) -> (&str, &str) {
    source.split_at(source.find(|c| !is_of_word(c)).unwrap_or(source.len()))
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sources: &[&str], expected: bool) {
        for source in sources {
            assert_eq!(only_reads(source), expected, "{source}");
        }
    }

    #[test]
    fn who_reads_fields_only_reads() {
        check(
            &[
                "event => console.log(event.name)",
                "(event) => { gold += event.gold; }",
                "(event, meta) => log(`${event.name} joined, says ${meta.sender}`)",
                "({ name }) => log(name)",
                "() => count++",
                "function (event) { if (event.gold == 5) event_2 = event.gold }",
                "async (event) => { await null; total += event.gold }",
                "welcome(event) { return event.name.toUpperCase() }",
                "(event) => event.gold === 5 ? a : b",
                "(event) => { log(event.name); return event.gold }",
                "(event) => { if ((event.gold) >= 5) count += (event.gold) * 2; }",
            ],
            true,
        );
    }

    #[test]
    fn who_writes_does_not_only_read() {
        check(
            &[
                "event => event.gold = 5",
                "(event) => { event.gold += 5 }",
                "(event) => { event.gold++ }",
                "(event) => { --event.gold }",
                "(event) => { delete event.gold }",
                "(event) => { event.gold ??= 5 }",
                "(event) => { event.gold **= 5 }",
                "(event) => { event.gold >>>= 1 }",
                "(event) => { [event.gold] = [5] }",
                "(event) => { [event.gold, x] = [5] }",
                "(event) => { ({ x: event.gold } = { x: 5 }) }",
                "(event) => { for (event.gold of [5]); }",
                "(event) => { for (event.gold in {}); }",
                "(event) => { for (event.gold of[5]); }",
                "(event) => { for (event.gold of\n[5]); }",
                "(event) => { for (event.gold in{}); }",
                "(event) => { (event.gold) = 5 }",
                "(event) => { (event.gold)++ }",
                "(event) => { ++(event.gold) }",
                "(event) => { delete (event.gold) }",
                "(event) => { delete(event.gold) }",
                "(event) => { [(event.gold)] = [5] }",
                "(event) => { ({ x: (event.gold) } = { x: 5 }) }",
                "(event) => { event.gold <!-- x\n= 5 }",
                "(event) => { event.gold\n= 5 }",
                "(event) => { event.me.gold = 5 }",
                "(event) => { event.change() }",
            ],
            false,
        );
    }

    #[test]
    fn who_hands_the_event_on_may_write() {
        check(
            &[
                "(event) => change(event)",
                "(event) => { const other = event; other.gold = 5 }",
                "(event) => event['gold'] = 5",
                "(event) => event.change()",
                "(event) => event?.gold",
                "(...events) => events[0].gold = 5",
                "function () { arguments[0].gold = 5 }",
                "(event) => eval('event.gold = 5')",
                "(ev) => { \\u0065v.gold = 5 }",
                "(event) => { with (event) gold = 5 }",
                "(event) => { event./* */gold = 5 }",
                "[name](event) { event.gold = 5 }",
                "function () { [native code] }",
            ],
            false,
        );
    }
}
