//! A package with all that it needs.

use std::{
    borrow::Borrow,
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt,
};

use super::{ChoiceError, Document, PackageId, PackageName, Wanted, Wish, WishError};
use crate::artifacts::LockedPackage;

/// How many packages an artifact may need, itself included: 1024.
pub const MOST_PACKAGES: usize = 1024;

/// How many packages may lead to one, each needed by the one before: 64.
pub const DEEPEST_PACKAGE: usize = 64;

/// A package with all that it needs: each version of each package once, whoever needs it.
///
/// Two versions of a package may stand side by side, and packages may need each other in a circle.
///
/// ```
/// use std::{collections::BTreeSet, convert::Infallible};
/// use bevy_extensions_core::artifacts::npm::{Document, Tree};
///
/// let npm = "npm+https://npm.example".parse()?;
/// let tree = Tree::resolve(&"pad@^1".parse()?, &BTreeSet::new(), |name| {
///     let dist = r#"{"tarball": "x.tgz", "shasum": "fbec17cb2fcbbd1c659b252230b48826fc563788"}"#;
///     let needs = if name.as_str() == "pad" { r#"{"times": "2"}"# } else { "{}" };
///     let version = if name.as_str() == "pad" { "1.3.0" } else { "2.0.0" };
///     let text = format!(r#"{{"versions": {{"{version}": {{"dist": {dist}, "dependencies": {needs}}}}}}}"#);
///     Ok::<_, Infallible>(Document::read(&npm, name, text.as_bytes()).expect("it is a document"))
/// })?;
/// assert_eq!(tree.root.to_string(), "pad@1.3.0");
/// assert_eq!(tree.packages[&tree.root].dependencies["times"].to_string(), "times@2.0.0");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tree {
    /// The package that was asked for.
    pub root: PackageId,
    /// All packages, that one included.
    pub packages: BTreeMap<PackageId, LockedPackage>,
    /// Those that should not be used any more, with why.
    pub deprecated: BTreeMap<PackageId, String>,
}

impl Tree {
    /// Finds what a package needs; `document` is asked once for each name.
    ///
    /// Of the versions in `pinned`, which a lock has, the highest that still fits and is still there is taken. Otherwise it is
    /// chosen as [`Document::choose`] says. What is chosen for one package does not depend on any other, nor on the order in
    /// which anything stands in a document.
    ///
    /// What a package would use if it were there is not part of it, nor what it leaves to whoever uses it.
    ///
    /// # Errors
    ///
    /// [`TreeError`] if a document cannot be had, if there is no version of a package that will do, or if there are more than
    /// [`MOST_PACKAGES`], or they lie deeper than [`DEEPEST_PACKAGE`].
    pub fn resolve<D: Borrow<Document>, E>(
        wish: &Wish,
        pinned: &BTreeSet<PackageId>,
        document: impl FnMut(&PackageName) -> Result<D, E>,
    ) -> Result<Self, TreeError<E>> {
        let mut search = Search { pinned, document, documents: BTreeMap::new(), asked_by: BTreeMap::new() };
        let root = search.choose(wish).map_err(|why| TreeError { way: Vec::new(), why })?;
        search.asked_by.insert(root.clone(), None);
        let mut tree = Self { root: root.clone(), packages: BTreeMap::new(), deprecated: BTreeMap::new() };
        let mut waiting = VecDeque::from([(root, 1)]);
        while let Some((id, depth)) = waiting.pop_front() {
            let found = search.look(&id, depth, &mut tree).map_err(|why| TreeError { way: search.way(&id), why })?;
            waiting.extend(found.into_iter().map(|id| (id, depth + 1)));
        }
        Ok(tree)
    }
}

struct Search<'a, D, F> {
    pinned: &'a BTreeSet<PackageId>,
    document: F,
    documents: BTreeMap<PackageName, D>,
    /// Each package that was found, with the one that asked for it first.
    asked_by: BTreeMap<PackageId, Option<PackageId>>,
}

impl<D: Borrow<Document>, E, F: FnMut(&PackageName) -> Result<D, E>> Search<'_, D, F> {
    /// Adds a package to the tree, and returns those that it needs and nobody else did.
    fn look(&mut self, id: &PackageId, depth: usize, tree: &mut Tree) -> Result<Vec<PackageId>, TreeFault<E>> {
        let version = self.documents[&id.name].borrow().versions[&id.version].clone();
        let mut found = Vec::new();
        let mut dependencies = BTreeMap::new();
        for (name, wanted) in &version.dependencies {
            let needed = self.choose(&Wish::dependency(name, wanted).map_err(TreeFault::Wish)?)?;
            if !self.asked_by.contains_key(&needed) {
                self.asked_by.insert(needed.clone(), Some(id.clone()));
                found.push(needed.clone());
            }
            if self.asked_by.len() > MOST_PACKAGES {
                return Err(TreeFault::Many);
            }
            dependencies.insert(name.clone(), needed);
        }
        if !found.is_empty() && depth == DEEPEST_PACKAGE {
            return Err(TreeFault::Deep);
        }
        if let Some(why) = version.deprecated {
            tree.deprecated.insert(id.clone(), why);
        }
        let package = LockedPackage { tarball: version.tarball, integrity: version.integrity, dependencies };
        tree.packages.insert(id.clone(), package);
        Ok(found)
    }

    fn choose(&mut self, wish: &Wish) -> Result<PackageId, TreeFault<E>> {
        if !self.documents.contains_key(&wish.name) {
            let document =
                (self.document)(&wish.name).map_err(|error| TreeFault::Document { name: wish.name.clone(), error })?;
            self.documents.insert(wish.name.clone(), document);
        }
        let document = self.documents[&wish.name].borrow();
        let still_fits = |id: &&PackageId| match &wish.wanted {
            Wanted::Range(range) => {
                id.name == wish.name && range.fits(&id.version) && document.versions.contains_key(&id.version)
            }
            // What a tag means is for the registry to say, each time.
            Wanted::Tag(_) => false,
        };
        if let Some(pinned) = self.pinned.iter().rev().find(still_fits) {
            return Ok(pinned.clone());
        }
        let version = document.choose(&wish.wanted).map_err(TreeFault::Choice)?.clone();
        Ok(PackageId { name: wish.name.clone(), version })
    }

    /// Returns who asked for whom, from the root on.
    fn way(&self, id: &PackageId) -> Vec<PackageId> {
        let mut way: Vec<_> = std::iter::successors(Some(id), |id| self.asked_by.get(*id)?.as_ref()).cloned().collect();
        way.reverse();
        way
    }
}

/// What a package needs cannot be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeError<E> {
    /// Who needs what cannot be found, and who needs that; the first is the package that was asked for. It is empty if that one
    /// cannot be found itself.
    pub way: Vec<PackageId>,
    /// What is wrong.
    pub why: TreeFault<E>,
}

/// Why what a package needs cannot be found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TreeFault<E> {
    /// A document cannot be had.
    Document {
        /// The package that it is of.
        name: PackageName,
        /// What is wrong.
        error: E,
    },
    /// It wants what is in no registry.
    Wish(WishError),
    /// There is no version that will do.
    Choice(ChoiceError),
    /// There are more than [`MOST_PACKAGES`].
    Many,
    /// There are some that lie deeper than [`DEEPEST_PACKAGE`].
    Deep,
}

impl<E> TreeError<E> {
    /// Tells one thing to try; `None` if that is for whoever could not have a document to say.
    pub fn hint(&self) -> Option<String> {
        match &self.why {
            TreeFault::Document { .. } => None,
            TreeFault::Wish(error) => Some(error.hint()),
            TreeFault::Choice(error) => Some(error.hint()),
            TreeFault::Many | TreeFault::Deep => Some("take a package that needs less".into()),
        }
    }
}

/// How many packages of a way are shown.
const LONGEST_WAY: usize = 6;

impl<E: fmt::Display> fmt::Display for TreeError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            TreeFault::Document { name, error } => write!(f, "`{name}` cannot be looked up: {error}"),
            TreeFault::Wish(error) => write!(f, "{error}"),
            TreeFault::Choice(error) => write!(f, "{error}"),
            TreeFault::Many => write!(f, "more than {MOST_PACKAGES} packages are needed"),
            TreeFault::Deep => write!(f, "more than {DEEPEST_PACKAGE} packages each need the next"),
        }?;
        let shown: Vec<_> = match self.way.as_slice() {
            [] => return Ok(()),
            [first, .., one, other] if self.way.len() > LONGEST_WAY => {
                vec![format!("`{first}`"), "..".into(), format!("`{one}`"), format!("`{other}`")]
            }
            way => way.iter().map(|id| format!("`{id}`")).collect(),
        };
        write!(f, "; it is asked for by {}", shown.join(" -> "))
    }
}

impl<E: std::error::Error> std::error::Error for TreeError<E> {}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;
    use crate::artifacts::RepositoryUrl;

    /// A registry: lines of `name@version: name@range name=range`, with `_` for blanks. What has a `!` before it is deprecated.
    #[derive(Debug, Clone)]
    struct Npm(Vec<String>);

    impl Npm {
        fn new(text: &str) -> Self {
            Self(text.lines().map(|line| line.trim().to_string()).filter(|line| !line.is_empty()).collect())
        }

        fn document(&self, name: &PackageName) -> Document {
            let version = |line: &String| {
                let (id, needs) = line.split_once(':').expect("a `:` stands after each");
                let deprecated = id.starts_with('!');
                let (own, version) = id.trim_start_matches('!').rsplit_once('@').expect("it has a version");
                let needs = needs.split_whitespace().map(|need| {
                    let (name, wanted) = need.split_once('=').or(need.rsplit_once('@')).expect("it has a range");
                    format!(r#""{name}": "{}""#, wanted.replace('_', " "))
                });
                let needs = needs.collect::<Vec<_>>().join(", ");
                let dist = format!(
                    r#"{{"tarball": "{own}-{version}.tgz", "shasum": "fbec17cb2fcbbd1c659b252230b48826fc563788"}}"#
                );
                let text = format!(
                    r#""{version}": {{"deprecated": {deprecated}, "dist": {dist}, "dependencies": {{{needs}}}}}"#
                );
                (own == name.as_str()).then_some(text)
            };
            let versions: Vec<_> = self.0.iter().filter_map(version).collect();
            let npm: RepositoryUrl = "npm+https://npm.example".parse().expect("it is an address");
            let text = format!(r#"{{"versions": {{{}}}}}"#, versions.join(", "));
            Document::read(&npm, name, text.as_bytes()).expect("it is a document")
        }

        fn resolve(&self, wish: &str, pinned: &str) -> Result<Tree, TreeError<Infallible>> {
            let pinned = pinned.split_whitespace().map(|id| id.parse().expect("it is a package")).collect();
            Tree::resolve(&wish.parse().expect("it is a wish"), &pinned, |name| Ok(self.document(name)))
        }
    }

    /// `expected` are lines as those of a registry, in order.
    #[track_caller]
    fn check_pinned(npm: &str, wish: &str, pinned: &str, expected: &str) {
        let tree = Npm::new(npm).resolve(wish, pinned).expect("all is there");
        let line = |(id, package): (&PackageId, &LockedPackage)| {
            let needs = package.dependencies.iter().map(|(name, id)| match id.name.as_str() == name {
                true => format!(" {id}"),
                false => format!(" {name}={id}"),
            });
            format!("{id}:{}", needs.collect::<String>())
        };
        let lines: Vec<_> = tree.packages.iter().map(line).collect();
        assert_eq!(lines, Npm::new(expected).0);
    }

    #[track_caller]
    fn check(npm: &str, wish: &str, expected: &str) {
        check_pinned(npm, wish, "", expected);
    }

    #[track_caller]
    fn check_error(npm: &str, wish: &str, expected: &str) {
        assert_eq!(Npm::new(npm).resolve(wish, "").expect_err("it cannot be had").to_string(), expected);
    }

    #[test]
    fn each_package_has_those_that_it_needs() {
        check(
            "app@1.0.0: a@^1 b@^1
             a@1.0.0: c@^1
             b@1.0.0: c@^1
             c@1.0.0:
             d@1.0.0:",
            "app",
            "a@1.0.0: c@1.0.0
             app@1.0.0: a@1.0.0 b@1.0.0
             b@1.0.0: c@1.0.0
             c@1.0.0:",
        );
    }

    #[test]
    fn two_versions_stand_side_by_side() {
        check(
            "app@1.0.0: a@1 b@1
             a@1.0.0: b@2
             b@1.0.0:
             b@2.0.0:",
            "app",
            "a@1.0.0: b@2.0.0
             app@1.0.0: a@1.0.0 b@1.0.0
             b@1.0.0:
             b@2.0.0:",
        );
    }

    #[test]
    fn a_package_is_known_by_the_name_that_it_is_used_under() {
        check(
            "app@1.0.0: new=npm:a@^2 old=npm:a@^1
             a@1.0.0:
             a@2.0.0:",
            "app",
            "a@1.0.0:
             a@2.0.0:
             app@1.0.0: new=a@2.0.0 old=a@1.0.0",
        );
    }

    #[test]
    fn circles_end() {
        check("a@1.0.0: b@1 a@1\nb@1.0.0: a@1", "a", "a@1.0.0: a@1.0.0 b@1.0.0\nb@1.0.0: a@1.0.0");
    }

    #[test]
    fn what_is_pinned_is_taken_if_it_still_fits() {
        let npm = "app@1.0.0: a@^1\na@1.0.0:\na@1.1.0:\na@1.2.0:\na@2.0.0:";
        check_pinned(npm, "app", "a@1.1.0", "a@1.1.0:\napp@1.0.0: a@1.1.0");
        check_pinned(npm, "app", "a@1.0.0 a@1.1.0 a@2.0.0 b@1.0.0", "a@1.1.0:\napp@1.0.0: a@1.1.0");
        check_pinned(npm, "app", "a@2.0.0", "a@1.2.0:\napp@1.0.0: a@1.2.0");
        check_pinned(npm, "app", "a@1.1.5", "a@1.2.0:\napp@1.0.0: a@1.2.0");
    }

    #[test]
    fn deprecated_packages_are_told() {
        let tree = Npm::new("app@1.0.0: a@^1\n!a@1.0.0:").resolve("app", "").expect("all is there");
        let told: Vec<_> = tree.deprecated.iter().map(|(id, why)| format!("{id}: {why}")).collect();
        assert_eq!(told, ["a@1.0.0: its author says so"]);
    }

    #[test]
    fn who_needs_what_cannot_be_had_is_told() {
        check_error("app@1.0.0:", "app@2", "no version of `app` is in `2`; the latest is 1.0.0");
        check_error(
            "app@1.0.0: a@1\na@1.0.0: b@^9\nb@1.0.0:",
            "app",
            "no version of `b` is in `^9`; the latest is 1.0.0; it is asked for by `app@1.0.0` -> `a@1.0.0`",
        );
        check_error(
            "app@1.0.0: a=file:../a",
            "app",
            "`a` is wanted as `file:../a`, which is a file on somebody's disk; only versions of a registry are fetched; \
             it is asked for by `app@1.0.0`",
        );
        let error = Tree::resolve(&"app".parse().expect("it is a wish"), &BTreeSet::new(), |_| {
            Err::<Document, _>("there is no answer")
        });
        assert_eq!(error.expect_err("nothing is there").to_string(), "`app` cannot be looked up: there is no answer",);
    }

    #[test]
    fn there_is_an_end_to_how_much_is_needed() {
        let many: Vec<_> = (1..=MOST_PACKAGES).map(|number| format!("p{number}@1")).collect();
        let all: Vec<_> = (1..=MOST_PACKAGES).map(|number| format!("p{number}@1.0.0:")).collect();
        check_error(
            &format!("app@1.0.0: {}\n{}", many.join(" "), all.join("\n")),
            "app",
            "more than 1024 packages are needed; it is asked for by `app@1.0.0`",
        );
        let (wide, mut asked) = (format!("app@1.0.0: {} p9999@1", many.join(" ")), 0);
        let wide = Npm(wide.lines().map(Into::into).chain(all).collect());
        let error = Tree::resolve(&"app".parse().expect("it is a wish"), &BTreeSet::new(), |name| {
            asked += 1;
            Ok::<_, Infallible>(wide.document(name))
        });
        assert_eq!(error.expect_err("it is too much").why, TreeFault::Many);
        assert_eq!(asked, MOST_PACKAGES + 1, "nobody is asked for what does not count any more");
        let chain = |length: usize| {
            let line = |number: usize| match number == length {
                true => format!("p{number}@1.0.0:"),
                false => format!("p{number}@1.0.0: p{}@1", number + 1),
            };
            (1..=length).map(line).collect::<Vec<_>>().join("\n")
        };
        assert!(Npm::new(&chain(DEEPEST_PACKAGE)).resolve("p1", "").is_ok());
        check_error(
            &chain(DEEPEST_PACKAGE + 1),
            "p1",
            "more than 64 packages each need the next; \
             it is asked for by `p1@1.0.0` -> .. -> `p63@1.0.0` -> `p64@1.0.0`",
        );
    }

    fn registry() -> impl Strategy<Value = (Npm, Npm)> {
        let need = (
            prop::sample::select(vec!["a", "b", "c", "x=npm:a", "y=npm:b"]),
            prop::sample::select(vec!["*", "^1", "^2", "~1.0", ">=1.1 <3"]),
        );
        let needs = prop::collection::btree_map(need.0, need.1, 0..3);
        let version = (0..4u8, prop::sample::select(vec!["1.0.0", "1.1.0", "2.0.0", "2.1.0-rc.1"]), any::<bool>());
        prop::collection::btree_map(version.prop_map(|(name, version, _)| (name, version)), needs, 1..12)
            .prop_map(|all| {
                let line = |((name, version), needs): ((u8, &str), BTreeMap<&str, &str>)| {
                    let needs = needs.into_iter().map(|(name, range)| match name.contains('=') {
                        true => format!(" {name}@{}", range.replace(' ', "_")),
                        false => format!(" {name}={}", range.replace(' ', "_")),
                    });
                    format!("{}@{version}:{}", ["a", "b", "c", "root"][usize::from(name)], needs.collect::<String>())
                };
                all.into_iter().map(line).collect::<Vec<_>>()
            })
            .prop_flat_map(|lines| (Just(Npm(lines.clone())), Just(lines).prop_shuffle().prop_map(Npm)))
    }

    proptest! {
        #[test]
        fn every_need_is_met_and_order_does_not_matter((npm, shuffled) in registry()) {
            let found = npm.resolve("a", "");
            prop_assert_eq!(&found, &shuffled.resolve("a", ""));
            let Ok(tree) = found else { return Ok(()) };
            let mut reached = BTreeSet::from([tree.root.clone()]);
            for (id, package) in &tree.packages {
                let document = npm.document(&id.name);
                let needs = &document.versions[&id.version].dependencies;
                prop_assert!(needs.keys().eq(package.dependencies.keys()));
                for (name, needed) in &package.dependencies {
                    let wish = Wish::dependency(name, &needs[name]).expect("it is a wish");
                    prop_assert_eq!(&wish.name, &needed.name);
                    let fits = matches!(&wish.wanted, Wanted::Range(range) if range.fits(&needed.version));
                    prop_assert!(fits, "{} is not {}", needed, wish);
                    prop_assert!(tree.packages.contains_key(needed));
                    reached.insert(needed.clone());
                }
            }
            prop_assert!(tree.packages.keys().all(|id| reached.contains(id)), "nothing is there that nobody needs");
            let pinned: BTreeSet<_> = tree.packages.keys().cloned().collect();
            let wish = "a".parse().expect("it is a wish");
            let again = Tree::resolve(&wish, &pinned, |name| Ok::<_, Infallible>(npm.document(name)));
            prop_assert!(again.expect("all is there").packages.keys().all(|id| pinned.contains(id)), "pinned is pinned");
        }
    }
}
