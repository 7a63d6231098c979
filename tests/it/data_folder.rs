//! Where extensions keep what they write, and the placeholders that go with it.

use bevy_extensions_core::{Folders, HostSettings, explain};

use crate::discovery::Ground;

fn folders() -> Folders {
    Folders {
        assets: "/town/assets".into(),
        cwd: Some("/town".into()),
        exe: Some("/town/bin".into()),
        data: Some("/home/ann/data/town".into()),
    }
}

/// Checks the folder, or what is said of one that cannot be had.
#[track_caller]
fn check(settings: &str, expected: &str) {
    let settings = HostSettings::from_ron("/town/assets/extensions.ron", settings.as_bytes()).unwrap();
    let told = match settings.data_folder(&folders()) {
        Ok(path) => path.display().to_string(),
        Err(problem) => explain(&[*problem]),
    };
    assert_eq!(told, expected);
}

#[test]
fn by_default_it_is_the_folder_of_the_platform() {
    check("()", "/home/ann/data/town");
    assert_eq!(HostSettings::default().data_folder(&folders()).unwrap(), folders().data.unwrap());
}

#[test]
fn it_may_have_placeholders() {
    check(r#"(data: "{data}/second")"#, "/home/ann/data/town/second");
    check(r#"(data: "{cwd}/data")"#, "/town/data");
    check(r#"(data: "{exe}/data")"#, "/town/bin/data");
    check(r#"(data: "{extensions}/.data")"#, "/town/assets/extensions/.data");
    check(r#"(data: "{extensions}/.data", directories: ["first", "second"])"#, "/town/assets/first/.data");
    check(r#"(data: "/var/town")"#, "/var/town");
}

#[test]
fn what_is_relative_is_so_to_the_file_or_else_to_the_current_folder() {
    check(r#"(data: "data")"#, "/town/assets/data");
    let mut in_code = HostSettings::default();
    in_code.data = "data".into();
    assert_eq!(in_code.data_folder(&folders()).unwrap().display().to_string(), "/town/data");
}

#[test]
fn a_folder_that_cannot_be_had_is_told_with_its_place() {
    check(
        "(\n    data: \"{home}/x\",\n)",
        "error: the data folder `{home}/x` cannot be had: there is no placeholder `{home}`\n  \
           in: /town/assets/extensions.ron:2:12\n  \
           hint: the placeholders are `{assets}`, `{cwd}`, `{exe}`, `{config}`, `{data}` and `{extensions}`\n",
    );
    check(
        r#"(data: "{extensions}/x", directories: [])"#,
        "error: the data folder `{extensions}/x` cannot be had: `{extensions}` is the first of `directories`, and there is \
         none\n  \
           in: /town/assets/extensions.ron:1:9\n  \
           hint: write the path itself, or add a directory\n",
    );
    let unknown = Folders { data: None, ..folders() };
    assert_eq!(
        explain(&[*HostSettings::default().data_folder(&unknown).unwrap_err()]),
        "error: the data folder `{data}` cannot be had: the system does not tell what `{data}` is\n  \
           hint: write the path itself\n",
    );
}

#[test]
fn placeholders_that_need_one_another_are_told() {
    check(
        r#"(data: "{extensions}/data", directories: ["{data}/extensions"])"#,
        "error: the data folder `{extensions}/data` cannot be had: `{data} -> {extensions} -> {data}` leads back to where it \
         began\n  \
           in: /town/assets/extensions.ron:1:9\n  \
           hint: write the path itself in one of the places\n",
    );
    let circle = r#"(data: "{extensions}/data", directories: ["{data}/extensions", "{data}/more", "{extensions}/x"])"#;
    let hint = "  in: extensions.ron:1:44\n  hint: write the path itself in one of the places\n";
    let again = |column| hint.replace(":44", &format!(":{column}"));
    Ground::new(&[]).with_settings(circle).check(
        &[],
        &format!(
            "error: the directory `{{data}}/extensions` is not searched: `{{extensions}} -> {{data}} -> {{extensions}}` leads \
             back to where it began\n{hint}\
             error: the directory `{{data}}/more` is not searched: `{{data}} -> {{extensions}} -> {{data}}` leads back to \
             where it began\n{}\
             error: the directory `{{extensions}}/x` is not searched: `{{extensions}} -> {{data}} -> {{extensions}}` leads \
             back to where it began\n{}",
            again(65),
            again(80),
        ),
    );
}

#[test]
fn the_first_directory_is_not_below_itself() {
    Ground::new(&[]).with_settings(r#"(directories: ["{extensions}/x"])"#).check(
        &[],
        "error: the directory `{extensions}/x` is not searched: `{extensions} -> {extensions}` leads back to where it began\n  \
           in: extensions.ron:1:17\n  \
           hint: write the path itself in one of the places\n",
    );
}

#[test]
fn directories_may_lie_in_the_data_folder_and_below_the_first_of_them() {
    let ground = Ground::new(&[("data/more/weather.js", ""), ("more/rain.js", ""), ("first/snow.js", "")])
        .with_settings(r#"(directories: ["first", "{extensions}/../more", "{data}/more"])"#);
    ground.check(
        &["snow 0.0.0 first/snow.js", "rain 0.0.0 first/../more/rain.js", "weather 0.0.0 data/more/weather.js"],
        "",
    );
}

#[test]
fn an_app_has_a_folder_by_its_name() {
    let data = |name| Folders::of_app(name).data;
    assert_ne!(data("town"), data("village"));
    for no_name in ["", ".", "..", "a/b", "/town"] {
        assert_eq!(data(no_name), None, "{no_name}");
    }
    let executable = std::env::current_exe().unwrap();
    assert_eq!(Folders::of_this_process(), Folders::of_app(executable.file_stem().unwrap().to_str().unwrap()));
}
