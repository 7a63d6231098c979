//! Listeners that only read their events are called by functions that are made for them.
//!
//! Most events are a few fields with a text or a number in each, and most listeners only read them. For these a function
//! is compiled that makes the object and calls the listener: that is much faster than to make it from outside, and nobody
//! has to look at it afterwards.

use rquickjs::{Ctx, Function, JsLifetime, Result, Value as JsValue};

use super::{api::own_code, arguments::Arguments, state::State};
use crate::event::{FieldSink, HeardEvent, Plain};

/// A function that makes an event of some fields and calls a listener with it.
#[derive(JsLifetime, Default)]
pub(super) struct Caller<'js> {
    /// The names of the fields, in their order.
    names: Vec<Box<str>>,
    function: Option<Function<'js>>,
}

impl<'js> Caller<'js> {
    /// Calls a listener that only reads its event; what it answers is returned if that is an object. `None` if there is more
    /// in the event than plain fields.
    ///
    /// # Errors
    ///
    /// If the listener fails.
    pub fn call(
        &mut self,
        state: &State<'js>,
        listener: &Function<'js>,
        event: &dyn HeardEvent,
        meta: &JsValue<'js>,
    ) -> Option<Result<Option<JsValue<'js>>>> {
        let ctx = meta.ctx();
        let mut arguments = Arguments::new(ctx);
        arguments.push_value(meta);
        let mut fields = Fields { names: &mut self.names, arguments: &mut arguments, are_others: false };
        if !event.fields(&mut fields) {
            self.function = None;
            self.names.clear();
            return None;
        }
        let mut are_others = fields.are_others;
        let count = arguments.len() - 1;
        are_others |= count != self.names.len();
        self.names.truncate(count);
        if are_others || self.function.is_none() {
            self.function = match compile(ctx, &self.names).and_then(|make| make.call((listener.clone(),))) {
                Ok(function) => Some(function),
                Err(error) => return Some(Err(error)),
            };
        }
        Some(arguments.call(self.function.as_ref()?, &state.builtins.throw))
    }
}

/// Compiles a function that takes a listener, and makes one of it that takes `meta` and the values of the fields.
fn compile<'js>(ctx: &Ctx<'js>, names: &[Box<str>]) -> Result<Function<'js>> {
    let arguments: String = (0..names.len()).map(|index| format!(", v{index}")).collect();
    let fields: String = names.iter().enumerate().map(|(index, name)| format!("{}: v{index}, ", key(name))).collect();
    own_code(ctx, &format!("(listener) => (meta{arguments}) => listener({{ {fields} }}, meta)"))
}

/// Writes the name of a field as JavaScript does, which reads JSON.
fn key(name: &str) -> String {
    let text = serde_json::Value::from(name);
    match name {
        // In brackets it is a name like any other; but QuickJS is slower then.
        "__proto__" => format!("[{text}]"),
        _ => text.to_string(),
    }
}

/// Takes the fields of an event.
struct Fields<'a, 'b, 'js> {
    names: &'a mut Vec<Box<str>>,
    arguments: &'a mut Arguments<'b, 'js>,
    /// Whether a name is another than last time.
    are_others: bool,
}

impl FieldSink for Fields<'_, '_, '_> {
    fn field(&mut self, name: &str, value: Plain<'_>) -> bool {
        let arguments = &mut *self.arguments;
        if arguments.len() == Arguments::MOST {
            return false;
        }
        // The first argument is no field.
        let index = arguments.len() - 1;
        if self.names.get(index).is_none_or(|known| **known != *name) {
            self.names.truncate(index);
            self.names.push(name.into());
            self.are_others = true;
        }
        match value {
            Plain::Null => arguments.push_null(),
            Plain::Bool(value) => arguments.push_bool(value),
            Plain::Number(value) => arguments.push_number(value),
            // One that finds no memory is told of by whoever makes a value of the event.
            Plain::Text(text) => return arguments.push_text(text),
        }
        true
    }
}
