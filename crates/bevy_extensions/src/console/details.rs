//! All that is known of one extension.

use std::fmt::{self, Write as _};

use bevy_ecs::world::World;
use bevy_extensions_core::{ExtensionName, Limits, Location, Manifest, Storage, Tree, TreeItem, shown_bytes};

use super::{
    ConsoleError,
    size::Keeps,
    standing::{find, host, roster},
};
use crate::{
    command::{self, CommandRow},
    data_folder::DataFolder,
    driver,
    entity::{CountedFault, ExtensionFaults, ExtensionKind, ExtensionState, ExtensionTimes, Listed, OwnedBy},
    event::{self, Listener},
    exchange::{self, FunctionRow},
    export,
    owner::Owner,
    report::milliseconds,
};

/// All that is known of one extension, at one moment.
///
/// ```
/// # use bevy_app::prelude::*;
/// # use bevy_ecs::prelude::*;
/// # use bevy_extensions::{console::Details, prelude::*};
/// # #[derive(Extension)]
/// # struct Economy;
/// impl Plugin for Economy {
///     fn build(&self, app: &mut App) {
///         app.extension::<Self>().export_fn("deposit", |In(gold): In<u32>| gold);
///     }
/// }
///
/// # let mut app = App::new();
/// # app.add_plugins(ExtensionsPlugin::default().without_inventory().with::<Economy>()).update();
/// let details = Details::of(app.world(), "Economy")?;
/// assert_eq!(details.functions[0].to_string(), "deposit(u32) -> u32");
/// println!("{details}");
/// # app.terminate_extensions();
/// # Ok::<(), bevy_extensions::console::ConsoleError>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Details {
    /// What it says about itself.
    pub manifest: Manifest,
    /// What it is.
    pub kind: ExtensionKind,
    /// Where in its life it is.
    pub state: ExtensionState,
    /// Its place in the load order, from 0; `None` if it is not in the plan.
    pub position: Option<usize>,
    /// Where it is declared.
    pub location: Location,
    /// How long it took to start and to end.
    pub times: ExtensionTimes,
    /// It, and whom it asks for one deeper.
    pub needs: Tree,
    /// It, and who asks for it one deeper.
    pub needed_by: Tree,
    /// The artifacts that it asks for, each with its version if it is there.
    pub artifacts: Vec<(String, Option<String>)>,
    /// The types that it exports.
    pub exports: Vec<String>,
    /// The functions and values that it offers.
    pub functions: Vec<FunctionRow>,
    /// The events that it has emitted since the app started: nobody knows of others before.
    pub emits: Vec<String>,
    /// The events that it hears, by name, by a pattern of names, or by the type of an event of Bevy.
    pub hears: Vec<String>,
    /// The interfaces that it can serve, and whether it does.
    pub drives: Vec<(String, bool)>,
    /// Its commands.
    pub commands: Vec<CommandRow>,
    /// What went wrong in it, oldest first.
    pub faults: Vec<CountedFault>,
    /// How many further faults there were that are not kept.
    pub more_faults: u32,
    /// How much it may take.
    pub limits: Limits,
    /// What it keeps: ask how much that is.
    pub keeps: Keeps,
}

impl Details {
    /// Collects what is known of an extension; its name may differ in case. Nothing is read from disk.
    ///
    /// # Errors
    ///
    /// [`ConsoleError::UnknownExtension`] if there is none of that name.
    pub fn of(world: &World, name: &str) -> Result<Self, ConsoleError> {
        let listed = find(world, name)?;
        let (id, name) = (listed.ward.id(), &listed.name);
        let is_own = |owner: &Owner| owner.as_str() == name.as_str();
        let extensions = host(world)?;
        let roster = roster(world)?;
        let faults = world.get::<ExtensionFaults>(listed.entity);
        let exports = export::exports(world).into_iter().filter(|row| is_own(&row.by));
        Ok(Self {
            manifest: listed.manifest().clone(),
            kind: if listed.candidate.source.is_native() { ExtensionKind::Native } else { ExtensionKind::Script },
            state: listed.state,
            position: extensions.is_planned(id).then(|| listed.ward.rank()),
            location: listed.candidate.source.location().clone(),
            times: world.get::<ExtensionTimes>(listed.entity).copied().unwrap_or_default(),
            needs: direct(Tree::below(&roster, name.as_str()).expect("it is there")),
            needed_by: direct(Tree::upwards(&roster, name.as_str()).expect("it is there")),
            artifacts: artifacts(listed),
            exports: exports.map(|row| row.name.to_string()).collect(),
            functions: exchange::functions(world).into_iter().filter(|row| is_own(&row.by)).collect(),
            emits: event::emitted_by(world, name),
            hears: hears(world, listed),
            drives: drives(world, name),
            commands: command::commands(world).into_iter().filter(|row| is_own(&row.by)).collect(),
            faults: faults.iter().flat_map(|faults| faults.iter().cloned()).collect(),
            more_faults: faults.map_or(0, ExtensionFaults::more),
            limits: extensions.settings().limits_of(name),
            keeps: Keeps::of(world, name, storage(world, name)),
        })
    }

    /// Lays it out, with colours or without. This looks at the disk to tell how much it keeps.
    pub fn to_text(&self, colors: bool) -> String {
        let mut text = String::new();
        self.write(&mut text, colors).expect("a string takes everything");
        text
    }

    fn write(&self, text: &mut String, colors: bool) -> fmt::Result {
        let Manifest { name, version, description, authors, license, homepage, provides, conflicts, .. } =
            &self.manifest;
        let style = if colors { crate::report::style(self.state) } else { Default::default() };
        writeln!(text, "{name} {version}, {}, {style}{}{style:#}", self.kind, self.state)?;
        line(text, "says", description)?;
        line(text, "in", &self.location.to_string())?;
        line(text, "authors", &authors.join(", "))?;
        line(text, "license", license)?;
        line(text, "homepage", homepage)?;
        line(text, "provides", &list(provides))?;
        line(text, "conflicts with", &list(conflicts))?;
        line(text, "artifacts", &list(self.artifacts.iter().map(had)))?;
        line(text, "exports", &list(&self.exports))?;
        line(text, "functions", &list(&self.functions))?;
        line(text, "emits", &seen(&self.emits))?;
        line(text, "hears", &list(&self.hears))?;
        line(text, "drives", &list(self.drives.iter().map(driven)))?;
        line(text, "commands", &list(self.commands.iter().map(CommandRow::typed)))?;
        line(text, "keeps", &self.keeps.measure().to_string())?;
        line(text, "limits", &self.limits_told())?;
        line(text, "faults", &self.faults_told())?;
        line(
            text,
            "started in",
            &if self.times.start().is_zero() { String::new() } else { milliseconds(self.times.start()) },
        )?;
        section(text, "needs", &self.needs, colors)?;
        section(text, "needed by", &self.needed_by, colors)
    }

    fn limits_told(&self) -> String {
        let frame = self.limits.frame_us.map(|limit| format!("{limit} µs a frame"));
        let script = &self.limits.script;
        let script = (self.kind == ExtensionKind::Script).then(|| {
            format!(
                "{} ms a call, {} of memory, {} of stack, {} timers, {} events at once",
                script.call_ms,
                shown_bytes(u64::from(script.memory_kib.get()) * 1024),
                shown_bytes(u64::from(script.stack_kib.get()) * 1024),
                script.timers,
                script.emits,
            )
        });
        list(frame.into_iter().chain(script))
    }

    fn faults_told(&self) -> String {
        match self.faults.iter().map(|fault| fault.times).sum::<u32>() + self.more_faults {
            0 => String::new(),
            count => format!("{count}, which `problems` tells"),
        }
    }
}

impl fmt::Display for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(false))
    }
}

/// Leaves of a tree its root, what stands right below it, and the choices among that.
fn direct(mut tree: Tree) -> Tree {
    let mut is_choice = false;
    tree.lines.retain(|line| {
        if line.depth == 1 {
            is_choice = line.item == TreeItem::AnyOf;
        }
        line.depth <= 1 || (line.depth == 2 && is_choice)
    });
    tree
}

fn hears(world: &World, listed: &Listed) -> Vec<String> {
    let Some(mut listeners) = world.try_query::<(&Listener, &OwnedBy)>() else { return Vec::new() };
    let own = listeners.iter(world).filter(|(_, owner)| owner.0 == listed.entity);
    let mut hears: Vec<_> = own.map(|(listener, _)| listener.event.clone()).collect();
    hears.sort();
    hears.dedup();
    hears
}

fn drives(world: &World, name: &ExtensionName) -> Vec<(String, bool)> {
    let is_own = |owner: &Owner| owner.as_str() == name.as_str();
    let rows = driver::interfaces(world).into_iter().filter(|row| row.drivers.iter().any(|driver| is_own(&driver.by)));
    rows.map(|row| (row.name.to_string(), row.served.is_some_and(|(by, _)| is_own(&by)))).collect()
}

fn artifacts(listed: &Listed) -> Vec<(String, Option<String>)> {
    let held = |wanted: &str| Some(listed.held.get()?.get(wanted).ok()?.version());
    let wanted = listed.manifest().external.artifacts.iter().map(|wanted| wanted.artifact.to_string());
    wanted.map(|wanted| (wanted.clone(), held(&wanted))).collect()
}

fn storage(world: &World, name: &ExtensionName) -> Option<Storage> {
    world.get_resource::<DataFolder>().map(|folder| folder.storage(name))
}

fn line(text: &mut String, label: &str, value: &str) -> fmt::Result {
    match value {
        "" => Ok(()),
        value => writeln!(text, "  {label}: {value}"),
    }
}

fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

fn seen(events: &[String]) -> String {
    match events {
        [] => String::new(),
        events => format!("{} (seen since the app started)", events.join(", ")),
    }
}

fn had((artifact, version): &(String, Option<String>)) -> String {
    match version {
        Some(version) => format!("{artifact} ({version})"),
        None => format!("{artifact} (not here)"),
    }
}

fn driven((interface, serves): &(String, bool)) -> String {
    if *serves { format!("{interface} (serves)") } else { interface.clone() }
}

/// Writes what stands below the first line of a tree, which is the extension itself.
fn section(text: &mut String, head: &str, tree: &Tree, colors: bool) -> fmt::Result {
    let tree = tree.to_text(colors);
    match tree.split_once('\n').map_or("", |(_, below)| below) {
        "" => Ok(()),
        below => write!(text, "{head}\n{below}"),
    }
}
