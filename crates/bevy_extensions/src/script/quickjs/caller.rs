//! Listeners that only read their events are called by functions that are made for them.
//!
//! Most events are a few fields with a text or a number in each, and most listeners only read them. For these a function
//! is compiled that makes the object and calls the listener: that is much faster than to make it from outside, and nobody
//! has to look at it afterwards.

use rquickjs::{Ctx, Function, IntoJs, JsLifetime, Result, Value as JsValue, function::Args};

use super::api::own_code;
use crate::event::{FieldSink, HeardEvent, Plain};

/// A function that makes an event of some fields and calls a listener with it.
#[derive(JsLifetime, Default)]
pub(super) struct Caller<'js> {
    /// The names of the fields, in their order.
    names: Vec<Box<str>>,
    function: Option<Function<'js>>,
}

impl<'js> Caller<'js> {
    /// Calls a listener that only reads its event. `None` if there is more in the event than plain fields.
    ///
    /// # Errors
    ///
    /// If the listener fails.
    pub fn call(
        &mut self,
        ctx: &Ctx<'js>,
        listener: &Function<'js>,
        event: &dyn HeardEvent,
        meta: JsValue<'js>,
    ) -> Option<Result<JsValue<'js>>> {
        let mut fields = Fields { ctx, names: &mut self.names, values: Vec::with_capacity(8), are_others: false };
        if !event.fields(&mut fields) {
            self.function = None;
            self.names.clear();
            return None;
        }
        let Fields { values, mut are_others, .. } = fields;
        are_others |= values.len() != self.names.len();
        self.names.truncate(values.len());
        if are_others || self.function.is_none() {
            self.function = match compile(ctx, &self.names).and_then(|make| make.call((listener.clone(),))) {
                Ok(function) => Some(function),
                Err(error) => return Some(Err(error)),
            };
        }
        let function = self.function.as_ref()?;
        Some(call(ctx, function, meta, values))
    }
}

fn call<'js>(
    ctx: &Ctx<'js>,
    function: &Function<'js>,
    meta: JsValue<'js>,
    values: Vec<JsValue<'js>>,
) -> Result<JsValue<'js>> {
    let mut arguments = Args::new(ctx.clone(), values.len() + 1);
    arguments.push_arg(meta)?;
    arguments.push_args(values)?;
    function.call_arg(arguments)
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
struct Fields<'a, 'js> {
    ctx: &'a Ctx<'js>,
    names: &'a mut Vec<Box<str>>,
    values: Vec<JsValue<'js>>,
    /// Whether a name is another than last time.
    are_others: bool,
}

impl FieldSink for Fields<'_, '_> {
    fn field(&mut self, name: &str, value: Plain<'_>) -> bool {
        let index = self.values.len();
        if self.names.get(index).is_none_or(|known| **known != *name) {
            self.names.truncate(index);
            self.names.push(name.into());
            self.are_others = true;
        }
        let ctx = self.ctx.clone();
        self.values.push(match value {
            Plain::Null => JsValue::new_null(ctx),
            Plain::Bool(value) => JsValue::new_bool(ctx, value),
            Plain::Number(value) => JsValue::new_number(ctx, value),
            // One that finds no memory is told of by whoever makes a value of the event.
            Plain::Text(text) => match text.into_js(self.ctx) {
                Ok(text) => text,
                Err(_) => return false,
            },
        });
        index < MOST_FIELDS
    }
}

/// How many fields an event may have to be made by a function: each is an argument.
const MOST_FIELDS: usize = 64;
