//! Values as people read them, in the log and in errors.

use rquickjs::{Atom, Coerced, Function, Object, Value as JsValue, atom::PredefinedAtom};

use super::{errors, state::state, values};

/// How deep values are shown.
const DEEPEST: usize = 4;
/// How many items of a list, and fields of an object, are shown.
const MOST: usize = 100;
/// How long a text may be.
const LONGEST: usize = 16 * 1024;

/// Writes what a script logs: texts as they are, everything else as it would be written in a script.
///
/// The first may say where the others go: `%s`, `%d`, `%i`, `%f`, `%j`, `%o`, `%O`.
pub(super) fn line<'js>(values: &[JsValue<'js>]) -> String {
    let mut rest = values.iter();
    let mut line = String::new();
    if let [first, _, ..] = values
        && let Some(template) = first.as_string()
    {
        rest.next();
        fill(&mut line, &values::text_of(template).unwrap_or_default(), &mut rest);
    }
    for value in rest {
        if !line.is_empty() {
            line.push(' ');
        }
        line += &plain(value);
    }
    cut(&mut line);
    line
}

/// Writes a value as it would be written in a script.
pub(super) fn value(value: &JsValue<'_>) -> String {
    let mut writer = Writer { text: String::new(), above: Vec::new() };
    writer.write(value);
    cut(&mut writer.text);
    writer.text
}

/// Writes a value, and a text without quotes.
fn plain(js: &JsValue<'_>) -> String {
    match js.as_string() {
        Some(text) => values::text_of(text).unwrap_or_default(),
        None => value(js),
    }
}

fn fill<'a, 'js: 'a>(line: &mut String, template: &str, values: &mut impl Iterator<Item = &'a JsValue<'js>>) {
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('%') {
        *line += before;
        let mut letters = after.chars();
        let letter = letters.next();
        rest = letters.as_str();
        match letter {
            Some(letter @ ('s' | 'd' | 'i' | 'f' | 'j' | 'o' | 'O')) => match values.next() {
                Some(value) => *line += &plain(value),
                None => line.extend(['%', letter]),
            },
            Some('%') | None => line.push('%'),
            Some(letter) => line.extend(['%', letter]),
        }
    }
    *line += rest;
}

fn cut(text: &mut String) {
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST));
        *text += "...";
    }
}

struct Writer<'js> {
    text: String,
    /// The objects in which we are.
    above: Vec<JsValue<'js>>,
}

impl<'js> Writer<'js> {
    fn write(&mut self, value: &JsValue<'js>) {
        if self.text.len() > LONGEST {
        } else if value.is_undefined() {
            self.text += "undefined";
        } else if value.is_null() {
            self.text += "null";
        } else if let Some(value) = value.as_bool() {
            self.text += if value { "true" } else { "false" };
        } else if let Some(text) = value.as_string() {
            self.text += &quoted(&values::text_of(text).unwrap_or_default());
        } else if value.is_big_int() {
            self.text += &format!("{}n", coerced(value));
        } else if let Some(symbol) = value.as_symbol() {
            let description = symbol.description().map(|text| coerced(&text)).unwrap_or_default();
            self.text += &format!("Symbol({description})");
        } else if let Some(object) = value.as_object() {
            self.write_object(object);
        } else {
            self.text += &coerced(value);
        }
    }

    fn write_object(&mut self, object: &Object<'js>) {
        if object.is_proxy() {
            // To look into it would run whatever is behind it.
            self.text += "[Proxy]";
        } else if self.above.contains(object.as_value()) {
            self.text += "[Circular]";
        } else if let Some(function) = object.as_function() {
            self.text += &named("Function", function);
        } else if object.is_error() {
            self.write_error(object);
        } else if self.above.len() >= DEEPEST {
            self.text += if object.is_array() { "[Array]" } else { "[Object]" };
        } else {
            self.above.push(object.as_value().clone());
            self.write_parts(object);
            self.above.pop();
        }
    }

    fn write_error(&mut self, error: &Object<'js>) {
        let thrown = errors::thrown(error.ctx(), error.as_value());
        self.text += &match self.above.is_empty() {
            true => [vec![thrown.message], thrown.stack.iter().map(|frame| format!("    at {frame}")).collect()]
                .concat()
                .join("\n"),
            false => format!("[{}]", thrown.message),
        };
    }

    fn write_parts(&mut self, object: &Object<'js>) {
        let class = class_of(object);
        if object.is_array() || values::is_typed_array(object) {
            if class != "Array" {
                self.text += &format!("{class} ");
            }
            return self.write_list(object);
        }
        match class.as_str() {
            "Date" | "RegExp" | "Number" | "String" | "Boolean" => self.text += &coerced(object.as_value()),
            "Map" | "Set" => {
                let state = state(object.ctx());
                let list = state
                    .depth
                    .check(object.ctx())
                    .and_then(|()| state.builtins.array_from.call::<_, Object<'js>>((object.clone(),)));
                self.text += &format!("{class} ");
                match list {
                    Ok(list) => self.write_list(&list),
                    Err(_) => self.text += "{}",
                }
            }
            "Promise" => self.text += "[Promise]",
            "Object" => self.write_fields(object),
            _ => {
                self.text += &format!("{class} ");
                self.write_fields(object);
            }
        }
    }

    fn write_list(&mut self, list: &Object<'js>) {
        let length = values::length_of(list).unwrap_or_default();
        self.write_all(('[', ']'), length as usize, (0..length).map(|index| (None, list.get(index))));
    }

    fn write_fields(&mut self, object: &Object<'js>) {
        let keys = object.keys::<Atom<'js>>();
        let fields = keys.filter_map(|key| {
            let key = key.ok()?;
            let text = values::text_of(&key.to_js_string().ok()?).unwrap_or_default();
            Some((Some(text), object.get(key)))
        });
        self.write_all(('{', '}'), object.keys::<Atom<'js>>().len(), fields);
    }

    fn write_all(
        &mut self,
        (begin, end): (char, char),
        count: usize,
        parts: impl Iterator<Item = (Option<String>, rquickjs::Result<JsValue<'js>>)>,
    ) {
        self.text.push(begin);
        for (index, (key, value)) in parts.take(MOST).enumerate() {
            self.text += if index == 0 { " " } else { ", " };
            if let Some(key) = key {
                self.text += &match is_word(&key) {
                    true => format!("{key}: "),
                    false => format!("{}: ", quoted(&key)),
                };
            }
            match value {
                Ok(value) => self.write(&value),
                Err(_) => self.text += "[Getter that throws]",
            }
        }
        if count > MOST {
            self.text += &format!(", ... {} more", count - MOST);
        }
        self.text += if count > 0 { " " } else { "" };
        self.text.push(end);
    }
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('\n', "\\n");
    match text.contains('\'') {
        true => format!("\"{}\"", escaped.replace('"', "\\\"")),
        false => format!("'{escaped}'"),
    }
}

fn is_word(key: &str) -> bool {
    !key.starts_with(|c: char| c.is_ascii_digit())
        && !key.is_empty()
        && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
}

fn coerced<'js>(value: &JsValue<'js>) -> String {
    value.get::<Coerced<rquickjs::String<'js>>>().and_then(|text| values::text_of(&text.0)).unwrap_or_default()
}

fn named(kind: &str, function: &Function<'_>) -> String {
    match function.get::<_, String>(PredefinedAtom::Name) {
        Ok(name) if !name.is_empty() => format!("[{kind}: {name}]"),
        _ => format!("[{kind}]"),
    }
}

/// Returns the name of an object's class; `Object` if it has none.
fn class_of(object: &Object<'_>) -> String {
    let constructor = object.get::<_, Object<'_>>(PredefinedAtom::Constructor);
    constructor.and_then(|constructor| constructor.get(PredefinedAtom::Name)).unwrap_or_else(|_| "Object".into())
}
