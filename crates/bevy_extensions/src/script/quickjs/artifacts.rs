//! `extension.artifact`: what was fetched for a script, to be read.

use bevy_extensions_core::{ArtifactContent, FileError, HeldArtifact};
use rquickjs::{Ctx, Object, Result, TypedArray};

use super::{
    api::{add, own_code, told},
    files::{array, names},
    state::state,
};

/// Adds the functions behind it. A path is empty where none is given.
pub(super) fn install<'js>(natives: &Object<'js>) -> Result<()> {
    let artifacts = Object::new(natives.ctx().clone())?;
    add(&artifacts, "find", find)?;
    add(&artifacts, "read", read)?;
    add(&artifacts, "bytes", |ctx: Ctx<'js>, name: String, path: String| -> Result<TypedArray<'js, u8>> {
        array(&ctx, &content(&ctx, &name, &path)?)
    })?;
    add(&artifacts, "list", |ctx: Ctx<'js>, name: String, prefix: String| {
        let list = with(&ctx, &name, |held| Ok(list(held, &prefix)))?;
        names(&ctx, &list)
    })?;
    natives.set("artifacts", artifacts)
}

/// Adds what packages of npm ask whether they are in use or under development, though they need nothing else of Node; bundlers
/// put a text in its place. Scripts without packages have no `process`.
pub(super) fn install_process(ctx: &Ctx<'_>) -> Result<()> {
    if state(ctx).source.artifacts.iter().all(|held| held.files().is_none()) {
        return Ok(());
    }
    let process = own_code(ctx, "() => Object.freeze({ env: Object.freeze({ NODE_ENV: 'production' }) })")?;
    ctx.globals().set("process", process.call::<_, Object<'_>>(())?)
}

/// Does something with an artifact of the script.
fn with<T>(ctx: &Ctx<'_>, name: &str, code: impl FnOnce(&HeldArtifact) -> std::result::Result<T, String>) -> Result<T> {
    let source = state(ctx).source.clone();
    let held = source.artifacts.get(name).map_err(|error| format!("{error}; {}", error.hint()));
    told(ctx, held.and_then(code))
}

/// Says what an artifact is called, and in which version it is there.
fn find<'js>(ctx: Ctx<'js>, name: String) -> Result<Object<'js>> {
    let (own, version) = with(&ctx, &name, |held| Ok((held.artifact.name().to_owned(), held.version())))?;
    let found = Object::new(ctx.clone())?;
    found.set("name", own)?;
    found.set("version", version)?;
    Ok(found)
}

fn read(ctx: Ctx<'_>, name: String, path: String) -> Result<String> {
    let text = String::from_utf8(content(&ctx, &name, &path)?);
    let text = told(&ctx, text.map_err(|_| FileError::NotText { path: shown(name, path) }.to_string()))?;
    Ok(text.trim_start_matches('\u{feff}').into())
}

fn list(held: &HeldArtifact, prefix: &str) -> Vec<String> {
    match (&held.content, held.files()) {
        (_, Some(files)) => files.list(prefix),
        (ArtifactContent::File(file), _) if file.name().starts_with(prefix) => vec![file.name().into()],
        _ => Vec::new(),
    }
}

/// Reads an artifact, or a file of it.
fn content(ctx: &Ctx<'_>, name: &str, path: &str) -> Result<Vec<u8>> {
    with(ctx, name, |held| match (&held.content, held.files()) {
        (_, Some(_)) if path.is_empty() => {
            Err(format!("`{name}` is a package of npm, of which a file is read by its path, as `package.json`"))
        }
        (_, Some(files)) => files.read(path).map_err(|error| error.to_string()),
        (ArtifactContent::File(file), _) if path.is_empty() || path == file.name() => {
            file.read().map_err(|error| error.to_string())
        }
        _ => Err(format!("`{name}` has no file `{path}`")),
    })
}

fn shown(name: String, path: String) -> String {
    if path.is_empty() { name } else { format!("{name}/{path}") }
}
