//! What is being fetched, and for whom.

mod told;

use std::time::Duration;

use bevy_extensions_core::{
    ExtensionArtifacts, ExtensionName, Unavailable,
    artifacts::{ArtifactProgress, FetchError, FetchState, Fetching},
};

use bevy_platform::time::Instant;

use crate::{acting::ExtensionId, held::Held, request::Request};

/// What is being fetched. What is removed, or dropped with the app, is given up.
#[derive(Default)]
pub(crate) struct Fetches {
    jobs: Vec<Job>,
    /// Since when there is anything.
    began: Option<Instant>,
}

/// What is fetched for some who were asked for together.
struct Job {
    fetching: Fetching,
    whom: Whom,
    /// What has come for requests, which wait for one another.
    come: Vec<(ExtensionName, Outcome)>,
    /// How far it was when somebody was told.
    told: Vec<ArtifactProgress>,
    generation: Option<u64>,
}

/// For whom something is fetched.
enum Whom {
    /// Those who are there, and do not start without.
    Listed(Vec<Waiting>),
    /// Those who are asked for.
    Requests(Vec<Request>),
}

/// Somebody who is there, and does not start without its artifacts.
pub(crate) struct Waiting {
    pub(crate) id: ExtensionId,
    pub(crate) name: ExtensionName,
    pub(crate) held: Held,
}

/// All that somebody asks for, or what of that cannot be had.
pub(crate) type Outcome = Result<ExtensionArtifacts, Vec<Unavailable>>;

/// What somebody has waited for.
pub(crate) enum Arrival {
    /// Somebody who is there.
    Listed(Waiting, Outcome),
    /// Those who are asked for together.
    Requests(Vec<Request>, Vec<(ExtensionName, Outcome)>),
}

impl Fetches {
    /// Takes over what is fetched for those who are there.
    pub(crate) fn add_listed(&mut self, fetching: Fetching, waiting: Vec<Waiting>) {
        self.add(fetching, Whom::Listed(waiting));
    }

    /// Takes over what is fetched for those who are asked for.
    pub(crate) fn add_requests(&mut self, fetching: Fetching, requests: Vec<Request>) {
        self.add(fetching, Whom::Requests(requests));
    }

    fn add(&mut self, fetching: Fetching, whom: Whom) {
        self.began.get_or_insert_with(Instant::now);
        self.jobs.push(Job { fetching, whom, come: Vec::new(), told: Vec::new(), generation: None });
    }

    /// Gives up what is read anew by those who are asked for now, and returns who has waited for nothing else.
    pub(crate) fn overtake(&mut self, newer: &[Request]) -> Vec<Request> {
        let freed = self.jobs.iter_mut().flat_map(|job| job.overtake(newer)).collect();
        self.jobs.retain(|job| !job.is_empty());
        freed
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// Tells whether nothing is under way, though it may still have to be looked at, or it has taken longer than a time.
    pub(crate) fn are_over(&self, patience: Duration) -> bool {
        let is_late = || self.began.is_some_and(|began| began.elapsed() >= patience);
        self.jobs.iter().all(|job| job.fetching.is_done()) || is_late()
    }

    /// Tells whether something is fetched for somebody who is there.
    pub(crate) fn is_fetched_for(&self, held: &Held) -> bool {
        let is_it = |waiting: &Waiting| waiting.held.is(held);
        self.jobs.iter().any(|job| matches!(&job.whom, Whom::Listed(waiting) if waiting.iter().any(is_it)))
    }

    /// Tells whether somebody is asked for who follows when what is fetched is there.
    #[cfg(feature = "console")]
    pub(crate) fn is_asked_for(&self, extension: &ExtensionName) -> bool {
        let is_it = |request: &Request| match request.loaded() {
            Some(loaded) => loaded.candidate.manifest.name == *extension,
            None => request.switch.extension == extension.as_str(),
        };
        self.jobs.iter().any(|job| matches!(&job.whom, Whom::Requests(requests) if requests.iter().any(is_it)))
    }

    /// Tells how far everything has come.
    pub(crate) fn progress(&self) -> Vec<ArtifactProgress> {
        self.jobs.iter().flat_map(|job| job.fetching.progress()).collect()
    }

    /// Says for what somebody waits; `None` if it does not.
    pub(crate) fn waits_for(&self, extension: &ExtensionName) -> Option<String> {
        told::waits_for(&self.progress(), extension)
    }

    /// Tells how far everything has come that has come further since the last call.
    pub(crate) fn take_news(&mut self) -> Vec<ArtifactProgress> {
        self.jobs.iter_mut().flat_map(Job::take_news).collect()
    }

    /// Takes what is there now, or cannot be had.
    pub(crate) fn take_arrivals(&mut self) -> Vec<Arrival> {
        let arrivals = self.jobs.iter_mut().flat_map(Job::take_arrivals).collect();
        self.jobs.retain(|job| !job.is_empty());
        arrivals
    }
}

impl Job {
    fn take_news(&mut self) -> Vec<ArtifactProgress> {
        let generation = self.fetching.generation();
        if self.generation.replace(generation) == Some(generation) {
            return Vec::new();
        }
        let now = self.fetching.progress();
        let news =
            now.iter().filter(|it| it.state != FetchState::Waiting && !self.told.contains(it)).cloned().collect();
        self.told = now;
        news
    }

    fn take_arrivals(&mut self) -> Vec<Arrival> {
        let is_over = self.fetching.is_done();
        let done = self.fetching.take_done().into_iter().map(|(name, outcome)| {
            (name, outcome.map_err(|errors| errors.iter().map(FetchError::unavailable).collect()))
        });
        match &mut self.whom {
            Whom::Listed(all) => {
                let arrival = |(name, outcome)| {
                    let place = all.iter().position(|waiting| waiting.name == name)?;
                    Some(Arrival::Listed(all.swap_remove(place), outcome))
                };
                done.filter_map(arrival).collect()
            }
            Whom::Requests(requests) => {
                self.come.extend(done);
                let arrival = || Arrival::Requests(std::mem::take(requests), std::mem::take(&mut self.come));
                is_over.then(arrival).into_iter().collect()
            }
        }
    }

    fn overtake(&mut self, newer: &[Request]) -> Vec<Request> {
        let Whom::Requests(requests) = &mut self.whom else { return Vec::new() };
        let has_lost = requests.extract_if(.., |request| request.is_overtaken_by(newer)).count() > 0;
        let is_over = has_lost && !requests.iter().any(Request::waits);
        if is_over { std::mem::take(requests) } else { Vec::new() }
    }

    fn is_empty(&self) -> bool {
        match &self.whom {
            Whom::Listed(waiting) => waiting.is_empty(),
            Whom::Requests(requests) => requests.is_empty(),
        }
    }
}
