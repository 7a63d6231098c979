//! Names become candidates: a need lists those that can serve it.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hash, Hasher},
    ops::Range,
};

use semver::{Version, VersionReq};

use super::{Chosen, groups::Groups, near};
use crate::{manifest::Dependency, name::ExtensionName, plan::EdgeKind, problem::Cause, version::is_in_range};

/// Who answers to which name.
pub(crate) struct Names<'a> {
    chosen: &'a [Chosen<'a>],
    disabled: &'a [bool],
    by_name: HashMap<Key<'a>, usize, BuildHasherDefault<NameHasher>>,
    /// Extensions by the name that another spelling of theirs makes, if nobody has that name.
    by_spelling: HashMap<ExtensionName, usize>,
    /// For each provided name, those that provide it: the highest version first, then in the order of names.
    providers: HashMap<&'a ExtensionName, Vec<(usize, Option<&'a Version>)>>,
}

impl<'a> Names<'a> {
    pub(crate) fn of(chosen: &'a [Chosen<'a>], disabled: &'a [bool]) -> Self {
        let mut by_name = HashMap::with_capacity_and_hasher(chosen.len(), BuildHasherDefault::default());
        let mut providers: HashMap<_, Vec<_>> = HashMap::new();
        for (id, (_, candidate)) in chosen.iter().enumerate() {
            by_name.insert(Key::of(&candidate.manifest.name), id);
            for provided in candidate.manifest.provides.iter().filter(|_| !disabled[id]) {
                providers.entry(&provided.name).or_default().push((id, provided.version.as_ref()));
            }
        }
        for list in providers.values_mut() {
            list.sort_by(|(id, version), (other, lower)| lower.cmp(version).then(id.cmp(other)));
        }
        let mut by_spelling = HashMap::new();
        for (id, (_, candidate)) in chosen.iter().enumerate() {
            let spelling = candidate.original_name.as_deref();
            if let Some(Ok(name)) = spelling.map(ExtensionName::converted)
                && !by_name.contains_key(&Key::of(&name))
            {
                by_spelling.entry(name).or_insert(id);
            }
        }
        Self { chosen, disabled, by_name, by_spelling, providers }
    }

    pub(super) fn name_of(&self, id: usize) -> &ExtensionName {
        &self.chosen[id].1.manifest.name
    }

    /// Tells whether there is an extension of a name, switched off or not.
    pub(super) fn contains(&self, name: &ExtensionName) -> bool {
        self.by_name.contains_key(&Key::of(name))
    }

    /// Finds the extension of a name, or of what was made its name; switched off or not.
    pub(crate) fn find(&self, name: &ExtensionName) -> Option<usize> {
        let spelled = || self.by_spelling.get(name);
        self.by_name.get(&Key::of(name)).or_else(spelled).copied()
    }

    /// Finds those that satisfy a dependency, the preferred one first: the one of that name, then those that provide it.
    ///
    /// Nobody can serve itself by a name that it provides.
    pub(crate) fn satisfying(&self, owner: usize, wanted: &Dependency) -> impl Iterator<Item = usize> {
        let fits = |version: &Version| is_in_range(&wanted.version, version);
        let named = self.find(&wanted.name).filter(|&id| !self.disabled[id]);
        let named = named.filter(|&id| fits(&self.chosen[id].1.manifest.version));
        let providers = self.providers.get(&wanted.name).map(Vec::as_slice).unwrap_or_default();
        let providing = providers
            .iter()
            .filter(move |(id, version)| *id != owner && Some(*id) != named && version.is_none_or(fits))
            .map(|(id, _)| *id);
        named.into_iter().chain(providing)
    }

    /// Finds all that answer to a name, whatever their version.
    pub(crate) fn answering(&self, owner: usize, name: &ExtensionName) -> Vec<usize> {
        self.satisfying(owner, &Dependency::new(name.clone(), VersionReq::STAR)).collect()
    }

    /// Returns the extension whose name is most like one that nobody has.
    pub(crate) fn near(&self, name: &ExtensionName) -> Option<ExtensionName> {
        near(name, self.chosen)
    }

    /// Returns the name of an extension, and the version in which it answers to a name.
    pub(super) fn version_as(&self, id: usize, name: &ExtensionName) -> (ExtensionName, Version) {
        let manifest = &self.chosen[id].1.manifest;
        let provided = manifest.provides.iter().filter(|_| manifest.name != *name).find(|it| it.name == *name);
        let version = provided.and_then(|provided| provided.version.as_ref()).unwrap_or(&manifest.version);
        (manifest.name.clone(), version.clone())
    }

    /// Tells whether an extension is in a version that a dependency asks for, even if it does not provide the name.
    pub(super) fn is_version_of(&self, id: usize, wanted: &Dependency) -> bool {
        let manifest = &self.chosen[id].1.manifest;
        let mut provided = manifest.provides.iter().filter(|it| manifest.name != wanted.name && it.name == wanted.name);
        let fits = |version: &Version| is_in_range(&wanted.version, version);
        match provided.next() {
            None => fits(&manifest.version),
            Some(first) => std::iter::once(first).chain(provided).any(|it| it.version.as_ref().is_none_or(fits)),
        }
    }

    /// Finds one that would answer to a name if it were not switched off.
    fn disabled_as(&self, owner: usize, name: &ExtensionName) -> Option<ExtensionName> {
        let answers = |id: usize| {
            let manifest = &self.chosen[id].1.manifest;
            self.find(name) == Some(id)
                || id != owner && manifest.provides.iter().any(|provided| provided.name == *name)
        };
        let disabled = (0..self.chosen.len()).filter(|&id| self.disabled[id]);
        disabled.filter(|&id| answers(id)).map(|id| self.chosen[id].1.manifest.name.clone()).next()
    }

    /// Tells why nobody satisfies a dependency.
    fn obstacle(&self, owner: usize, needed: &Dependency) -> Cause {
        let needed = needed.clone();
        let provider = self.providers.get(&needed.name).into_iter().flatten().find(|(id, _)| *id != owner);
        let named = self.find(&needed.name).filter(|&id| !self.disabled[id]);
        if let Some(id) = named.or(provider.map(|(id, _)| *id)) {
            return Cause::WrongVersion { found: self.version_as(id, &needed.name), needed };
        }
        match self.disabled_as(owner, &needed.name) {
            Some(disabled) => Cause::DependencyDisabled { needed, disabled },
            None => {
                let own = &self.chosen[owner].1.manifest.name;
                Cause::Missing { near: self.near(&needed.name).filter(|near| near != own), needed }
            }
        }
    }
}

/// A name to look up by, which rarely has to look at the name itself: that lies wherever it was read.
struct Key<'a> {
    start: u128,
    name: &'a ExtensionName,
}

impl<'a> Key<'a> {
    fn of(name: &'a ExtensionName) -> Self {
        Self { start: name.start(), name }
    }
}

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.start == other.start && (self.start.trailing_zeros() >= 8 || self.name == other.name)
    }
}

impl Eq for Key<'_> {}

impl Hash for Key<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

/// A hasher for names: much faster than the usual one, and nobody gains from names that collide.
#[derive(Default)]
struct NameHasher(u64);

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u128((*byte).into()));
    }

    fn write_u128(&mut self, part: u128) {
        for half in [part >> 64, part] {
            self.0 = (self.0.rotate_left(5) ^ half as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }

    fn finish(&self) -> u64 {
        // The upper half is the well mixed one, and tables look at both.
        self.0 ^ self.0 >> 32
    }
}

/// What every extension cannot do without, and who can serve it.
pub(super) struct Needs {
    needs: Vec<Need>,
    alternatives: Vec<Alternative>,
    /// For each extension, its own needs.
    of: Vec<Range<usize>>,
    /// For each extension, the alternatives that name it.
    named_by: Groups,
    /// Needs that nobody can serve, with the reason.
    hopeless: Vec<(usize, Cause)>,
}

/// One need of one extension; any of the alternatives serves it.
pub(super) struct Need {
    pub(super) owner: usize,
    pub(super) kind: EdgeKind,
    /// Which of the owner's wishes of that kind it is.
    pub(super) wish: usize,
    alternatives: Range<usize>,
}

/// Somebody who can serve a need.
#[derive(Clone, Copy)]
pub(super) struct Alternative {
    need: usize,
    pub(super) id: usize,
    /// Which name of a group it answers to.
    pub(super) which: usize,
}

impl Needs {
    pub(super) fn of(chosen: &[Chosen<'_>], names: &Names<'_>, disabled: &[bool]) -> Self {
        let manifests = chosen.iter().map(|(_, candidate)| &candidate.manifest);
        let wishes = manifests.map(|manifest| manifest.dependencies.len() + manifest.any_of.len()).sum();
        let mut needs = Self {
            needs: Vec::with_capacity(wishes),
            alternatives: Vec::with_capacity(wishes),
            of: Vec::with_capacity(chosen.len()),
            named_by: Groups::default(),
            hopeless: Vec::new(),
        };
        for (owner, (_, candidate)) in chosen.iter().enumerate() {
            let first = needs.needs.len();
            if !disabled[owner] {
                for (wish, required) in candidate.manifest.dependencies.iter().enumerate() {
                    needs.add(owner, EdgeKind::Requires, wish, std::slice::from_ref(required), names);
                }
                for (wish, group) in candidate.manifest.any_of.iter().enumerate() {
                    needs.add(owner, EdgeKind::AnyOf, wish, group, names);
                }
            }
            needs.of.push(first..needs.needs.len());
        }
        needs.named_by = Groups::of(chosen.len(), needs.alternatives.iter().map(|alternative| alternative.id));
        needs
    }

    /// Returns the needs of an extension.
    pub(super) fn of_extension(&self, id: usize) -> &[Need] {
        &self.needs[self.of[id].clone()]
    }

    /// Returns the needs that an extension can serve.
    pub(super) fn served_by(&self, id: usize) -> impl Iterator<Item = &Need> {
        self.named_by.get(id).iter().map(|&alternative| &self.needs[self.alternatives[alternative].need])
    }

    /// Returns who can serve a need, the preferred one first.
    pub(super) fn alternatives(&self, need: &Need) -> &[Alternative] {
        &self.alternatives[need.alternatives.clone()]
    }

    /// Returns how many alternatives all needs have together.
    pub(super) fn alternatives_in_all(&self) -> usize {
        self.alternatives.len()
    }

    /// Returns the needs that nobody can serve, with the reason.
    pub(super) fn hopeless(&self) -> impl Iterator<Item = (&Need, &Cause)> {
        self.hopeless.iter().map(|(need, cause)| (&self.needs[*need], cause))
    }

    fn add(&mut self, owner: usize, kind: EdgeKind, wish: usize, group: &[Dependency], names: &Names<'_>) {
        let need = self.needs.len();
        let first = self.alternatives.len();
        for (which, wanted) in group.iter().enumerate() {
            for id in names.satisfying(owner, wanted) {
                if !self.alternatives[first..].iter().any(|known| known.id == id) {
                    self.alternatives.push(Alternative { need, id, which });
                }
            }
        }
        if first == self.alternatives.len() {
            let mut obstacles: Vec<_> = group.iter().map(|wanted| names.obstacle(owner, wanted)).collect();
            let cause = match kind {
                EdgeKind::Requires => obstacles.remove(0),
                _ => Cause::NoneOf { alternatives: obstacles },
            };
            self.hopeless.push((need, cause));
        }
        self.needs.push(Need { owner, kind, wish, alternatives: first..self.alternatives.len() });
    }
}
