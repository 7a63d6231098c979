//! Tables that are asked in SQL.

mod error;
mod settings;

mod params;
mod rows;

mod folder;
mod guard;
mod session;

mod migrate;
mod open;

mod answer;
mod shared;
mod worker;

mod transaction;

mod database;
mod store;

pub use answer::DbAnswer;
pub use database::{Db, DbLater};
pub use error::DbError;
pub use folder::DbNews;
pub use migrate::Migration;
pub use session::Executed;
pub use settings::{DbLimits, DbSettings};
pub use store::DbStore;
pub use transaction::{DbStatement, DbTransaction};
