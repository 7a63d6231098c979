//! Packages of npm, from a folder and from the public registry.

use std::{
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

use crate::{
    artifact_kit::Town,
    support::{check_said, said},
};

/// A registry in a folder: that of the example.
fn folder() -> String {
    format!("npm+file:{}/../assets/artifacts/npm", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_script_requires_a_package_and_what_that_needs_comes_along() {
    let town = Town::new();
    let code = "const { default: plural } = require('plural'); console.log(plural('cherry'), plural('day'))";
    town.script("extensions/herald", &["plural@^1"], code);
    let app = town.with_folder(town.app_asking(&folder(), "", ""), "extensions").start();
    check_said(&app, &["herald: cherries days"]);
    app.assert_states("herald running");
}

#[test]
fn what_is_cached_of_npm_needs_no_registry() {
    let town = Town::new();
    town.script("extensions/herald", &["plural@^1"], "import plural from 'plural'; console.log(plural('toy'))");
    drop(town.with_folder(town.app_asking(&folder(), "", ""), "extensions").start());
    let app = town.with_folder(town.app_asking("npm+https://127.0.0.1:9", "offline: true,", ""), "extensions").start();
    app.assert_states("herald left out");
    let app = town.with_folder(town.app_asking(&folder(), "offline: true,", ""), "extensions").start();
    check_said(&app, &["herald: toys"]);
}

#[test]
fn a_version_that_is_not_there_fails_its_extension() {
    let town = Town::new();
    town.script("extensions/herald", &["plural@^7"], "");
    let app = town.with_folder(town.app_asking(&folder(), "", ""), "extensions").start();
    app.assert_states("herald failed");
    let fault = app.report().row("herald").unwrap().failure.clone().unwrap().to_string();
    let expected = "to get its artifacts: `plural@^7`: ";
    assert!(fault.starts_with(expected), "{fault}");
    assert!(fault.contains("1.1.0"), "it names what is there: {fault}");
}

/// Asks for tests with a registry of npm: its address, or `1` for the public one.
const REGISTRY: &str = "BEVY_EXTENSIONS_TEST_NPM";

fn registry() -> String {
    let public = "https://registry.npmjs.org";
    std::env::var(REGISTRY).ok().filter(|address| address != "1").unwrap_or(public.into())
}

/// Tells whether somebody answers at an address.
fn is_reached(address: &str) -> bool {
    let (scheme, rest) = address.split_once("://").unwrap();
    let host = rest.split('/').next().unwrap();
    let port = if scheme == "https" { 443 } else { 80 };
    let named = if host.contains(':') { host.to_string() } else { format!("{host}:{port}") };
    let all = named.to_socket_addrs().into_iter().flatten();
    let mut all = all.map(|address| TcpStream::connect_timeout(&address, Duration::from_secs(10)));
    all.any(|stream| stream.is_ok())
}

#[test]
#[cfg_attr(not(npm_registry), ignore = "needs the public npm registry: set BEVY_EXTENSIONS_TEST_NPM=1")]
fn a_package_of_the_public_registry_runs_in_a_script() {
    let registry = registry();
    if !is_reached(&registry) {
        eprintln!("skipped: {registry} cannot be reached; set {REGISTRY} to another registry");
        return;
    }
    let town = Town::new();
    let code = "console.log(`[${require('left-pad')('7', 3, '0')}]`, require('is-odd')(3))";
    town.script("extensions/herald", &["left-pad@1.3.0", "is-odd@^3.0.1"], code);
    let app = town.app_asking(&format!("npm+{registry}"), "", "wait_ms: 120_000");
    let app = town.with_folder(app, "extensions").start();
    assert_eq!(said(&app), ["herald: [007] true"], "{}", app.report());
}
