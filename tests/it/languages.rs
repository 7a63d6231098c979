//! A language of one's own for scripts: the seam knows nothing of JavaScript.

use std::{collections::BTreeMap, time::Duration};

use bevy_ecs::prelude::*;
use bevy_extensions::{
    Target, Value, json,
    prelude::*,
    script::{
        Heard, HeardEvent, Languages, ListenerId, LogLevel, Offer, OfferKind, PromiseId, Script, ScriptEngine,
        ScriptError, ScriptFunction, ScriptHost, ScriptSource, TimerId,
    },
    test_kit::{TestApp, extensions},
};
use bevy_time::TimeUpdateStrategy;

/// A language with a word at the beginning of each line, and at most one thing to do on it:
///
/// ```text
/// log TEXT                 says something
/// emit EVENT JSON          emits an event
/// call OF FUNCTION JSON    calls a function, and says what it answers
/// set KEY JSON             changes the event, or the answer
/// fail TEXT                fails
/// on EVENT DO              does something when it hears an event
/// in PHASE DO              does something in a phase
/// after MS DO              does something later
/// export NAME DO           does something when it is called
/// ```
struct Lines;

impl ScriptEngine for Lines {
    fn language(&self) -> &'static str {
        "lines"
    }

    fn runs(&self, file: &str) -> bool {
        file.ends_with(".lines")
    }

    fn create(&self, source: ScriptSource) -> Result<Box<dyn Script>, ScriptError> {
        let bytes = source.files.read(&source.entrypoint).map_err(|error| ScriptError::new(error.to_string()))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Box::new(Running { text, ..Running::default() }))
    }
}

#[derive(Default)]
struct Running {
    text: String,
    numbered: Vec<String>,
    phases: Vec<(String, String)>,
    exports: BTreeMap<String, String>,
}

impl Running {
    fn number(&mut self, what: &str) -> u32 {
        self.numbered.push(what.into());
        u32::try_from(self.numbered.len() - 1).expect("few lines")
    }

    fn perform(&mut self, line: &str, value: &mut Value, host: &mut dyn ScriptHost) -> Result<bool, ScriptError> {
        let fail = |why: String| ScriptError::new(why);
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let mut parts = rest.splitn(2, ' ');
        let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        match word {
            "" | "//@extension" => {}
            "log" => host.log(LogLevel::Info, &rest.replace("{}", &value.to_string())),
            "emit" => host.emit(first, json(second), Target::Everyone, PromiseId(0)).map_err(fail)?,
            "call" => {
                let (function, argument) = second.split_once(' ').unwrap_or((second, "null"));
                let answer = host.call(first, function, json(argument)).map_err(fail)?;
                host.log(LogLevel::Info, &format!("{first}.{function} answers {answer}"));
            }
            "set" => value[first] = json(second),
            "fail" => return Err(fail(rest.into())),
            "on" => {
                let listener = ListenerId(self.number(second));
                host.listen(listener, first).map_err(fail)?;
            }
            "in" => self.phases.push((first.into(), second.into())),
            "after" => {
                let timer = TimerId(self.number(second));
                host.start_timer(timer, Duration::from_millis(first.parse().unwrap_or_default()), false);
            }
            "export" => {
                self.exports.insert(first.into(), second.into());
                let offer = |name: &String| Offer { name: name.clone(), kind: OfferKind::Function };
                host.export(self.exports.keys().map(offer).collect()).map_err(fail)?;
            }
            other => return Err(fail(format!("nobody knows `{other}`"))),
        }
        Ok(word == "set")
    }
}

fn json(text: &str) -> Value {
    text.parse().unwrap_or_default()
}

impl Script for Running {
    fn run(&mut self, host: &mut dyn ScriptHost) -> Result<(), ScriptError> {
        let text = self.text.clone();
        text.lines().try_for_each(|line| self.perform(line.trim(), &mut Value::Null, host).map(|_| ()))
    }

    fn phase(&mut self, phase: Phase, host: &mut dyn ScriptHost) {
        let name = format!("{phase:?}");
        for (_, line) in self.phases.clone().into_iter().filter(|(of, _)| *of == name) {
            if let Err(error) = self.perform(&line, &mut Value::Null, host) {
                host.report(error);
            }
        }
    }

    fn hear(
        &mut self,
        listener: ListenerId,
        event: &mut dyn HeardEvent,
        _: Heard<'_>,
        host: &mut dyn ScriptHost,
    ) -> Result<(), ScriptError> {
        let line = self.numbered[listener.0 as usize].clone();
        let mut value = event.to_value().map_err(ScriptError::new)?;
        if self.perform(&line, &mut value, host)? {
            event.replace(value).map_err(ScriptError::new)?;
        }
        Ok(())
    }

    fn call(
        &mut self,
        function: ScriptFunction<'_>,
        mut argument: Value,
        host: &mut dyn ScriptHost,
    ) -> Result<Value, ScriptError> {
        let ScriptFunction::Export(name) = function else { return Err(ScriptError::new("it has no drivers")) };
        let line = self.exports[name].clone();
        self.perform(&line, &mut argument, host)?;
        Ok(argument)
    }

    fn settle(&mut self, _: PromiseId, outcome: Result<Value, String>, host: &mut dyn ScriptHost) {
        host.log(LogLevel::Info, &format!("it became {outcome:?}"));
    }

    fn ring(&mut self, timer: TimerId, host: &mut dyn ScriptHost) -> Result<(), ScriptError> {
        let line = self.numbered[timer.0 as usize].clone();
        self.perform(&line, &mut Value::Null, host).map(|_| ())
    }
}

extensions! {
    Bank = |app| app.extension::<Self>().export_fn("double", |In(gold): In<u32>| gold * 2);
}

#[track_caller]
fn start(scripts: &[(&str, &str)]) -> TestApp {
    let scripts: Vec<_> = scripts.iter().map(|(file, text)| (file.to_string(), text.to_string())).collect();
    let languages = Languages::none().with(Lines);
    let builder = TestApp::builder().with::<Bank>().host(|host| ExtensionsPlugin { scripts, languages, ..host });
    let tick = TimeUpdateStrategy::ManualDuration(Duration::from_millis(10));
    builder.setup(|app| _ = app.insert_resource(tick)).start()
}

/// What the scripts have said.
fn said(app: &TestApp) -> Vec<String> {
    app.logs()
        .into_iter()
        .filter_map(|line| Some(line.strip_prefix("info: ")?.to_string()))
        .filter(|line| !line.starts_with("extensions"))
        .collect()
}

#[test]
fn another_language_does_what_any_extension_does() {
    let mut app = start(&[
        (
            "greeter.lines",
            "//@extension requires Bank\nlog here\nin Init emit coin.found {\"gold\":1}\non coin.* call Bank double 21",
        ),
        ("changer.lines", "on coin.found set gold 2\nafter 15 log ding\nexport answer set gold 5"),
    ]);
    app.assert_states("Bank running, changer running, greeter running");
    app.frames(2);
    assert_eq!(
        said(&app),
        [
            "greeter: here",
            "greeter: Bank.double answers 42",
            r#"greeter: it became Ok(Object {"gold": Number(2)})"#,
            "changer: ding"
        ],
    );
    let answer: Value = app.world_mut().call("changer", "answer", json!({})).unwrap();
    assert_eq!(answer, json!({"gold": 5}));
}

#[test]
fn what_no_engine_runs_is_left_out() {
    let app = start(&[("greeter.lua", "print('hello')")]);
    app.assert_states("Bank running, greeter left out");
}

#[test]
fn what_fails_at_its_top_level_has_failed() {
    let app = start(&[("greeter.lines", "log here\nfail no luck")]);
    app.assert_faults("greeter", &["at the top level of its script: no luck"]);
    app.assert_state("greeter", ExtensionState::Failed);
    assert_eq!(app.world().leftovers("greeter"), Some(vec![]));
}
