//! The files of a script: `CommonJS` and ES modules, of its own folder and of the libraries that it has as artifacts.
//!
//! Code is read as a [source](bevy_extensions_core::ExtensionFiles::source): a script that starts again runs what was loaded,
//! whatever lies on disk by then.

use std::sync::Arc;

use bevy_extensions_core::artifacts::npm::LoadedBy;
use rquickjs::{
    Ctx, Error, Exception, Function, Module, Object, Promise, Result, Value as JsValue,
    atom::PredefinedAtom,
    context::EvalOptions,
    function::This,
    loader::{ImportAttributes, Loader, Resolver},
    module::{Declarations, Declared, Exports, ModuleDef},
    promise::PromiseState,
};

use super::{
    entry::Entry,
    errors::{self, Frame},
    place::{Place, shown},
    resolve::find,
    state::state,
    values,
};

/// What stands before a `CommonJS` file, on its first line.
pub(super) const WRAPPER: &str = "(function (exports, require, module, __filename, __dirname) {";

/// Compiles the first file of a script. Tells whether it can be run afterwards: the context knows an ES module that was
/// compiled, and would hand it to whoever imports it.
pub(super) fn prepare(ctx: &Ctx<'_>, file: &str) -> Result<bool> {
    match compile(ctx, file, &read(ctx, file)?)? {
        Compiled::CommonJs(function) => {
            state(ctx).prepared.replace(Some(function));
            Ok(true)
        }
        Compiled::Module(_) => Ok(false),
    }
}

/// Runs the first file of a script. An ES module answers with the promise of its end.
pub(super) fn run<'js>(ctx: &Ctx<'js>, file: &str) -> Result<Option<Promise<'js>>> {
    let prepared = state(ctx).prepared.take();
    let compiled = match prepared {
        Some(function) => Compiled::CommonJs(function),
        None => compile(ctx, file, &read(ctx, file)?)?,
    };
    match compiled {
        Compiled::CommonJs(function) => {
            let module = new_module(ctx, file)?;
            state(ctx).modules.borrow_mut().insert(file.into(), module.clone());
            call(ctx, &function, file, &module)?;
            state(ctx).entry.replace(Some(Entry::CommonJs(module)));
            Ok(None)
        }
        Compiled::Module(module) => {
            let (module, end) = module.eval()?;
            state(ctx).entry.replace(Some(Entry::Module { namespace: module.namespace()?, end: end.clone() }));
            Ok(Some(end))
        }
    }
}

/// Answers `require`: what a file exports, which is run the first time.
pub(super) fn require<'js>(ctx: &Ctx<'js>, base: &str, name: &str) -> Result<JsValue<'js>> {
    let file = resolve(ctx, base, name, LoadedBy::Require)?;
    required(ctx, &file)
}

fn required<'js>(ctx: &Ctx<'js>, file: &str) -> Result<JsValue<'js>> {
    let known = state(ctx).modules.borrow().get(file).cloned();
    if let Some(module) = known {
        return module.get("exports");
    }
    state(ctx).depth.check(ctx)?;
    let text = read(ctx, file)?;
    if file.ends_with(".json") {
        let value = serde_json::from_str(&text)
            .map_err(|error| fail(ctx, &format!("`{}` is no JSON: {error}", shown(file))))?;
        let module = new_module(ctx, file)?;
        module.set("exports", values::to_js(ctx, &value)?)?;
        state(ctx).modules.borrow_mut().insert(file.into(), module.clone());
        return module.get("exports");
    }
    match compile(ctx, file, &text)? {
        Compiled::CommonJs(function) => {
            let module = new_module(ctx, file)?;
            // Before it runs: who requires it in a circle gets what it exports until then.
            state(ctx).modules.borrow_mut().insert(file.into(), module.clone());
            if let Err(error) = call(ctx, &function, file, &module) {
                state(ctx).modules.borrow_mut().remove(file);
                return Err(error);
            }
            module.get("exports")
        }
        Compiled::Module(declared) => {
            let (evaluated, promise) = declared.eval()?;
            match promise.state() {
                PromiseState::Pending => {
                    Err(fail(ctx, &format!("`{}` waits at its top level; load it with `import`", shown(file))))
                }
                PromiseState::Rejected => promise.result::<JsValue<'js>>().unwrap_or(Err(Error::Exception)),
                PromiseState::Resolved => {
                    // Kept, as it would run again for whoever requires it next.
                    let module = new_module(ctx, file)?;
                    module.set("exports", evaluated.namespace()?)?;
                    state(ctx).modules.borrow_mut().insert(file.into(), module.clone());
                    module.get("exports")
                }
            }
        }
    }
}

enum Compiled<'js> {
    CommonJs(Function<'js>),
    Module(Module<'js, Declared>),
}

/// Compiles a file: as a `CommonJS` function if it can be one, else as an ES module.
fn compile<'js>(ctx: &Ctx<'js>, file: &str, text: &str) -> Result<Compiled<'js>> {
    // What a shell would read is a comment here.
    let text = match text.strip_prefix("#!") {
        Some(rest) => format!("//{rest}"),
        None => text.into(),
    };
    if text.contains('\0') {
        return Err(fail(ctx, &format!("`{}` is no text: it contains a null character", shown(file))));
    }
    if Place::of(&state(ctx).source, file).is_module() {
        state(ctx).es_modules.borrow_mut().insert(file.into());
        return Ok(Compiled::Module(Module::declare(ctx.clone(), file, text)?));
    }
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(file.into());
    let error = match ctx.eval_with_options(format!("{WRAPPER}{text}\n}})"), options) {
        Ok(function) => return Ok(Compiled::CommonJs(function)),
        Err(Error::Exception) => ctx.catch(),
        Err(error) => return Err(error),
    };
    if file.ends_with(".cjs") || !is_syntax_error(&error) {
        return Err(ctx.throw(error));
    }
    let place_of_error = place(ctx, &error);
    state(ctx).es_modules.borrow_mut().insert(file.into());
    match Module::declare(ctx.clone(), file, text) {
        Ok(module) => Ok(Compiled::Module(module)),
        Err(Error::Exception) => {
            let as_module = ctx.catch();
            // Whoever came further in the text has understood better what it is.
            if !is_syntax_error(&as_module) || place(ctx, &as_module) > place_of_error {
                return Err(ctx.throw(as_module));
            }
            state(ctx).es_modules.borrow_mut().remove(file);
            Err(ctx.throw(error))
        }
        Err(error) => Err(error),
    }
}

fn is_syntax_error(error: &JsValue<'_>) -> bool {
    let name = error.as_object().and_then(|error| error.get::<_, String>(PredefinedAtom::Name).ok());
    name.as_deref() == Some("SyntaxError")
}

fn place<'js>(ctx: &Ctx<'js>, error: &JsValue<'js>) -> (u32, u32) {
    errors::thrown(ctx, error).at.map_or((0, 0), |at| (at.line, at.column))
}

fn new_module<'js>(ctx: &Ctx<'js>, file: &str) -> Result<Object<'js>> {
    let module = Object::new(ctx.clone())?;
    module.set("exports", Object::new(ctx.clone())?)?;
    let file = shown(file);
    module.set("id", file)?;
    module.set("filename", file)?;
    Ok(module)
}

fn call<'js>(ctx: &Ctx<'js>, function: &Function<'js>, file: &str, module: &Object<'js>) -> Result<()> {
    let base: Arc<str> = file.into();
    let require = Function::new(ctx.clone(), move |ctx: Ctx<'js>, name: JsValue<'js>| {
        let Some(name) = name.as_string() else {
            return Err(Exception::throw_type(&ctx, "`require` takes the path of a file"));
        };
        require(&ctx, &base, &values::text_of(name)?)
    })?
    .with_name("require")?;
    let exports: JsValue<'js> = module.get("exports")?;
    let file = shown(file);
    let folder = file.rsplit_once('/').map_or(".", |(folder, _)| folder);
    function.call((This(exports.clone()), exports, require, module.clone(), file, folder))
}

/// Finds the file that a path means, as it is written in another file.
fn resolve(ctx: &Ctx<'_>, base: &str, name: &str, by: LoadedBy) -> Result<String> {
    let source = state(ctx).source.clone();
    find(&source, base, name, by).map_err(|complaint| fail(ctx, &complaint))
}

fn read(ctx: &Ctx<'_>, file: &str) -> Result<String> {
    let source = state(ctx).source.clone();
    let bytes = Place::of(&source, file).source().map_err(|error| fail(ctx, &error.to_string()))?;
    let text = str::from_utf8(&bytes).map_err(|_| fail(ctx, &format!("`{}` is no text in UTF-8", shown(file))))?;
    Ok(text.trim_start_matches('\u{feff}').into())
}

fn fail(ctx: &Ctx<'_>, complaint: &str) -> Error {
    Exception::throw_message(ctx, complaint)
}

/// Answers `import`.
pub(super) struct OwnFiles;

/// Finds where a file imports another, by the text: nothing of the file runs yet.
fn place_of_import<'a>(ctx: &Ctx<'_>, base: &'a str, name: &str) -> Option<Frame<'a>> {
    let text = read(ctx, base).ok()?;
    let quoted = [format!("'{name}'"), format!("\"{name}\"")];
    let (line, column) = text.lines().enumerate().find_map(|(line, text)| {
        let column = quoted.iter().find_map(|quoted| text.find(quoted.as_str()))?;
        Some((line, column))
    })?;
    Some(Frame { function: None, file: base, line: line as u32 + 1, column: column as u32 + 1 })
}

impl Resolver for OwnFiles {
    fn resolve<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        base: &str,
        name: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        resolve(ctx, base, name, LoadedBy::Import).map_err(|error| match place_of_import(ctx, base, name) {
            Some(place) => errors::at_least(ctx, error, &place),
            None => error,
        })
    }
}

impl Loader for OwnFiles {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        file: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        state(ctx).depth.check(ctx)?;
        if !file.ends_with(".json") {
            let text = read(ctx, file)?;
            if let Compiled::Module(module) = compile(ctx, file, &text)? {
                return Ok(module);
            }
        }
        required(ctx, file)?;
        Module::declare_def::<CommonJs, _>(ctx.clone(), file)
    }
}

/// A `CommonJS` file, for those that `import` it: its `module.exports` is the default export, and its fields are exports.
struct CommonJs;

impl CommonJs {
    fn exports<'js>(ctx: &Ctx<'js>, file: &str) -> Result<(JsValue<'js>, Vec<String>)> {
        let exports = required(ctx, file)?;
        let names = match exports.as_object() {
            Some(object) => object.keys::<String>().filter_map(Result::ok).filter(|name| name != "default").collect(),
            None => Vec::new(),
        };
        Ok((exports, names))
    }
}

impl ModuleDef for CommonJs {
    fn declare<'js>(declarations: &Declarations<'js>) -> Result<()> {
        let module = declarations.module();
        let (_, names) = Self::exports(module.ctx(), &module.name::<String>()?)?;
        declarations.declare("default")?;
        names.into_iter().try_for_each(|name| declarations.declare(name).map(|_| ()))
    }

    fn evaluate<'js>(ctx: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
        let (all, names) = Self::exports(ctx, &exports.module().name::<String>()?)?;
        if let Some(object) = all.as_object() {
            for name in names {
                let value: JsValue<'js> = object.get(name.as_str())?;
                exports.export(name, value)?;
            }
        }
        exports.export("default", all)?;
        Ok(())
    }
}
