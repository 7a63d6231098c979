//! Fetching a package of npm, and those that it needs.

use std::{collections::BTreeMap, sync::Arc};

use super::{Goal, Job, Task};
use crate::artifacts::{
    Hash, HeldArtifact, LockedArtifact, LockedPackage, RepositoryUrl,
    attempt::Fault,
    budget::Budget,
    cache::{Cache, Cached, hash_of},
    error::{ExpectedBy, FetchCause, Mismatch},
    maven::in_cache,
    npm::{Document, PackageId, PackageName, TarballPlace, Tree, TreeFault, Wish, tarball_place},
    progress::{FetchState, Meter},
    source::{Asking, Source, Tried},
    store::{Absent, ENDING, root_of},
};

/// How many bytes a document may have: the largest of all have some dozen MiB.
const LARGEST_DOCUMENT: u64 = 64 << 20;

/// How many bytes all documents may have that one artifact needs.
const MOST_DOCUMENT_BYTES: u64 = 512 << 20;

/// The short form of a document, if there is one.
const SHORT_DOCUMENT: &str = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*";

/// A package that is being fetched, with all that it needs.
pub(super) struct Chosen {
    /// Which of the sources has all of it.
    source: usize,
    /// Those before it that do not have it.
    lacking: Vec<usize>,
    root: PackageId,
    packages: BTreeMap<PackageId, LockedPackage>,
    /// Who says what it has to be.
    by: ExpectedBy,
    /// How many of the packages are still to come.
    pub(super) left: usize,
}

/// A package that one thread fetches.
pub(super) struct OnePackage {
    pub(super) goal: usize,
    id: PackageId,
    package: LockedPackage,
    /// The only hash that will do, if the manifest pins it.
    pin: Option<Hash>,
    meter: Meter,
}

impl Job {
    /// Chooses which packages a package needs, and returns what is to be fetched of them.
    pub(super) fn choose(&self, number: usize, wish: &Wish) -> Result<(Chosen, Vec<Task>), FetchCause> {
        let goal = &self.goals[number];
        let mut chosen = self.chosen(goal, wish)?;
        let cache = self.inner.cache()?;
        let missing = chosen.packages.iter().filter(|(_, package)| !is_here(cache, package));
        let tasks: Vec<_> = missing
            .map(|(id, package)| {
                let meter = Meter::of_part(id.to_string(), goal.extensions.clone(), self.generation.clone());
                let pin = goal.want.wanted.pin.filter(|_| *id == chosen.root);
                Task::Package(Box::new(OnePackage {
                    goal: number,
                    id: id.clone(),
                    package: package.clone(),
                    pin,
                    meter,
                }))
            })
            .collect();
        chosen.left = tasks.len();
        Ok((chosen, tasks))
    }

    fn chosen(&self, goal: &Goal, wish: &Wish) -> Result<Chosen, FetchCause> {
        let want = &goal.want;
        if let Some((source, LockedArtifact::Npm { version, packages, .. })) = self.inner.locked(want)?
            && let Some(root) = root_of(&want.wanted.artifact, &version)
        {
            return Ok(Chosen { source, lacking: Vec::new(), root, packages, by: ExpectedBy::Lock, left: 0 });
        }
        let (mut attempts, mut lacking) = (Vec::new(), Vec::new());
        for (source, repository) in want.fitting() {
            let staying = self.inner.staying(repository, wish);
            let mut budget = Budget(MOST_DOCUMENT_BYTES);
            let document = |name: &PackageName| {
                let (document, bytes) = self.document(repository, name)?;
                match budget.take(bytes) {
                    true => Ok(document),
                    false => Err(Tried::Attempt(Box::new(repository.attempt("", too_much())))),
                }
            };
            let error = match Tree::resolve(wish, &staying, document) {
                Ok(Tree { root, packages, deprecated }) => {
                    self.state().deprecated.extend(deprecated);
                    let by = ExpectedBy::Repository;
                    return Ok(Chosen { source, lacking, root, packages, by, left: 0 });
                }
                Err(error) => error,
            };
            let (told, hint) = (error.to_string(), error.hint());
            let hint = match error.why {
                TreeFault::Document { error: Tried::End(cause), .. } => return Err(cause),
                TreeFault::Document { error: Tried::Attempt(attempt), .. } if error.way.is_empty() => {
                    lacking.extend((attempt.fault == Fault::NotFound).then_some(source));
                    attempts.push(*attempt);
                    continue;
                }
                TreeFault::Document { error: Tried::Attempt(attempt), .. } => attempt.hint(),
                _ => hint.unwrap_or_default(),
            };
            let url = repository.shown(&document_path(&repository.url, &wish.name));
            attempts.push(repository.attempt(&url, Fault::Tree { why: told, hint }));
        }
        match attempts.is_empty() {
            true => Err(FetchCause::NoRepository { is_npm: true }),
            false => Err(FetchCause::Nowhere(attempts)),
        }
    }

    /// Fetches what a repository says of a package, once, and returns how many bytes that were.
    fn document(&self, source: &Source, name: &PackageName) -> Result<(Arc<Document>, u64), Tried> {
        let key = (source.key.clone(), name.to_string());
        self.documents.get(key, || {
            let path = document_path(&source.url, name);
            match self.document_at(source, name, &path) {
                // A server of static files has a folder there, as it is on disk: it may lack it, forbid it or list it.
                Err(Tried::Attempt(attempt)) if !source.is_folder() && may_be_folder(&attempt.fault) => self
                    .document_at(source, name, &path_in_folder(name))
                    .map_err(|tried| if matches!(tried, Tried::End(_)) { tried } else { Tried::Attempt(attempt) }),
                result => result,
            }
        })
    }

    fn document_at(&self, source: &Source, name: &PackageName, path: &str) -> Result<(Arc<Document>, u64), Tried> {
        let (most, accept) = (LARGEST_DOCUMENT, Some(SHORT_DOCUMENT));
        let asking = Asking { most, is_most_set: false, accept, ..self.asking(false) };
        let mut text = Vec::new();
        source.fetch(path, &asking, &mut text)?;
        let read = Document::read(&source.url, name, &text);
        read.map(|document| (Arc::new(document), text.len() as u64)).map_err(|error| {
            let fault = Fault::Document(error.to_string());
            Tried::Attempt(Box::new(source.attempt(&source.shown(path), fault)))
        })
    }

    /// Fetches a package, unless somebody else has done so meanwhile.
    pub(super) fn fetch_package(&self, one: &OnePackage, source: &Source, by: ExpectedBy) -> Result<(), FetchCause> {
        // What is good for one may not be what another expects.
        let expected = (one.package.integrity.to_string(), one.pin);
        let key = (source.key.clone(), one.id.to_string(), expected);
        let result = self.packages.get(key, || self.fetch_tarball(one, source, by));
        one.meter.set(if result.is_ok() { FetchState::Done } else { FetchState::Failed });
        result.map_err(|tried| match tried {
            Tried::Attempt(attempt) => FetchCause::Nowhere(vec![*attempt]),
            Tried::End(cause) => cause,
        })
    }

    fn fetch_tarball(&self, one: &OnePackage, source: &Source, by: ExpectedBy) -> Result<(), Tried> {
        let cache = self.inner.cache().map_err(Tried::End)?;
        let OnePackage { package: LockedPackage { tarball, integrity, .. }, pin, meter, .. } = one;
        let kept = |error: std::io::Error| {
            let path = cache.folder().display().to_string();
            Tried::End(FetchCause::Cache { path, why: error.to_string() })
        };
        let kinds: Vec<_> = [integrity.kind()].into_iter().chain(pin.map(|pin| pin.kind())).collect();
        let mut incoming = cache.begin(&kinds, meter).map_err(kept)?;
        // Whoever changes it on the way is found out.
        let asking = self.asking(true);
        // A lock may have been edited by anybody.
        let place = tarball_place(&source.url, tarball).map_err(|why| {
            let (package, hint) = (one.id.to_string(), "update the artifact, or ask for another version".into());
            Tried::End(FetchCause::Package { package, why, hint })
        })?;
        let fetched = match place {
            TarballPlace::Within(path) => source.fetch(path, &asking, &mut incoming),
            TarballPlace::Elsewhere(url) => source.fetch_url(url, &asking, &mut incoming),
        };
        fetched.map_err(|tried| in_cache(tried, cache))?;
        let (hashes, _) = incoming.finish();
        let of = |kind| *hashes.iter().find(|hash| hash.kind() == kind).expect("what is expected is made");
        let found = of(integrity.kind());
        if !integrity.fits(&found) {
            return Err(mismatch(source, tarball, integrity.hashes()[0], by, found));
        }
        if let Some((pin, found)) = pin.map(|pin| (pin, of(pin.kind()))).filter(|(pin, found)| pin != found) {
            return Err(mismatch(source, tarball, pin, ExpectedBy::Manifest, found));
        }
        incoming.keep(&found, ENDING).map_err(|(path, error)| {
            Tried::End(FetchCause::Cache { path: path.display().to_string(), why: error.to_string() })
        })
    }

    /// Looks whether a package is what the manifest wants, unpacks it with all that it needs, and notes them in the lock.
    pub(super) fn note_packages(&self, goal: &Goal, chosen: &Chosen) -> Result<HeldArtifact, FetchCause> {
        let (want, cache) = (&goal.want, self.inner.cache()?);
        let source = &want.sources[chosen.source];
        if let Some(pin) = want.wanted.pin {
            let package = &chosen.packages[&chosen.root];
            let found = paths(cache, package).find_map(|path| hash_of(&path, pin.kind()).ok());
            if let Some(found) = found.filter(|found| *found != pin)
                && let Tried::End(cause) = mismatch(source, &package.tarball, pin, ExpectedBy::Manifest, found)
            {
                return Err(cause);
            }
        }
        let size = |package: &LockedPackage| {
            paths(cache, package).find_map(|path| path.metadata().ok()).map_or(0, |metadata| metadata.len())
        };
        let Chosen { root, packages, .. } = chosen;
        // What cannot be unpacked should not take the place of what the lock has.
        let held = self.inner.held_packages(want, root, packages).map_err(Absent::cause)?;
        let size = packages.values().map(size).sum();
        let locked = LockedArtifact::Npm { version: root.version.clone(), size, packages: packages.clone() };
        self.inner.note(chosen.source, &chosen.lacking, want, locked);
        Ok(held)
    }

    /// Returns where a package comes from, and who says what it has to be.
    pub(super) fn origin<'a>(goal: &'a Goal, chosen: &Chosen) -> (&'a Source, ExpectedBy) {
        (&goal.want.sources[chosen.source], chosen.by)
    }
}

fn too_much() -> Fault {
    Fault::Tree {
        why: format!("what it says of the packages has more than {} MiB", MOST_DOCUMENT_BYTES >> 20),
        hint: "take a package that needs less".into(),
    }
}

impl OnePackage {
    pub(super) fn meter(&self) -> &Meter {
        &self.meter
    }
}

fn mismatch(source: &Source, tarball: &str, expected: Hash, by: ExpectedBy, found: Hash) -> Tried {
    let (repository, url) = (source.name.clone(), tarball.into());
    Tried::End(FetchCause::Mismatch(Box::new(Mismatch { repository, url, expected, by, found })))
}

/// Returns where a document is. In a folder, that of a package cannot be called as the folder of its tarballs is.
fn document_path(repository: &RepositoryUrl, name: &PackageName) -> String {
    match repository.folder() {
        Some(_) => path_in_folder(name),
        None => name.in_url(),
    }
}

fn path_in_folder(name: &PackageName) -> String {
    format!("{name}/index.json")
}

fn may_be_folder(fault: &Fault) -> bool {
    matches!(fault, Fault::NotFound | Fault::Status { status: 403, .. } | Fault::Document(_))
}

fn is_here(cache: &Cache, package: &LockedPackage) -> bool {
    package.integrity.hashes().iter().any(|hash| matches!(cache.look(hash, ENDING), Cached::Here(_)))
}

fn paths(cache: &Cache, package: &LockedPackage) -> impl Iterator<Item = std::path::PathBuf> {
    package.integrity.hashes().iter().map(|hash| cache.path(hash, ENDING))
}

/// What each goal of npm has chosen.
pub(super) type AllChosen = BTreeMap<usize, Chosen>;

/// What tells one fetch of a package from all others: from where, which, and what it should be.
pub(super) type PackageKey = (String, String, (String, Option<Hash>));
