//! The files of one native extension: those that came with it, those that were fetched for it, and those that it writes.

use std::{fmt, marker::PhantomData};

use bevy_app::App;
use bevy_ecs::resource::Resource;
use bevy_extensions_core::{
    ArtifactFile, ArtifactNameError, ExtensionArtifacts, ExtensionFiles, FileError, Overwrite, Storage,
};

use crate::{
    data_folder::DataFolder,
    entity::Extensions,
    extension::{Extension, name_of},
    held::Held,
};

/// The files of an extension: a resource that is there from before its `build`.
///
/// * *What came with it* is a folder that the derive compiles into the program: `#[extension(files = "assets/greeter")]`.
///   [`read`](Self::read), [`read_text`](Self::read_text), [`contains`](Self::contains) and [`list`](Self::list) are about
///   these. Without the key there are none.
/// * *What was fetched for it* are the [artifacts](crate#artifacts) that it asks for: [`artifact`](Self::artifact) finds a file
///   by its name, and [`package`](Self::package) the files of a package of npm. They are there from `PreInit` on.
/// * *What it writes* is in its [`storage`](Self::storage), a folder of its own on disk that no other extension sees. It is
///   made when it is first needed, and outlives the app.
/// * *What its users may edit* comes with it, and is [saved](Self::save) into the storage, where they find it.
///
/// Paths have `/` between their parts, and none leads out: neither by `..`, nor by a link. No file is larger than 16 MiB.
///
/// All of this is done at once, on the thread that asks for it: small files, now and then. For what takes longer, move a
/// clone of the [`Storage`] to a thread.
///
/// ```
/// # use bevy_app::prelude::*;
/// # use bevy_ecs::prelude::*;
/// use bevy_extensions::{Files, Overwrite, prelude::*};
///
/// #[derive(Extension)]
/// #[extension(files = "../../assets/extension_files/greeter")]
/// struct Greeter;
///
/// impl Plugin for Greeter {
///     fn build(&self, app: &mut App) {
///         app.extension::<Self>().add_systems(Init, greet);
///     }
/// }
///
/// fn greet(files: Res<Files<Greeter>>) -> Result {
///     // What is edited there stays.
///     files.save("greetings.txt", Overwrite::Never)?;
///     let greetings = files.storage().read_text("greetings.txt")?;
///     let starts = files.storage().read_text("starts").map_or(0, |starts| starts.parse().unwrap_or(0));
///     println!("{}", greetings.lines().cycle().nth(starts).unwrap_or("hello"));
///     files.storage().write("starts", (starts + 1).to_string())?;
///     Ok(())
/// }
/// # let data = tempfile::tempdir()?;
/// # let data = Some(data.path().into());
/// # let mut app = App::new();
/// # app.add_plugins(ExtensionsPlugin { data, ..Default::default() }.without_inventory().with::<Greeter>()).update();
/// # app.terminate_extensions();
/// # assert_eq!(app.world().resource::<Files<Greeter>>().storage().read_text("starts")?, "1");
/// # Ok::<(), BevyError>(())
/// ```
#[derive(Resource)]
pub struct Files<E: Extension> {
    files: ExtensionFiles,
    storage: Storage,
    held: Held,
    extension: PhantomData<fn() -> E>,
}

impl<E: Extension> Files<E> {
    /// Inserts the resource.
    pub(crate) fn insert(app: &mut App) {
        let storage = app.world().resource::<DataFolder>().storage(&name_of::<E>());
        let files = ExtensionFiles::embedded(E::NAME, E::FILES);
        let extensions = app.world().resource::<Extensions>();
        let held = extensions.id_of::<E>().map(|id| extensions.listed(id).held.clone()).unwrap_or_default();
        app.insert_resource(Self { files, storage, held, extension: PhantomData });
    }

    /// Reads a file that came with the extension.
    ///
    /// # Errors
    ///
    /// [`FileError`] if the path could lead elsewhere, or there is no such file.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.files.read(path)
    }

    /// Reads a file that came with the extension, as text.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), and if it is not UTF-8.
    pub fn read_text(&self, path: &str) -> Result<String, FileError> {
        self.files.read_text(path)
    }

    /// Tells whether a file of that path came with the extension.
    pub fn contains(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    /// Lists the files that came with the extension and whose paths begin with `prefix`, by name: `list("")` has all,
    /// `list("maps/")` those in the folder `maps`.
    pub fn list(&self, prefix: &str) -> Vec<String> {
        self.files.list(prefix)
    }

    /// Copies a file that came with the extension into its storage, under the same path, and answers whether it was written:
    /// one that is there already is kept, unless it should be [overwritten](Overwrite::Always).
    ///
    /// # Errors
    ///
    /// [`FileError`] if there is no such file, or it cannot be written.
    pub fn save(&self, path: &str, overwrite: Overwrite) -> Result<bool, FileError> {
        self.storage.save(&self.files, path, overwrite)
    }

    /// Finds a file that was fetched for the extension, by its name: `lamp`, where it asks for `town:lamp:1.0.0@glb`.
    ///
    /// # Errors
    ///
    /// [`NoArtifact`] if it asks for none of that name, or for a package of npm; or before `PreInit`, if it was not fetched when
    /// the app started.
    pub fn artifact(&self, name: &str) -> Result<&ArtifactFile, NoArtifact> {
        Ok(self.artifacts()?.file(name)?)
    }

    /// Finds the files of a package of npm that was fetched for the extension, by its name.
    ///
    /// # Errors
    ///
    /// As [`artifact`](Self::artifact), and if it is a single file.
    pub fn package(&self, name: &str) -> Result<&ExtensionFiles, NoArtifact> {
        self.artifacts()?.get(name)?.files().ok_or_else(|| NoArtifact::NoPackage { name: name.into() })
    }

    /// Returns all that was fetched for the extension.
    ///
    /// # Errors
    ///
    /// [`NoArtifact::NotYet`] before `PreInit`, if something was not fetched when the app started.
    pub fn artifacts(&self) -> Result<&ExtensionArtifacts, NoArtifact> {
        self.held.get().ok_or(NoArtifact::NotYet { extension: E::NAME })
    }

    /// Returns what the extension writes.
    pub fn storage(&self) -> &Storage {
        &self.storage
    }
}

/// Something that was not fetched for an extension.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoArtifact {
    /// It is still being fetched.
    #[error("the artifacts of `{extension}` are still to be fetched; they are there from `PreInit` on")]
    NotYet {
        /// The extension.
        extension: &'static str,
    },
    /// It has none by that name.
    #[error("{_0}; {}", .0.hint())]
    Name(#[from] ArtifactNameError),
    /// It is a single file, where a package of npm is wanted.
    #[error("the artifact `{name}` is a single file, and no package of npm; `artifact` finds it")]
    NoPackage {
        /// Its name.
        name: String,
    },
}

impl<E: Extension> fmt::Debug for Files<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files").field("files", &self.files.list("")).field("storage", &self.storage).finish()
    }
}
