//! How far fetching has come, for whoever waits.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bevy_extensions_core::artifacts::{ArtifactProgress, FetchState, Fetching};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::failure::Failure;

/// How often bars move.
const STEP: Duration = Duration::from_millis(50);

/// How long whoever interrupts it waits until what was half fetched is removed. If it takes longer, the next run removes that.
const LAST: Duration = Duration::from_secs(2);

/// Waits until all is fetched, or somebody interrupts it, and tells whether nobody did. `told` hears of each artifact that has come.
///
/// At a terminal, what is on its way has a bar, on standard error.
///
/// # Errors
///
/// What `told` says.
pub fn watch(
    fetching: &mut Fetching,
    has_bars: bool,
    mut told: impl FnMut(&ArtifactProgress) -> Result<(), Failure>,
) -> Result<bool, Failure> {
    let interrupted = interrupted();
    let mut bars = has_bars.then(Bars::default);
    let mut known = BTreeSet::new();
    loop {
        let is_done = fetching.wait(STEP);
        let all = fetching.progress();
        let has_come = |it: &ArtifactProgress| !it.is_part && it.state == FetchState::Done;
        let new: Vec<_> = (0..all.len()).filter(|index| has_come(&all[*index]) && known.insert(*index)).collect();
        let mut tell = || new.iter().try_for_each(|index| told(&all[*index]));
        match &mut bars {
            Some(bars) => {
                bars.show(&all);
                bars.multi.suspend(tell)?;
            }
            None => tell()?,
        }
        if is_done {
            return Ok(true);
        }
        if interrupted.load(Ordering::Acquire) {
            fetching.give_up(LAST);
            return Ok(false);
        }
    }
}

/// Begins to hear of interruptions. The second one ends the process, as the first would have.
fn interrupted() -> Arc<AtomicBool> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let told = interrupted.clone();
    // Where that cannot be had, an interruption ends the process at once, and the next run removes what is half there.
    _ = ctrlc::set_handler(move || {
        if told.swap(true, Ordering::AcqRel) {
            std::process::exit(130);
        }
    });
    interrupted
}

/// A bar for each file that is on its way. They go when this is dropped.
#[derive(Default)]
struct Bars {
    multi: MultiProgress,
    bars: BTreeMap<usize, ProgressBar>,
}

impl Bars {
    fn show(&mut self, all: &[ArtifactProgress]) {
        let width = all.iter().map(|it| it.what.chars().count()).max().unwrap_or_default();
        for (index, progress) in all.iter().enumerate() {
            if progress.state != FetchState::Fetching {
                if let Some(bar) = self.bars.remove(&index) {
                    bar.finish_and_clear();
                    self.multi.remove(&bar);
                }
                continue;
            }
            let bar = self.bars.entry(index).or_insert_with(|| {
                let bar = self.multi.add(ProgressBar::no_length());
                bar.set_prefix(format!("{:<width$}", progress.what));
                bar
            });
            bar.set_style(style(progress));
            progress.total.into_iter().for_each(|total| bar.set_length(total));
            bar.set_position(progress.bytes);
        }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.bars.values().for_each(ProgressBar::finish_and_clear);
    }
}

/// Returns how a bar looks: how long it will be is not always known, and a package of npm is fetched in parts.
fn style(progress: &ArtifactProgress) -> ProgressStyle {
    let template = match progress {
        ArtifactProgress { total: Some(_), .. } => {
            "fetching {prefix}  [{bar:24}] {binary_bytes} of {binary_total_bytes}"
        }
        ArtifactProgress { bytes: 0, .. } => "fetching {prefix}",
        _ => "fetching {prefix}  {binary_bytes}",
    };
    ProgressStyle::with_template(template).expect("the templates are good").progress_chars("=> ")
}
