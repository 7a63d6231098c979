//! A call of a function without a detour.
//!
//! With rquickjs every value that comes or goes asks C for its context too, which together costs as much as a short
//! function. This hands over values as `QuickJS` takes them.

use std::mem::MaybeUninit;

use rquickjs::{Ctx, Function, Result, Value as JsValue, qjs};

/// Arguments of a call.
pub(super) struct Arguments<'a, 'js> {
    ctx: &'a Ctx<'js>,
    /// The first `len` of them are written, and ours to free.
    values: [MaybeUninit<qjs::JSValue>; Arguments::MOST],
    len: usize,
}

impl Arguments<'_, '_> {
    /// How many there may be.
    pub const MOST: usize = 64;
}

impl<'a, 'js> Arguments<'a, 'js> {
    pub fn new(ctx: &'a Ctx<'js>) -> Self {
        Self { ctx, values: [MaybeUninit::uninit(); Arguments::MOST], len: 0 }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// Adds one; there has to be room for it.
    pub fn push_value(&mut self, value: &JsValue<'js>) {
        // SAFETY: the value is of this context, whose lifetime is the same; the count that is added is taken back on drop.
        let value = unsafe { qjs::JS_DupValue(self.raw(), value.as_raw()) };
        self.push(value);
    }

    pub fn push_null(&mut self) {
        self.push(qjs::JS_NULL);
    }

    pub fn push_bool(&mut self, value: bool) {
        self.push(if value { qjs::JS_TRUE } else { qjs::JS_FALSE });
    }

    pub fn push_number(&mut self, value: f64) {
        let int = value as i32;
        // By bits, since -0 is no integer.
        let is_int = f64::from(int).to_bits() == value.to_bits();
        self.push(if is_int { qjs::JS_MKVAL(qjs::JS_TAG_INT, int) } else { qjs::JS_NewFloat64(value) });
    }

    /// Adds a text. False if there is no memory for it.
    pub fn push_text(&mut self, text: &str) -> bool {
        // SAFETY: the pointer and the length are those of a text that lives, which is copied.
        let text = unsafe { qjs::JS_NewStringLen(self.raw(), text.as_ptr().cast(), text.len() as _) };
        // SAFETY: this looks at the value alone.
        if unsafe { qjs::JS_IsException(text) } {
            self.ctx.catch();
            return false;
        }
        self.push(text);
        true
    }

    fn push(&mut self, value: qjs::JSValue) {
        self.values[self.len].write(value);
        self.len += 1;
    }

    fn raw(&self) -> *mut qjs::JSContext {
        self.ctx.as_raw().as_ptr()
    }

    /// Calls a function. Its answer is returned if it is an object.
    ///
    /// # Errors
    ///
    /// What it throws is thrown again with `throw`, a function that does just that: so it goes on as rquickjs has it, which
    /// has to take care of panics.
    pub fn call(&mut self, function: &Function<'js>, throw: &Function<'js>) -> Result<Option<JsValue<'js>>> {
        let values = self.values.as_mut_ptr().cast();
        // SAFETY: function and arguments are of this context and live during the call, which leaves them to us; as many as
        // it is told of are written.
        let answer =
            unsafe { qjs::JS_Call(self.raw(), function.as_value().as_raw(), qjs::JS_UNDEFINED, self.len as _, values) };
        // SAFETY: this looks at the value alone.
        match unsafe { qjs::JS_VALUE_GET_NORM_TAG(answer) } {
            qjs::JS_TAG_EXCEPTION => throw.call((self.ctx.catch(),)).map(Some),
            // SAFETY: the answer is ours, and given away.
            qjs::JS_TAG_OBJECT => Ok(Some(unsafe { JsValue::from_raw(self.ctx.clone(), answer) })),
            _ => {
                // SAFETY: the answer is ours, and nobody has it after this.
                unsafe { qjs::JS_FreeValue(self.raw(), answer) };
                Ok(None)
            }
        }
    }
}

impl Drop for Arguments<'_, '_> {
    fn drop(&mut self) {
        for value in &self.values[..self.len] {
            // SAFETY: the first `len` are written, and ours. What is not counted needs no freeing.
            unsafe {
                let value = value.assume_init();
                if qjs::JS_VALUE_HAS_REF_COUNT(value) {
                    qjs::JS_FreeValue(self.raw(), value);
                }
            }
        }
    }
}
