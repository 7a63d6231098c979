//! The commands, a file each.

mod check;
mod completions;
mod graph;
mod list;
mod new;
mod pack;
mod schema;
mod show;
mod tree;
mod why;

pub use check::check;
pub use completions::{completions, man};
pub use graph::graph;
pub use list::list;
pub use new::new;
pub use pack::pack;
pub use schema::schema;
pub use show::show;
pub use tree::tree;
pub use why::why;
