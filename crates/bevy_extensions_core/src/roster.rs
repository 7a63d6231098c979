//! All extensions of an app and how each stands, for whoever shows them.

use std::borrow::{Borrow, Cow};

use anstyle::{AnsiColor, Style};

use crate::{
    candidate::Candidate,
    name::ExtensionName,
    problem::Problem,
    resolve::{Chosen, Names, Resolution},
    settings::HostSettings,
    suggest,
};

/// All extensions of an app and how each stands: what a [`Tree`](crate::Tree) and a [`Why`](crate::Why) are made of.
///
/// A tool has it [of](Self::of) a resolution. A host that runs extensions knows more of them, and says it of
/// [each](Self::with).
///
/// ```
/// use bevy_extensions_core::{Candidate, HostSettings, Roster, Standing, Tree};
///
/// let town = Candidate::from_ron("town.ron", r#"(name: "Town", version: "1.0.0", dependencies: ["Economy"])"#)?;
/// let economy = Candidate::from_ron("economy.ron", r#"(name: "Economy", version: "1.4.0")"#)?;
/// let settings = HostSettings::default();
///
/// let roster = Roster::new(&[], &settings)
///     .with(&town, Standing::down("suspended"))
///     .with(&economy, Standing::down("failed").told("has failed"));
/// assert_eq!(
///     Tree::of(&roster).to_string(),
///     "Town 1.0.0 [suspended]\n\
///      └─ Economy 1.4.0 [failed]\n",
/// );
/// # Ok::<(), bevy_extensions_core::ParseError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Roster<'a> {
    /// In the order of names.
    members: Vec<Member<'a>>,
    pub(crate) problems: &'a [Problem],
    pub(crate) settings: &'a HostSettings,
}

/// One extension and how it stands.
#[derive(Debug, Clone)]
pub(crate) struct Member<'a> {
    pub(crate) candidate: &'a Candidate,
    pub(crate) standing: Standing,
}

impl Member<'_> {
    pub(crate) fn name(&self) -> &ExtensionName {
        &self.candidate.manifest.name
    }
}

/// How an extension stands, as people read it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Standing {
    /// Its state, in a word or two: `left out`.
    pub word: Cow<'static, str>,
    /// The same in a sentence, after the name: `is left out`.
    pub told: Cow<'static, str>,
    /// Whether it starts, or runs, as everyone should. Trees say nothing of that.
    pub is_up: bool,
    /// How the word is painted.
    pub style: Style,
}

impl Standing {
    /// It starts, or runs.
    pub fn up(word: impl Into<Cow<'static, str>>) -> Self {
        Self { is_up: true, ..Self::down(word) }.style(Style::new())
    }

    /// It does not.
    pub fn down(word: impl Into<Cow<'static, str>>) -> Self {
        let word = word.into();
        Self { told: format!("is {word}").into(), word, is_up: false, style: AnsiColor::Red.on_default() }
    }

    /// Says it in other words in a sentence; without that, `is` stands before the word.
    pub fn told(mut self, told: impl Into<Cow<'static, str>>) -> Self {
        self.told = told.into();
        self
    }

    /// Paints the word otherwise; without that, who is not up is red.
    pub fn style(mut self, style: Style) -> Self {
        self.style = style;
        self
    }
}

impl<'a> Roster<'a> {
    /// Begins a roster without members; the problems tell why somebody is left out, and the settings who is disabled.
    pub fn new(problems: &'a [Problem], settings: &'a HostSettings) -> Self {
        Self { members: Vec::new(), problems, settings }
    }

    /// Lists whoever a resolution is about: those in the plan, those that are disabled, and those left out.
    ///
    /// # Panics
    ///
    /// Panics if the resolution is of more candidates.
    pub fn of<C: Borrow<Candidate>>(
        candidates: &'a [C],
        settings: &'a HostSettings,
        resolution: &'a Resolution,
    ) -> Self {
        let planned = resolution.plan.iter().map(|planned| (planned.candidate, Standing::up("planned").told("starts")));
        let aside = |names: &'a [ExtensionName], standing: Standing| {
            let candidates = names.iter().filter_map(|name| resolution.candidate_of(name));
            candidates.map(move |candidate| (candidate, standing.clone()))
        };
        let disabled = aside(&resolution.disabled, Standing::down("disabled").style(Style::new().dimmed()));
        let left_out = aside(&resolution.left_out, Standing::down("left out"));
        let all = planned.chain(disabled).chain(left_out);
        let mut members: Vec<_> =
            all.map(|(index, standing)| Member { candidate: candidates[index].borrow(), standing }).collect();
        members.sort_by(|a, b| a.name().cmp(b.name()));
        Self { members, ..Self::new(&resolution.problems, settings) }
    }

    /// Adds an extension, or replaces the one of that name.
    pub fn with(mut self, candidate: &'a Candidate, standing: Standing) -> Self {
        let member = Member { candidate, standing };
        match self.members.binary_search_by(|other| other.name().cmp(member.name())) {
            Ok(there) => self.members[there] = member,
            Err(place) => self.members.insert(place, member),
        }
        self
    }

    /// Goes through all extensions, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'a Candidate, &Standing)> {
        self.members.iter().map(|member| (member.candidate, &member.standing))
    }

    /// Finds an extension by its name, or by what was made its name: `my-weather`.
    ///
    /// # Errors
    ///
    /// [`UnknownExtension`] if there is none, with a name that was probably meant.
    pub fn find(&self, spelling: &str) -> Result<(&'a Candidate, &Standing), UnknownExtension> {
        self.id(spelling).map(|id| (self.members[id].candidate, &self.members[id].standing))
    }

    pub(crate) fn id(&self, spelling: &str) -> Result<usize, UnknownExtension> {
        let position = |is_it: &dyn Fn(&Candidate) -> bool| self.members.iter().position(|it| is_it(it.candidate));
        let by_name = position(&|candidate| candidate.manifest.name == *spelling);
        let by_original = || position(&|candidate| candidate.original_name.as_deref() == Some(spelling));
        let by_conversion = || {
            let converted = ExtensionName::converted(spelling).ok()?;
            position(&|candidate| candidate.manifest.name == converted)
        };
        by_name.or_else(by_original).or_else(by_conversion).ok_or_else(|| UnknownExtension {
            name: spelling.into(),
            near: suggest::nearest(spelling, &self.members.iter().map(Member::name).collect::<Vec<_>>())
                .and_then(|near| near.parse().ok()),
        })
    }

    /// Returns the members; their indices are their ids.
    pub(crate) fn members(&self) -> &[Member<'a>] {
        &self.members
    }

    /// Looks names up among the members, switched off or not, by the rules of resolving.
    pub(crate) fn with_names<R>(&self, look: impl FnOnce(&Names<'_>) -> R) -> R {
        let chosen: Vec<Chosen<'_>> = self.members.iter().map(|it| it.candidate).enumerate().collect();
        look(&Names::of(&chosen, &vec![false; chosen.len()]))
    }
}

/// Nobody has a name that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no extension `{name}`")]
#[non_exhaustive]
pub struct UnknownExtension {
    /// The name.
    pub name: String,
    /// An extension with a name like it.
    pub near: Option<ExtensionName>,
}

impl UnknownExtension {
    /// Tells one thing to try, if there is a name like it.
    pub fn hint(&self) -> Option<String> {
        self.near.as_ref().map(|near| format!("did you mean `{near}`?"))
    }
}
