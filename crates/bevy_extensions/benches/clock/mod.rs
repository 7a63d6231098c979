//! How long a frame takes.

use std::time::Instant;

use bevy_app::App;

/// Returns how many seconds a frame takes, the mean of a few.
pub fn seconds_of_a_frame(app: &mut App, frames: u32) -> f64 {
    let began = Instant::now();
    (0..frames).for_each(|_| app.update());
    began.elapsed().as_secs_f64() / f64::from(frames)
}
