//! Tells which tests can run here.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(npm_registry)");
    println!("cargo::rerun-if-env-changed=BEVY_EXTENSIONS_TEST_NPM");
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("BEVY_EXTENSIONS_TEST_NPM").is_some() {
        println!("cargo::rustc-cfg=npm_registry");
    }
}
