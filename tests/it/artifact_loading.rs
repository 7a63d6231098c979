//! Extensions that come while the app runs, and ask for artifacts.

use bevy_extensions::{Switch, SwitchPlan, Value, prelude::*, test_kit::TestApp};

use crate::{
    artifact_kit::{Server, Town},
    support::run_until,
};

const RAIN: &str = "town.libs:rain:1.0.0@js";
const SUN: &str = "town.libs:sun:1.0.0@js";

/// A town with a closed server, and an app that has started.
struct Scene {
    town: Town,
    server: Server,
    app: TestApp,
}

impl Scene {
    fn new() -> Self {
        Self::with_settings("")
    }

    fn with_settings(settings: &str) -> Self {
        let town = Town::new();
        town.lib(RAIN, "exports.drops = 3").lib(SUN, "exports.rays = 7");
        let server = Server::closed(&town.path("libs"));
        let app = town.app_asking(&server.url(), settings, "allow_http: [\"127.0.0.1\"], retries: 0").start();
        Self { town, server, app }
    }

    /// Asks for switches in one frame, and runs it.
    fn ask(&mut self, switches: impl IntoIterator<Item = Switch>) -> SwitchPlan {
        let plan = self.app.world().resource::<Extensions>().plan_switches(switches);
        self.app.world_mut().resource_mut::<Extensions>().confirm(plan.clone()).unwrap();
        self.app.frames(1);
        plan
    }

    fn load(&mut self, folder: &str) -> String {
        let path = self.town.path(folder);
        self.ask([Switch::load(path)]).to_string()
    }

    /// Runs frames until something was logged that begins so; returns it.
    #[track_caller]
    fn logged(&mut self, begin: &str) -> String {
        run_until(&mut self.app, |app| app.logs().iter().any(|line| line.starts_with(begin)));
        let logs = self.app.logs();
        self.town.shorten(logs.iter().find(|line| line.starts_with(begin)).unwrap())
    }

    /// Returns what is being fetched.
    fn fetching(&self) -> Vec<String> {
        let extensions = self.app.world().resource::<Extensions>();
        extensions.fetching().into_iter().map(|progress| progress.what).collect()
    }

    fn call(&mut self, of: &str, function: &str) -> Value {
        self.app.world_mut().call(of, function, ()).unwrap()
    }

    #[track_caller]
    fn wait_until_running(&mut self, name: &str) {
        let is_running =
            |app: &mut TestApp| app.world().resource::<Extensions>().state(name) == Some(ExtensionState::Running);
        run_until(&mut self.app, is_running);
    }
}

#[test]
fn whoever_is_loaded_comes_when_its_artifacts_are_there() {
    let mut scene = Scene::new();
    scene.town.script("herald", &[RAIN], "const { drops } = require('rain'); exports.drops = () => drops");
    assert_eq!(scene.load("herald"), "load `herald` 1.0.0, and start it, when its artifacts are there");
    scene.app.assert_logged("info: `herald` waits for its artifacts: `town.libs:rain:1.0.0@js`");
    scene.app.frames(3);
    scene.app.assert_states("");

    scene.server.open();
    scene.wait_until_running("herald");
    assert_eq!(scene.call("herald", "drops"), 3);
    scene.app.assert_logged("info: extensions are switched:\nload `herald` 1.0.0, and start it");
}

#[test]
fn whoever_is_loaded_and_cannot_have_its_artifacts_is_refused() {
    let mut scene = Scene::new();
    scene.town.script("herald", &["town.libs:snow:1.0.0@js"], "console.log('never')");
    scene.load("herald");
    scene.server.open();
    let url = scene.server.url();
    assert_eq!(
        scene.logged("warn: cannot load"),
        format!(
            "warn: cannot load `herald`: it needs the artifact `town.libs:snow:1.0.0@js`: `libs` has no \
             `{url}/town/libs/snow/1.0.0/snow-1.0.0.js`\n  \
             hint: check its name and version, and the `repositories` of the manifest",
        ),
    );
    scene.app.assert_states("");
}

#[test]
fn those_who_are_loaded_together_come_together() {
    let mut scene = Scene::new();
    scene.town.script("herald", &[RAIN], "exports.drops = require('rain').drops");
    let code = "const herald = extension.imports('herald'); exports.drops = () => herald.drops";
    scene.town.script_with("crier", &[], "dependencies: [\"herald\"],", code);
    scene.town.script("loner", &[], "");
    let paths = ["herald", "crier", "loner"].map(|name| scene.town.path(name));
    scene.ask(paths.map(Switch::load));
    scene.app.assert_states("loner running");
    scene.server.open();
    scene.wait_until_running("crier");
    assert_eq!(scene.call("crier", "drops"), 3);
    scene.app.assert_states("herald running, loner running, crier running");
}

#[test]
fn whoever_is_read_anew_runs_on_until_its_artifacts_are_there() {
    let mut scene = Scene::new();
    scene.town.script("herald", &[], "exports.drops = () => 1");
    scene.load("herald");
    scene.town.script("herald", &[RAIN], "const { drops } = require('rain'); exports.drops = () => drops");
    let plan = scene.ask([Switch::reload("herald")]).to_string();
    assert_eq!(
        plan,
        "stop `herald`, to load it anew, when its artifacts are there\nstart `herald` 1.0.0, when its artifacts are there",
    );
    scene.app.frames(3);
    assert_eq!(scene.call("herald", "drops"), 1);
    scene.server.open();
    run_until(&mut scene.app, |app| app.world_mut().call::<_, Value>("herald", "drops", ()).unwrap() == 3);
    scene.app.assert_states("herald running");
}

#[test]
fn whoever_is_read_anew_and_cannot_have_its_artifacts_runs_on() {
    let mut scene = Scene::new();
    scene.town.script("herald", &[], "exports.drops = () => 1");
    scene.load("herald");
    scene.town.script("herald", &["town.libs:snow:1.0.0@js"], "");
    scene.ask([Switch::reload("herald")]);
    scene.server.open();
    let told = scene.logged("warn: cannot reload");
    assert!(
        told.starts_with("warn: cannot reload `herald`: it needs the artifact `town.libs:snow:1.0.0@js`: "),
        "{told}"
    );
    assert_eq!(scene.call("herald", "drops"), 1);
    scene.app.assert_states("herald running");
}

#[test]
fn what_does_not_parse_is_refused_when_its_artifacts_are_there() {
    let mut scene = Scene::new();
    scene.town.script("herald", &[RAIN], "let a = ;");
    scene.load("herald");
    scene.server.open();
    let told = scene.logged("warn: cannot load");
    assert_eq!(
        told,
        "warn: cannot load `herald`: `main.js` cannot run here: SyntaxError: unexpected token in expression: ';', at \
         herald/main.js:1:9\n    1 | let a = ;\n      |         ^\n  hint: mend it, and load it again",
    );
    scene.app.assert_states("");
}

#[test]
fn whoever_is_refused_in_any_case_has_nothing_fetched_for_it() {
    let mut scene = Scene::new();
    scene.town.script_with("herald", &[RAIN], "dependencies: [\"nobody\"],", "");
    scene.load("herald");
    let told = scene.logged("warn: cannot load");
    assert!(told.contains("it requires `nobody`, which is not there"), "{told}");
    assert_eq!(scene.server.asked(), 0);
}

#[test]
fn an_es_module_that_imports_a_library_is_loaded() {
    let mut scene = Scene::new();
    scene.town.script("herald", &[RAIN], "import { drops } from 'rain';\nexport const fell = () => drops;");
    scene.load("herald");
    scene.server.open();
    scene.wait_until_running("herald");
    assert_eq!(scene.call("herald", "fell"), 3);
}

#[test]
fn a_failure_is_forgotten_when_it_is_loaded_again() {
    let mut scene = Scene::new();
    scene.town.script("herald", &["town.libs:snow:1.0.0@js"], "exports.flakes = require('snow').flakes");
    scene.server.open();
    scene.load("herald");
    scene.logged("warn: cannot load");
    scene.town.lib("town.libs:snow:1.0.0@js", "exports.flakes = 9");
    scene.load("herald");
    scene.wait_until_running("herald");
    assert_eq!(scene.call("herald", "flakes"), 9);
}

#[test]
fn whoever_is_unloaded_leaves_nothing_of_its_artifacts() {
    let mut scene = Scene::new();
    scene.town.script("herald", &[RAIN], "exports.drops = require('rain').drops");
    scene.server.open();
    scene.load("herald");
    scene.wait_until_running("herald");
    scene.ask([Switch::unload("herald")]);
    scene.app.assert_states("");
    // What is cached needs no server.
    let asked = scene.server.asked();
    scene.load("herald");
    scene.app.assert_states("herald running");
    assert_eq!(scene.server.asked(), asked);
}

#[test]
fn nothing_is_fetched_for_whoever_is_off() {
    let mut scene = Scene::with_settings("disabled: [\"herald\"],");
    scene.town.script("herald", &["town.libs:snow:1.0.0@js"], "");
    assert_eq!(scene.load("herald"), "load `herald` 1.0.0, which is disabled then");
    scene.app.assert_states("herald disabled");
    assert_eq!(scene.ask([Switch::reload("herald")]).to_string(), "load `herald` 1.0.0 anew, which is disabled");
    assert_eq!(scene.fetching(), [""; 0]);
    scene.app.frames(3).assert_states("herald disabled");
    assert_eq!(scene.server.asked(), 0);
}

#[test]
fn offline_whoever_is_off_is_loaded_once() {
    let mut scene = Scene::with_settings("disabled: [\"herald\"], offline: true,");
    scene.town.script("herald", &[RAIN], "");
    assert_eq!(scene.load("herald"), "load `herald` 1.0.0, which is disabled then");
    assert_eq!(scene.fetching(), [""; 0]);
    scene.app.frames(3).assert_states("herald disabled");
}

#[test]
fn whoever_is_loaded_while_it_is_off_has_its_artifacts_fetched_when_it_is_enabled() {
    let mut scene = Scene::with_settings("disabled: [\"herald\"],");
    scene.town.script("herald", &[RAIN], "const { drops } = require('rain'); exports.drops = () => drops");
    scene.load("herald");
    let plan = scene.ask([Switch::enable("herald")]).to_string();
    assert_eq!(plan, "start `herald`, when its artifacts are there");
    scene.server.open();
    scene.wait_until_running("herald");
    assert_eq!(scene.call("herald", "drops"), 3);
}

#[test]
fn what_is_fetched_for_files_that_were_read_again_since_is_given_up() {
    let mut scene = Scene::new();
    scene.town.script("herald", &[], "exports.drops = () => 1");
    scene.load("herald");
    scene.town.script("herald", &[RAIN], "exports.drops = () => 2");
    scene.ask([Switch::reload("herald")]);
    assert_eq!(scene.fetching(), [RAIN]);
    scene.town.script("herald", &[], "exports.drops = () => 4");
    scene.ask([Switch::reload("herald")]);
    assert_eq!(scene.call("herald", "drops"), 4);
    assert_eq!(scene.fetching(), [""; 0]);
}

#[test]
fn of_two_that_are_fetched_for_one_the_last_is_what_it_becomes() {
    let mut scene = Scene::new();
    scene.town.script("herald", &[], "exports.drops = () => 1");
    scene.load("herald");
    for (artifact, answer) in [(RAIN, 2), (SUN, 4)] {
        scene.town.script("herald", &[artifact], &format!("exports.drops = () => {answer}"));
        scene.ask([Switch::reload("herald")]);
        assert_eq!(scene.fetching(), [artifact]);
    }
    scene.server.open();
    run_until(&mut scene.app, |app| app.world_mut().call::<_, Value>("herald", "drops", ()).unwrap() != 1);
    assert_eq!(scene.call("herald", "drops"), 4);
}

#[test]
fn whoever_comes_with_one_that_is_read_again_waits_for_that_one_alone() {
    let mut scene = Scene::new();
    scene.town.script("herald", &[RAIN], "");
    scene.town.script_with("crier", &[], "dependencies: [\"herald\"],", "");
    let paths = ["herald", "crier"].map(|name| scene.town.path(name));
    scene.ask(paths.map(Switch::load));
    scene.app.assert_states("");
    scene.town.script("herald", &[], "");
    scene.load("herald");
    scene.app.assert_states("herald running, crier running");
    assert_eq!(scene.fetching(), [""; 0]);
}

#[test]
fn whoever_requires_one_that_is_read_anew_runs_on_with_that_one() {
    let mut scene = Scene::new();
    scene.town.script("herald", &[], "");
    scene.town.script_with("crier", &[], "dependencies: [\"herald\"],", "");
    scene.town.script_with("poet", &[], "dependencies: [\"crier\"],", "");
    let paths = ["herald", "crier", "poet"].map(|name| scene.town.path(name));
    scene.ask(paths.map(Switch::load));
    scene.town.script("herald", &[RAIN], "");
    let plan = scene.ask([Switch::reload("herald")]);
    assert_eq!(
        plan.to_string(),
        "stop `poet`, to start it again, when the artifacts of `herald` are there: it requires `crier`\n\
         stop `crier`, to start it again, when the artifacts of `herald` are there: it requires `herald`\n\
         stop `herald`, to load it anew, when its artifacts are there\n\
         start `herald` 1.0.0, when its artifacts are there\n\
         start `crier`, when the artifacts of `herald` are there: it requires `herald`\n\
         start `poet`, when the artifacts of `herald` are there: it requires `crier`",
    );
    assert!(plan.steps().iter().all(|step| step.waits == step.follows.is_none()));
    scene.app.assert_states("herald running, crier running, poet running");
    // What is asked for meanwhile, and can be had with the one that runs, is done at once.
    assert_eq!(
        scene.ask([Switch::restart("crier")]).to_string(),
        "stop `poet`, to start it again: it requires `crier`\n\
         stop `crier`, to start it again\n\
         start `crier`\n\
         start `poet`: it requires `crier`",
    );
}
