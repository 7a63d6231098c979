//! Who depends on whom, and how the start went, as pictures.

use std::time::Duration;

use bevy_extensions::{
    Candidate, Graph, HostSettings, Manifest, Source, Timeline,
    TimelinePhase::{self, Build, Finish},
    TimelineRow, Unrunnable, Value, json,
    prelude::*,
    resolve,
    test_kit::extensions,
};
use roxmltree::{Document, Node};

use crate::support::{app, host_with};

/// Two that start, one that is switched off, and two that are left out: a need that is not there, and a version.
fn town() -> Vec<Candidate> {
    let manifests = [
        r#"(name: "Time", version: "1.4.0")"#,
        r#"(name: "Weather", version: "1.1.0", dependencies: ["Time ^1.2"], after: ["Festival"])"#,
        r#"(name: "Greeter", version: "1.0.0", dependencies: ["Time"], optional: ["Weather ^1"])"#,
        r#"(name: "Forecast", version: "1.1.0", dependencies: ["Weather ^2", "Time"])"#,
        r#"(name: "Ferry", version: "0.1.0", dependencies: ["Bridge ^3"])"#,
        r#"(name: "Festival", version: "2.0.0", optional: ["Time"])"#,
    ];
    let candidate = |(index, text): (usize, &&str)| Candidate::from_ron(&format!("{}.ron", index + 1), text).unwrap();
    manifests.iter().enumerate().map(candidate).collect()
}

fn graph_with(settings: &str, candidates: &[Candidate]) -> Graph {
    let settings = HostSettings::from_ron("extensions.ron", settings.as_bytes()).unwrap();
    Graph::of(candidates, &resolve(candidates, &settings))
}

fn graph(candidates: &[Candidate]) -> Graph {
    graph_with("()", candidates)
}

/// Says who is in a graph, a line each.
fn nodes(graph: &Graph) -> Vec<String> {
    let cause = |cause: &str| if cause.is_empty() { String::new() } else { format!(": {cause}") };
    graph.nodes.iter().map(|node| format!("{} {}{}", node.name, node.state, cause(&node.cause))).collect()
}

/// Says who depends on whom, a line each.
fn edges(graph: &Graph) -> Vec<String> {
    let edge = |edge: &bevy_extensions::GraphEdge| {
        let [from, to] = [edge.from, edge.to].map(|node| &graph.nodes[node].name);
        let broken = if edge.is_broken { ", broken" } else { "" };
        format!("{from} -> {to} {:?}{broken} {}", edge.kind, edge.range).trim_end().to_string()
    };
    graph.edges.iter().map(edge).collect()
}

/// Returns everything that can be read in an SVG, also by pointing at it.
#[track_caller]
fn read(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).expect("it is well formed");
    let is_text = |node: &Node<'_, '_>| node.has_tag_name("text") || node.has_tag_name("title");
    document.descendants().filter(is_text).filter_map(|node| Some(node.text()?.to_string())).collect()
}

/// Counts the elements of a class in an SVG.
fn count(svg: &str, tag: &str, class: &str) -> usize {
    let document = Document::parse(svg).expect("it is well formed");
    let elements = document.descendants().filter(|node| node.has_tag_name(tag));
    elements.filter(|node| node.attribute("class") == Some(class)).count()
}

#[test]
fn a_graph_has_the_plan_then_the_others_then_who_is_missing() {
    let graph = graph_with(r#"(disabled: ["Festival"])"#, &town());
    assert_eq!(
        nodes(&graph),
        [
            "Time planned",
            "Weather planned",
            "Greeter planned",
            "Ferry left out: it requires `Bridge ^3`, which is not there",
            "Festival disabled",
            "Forecast left out: it requires `Weather ^2`, but `Weather` is 1.1.0",
            "Bridge missing",
        ],
    );
    assert_eq!(
        edges(&graph),
        [
            "Weather -> Time Requires ^1.2",
            "Greeter -> Time Requires",
            "Greeter -> Weather Optional ^1",
            "Ferry -> Bridge Requires, broken ^3",
            "Festival -> Time Optional",
            "Forecast -> Time Requires",
            "Forecast -> Weather Requires, broken ^2",
        ],
    );
}

#[test]
fn a_cycle_is_drawn_as_it_is_written() {
    let of = |name: &str, needs: &[&str]| {
        let builder = Manifest::builder(name, "1.0.0");
        let manifest = needs.iter().fold(builder, |builder, other| builder.requires(other, "*")).build();
        Candidate::new(manifest, Source::file(&format!("{name}.ron"), 0))
    };
    let graph = graph(&[of("Aa", &["Bb"]), of("Bb", &["Aa", "Dd"]), of("Cc", &["Cc"]), of("Dd", &[])]);
    assert_eq!(
        nodes(&graph),
        [
            "Dd planned",
            "Aa left out: it is part of a cycle, `Aa -> Bb -> Aa`",
            "Bb left out: it is part of a cycle, `Aa -> Bb -> Aa`",
            "Cc left out: it is part of a cycle, `Cc -> Cc`",
        ],
    );
    assert_eq!(edges(&graph), ["Aa -> Bb Requires, broken", "Bb -> Dd Requires", "Bb -> Aa Requires, broken"]);
    assert_eq!(count(&graph.to_svg(), "path", "keeps"), 2 + 1, "both edges, and the legend");
}

#[test]
fn names_are_found_as_the_resolver_finds_them() {
    let of = |builder: bevy_extensions::ManifestBuilder| Candidate::new(builder.build(), Source::file("a.ron", 0));
    let mut spelled = of(Manifest::builder("Clock_2", "1.0.0"));
    spelled.original_name = Some("@town/clock".into());
    let graph = graph(&[
        spelled,
        of(Manifest::builder("Bank", "3.0.0").provides("Money", Some("1.5.0"))),
        of(Manifest::builder("Shop", "1.0.0").requires("money", "^1").any_of(&[("Bank", "^3"), ("Purse", "^1")])),
        of(Manifest::builder("Late", "1.0.0").requires("Money", "^2").requires("Town_clock", "^1")),
    ]);
    assert_eq!(
        edges(&graph),
        ["Shop -> Bank Requires ^1", "Late -> Bank Requires, broken ^2", "Late -> Clock_2 Requires ^1"],
        "and nobody is missing whom `Shop` can do without",
    );
}

#[test]
fn dot() {
    let mut graph = graph_with(r#"(disabled: ["Festival", "Ferry"])"#, &town());
    graph.title = "My \"town\"\n1 < 2 & \\N".into();
    assert_eq!(
        graph.to_dot(),
        r##"digraph extensions {
  graph [rankdir=RL, bgcolor="#ffffff", fontname="sans-serif", labelloc=t, label="My \"town\"\n1 < 2 &amp; \\N"];
  node [shape=box, fontname="monospace", fontcolor="#1c2733"];
  edge [fontname="monospace", fontsize=10, fontcolor="#1c2733"];
  n0 [label="Time\n1.4.0 · planned", style="rounded,filled", fillcolor="#e7f0fb", color="#3b76c4", tooltip="Time 1.4.0: planned, script"];
  n1 [label="Weather\n1.1.0 · planned", style="rounded,filled", fillcolor="#e7f0fb", color="#3b76c4", tooltip="Weather 1.1.0: planned, script"];
  n2 [label="Greeter\n1.0.0 · planned", style="rounded,filled", fillcolor="#e7f0fb", color="#3b76c4", tooltip="Greeter 1.0.0: planned, script"];
  n3 [label="Ferry\n0.1.0 · disabled", style="rounded,filled", fillcolor="#eeeff1", color="#8a929c", tooltip="Ferry 0.1.0: disabled, script"];
  n4 [label="Festival\n2.0.0 · disabled", style="rounded,filled", fillcolor="#eeeff1", color="#8a929c", tooltip="Festival 2.0.0: disabled, script"];
  n5 [label="Forecast\n1.1.0 · left out", style="rounded,filled", fillcolor="#fde4e4", color="#d0312d", tooltip="Forecast 1.1.0: left out, script\nit requires `Weather ^2`, but `Weather` is 1.1.0"];
  n6 [label="Bridge\nmissing", style="rounded,filled,dashed", fillcolor="#ffffff", color="#d0312d", tooltip="Bridge: missing"];
  n1 -> n0 [style=solid, color="#566573", label="^1.2", tooltip="Weather requires Time ^1.2"];
  n2 -> n0 [style=solid, color="#566573", tooltip="Greeter requires Time"];
  n2 -> n1 [style=dashed, color="#8a929c", label="^1", tooltip="Greeter uses, if it is there, Weather ^1"];
  n3 -> n6 [style=solid, color="#566573", label="^3", tooltip="Ferry requires Bridge ^3"];
  n4 -> n0 [style=dashed, color="#8a929c", tooltip="Festival uses, if it is there, Time"];
  n5 -> n0 [style=solid, color="#566573", tooltip="Forecast requires Time"];
  n5 -> n1 [style=solid, color="#d0312d", label="^2", tooltip="Forecast requires Weather ^2"];
}
"##,
    );
}

#[test]
fn mermaid() {
    let mut candidates = town()[..4].to_vec();
    candidates[0].unrunnable =
        Some(Unrunnable::new("`t.lua`", "\"no\"]\n-->|x| <b>&amp; #35; **雨**", "use JavaScript"));
    candidates[3].manifest.dependencies.clear();
    let mut graph = graph(&candidates);
    graph.title = "My \"town\"\n---".into();
    assert_eq!(
        graph.to_mermaid(),
        r##"---
title: "My \"town\"\n---"
---
flowchart RL
  n0["Forecast<br/>1.1.0 · planned"]:::planned
  n1["Greeter<br/>1.0.0 · left out<br/>it requires #96;Time#96;, which is left out"]:::broken
  n2["Time<br/>1.4.0 · left out<br/>#96;t.lua#96; cannot run here: #34;no#34;]<br/>--#62;|x| #60;b#62;#38;amp#59; #35;35#59; #42;#42;雨#42;#42;"]:::broken
  n3["Weather<br/>1.1.0 · left out<br/>it requires #96;Time#96;, which is left out"]:::broken
  n1 --> n2
  n1 -.->|"^1"| n3
  n3 -->|"^1.2"| n2
  linkStyle 0 stroke:#d0312d
  linkStyle 2 stroke:#d0312d
  classDef planned fill:#e7f0fb,stroke:#3b76c4,color:#1c2733
  classDef broken fill:#fde4e4,stroke:#d0312d,color:#1c2733
"##,
    );
}

#[test]
fn an_svg_has_a_legend_and_says_why() {
    let svg = graph_with(r#"(disabled: ["Festival"])"#, &town()).to_svg();
    let texts = read(&svg);
    for text in [
        "Extensions",
        "3 planned",
        "1 disabled",
        "2 left out",
        "1 missing",
        "requires",
        "requires, and cannot have",
        "starts after, if it is there",
        "Weather",
        "1.1.0 · planned",
        "^1.2",
        "Weather requires Time ^1.2",
        "Bridge: missing",
        "Forecast is left out: it requires `Weather ^2`, but `Weather` is 1.1.0",
        "Forecast 1.1.0: left out, script\nit requires `Weather ^2`, but `Weather` is 1.1.0",
    ] {
        assert!(texts.iter().any(|line| line == text), "{text} is in\n{texts:#?}");
    }
}

#[test]
fn nothing_gets_out_of_an_svg() {
    let mut candidates = town();
    let hostile = "</title><script>\"'&amp;]]>\u{1b}[31m\n日本語 🎉";
    candidates[0].manifest.description = hostile.into();
    candidates[0].unrunnable = Some(Unrunnable::new("it", hostile, hostile));
    let mut graph = graph(&candidates);
    graph.title = hostile.into();
    let texts = read(&graph.to_svg()).join("\n");
    let seen = hostile.replace('\u{1b}', "\u{fffd}");
    assert!(texts.starts_with(&seen), "{texts}");
    assert!(texts.contains(&format!("Time 1.4.0: left out, script\n{seen}\nit cannot run here: {seen}")), "{texts}");
}

#[test]
fn everybody_is_in_the_picture_however_many_there_are() {
    for many in [0, 5, 50, 500] {
        // One alone, two with much to do with each other, and a crowd that depends on the first.
        let need = |id: usize| [id.is_multiple_of(3).then_some(1), id.is_multiple_of(2).then_some(id / 2), Some(0)];
        let candidate = |id: usize| {
            let name = |id: usize| format!("Number_{id}");
            let others = need(id).into_iter().flatten().filter(|other| *other < id && !id.is_multiple_of(7));
            let builder = Manifest::builder(&name(id), "1.0.0");
            let builder = others.fold(builder, |builder, other| builder.requires(&name(other), "^1"));
            Candidate::new(builder.build(), Source::file("a.ron", 0))
        };
        let candidates: Vec<_> = (0..many).map(candidate).collect();
        let graph = graph(&candidates);
        let svg = graph.to_svg();
        let mut shown: Vec<_> = read(&svg).into_iter().filter(|text| !text.contains([' ', '^', '\n'])).collect();
        let mut names: Vec<_> = graph.nodes.iter().map(|node| node.name.to_string()).collect();
        shown.retain(|text| text != "Extensions" && text != "requires");
        shown.sort();
        names.sort();
        assert_eq!(shown, names);
        assert_eq!((graph.nodes.len(), count(&svg, "rect", "planned")), (many, many + usize::from(many > 0)));
    }
}

#[test]
fn a_picture_does_not_depend_on_the_order_in_which_extensions_were_found() {
    let (town, mut turned) = (town(), town());
    turned.reverse();
    let (graph, turned) = (graph(&town), graph(&turned));
    assert_eq!(graph.to_svg(), turned.to_svg());
    assert_eq!((graph.to_dot(), graph.to_mermaid()), (turned.to_dot(), turned.to_mermaid()));
}

extensions! {
    Economy() = |app| app.extension::<Self>().add_systems(Init, || {}).add_systems(Terminate, || {});
    Vault(requires(Economy)) = |app| app.extension::<Self>().add_systems(Init, || panic!("it is \"locked\""));
    Loans(requires(Vault)) = |app| _ = app;
    Market(requires(Economy), optional("Loans")) = |app| app.extension::<Self>().add_systems(PostInit, || {});
    Toll(requires("Bridge" = "^2")) = |app| _ = app;
    Circus() = |app| _ = app;
}

fn market() -> bevy_extensions::test_kit::TestApp {
    let host = host_with(r#"(disabled: ["Circus"])"#).with::<Economy>().with::<Vault>().with::<Loans>();
    let mut app = app(host.with::<Market>().with::<Toll>().with::<Circus>());
    app.frames(1);
    app
}

#[test]
fn a_running_app_is_drawn_as_it_is() {
    let mut app = market();
    let graph = app.extension_report().graph();
    assert_eq!(
        nodes(&graph),
        [
            "Economy running",
            "Vault failed: in `Init`: panicked: it is \"locked\"",
            "Loans suspended: it requires `Vault`, which does not run",
            "Market running",
            "Circus disabled",
            "Toll left out: it requires `Bridge ^2`, which is not there",
            "Bridge missing",
        ],
    );
    assert_eq!(
        edges(&graph),
        [
            "Vault -> Economy Requires",
            "Loans -> Vault Requires, broken",
            "Market -> Economy Requires",
            "Market -> Loans Optional",
            "Toll -> Bridge Requires, broken ^2",
        ],
    );
    app.terminate_extensions();
    let graph = app.extension_report().graph();
    assert_eq!((nodes(&graph)[0].as_str(), nodes(&graph)[3].as_str()), ("Economy terminated", "Market terminated"));
}

#[test]
fn a_world_without_extensions_has_pictures_too() {
    let app = bevy_app::App::new();
    let report = app.extension_report();
    assert_eq!(read(&report.graph().to_svg()), ["Extensions", "Extensions", "no extensions"]);
    assert_eq!(report.graph().to_mermaid(), "---\ntitle: \"Extensions\"\n---\nflowchart RL\n");
    assert!(read(&report.timeline().to_svg()).iter().any(|text| text == "no extension has started"));
}

/// Says what each extension did, in the order of time.
fn parts(timeline: &Timeline) -> Vec<String> {
    let row = |row: &TimelineRow| {
        let phases: Vec<_> = row.bars.iter().map(|bar| bar.phase.to_string()).collect();
        format!("{}: {}", row.name, phases.join(" "))
    };
    timeline.rows.iter().map(row).collect()
}

#[test]
fn a_timeline_has_what_each_extension_did_while_the_app_started() {
    let mut app = market();
    let timeline = app.extension_report().timeline();
    assert_eq!(
        parts(&timeline),
        [
            "Economy: build finish finish Init",
            "Vault: build finish finish Init",
            "Loans: build finish finish",
            "Market: build finish finish PostInit",
        ],
    );
    assert_eq!(
        timeline.rows.iter().map(|row| row.after.clone()).collect::<Vec<_>>(),
        [vec![], vec![0], vec![1], vec![0, 2]]
    );
    assert_eq!(timeline.rows[0].bars[0].begin, Duration::ZERO);

    // Nobody goes on to a part before everybody has done with the one before.
    let ends = |phase: TimelinePhase| {
        let bars = timeline.rows.iter().flat_map(|row| &row.bars).filter(move |bar| bar.phase == phase);
        (bars.clone().map(|bar| bar.begin).min().unwrap(), bars.map(bevy_extensions::TimelineBar::end).max().unwrap())
    };
    assert!(ends(Build).1 <= ends(Finish).0 && ends(Finish).1 <= ends(TimelinePhase::Init).0);
    let took: Duration = timeline.rows.iter().map(TimelineRow::length).sum();
    assert!(timeline.critical_length() <= took && took <= timeline.length());

    app.world_mut().resource_mut::<Extensions>().restart("Economy");
    app.frames(2);
    assert_eq!(parts(&app.extension_report().timeline()), parts(&timeline), "a restart is not the start of the app");
    app.terminate_extensions();
}

#[test]
fn scripts_are_in_the_timeline() {
    let mut app = crate::support::scripts(&[("bard.js", "extension.on('init', () => {});")]).build();
    app.frames(1);
    assert_eq!(parts(&app.extension_report().timeline()), ["bard: build PreInit Init PostInit"]);
}

fn micros(micros: u64) -> Duration {
    Duration::from_micros(micros)
}

#[test]
fn a_trace_is_what_others_read() {
    let timeline = Timeline::new(
        "My \"town\"",
        vec![
            TimelineRow::new("Economy".parse().unwrap()).bar(Build, micros(500), Duration::from_nanos(1_250)),
            TimelineRow::new("Chat".parse().unwrap()).bar(Build, micros(502), micros(1)),
        ],
    );
    let trace: Value = serde_json::from_str(&timeline.to_chrome_trace()).unwrap();
    assert_eq!(
        trace,
        json!({
            "displayTimeUnit": "ms",
            "traceEvents": [
                {"ph": "M", "pid": 1, "name": "process_name", "args": {"name": "My \"town\""}},
                {"ph": "M", "pid": 1, "tid": 1, "name": "thread_name", "args": {"name": "Economy"}},
                {"ph": "M", "pid": 1, "tid": 1, "name": "thread_sort_index", "args": {"sort_index": 1}},
                {"ph": "X", "pid": 1, "tid": 1, "name": "build", "cat": "critical", "ts": 0.0, "dur": 1.25, "args": {"extension": "Economy"}},
                {"ph": "M", "pid": 1, "tid": 2, "name": "thread_name", "args": {"name": "Chat"}},
                {"ph": "M", "pid": 1, "tid": 2, "name": "thread_sort_index", "args": {"sort_index": 2}},
                {"ph": "X", "pid": 1, "tid": 2, "name": "build", "cat": "start", "ts": 2.0, "dur": 1.0, "args": {"extension": "Chat"}},
            ],
        }),
    );
}

#[test]
fn a_timeline_of_many_shows_those_that_took_longest() {
    let row = |id: u64| {
        let row = TimelineRow::new(format!("Number_{id}").parse().unwrap());
        row.bar(Build, micros(1_000 * id), micros(if id == 77 { 900 } else { 1 + id % 500 }))
    };
    let timeline = |many: u64| Timeline::new("Start", (0..many).map(row).collect()).to_svg();
    for (many, rows) in [(0, 0), (5, 5), (60, 60), (61, 60), (500, 60)] {
        let svg = timeline(many);
        assert_eq!((count(&svg, "text", "name"), count(&svg, "rect", "phase build")), (rows, all_but_critical(many)));
    }
    let texts = read(&timeline(500));
    for text in [
        "500 extensions started in 499.50 ms; the critical path is 900.0 µs",
        "441 others",
        "Number_77",
        "100 ms",
        "Number_77 build: 900.0 µs, from 77.00 ms on, on the critical path",
        "Number_3 build: 4.0 µs, from 3.00 ms on",
    ] {
        assert!(texts.iter().any(|line| line == text), "{text} is in\n{texts:#?}");
    }
    assert!(!texts.iter().any(|text| text == "Number_3"), "it is one of the others");
}

/// Counts the bars of a timeline of which one is critical; the legend has one more that is not.
fn all_but_critical(many: u64) -> usize {
    many as usize + 1 - usize::from(many > 0)
}
