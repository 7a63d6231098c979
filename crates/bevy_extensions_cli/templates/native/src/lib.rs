//! An extension of Bevy apps.

use bevy_app::prelude::*;
use bevy_extensions::prelude::*;

/// Says hello.
#[derive(Extension)]
pub struct {{type}};

impl Plugin for {{type}} {
    fn build(&self, app: &mut App) {
        app.extension::<Self>()
            .add_systems(Init, || println!("{{type}} says hello"))
            .add_systems(Terminate, || println!("{{type}} says goodbye"));
    }
}

#[cfg(test)]
mod tests {
    use bevy_extensions::test_kit::TestApp;

    use super::*;

    #[test]
    fn it_starts() {
        TestApp::builder().with::<{{type}}>().build().frames(1).assert_states("{{type}} running");
    }
}
