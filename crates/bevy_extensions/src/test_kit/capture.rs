//! What events a test has heard.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use bevy_ecs::prelude::*;
use bevy_extensions_core::ExtensionName;

use super::TestApp;
use crate::{
    event::{DynamicEvent, EventMeta, ExtensionEvent},
    world_ext::ExtensionsWorldExt,
};

/// Events that were captured; get it from [`TestApp::capture`] or [`TestApp::capture_named`].
pub struct Captured<E>(Arc<Mutex<Vec<Heard<E>>>>);

/// An event that was captured, and who sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Heard<E> {
    /// The event, as its listeners have left it.
    pub event: E,
    /// The extension that has emitted it; `None` is the app itself.
    pub sender: Option<ExtensionName>,
}

impl<E> Captured<E> {
    fn new() -> Self {
        Self(Arc::default())
    }

    /// Returns the events since the last call, oldest first.
    pub fn take(&self) -> Vec<E> {
        self.take_heard().into_iter().map(|heard| heard.event).collect()
    }

    /// Returns the events since the last call, each with who sent it.
    pub fn take_heard(&self) -> Vec<Heard<E>> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns what notes an event.
    fn listener(&self) -> impl FnMut(On<E>) + Send + Sync + 'static
    where
        E: ExtensionEvent + Clone,
    {
        let heard = self.0.clone();
        move |event: On<E>| {
            let sender = event.sender().cloned();
            let event = event.event().clone();
            heard.lock().unwrap_or_else(PoisonError::into_inner).push(Heard { event, sender });
        }
    }
}

impl Captured<DynamicEvent> {
    /// Returns the events since the last call as text, each with its name and value: `player.joined {"name":"Ann"}`.
    pub fn take_lines(&self) -> Vec<String> {
        self.take().into_iter().map(|event| format!("{} {}", event.name(), event.value)).collect()
    }
}

impl TestApp {
    /// Captures events of a type from now on, whoever emits them.
    ///
    /// The test listens as the app itself: after all extensions, so that it sees what they have changed. What is sent to
    /// some extensions only, the app does not hear.
    pub fn capture<E: ExtensionEvent + Clone>(&mut self) -> Captured<E> {
        let captured = Captured::new();
        self.app.add_observer(captured.listener());
        captured
    }

    /// Captures events by name from now on: of one name, of all that begin alike (`player.*`), or all (`*`).
    ///
    /// The app finds nothing by itself: a type is known by its name once somebody listens to it, or it was registered with
    /// [`register_event`](crate::ExtensionScope::register_event).
    ///
    /// ```
    /// # use bevy_extensions::{prelude::*, test_kit::TestApp};
    /// # use serde_json::json;
    /// let mut app = TestApp::builder().build();
    /// let heard = app.capture_named("player.*");
    /// app.world_mut().emit("player.joined", json!({"name": "Ann"}))?;
    /// assert_eq!(heard.take_lines(), [r#"player.joined {"name":"Ann"}"#]);
    /// # Ok::<(), bevy_ecs::error::BevyError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If the name is none, and no pattern of names either.
    #[track_caller]
    pub fn capture_named(&mut self, filter: &str) -> Captured<DynamicEvent> {
        let captured = Captured::new();
        if let Err(error) = self.app.world_mut().add_named_listener(filter, captured.listener()) {
            panic!("`{filter}` cannot be captured: {error}");
        }
        captured
    }
}
