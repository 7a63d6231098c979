//! Native extensions make themselves known, and are built.

mod write;

use std::{any::TypeId, panic::catch_unwind, sync::Arc};

use bevy_app::App;
use bevy_extensions_core::{Candidate, HostSettings, Manifest, ParseError, Source};

#[cfg(feature = "db")]
use crate::data::Db;
#[cfg(feature = "data")]
use crate::data::Kv;
use crate::{
    acting::ExtensionId,
    contain::{Ward, call, inject::strike},
    entity::{ExtensionState, Extensions},
    extension::Extension,
    fault::{Fault, FaultPlace, panic_message},
    files::Files,
    hosted::HostedExtension,
    lifecycle,
    settings::Settings,
};

pub use write::{WriteManifestsError, write_manifests};

/// A native extension that is linked into the app, as its derive made it known.
///
/// ```
/// # use bevy_app::prelude::*;
/// # use bevy_extensions::{Declared, prelude::*};
/// #[derive(Extension)]
/// struct Economy;
/// # impl Plugin for Economy { fn build(&self, _: &mut App) {} }
///
/// assert_eq!(Declared::of::<Economy>(file!(), line!()).name(), "Economy");
/// assert!(Declared::linked().iter().any(|declared| declared.name() == "Economy"));
/// ```
#[derive(Clone, Copy)]
pub struct Declared {
    name: &'static str,
    file: &'static str,
    line: u32,
    type_id: TypeId,
    manifest: fn() -> Manifest,
    add: fn(&mut App, Arc<Ward>),
    configure: fn(&mut App, &HostSettings) -> Result<(), Fault>,
}

inventory::collect!(Declared);

impl Declared {
    /// Makes an extension known; `file` and `line` are where it is declared, for messages.
    pub const fn of<E: Extension>(file: &'static str, line: u32) -> Self {
        Self {
            name: E::NAME,
            file,
            line,
            type_id: TypeId::of::<E>(),
            manifest: E::manifest,
            add: |app, ward| _ = app.add_plugins(HostedExtension::<E>::new(ward)),
            configure: |app, settings| {
                Files::<E>::insert(app);
                #[cfg(feature = "data")]
                Kv::<E>::insert(app);
                #[cfg(feature = "db")]
                Db::<E>::insert(app);
                Settings::<E>::insert(app, settings)
            },
        }
    }

    /// Returns all that are linked into the running program, by name.
    ///
    /// A crate that no code names is not linked, and its extensions are not here; see
    /// [`link_extensions!`](crate::link_extensions).
    pub fn linked() -> Vec<Self> {
        let mut all: Vec<Self> = inventory::iter::<Self>().copied().collect();
        // The linker promises no order, and it changes with the build profile.
        all.sort_by_key(|declared| (declared.name, declared.file, declared.line));
        all
    }

    /// Returns the name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the extension as the resolver wants it.
    ///
    /// # Errors
    ///
    /// [`ParseError`] if the manifest cannot be made, because the [`Default`] of its settings panics, say.
    pub fn candidate(&self) -> Result<Candidate, ParseError> {
        let source = Source::native(self.file, self.line);
        match catch_unwind(self.manifest) {
            Ok(manifest) => Ok(Candidate::new(manifest, source)),
            Err(payload) => {
                let why = format!("making it panicked: {}", panic_message(payload));
                Err(ParseError::native(self.name, source.location().clone(), why))
            }
        }
    }

    pub(crate) fn type_id(&self) -> TypeId {
        self.type_id
    }

    /// Configures and builds the extension, unless somebody it requires has failed.
    pub(crate) fn start(&self, app: &mut App, id: ExtensionId) {
        if lifecycle::state(app.world(), id) != ExtensionState::Planned {
            return;
        }
        let extensions = app.world().resource::<Extensions>();
        let (ward, settings) = (extensions.listed(id).ward.clone(), extensions.settings.clone());
        ward.begin_anew();
        lifecycle::set_state(app.world_mut(), id, ExtensionState::Starting);
        let configure = || {
            strike(&ward, &FaultPlace::Settings).map_err(|error| Fault::error(&FaultPlace::Settings, &error))?;
            (self.configure)(app, &settings)
        };
        match call(&ward, &FaultPlace::Settings, configure) {
            Some(Ok(())) => (self.add)(app, ward),
            Some(Err(fault)) => ward.charge(fault),
            None => {}
        }
        lifecycle::settle(app.world_mut(), id);
    }
}

impl std::fmt::Debug for Declared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Declared({} at {}:{})", self.name, self.file, self.line)
    }
}

/// Links crates whose extensions should be there, although no code names them.
///
/// Rust links only crates that some code names. An extension makes itself known from its crate, so a crate that is
/// merely listed in `Cargo.toml` brings nothing. Name it here, once, anywhere in the app:
///
/// ```ignore
/// bevy_extensions::link_extensions!(town_economy, town_weather);
/// ```
///
/// On wasm32 the linker drops what a crate registers unless something beside it is used. Name the extensions
/// themselves there, as paths: `link_extensions!(town_economy::Economy)`.
/// [`ExtensionsPlugin::with`](crate::ExtensionsPlugin::with) works everywhere.
#[macro_export]
macro_rules! link_extensions {
    ($($krate:ident),+ $(,)?) => { $(use $krate as _;)+ };
    ($($extension:path),+ $(,)?) => {
        $(const _: () = {
            // A used static keeps the code unit that makes the extension known.
            #[used]
            static LINK: fn() -> $crate::Manifest = <$extension as $crate::Extension>::manifest;
        };)+
    };
}
