//! What goes wrong, in the words that a person reads.

use std::{
    io::Write,
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use bevy_extensions_core::Candidate;

use crate::{
    server::{Answer, Server},
    town::{LIMIT, Town, bad, extension, good, refused, sha256},
};

const LAMP: &str = "/town/lamp/1.0/lamp-1.0.glb";

fn lamps(server: &Server) -> Candidate {
    extension("Lamps", &[("central", server.address())], &["town:lamp:1.0@glb"])
}

/// Checks what is said of a server with the usual settings.
#[track_caller]
fn check(server: &Server, expected: &str) {
    check_with(server, "retries: 0, allow_http: [\"127.0.0.1\"]", expected);
}

#[track_caller]
fn check_with(server: &Server, artifacts: &str, expected: &str) {
    let town = Town::new();
    let told = bad(&town.store_with("", artifacts), &lamps(server), &[(server.address(), "http://server")]);
    assert_eq!(told, expected);
    assert!(town.cached().is_empty(), "nothing is kept of it: {:?}", town.cached());
}

#[test]
fn what_is_not_there() {
    check(
        &Server::with_files(&[]),
        "`central` has no `http://server/town/lamp/1.0/lamp-1.0.glb`\n\
         hint: check its name and version, and the `repositories` of the manifest",
    );
}

#[test]
fn a_server_that_is_broken_is_tried_again() {
    check_with(
        &Server::new(|_| Answer::Status(500)),
        "retries: 1, allow_http: [\"127.0.0.1\"]",
        "`central` answers `http://server/town/lamp/1.0/lamp-1.0.glb` with status 500 (tried 2 times)\n\
         hint: try again later",
    );
}

#[test]
fn a_server_that_forbids_is_not_tried_again() {
    let server = Server::new(|_| Answer::Status(403));
    check_with(
        &server,
        "retries: 5, allow_http: [\"127.0.0.1\"]",
        "`central` answers `http://server/town/lamp/1.0/lamp-1.0.glb` with status 403\n\
         hint: ask whoever keeps the repository who may read it",
    );
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn a_server_that_is_not_there() {
    let town = Town::new();
    let lamps = extension("Lamps", &[("central", "http://127.0.0.1:1")], &["town:lamp:1.0@glb"]);
    assert_eq!(
        bad(&town.store(), &lamps, &[]),
        "`central` cannot be reached at `http://127.0.0.1:1/town/lamp/1.0/lamp-1.0.glb`: it refuses connections\n\
         hint: check the connection, and the address of the repository",
    );
}

#[test]
fn every_repository_that_was_asked_is_told() {
    let (first, second) = (Server::with_files(&[]), Server::new(|_| Answer::Status(500)));
    let lamps = extension("Lamps", &[("first", first.address()), ("second", second.address())], &["town:lamp:1.0@glb"]);
    assert_eq!(
        bad(&Town::new().store(), &lamps, &[(first.address(), "http://first"), (second.address(), "http://second")]),
        "`first` has no `http://first/town/lamp/1.0/lamp-1.0.glb`; \
         `second` answers `http://second/town/lamp/1.0/lamp-1.0.glb` with status 500\n\
         hint: try again later",
    );
}

#[test]
fn no_repository_at_all() {
    let town = Town::new();
    assert_eq!(
        refused(&town.store(), &extension("Lamps", &[], &["town:lamp:1.0@glb"])),
        "town:lamp:1.0@glb: there is no repository to ask\n\
         hint: add one to the `repositories` of the manifest, or of the host settings",
    );
    let maven = [("central", "https://repo.example")];
    assert_eq!(
        refused(&town.store(), &extension("Lamps", &maven, &["left-pad@^1"])),
        "left-pad@^1: there is no repository of npm to ask\n\
         hint: add `(name: \"npm\", url: \"npm+https://registry.npmjs.org\")` to the `repositories` of the manifest",
    );
}

#[test]
fn a_wrong_hash_ends_it() {
    let wrong = sha256(b"darkness");
    let (first, second) = (
        Server::with_files(&[(LAMP, b"light"), (&format!("{LAMP}.sha256"), wrong.as_bytes())]),
        Server::with_files(&[(LAMP, b"darkness")]),
    );
    let town = Town::new();
    let lamps = extension("Lamps", &[("first", first.address()), ("second", second.address())], &["town:lamp:1.0@glb"]);
    assert_eq!(
        bad(&town.store(), &lamps, &[(first.address(), "http://first")]),
        format!(
            "the content of `http://first/town/lamp/1.0/lamp-1.0.glb` from `first` is sha256:{}, but it should be sha256:{wrong}\n\
             hint: try again later, and tell whoever keeps the repository if it stays so",
            sha256(b"light"),
        ),
    );
    assert!(town.cached().is_empty(), "nothing is kept of it");
    assert!(second.asked().is_empty(), "nobody else is asked");
}

#[test]
fn a_wrong_pin_ends_it() {
    let server = Server::with_files(&[(LAMP, b"light")]);
    let pinned = format!("(artifact: \"town:lamp:1.0@glb\", sha256: \"{}\")", sha256(b"darkness"));
    let lamps = extension("Lamps", &[("central", server.address())], &[&pinned]);
    assert_eq!(
        bad(&Town::new().store(), &lamps, &[(server.address(), "http://server")]),
        format!(
            "the content of `http://server/town/lamp/1.0/lamp-1.0.glb` from `central` is sha256:{}, but the manifest wants \
             sha256:{}\n\
             hint: ask whoever made the extension which content is the right one, and use neither until then",
            sha256(b"light"),
            sha256(b"darkness"),
        ),
    );
}

#[test]
fn http_needs_a_pin_or_a_permission() {
    let server = Server::with_files(&[(LAMP, b"light")]);
    check_with(
        &server,
        "",
        "`central` is `http:`, where anybody on the way could change `http://server/town/lamp/1.0/lamp-1.0.glb`, and no hash \
         is pinned\n\
         hint: use `https:`, pin a hash in the manifest, or add `\"127.0.0.1\"` to `allow_http`, below `artifacts` in the \
         host settings",
    );
    assert!(server.asked().is_empty(), "nobody was asked");

    let pinned = format!("(artifact: \"town:lamp:1.0@glb\", sha256: \"{}\")", sha256(b"light"));
    let lamps = extension("Lamps", &[("central", server.address())], &[&pinned]);
    good(&Town::new().store_with("", ""), &lamps);
    assert_eq!(server.asked(), [LAMP], "what is pinned needs no other hash");
}

#[test]
fn a_file_that_should_hold_a_hash_and_does_not() {
    check(
        &Server::with_files(&[(LAMP, b"light"), (&format!("{LAMP}.sha512"), b"<html>hello</html>")]),
        "`central` has no hash in `http://server/town/lamp/1.0/lamp-1.0.glb.sha512`\n\
         hint: check the address of the repository",
    );
}

#[test]
fn redirects_in_a_circle() {
    check(
        &Server::new(|path| Answer::Leads(if path == LAMP { "/other".into() } else { LAMP.into() })),
        "`central` leads from `http://server/town/lamp/1.0/lamp-1.0.glb` back to \
         `http://server/town/lamp/1.0/lamp-1.0.glb`\n\
         hint: write the address that it leads to in the end, if you trust that",
    );
}

#[test]
fn redirects_without_end() {
    check(
        &Server::new(|path| Answer::Leads(format!("{path}x"))),
        "`central` leads on from `http://server/town/lamp/1.0/lamp-1.0.glb` more than 10 times\n\
         hint: write the address that it leads to in the end, if you trust that",
    );
}

#[test]
fn redirects_to_a_file() {
    check(
        &Server::new(|_| Answer::Leads("file:///etc/passwd".into())),
        "`central` leads from `http://server/town/lamp/1.0/lamp-1.0.glb` to `file:///etc/passwd`, which is no address on the \
         web\n\
         hint: write the address that it leads to in the end, if you trust that",
    );
}

#[test]
fn redirects_to_nowhere() {
    check(
        &Server::saying(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"),
        "`central` leads on from `http://server/town/lamp/1.0/lamp-1.0.glb`, and does not say where\n\
         hint: write the address that it leads to in the end, if you trust that",
    );
}

#[test]
fn a_redirect_to_open_http_needs_a_permission_of_its_own() {
    check(
        &Server::new(|_| Answer::Leads("http://localhost:1/lamp".into())),
        "`central` is `http:`, where anybody on the way could change `http://server/town/lamp/1.0/lamp-1.0.glb`, and no hash \
         is pinned\n\
         hint: use `https:`, pin a hash in the manifest, or add `\"localhost\"` to `allow_http`, below `artifacts` in the \
         host settings",
    );
}

#[test]
fn a_body_that_ends_too_early() {
    check(
        &Server::saying(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nlight"),
        "`central` sent 5 of 10 bytes of `http://server/town/lamp/1.0/lamp-1.0.glb`\n\
         hint: try again later",
    );
}

#[test]
fn a_body_that_goes_on_after_its_end() {
    let server = Server::saying(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nlight");
    let pinned = format!("(artifact: \"town:lamp:1.0@glb\", sha256: \"{}\")", sha256(b"light"));
    let lamps = extension("Lamps", &[("central", server.address())], &[&pinned]);
    let town = Town::new();
    assert_eq!(
        bad(&town.store(), &lamps, &[(server.address(), "http://server")]),
        format!(
            "the content of `http://server/town/lamp/1.0/lamp-1.0.glb` from `central` is sha256:{}, but the manifest wants \
             sha256:{}\n\
             hint: ask whoever made the extension which content is the right one, and use neither until then",
            sha256(b"lig"),
            sha256(b"light"),
        ),
    );
    assert!(town.cached().is_empty(), "nothing is kept of it");
}

#[test]
fn pieces_that_end_too_early() {
    check(
        &Server::saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nlight\r\n"),
        "`central` breaks off over `http://server/town/lamp/1.0/lamp-1.0.glb`: it hangs up\n\
         hint: try again later",
    );
}

#[test]
fn what_is_no_http() {
    check(
        &Server::saying(b"220 ftp.example ready\r\n"),
        "`central` breaks off over `http://server/town/lamp/1.0/lamp-1.0.glb`: its answer is no good HTTP (http parse fail: \
         invalid HTTP version)\n\
         hint: try again later",
    );
}

#[test]
fn a_server_without_encryption() {
    let server = Server::saying(b"");
    let secured = server.address().replace("http:", "https:");
    let lamps = extension("Lamps", &[("central", &secured)], &["town:lamp:1.0@glb"]);
    assert_eq!(
        bad(&Town::new().store(), &lamps, &[(&secured, "https://server")]),
        "`central` breaks off over `https://server/town/lamp/1.0/lamp-1.0.glb`: it hangs up\n\
         hint: try again later",
    );
}

#[test]
fn a_server_that_hangs_up() {
    check(
        &Server::saying(b""),
        "`central` breaks off over `http://server/town/lamp/1.0/lamp-1.0.glb`: it hangs up\n\
         hint: try again later",
    );
}

/// Says how an answer begins, and goes on until nobody listens.
fn endless(head: &'static str, stream: &mut TcpStream, piece: &[u8], pause: Duration) {
    if stream.write_all(head.as_bytes()).is_err() {
        return;
    }
    while stream.write_all(piece).is_ok() {
        thread::sleep(pause);
    }
}

const OPEN_END: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";

#[test]
fn a_body_without_end() {
    check_with(
        &Server::raw(|_, stream| endless(OPEN_END, stream, &[7; 65536], Duration::ZERO)),
        "retries: 0, largest_mib: 1, allow_http: [\"127.0.0.1\"]",
        "`central` sends more than 1 MiB of `http://server/town/lamp/1.0/lamp-1.0.glb`\n\
         hint: set a larger `largest_mib`, below `artifacts` in the host settings, if it is right",
    );
}

#[test]
fn a_body_that_says_that_it_is_too_large() {
    check_with(
        &Server::saying(b"HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n"),
        "retries: 0, largest_mib: 1, allow_http: [\"127.0.0.1\"]",
        "`central` sends more than 1 MiB of `http://server/town/lamp/1.0/lamp-1.0.glb`\n\
         hint: set a larger `largest_mib`, below `artifacts` in the host settings, if it is right",
    );
}

#[test]
fn a_hash_without_end() {
    let server = Server::new(|path| match path {
        LAMP => Answer::File(b"light".to_vec()),
        _ => Answer::File(vec![b'0'; 5000]),
    });
    check(
        &server,
        "`central` sends more than 4 KiB of `http://server/town/lamp/1.0/lamp-1.0.glb.sha512`\n\
         hint: check the address of the repository",
    );
}

#[test]
fn a_server_that_is_silent() {
    check_with(
        &Server::raw(|_, _| thread::sleep(LIMIT)),
        "retries: 0, timeout_ms: 200, allow_http: [\"127.0.0.1\"]",
        "`central` was silent for 200 ms over `http://server/town/lamp/1.0/lamp-1.0.glb`\n\
         hint: try again later",
    );
}

#[test]
fn a_server_that_falls_silent() {
    check_with(
        &Server::raw(|_, stream| {
            _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nlight");
            thread::sleep(LIMIT);
        }),
        "retries: 0, timeout_ms: 200, allow_http: [\"127.0.0.1\"]",
        "`central` was silent for 200 ms over `http://server/town/lamp/1.0/lamp-1.0.glb`\n\
         hint: try again later",
    );
}

#[test]
fn a_server_that_drips() {
    check_with(
        &Server::raw(|_, stream| endless(OPEN_END, stream, b".", Duration::from_millis(20))),
        "retries: 0, timeout_ms: 10000, overall_ms: 300, allow_http: [\"127.0.0.1\"]",
        "`central` takes longer than 300 ms for `http://server/town/lamp/1.0/lamp-1.0.glb`\n\
         hint: try again later, or set a larger `overall_ms`, below `artifacts` in the host settings",
    );
}

#[test]
fn a_server_that_leads_on_takes_no_longer_than_another() {
    check_with(
        &Server::new(|path| {
            thread::sleep(Duration::from_millis(100));
            Answer::Leads(format!("{path}x"))
        }),
        "retries: 0, timeout_ms: 10000, overall_ms: 300, allow_http: [\"127.0.0.1\"]",
        "`central` takes longer than 300 ms for `http://server/town/lamp/1.0/lamp-1.0.glb`\n\
         hint: try again later, or set a larger `overall_ms`, below `artifacts` in the host settings",
    );
}

#[test]
fn a_server_that_wants_more_time_than_there_is_is_not_tried_again() {
    let server = Server::new(|_| Answer::After(503, 60));
    check_with(
        &server,
        "retries: 5, overall_ms: 20000, allow_http: [\"127.0.0.1\"]",
        "`central` answers `http://server/town/lamp/1.0/lamp-1.0.glb` with status 503\n\
         hint: try again later",
    );
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn headers_without_end() {
    check(
        &Server::raw(|_, stream| endless("HTTP/1.1 200 OK\r\n", stream, b"X-More: and more\r\n", Duration::ZERO)),
        "`central` breaks off over `http://server/town/lamp/1.0/lamp-1.0.glb`: its answer is no good HTTP (http parse \
         resulted in too many headers)\n\
         hint: try again later",
    );
}

#[test]
fn whoever_gives_it_up_waits_for_nobody() {
    let hung_up = Arc::new(AtomicBool::new(false));
    let told = hung_up.clone();
    let server = Server::raw(move |_, stream| {
        endless(OPEN_END, stream, b".", Duration::from_millis(5));
        told.store(true, Ordering::Release);
    });
    let town = Town::new();
    let fetching = town.store().fetch([&lamps(&server)]);
    let began = Instant::now();
    while fetching.progress()[0].bytes == 0 {
        assert!(began.elapsed() < LIMIT, "it begins");
        thread::yield_now();
    }
    drop(fetching);
    while !hung_up.load(Ordering::Acquire) || !town.cached().is_empty() {
        assert!(began.elapsed() < LIMIT, "the connection ends, and nothing is left of it");
        thread::yield_now();
    }
}

#[test]
fn a_folder_that_cannot_be_written() {
    let server = Server::with_files(&[(LAMP, b"light")]);
    let town = Town::new();
    town.write("libs", "a file in the place of the folder");
    let store = town.store_with("", "cache: \"{cwd}/libs\", allow_http: [\"127.0.0.1\"]");
    let told = bad(&store, &lamps(&server), &[(&town.path().display().to_string(), "..")]);
    assert!(told.starts_with("it cannot be kept as `../libs`: "), "{told}");
    assert!(told.ends_with("\nhint: check that this user may write there, and that the disk has room"), "{told}");
}
