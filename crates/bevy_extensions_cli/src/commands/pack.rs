//! `pack`: the archive of a script folder.

use std::{
    collections::BTreeMap,
    fmt::Display,
    fs,
    io::{self, Cursor, Write as _},
    path::{Path, PathBuf},
    process,
};

use bevy_extensions_core::{Candidate, Folders, Found, HostSettings, Problem, resolve};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use crate::{
    args::Pack,
    exit::Exit,
    failure::Failure,
    output::{Output, plain},
};

/// Checks an extension, and makes the archive that an app finds it in.
pub fn pack(args: &Pack, out: &mut Output) -> Result<Exit, Failure> {
    let folders = Folders { cwd: std::env::current_dir().ok(), ..Folders::of_app("") };
    let found = open(&args.folder, &folders)?;
    let target = args.output.clone().unwrap_or_else(|| usual_target(&found));
    if !target.extension().is_some_and(|end| end.eq_ignore_ascii_case("zip")) {
        return Err(Failure::wrong_use(format!("`{}` does not end with `.zip`", target.display()), "name a `.zip`"));
    }
    if !args.force && fs::symlink_metadata(&target).is_ok() {
        let what = format!("`{}` is there already", target.display());
        return Err(Failure::impossible(what, "replace it with `--force`, or name another with `-o`"));
    }
    let files = files(&found, inside(&found.path, &target).as_deref())?;
    let bytes = zipped(&files).map_err(|error| impossible(&found, &error, "make it smaller"))?;
    let draft = Draft::write(&target, &bytes).map_err(|error| unwritable(&target, &error))?;
    check(&found, &files, &draft, &target, &folders)?;
    fs::rename(&draft.file, &target).map_err(|error| unwritable(&target, &error))?;

    let manifest = &found.candidate.manifest;
    let count = if files.len() == 1 { "1 file".into() } else { format!("{} files", files.len()) };
    let line = format!("packed {} {} as `{}`: {count}\n", manifest.name, manifest.version, target.display());
    out.print(&plain(&line))?;
    Ok(Exit::Good)
}

fn impossible(found: &Found, why: &dyn Display, hint: impl Into<String>) -> Failure {
    Failure::impossible(format!("`{}` cannot be packed: {why}", found.shown), hint)
}

fn unwritable(target: &Path, error: &io::Error) -> Failure {
    let hint = "check that its folder is there, and that this user may write to it";
    Failure::impossible(format!("`{}` cannot be written: {error}", target.display()), hint)
}

/// Opens a folder that is an extension, and that could start if its needs were met.
fn open(folder: &Path, folders: &Folders) -> Result<Found, Failure> {
    if folder.is_file() {
        let what = format!("`{}` is a file, and only folders are packed", folder.display());
        return Err(Failure::wrong_use(what, "hand out a single script as it is"));
    }
    let found = Found::open(folder, folders).map_err(Failure::Wrong)?;
    let resolution = resolve(&[without_needs(&found.candidate)], &HostSettings::default());
    match resolution.problems.into_iter().find(|problem| matches!(problem, Problem::LeftOut { .. })) {
        Some(problem) => Err(Failure::Wrong(Box::new(problem))),
        None => Ok(found),
    }
}

/// Returns a candidate whose needs nobody has to meet: the app has them, or not.
fn without_needs(candidate: &Candidate) -> Candidate {
    let mut candidate = candidate.clone();
    candidate.manifest.dependencies.clear();
    candidate.manifest.any_of.clear();
    candidate.unavailable.clear();
    candidate
}

/// The name of the folder with `.zip`, in the current folder: what gives no name has that of its archive.
fn usual_target(found: &Found) -> PathBuf {
    let real = fs::canonicalize(&found.path).unwrap_or_else(|_| found.path.clone());
    let mut name = real.file_name().unwrap_or(found.candidate.manifest.name.as_str().as_ref()).to_os_string();
    name.push(".zip");
    name.into()
}

/// Returns where in a folder a file is, or would be.
fn inside(folder: &Path, file: &Path) -> Option<String> {
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let real = fs::canonicalize(parent).ok()?.join(file.file_name()?);
    let below = real.strip_prefix(fs::canonicalize(folder).ok()?).ok()?.to_str()?;
    Some(below.replace(std::path::MAIN_SEPARATOR, "/"))
}

/// Reads all files that the extension has, but for the archive that it was packed into before.
fn files(found: &Found, archive: Option<&str>) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let read = |path: String| match found.files.read(&path) {
        Ok(bytes) => Ok((path, bytes)),
        Err(error) => Err(impossible(found, &error, error.hint())),
    };
    let listed = found.files.list("").into_iter().filter(|path| Some(path.as_str()) != archive);
    let files = listed.map(read).collect::<Result<BTreeMap<_, _>, _>>()?;
    match left_behind(found, &files).filter(|path| Some(path.as_str()) != archive) {
        None => Ok(files),
        Some(file) => {
            let why =
                format!("`{file}` would not be in it, as an extension lists neither what lies so deep nor so much");
            Err(impossible(found, &why, "pack less of it, in fewer folders, under names that are UTF-8"))
        }
    }
}

/// Finds a file that is there and was not listed. What is hidden, what npm has fetched, and links, are not looked for.
fn left_behind(found: &Found, files: &BTreeMap<String, Vec<u8>>) -> Option<String> {
    let mut folders = vec![(found.path.clone(), String::new())];
    while let Some((folder, at)) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{at}{name}");
            let is_visible = !name.starts_with('.') && name != "node_modules";
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && is_visible => folders.push((entry.path(), format!("{path}/"))),
                Ok(kind) if kind.is_file() && is_visible && !files.contains_key(&path) => return Some(path),
                _ => {}
            }
        }
    }
    None
}

/// Makes an archive: the same files make the same bytes, whoever does it, wherever and whenever.
fn zipped(files: &BTreeMap<String, Vec<u8>>) -> io::Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        archive.start_file(path.as_str(), options)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// An archive in a folder of its own, beside its place, until it is moved there. The folder goes in any case.
struct Draft {
    folder: PathBuf,
    file: PathBuf,
}

impl Draft {
    fn write(target: &Path, bytes: &[u8]) -> io::Result<Self> {
        let folder = target.with_file_name(format!(".bevy-extensions-pack-{}", process::id()));
        fs::create_dir(&folder)?;
        let file = folder.join(target.file_name().unwrap_or_default());
        let draft = Self { folder, file };
        fs::write(&draft.file, bytes)?;
        Ok(draft)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // What failed is told; that something is left behind is less.
        _ = fs::remove_dir_all(&self.folder);
    }
}

/// Reads the archive as an app would, before anybody has it.
fn check(
    found: &Found,
    files: &BTreeMap<String, Vec<u8>>,
    draft: &Draft,
    target: &Path,
    folders: &Folders,
) -> Result<(), Failure> {
    let packed = Found::open(&draft.file, folders).map_err(|problem| impossible(found, &problem, problem.hint()))?;
    let (wanted, got) = (&found.candidate.manifest.name, &packed.candidate.manifest.name);
    if wanted != got {
        // Whoever gives no name is called as its folder or archive is.
        let original = found.candidate.original_name.as_deref().unwrap_or(wanted.as_str());
        let why = format!("as `{}` it would be called `{got}`, and not `{wanted}`", target.display());
        let hint = format!("call the archive `{original}.zip`, or give the extension a name in its manifest");
        return Err(impossible(found, &why, hint));
    }
    let is_same = |(path, bytes): (&String, &Vec<u8>)| packed.files.read(path).is_ok_and(|there| there == *bytes);
    match files.iter().all(is_same) {
        true => Ok(()),
        false => Err(impossible(
            found,
            &"an app would not find its files as they are",
            "remove what is in no archive, such as a `x.DS_Store`",
        )),
    }
}
