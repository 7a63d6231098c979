//! What the word may be that is being typed.

use bevy_ecs::world::World;

use super::{
    builtin::{self, Takes},
    find_command, first_word,
    line::split,
    names,
};
use crate::{command, entity::Extensions, event, exchange};

/// What may stand in the place of the last word of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Completion {
    /// Where it begins, in bytes.
    pub start: usize,
    /// What may stand there.
    pub words: Vec<String>,
    /// Whether it is a path, which is for others to look for.
    pub is_path: bool,
}

/// Says what the last word of a line may be, which is being typed: for a console of one's own.
///
/// ```
/// # use bevy_app::prelude::*;
/// # use bevy_extensions::{console, prelude::*};
/// # #[derive(Extension)]
/// # struct Weather;
/// # impl Plugin for Weather { fn build(&self, _: &mut App) {} }
/// # let mut app = App::new();
/// # app.add_plugins(ExtensionsPlugin::default().without_inventory().with::<Weather>()).update();
/// let completion = console::complete(app.world_mut(), "show we");
/// assert_eq!((completion.start, completion.words), (5, vec!["Weather".to_string()]));
/// # app.terminate_extensions();
/// ```
pub fn complete(world: &mut World, line: &str) -> Completion {
    let start =
        line.rfind(char::is_whitespace).map_or(0, |at| at + line[at..].chars().next().map_or(1, char::len_utf8));
    let begun = &line[start..];
    let Some((name, at)) = first_word(line).filter(|(_, at)| start >= *at && start > 0) else {
        return keep(start, begun, names(&command::commands(world)));
    };
    let Some(built_in) = builtin::find(name) else {
        let typed = split(line, at).map(|words| words.into_iter().map(|word| word.text).collect::<Vec<_>>());
        let Some((row, mut words)) = find_command(world, name).ok().zip(typed.ok()) else {
            return Completion::default();
        };
        if begun.is_empty() {
            words.push(String::new());
        }
        return keep(start, begun, command::complete(world, &row, &words));
    };
    let is_first = start == at;
    let words = match built_in.takes {
        Takes::Path => return Completion { start, words: Vec::new(), is_path: true },
        Takes::Extensions if is_first => extensions(world),
        Takes::Switched => extensions(world).into_iter().chain(["--yes".into()]).collect(),
        Takes::Command if is_first => names(&command::commands(world)),
        Takes::Function if is_first => functions(world),
        Takes::Event if is_first => {
            event::events(world).into_iter().map(|row| row.name).filter(|name| !name.contains('*')).collect()
        }
        Takes::Event if line[..start].trim_end().ends_with(" --to") => extensions(world),
        Takes::Event => vec!["--to".into()],
        _ => Vec::new(),
    };
    keep(start, begun, words)
}

/// Keeps those that begin as typed, whatever their case.
fn keep(start: usize, begun: &str, words: Vec<String>) -> Completion {
    let fits = |word: &String| word.get(..begun.len()).is_some_and(|head| head.eq_ignore_ascii_case(begun));
    let mut words: Vec<_> = words.into_iter().filter(fits).collect();
    words.sort();
    words.dedup();
    Completion { start, words, is_path: false }
}

fn extensions(world: &World) -> Vec<String> {
    let extensions = world.get_resource::<Extensions>();
    extensions.map(|extensions| extensions.iter().map(|(name, _)| name.to_string()).collect()).unwrap_or_default()
}

fn functions(world: &World) -> Vec<String> {
    let rows = exchange::functions(world).into_iter().filter(|row| row.is_active);
    rows.map(|row| format!("{}.{}", row.by.as_str(), row.name)).collect()
}
