//! The rules of [`resolve`](bevy_extensions_core::resolve()) said once more, as plainly as they can be: sets and loops.
//!
//! It is slow, and shares nothing with the real resolver: the two agree only where both follow the rules.

use std::collections::{BTreeMap, BTreeSet};

use bevy_extensions_core::{
    Candidate, Cause, Dependency, ExtensionName, HostSettings, InterfaceName, Manifest, Version, VersionReq,
};

/// A candidate, and how early it was searched.
#[derive(Clone)]
pub struct Found {
    pub candidate: Candidate,
    pub searched: (usize, String),
}

/// What the rules say.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The names of those that start, in load order.
    pub order: Vec<ExtensionName>,
    /// The names that are there and switched off.
    pub disabled: Vec<ExtensionName>,
    /// The names that are left out, with every kind of cause.
    pub left_out: BTreeMap<ExtensionName, BTreeSet<Kind>>,
}

/// What kind of cause leaves somebody out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Missing,
    WrongVersion,
    DependencyDisabled,
    NoneOf,
    Conflict,
    Cycle,
    App,
    Artifact,
    Because,
}

impl Kind {
    pub fn of(cause: &Cause) -> Self {
        match cause {
            Cause::Missing { .. } => Self::Missing,
            Cause::WrongVersion { .. } => Self::WrongVersion,
            Cause::DependencyDisabled { .. } => Self::DependencyDisabled,
            Cause::NoneOf { .. } => Self::NoneOf,
            Cause::Conflict { .. } => Self::Conflict,
            Cause::Cycle { .. } => Self::Cycle,
            Cause::App { .. } => Self::App,
            Cause::Artifact { .. } => Self::Artifact,
            Cause::Because { .. } => Self::Because,
            other => panic!("the reference does not know {other:?}"),
        }
    }
}

/// Says who starts, in which order, and who does not.
pub fn judge(found: &[Found], settings: &HostSettings) -> Verdict {
    let rules = Rules::new(found, settings);
    let mut out = rules.everyone().filter(|&who| rules.is_disabled(who) || rules.is_unfit(who)).collect();
    let mut conflicting = Set::new();
    while let Some(loser) = rules.loser_of_a_conflict(&rules.who_can_start(&out)) {
        out.insert(loser);
        conflicting.insert(loser);
    }
    for loser in conflicting.clone() {
        let without: Set = out.iter().copied().filter(|who| *who != loser).collect();
        let lost_to_nobody = rules.opponents(loser, &rules.who_can_start(&out)).is_empty();
        if lost_to_nobody && rules.loser_of_a_conflict(&rules.who_can_start(&without)).is_none() {
            conflicting.remove(&loser);
            out = without;
        }
    }
    let starts = rules.who_can_start(&out);
    let names = |all: Vec<usize>| all.into_iter().map(|who| rules.manifest(who).name.clone()).collect();
    Verdict {
        order: names(rules.order(&starts)),
        disabled: names(rules.everyone().filter(|&who| rules.is_disabled(who)).collect()),
        left_out: rules.left_out(&starts, &conflicting),
    }
}

/// Extensions, as places in [`Rules::chosen`].
type Set = BTreeSet<usize>;

/// The later one, and the earlier one.
type Edges = BTreeSet<(usize, usize)>;

struct Rules<'a> {
    /// One candidate for each name, sorted by name.
    chosen: Vec<&'a Candidate>,
    settings: &'a HostSettings,
}

impl<'a> Rules<'a> {
    fn new(found: &'a [Found], settings: &'a HostSettings) -> Self {
        let mut chosen = BTreeMap::<&ExtensionName, &Found>::new();
        for other in found {
            let best = chosen.entry(&other.candidate.manifest.name).or_insert(other);
            let version = |found: &'a Found| &found.candidate.manifest.version;
            if version(other) > version(best) || version(other) == version(best) && other.searched < best.searched {
                *best = other;
            }
        }
        Self { chosen: chosen.values().map(|found| &found.candidate).collect(), settings }
    }

    fn everyone(&self) -> impl Iterator<Item = usize> + use<> {
        0..self.chosen.len()
    }

    fn manifest(&self, who: usize) -> &'a Manifest {
        &self.chosen[who].manifest
    }

    fn is_disabled(&self, who: usize) -> bool {
        self.settings.disabled.contains(&self.manifest(who).name)
    }

    /// Tells whether it cannot start, whoever else is there.
    fn is_unfit(&self, who: usize) -> bool {
        self.is_for_another_app(who) || !self.chosen[who].unavailable.is_empty()
    }

    fn is_for_another_app(&self, who: usize) -> bool {
        !fits(&self.manifest(who).app, self.settings.app_version.as_ref())
    }

    /// Returns who answers to a name, and in which version; `None` is one that fits every range.
    ///
    /// Whoever lends a name lends it to others, and only while switched on.
    fn answering(&self, asks: usize, name: &ExtensionName) -> Vec<(usize, Option<&'a Version>)> {
        let mut answering = Vec::new();
        for who in self.everyone().filter(|&who| !self.is_disabled(who)) {
            let Manifest { name: own, version, provides, .. } = self.manifest(who);
            answering.extend((own == name).then_some((who, Some(version))));
            let lent = provides.iter().filter(|lent| lent.name == *name && who != asks);
            answering.extend(lent.map(|lent| (who, lent.version.as_ref())));
        }
        answering
    }

    /// Returns who answers to a name in a version that fits.
    fn fitting(&self, asks: usize, wanted: &Dependency) -> Set {
        let answering = self.answering(asks, &wanted.name).into_iter();
        answering.filter(|(_, version)| fits(&wanted.version, *version)).map(|(who, _)| who).collect()
    }

    /// Returns the needs of an extension, each as those that can serve it.
    fn needs(&self, who: usize) -> Vec<Set> {
        let required = self.manifest(who).dependencies.iter().map(|need| self.fitting(who, need));
        let groups = self.manifest(who).any_of.iter();
        let groups = groups.map(|group| group.iter().flat_map(|need| self.fitting(who, need)).collect());
        required.chain(groups).collect()
    }

    /// Starts whoever has all needs served by those that have started, until nobody is left that could.
    fn who_can_start(&self, out: &Set) -> Set {
        let mut started = Set::new();
        let ready = |who: &usize, started: &Set| self.needs(*who).iter().all(|need| !need.is_disjoint(started));
        while let Some(next) =
            self.everyone().find(|who| !out.contains(who) && !started.contains(who) && ready(who, &started))
        {
            started.insert(next);
        }
        started
    }

    /// Returns those that start, each with its round: those that need nobody, those that need only them, and so on.
    fn rounds(&self, starts: &Set) -> BTreeMap<usize, usize> {
        let mut rounds = BTreeMap::new();
        while rounds.len() < starts.len() {
            let earlier: Set = rounds.keys().copied().collect();
            let ready = |who: &&usize| self.needs(**who).iter().all(|need| !need.is_disjoint(&earlier));
            let round = rounds.values().max().map_or(0, |round| round + 1);
            rounds.extend(starts.difference(&earlier).filter(ready).map(|who| (*who, round)).collect::<Vec<_>>());
        }
        rounds
    }

    /// Returns who can serve each need of an extension, the preferred one first.
    fn servers(&self, who: usize) -> Vec<Vec<usize>> {
        let manifest = self.manifest(who);
        let groups = manifest.dependencies.iter().map(std::slice::from_ref);
        let groups = groups.chain(manifest.any_of.iter().map(Vec::as_slice));
        let servers = |group: &[Dependency]| {
            let mut servers = Vec::new();
            for need in group {
                let mut answering = self.answering(who, &need.name);
                answering.retain(|(_, version)| fits(&need.version, *version));
                answering.sort_by_key(|(other, version)| {
                    (self.manifest(*other).name != need.name, std::cmp::Reverse(*version), *other)
                });
                for (other, _) in answering {
                    if !servers.contains(&other) {
                        servers.push(other);
                    }
                }
            }
            servers
        };
        groups.map(servers).collect()
    }

    fn opponents(&self, who: usize, among: &Set) -> Set {
        let named = self.manifest(who).conflicts.iter().flat_map(|with| self.fitting(who, with));
        named.filter(|other| *other != who && among.contains(other)).collect()
    }

    fn loser_of_a_conflict(&self, among: &Set) -> Option<usize> {
        let has_conflict = |who: &usize| !self.opponents(*who, among).is_empty();
        let has_peaceful_opponent = |who: &usize| !self.opponents(*who, among).iter().all(has_conflict);
        let first = among.iter().copied().find(has_peaceful_opponent);
        first.or_else(|| among.iter().copied().rfind(has_conflict))
    }

    fn left_out(&self, starts: &Set, conflicting: &Set) -> BTreeMap<ExtensionName, BTreeSet<Kind>> {
        let gone: Set = self.everyone().filter(|who| !starts.contains(who) && !self.is_disabled(*who)).collect();
        let mut causes: BTreeMap<usize, BTreeSet<Kind>> =
            gone.iter().map(|&who| (who, self.own_causes(who, conflicting))).collect();
        causes.retain(|_, own| !own.is_empty());
        while let Some(next) = gone.iter().find(|who| !causes.contains_key(who) && self.is_lost(**who, &causes)) {
            causes.insert(*next, BTreeSet::from([Kind::Because]));
        }
        // A cycle is to blame only where nothing else is.
        let unexplained: Set = gone.iter().copied().filter(|who| !causes.contains_key(who)).collect();
        for &who in &unexplained {
            let in_cycle = self.waits_for(who, starts, &unexplained).contains(&who);
            causes.insert(who, BTreeSet::from([if in_cycle { Kind::Cycle } else { Kind::Because }]));
        }
        causes.into_iter().map(|(who, causes)| (self.manifest(who).name.clone(), causes)).collect()
    }

    /// Tells whether one of its needs could be served only by those whose causes are known.
    fn is_lost<T>(&self, who: usize, causes: &BTreeMap<usize, T>) -> bool {
        self.needs(who).iter().any(|need| need.iter().all(|other| causes.contains_key(other)))
    }

    /// Returns whom it waits for among some, and whom those wait for, and so on.
    fn waits_for(&self, who: usize, starts: &Set, among: &Set) -> Set {
        let unmet = |who| self.needs(who).into_iter().filter(|need| need.is_disjoint(starts)).flatten();
        let mut waits_for: Set = unmet(who).filter(|other| among.contains(other)).collect();
        for _ in among {
            let more: Set = waits_for.iter().copied().flat_map(unmet).filter(|other| among.contains(other)).collect();
            waits_for.extend(more);
        }
        waits_for
    }

    fn own_causes(&self, who: usize, conflicting: &Set) -> BTreeSet<Kind> {
        let manifest = self.manifest(who);
        let unserved = manifest.dependencies.iter().filter(|need| self.fitting(who, need).is_empty());
        let mut causes: BTreeSet<Kind> = unserved.map(|need| self.why_unserved(who, need)).collect();
        if manifest.any_of.iter().any(|group| group.iter().all(|need| self.fitting(who, need).is_empty())) {
            causes.insert(Kind::NoneOf);
        }
        if self.is_for_another_app(who) {
            causes.insert(Kind::App);
        }
        if !self.chosen[who].unavailable.is_empty() {
            causes.insert(Kind::Artifact);
        }
        if conflicting.contains(&who) {
            causes.insert(Kind::Conflict);
        }
        causes
    }

    fn why_unserved(&self, who: usize, need: &Dependency) -> Kind {
        let answers = |manifest: &Manifest| {
            manifest.name == need.name || manifest.provides.iter().any(|lent| lent.name == need.name)
        };
        let is_there = self.everyone().any(|other| self.is_disabled(other) && answers(self.manifest(other)));
        match self.answering(who, &need.name) {
            answering if !answering.is_empty() => Kind::WrongVersion,
            _ if is_there => Kind::DependencyDisabled,
            _ => Kind::Missing,
        }
    }

    /// Sorts those that start by depth, then by name.
    fn order(&self, starts: &Set) -> Vec<usize> {
        let (mut edges, spare) = self.needed(starts);
        let wishes = self.wishes(starts).into_iter().map(|wish| wish.edge);
        for (later, earlier) in wishes.chain(spare) {
            if !leads(&edges, earlier, later) {
                edges.insert((later, earlier));
            }
        }
        let mut depths: BTreeMap<usize, usize> = starts.iter().map(|&who| (who, 0)).collect();
        for _ in starts {
            for (later, earlier) in &edges {
                depths.insert(*later, depths[later].max(depths[earlier] + 1));
            }
        }
        let mut order: Vec<usize> = starts.iter().copied().collect();
        order.sort_by_key(|who| (depths[who], *who));
        order
    }

    /// Returns who starts after whom for a need, and who does if it closes no cycle, as somebody else serves the need.
    fn needed(&self, starts: &Set) -> (Edges, Edges) {
        let rounds = self.rounds(starts);
        let (mut needed, mut spare) = (Edges::new(), Edges::new());
        for &who in starts {
            for servers in self.servers(who) {
                let mut servers: Vec<_> = servers.into_iter().filter(|other| starts.contains(other)).collect();
                let first = servers.iter().position(|other| rounds[other] < rounds[&who]).unwrap();
                needed.insert((who, servers.remove(first)));
                spare.extend(servers.into_iter().map(|other| (who, other)));
            }
        }
        (needed, spare)
    }

    /// Returns whom the host settings choose to serve a name to an extension.
    fn chosen_for(&self, who: usize, name: &ExtensionName) -> Option<usize> {
        let name = InterfaceName::from(name);
        let own = self.settings.choose_for.get(&self.manifest(who).name);
        let chosen = own.and_then(|own| own.get(&name)).or(self.settings.choose.get(&name))?;
        self.everyone().find(|&other| self.manifest(other).name == *chosen)
    }

    /// Returns the wishes that concern those that start, the weightiest first.
    fn wishes(&self, starts: &Set) -> Vec<Wish> {
        let mut wishes = Vec::new();
        for &who in starts {
            let manifest = self.manifest(who);
            let there = |wanted: &Dependency| &self.fitting(who, wanted) & starts;
            let any = |name: &ExtensionName| there(&Dependency::new(name.clone(), VersionReq::STAR));
            for (index, wanted) in manifest.optional.iter().enumerate() {
                let wish = |other| Wish { weight: (0, who, other, index), edge: (who, other) };
                wishes.extend(there(wanted).into_iter().map(wish));
            }
            let groups = manifest.any_of.iter().flatten();
            for (index, wanted) in manifest.dependencies.iter().chain(&manifest.optional).chain(groups).enumerate() {
                let served = self.chosen_for(who, &wanted.name).filter(|other| *other != who && starts.contains(other));
                wishes.extend(served.map(|other| Wish { weight: (1, who, other, index), edge: (who, other) }));
            }
            for (index, name) in manifest.after.iter().enumerate() {
                let wish = |other| Wish { weight: (2, who, other, index), edge: (who, other) };
                wishes.extend(any(name).into_iter().map(wish));
            }
            for (index, name) in manifest.before.iter().enumerate() {
                let wish = |other| Wish { weight: (2, who, other, index), edge: (other, who) };
                wishes.extend(any(name).into_iter().map(wish));
            }
        }
        wishes.sort_by_key(|wish| wish.weight);
        wishes
    }
}

/// A wish to start one after another.
struct Wish {
    /// Its kind, its writer, the other, and which it is: the smaller the weightier.
    weight: (u8, usize, usize, usize),
    edge: (usize, usize),
}

fn fits(range: &VersionReq, version: Option<&Version>) -> bool {
    range.comparators.is_empty() || version.is_none_or(|version| range.matches(version))
}

/// Tells whether edges lead from one to another.
fn leads(edges: &Edges, from: usize, to: usize) -> bool {
    let mut reached = Set::from([from]);
    while let Some(next) = edges.iter().find(|(a, b)| reached.contains(a) && !reached.contains(b)) {
        reached.insert(next.1);
    }
    reached.contains(&to)
}
