//! From a roster to the lines of a tree.

use semver::VersionReq;

use super::{Fit, Link, Repeat, TreeItem, TreeLine};
use crate::{
    manifest::Dependency,
    name::ExtensionName,
    plan::EdgeKind,
    resolve::Names,
    roster::{Member, Roster},
    version::is_in_range,
};

/// Whom the tree shows below an extension.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// Those whom it asks for.
    Down,
    /// Those who ask for it.
    Up,
}

/// Lays out what stands below one extension, or below all whom nobody asks for.
pub(super) fn grow(roster: &Roster<'_>, direction: Direction, root: Option<usize>) -> Vec<TreeLine> {
    let below = match direction {
        Direction::Down => wishes(roster),
        Direction::Up => turned(&wishes(roster), roster),
    };
    let mut growth = Growth { roster, below, is_shown: vec![false; roster.members().len()], lines: Vec::new() };
    match root {
        Some(root) => growth.add_root(root),
        None => {
            growth.roots().into_iter().for_each(|root| growth.add_root(root));
            // Those in cycles, of whom each is asked for.
            (0..roster.members().len()).for_each(|id| growth.add_unshown(id));
        }
    }
    growth.lines
}

/// What stands below an extension.
#[derive(Clone)]
enum Below {
    /// A wish, and who it leads to; `None` if that is not there.
    One(Link, Option<usize>),
    /// Of several wishes, one has to come true.
    AnyOf(Vec<(Link, Option<usize>)>),
}

impl Below {
    fn links(&self) -> &[(Link, Option<usize>)] {
        match self {
            Self::One(..) => &[],
            Self::AnyOf(links) => links,
        }
    }

    /// Returns all that it leads to.
    fn ids(&self) -> impl Iterator<Item = usize> {
        let one = if let Self::One(_, id) = self { *id } else { None };
        one.into_iter().chain(self.links().iter().filter_map(|(_, id)| *id))
    }
}

struct Growth<'a> {
    roster: &'a Roster<'a>,
    /// For each extension, what stands below it.
    below: Vec<Vec<Below>>,
    is_shown: Vec<bool>,
    lines: Vec<TreeLine>,
}

/// A line to come.
struct Pending {
    depth: usize,
    is_last: bool,
    link: Option<Link>,
    what: What,
}

enum What {
    Extension(usize),
    Missing(ExtensionName),
    AnyOf(Vec<(Link, Option<usize>)>),
}

impl Growth<'_> {
    /// Finds those whom nobody else asks for.
    fn roots(&self) -> Vec<usize> {
        let mut is_asked_for = vec![false; self.below.len()];
        for (owner, below) in self.below.iter().enumerate() {
            below.iter().flat_map(Below::ids).filter(|id| *id != owner).for_each(|id| is_asked_for[id] = true);
        }
        (0..self.below.len()).filter(|id| !is_asked_for[*id]).collect()
    }

    fn add_unshown(&mut self, id: usize) {
        if !self.is_shown[id] {
            self.add_root(id);
        }
    }

    /// Adds an extension and all below it. A chain of them may be long, so nothing here calls itself.
    fn add_root(&mut self, root: usize) {
        let mut to_come = vec![Pending { depth: 0, is_last: true, link: None, what: What::Extension(root) }];
        // Below whom the next line stands: depths and ids.
        let mut way: Vec<(usize, usize)> = Vec::new();
        while let Some(Pending { depth, is_last, link, what }) = to_come.pop() {
            way.truncate(way.partition_point(|(above, _)| *above < depth));
            let item = match what {
                What::Missing(name) => TreeItem::Missing { name },
                What::AnyOf(links) => {
                    let last = links.len();
                    let pending = links.into_iter().enumerate().map(|(index, (link, id))| Pending {
                        depth: depth + 1,
                        is_last: index + 1 == last,
                        what: what_of(&link, id),
                        link: Some(link),
                    });
                    to_come.extend(pending.rev());
                    TreeItem::AnyOf
                }
                What::Extension(id) => {
                    let repeat = self.repeat(id, &way);
                    if repeat.is_none() {
                        self.is_shown[id] = true;
                        to_come.extend(self.pending(id, depth + 1).into_iter().rev());
                        way.push((depth, id));
                    }
                    item_of(&self.roster.members()[id], repeat)
                }
            };
            self.lines.push(TreeLine { depth, is_last, link, item });
        }
    }

    /// Tells whether an extension is not shown in full below others, and why.
    fn repeat(&self, id: usize, way: &[(usize, usize)]) -> Option<Repeat> {
        match self.is_shown[id] && !self.below[id].is_empty() {
            true if way.iter().any(|(_, above)| *above == id) => Some(Repeat::Cycle),
            true => Some(Repeat::Above),
            false => None,
        }
    }

    /// Returns what stands below an extension.
    fn pending(&self, id: usize, depth: usize) -> Vec<Pending> {
        let below = &self.below[id];
        let pending = below.iter().enumerate().map(|(index, one)| {
            let is_last = index + 1 == below.len();
            match one {
                Below::One(link, id) => Pending { depth, is_last, what: what_of(link, *id), link: Some(link.clone()) },
                Below::AnyOf(links) => Pending { depth, is_last, link: None, what: What::AnyOf(links.clone()) },
            }
        });
        pending.collect()
    }
}

fn what_of(link: &Link, id: Option<usize>) -> What {
    id.map_or_else(|| What::Missing(link.wanted.name.clone()), What::Extension)
}

fn item_of(member: &Member<'_>, repeat: Option<Repeat>) -> TreeItem {
    let manifest = &member.candidate.manifest;
    let (name, version) = (manifest.name.clone(), manifest.version.clone());
    TreeItem::Extension { name, version, standing: member.standing.clone(), repeat }
}

/// Finds for each extension whom it asks for, in the order of its manifest.
fn wishes(roster: &Roster<'_>) -> Vec<Vec<Below>> {
    roster.with_names(|names| {
        let wishes = Wishes { roster, names };
        let mut all: Vec<_> = (0..roster.members().len()).map(|id| wishes.of(id)).collect();
        wishes.add_before(&mut all);
        all
    })
}

struct Wishes<'a> {
    roster: &'a Roster<'a>,
    names: &'a Names<'a>,
}

impl Wishes<'_> {
    fn of(&self, owner: usize) -> Vec<Below> {
        let manifest = &self.roster.members()[owner].candidate.manifest;
        let link = |kind, wanted: &Dependency| self.link(owner, kind, wanted);
        let one = |(link, id)| Below::One(link, id);
        let required = manifest.dependencies.iter().map(|wanted| one(link(EdgeKind::Requires, wanted)));
        let any_of = manifest.any_of.iter().map(|group| match group.as_slice() {
            [only] => one(link(EdgeKind::AnyOf, only)),
            group => Below::AnyOf(group.iter().map(|wanted| link(EdgeKind::AnyOf, wanted)).collect()),
        });
        let mut below: Vec<_> = required.chain(any_of).collect();
        for wanted in &manifest.optional {
            add(&mut below, link(EdgeKind::Optional, wanted));
        }
        for name in &manifest.after {
            let (link, id) = link(EdgeKind::After, &Dependency::new(name.clone(), VersionReq::STAR));
            // To start after somebody who is not there is no wish any more.
            if id.is_some_and(|id| id != owner) {
                add(&mut below, (link, id));
            }
        }
        below
    }

    /// Puts who wishes to start before others below those.
    fn add_before(&self, all: &mut [Vec<Below>]) {
        for (writer, member) in self.roster.members().iter().enumerate().filter(|(_, it)| it.standing.is_up) {
            for name in &member.candidate.manifest.before {
                let wanted = Dependency::new(name.clone(), VersionReq::STAR);
                if let (link, Some(other)) = self.link(writer, EdgeKind::Before, &wanted)
                    && other != writer
                {
                    add(&mut all[other], (link, Some(writer)));
                }
            }
        }
    }

    /// Finds who serves a wish, or would if it started or had another version.
    fn link(&self, owner: usize, kind: EdgeKind, wanted: &Dependency) -> (Link, Option<usize>) {
        let is_up = |id: &usize| self.roster.members()[*id].standing.is_up;
        let satisfying: Vec<_> = self.names.satisfying(owner, wanted).collect();
        let serves = satisfying.iter().copied().find(is_up).or(satisfying.first().copied());
        let (fit, id) = match serves {
            Some(id) => (self.fit(id, wanted), Some(id)),
            None => match self.names.answering(owner, &wanted.name).first() {
                Some(id) => (Fit::Unfit, Some(*id)),
                None => (Fit::Missing, None),
            },
        };
        (Link { kind, wanted: wanted.clone(), fit, is_upwards: false }, id)
    }

    /// Tells by which name somebody serves a wish that it satisfies.
    fn fit(&self, id: usize, wanted: &Dependency) -> Fit {
        if self.names.find(&wanted.name) == Some(id) {
            return Fit::Named;
        }
        let provides = &self.roster.members()[id].candidate.manifest.provides;
        let fits = |version: &_| is_in_range(&wanted.version, version);
        let provided = provides.iter().find(|it| it.name == wanted.name && it.version.as_ref().is_none_or(fits));
        Fit::Provided(provided.and_then(|provided| provided.version.clone()))
    }
}

/// Adds a mere wish, unless what it leads to stands there already.
fn add(below: &mut Vec<Below>, (link, id): (Link, Option<usize>)) {
    if !id.is_some_and(|id| below.iter().flat_map(Below::ids).any(|other| other == id)) {
        below.push(Below::One(link, id));
    }
}

/// Finds for each extension who asks for it, by name.
fn turned(wishes: &[Vec<Below>], roster: &Roster<'_>) -> Vec<Vec<Below>> {
    let mut turned = vec![Vec::new(); roster.members().len()];
    for (owner, below) in wishes.iter().enumerate() {
        let ones = below.iter().filter_map(|one| if let Below::One(link, id) = one { Some((link, *id)) } else { None });
        let groups = below.iter().flat_map(Below::links).map(|(link, id)| (link, *id));
        for (link, id) in ones.chain(groups) {
            if let Some(id) = id {
                turned[id].push(Below::One(Link { is_upwards: true, ..link.clone() }, Some(owner)));
            }
        }
    }
    turned
}
