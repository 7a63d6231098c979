//! Libraries that a script has as artifacts.

use bevy_extensions_core::{ArtifactFile, HeldArtifact, NpmPackage, NpmPackages};
use tempfile::TempDir;

use super::*;

/// A package of npm: its name, its version, what it depends on, and its files.
type Package<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a [(&'a str, &'a str)]);

/// What a script has of artifacts.
#[derive(Default)]
struct Shelf {
    held: Vec<HeldArtifact>,
    cache: Option<TempDir>,
}

impl Shelf {
    /// Adds a package with what it depends on; the first is the one that is asked for.
    fn npm(mut self, packages: &[Package<'_>]) -> Self {
        let package = |(name, version, dependencies, files): &Package<'_>| {
            let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
            let files = ExtensionFiles::in_memory(&format!("{name}@{version}"), files);
            let mut package = NpmPackage::new(*name, version.parse().unwrap(), files);
            package.dependencies = dependencies.iter().map(|(name, id)| ((*name).into(), (*id).into())).collect();
            package
        };
        let (name, version, ..) = packages[0];
        let all = NpmPackages::new(format!("{name}@{version}"), packages.iter().map(package));
        self.held.push(HeldArtifact::npm(format!("{name}@*").parse().unwrap(), all));
        self
    }

    /// Adds a single file.
    fn file(mut self, artifact: &str, name: &str, content: &[u8]) -> Self {
        let cache = self.cache.get_or_insert_with(|| tempfile::tempdir().unwrap());
        let path = cache.path().join(format!("{}-{name}", self.held.len()));
        std::fs::write(&path, content).unwrap();
        self.held.push(HeldArtifact::file(artifact.parse().unwrap(), ArtifactFile::new(name, path)));
        self
    }

    fn scene(&self, files: &[(&str, &str)]) -> Scene {
        Scene::with_artifacts(files, ExtensionArtifacts::new(self.held.clone()), Value::Null, |_| ())
    }

    #[track_caller]
    fn say(&self, files: &[(&str, &str)], expected: &[&str]) {
        let mut scene = self.scene(files);
        scene.run().unwrap();
        let said: Vec<_> = scene.host.told.iter().map(|line| line.trim_start_matches("Info: ")).collect();
        assert_eq!(said, expected);
    }

    #[track_caller]
    fn says(&self, text: &str, expected: &[&str]) {
        self.say(&[("main.js", text)], expected);
    }

    #[track_caller]
    fn fails(&self, text: &str, expected: &str) {
        let error = self.scene(&[("main.js", text)]).run().unwrap_err();
        assert_eq!(format!("{error}\n{}", error.details()).trim_end(), expected);
    }
}

const PAD: Package<'_> =
    ("left-pad", "1.3.0", &[], &[("package.json", r#"{"main": "lib/pad"}"#), ("lib/pad.js", PAD_CODE)]);
const PAD_CODE: &str = "module.exports = (text, length) => text.padStart(length); module.exports.twice = (t) => t + t";

#[test]
fn a_package_is_required_by_its_name() {
    let shelf = Shelf::default().npm(&[PAD]);
    shelf.says("const pad = require('left-pad'); console.log(`[${pad('a', 3)}]`, pad.twice('b'))", &["[  a] bb"]);
    shelf.says("console.log(require('left-pad') === require('left-pad/lib/pad.js'))", &["true"]);
    shelf.say(&[("main.js", "require('./lib/a')"), ("lib/a.js", "console.log(require('left-pad')('a', 2))")], &[" a"]);
}

#[test]
fn a_package_is_imported_by_its_name() {
    let shelf = Shelf::default().npm(&[PAD]);
    shelf.says("import pad, { twice } from 'left-pad'; console.log(`[${pad('a', 3)}]`, twice('b'))", &["[  a] bb"]);
    shelf.says("import('left-pad').then(({ twice }) => console.log(twice('c')))", &["cc"]);
}

#[test]
fn es_modules_are_libraries_too() {
    let shelf = Shelf::default().npm(&[(
        "@town/rain",
        "2.0.0",
        &[],
        &[
            ("package.json", r#"{"type": "module", "main": "index.js"}"#),
            ("index.js", "import { drops } from './drops.js'; export { drops }; export default () => drops * 2"),
            ("drops.js", "export const drops = 3"),
        ],
    )]);
    shelf.says("import rain, { drops } from '@town/rain'; console.log(rain(), drops)", &["6 3"]);
    shelf.says("const { default: rain, drops } = require('@town/rain'); console.log(rain(), drops)", &["6 3"]);
    shelf.says("console.log(require('@town/rain') === require('@town/rain'))", &["true"]);
}

#[test]
fn a_package_says_by_folders_which_files_are_es_modules() {
    let shelf = Shelf::default().npm(&[(
        "both",
        "1.0.0",
        &[],
        &[
            ("package.json", r#"{"main": "./index.js"}"#),
            ("index.js", "exports.kind = typeof module"),
            ("esm/package.json", r#"{"type": "module"}"#),
            ("esm/index.js", "export const kind = typeof module"),
        ],
    )]);
    shelf.says("console.log(require('both').kind, require('both/esm/index.js').kind)", &["object undefined"]);
}

#[test]
fn a_package_gets_what_it_depends_on_whatever_others_get() {
    let colour = |version: &'static str, code: &'static [(&'static str, &'static str)]| -> Package<'static> {
        ("colour", version, &[], code)
    };
    let shelf = Shelf::default()
        .npm(&[
            ("paint", "1.0.0", &[("colour", "colour@1.0.0")], &[("index.js", "exports.first = require('colour')")]),
            colour("1.0.0", &[("index.js", "module.exports = 'red'")]),
        ])
        .npm(&[colour("2.0.0", &[("index.js", "module.exports = 'blue'")])]);
    shelf.says("console.log(require('paint').first, require('colour'))", &["red blue"]);
}

#[test]
fn what_a_package_depends_on_is_not_the_scripts() {
    let shelf = Shelf::default().npm(&[
        ("paint", "1.0.0", &[("colour", "colour@1.0.0")], &[("index.js", "")]),
        ("colour", "1.0.0", &[], &[("index.js", "")]),
    ]);
    shelf.fails(
        "require('colour')",
        "Error: `colour` is neither a path that begins with `./`, nor an artifact of this extension; \
         other extensions are had with `extension.imports('colour')`, and for a library, add `colour@*` to `artifacts`, \
         below `external` in the manifest, at main.js:1:1\n1 | require('colour')\n  | ^",
    );
}

#[test]
fn packages_may_need_one_another() {
    let shelf = Shelf::default().npm(&[
        ("egg", "1.0.0", &[("hen", "hen@1.0.0")], &[("index.js", "exports.early = 1; exports.hen = require('hen')")]),
        ("hen", "1.0.0", &[("egg", "egg@1.0.0")], &[("index.js", "exports.egg = { ...require('egg') }")]),
    ]);
    shelf.says("console.log(require('egg'))", &["{ early: 1, hen: { egg: { early: 1 } } }"]);
}

#[test]
fn a_package_knows_itself_by_its_name_and_where_its_files_are() {
    let code = "exports.self = require('a').n; exports.at = [__filename, __dirname, module.id]; exports.n = 1;";
    let shelf = Shelf::default().npm(&[(
        "a",
        "1.0.0",
        &[],
        &[("index.js", "exports.n = 5; require('./lib/b')"), ("lib/b.js", code)],
    )]);
    shelf.says(
        "console.log(require('a/lib/b'))",
        &["{ self: 5, at: [ 'a@1.0.0/lib/b.js', 'a@1.0.0/lib', 'a@1.0.0/lib/b.js' ], n: 1 }"],
    );
}

#[test]
fn json_of_a_package_is_read() {
    let shelf = Shelf::default().npm(&[PAD]);
    shelf.says("console.log(require('left-pad/package.json').main)", &["lib/pad"]);
    shelf.says("import pad from 'left-pad/package.json'; console.log(pad.main)", &["lib/pad"]);
}

#[test]
fn a_single_file_is_a_library() {
    let shelf = Shelf::default()
        .file("town.libs:rain:1.0.0@js", "rain-1.0.0.js", b"exports.drops = __filename")
        .file("town.libs:prices:2@json", "prices-2.json", b"{ \"bread\": 3 }")
        .file("town.libs:sun:1.0.0@mjs", "sun-1.0.0.mjs", b"export default 'shines'");
    shelf.says("console.log(require('rain').drops, require('prices').bread)", &["rain-1.0.0.js 3"]);
    shelf.says("console.log(require('town.libs:rain:1.0.0@js') === require('rain'))", &["true"]);
    shelf.says(
        "import sun from 'sun'; import { drops } from 'rain'; console.log(sun, drops)",
        &["shines rain-1.0.0.js"],
    );
    shelf.fails(
        "require('rain/drops')",
        "Error: `rain/drops` leads into `rain-1.0.0.js`, which is a single file, at main.js:1:1\n1 | require('rain/drops')\n  | ^",
    );
}

#[test]
fn single_files_of_one_name_are_told_apart() {
    let shelf = Shelf::default().file("a:rain:1.0@js", "rain-1.0.js", b"exports.at = __filename").file(
        "b:rain:1.0@js",
        "rain-1.0.js",
        b"exports.at = __filename; exports.fail = () => nope()",
    );
    shelf.says(
        "console.log(require('a:rain:1.0@js').at, require('b:rain:1.0@js').at)",
        &["a:rain:1.0@js/rain-1.0.js b:rain:1.0@js/rain-1.0.js"],
    );
    shelf.says("import { at } from 'b:rain:1.0@js'; console.log(at)", &["b:rain:1.0@js/rain-1.0.js"]);
    shelf.fails(
        "require('b:rain:1.0@js').fail()",
        "ReferenceError: nope is not defined, at b:rain:1.0@js/rain-1.0.js:1:47\n\
         1 | exports.at = __filename; exports.fail = () => nope()\n  |                                               ^\n\
         at b:rain:1.0@js/rain-1.0.js:1:47\nat main.js:1:25",
    );
}

#[test]
fn packages_of_one_name_and_version_that_need_others_are_told_apart() {
    let colour = |needs: &'static [(&'static str, &'static str)]| -> Package<'static> {
        ("colour", "1.0.0", needs, &[("index.js", "module.exports = `${require('tone')} in ${__filename}`")])
    };
    let tone = |version: &'static str| -> Package<'static> {
        ("tone", version, &[], &[("index.js", "module.exports = module.id")])
    };
    let code: &[(&str, &str)] = &[("index.js", "module.exports = require('colour')")];
    let shelf = Shelf::default()
        .npm(&[
            ("paint", "1.0.0", &[("colour", "colour@1.0.0")], code),
            colour(&[("tone", "tone@1.0.0")]),
            tone("1.0.0"),
        ])
        .npm(&[
            ("print", "1.0.0", &[("colour", "colour@1.0.0")], code),
            colour(&[("tone", "tone@2.0.0")]),
            tone("2.0.0"),
        ]);
    shelf.says(
        "console.log(require('paint')); console.log(require('print'))",
        &[
            "tone@1.0.0/index.js in paint@1.0.0/colour@1.0.0/index.js",
            "tone@2.0.0/index.js in print@1.0.0/colour@1.0.0/index.js",
        ],
    );
}

#[test]
fn a_package_that_is_the_same_for_two_others_runs_once() {
    let files = |text: &str| ExtensionFiles::in_memory("", [("index.js".into(), text.as_bytes().to_vec())].into());
    let package = |name: &str, files: &ExtensionFiles| NpmPackage::new(name, "1.0.0".parse().unwrap(), files.clone());
    let (till, user) =
        (files("let gold = 0; exports.add = () => ++gold"), files("module.exports = require('till').add"));
    let mut shelf = Shelf::default();
    for name in ["ann", "bob"] {
        let mut root = package(name, &user);
        root.dependencies = [("till".into(), "till@1.0.0".into())].into();
        let all = NpmPackages::new(format!("{name}@1.0.0"), [root, package("till", &till)]);
        shelf.held.push(HeldArtifact::npm(format!("{name}@*").parse().unwrap(), all));
    }
    shelf.says("console.log(require('ann')(), require('bob')())", &["1 2"]);
}

#[test]
fn a_path_may_leave_out_its_ending_everywhere() {
    let files =
        &[("a.json", "\"json\""), ("a.mjs", "nope()"), ("lib/index.json", "\"index\""), ("b.cjs", "exports.c = 1")];
    let code = "console.log(require('./a'), require('./lib'), require('./lib/'), require('./b').c)";
    let expected = ["json index index 1"];
    let own: Vec<_> = [("main.js", code)].into_iter().chain(files.iter().copied()).collect();
    Shelf::default().say(&own, &expected);
    let of_package: Vec<_> = files.iter().copied().chain([("index.js", code)]).collect();
    let shelf = Shelf::default().npm(&[("pad", "1.0.0", &[], &of_package)]);
    shelf.says("require('pad')", &expected);
}

#[test]
fn own_files_are_not_mistaken_for_those_of_libraries() {
    let shelf = Shelf::default().npm(&[PAD]).file("town.libs:rain:1@js", "rain-1.js", b"exports.a = 1");
    shelf.say(
        &[
            (
                "main.js",
                "console.log(require('./rain-1.js').a, require('rain').a, require('./left-pad@1.3.0/lib/pad').own)",
            ),
            ("rain-1.js", "exports.a = 'own'"),
            ("left-pad@1.3.0/lib/pad.js", "exports.own = __filename"),
        ],
        &["own 1 left-pad@1.3.0/lib/pad.js"],
    );
}

#[test]
fn errors_in_a_library_have_their_place_there() {
    let shelf = Shelf::default()
        .npm(&[("left-pad", "1.3.0", &[], &[("index.js", "exports.pad = pad\n\nfunction pad() {\n  nope()\n}")])])
        .npm(&[("bad", "1.0.0", &[], &[("index.js", "let a = 1;\nlet b = ;")])])
        .file("town.libs:rain:1.0.0@js", "rain-1.0.0.js", b"\nnope()");
    shelf.fails(
        "\nrequire('left-pad').pad()",
        "ReferenceError: nope is not defined, at left-pad@1.3.0/index.js:4:3\n4 |   nope()\n  |   ^\nat pad (left-pad@1.3.0/index.js:4:3)\nat main.js:2:21",
    );
    shelf.fails(
        "require('bad')",
        "SyntaxError: unexpected token in expression: ';', at bad@1.0.0/index.js:2:9\n2 | let b = ;\n  |         ^\nat bad@1.0.0/index.js:2:9\nat main.js:1:1",
    );
    shelf.fails(
        "require('rain')",
        "ReferenceError: nope is not defined, at rain-1.0.0.js:2:1\n2 | nope()\n  | ^\nat rain-1.0.0.js:2:1\nat main.js:1:1",
    );
}

#[test]
fn a_package_that_needs_a_module_of_node_is_told_with_it() {
    let shelf = Shelf::default().npm(&[("log", "1.0.0", &[], &[("index.js", "\nconst fs = require('fs')")])]).npm(&[(
        "way",
        "1.0.0",
        &[],
        &[("index.mjs", "import path from 'node:path'"), ("package.json", r#"{"main": "index.mjs"}"#)],
    )]);
    shelf.fails(
        "require('log')",
        "Error: `log@1.0.0` needs `fs`, a module of Node, and scripts have none of these, at log@1.0.0/index.js:2:12\n2 | const fs = require('fs')\n  |            ^\nat log@1.0.0/index.js:2:12\nat main.js:1:1",
    );
    shelf.fails(
        "import 'way'",
        "Error: `way@1.0.0` needs `node:path`, a module of Node, and scripts have none of these, at way@1.0.0/index.mjs:1:18\n1 | import path from 'node:path'\n  |                  ^",
    );
}

#[test]
fn a_package_that_is_called_as_a_module_of_node_is_had_if_it_is_declared() {
    let shelf = Shelf::default().npm(&[
        ("log", "1.0.0", &[("events", "events@3.0.0")], &[("index.js", "module.exports = require('events')")]),
        ("events", "3.0.0", &[], &[("index.js", "module.exports = 'these'")]),
    ]);
    shelf.says("console.log(require('log'))", &["these"]);
}

#[test]
fn what_a_package_does_not_have_is_told() {
    let shelf =
        Shelf::default().npm(&[("a", "1.0.0", &[], &[("index.js", "require('./b')"), ("c.js", "require('x')")])]);
    shelf.fails(
        "require('a')",
        "Error: there is no file `b` in `a@1.0.0`, which its `index.js` loads, at a@1.0.0/index.js:1:1\n1 | require('./b')\n  | ^\nat a@1.0.0/index.js:1:1\nat main.js:1:1",
    );
    shelf.fails(
        "require('a/c')",
        "Error: `a@1.0.0` needs `x`, which it does not declare, at a@1.0.0/c.js:1:1\n1 | require('x')\n  | ^\nat a@1.0.0/c.js:1:1\nat main.js:1:1",
    );
}

#[test]
fn no_file_of_a_library_leads_out_of_it() {
    let shelf = Shelf::default().npm(&[("a", "1.0.0", &[], &[("index.js", "require('../main.js')")])]);
    shelf.fails(
        "require('a')",
        "Error: `../main.js` cannot be loaded: it leads out of `a@1.0.0`, at a@1.0.0/index.js:1:1\n1 | require('../main.js')\n  | ^\nat a@1.0.0/index.js:1:1\nat main.js:1:1",
    );
}

#[test]
fn what_is_not_declared_is_told_with_what_to_do() {
    let says = |name: &str, expected: &str| {
        let text = format!("try {{ require('{name}') }} catch (e) {{ console.log(e.message) }}");
        Shelf::default().npm(&[PAD]).says(&text, &[expected]);
    };
    says(
        "is-odd/lib",
        "`is-odd/lib` is neither a path that begins with `./`, nor an artifact of this extension; add `is-odd@*` to `artifacts`, below `external` in the manifest",
    );
    says(
        "left-pda",
        "`left-pda` is neither a path that begins with `./`, nor an artifact of this extension; did you mean `left-pad`?",
    );
}

#[test]
fn what_is_no_code_is_not_run() {
    Shelf::default().file("town:lamp:1.0.0@glb", "lamp-1.0.0.glb", b"glTF").fails(
        "require('lamp')",
        "Error: `lamp` is no library, but the file `lamp-1.0.0.glb`, which is had with `extension.artifact('lamp')`, at main.js:1:1\n1 | require('lamp')\n  | ^",
    );
}

#[test]
fn artifacts_are_read() {
    let shelf = Shelf::default().npm(&[PAD]).file("town:prices:1.2@csv", "prices-1.2.csv", b"\xef\xbb\xbfbread,3");
    shelf.says(
        "const prices = extension.artifact('prices');
         console.log(prices.name, prices.version, prices.read(), prices.bytes().length, prices.list());
         console.log(prices.has('prices-1.2.csv'), prices.has('other.csv'), prices.read('prices-1.2.csv'));
         const pad = extension.artifact('left-pad');
         console.log(pad.version, pad.list('lib/'), JSON.parse(pad.read('package.json')).main, pad.has('lib/pad.js'))",
        &["prices 1.2 bread,3 10 [ 'prices-1.2.csv' ]", "true false bread,3", "1.3.0 [ 'lib/pad.js' ] lib/pad true"],
    );
}

#[test]
fn what_cannot_be_read_of_artifacts_is_told() {
    let says = |text: &str, expected: &str| {
        let text = format!("try {{ extension.{text} }} catch (e) {{ console.log(`${{e}}`) }}");
        let shelf = Shelf::default().npm(&[PAD]).file("town:lamp:1.0@glb", "lamp-1.0.glb", b"\xff");
        shelf.says(&text, &[expected]);
    };
    says("artifact('lmap')", "Error: there is no artifact `lmap` of this extension; did you mean `lamp`?");
    says(
        "artifact('sun')",
        "Error: there is no artifact `sun` of this extension; add it to `artifacts`, below `external` in the manifest",
    );
    says("artifact()", "TypeError: `artifact` takes the name of an artifact");
    says("artifact('lamp').read()", "Error: `lamp` is no text in UTF-8");
    says("artifact('lamp').read(5)", "TypeError: `read` of an artifact takes the path of a file in it, if anything");
    says("artifact('lamp').bytes('x')", "Error: `lamp` has no file `x`");
    says("artifact('lamp').raed()", "TypeError: the artifact `lamp` has no `raed`, did you mean `read`");
    says(
        "artifact('left-pad').read()",
        "Error: `left-pad` is a package of npm, of which a file is read by its path, as `package.json`",
    );
    says("artifact('left-pad').read('x.js')", "Error: there is no file `x.js`");
}

#[test]
fn exports_say_which_files_of_a_package_are_for_others() {
    let json = r##"{
        "exports": { ".": { "import": "./sun.mjs", "default": "./sun.cjs" }, "./rain": "./lib/rain.js" },
        "imports": { "#drops": "./lib/drops.js", "#pad": "left-pad" }
    }"##;
    let files = [
        ("package.json", json),
        ("sun.mjs", "export const from = 'import'"),
        ("sun.cjs", "exports.from = 'require'"),
        ("lib/rain.js", "exports.drops = require('#drops'); exports.padded = require('#pad')('x', 2)"),
        ("lib/drops.js", "module.exports = 3"),
    ];
    let shelf = Shelf::default().npm(&[("sky", "1.0.0", &[("left-pad", "left-pad@1.3.0")], &files), PAD]);
    shelf.says(
        "console.log(require('sky').from, require('sky/rain').drops, require('sky/rain').padded)",
        &["require 3  x"],
    );
    shelf.says("import { from } from 'sky'; console.log(from)", &["import"]);
    shelf.fails(
        "require('sky/lib/drops.js')",
        "Error: `sky@1.0.0/package.json` does not export `./lib/drops.js`; look up in its documentation what can be \
         loaded, at main.js:1:1\n1 | require('sky/lib/drops.js')\n  | ^",
    );
}

#[test]
fn a_folder_of_a_package_says_which_of_its_files_is_meant() {
    let files = [
        ("index.js", "module.exports = [require('./lib'), require('./other'), require('./lib/')]"),
        ("lib/package.json", r#"{ "main": "./main" }"#),
        ("lib/main.js", "module.exports = 'main'"),
        ("other.js", "module.exports = 'file'"),
        ("other/index.js", "module.exports = 'folder'"),
    ];
    Shelf::default()
        .npm(&[("a", "1.0.0", &[], &files)])
        .says("console.log(require('a'))", &["[ 'main', 'file', 'main' ]"]);
}

#[test]
fn limits_hold_in_libraries() {
    let shelf = Shelf::default().npm(&[("endless", "1.0.0", &[], &[("index.js", "for (;;) {}")])]);
    let files = [("main.js", "require('endless')")];
    let artifacts = ExtensionArtifacts::new(shelf.held.clone());
    let mut scene =
        Scene::with_artifacts(&files, artifacts, Value::Null, |limits| limits.call_ms = 20.try_into().unwrap());
    let error = scene.run().unwrap_err();
    assert!(error.is_limit, "{error}");
    assert_eq!(error.message, "it took longer than 20 ms in one call");
}

#[test]
fn packages_are_told_that_they_are_in_use() {
    let code = "module.exports = process.env.NODE_ENV !== 'production' ? 'slow' : 'quick'";
    let shelf = Shelf::default().npm(&[("fast", "1.0.0", &[], &[("index.js", code)])]);
    shelf.says("console.log(require('fast'), Object.keys(process))", &["quick [ 'env' ]"]);
    Shelf::default().says("console.log(typeof process)", &["undefined"]);
}
