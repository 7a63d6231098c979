//! `extension.files` and `extension.storage`: what came with a script, and what it writes.
//!
//! Unlike all else that a script asks the host for, this counts as its own time: it may be cut off between two files.

use bevy_extensions_core::{ExtensionFiles, FileError, Overwrite};
use rquickjs::{Array, ArrayBuffer, Ctx, Exception, Object, Result, TypedArray, Value as JsValue};

use super::{
    api::{add, list, told},
    state::{HOST, state},
    values::text_of,
};

/// Adds the functions behind them.
pub(super) fn install<'js>(natives: &Object<'js>) -> Result<()> {
    let files = Object::new(natives.ctx().clone())?;
    add(&files, "read", |ctx: Ctx<'js>, path: String| own(&ctx, &path, ExtensionFiles::read_text))?;
    add(&files, "bytes", |ctx: Ctx<'js>, path: String| array(&ctx, &own(&ctx, &path, ExtensionFiles::read)?))?;
    add(&files, "has", |ctx: Ctx<'js>, path: String| state(&ctx).source.files.contains(&path))?;
    add(&files, "list", |ctx: Ctx<'js>, prefix: String| names(&ctx, &state(&ctx).source.files.list(&prefix)))?;
    natives.set("files", files)?;

    let storage = Object::new(natives.ctx().clone())?;
    add(&storage, "read", read)?;
    add(&storage, "bytes", |ctx: Ctx<'js>, path: String| array(&ctx, &stored(&ctx, &path)?))?;
    add(&storage, "has", |path: String| HOST.with(|host| host.is_stored(&path)))?;
    add(&storage, "list", |ctx: Ctx<'js>, prefix: String| names(&ctx, &HOST.with(|host| host.list_stored(&prefix))))?;
    add(&storage, "write", write)?;
    add(&storage, "save", save)?;
    add(&storage, "remove", |ctx: Ctx<'js>, path: String| told(&ctx, HOST.with(|host| host.remove_stored(&path))))?;
    natives.set("storage", storage)
}

/// Reads a file that came with the script.
fn own<T>(
    ctx: &Ctx<'_>,
    path: &str,
    read: fn(&ExtensionFiles, &str) -> std::result::Result<T, FileError>,
) -> Result<T> {
    let files = state(ctx).source.files.clone();
    let complaint = |error| match error {
        FileError::Missing { .. } if files.is_single() => {
            format!("{error}, and a single script has none but itself: put both into a folder with a `main.js`")
        }
        error => error.to_string(),
    };
    told(ctx, read(&files, path).map_err(complaint))
}

fn stored(ctx: &Ctx<'_>, path: &str) -> Result<Vec<u8>> {
    told(ctx, HOST.with(|host| host.read_stored(path)))
}

fn read(ctx: Ctx<'_>, path: String) -> Result<String> {
    let text = String::from_utf8(stored(&ctx, &path)?);
    let text = told(&ctx, text.map_err(|_| FileError::NotText { path }.to_string()))?;
    Ok(text.trim_start_matches('\u{feff}').into())
}

fn write<'js>(ctx: Ctx<'js>, path: String, content: JsValue<'js>) -> Result<()> {
    let bytes = match content.as_string() {
        Some(text) => Some(text_of(text)?.into_bytes()),
        None => content.as_object().and_then(bytes_of),
    };
    let complaint =
        "`storage.write` takes a text or bytes (`Uint8Array`); `JSON.stringify` makes a text of other values";
    let bytes = bytes.ok_or_else(|| Exception::throw_type(&ctx, complaint))?;
    told(&ctx, HOST.with(|host| host.store(&path, &bytes)))
}

/// Copies bytes of JavaScript.
fn bytes_of(object: &Object<'_>) -> Option<Vec<u8>> {
    let buffer = || object.as_array_buffer().and_then(ArrayBuffer::as_raw);
    let bytes = object.as_typed_array::<u8>().and_then(TypedArray::as_raw).or_else(buffer)?;
    // SAFETY: it is valid until JavaScript runs again, and is copied here and now.
    Some(unsafe { bytes.as_ref() }.to_vec())
}

fn save(ctx: Ctx<'_>, path: String, is_over: bool) -> Result<bool> {
    let overwrite = if is_over { Overwrite::Always } else { Overwrite::Never };
    told(&ctx, HOST.with(|host| host.save(&path, overwrite)))
}

/// Makes bytes of JavaScript, in memory that counts as the script's.
pub(super) fn array<'js>(ctx: &Ctx<'js>, bytes: &[u8]) -> Result<TypedArray<'js, u8>> {
    TypedArray::from_arraybuffer(ArrayBuffer::new_copy(ctx.clone(), bytes)?)
}

pub(super) fn names<'js>(ctx: &Ctx<'js>, names: &[String]) -> Result<Array<'js>> {
    list(ctx, names.iter().map(String::as_str))
}
