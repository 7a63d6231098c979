//! Writes SVG: elements whose attributes and texts are escaped, whatever stands in them.

use std::fmt::{self, Display, Write as _};

/// An SVG that is being written.
///
/// The crates that write XML escape what has a meaning in it, but let pass what may not stand in it at all, such as the
/// colours of a terminal in the message of a panic. So this is our own.
pub(super) struct Svg {
    text: String,
    open: Vec<&'static str>,
}

/// The fonts of all pictures.
pub(super) const FONTS: &str = "\
.ground{fill:#ffffff}\
text{font-family:system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;font-size:12px;fill:#1c2733}\
.title{font-size:16px;font-weight:600}";

/// An attribute of an element.
pub(super) type Attribute<'a> = (&'static str, &'a dyn Display);

impl Svg {
    /// Begins a picture of a size in pixels, on a ground of its own, so that it can be read on any page.
    pub(super) fn new(width: i32, height: i32, title: &str, style: &str) -> Self {
        let mut svg = Self { text: String::new(), open: Vec::new() };
        let view_box = format!("0 0 {width} {height}");
        let size: [Attribute<'_>; 5] = [
            ("xmlns", &"http://www.w3.org/2000/svg"),
            ("width", &width),
            ("height", &height),
            ("viewBox", &view_box),
            ("role", &"img"),
        ];
        svg.begin("svg", &size);
        svg.element("title", &[], title);
        svg.element("style", &[], style);
        svg.leaf("rect", &[("class", &"ground"), ("width", &width), ("height", &height)]);
        svg
    }

    /// Writes an element without content.
    pub(super) fn leaf(&mut self, tag: &'static str, attributes: &[Attribute<'_>]) {
        self.tag(tag, attributes);
        self.text += "/>\n";
    }

    /// Writes an element with nothing but text in it.
    pub(super) fn element(&mut self, tag: &'static str, attributes: &[Attribute<'_>], text: &str) {
        self.tag(tag, attributes);
        self.text.push('>');
        self.escape(&text);
        writeln!(self.text, "</{tag}>").expect("a string takes everything");
    }

    /// Writes a line of text that begins at a place.
    pub(super) fn line(&mut self, class: &str, x: i32, y: i32, text: &str) {
        self.element("text", &[("class", &class), ("x", &x), ("y", &y)], text);
    }

    /// Begins an element that holds others, until it is [ended](Self::end).
    pub(super) fn begin(&mut self, tag: &'static str, attributes: &[Attribute<'_>]) {
        self.tag(tag, attributes);
        self.text += ">\n";
        self.open.push(tag);
    }

    /// Ends the element that was begun last.
    pub(super) fn end(&mut self) {
        let tag = self.open.pop().expect("what ends has begun");
        writeln!(self.text, "</{tag}>").expect("a string takes everything");
    }

    /// Ends the picture.
    pub(super) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.end();
        }
        self.text
    }

    fn tag(&mut self, tag: &'static str, attributes: &[Attribute<'_>]) {
        self.text.push('<');
        self.text += tag;
        for (name, value) in attributes {
            write!(self.text, " {name}=\"").expect("a string takes everything");
            self.escape(value);
            self.text.push('"');
        }
    }

    fn escape(&mut self, value: &dyn Display) {
        write!(Escaping(&mut self.text), "{value}").expect("a string takes everything");
    }
}

/// Escapes what is written through it.
struct Escaping<'a>(&'a mut String);

impl fmt::Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                // XML has no way to write them.
                '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                    self.0.push(char::REPLACEMENT_CHARACTER);
                }
                other => self.0.push(other),
            }
        }
        Ok(())
    }
}

/// Returns how many columns a text takes in a font whose letters are all as wide: two for those of East Asia and emoji.
pub(super) fn columns(text: &str) -> i32 {
    text.chars().map(width_of).sum()
}

/// Returns how wide a text is, about: nobody knows the font.
pub(super) fn text_width(text: &str) -> i32 {
    let letter = |c: char| match c {
        ' ' | '!' | '\'' | '(' | ')' | ',' | '.' | ':' | ';' | 'I' | '`' | 'f' | 'i' | 'j' | 'l' | 'r' | 't' | '|' => {
            4.6
        }
        '%' | '@' | 'M' | 'W' | 'm' | 'w' => 11.0,
        'A'..='Z' => 8.6,
        other => 7.4 * f64::from(width_of(other)),
    };
    text.chars().map(letter).sum::<f64>().ceil() as i32
}

fn width_of(c: char) -> i32 {
    match c {
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

/// Takes out the middle of a text that takes more columns than there are: names that are long often differ at the end.
pub(super) fn shortened(text: &str, most: i32) -> String {
    if columns(text) <= most {
        return text.into();
    }
    let tail = (most - 1) / 3;
    let head = fitting(text.chars(), most - 1 - tail);
    let tail = fitting(text.chars().rev(), tail);
    head.into_iter().chain(['…']).chain(tail.into_iter().rev()).collect()
}

fn fitting(letters: impl Iterator<Item = char>, most: i32) -> Vec<char> {
    let mut taken = 0;
    let fits = |c: &char| {
        taken += width_of(*c);
        taken <= most
    };
    letters.take_while(fits).collect()
}

/// Breaks a text into lines, between words where that is possible.
pub(super) fn wrapped(text: &str, most: i32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut room = 0;
    for word in text.split_whitespace() {
        if let Some(line) = lines.last_mut().filter(|_| columns(word) < room) {
            *line += " ";
            *line += word;
            room -= 1 + columns(word);
            continue;
        }
        room = 0;
        for c in word.chars() {
            if width_of(c) > room || lines.is_empty() {
                lines.push(String::new());
                room = most;
            }
            lines.last_mut().expect("there is one by now").push(c);
            room -= width_of(c);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_place() {
        let mut svg = Svg::new(1, 2, "a </title> & \"b\"", "");
        svg.line("\"><script>", 0, 0, "\u{1b}[31mred]]>\n'x'\u{ffff}");
        let text = svg.finish();
        let document = roxmltree::Document::parse(&text).expect("it is well formed");
        let titles = document.descendants().filter(|node| node.has_tag_name("title"));
        assert_eq!(titles.filter_map(|title| title.text()).collect::<Vec<_>>(), ["a </title> & \"b\""]);
        let line = document.descendants().find(|node| node.has_tag_name("text")).expect("it is there");
        assert_eq!(line.attribute("class"), Some("\"><script>"));
        assert_eq!(line.text(), Some("\u{fffd}[31mred]]>\n'x'\u{fffd}"));
    }

    #[test]
    fn texts_are_broken_between_words() {
        assert_eq!(wrapped("it requires `Weather ^2`", 12), ["it requires", "`Weather ^2`"]);
        assert_eq!(wrapped("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrapped("雨雨雨", 4), ["雨雨", "雨"]);
        assert_eq!(wrapped("雨", 1), ["雨"]);
        assert_eq!(wrapped(" \n", 9), [""; 0]);
    }

    #[test]
    fn long_texts_lose_their_middle() {
        assert_eq!(shortened("Weather", 7), "Weather");
        assert_eq!(shortened("Weather_of_1987", 13), "Weather_…1987");
        assert_eq!(shortened("雨雨雨雨", 7), "雨雨…雨");
    }
}
