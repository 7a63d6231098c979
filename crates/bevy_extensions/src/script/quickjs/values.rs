//! Values on their way between the host and JavaScript.
//!
//! They become what `JSON.stringify` and `JSON.parse` would make of them, without a text in between, and with integers
//! that stay exact.

use rquickjs::{
    Array, Atom, BigInt, Coerced, Ctx, Exception, Function, IntoJs, Object, Result, String as JsString,
    Value as JsValue, atom::PredefinedAtom, function::This, object::Property,
};
use serde_json::{Map, Number, Value};

use super::state::state;

/// How deep a value may be nested.
const DEEPEST: usize = 128;
/// The integers up to which JavaScript's numbers are exact.
const EXACT: u64 = 1 << 53;

/// Makes a value of JavaScript.
///
/// # Errors
///
/// If it is nested too deep, or does not fit into memory.
pub(super) fn to_js<'js>(ctx: &Ctx<'js>, value: &Value) -> Result<JsValue<'js>> {
    build(ctx, value, DEEPEST)
}

fn build<'js>(ctx: &Ctx<'js>, value: &Value, deeper: usize) -> Result<JsValue<'js>> {
    Ok(match value {
        Value::Null => JsValue::new_null(ctx.clone()),
        Value::Bool(value) => JsValue::new_bool(ctx.clone(), *value),
        Value::Number(number) => build_number(ctx, number)?,
        Value::String(text) => text.as_str().into_js(ctx)?,
        Value::Array(items) => {
            let deeper = one_less(ctx, deeper)?;
            let array = Array::new(ctx.clone())?;
            for (index, item) in items.iter().enumerate() {
                array.set(index, build(ctx, item, deeper)?)?;
            }
            array.into_value()
        }
        Value::Object(fields) => {
            let deeper = one_less(ctx, deeper)?;
            let object = Object::new(ctx.clone())?;
            for (key, field) in fields {
                put_field(&object, key, Atom::from_str(ctx.clone(), key)?, build(ctx, field, deeper)?)?;
            }
            object.into_value()
        }
    })
}

fn build_number<'js>(ctx: &Ctx<'js>, number: &Number) -> Result<JsValue<'js>> {
    Ok(match (number.as_i64(), number.as_u64()) {
        (Some(integer), _) if integer.unsigned_abs() <= EXACT => JsValue::new_number(ctx.clone(), integer as f64),
        (Some(integer), _) => BigInt::from_i64(ctx.clone(), integer)?.into_value(),
        (None, Some(integer)) => BigInt::from_u64(ctx.clone(), integer)?.into_value(),
        (None, None) => JsValue::new_float(ctx.clone(), number.as_f64().unwrap_or(f64::NAN)),
    })
}

/// Reads a value of JavaScript; what is none, as a function, is null.
///
/// # Errors
///
/// If it is nested too deep, is too large, has an integer that does not fit, or throws when it is read.
pub(super) fn from_js<'js>(value: &JsValue<'js>) -> Result<Value> {
    Ok(Reader::new(value.ctx()).read(value, "", None, DEEPEST)?.unwrap_or_default())
}

/// Reads what became of a value, as [`from_js`]: where it is equal to what it was before, it is that.
pub(super) fn from_js_after<'js>(value: &JsValue<'js>, before: &Value) -> Result<Value> {
    Ok(Reader::new(value.ctx()).read(value, "", Some(before), DEEPEST)?.unwrap_or_default())
}

/// Puts a field into an object that has none of that name.
fn put_field<'js>(object: &Object<'js>, name: &str, atom: Atom<'js>, value: JsValue<'js>) -> Result<()> {
    if name == "__proto__" {
        // To set it would change what the object is.
        return object.prop(atom, Property::from(value).writable().enumerable().configurable());
    }
    object.set(atom, value)
}

/// Reads a value, bounded by the memory that its script may have: what is small in JavaScript, as one list a thousand
/// times in another, can be huge outside.
struct Reader<'a, 'js> {
    ctx: &'a Ctx<'js>,
    left: usize,
}

impl<'a, 'js> Reader<'a, 'js> {
    fn new(ctx: &'a Ctx<'js>) -> Self {
        Self { ctx, left: memory_kib(ctx) as usize * 1024 }
    }

    /// Reads a value; `None` is one that JSON leaves out. Where it is equal to what it was before, it is that.
    fn read(
        &mut self,
        value: &JsValue<'js>,
        key: &str,
        before: Option<&Value>,
        deeper: usize,
    ) -> Result<Option<Value>> {
        self.spend(size_of::<Value>())?;
        if let Some(object) = value.as_object() {
            if value.is_function() {
                return Ok(None);
            }
            return self.read_object(object, key, before, deeper);
        }
        if let Some(before) = before
            && is_same(before, value)?
        {
            return Ok(Some(before.clone()));
        }
        Ok(if let Some(value) = value.as_bool() {
            Some(Value::Bool(value))
        } else if let Some(number) = value.as_number() {
            Some(number_of(number))
        } else if let Some(text) = value.as_string() {
            let text = text_of(text)?;
            self.spend(text.len())?;
            Some(Value::String(text))
        } else if value.is_big_int() {
            Some(Value::Number(integer_of(self.ctx, value)?))
        } else {
            value.is_null().then_some(Value::Null)
        })
    }

    fn read_object(
        &mut self,
        object: &Object<'js>,
        key: &str,
        before: Option<&Value>,
        deeper: usize,
    ) -> Result<Option<Value>> {
        let deeper = one_less(self.ctx, deeper)?;
        let to_json: JsValue<'js> = object.get(PredefinedAtom::ToJSON)?;
        if let Some(to_json) = to_json.into_function() {
            let state = state(self.ctx);
            state.depth.check(self.ctx)?;
            let value: JsValue<'js> = to_json.call((This(object.clone()), key))?;
            return self.read(&value, key, before, deeper);
        }
        if object.is_array() || is_typed_array(object) {
            let before = before.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            return Ok(Some(Value::Array(self.read_list(object, before, deeper)?)));
        }
        let before = before.and_then(Value::as_object);
        let mut fields = Map::new();
        for atom in object.keys::<Atom<'js>>() {
            let atom = atom?;
            let key = text_of(&atom.to_js_string()?)?;
            self.spend(key.len())?;
            let field: JsValue<'js> = object.get(atom)?;
            if let Some(field) = self.read(&field, &key, before.and_then(|fields| fields.get(&key)), deeper)? {
                fields.insert(key, field);
            }
        }
        Ok(Some(Value::Object(fields)))
    }

    fn read_list(&mut self, list: &Object<'js>, before: &[Value], deeper: usize) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        for index in 0..length_of(list)? {
            let item: JsValue<'js> = list.get(index)?;
            items.push(self.read(&item, "", before.get(index as usize), deeper)?.unwrap_or_default());
        }
        Ok(items)
    }

    fn spend(&mut self, bytes: usize) -> Result<()> {
        match self.left.checked_sub(bytes) {
            Some(left) => self.left = left,
            None => {
                let complaint = format!("this value needs more than {} KiB of memory", memory_kib(self.ctx));
                return Err(Exception::throw_range(self.ctx, &complaint));
            }
        }
        Ok(())
    }
}

/// Tells whether a value of JavaScript is the same as one of the host, without reading it as a whole.
pub(super) fn is_same<'js>(value: &Value, js: &JsValue<'js>) -> Result<bool> {
    Ok(match value {
        Value::Null => js.is_null(),
        Value::Bool(value) => js.as_bool() == Some(*value),
        Value::Number(number) => match js.as_number() {
            Some(js) => is_same_number(number, js),
            None => js.is_big_int() && integer_of(js.ctx(), js)? == *number,
        },
        Value::String(text) => match js.as_string() {
            Some(js) => text_of(js)? == *text,
            None => false,
        },
        Value::Array(items) => match js.as_object() {
            Some(list) if js.is_array() && length_of(list)? as usize == items.len() => {
                for (index, item) in (0_u32..).zip(items) {
                    if !is_same(item, &list.get::<_, JsValue<'js>>(index)?)? {
                        return Ok(false);
                    }
                }
                true
            }
            _ => false,
        },
        Value::Object(fields) => match js.as_object() {
            Some(object) if !js.is_function() && !js.is_array() => {
                // Counted first: one that is new is found in no other way.
                if object.keys::<Atom<'js>>().len() != fields.len() {
                    return Ok(false);
                }
                for (key, field) in fields {
                    if !is_same(field, &object.get::<_, JsValue<'js>>(key)?)? {
                        return Ok(false);
                    }
                }
                true
            }
            _ => false,
        },
    })
}

fn is_same_number(number: &Number, js: f64) -> bool {
    match (number.as_i64(), number.as_u64()) {
        (Some(integer), _) => integer.unsigned_abs() <= EXACT && integer as f64 == js,
        (None, Some(_)) => false,
        (None, None) => number.as_f64() == Some(js),
    }
}

/// A number of JavaScript is an integer if it could be one; what is none in JSON is null.
fn number_of(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() <= EXACT as f64 {
        Value::from(number as i64)
    } else {
        Number::from_f64(number).map_or(Value::Null, Value::Number)
    }
}

fn integer_of<'js>(ctx: &Ctx<'js>, value: &JsValue<'js>) -> Result<Number> {
    let digits = value.get::<Coerced<String>>()?.0;
    let signed = digits.parse::<i64>().map(Number::from);
    signed.or_else(|_| digits.parse::<u64>().map(Number::from)).map_err(|_| {
        Exception::throw_range(ctx, &format!("the integer {} does not fit into 64 bits", shortened(&digits)))
    })
}

fn shortened(digits: &str) -> String {
    match digits.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", &digits[..end]),
        None => digits.into(),
    }
}

/// Returns the text of a string. Half a surrogate pair, which is no text, becomes a replacement character.
pub(super) fn text_of<'js>(text: &JsString<'js>) -> Result<String> {
    match text.to_string() {
        Err(rquickjs::Error::Utf8(_)) => {
            let state = state(text.ctx());
            state.depth.check(text.ctx())?;
            state.builtins.to_well_formed.call::<_, JsString<'js>>((This(text.clone()),))?.to_string()
        }
        text => text,
    }
}

/// Returns the length of a list; not with [`Array::len`], which panics if it is beyond 31 bits.
pub(super) fn length_of(list: &Object<'_>) -> Result<u32> {
    Ok(list.get::<_, f64>(PredefinedAtom::Length)? as u32)
}

/// Tells whether an object is a list of numbers.
pub(super) fn is_typed_array(object: &Object<'_>) -> bool {
    object.is_typed_array::<u8>()
        || object.is_typed_array::<f32>()
        || object.is_typed_array::<f64>()
        || object.is_typed_array::<i32>()
        || object.is_typed_array::<u32>()
        || object.is_typed_array::<i16>()
        || object.is_typed_array::<u16>()
        || object.is_typed_array::<i8>()
        || object.is_typed_array::<rquickjs::U8Clamped>()
        || object.is_typed_array::<i64>()
        || object.is_typed_array::<u64>()
}

/// Freezes an object and all that is in it.
pub(super) fn freeze<'js>(value: &JsValue<'js>, freeze_one: &Function<'js>) -> Result<()> {
    if let Some(object) = value.as_object() {
        for field in object.values::<JsValue<'js>>() {
            freeze(&field?, freeze_one)?;
        }
        freeze_one.call::<_, ()>((value.clone(),))?;
    }
    Ok(())
}

fn one_less(ctx: &Ctx<'_>, deeper: usize) -> Result<usize> {
    let complaint = || format!("this value is nested more than {DEEPEST} deep, or contains itself");
    deeper.checked_sub(1).ok_or_else(|| Exception::throw_range(ctx, &complaint()))
}

fn memory_kib(ctx: &Ctx<'_>) -> u32 {
    state(ctx).source.limits.memory_kib.get()
}
