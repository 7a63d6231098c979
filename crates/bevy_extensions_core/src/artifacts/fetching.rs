//! Fetching, on threads of its own.

mod once;
mod packages;

use std::{
    collections::{BTreeMap, VecDeque},
    mem,
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use super::{
    Artifact, ExtensionArtifacts, HeldArtifact, LockedArtifact, MavenArtifact,
    client::Client,
    error::{ExpectedBy, FetchCause, FetchError},
    maven::{self, Expected},
    npm::{Document, PackageId},
    progress::{ArtifactProgress, FetchState, Meter},
    source::{Asking, Tried},
    store::{Absent, Inner, Want},
};
use crate::name::ExtensionName;
use once::Once;
use packages::{AllChosen, Chosen, OnePackage, PackageKey};

/// What is being fetched, on threads of its own. Whoever drops it gives it up, and waits for nobody.
///
/// What several extensions ask for in the same words, of the same repositories, is fetched once, and so is each package of npm that
/// several artifacts need of one repository. Whoever asks other repositories, or pins another hash, has it fetched once more; one
/// content lies in the cache once all the same. Each extension is [done](Self::take_done) as soon as all of its own artifacts are,
/// whatever becomes of the others.
#[derive(Debug)]
pub struct Fetching {
    job: Arc<Job>,
}

pub(super) struct Job {
    pub(super) inner: Arc<Inner>,
    pub(super) client: Client,
    goals: Vec<Goal>,
    state: Mutex<State>,
    changed: Condvar,
    generation: Arc<AtomicU64>,
    /// For how many goals it is not known yet which packages they are.
    unchosen: AtomicUsize,
    /// What repositories say of packages, by repository and name, and which packages were fetched, also by what they should be.
    documents: Once<(String, String), Result<(Arc<Document>, u64), Tried>>,
    packages: Once<PackageKey, Result<(), Tried>>,
}

/// An artifact that is fetched.
struct Goal {
    want: Want,
    /// Who asks for it.
    extensions: Vec<ExtensionName>,
    /// What it counts in.
    meter: Meter,
}

/// Something that one thread does.
enum Task {
    /// Fetch an artifact, or find out which packages it is.
    Goal(usize),
    /// Fetch a package that an artifact needs.
    Package(Box<OnePackage>),
}

impl Task {
    fn goal(&self) -> usize {
        match self {
            Self::Goal(number) => *number,
            Self::Package(one) => one.goal,
        }
    }
}

#[derive(Default)]
struct State {
    queue: VecDeque<Task>,
    /// What became of each goal.
    outcomes: Vec<Option<Outcome>>,
    /// Who waits for which goals.
    waiting: Vec<(ExtensionName, Vec<usize>)>,
    done: Vec<Done>,
    /// What the goals of npm have chosen.
    chosen: AllChosen,
    /// What the packages count in that these need.
    meters: Vec<Meter>,
    /// Packages that were chosen and should not be used any more, with why.
    deprecated: BTreeMap<PackageId, String>,
    /// How many threads are at work.
    workers: usize,
}

/// What became of a goal.
type Outcome = Result<HeldArtifact, Box<FetchError>>;

/// An extension, and what became of its artifacts.
type Done = (ExtensionName, Result<ExtensionArtifacts, Vec<FetchError>>);

impl Fetching {
    /// Begins; what is `locked` is not to be had, because it would have to be chosen anew.
    pub(super) fn begin(
        inner: Arc<Inner>,
        wants: Vec<(ExtensionName, Vec<Want>)>,
        is_locked: impl Fn(&Want) -> bool,
    ) -> Self {
        let generation = Arc::new(AtomicU64::new(0));
        let (mut all, mut waiting) = (Vec::<(Want, Vec<ExtensionName>)>::new(), Vec::new());
        for (name, wants) in wants {
            let number = |want: Want| {
                let known = all.iter().position(|(other, _)| other.is_like(&want));
                let number = known.unwrap_or_else(|| {
                    all.push((want, Vec::new()));
                    all.len() - 1
                });
                all[number].1.push(name.clone());
                number
            };
            let numbers: Vec<_> = wants.into_iter().map(number).collect();
            waiting.push((name, numbers));
        }
        let goals: Vec<_> = all.into_iter().map(|(want, names)| Goal::new(want, names, &generation)).collect();
        let outcomes: Vec<_> = goals.iter().map(|goal| is_locked(&goal.want).then(|| Err(goal.not_anew()))).collect();
        let state = State {
            queue: (0..goals.len()).filter(|number| outcomes[*number].is_none()).map(Task::Goal).collect(),
            outcomes,
            waiting,
            ..State::default()
        };
        let unchosen = AtomicUsize::new(state.queue.len());
        let client = Client::new(&inner.settings);
        let job = Arc::new(Job {
            inner,
            client,
            goals,
            state: Mutex::new(state),
            changed: Condvar::new(),
            generation,
            unchosen,
            documents: Once::default(),
            packages: Once::default(),
        });
        job.settle(job.state());
        job.start();
        Self { job }
    }

    /// Tells how far each file has come.
    pub fn progress(&self) -> Vec<ArtifactProgress> {
        let state = self.job.state();
        self.job.goals.iter().map(|goal| &goal.meter).chain(&state.meters).map(Meter::read).collect()
    }

    /// Returns a number that is another one whenever something has changed.
    pub fn generation(&self) -> u64 {
        self.job.generation.load(Ordering::Relaxed)
    }

    /// Tells whether nothing is under way any more.
    pub fn is_done(&self) -> bool {
        self.job.state().waiting.is_empty()
    }

    /// Returns the extensions whose artifacts are all there, or of whose artifacts some cannot be had: each once, and only those
    /// since the last time.
    pub fn take_done(&mut self) -> Vec<(ExtensionName, Result<ExtensionArtifacts, Vec<FetchError>>)> {
        mem::take(&mut self.job.state().done)
    }

    /// Returns the packages of npm that were chosen though their authors would not have them used any more, each with why, in their
    /// words. What the lock has is chosen already, and not among them.
    pub fn deprecated(&self) -> Vec<(PackageId, String)> {
        self.job.state().deprecated.iter().map(|(id, why)| (id.clone(), why.clone())).collect()
    }

    /// Waits until nothing is under way any more, or the time is over, and tells whether all is done.
    pub fn wait(&self, time: Duration) -> bool {
        let state = self.job.state();
        let waited = self.job.changed.wait_timeout_while(state, time, |state| !state.waiting.is_empty());
        waited.unwrap_or_else(PoisonError::into_inner).0.waiting.is_empty()
    }

    /// Gives it up, waits until nobody writes any more, or the time is over, and tells whether nobody does. What was half
    /// fetched is gone then; what was there is still to be [taken](Self::take_done).
    pub fn give_up(&mut self, time: Duration) -> bool {
        self.job.client.give_up();
        let state = self.job.state();
        self.job.changed.notify_all();
        let waited = self.job.changed.wait_timeout_while(state, time, |state| state.workers > 0);
        waited.unwrap_or_else(PoisonError::into_inner).0.workers == 0
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        self.job.client.give_up();
        self.job.changed.notify_all();
    }
}

impl Goal {
    fn new(want: Want, extensions: Vec<ExtensionName>, generation: &Arc<AtomicU64>) -> Self {
        let meter = Meter::new(want.wanted.artifact.to_string(), extensions.clone(), generation.clone());
        Self { want, extensions, meter }
    }

    /// Says that it is not chosen anew.
    fn not_anew(&self) -> Box<FetchError> {
        self.meter.set(FetchState::Failed);
        let cause = FetchCause::Locked { why: "nothing is chosen anew then".into() };
        Box::new(FetchError { artifact: self.want.wanted.artifact.clone(), cause })
    }
}

impl Job {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(self: &Arc<Self>) {
        let most = usize::from(self.inner.settings.artifacts.parallel.get());
        // How many packages one of npm needs, is not known yet.
        let is_npm = |goal: &Goal| matches!(goal.want.wanted.artifact, Artifact::Npm(_));
        let wanted = if self.goals.iter().any(is_npm) { most } else { self.goals.len() };
        let mut started = 0;
        for number in 0..most.min(wanted) {
            let job = self.clone();
            let thread = thread::Builder::new().name(format!("artifacts {number}"));
            self.state().workers += 1;
            let is_started = thread.spawn(move || job.work()).is_ok();
            started += usize::from(is_started);
            self.state().workers -= usize::from(!is_started);
        }
        if started == 0 {
            // No thread can be had: better late than never.
            self.state().workers = 1;
            self.work();
        }
    }

    /// Does what is to be done, until there is nothing more.
    fn work(&self) {
        self.do_all();
        self.state().workers -= 1;
        self.changed.notify_all();
    }

    fn do_all(&self) {
        while let Some(task) = self.next() {
            // Whoever waits for it should not wait for ever because of our own mistake.
            if panic::catch_unwind(AssertUnwindSafe(|| self.perform(&task))).is_err() {
                let why = "fetching it has panicked, which is a mistake of `bevy_extensions`".into();
                let cause = FetchCause::Unusable { why, hint: "report it, with what stands above".into() };
                self.finish(task.goal(), Err(cause));
            }
        }
    }

    fn perform(&self, task: &Task) {
        match task {
            Task::Goal(number) => {
                let outcome = self.begin_goal(*number).transpose();
                if self.unchosen.fetch_sub(1, Ordering::Relaxed) == 1 {
                    // Nobody looks anything up any more, and documents may be large.
                    self.documents.clear();
                }
                if let Some(outcome) = outcome {
                    self.finish(*number, outcome);
                }
            }
            Task::Package(one) => self.do_package(one),
        }
    }

    fn next(&self) -> Option<Task> {
        let mut state = self.state();
        loop {
            if self.client.is_given_up() || state.waiting.is_empty() {
                return None;
            }
            if let Some(task) = state.queue.pop_front() {
                return Some(task);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn finish(&self, number: usize, outcome: Result<HeldArtifact, FetchCause>) {
        let goal = &self.goals[number];
        goal.meter.set(if outcome.is_ok() { FetchState::Done } else { FetchState::Failed });
        let artifact = goal.want.wanted.artifact.clone();
        let mut state = self.state();
        if outcome.is_err() {
            // The rest of what it needs is of no use any more.
            state.queue.retain(|task| match task {
                Task::Package(one) if one.goal == number => {
                    one.meter().set(FetchState::Failed);
                    false
                }
                _ => true,
            });
        }
        // A second package of one artifact may fail, too.
        let outcome = outcome.map_err(|cause| Box::new(FetchError { artifact, cause }));
        state.outcomes[number].get_or_insert(outcome);
        self.settle(state);
    }

    /// Lets those go who have all that they wait for.
    fn settle(&self, mut state: MutexGuard<'_, State>) {
        let State { outcomes, waiting, done, .. } = &mut *state;
        waiting.retain(|(name, numbers)| {
            let own: Option<Vec<_>> = numbers.iter().map(|number| outcomes[*number].as_ref()).collect();
            let Some(own) = own else { return true };
            let errors: Vec<_> =
                own.iter().filter_map(|outcome| Some(FetchError::clone(outcome.as_ref().err()?))).collect();
            let held = || ExtensionArtifacts::new(own.iter().filter_map(|outcome| outcome.as_ref().ok().cloned()));
            done.push((name.clone(), if errors.is_empty() { Ok(held()) } else { Err(errors) }));
            false
        });
        drop(state);
        self.generation.fetch_add(1, Ordering::Relaxed);
        self.changed.notify_all();
    }

    /// Fetches an artifact; `None` if there are packages to be fetched for it first.
    fn begin_goal(&self, number: usize) -> Result<Option<HeldArtifact>, FetchCause> {
        let goal = &self.goals[number];
        match self.inner.hold(&goal.want) {
            Ok(held) => return Ok(Some(held)),
            Err(Absent::Refused(cause)) => return Err(cause),
            Err(Absent::ToFetch) => {}
        }
        goal.meter.set(FetchState::Fetching);
        match &goal.want.wanted.artifact {
            Artifact::Maven(maven) => self.fetch_file(goal, maven).map(Some),
            Artifact::Npm(wish) => {
                let (chosen, tasks) = self.choose(number, wish)?;
                if !tasks.is_empty() {
                    self.add(number, chosen, tasks);
                    return Ok(None);
                }
                self.note_packages(goal, &chosen).map(Some)
            }
        }
    }

    /// Adds packages to what is to be done: before what has not begun, so that artifacts come in their order.
    fn add(&self, number: usize, chosen: Chosen, tasks: Vec<Task>) {
        let mut state = self.state();
        state.chosen.insert(number, chosen);
        for task in &tasks {
            if let Task::Package(one) = task {
                state.meters.push(one.meter().clone());
            }
        }
        tasks.into_iter().rev().for_each(|task| state.queue.push_front(task));
        drop(state);
        self.changed.notify_all();
    }

    /// Fetches a package; with the last one, its artifact is there.
    fn do_package(&self, one: &OnePackage) {
        let goal = &self.goals[one.goal];
        let state = self.state();
        if state.outcomes[one.goal].is_some() {
            return one.meter().set(FetchState::Failed);
        }
        let (source, by) = Self::origin(goal, &state.chosen[&one.goal]);
        drop(state);
        if let Err(cause) = self.fetch_package(one, source, by) {
            return self.finish(one.goal, Err(cause));
        }
        let mut state = self.state();
        let chosen = state.chosen.get_mut(&one.goal).expect("it was chosen");
        chosen.left -= 1;
        if chosen.left > 0 {
            return;
        }
        let chosen = state.chosen.remove(&one.goal).expect("it was chosen");
        drop(state);
        self.finish(one.goal, self.note_packages(goal, &chosen));
    }

    fn fetch_file(&self, goal: &Goal, maven: &MavenArtifact) -> Result<HeldArtifact, FetchCause> {
        let want = &goal.want;
        let pin = want.wanted.pin.map(|hash| Expected { hash, by: ExpectedBy::Manifest });
        let locked = match self.inner.locked(want)? {
            Some((_, LockedArtifact::File { hash, .. })) => Some(Expected { hash, by: ExpectedBy::Lock }),
            _ => None,
        };
        let expected: Vec<_> = match pin {
            // A manifest that pins another content than before means that one.
            Some(pin) if !self.inner.settings.locked => vec![pin],
            pin => pin.into_iter().chain(locked).collect(),
        };
        let asking = self.asking(!expected.is_empty());
        let cache = self.inner.cache()?;
        let fetched = maven::fetch(maven, want, &expected, &asking, cache, &goal.meter)?;
        let locked = LockedArtifact::File { version: maven.version.clone(), hash: fetched.hash, size: fetched.size };
        self.inner.note(fetched.source, &fetched.lacking, want, locked);
        // It is read, so that it is known to be what it should be where it is used from.
        self.inner.hold(want).map_err(Absent::cause)
    }

    fn asking(&self, is_pinned: bool) -> Asking<'_> {
        let (client, is_offline) = (&self.client, self.inner.settings.offline);
        Asking { client, is_offline, is_pinned, most: self.inner.largest(), is_most_set: true, accept: None }
    }
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job").field("goals", &self.goals.len()).finish_non_exhaustive()
    }
}
