//! Extensions on disk: where they are looked for, what is one, and what is said of what is none.

use std::{fs, path::Path};

use bevy_extensions_core::{Candidate, Discovery, Folders, HostSettings, Manifest, Problem, explain, resolve};
use tempfile::TempDir;

/// A folder with files in it, which is the current one.
pub struct Ground {
    folder: TempDir,
    pub settings: HostSettings,
}

impl Ground {
    /// Writes files, with the folders that they lie in. A path that ends with `/` is a folder.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let ground = Self { folder: tempfile::tempdir().unwrap(), settings: HostSettings::default() };
        files.iter().for_each(|(path, content)| ground.write(path, content.as_bytes()));
        ground
    }

    pub fn with_settings(mut self, settings: &str) -> Self {
        self.settings = HostSettings::from_ron("extensions.ron", settings.as_bytes()).unwrap();
        self
    }

    pub fn path(&self, path: &str) -> std::path::PathBuf {
        self.folder.path().join(path)
    }

    #[track_caller]
    pub fn write(&self, path: &str, content: &[u8]) {
        let (path, folder) = (self.path(path), path.ends_with('/'));
        let parent = if folder { &path } else { path.parent().unwrap() };
        fs::create_dir_all(parent).unwrap();
        if !folder {
            fs::write(path, content).unwrap();
        }
    }

    pub fn folders(&self) -> Folders {
        let folder = self.folder.path();
        let below = |name| Some(folder.join(name));
        Folders { assets: folder.join("assets"), cwd: Some(folder.into()), exe: below("bin"), data: below("data") }
    }

    pub fn discover(&self) -> Discovery {
        bevy_extensions_core::discover(&self.settings, &self.folders())
    }

    /// What was found, each with its version and its entry point; then all that is said of it.
    pub fn told(&self) -> (Vec<String>, String) {
        let Discovery { found, mut problems, .. } = self.discover();
        let tell = |found: &bevy_extensions_core::Found| {
            let manifest = &found.candidate.manifest;
            format!("{} {} {}", manifest.name, manifest.version, found.files.shown(&found.entrypoint))
        };
        let told = found.iter().map(tell).collect();
        let candidates: Vec<_> = found.into_iter().map(|found| found.candidate).collect();
        problems.extend(resolve(&candidates, &self.settings).problems);
        (told, explain(&problems))
    }

    #[track_caller]
    pub fn check(&self, found: &[&str], said: &str) {
        let (told, explained) = self.told();
        assert_eq!(explained.replace(&self.folder.path().display().to_string(), "<ground>"), said);
        assert_eq!(told, found);
    }
}

#[track_caller]
fn check(files: &[(&str, &str)], found: &[&str], said: &str) {
    Ground::new(files).check(found, said);
}

/// The candidate of the only extension.
#[track_caller]
fn only(files: &[(&str, &str)]) -> Candidate {
    let Discovery { mut found, problems, .. } = Ground::new(files).discover();
    assert_eq!(problems, []);
    assert_eq!(found.len(), 1);
    found.remove(0).candidate
}

const RON: &str = r#"(name: "Weather", version: "1.2.0")"#;

#[test]
fn an_extension_is_a_folder_with_a_manifest_or_a_main_script_or_a_script() {
    check(
        &[
            ("extensions/a/extension.ron", r#"(name: "Aa", version: "1.0.0")"#),
            ("extensions/a/main.js", ""),
            ("extensions/b/extension.json", r#"{"name": "Bb", "version": "1.0"}"#),
            ("extensions/b/index.js", ""),
            ("extensions/c/package.json", r#"{"name": "cc", "version": "1.0.0", "main": "lib/c.js"}"#),
            ("extensions/c/lib/c.js", ""),
            ("extensions/dd/main.js", ""),
            ("extensions/dd/index.js", ""),
            ("extensions/ee/index.js", ""),
            ("extensions/ff.js", ""),
            ("extensions/gg.mjs", ""),
        ],
        &[
            "Aa 1.0.0 extensions/a/main.js",
            "Bb 1.0.0 extensions/b/index.js",
            "cc 1.0.0 extensions/c/lib/c.js",
            "dd 0.0.0 extensions/dd/main.js",
            "ee 0.0.0 extensions/ee/index.js",
            "ff 0.0.0 extensions/ff.js",
            "gg 0.0.0 extensions/gg.mjs",
        ],
        "",
    );
}

#[test]
fn hidden_entries_modules_of_npm_and_other_files_are_passed_by_in_silence() {
    check(
        &[
            ("extensions/.libs/main.js", ""),
            ("extensions/.hidden.js", ""),
            ("extensions/node_modules/left-pad/package.json", "{}"),
            ("extensions/README.md", ""),
            ("extensions/extension.ron", "()"),
            ("extensions/empty/", ""),
            ("extensions/pictures/sun.png", ""),
            ("extensions/no_ending", ""),
        ],
        &[],
        "",
    );
}

#[test]
fn only_one_level_is_looked_at() {
    check(
        &[("extensions/more/weather/extension.ron", RON), ("extensions/more/weather/main.js", "")],
        &[],
        "notice: `extensions/more` is no extension, but `weather` in it is: only its own folder is looked at\n  \
           in: extensions/more\n  \
           hint: move `weather` up, beside the other extensions\n",
    );
}

#[test]
fn a_folder_with_scripts_and_nothing_that_runs_first_is_told() {
    check(
        &[("extensions/weather/rain.js", ""), ("extensions/weather/sun.js", "")],
        &[],
        "notice: `extensions/weather` is no extension: it has neither a manifest nor a `main.js` or `index.js`\n  \
           in: extensions/weather\n  \
           hint: rename `rain.js` to `main.js`, or add an `extension.ron` with `entrypoint: \"rain.js\"`\n",
    );
}

#[test]
fn a_second_manifest_is_told_and_that_of_npm_is_not() {
    check(
        &[
            ("extensions/weather/extension.ron", RON),
            ("extensions/weather/extension.json", "{"),
            ("extensions/weather/package.json", "{"),
            ("extensions/weather/main.js", ""),
        ],
        &["Weather 1.2.0 extensions/weather/main.js"],
        "notice: `extensions/weather` has two manifests: `extension.ron` is read, `extension.json` is not\n  \
           in: extensions/weather\n  \
           hint: remove `extension.json`\n",
    );
    check(
        &[
            ("extensions/weather/extension.ron", RON),
            ("extensions/weather/package.json", "{"),
            ("extensions/weather/main.js", ""),
        ],
        &["Weather 1.2.0 extensions/weather/main.js"],
        "",
    );
}

#[test]
fn a_manifest_that_is_wrong_leaves_out_its_extension_alone() {
    check(
        &[
            ("extensions/a/extension.ron", "(name: \"Aa\",\n  versoin: \"1\")"),
            ("extensions/b/extension.json", "{\n  \"name\": \"Bb\",\n  \"anyof\": []\n}"),
            ("extensions/c.js", "// Rain.\n//@extension name Cc\n//@extension versoin 1\n"),
            ("extensions/dd.js", ""),
        ],
        &["dd 0.0.0 extensions/dd.js"],
        "error: an extension is left out: its manifest is wrong: unknown key `versoin`\n  \
           in: extensions/a/extension.ron:2:3\n  \
           hint: did you mean `version`?\n\
         error: an extension is left out: its manifest is wrong: unknown key `anyof`\n  \
           in: extensions/b/extension.json:3:3\n  \
           hint: did you mean `anyOf`?\n\
         error: an extension is left out: its manifest is wrong: unknown key `versoin` after `@extension`\n  \
           in: extensions/c.js:3:14\n  \
           hint: did you mean `version`?\n",
    );
}

#[test]
fn an_entry_point_that_is_not_there_leaves_out_the_extension_and_its_dependents() {
    check(
        &[
            ("extensions/weather/extension.ron", "(name: \"Weather\", version: \"1.0.0\",\n  entrypoint: \"mian.js\")"),
            ("extensions/weather/main.js", ""),
            ("extensions/umbrella.js", "//@extension requires Weather"),
        ],
        &["umbrella 0.0.0 extensions/umbrella.js", "Weather 1.0.0 extensions/weather/mian.js"],
        "error: `Weather` is left out: its entry point `mian.js` cannot run here: there is no such file\n  \
           in: extensions/weather/extension.ron:2:16\n  \
           hint: did you mean `main.js`?\n  \
           because of it, `umbrella` is left out too\n",
    );
    check(
        &[("extensions/weather/extension.ron", RON)],
        &["Weather 1.2.0 extensions/weather/main.js"],
        "error: `Weather` is left out: it cannot run here: it has no `main.js` or `index.js`, and its manifest names no \
         `entrypoint`\n  \
           in: extensions/weather/extension.ron\n  \
           hint: add a `main.js`, or name the script that runs first as `entrypoint` in the manifest\n",
    );
}

#[test]
fn an_entry_point_out_of_the_folder_is_refused() {
    check(
        &[
            ("extensions/a/extension.ron", r#"(name: "Aa", version: "1.0.0", entrypoint: "../b.js")"#),
            ("extensions/b.js", "//@extension name Bb"),
            ("extensions/c/extension.json", r#"{"name": "Cc", "version": "1.0.0", "entrypoint": "/etc/passwd"}"#),
        ],
        &["Aa 1.0.0 extensions/a/../b.js", "Bb 0.0.0 extensions/b.js", "Cc 1.0.0 extensions/c//etc/passwd"],
        "error: `Aa` is left out: its entry point `../b.js` cannot run here: `..` may lead out of its folder\n  \
           in: extensions/a/extension.ron:1:45\n  \
           hint: name a file in the extension's own folder, with `/` between folders\n\
         error: `Cc` is left out: its entry point `/etc/passwd` cannot run here: it is absolute\n  \
           in: extensions/c/extension.json:1:51\n  \
           hint: name a file in the extension's own folder, with `/` between folders\n",
    );
}

#[test]
fn an_extension_in_java_is_told_that_it_cannot_run_here() {
    let hint = "hint: look for a version of it in JavaScript, or write it anew as a script\n";
    check(
        &[
            ("extensions/a/extension.json", r#"{"entrypoint": "com.example.Main", "name": "Aa", "version": "1.0.0"}"#),
            ("extensions/b/extension.json", r#"{"name": "Bb", "version": "1.0.0"}"#),
            ("extensions/b/b.jar", ""),
            ("extensions/c.jar", ""),
            ("extensions/d/d.jar", ""),
        ],
        &["Aa 1.0.0 extensions/a/com.example.Main", "Bb 1.0.0 extensions/b/main.js"],
        &format!(
            "error: `extensions/c.jar` is left out: it is in Java, and Java extensions cannot run here\n  \
               in: extensions/c.jar\n  {hint}\
             error: `extensions/d` is left out: `d.jar` in it is in Java, and Java extensions cannot run here\n  \
               in: extensions/d\n  {hint}\
             error: `Aa` is left out: its entry point `com.example.Main` cannot run here: it is a Java class, and Java \
             extensions run in a Java server only\n  \
               in: extensions/a/extension.json:1:17\n  {hint}\
             error: `Bb` is left out: its entry point `b.jar` cannot run here: it is in Java, and Java extensions run in a \
             Java server only\n  \
               in: extensions/b/extension.json\n  {hint}",
        ),
    );
}

#[test]
fn a_script_says_in_its_first_comments_what_a_manifest_would() {
    let script = "#!/usr/bin/env node\n\
                  /*\n * Rain and sun.\n */\n\
                  //@extension name Weather\n\
                  //@extension version 1.2\n\n\
                  // @extension description Rain and sun.\n\
                  //@extension author Ann\n\
                  //@extension author Bob\n\
                  //@extension license MIT\n\
                  //@extension homepage https://weather.example\n\
                  //@extension app >=1\n\
                  //@extension requires Economy ^1.2\n\
                  //@extension requires my-time\n\
                  //@extension optional Chat\n\
                  //@extension any_of Sun ^1 | Moon >=1, <3\n\
                  //@extension conflicts Drought <2\n\
                  //@extension provides Climate 1.0.0\n\
                  //@extension after Log\n\
                  //@extension before Harvest\n\
                  //@extensions are told of with `@extension`\n\
                  extension.on('init', () => {});\n\
                  //@extension unknown 1\n";
    let candidate = only(&[("extensions/sky.js", script)]);
    let expected = r#"(
        name: "Weather", version: "1.2.0", description: "Rain and sun.", authors: ["Ann", "Bob"], license: "MIT",
        homepage: "https://weather.example", app: ">=1", dependencies: ["Economy ^1.2", "my_time"], optional: ["Chat"],
        any_of: [["Sun ^1", "Moon >=1, <3"]], conflicts: ["Drought <2"], provides: ["Climate 1.0.0"], after: ["Log"],
        before: ["Harvest"],
    )"#;
    assert_eq!(candidate.manifest, Manifest::from_ron("expected", expected.as_bytes()).unwrap());
    assert_eq!(candidate.original_name.as_deref(), Some("sky"));
}

#[test]
fn the_comments_of_a_folders_main_script_count_too() {
    check(
        &[("extensions/sky/main.js", "//@extension name Weather\n//@extension version 2.0.0")],
        &["Weather 2.0.0 extensions/sky/main.js"],
        "",
    );
}

#[track_caller]
fn check_script(script: &str, expected: &str) {
    let error = Manifest::from_script("weather.js", script.as_bytes()).unwrap_err();
    assert_eq!(format!("{error}\n{}", error.hint()), expected);
}

#[test]
fn what_is_wrong_in_the_comments_of_a_script_is_told_with_its_place() {
    check_script(
        "//@extension version one",
        "weather.js:1:22: `version`: `one` is not a version: unexpected character 'o' while parsing major version number; \
         a version looks like `1.4.0`\ncorrect the value of `version`",
    );
    check_script(
        "//@extension artifact words",
        "weather.js:1:23: `artifact`: `words` is no artifact: expected `group:name:version`, or `name@range` for one of npm\n\
         correct the value of `artifact`",
    );
    check_script(
        "//@extension repository town",
        "weather.js:1:25: `repository`: expected a name and an address: `npm npm+https://registry.npmjs.org`\n\
         correct the value of `repository`",
    );
    check_script(
        "\n  // @extension   name A",
        "weather.js:2:24: `name`: `A` cannot be the name of an extension: it needs at least two characters\n\
         correct the value of `name`",
    );
    check_script(
        "//@extension name Aa\n//@extension name Bb",
        "weather.js:2:14: `name` is given twice\nkeep one of the two `name`",
    );
    check_script(
        "//@extension requires",
        "weather.js:1:14: `requires` says nothing\n\
         look for a bracket, comma or quote that is missing or too much there",
    );
    check_script(
        "//@extension",
        "weather.js:1:13: unknown key `` after `@extension`\nremove it; the keys are `name`, `version`, `description`, \
         `author`, `license`, `homepage`, `app`, `requires`, `optional`, `any_of`, `conflicts`, `provides`, `after`, \
         `before`, `repository` and `artifact`",
    );
    check_script(
        "//@extension any_of Sun | 1",
        "weather.js:1:21: `any_of`: `1` cannot be the name of an extension: from its first letter on, from a to z, it needs \
         at least two characters\ncorrect the value of `any_of`",
    );
}

#[test]
fn a_wish_in_a_comment_or_in_json_is_found_again() {
    check(
        &[
            ("extensions/a.js", "//@extension name Aa\n//@extension requires Time ^2"),
            ("extensions/b/extension.json", "{\"name\": \"Bb\", \"version\": \"1\",\n \"anyOf\": [[\"Time ^2\"]]}"),
            ("extensions/b/main.js", ""),
            (
                "extensions/c/package.json",
                "{\"name\": \"cc\", \"version\": \"1.0.0\", \"extension\": {\n  \
                 \"dependencies\": [{\"version\": \"^2\", \"name\": \"Time\"}]}}",
            ),
            ("extensions/c/main.js", ""),
        ],
        &["Aa 0.0.0 extensions/a.js", "Bb 1.0.0 extensions/b/main.js", "cc 1.0.0 extensions/c/main.js"],
        "error: `Aa` is left out: it requires `Time ^2`, which is not there\n  \
           in: extensions/a.js:2:23\n  \
           hint: add `Time`; if it is linked into the app, name its crate in `link_extensions!`\n\
         error: `Bb` is left out: it needs `Time ^2`, but `Time` is not there\n  \
           in: extensions/b/extension.json:2:14\n  \
           hint: add `Time`; if it is linked into the app, name its crate in `link_extensions!`\n\
         error: `cc` is left out: it requires `Time ^2`, which is not there\n  \
           in: extensions/c/package.json:2:47\n  \
           hint: add `Time`; if it is linked into the app, name its crate in `link_extensions!`\n",
    );
}

#[test]
fn a_name_that_nobody_wrote_as_a_name_is_made_one_and_found_by_both() {
    let ground = Ground::new(&[
        ("extensions/my-weather.js", ""),
        ("extensions/town/package.json", r#"{"name": "@town/econ.omy", "version": "1.0.0"}"#),
        ("extensions/town/main.js", ""),
        ("extensions/2nd-umbrella/main.js", "//@extension requires my-weather\n//@extension requires @town/econ.omy"),
        (
            "extensions/renamed/package.json",
            r#"{"name": "@town/chat", "version": "1.0.0", "extension": {"name": "Chat"}}"#,
        ),
        ("extensions/renamed/main.js", ""),
        ("extensions/talker.js", "//@extension requires @town/chat ^1"),
    ]);
    ground.check(
        &[
            "nd_umbrella 0.0.0 extensions/2nd-umbrella/main.js",
            "my_weather 0.0.0 extensions/my-weather.js",
            "Chat 1.0.0 extensions/renamed/main.js",
            "talker 0.0.0 extensions/talker.js",
            "town_econ_omy 1.0.0 extensions/town/main.js",
        ],
        "",
    );
    let candidates: Vec<_> = ground.discover().found.into_iter().map(|found| found.candidate).collect();
    let plan = resolve(&candidates, &ground.settings).plan;
    let found = |spelling: &str| Some(plan.get(plan.find(spelling)?)?.name.to_string());
    assert_eq!(found("my-weather").as_deref(), Some("my_weather"));
    assert_eq!(found("My_Weather").as_deref(), Some("my_weather"));
    assert_eq!(found("@town/econ.omy").as_deref(), Some("town_econ_omy"));
    assert_eq!(found("@town/chat").as_deref(), Some("Chat"));
    assert_eq!(found("chat").as_deref(), Some("Chat"));
    assert_eq!(found("@town/weather"), None);
}

#[test]
fn what_makes_no_name_asks_for_one() {
    check(
        &[
            ("extensions/1.js", ""),
            ("extensions/2/package.json", "{\n \"name\": \"@2\"}"),
            ("extensions/2/main.js", ""),
            ("extensions/3.js", "//@extension name Three"),
        ],
        &["Three 0.0.0 extensions/3.js"],
        "error: an extension is left out: `1` makes no name, which is a letter from a to z and more letters, digits or `_`\n  \
           in: extensions/1.js:1:1\n  \
           hint: add `//@extension name ..` at the top of the script\n\
         error: an extension is left out: `@2` makes no name, which is a letter from a to z and more letters, digits or `_`\n  \
           in: extensions/2/package.json:2:11\n  \
           hint: add `\"extension\": {\"name\": \"..\"}`\n",
    );
}

#[test]
fn no_version_is_told_of_manifests_alone() {
    check(
        &[
            ("extensions/a/extension.json", r#"{"name": "Aa"}"#),
            ("extensions/a/main.js", ""),
            ("extensions/bb/package.json", "{}"),
            ("extensions/bb/main.js", ""),
            ("extensions/cc/main.js", ""),
            ("extensions/dd.js", ""),
        ],
        &[
            "Aa 0.0.0 extensions/a/main.js",
            "bb 0.0.0 extensions/bb/main.js",
            "cc 0.0.0 extensions/cc/main.js",
            "dd 0.0.0 extensions/dd.js",
        ],
        "notice: `Aa` gives no version, which reads as 0.0.0\n  \
           in: extensions/a/extension.json\n  \
           hint: add `\"version\": \"1.0.0\"`\n\
         notice: `bb` gives no version, which reads as 0.0.0\n  \
           in: extensions/bb/package.json\n  \
           hint: add `\"version\": \"1.0.0\"`\n",
    );
}

#[test]
fn npm_finds_a_main_script_without_its_ending_too() {
    let package = |main: &str| format!(r#"{{"name": "weather", "version": "1.0.0", "main": "{main}"}}"#);
    for (main, script) in [("./lib/sky", "lib/sky.js"), ("lib", "lib/index.js"), ("./sky.mjs", "sky.mjs")] {
        let files = [("extensions/a/package.json", &*package(main)), (&*format!("extensions/a/{script}"), "")];
        check(&files, &[&format!("weather 1.0.0 extensions/a/{script}")], "");
    }
}

#[test]
fn the_same_name_twice_is_told_with_both_paths() {
    check(
        &[
            ("extensions/a.js", "//@extension name Weather\n//@extension version 1.0.0"),
            ("extensions/b/extension.ron", RON),
            ("extensions/b/main.js", ""),
            ("assets/extensions/time.js", ""),
            ("extensions/time.js", ""),
        ],
        &[
            "time 0.0.0 assets/extensions/time.js",
            "Weather 1.0.0 extensions/a.js",
            "Weather 1.2.0 extensions/b/main.js",
            "time 0.0.0 extensions/time.js",
        ],
        "warning: `time` is there twice: 0.0.0 is used, 0.0.0 is passed over\n  \
           in: assets/extensions/time.js\n      \
               extensions/time.js\n  \
           hint: remove the one you do not want\n\
         warning: `Weather` is there twice: 1.2.0 is used, 1.0.0 is passed over\n  \
           in: extensions/b/extension.ron\n      \
               extensions/a.js\n  \
           hint: remove the one you do not want\n",
    );
}

#[test]
fn directories_are_searched_in_their_order_and_each_once() {
    let files = [("first/zz.js", ""), ("second/aa.js", ""), ("bin/mods/bb.js", "")];
    let ground = Ground::new(&files).with_settings(
        r#"(directories: ["{cwd}/first", "second", "{exe}/mods", "{config}/first", "{assets}/../first/."])"#,
    );
    ground.write("assets/", b"");
    ground.check(&["zz 0.0.0 first/zz.js", "aa 0.0.0 second/aa.js", "bb 0.0.0 bin/mods/bb.js"], "");
}

#[test]
fn what_is_relative_is_so_to_the_file_of_the_host_settings() {
    let ground = Ground::new(&[
        ("conf/extensions.ron", r#"(directories: ["more", "{config}/most"])"#),
        ("conf/more/aa.js", ""),
        ("conf/most/bb.js", ""),
        ("more/cc.js", ""),
    ]);
    let settings = HostSettings::read(&ground.path("conf/extensions.ron")).unwrap();
    let ground = Ground { settings, ..ground };
    ground.check(&["aa 0.0.0 conf/more/aa.js", "bb 0.0.0 conf/most/bb.js"], "");

    let mut in_code = Ground::new(&[("more/cc.js", "")]);
    in_code.settings.directories = vec!["more".into()];
    in_code.check(&["cc 0.0.0 more/cc.js"], "");
}

#[test]
fn a_default_directory_need_not_be_there_and_any_other_should() {
    check(&[], &[], "");
    Ground::new(&[]).with_settings(include_str!("../../assets/extensions.ron")).check(&[], "");
    Ground::new(&[("file", "")])
        .with_settings(r#"(directories: ["{cwd}/extensions", "mods",  "{cwd}/more", "file"])"#)
        .check(
            &[],
            "warning: the directory `mods` is not there\n  \
               in: extensions.ron:1:37\n  \
               hint: create it, or take it out of `directories` in the host settings\n\
             warning: the directory `{cwd}/more`, which is `more`, is not there\n  \
               in: extensions.ron:1:46\n  \
               hint: create it, or take it out of `directories` in the host settings\n\
             error: the directory `file` is a file\n  \
               in: extensions.ron:1:60\n  \
               hint: name the folder that holds the extensions\n",
        );
}

#[test]
fn a_placeholder_that_is_not_known_is_told_with_its_place() {
    Ground::new(&[("extensions/aa.js", "")])
        .with_settings(
            "(directories: [\n  \"{asset}/extensions\",\n  \"{cwd}/extensions\",\n  \"{home}/x\",\n  \"{cwd\",\n])",
        )
        .check(
            &["aa 0.0.0 extensions/aa.js"],
            "error: the directory `{asset}/extensions` is not searched: there is no placeholder `{asset}`\n  \
               in: extensions.ron:2:4\n  \
               hint: did you mean `{assets}`?\n\
             error: the directory `{home}/x` is not searched: there is no placeholder `{home}`\n  \
               in: extensions.ron:4:4\n  \
               hint: the placeholders are `{assets}`, `{cwd}`, `{exe}`, `{config}`, `{data}` and `{extensions}`\n\
             error: the directory `{cwd` is not searched: its `{` has no `}`\n  \
               in: extensions.ron:5:4\n  \
               hint: close it with `}`\n",
        );
    let mut in_code = Ground::new(&[]);
    in_code.settings.directories = vec!["{config}/mods".into()];
    in_code.check(
        &[],
        "error: the directory `{config}/mods` is not searched: the host settings, for `{config}`, are in no file\n  \
           hint: write `{cwd}`, or read the host settings from a file\n",
    );
}

#[test]
fn what_the_host_finds_cannot_run_is_left_out_by_it() {
    let ground = Ground::new(&[
        ("extensions/a/extension.ron", "(name: \"Aa\", version: \"1.0.0\", entrypoint: \"main.lua\")"),
        ("extensions/a/main.lua", ""),
    ]);
    let mut candidate = ground.discover().found.remove(0).candidate;
    assert_eq!(candidate.unrunnable, None);
    let unrunnable =
        bevy_extensions_core::Unrunnable::new("`main.lua`", "no engine of this app runs it", "use another");
    candidate.unrunnable = Some(unrunnable);
    let problems: Vec<Problem> = resolve(&[candidate], &HostSettings::default()).problems;
    assert_eq!(
        explain(&problems),
        "error: `Aa` is left out: `main.lua` cannot run here: no engine of this app runs it\n  \
           in: extensions/a/extension.ron:1:45\n  \
           hint: use another\n"
    );
}

const JSON: &str = r#"{
  "format": 1,
  "entrypoint": "sky.js",
  "name": "Weather",
  "version": "1.2",
  "description": "Rain and sun.",
  "authors": ["Ann"],
  "license": "MIT",
  "homepage": "https://weather.example",
  "app": ">=1, <3",
  "dependencies": ["Time ^2", {"name": "Economy", "version": "^1.2", "reason": "rain", "url": "https://e.example"}],
  "optional": ["Chat"],
  "anyOf": [["Sun ^1", "Moon ^1"]],
  "conflicts": ["Drought <2"],
  "provides": ["Climate 1.0.0", "Mood"],
  "after": ["Log"],
  "before": ["Harvest"],
  "externalDependencies": {
    "repositories": [{"name": "central", "url": "https://repo.example"}],
    "artifacts": ["org.example:clouds:1.0"]
  },
  "external": {"artifacts": ["org.example:sky:1.0"]},
  "settings": {"drops": 3, "cold": true, "names": {"a b": null}},
  "meta": {"climate": "mild", "rank": 3, "deep": [1.5, -7, {"true": "\u00e9\n"}, {}, []]}
}"#;

#[test]
fn a_manifest_in_json_says_the_same_as_in_ron() {
    let expected = r#"(
        entrypoint: "sky.js", name: "Weather", version: "1.2.0", description: "Rain and sun.", authors: ["Ann"],
        license: "MIT", homepage: "https://weather.example", app: ">=1, <3",
        dependencies: ["Time ^2", (name: "Economy", version: "^1.2", reason: "rain", url: "https://e.example")],
        optional: ["Chat"], any_of: [["Sun ^1", "Moon ^1"]], conflicts: ["Drought <2"],
        provides: ["Climate 1.0.0", "Mood"], after: ["Log"], before: ["Harvest"],
        external: (
            repositories: [(name: "central", url: "https://repo.example")],
            artifacts: ["org.example:sky:1.0", "org.example:clouds:1.0"],
        ),
        meta: {"climate": "mild", "rank": 3, "deep": [1.5, -7, {"true": "é\n"}, {}, []]},
    )"#;
    let mut read = Manifest::from_json("extension.json", JSON.as_bytes()).unwrap();
    let settings = std::mem::take(&mut read.settings);
    assert_eq!(read, Manifest::from_ron("extension.ron", expected.as_bytes()).unwrap());
    let written: ron::Value = ron::from_str(settings.as_str()).unwrap();
    assert_eq!(written, ron::from_str(r#"(drops: 3, cold: true, names: {"a b": None})"#).unwrap());
}

#[test]
fn settings_in_json_are_read_as_those_in_ron_and_what_is_wrong_is_told_with_a_place_that_exists() {
    #[derive(serde::Serialize, serde::Deserialize, Default, Debug, PartialEq)]
    #[serde(default)]
    struct Rain {
        drops: u32,
        cold: bool,
    }
    let read = |json: &str| Manifest::from_json("extension.json", json.as_bytes()).unwrap().settings.parse::<Rain>();
    let rain = read("{\"name\": \"Aa\", \"settings\": {\n\"drops\": 3}}").unwrap();
    assert_eq!(rain, Rain { drops: 3, cold: false });
    assert_eq!(
        read("{\"name\": \"Aa\",\n \"settings\": {\n\"drops\": \"many\"}}").unwrap_err().to_string(),
        "extension.json:2:14: `drops`: expected integer"
    );
    assert_eq!(read(r#"{"name": "Aa", "settings": {}}"#).unwrap(), Rain::default());
}

#[track_caller]
fn check_json(text: &str, expected: &str) {
    let error = Manifest::from_json("extension.json", text.as_bytes()).unwrap_err();
    assert_eq!(format!("{error}\n{}", error.hint()), expected);
}

#[test]
fn what_is_wrong_in_json_is_told_with_its_place_and_field() {
    check_json(
        "{\n  \"name\": \"Weather\",\n  \"dependancies\": []\n}",
        "extension.json:3:3: unknown key `dependancies`\ndid you mean `dependencies`?",
    );
    check_json("{\"version\": \"1\"}", "extension.json:1:1: `name` is missing\nadd `\"name\": ..`");
    check_json(
        "{\"name\": \"Weather\",\n\"name\": \"Rain\"}",
        "extension.json:2:1: `name` is given twice\nkeep one of the two `name`",
    );
    check_json(
        "{\"name\": \"Weather\", \"é\": 1}",
        "extension.json:1:21: unknown key `é`\nremove it; the keys are `format`, `name`, `version`, `description`, \
         `authors`, `license`, `homepage`, `entrypoint`, `app`, `dependencies`, `optional`, `anyOf`, `conflicts`, \
         `provides`, `after`, `before`, `externalDependencies`, `external`, `settings`, `meta` and `$schema`",
    );
    check_json(
        "{\"name\": \"Weather\", \"dependencies\": [\"Time\", {\"name\": \"Economy\", \"versoin\": \"1\"}]}",
        "extension.json:1:66: unknown key `versoin` in `dependencies[1]`\ndid you mean `version`?",
    );
    check_json(
        "{\"name\": \"Weather\",\n \"version\": 1.0}",
        "extension.json:2:13: `version`: expected a string, found the number `1`\ncorrect the value of `version`",
    );
    check_json(
        "{\"name\": \"Weather\",\n \"authors\": \"Ann\"}",
        "extension.json:2:13: `authors`: expected a sequence, found the string \"Ann\"\ncorrect the value of `authors`",
    );
    check_json(
        "{\"name\": \"a b\"}",
        "extension.json:1:10: `name`: `a b` cannot be the name of an extension: only letters from a to z, digits and `_` \
         are allowed\ncorrect the value of `name`",
    );
    check_json(
        "{\"name\": \"Weather\", \"dependencies\": [\"Time ^x\"]}",
        "extension.json:1:38: `dependencies[0]`: `^x` is not a version range: unexpected character 'x' while parsing major \
         version number; a version range looks like `^1.2`\ncorrect the value of `dependencies[0]`",
    );
    check_json(
        "{\"name\": \"Weather\", \"format\": 2}",
        "extension.json:1:31: `format`: format 2 is not known here; this version reads format 1\n\
         correct the value of `format`",
    );
    check_json(
        "[\"Weather\"]",
        "extension.json:1:1: expected an object, found a list\n\
         look for a bracket, comma or quote that is missing or too much there",
    );
    check_json(
        "{\n  \"name\": \"Weather\"\n  \"version\": \"1.0.0\"\n}",
        "extension.json:3:3: expected `,` or `}`\nlook for a bracket, comma or quote that is missing or too much there",
    );
    check_json(
        "",
        "extension.json:1:1: EOF while parsing a value\n\
         look for a bracket, comma or quote that is missing or too much there",
    );
}

#[test]
fn of_a_package_of_npm_that_counts_which_is_about_an_extension() {
    let package = r#"{
        "name": "@town/weather", "version": "1.2.0", "main": "./sky.js", "description": "Rain.", "license": "MIT",
        "author": "Ann <ann@town.example>", "contributors": [{"name": "Bob", "email": "bob@town.example"}, {"name": "Cid"}],
        "homepage": "https://weather.example", "type": "module", "dependencies": {"left-pad": "^1"}, "private": true,
        "scripts": {"test": "a", "test": "b"},
        "extension": {"dependencies": ["Economy ^1"], "description": "Rain and sun."}
    }"#;
    let expected = r#"(
        name: "town_weather", version: "1.2.0", entrypoint: "./sky.js", description: "Rain and sun.", license: "MIT",
        authors: ["Ann <ann@town.example>", "Bob <bob@town.example>", "Cid"], homepage: "https://weather.example",
        dependencies: ["Economy ^1"],
    )"#;
    let read = Manifest::from_package_json("package.json", package.as_bytes()).unwrap();
    assert_eq!(read, Manifest::from_ron("expected", expected.as_bytes()).unwrap());
}

#[test]
fn what_is_wrong_in_a_package_of_npm_is_told_with_its_place() {
    let check = |text: &str, expected: &str| {
        let error = Manifest::from_package_json("package.json", text.as_bytes()).unwrap_err();
        assert_eq!(format!("{error}\n{}", error.hint()), expected);
    };
    check("{}", "package.json:1:1: `name` is missing\nadd `\"name\": ..`");
    check(
        r#"{"name": "aa", "extension": {"anyof": []}}"#,
        "package.json:1:30: unknown key `anyof` in `extension`\ndid you mean `anyOf`?",
    );
    check(
        r#"{"name": "aa", "main": 1}"#,
        "package.json:1:24: `main`: expected a string, found the number `1`\ncorrect the value of `main`",
    );
    check(
        r#"{"name": "aa", "author": ["Ann"]}"#,
        "package.json:1:26: `author`: expected an author, found a list\ncorrect the value of `author`",
    );
}

#[test]
fn folders_of_this_process_are_those_of_the_system() {
    let folders = Folders::of_this_process();
    assert_eq!(folders.cwd.as_deref(), std::env::current_dir().ok().as_deref());
    assert!(folders.exe.is_some_and(|exe| Path::new(&exe).is_dir()));
}
