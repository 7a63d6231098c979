//! The tower in `ARCHITECTURE.md` is as the code is: each module uses only those below it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

#[test]
fn each_module_uses_only_those_on_the_floors_below_it() {
    let floors = floors();
    let mut wrong = Vec::new();
    for (module, used) in uses() {
        let Some(own) = floors.get(&module) else {
            wrong.push(format!("`{module}` is on no floor"));
            continue;
        };
        let upward = used.iter().filter(|other| floors.get(*other).is_some_and(|floor| floor <= own));
        wrong.extend(upward.map(|other| format!("`{module}` uses `{other}`, which is not below it")));
    }
    assert!(wrong.is_empty(), "ARCHITECTURE.md, \"The ECS crate\", is otherwise:\n{}", wrong.join("\n"));
}

/// Reads the floor of each module, counted from the top.
fn floors() -> BTreeMap<String, usize> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let (_, tower) = text.split_once("nobody calls upward.\n\n```text\n").expect("the tower is there");
    let (tower, _) = tower.split_once("```").unwrap();
    let floor = |(floor, line): (usize, &str)| {
        let modules = line.get(..35).unwrap_or(line).split_whitespace();
        modules.map(|module| (module.to_string(), floor)).collect::<Vec<_>>()
    };
    tower.lines().enumerate().flat_map(floor).collect()
}

/// Finds which modules of the crate each module names in its code.
fn uses() -> BTreeMap<String, BTreeSet<String>> {
    let source = root().join("crates/bevy_extensions/src");
    let mut uses = BTreeMap::<_, BTreeSet<_>>::new();
    for file in files(&source) {
        let name = file.strip_prefix(&source).unwrap().iter().next().unwrap().to_str().unwrap();
        let module = name.trim_end_matches(".rs");
        if module != "lib" {
            let code = fs::read_to_string(&file).unwrap();
            uses.entry(module.to_string()).or_default().extend(named(&code).filter(|other| other != module));
        }
    }
    uses
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Goes through the modules that code names after `crate::`, without those in comments.
fn named(code: &str) -> impl Iterator<Item = String> {
    let lines = code.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code));
    let code = lines.collect::<Vec<_>>().join("\n");
    code.split("crate::").skip(1).flat_map(first_names).collect::<Vec<_>>().into_iter()
}

/// Takes the names from `a::B`, or from the outermost braces of `{a::B, c::{D, E}}`.
fn first_names(path: &str) -> Vec<String> {
    let word = |text: &str| text.trim_start().split(|c: char| c != '_' && !c.is_alphanumeric()).next().unwrap().into();
    let Some(group) = path.strip_prefix('{') else { return vec![word(path)] };
    let (mut depth, mut at, mut names) = (1, 0, Vec::new());
    for (here, c) in group.char_indices() {
        if depth == 1 && matches!(c, ',' | '}') {
            names.push(word(&group[at..here]));
            at = here + 1;
        }
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}
