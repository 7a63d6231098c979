//! Drivers: several extensions may implement one interface, and the host picks who serves it.
//!
//! An interface says which methods there are and what they take. A driver brings a system for each of them. Whoever uses
//! the interface names neither of the two.

mod choice;
mod drive;
mod interface;
mod listing;
mod registry;

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};

use crate::exchange::{IntoFunction, callable::Callee};

pub use choice::{DriverChanged, Reason};
pub use drive::DriverError;
pub use interface::{Interface, Method};
pub use listing::{DriverRow, InterfaceRow};
pub use registry::{DeclaredInterface, RegisteredDriver};

pub(crate) use choice::{is_stale, update};
pub(crate) use drive::{drive, request};
#[cfg(feature = "script")]
pub(crate) use drive::{drive_value, methods_of};
pub(crate) use listing::{drivers_of, interfaces};
#[cfg(feature = "script")]
pub(crate) use registry::check_driver;
pub(crate) use registry::{check, declare, forget_asleep, install, put_all_in_order, register};

/// An implementation of an [`Interface`]: a system for each of its methods.
///
/// Its methods are functions: see [`IntoFunction`] for what they may take and answer. Register it with
/// [`driver`](crate::ExtensionScope::driver).
///
/// ```
/// use bevy_ecs::prelude::*;
/// use bevy_extensions::Driver;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Sms { to: String }
///
/// fn send(In(sms): In<Sms>) -> u32 {
///     println!("a letter goes to {}", sms.to);
///     1
/// }
///
/// let by_post = Driver::new().method("send", send);
/// # let _ = by_post;
/// ```
#[derive(Default)]
pub struct Driver {
    methods: Vec<DriverMethod>,
}

struct DriverMethod {
    name: String,
    /// The interface to which a typed request belongs.
    interface: Option<&'static str>,
    callee: Box<dyn Callee>,
}

impl Driver {
    /// Creates a driver without methods.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a method: a system that takes `In<I>`, or nothing. One of the same name takes the place of the earlier.
    pub fn method<M>(self, name: impl Into<String>, system: impl IntoFunction<M>) -> Self {
        self.with(DriverMethod { name: name.into(), interface: None, callee: system.into_callee() })
    }

    /// Adds a method for a typed [`Request`]: a system that takes `In<R>` and gives its answer, or a `Result` of it.
    pub fn answer<R: Request, M>(self, system: impl IntoFunction<M, Input = R, Answer = R::Answer>) -> Self {
        let (name, interface) = (R::METHOD.into(), Some(R::INTERFACE));
        self.with(DriverMethod { name, interface, callee: system.into_callee() })
    }

    /// Adds a method that is no system.
    #[cfg(feature = "script")]
    pub(crate) fn with_callee(self, name: &str, callee: Box<dyn Callee>) -> Self {
        self.with(DriverMethod { name: name.into(), interface: None, callee })
    }

    fn with(mut self, method: DriverMethod) -> Self {
        self.methods.retain(|other| other.name != method.name);
        self.methods.push(method);
        self
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.methods.iter().map(|method| &method.name)).finish()
    }
}

/// A method of an interface as a type: its fields are the arguments.
///
/// The interface itself is declared all the same, for those who use it by name.
///
/// ```
/// use bevy_ecs::prelude::*;
/// use bevy_extensions::{Driver, Request};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct SendSms { to: String }
///
/// impl Request for SendSms {
///     const INTERFACE: &'static str = "sms";
///     const METHOD: &'static str = "send";
///     type Answer = u32;
/// }
///
/// let by_post = Driver::new().answer::<SendSms, _>(|In(sms): In<SendSms>| {
///     println!("a letter goes to {}", sms.to);
///     1
/// });
/// # let _ = by_post;
/// ```
pub trait Request: Serialize + DeserializeOwned + Send + 'static {
    /// The name of the interface.
    const INTERFACE: &'static str;

    /// The name of the method.
    const METHOD: &'static str;

    /// What it answers.
    type Answer: Serialize + DeserializeOwned + 'static;
}
