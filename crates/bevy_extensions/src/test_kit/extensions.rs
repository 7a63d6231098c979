//! Extensions where the test is.

/// Declares extensions for a test: each with a name, what stands in `#[extension(..)]`, and what `build` does.
///
/// Each becomes a struct with [`#[derive(Extension)]`](derive@crate::Extension), which `Self` means in its `build`. Its
/// version is 1.0.0, unless the first thing it says is another one. Doc comments and visibility stand before the name, as
/// on a struct; a build of several statements stands in braces.
///
/// ```
/// # use bevy_extensions::prelude::*;
/// use bevy_extensions::test_kit::{TestApp, extensions};
///
/// extensions! {
///     /// Keeps every player's balance.
///     pub Economy(version = "1.4.0", provides("Bank" = "1.0.0")) = |app| {
///         let mut extension = app.extension::<Self>();
///         extension.add_systems(Init, || println!("the bank is open"));
///     };
///     Greeter(requires(Economy = "^1.2")) = |app| app.extension::<Self>().export_fn("greet", || "hello");
///     Weather = |app| app.extension::<Self>();
/// }
///
/// let app = TestApp::builder().with::<Economy>().with::<Greeter>().with::<Weather>().start();
/// app.assert_plan("Economy Weather Greeter");
/// ```
#[macro_export]
macro_rules! extensions {
    (@one [$($struct:tt)*] $name:ident [version = $version:literal $(, $($attribute:tt)*)?] $app:ident $build:expr) => {
        #[derive($crate::Extension)]
        #[extension(version = $version, $($($attribute)*)?)]
        $($struct)* struct $name;

        impl $crate::__private::Plugin for $name {
            fn build(&self, $app: &mut $crate::__private::App) {
                $build;
            }
        }
    };
    (@one [$($struct:tt)*] $name:ident [$($attribute:tt)*] $app:ident $build:expr) => {
        $crate::extensions! { @one [$($struct)*] $name [version = "1.0.0", $($attribute)*] $app $build }
    };
    ($($(#[$meta:meta])* $visibility:vis $name:ident $(($($attribute:tt)*))? = |$app:ident| $build:expr;)+) => {
        $($crate::extensions! { @one [$(#[$meta])* $visibility] $name [$($($attribute)*)?] $app $build })+
    };
}
