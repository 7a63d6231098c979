//! What natives keep in memory for a while.

use std::{sync::Arc, time::Duration};

use bevy_extensions::{
    data::{Cache, CacheSettings},
    prelude::*,
    test_kit::{TestApp, extensions},
};

extensions! {
    Atlas() = |app| app.extension::<Self>()
        .cache::<u32, &'static str>(CacheSettings::default())
        .cache::<u32, Arc<str>>(CacheSettings::default());
    Globe() = |app| app.extension::<Self>().cache::<u32, &'static str>(CacheSettings::default());
    Library() = |app| app.extension::<Self>().insert_resource_with(|_| {
        let mut settings = CacheSettings::default();
        (settings.bytes, settings.time) = (100, Some(Duration::from_secs(60)));
        Cache::<Library, u32, String>::weighted(settings, |_, book| book.len() as u64)
    });
}

type Maps<E> = Cache<E, u32, &'static str>;

#[test]
fn each_extension_has_its_own() {
    let app = TestApp::builder().with::<Atlas>().with::<Globe>().start();
    app.world().resource::<Maps<Atlas>>().set(7, "here be dragons");
    assert_eq!(app.world().resource::<Maps<Atlas>>().get(&7), Some("here be dragons"));
    assert_eq!(app.world().resource::<Maps<Globe>>().get(&7), None);
    assert_eq!(app.world().resource::<Cache<Atlas, u32, Arc<str>>>().get(&7), None);
}

#[test]
fn it_goes_with_its_extension_and_comes_back_empty() {
    let mut app = TestApp::builder().with::<Atlas>().start();
    app.world().resource::<Maps<Atlas>>().set(7, "here be dragons");
    app.world_mut().resource_mut::<Extensions>().disable("Atlas");
    app.frames(1);
    assert!(!app.world().contains_resource::<Maps<Atlas>>());
    assert_eq!(app.world().leftovers("Atlas"), Some(vec![]));
    app.world_mut().resource_mut::<Extensions>().enable("Atlas");
    app.frames(1);
    assert!(app.world().resource::<Maps<Atlas>>().is_empty());
}

#[test]
fn it_may_be_bounded_by_weight() {
    let app = TestApp::builder().with::<Library>().start();
    let books = app.world().resource::<Cache<Library, u32, String>>();
    for number in 0..100 {
        books.set(number, "x".repeat(10));
    }
    assert!(books.stats().weight <= 100 && books.stats().evictions >= 90, "{:?}", books.stats());
}

#[test]
fn it_needs_no_folder() {
    let host = |host| ExtensionsPlugin { data: Some("\0".into()), ..host };
    let app = TestApp::builder().host(host).with::<Atlas>().start();
    app.world().resource::<Maps<Atlas>>().set(7, "here be dragons");
    app.assert_quiet();
}
