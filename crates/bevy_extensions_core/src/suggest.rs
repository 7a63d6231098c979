//! "Did you mean ..?"

/// Returns the candidate that a misspelt word was probably meant to be, for a "did you mean".
///
/// ```
/// use bevy_extensions_core::nearest;
///
/// assert_eq!(nearest("Ecomony", &["Chat", "Economy"]), Some("Economy"));
/// assert_eq!(nearest("Weather", &["Chat", "Economy"]), None);
/// ```
pub fn nearest<'a, S: AsRef<str>>(word: &str, candidates: &'a [S]) -> Option<&'a str> {
    let likeness =
        |candidate: &str| strsim::damerau_levenshtein(&word.to_ascii_lowercase(), &candidate.to_ascii_lowercase());
    // About one slip in three letters still reads as the same word.
    let limit = (word.chars().count().max(3) / 3).max(1);
    candidates
        .iter()
        .map(|candidate| (likeness(candidate.as_ref()), candidate.as_ref()))
        .min()
        .filter(|(slips, _)| *slips <= limit)
        .map(|(_, candidate)| candidate)
}

/// Lists words for a sentence: `a`, `b` and `c`.
pub(crate) fn list<S: AsRef<str>>(words: &[S]) -> String {
    join(words, "and")
}

/// Lists words for a sentence that names a choice.
///
/// ```
/// use bevy_extensions_core::either;
///
/// assert_eq!(either(&["red", "green", "blue"]), "`red`, `green` or `blue`");
/// ```
pub fn either<S: AsRef<str>>(words: &[S]) -> String {
    join(words, "or")
}

fn join<S: AsRef<str>>(words: &[S], last: &str) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [init @ .., end] => format!("{} {last} {end}", init.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood() {
        let keys = ["dependencies", "description", "name"];
        assert_eq!(nearest("dependancies", &keys), Some("dependencies"));
        assert_eq!(nearest("nmae", &keys), Some("name"));
        assert_eq!(nearest("Name", &keys), Some("name"));
        assert_eq!(nearest("colour", &keys), None);
    }

    #[test]
    fn lists_read_like_a_sentence() {
        assert_eq!(list(&["a"]), "`a`");
        assert_eq!(list(&["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(either(&["a", "b"]), "`a` or `b`");
    }
}
