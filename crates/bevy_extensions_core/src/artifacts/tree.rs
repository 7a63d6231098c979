//! Which packages of npm a package needs.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use super::{
    LockedPackage,
    npm::{ChoiceError, Document, PackageId, PackageName, PackageVersion, Wish, WishError},
};

/// How many packages one may need: real ones that run in a script need a few dozen.
pub(super) const MOST_PACKAGES: usize = 2000;

/// A package and all that it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tree {
    pub(super) root: PackageId,
    pub(super) packages: BTreeMap<PackageId, LockedPackage>,
}

/// Why a tree does not grow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TreeError<E> {
    /// A document cannot be had.
    Document(E),
    /// No version of a package will do.
    Choice(ChoiceError),
    /// A package wants something that no registry has.
    Wish(WishError),
    /// It needs more than [`MOST_PACKAGES`].
    TooMany,
}

/// Finds out which packages a package needs, each in the version that is chosen for whoever wants it. Several versions of one
/// may stand side by side, and whoever needs each other is there once.
pub(super) fn grow<E>(
    wish: &Wish,
    mut document: impl FnMut(&PackageName) -> Result<Arc<Document>, E>,
) -> Result<Tree, TreeError<E>> {
    let mut choose = |wish: &Wish| -> Result<(PackageId, PackageVersion), TreeError<E>> {
        let document = document(&wish.name).map_err(TreeError::Document)?;
        let version = document.choose(&wish.wanted).map_err(TreeError::Choice)?;
        let id = PackageId { name: wish.name.clone(), version: version.clone() };
        Ok((id, document.versions[version].clone()))
    };
    let (root, first) = choose(wish)?;
    let (mut packages, mut queue) = (BTreeMap::new(), VecDeque::from([(root.clone(), first)]));
    while let Some((id, PackageVersion { tarball, integrity, dependencies: wishes, .. })) = queue.pop_front() {
        if packages.contains_key(&id) {
            continue;
        }
        let mut dependencies = BTreeMap::new();
        for (name, wanted) in wishes {
            let wish = Wish::dependency(&name, &wanted).map_err(TreeError::Wish)?;
            let (chosen, version) = choose(&wish)?;
            dependencies.insert(name, chosen.clone());
            if !packages.contains_key(&chosen) {
                queue.push_back((chosen, version));
            }
        }
        packages.insert(id, LockedPackage { tarball, integrity, dependencies });
        if packages.len() > MOST_PACKAGES {
            return Err(TreeError::TooMany);
        }
    }
    Ok(Tree { root, packages })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Grows the tree of a package; each line is a package, its version, and what that depends on.
    fn grown(wish: &str, lines: &[&str]) -> Result<Vec<String>, TreeError<String>> {
        let repository = "npm+https://npm.example".parse().expect("it is an address");
        let document = |name: &PackageName| {
            let versions: Vec<_> = lines
                .iter()
                .filter_map(|line| {
                    let mut words = line.split(' ');
                    let version = words.next()?.strip_prefix(&format!("{name}@"))?;
                    let dependency =
                        |word: &str| word.rsplit_once('@').map(|(name, range)| format!("{name:?}: {range:?}"));
                    let dependencies: Vec<_> = words.filter_map(dependency).collect();
                    Some(format!(
                        "{version:?}: {{\"dependencies\": {{{}}}, \"dist\": {{\"tarball\": \"{name}.tgz\", \
                         \"shasum\": \"fbec17cb2fcbbd1c659b252230b48826fc563788\"}}}}",
                        dependencies.join(", "),
                    ))
                })
                .collect();
            if versions.is_empty() {
                return Err(format!("no {name}"));
            }
            let text = format!("{{\"versions\": {{{}}}}}", versions.join(", "));
            Ok(Arc::new(Document::read(&repository, name, text.as_bytes()).expect("it is a document")))
        };
        let tree = grow(&wish.parse().expect("it is a wish"), document)?;
        let line = |(id, package): (&PackageId, &LockedPackage)| {
            let dependencies: Vec<_> = package.dependencies.values().map(|id| format!(" {id}")).collect();
            format!("{id}{}", dependencies.concat())
        };
        Ok(tree.packages.iter().map(line).collect())
    }

    #[test]
    fn several_versions_may_stand_side_by_side() {
        let all = ["rain@1.0.0 drop@^1 cloud@*", "cloud@2.0.0 drop@^2", "drop@1.1.0", "drop@1.0.0", "drop@2.0.0"];
        assert_eq!(
            grown("rain@*", &all),
            Ok(["cloud@2.0.0 drop@2.0.0", "drop@1.1.0", "drop@2.0.0", "rain@1.0.0 cloud@2.0.0 drop@1.1.0"]
                .map(String::from)
                .to_vec()),
        );
    }

    #[test]
    fn a_circle_ends() {
        let all = ["hen@1.0.0 egg@1", "egg@1.0.0 hen@1 egg@1"];
        assert_eq!(
            grown("hen@1", &all),
            Ok(["egg@1.0.0 egg@1.0.0 hen@1.0.0", "hen@1.0.0 egg@1.0.0"].map(String::from).to_vec()),
        );
    }

    #[test]
    fn what_is_not_there_is_told() {
        assert_eq!(grown("hen@1", &["hen@1.0.0 egg@1"]), Err(TreeError::Document("no egg".into())));
        let error = grown("hen@1", &["hen@1.0.0 egg@9", "egg@1.0.0"]);
        let Err(TreeError::Choice(error)) = error else { panic!("{error:?}") };
        assert_eq!(error.to_string(), "no version of `egg` is in `9`; the latest is 1.0.0");
    }
}
