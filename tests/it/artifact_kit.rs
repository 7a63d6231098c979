//! A town with a repository, for tests of artifacts.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use bevy_extensions::{
    Artifact,
    prelude::*,
    test_kit::{TestApp, TestAppBuilder},
};
use tempfile::TempDir;

/// A folder with a repository in Maven's layout (`libs`), extensions, a cache and a lock.
pub struct Town(TempDir);

impl Town {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Puts a file into the repository.
    pub fn lib(&self, artifact: &str, content: impl AsRef<[u8]>) -> &Self {
        let Artifact::Maven(maven) = artifact.parse().unwrap() else { panic!("it is of npm") };
        self.write(&format!("libs/{}", maven.path()), content);
        self
    }

    /// Writes an extension that asks for artifacts, in a folder that has its name: a manifest and a script.
    pub fn script(&self, folder: &str, artifacts: &[&str], code: &str) -> PathBuf {
        self.script_with(folder, artifacts, "", code)
    }

    /// The same, with more in its manifest.
    pub fn script_with(&self, folder: &str, artifacts: &[&str], more: &str, code: &str) -> PathBuf {
        let name = folder.rsplit('/').next().unwrap();
        let manifest = format!("(name: \"{name}\", version: \"1.0.0\", {more} external: (artifacts: {artifacts:?}))");
        self.write(&format!("{folder}/extension.ron"), manifest);
        self.write(&format!("{folder}/main.js"), code);
        self.path(folder)
    }

    /// Begins an app that asks the folder `libs`.
    pub fn app(&self) -> TestAppBuilder {
        self.app_asking(&format!("file:{}", self.path("libs").display()), "", "")
    }

    /// Begins an app that asks a repository, with more settings, and more of those of artifacts.
    pub fn app_asking(&self, url: &str, settings: &str, artifacts: &str) -> TestAppBuilder {
        let lock = self.path("extensions.lock").display().to_string();
        self.app_with_artifacts(url, settings, &format!("lock: {lock:?}, {artifacts}"))
    }

    /// The same without a lock, but where the settings of artifacts have one.
    pub fn app_with_artifacts(&self, url: &str, settings: &str, artifacts: &str) -> TestAppBuilder {
        let cache = self.path("cache").display().to_string();
        TestApp::builder().settings(&format!(
            r#"(
                repositories: [(name: "libs", url: "{url}")],
                artifacts: (cache: {cache:?}, {artifacts}),
                {settings}
            )"#
        ))
    }

    /// Begins an app that has the extensions in a folder.
    pub fn with_folder(&self, app: TestAppBuilder, folder: &str) -> TestAppBuilder {
        let folder = self.path(folder).display().to_string();
        app.host(|host| {
            let mut settings = match host.settings {
                bevy_extensions::SettingsSource::Value(settings) => *settings,
                _ => panic!("they are a value"),
            };
            settings.directories = vec![folder];
            ExtensionsPlugin { files: true, settings: settings.into(), ..host }
        })
    }

    /// Returns a text without the folder's own path.
    pub fn shorten(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.0.path().display()), "")
    }
}

/// Serves the files of a folder on loopback, and lets nobody have one while it is closed.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    folder: PathBuf,
    is_open: Mutex<bool>,
    /// Whether it says at once what is not there, closed or not.
    refuses: AtomicBool,
    changed: Condvar,
    is_over: AtomicBool,
    asked: AtomicUsize,
}

impl Server {
    pub fn closed(folder: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            folder: folder.into(),
            is_open: Mutex::new(false),
            refuses: AtomicBool::new(false),
            changed: Condvar::new(),
            is_over: AtomicBool::new(false),
            asked: AtomicUsize::new(0),
        });
        let own = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                if own.is_over.load(Ordering::SeqCst) {
                    return;
                }
                let own = own.clone();
                thread::spawn(move || _ = stream.map(|stream| own.answer(stream)));
            }
        });
        Self { address, shared }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn open(&self) {
        *self.shared.is_open.lock().unwrap() = true;
        self.shared.changed.notify_all();
    }

    /// Has it say at once what is not there, even while it is closed.
    pub fn refuse(&self) {
        self.shared.refuses.store(true, Ordering::SeqCst);
    }

    /// How often it was asked for something.
    pub fn asked(&self) -> usize {
        self.shared.asked.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        let first = lines.next().unwrap_or(Ok(String::new()))?;
        while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        self.asked.fetch_add(1, Ordering::SeqCst);
        let path = self.folder.join(first.split(' ').nth(1).unwrap_or_default().trim_start_matches('/'));
        if path.exists() || !self.refuses.load(Ordering::SeqCst) {
            let is_open = self.is_open.lock().unwrap();
            let is_closed = |is_open: &mut bool| !*is_open && !self.is_over.load(Ordering::SeqCst);
            drop(self.changed.wait_while(is_open, is_closed).unwrap());
        }
        let (status, body) = match fs::read(path) {
            Ok(body) => ("200 OK", body),
            Err(_) => ("404 Not Found", Vec::new()),
        };
        write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
        stream.write_all(&body)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        self.shared.changed.notify_all();
        // So that it sees that it is over.
        drop(TcpStream::connect(self.address));
    }
}
