//! The app's side of a console: it hears lines between two frames, and answers them.

use std::sync::mpsc::{Receiver, Sender, SyncSender};

use bevy_app::AppExit;
use bevy_ecs::prelude::*;
use bevy_platform::cell::SyncCell;

use super::{
    ConsoleError, ConsoleInput, ConsolePlugin, Output, builtin,
    complete::{Completion, complete},
    editor::Seat,
    input,
    line::LineError,
    run,
};
use crate::{
    entity::Extensions,
    switch::SwitchPlan,
    tell::{Level, tell},
};

/// What the app is told by whoever reads lines.
pub(super) enum Heard {
    /// A line, or why it cannot be read.
    Line(Result<String, LineError>),
    /// Somebody wants to know how a line may go on.
    Complete(String, SyncSender<Completion>),
    /// Somebody wants the app to exit, where no signal says so.
    #[cfg(not(unix))]
    Interrupt,
    /// No line will come any more; why, if the input has not just ended.
    End(Option<String>),
}

/// What a line leads to.
pub(super) struct Reply {
    pub outputs: Vec<Result<Output, ConsoleError>>,
    /// Whether the next line is to be the answer to a plan.
    pub asks: bool,
    /// Whether no further line is wanted.
    pub is_last: bool,
}

/// A console.
#[derive(Resource)]
pub(super) struct Console {
    input: ConsoleInput,
    exit_at_end: bool,
    /// `None` before the first frame.
    ends: Option<SyncCell<Ends>>,
    /// What waits for a yes.
    pending: Option<SwitchPlan>,
}

/// What the app holds of the thread that reads.
pub(super) struct Ends {
    pub heard: Receiver<Heard>,
    pub replies: Sender<Reply>,
    /// The terminal, if it is one.
    pub _seat: Option<Seat>,
}

impl Console {
    pub(super) fn new(plugin: &ConsolePlugin) -> Self {
        Self { input: plugin.input.clone(), exit_at_end: plugin.exit_at_end, ends: None, pending: None }
    }

    fn next(&mut self) -> Option<Heard> {
        // Not before the first frame, when all has started and whoever handles signals is ready.
        let input = &self.input;
        let ends = self.ends.get_or_insert_with(|| SyncCell::new(input::begin(input)));
        ends.get().heard.try_recv().ok()
    }

    fn reply(&mut self, reply: Reply) {
        if let Some(ends) = &mut self.ends {
            // Whoever has gone does not want to know.
            _ = ends.get().replies.send(reply);
        }
    }
}

/// Answers what was typed, a line a frame.
pub(super) fn hear(world: &mut World) {
    while let Some(heard) =
        world.get_resource_mut::<Console>().and_then(|mut console| console.bypass_change_detection().next())
    {
        match heard {
            Heard::Complete(line, answer) => _ = answer.try_send(complete(world, &line)),
            Heard::Line(line) => {
                let reply = answer(world, line);
                let is_last = reply.is_last;
                let Some(mut console) = world.get_resource_mut::<Console>() else { return };
                console.reply(reply);
                if !is_last {
                    return;
                }
            }
            #[cfg(not(unix))]
            Heard::Interrupt => _ = world.write_message(AppExit::from_code(130)),
            Heard::End(failure) => return end(world, failure),
        }
    }
}

fn end(world: &mut World, failure: Option<String>) {
    if let Some(why) = failure {
        tell(Level::Warn, &format!("the console can read no further line: {why}"));
    }
    let Some(console) = world.remove_resource::<Console>() else { return };
    if console.exit_at_end {
        world.write_message(AppExit::Success);
    }
}

/// Leaves the terminal before the extensions end with the app, so that what they say then is read.
pub(super) fn leave(world: &mut World) {
    world.remove_resource::<Console>();
}

fn answer(world: &mut World, line: Result<String, LineError>) -> Reply {
    let mut reply = Reply { outputs: Vec::new(), asks: false, is_last: false };
    let pending = world.get_resource_mut::<Console>().and_then(|mut console| console.pending.take());
    if let Some(plan) = pending {
        match line.as_ref().map(|line| line.trim().to_ascii_lowercase()).as_deref() {
            Ok("y" | "yes") => {
                reply.outputs.push(confirm(world, plan));
                return reply;
            }
            said => {
                reply.outputs.push(Ok(Output::Text(NOTHING_DONE.into())));
                if matches!(said, Ok("" | "n" | "no")) {
                    return reply;
                }
            }
        }
    }
    match line.map_err(Into::into).and_then(|line| run(world, &line)) {
        Ok(Output::Plan(plan)) => {
            reply.asks = !plan.is_empty();
            reply.outputs.push(Ok(Output::Plan(plan.clone())));
            if let Some(mut console) = world.get_resource_mut::<Console>().filter(|_| reply.asks) {
                console.pending = Some(plan);
            }
        }
        Ok(Output::Asked(plan)) => {
            reply.outputs.push(Ok(Output::Plan(plan.clone())));
            reply.outputs.push(Ok(builtin::apply(world, plan)));
        }
        output => {
            reply.is_last = matches!(output, Ok(Output::Exit));
            reply.outputs.push(output);
        }
    }
    reply
}

/// What is said when a plan is not carried out.
pub(super) const NOTHING_DONE: &str = "nothing is done";

fn confirm(world: &mut World, plan: SwitchPlan) -> Result<Output, ConsoleError> {
    let mut extensions = world.get_resource_mut::<Extensions>().ok_or(ConsoleError::NoHost)?;
    extensions.confirm(plan.clone())?;
    Ok(builtin::apply(world, plan))
}
