//! What the app itself offers to its extensions.

use bevy_app::App;
use bevy_ecs::{prelude::*, system::IntoObserverSystem};
use bevy_extensions_core::Location;

#[cfg(feature = "console")]
use crate::command::{self, ConsoleCommand, RegisterError};
use crate::{
    driver::{self, Driver, Interface},
    event::{DynamicEvent, ExtensionEvent, ListenError, registry},
    exchange::{self, ExportError, IntoFunction},
    export::{self, Export},
    extension::Host,
    owner::Party,
    signature::Signature,
};

/// What the app's owner holds: whatever is registered here belongs to the app itself.
///
/// Get it with [`app.host()`](crate::ExtensionsAppExt::host), before or after adding
/// [`ExtensionsPlugin`](crate::ExtensionsPlugin): what extensions use in their `build` has to be there before.
/// Extensions need declare no dependency on what the app exports.
///
/// ```
/// # use bevy_app::prelude::*;
/// # use bevy_extensions::prelude::*;
/// #[derive(Export, Default)]
/// #[export(by = Host)]
/// struct Score(u32);
///
/// let mut app = App::new();
/// app.add_plugins(ExtensionsPlugin::default());
/// app.host().export_value(Score(7));
/// # app.update();
/// # app.terminate_extensions();
/// ```
pub struct HostScope<'a> {
    app: &'a mut App,
}

impl<'a> HostScope<'a> {
    pub(crate) fn new(app: &'a mut App) -> Self {
        registry::install(app.world_mut());
        Self { app }
    }

    /// Offers a value to all extensions, which take it as [`Import`](crate::Import) or [`ImportMut`](crate::ImportMut).
    pub fn export<T: Export<Owner = Host> + FromWorld>(&mut self) -> &mut Self {
        let value = T::from_world(self.app.world_mut());
        self.export_value(value)
    }

    /// Offers a value to all extensions, as [`export`](Self::export).
    pub fn export_value<T: Export<Owner = Host>>(&mut self, value: T) -> &mut Self {
        export::export(self.app.world_mut(), value);
        self
    }

    /// Offers a function to all extensions, which call it as one of `app`; see
    /// [`export_fn`](crate::ExtensionScope::export_fn).
    ///
    /// ```
    /// # use bevy_app::prelude::*;
    /// # use bevy_ecs::prelude::*;
    /// # use bevy_extensions::prelude::*;
    /// # let mut app = App::new();
    /// # app.add_plugins(ExtensionsPlugin::default());
    /// app.host().export_fn("double", |In(number): In<u32>| number * 2)?;
    ///
    /// assert_eq!(app.world_mut().call::<_, u32>("app", "double", 4u32)?, 8);
    /// # app.terminate_extensions();
    /// # Ok::<(), BevyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ExportError`] if the name is none, or is there already.
    pub fn export_fn<M>(&mut self, name: &str, function: impl IntoFunction<M>) -> Result<&mut Self, ExportError> {
        exchange::export_fn(self.app.world_mut(), Party::App, name, function, None)?;
        Ok(self)
    }

    /// Offers a function and says what it takes; see [`export_fn_with`](crate::ExtensionScope::export_fn_with).
    ///
    /// # Errors
    ///
    /// As [`export_fn`](Self::export_fn), and if a default does not fit its parameter.
    pub fn export_fn_with<M>(
        &mut self,
        name: &str,
        signature: Signature,
        function: impl IntoFunction<M>,
    ) -> Result<&mut Self, ExportError> {
        exchange::export_fn(self.app.world_mut(), Party::App, name, function, Some(signature))?;
        Ok(self)
    }

    /// Declares an interface; see [`interface`](crate::ExtensionScope::interface).
    ///
    /// # Errors
    ///
    /// [`ExportError`] if a name in it is none, or a default does not fit its parameter.
    pub fn interface(&mut self, interface: Interface) -> Result<&mut Self, ExportError> {
        driver::declare(self.app.world_mut(), Party::App, interface)?;
        Ok(self)
    }

    /// Registers a driver of the app itself, which serves if no extension does; see
    /// [`driver`](crate::ExtensionScope::driver).
    ///
    /// # Errors
    ///
    /// [`ExportError`] if a name in it is none, or the app has a driver of that interface already.
    pub fn driver(&mut self, interface: &str, driver: Driver) -> Result<&mut Self, ExportError> {
        driver::register(self.app.world_mut(), Party::App, interface, driver)?;
        Ok(self)
    }

    /// Adds a command to the console; see [`command`](crate::ExtensionScope::command).
    ///
    /// # Errors
    ///
    /// [`RegisterError`](crate::console::RegisterError) if the name is none, or is there already.
    #[cfg(feature = "console")]
    pub fn command(&mut self, command: ConsoleCommand) -> Result<&mut Self, RegisterError> {
        command::register(self.app.world_mut(), Party::App, command)?;
        Ok(self)
    }

    /// Adds a listener by name, which hears after those of all extensions. To an event's type, listen with
    /// `app.add_observer`.
    ///
    /// # Errors
    ///
    /// [`ListenError`] if the filter is none, or the system exclusive; see [`observe_named`](crate::ExtensionScope::observe_named).
    pub fn observe_named<M>(
        &mut self,
        filter: &str,
        listener: impl IntoObserverSystem<DynamicEvent, M>,
    ) -> Result<&mut Self, ListenError> {
        registry::observe_named(self.app.world_mut(), Party::App, filter, listener)?;
        Ok(self)
    }

    /// Makes an event known by its name; see [`register_event`](crate::ExtensionScope::register_event).
    #[track_caller]
    pub fn register_event<E: ExtensionEvent>(&mut self) -> &mut Self {
        registry::register::<E>(self.app.world_mut(), caller());
        self
    }
}

/// Returns the place in the code of an extension or app that calls us.
#[track_caller]
pub(crate) fn caller() -> Location {
    let caller = std::panic::Location::caller();
    Location::new(caller.file(), caller.line(), caller.column())
}
