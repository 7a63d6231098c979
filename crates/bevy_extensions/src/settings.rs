//! The settings of one extension, typed.

use std::{any::TypeId, ops::Deref};

use bevy_app::App;
use bevy_ecs::resource::Resource;
use bevy_extensions_core::{HostSettings, ParseErrorKind, RonText};

use crate::{
    extension::{Extension, name_of},
    fault::Fault,
};

/// The settings of an extension, as its type: a resource that is there from before its `build`.
///
/// The host settings say what differs from the type's [`Default`]. A value that does not fit fails the extension, and
/// tells file, line and field.
///
/// ```
/// # use bevy_app::prelude::*;
/// # use bevy_ecs::prelude::*;
/// # use bevy_extensions::{Settings, prelude::*};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Extension)]
/// #[extension(settings = GreeterSettings)]
/// struct Greeter;
///
/// #[derive(Serialize, Deserialize)]
/// #[serde(default)]
/// struct GreeterSettings { greeting: String }
///
/// impl Default for GreeterSettings {
///     fn default() -> Self { Self { greeting: "Hello".into() } }
/// }
///
/// impl Plugin for Greeter {
///     fn build(&self, app: &mut App) {
///         app.extension::<Self>().add_systems(Init, greet);
///     }
/// }
///
/// fn greet(settings: Res<Settings<Greeter>>) {
///     println!("{}!", settings.greeting);
/// }
/// ```
#[derive(Resource, Debug)]
pub struct Settings<E: Extension>(E::Settings);

impl<E: Extension> Deref for Settings<E> {
    type Target = E::Settings;

    fn deref(&self) -> &E::Settings {
        &self.0
    }
}

impl<E: Extension> Default for Settings<E> {
    fn default() -> Self {
        Self(E::Settings::default())
    }
}

impl<E: Extension> Settings<E> {
    /// Reads what the host settings say, and inserts the resource.
    pub(crate) fn insert(app: &mut App, host: &HostSettings) -> Result<(), Fault> {
        let settings = match host.settings.get(&name_of::<E>()) {
            None => E::Settings::default(),
            Some(text) => parse::<E>(text)?,
        };
        if has_settings::<E>() {
            app.insert_resource(Self(settings));
        }
        Ok(())
    }
}

/// An extension without settings needs no resource for them.
fn has_settings<E: Extension>() -> bool {
    TypeId::of::<E::Settings>() != TypeId::of::<()>()
}

fn parse<E: Extension>(text: &RonText) -> Result<E::Settings, Fault> {
    if !has_settings::<E>() && !text.is_unit() {
        return Err(Fault::settings(text.wrong(ParseErrorKind::NoSettings)));
    }
    text.parse().map_err(Fault::settings)
}

/// Writes the defaults of an extension's settings down for its manifest.
///
/// # Panics
///
/// Panics if RON cannot write the type.
pub fn defaults<E: Extension>() -> RonText {
    RonText::of(&E::Settings::default()).unwrap_or_else(|error| panic!("its settings cannot be written: {error}"))
}
