//! The commands, a file each.

mod check;
mod completions;
mod fetch;
mod graph;
mod list;
mod lock;
mod new;
mod pack;
mod schema;
mod show;
mod tree;
mod why;

pub use check::check;
pub use completions::{completions, man};
pub use fetch::fetch;
pub use graph::graph;
pub use list::list;
pub use lock::lock;
pub use new::new;
pub use pack::pack;
pub use schema::schema;
pub use show::show;
pub use tree::tree;
pub use why::why;
