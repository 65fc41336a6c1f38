//! What the debug page tells of a program: its figures, tasks and stalls; also while nothing else can run, and of a million tasks.
#![cfg(all(feature = "debug-page", feature = "rt-multi-thread"))]

mod support;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use runtime::debug::{self, Server};
use runtime::sync::{Mutex, Semaphore};
use runtime::{Builder, Runtime, task};
use serde_json::Value;
use support::page::{ask, get, get_json, number_of, status_of, until};
use support::{Gate, watch};

const HTML: &str = "<img src=x onerror=alert(1)></script><b>\"bold\" & \\ \n";

fn page() -> Server {
    debug::serve("127.0.0.1:0").expect("a port is free")
}

/// A multi-thread runtime that can be found by its name.
fn named(name: &str, permits: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(permits).enable_all().name(name).build().unwrap()
}

/// The groups of the tasks of a runtime.
fn groups(address: SocketAddr, runtime: &str, query: &str) -> Value {
    let number = number_of(address, runtime);
    get_json(address, &format!("/debug/tasks.json?runtime={number}{query}"))
}

/// So many tasks that wait for a semaphore; the place and the permit that ends them.
fn park(runtime: &Runtime, tasks: usize) -> (String, Arc<Semaphore>) {
    let gate = Arc::new(Semaphore::new(0));
    let place = format!("{}:{}:", file!(), line!() + 3);
    for _ in 0..tasks {
        let gate = gate.clone();
        runtime.spawn(async move { drop(gate.acquire().await) });
    }
    (place, gate)
}

/// The samples of a text in Prometheus' format, by name and labels; it has to be well formed.
fn samples(text: &str) -> HashMap<String, f64> {
    let mut samples = HashMap::new();
    let mut family = (String::new(), String::new());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, text) = help.split_once(' ').expect("a name and a text");
            assert!(!text.is_empty());
            let kind = lines.next().and_then(|line| line.strip_prefix("# TYPE "));
            let (same, kind) = kind.and_then(|kind| kind.split_once(' ')).expect("a type");
            assert_eq!(same, name);
            assert!(matches!(kind, "counter" | "gauge"), "{kind}");
            assert_eq!(kind == "counter", name.ends_with("_total"), "{name}");
            family = (name.into(), kind.into());
            continue;
        }
        let (series, value) = line.rsplit_once(' ').expect("a series and a value");
        let (name, labels) = series.split_once('{').expect("every series has a label");
        assert_eq!(name, family.0);
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{name}");
        check_labels(labels);
        let value: f64 = value.parse().expect("a number");
        assert!(samples.insert(series.into(), value).is_none(), "{series} is there twice");
    }
    samples
}

/// `name="value",..}`, with nothing unescaped in a value.
fn check_labels(mut labels: &str) {
    loop {
        let (name, rest) = labels.split_once("=\"").expect("a label has a value");
        assert!(name.chars().all(|c| c.is_ascii_lowercase()), "{name}");
        let mut is_escaped = false;
        let end = rest.find(|c| {
            let ends = c == '"' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            ends
        });
        labels = &rest[end.expect("a value ends") + 1..];
        match labels.strip_prefix(',') {
            Some(more) => labels = more,
            None => break assert_eq!(labels, "}"),
        }
    }
}

#[test]
fn the_page_is_one_file_that_allows_its_own_script_alone() {
    let _watch = watch();
    let page = page();
    let [one, other] = [0, 1].map(|_| ask(page.local_addr(), "GET", "/", ""));
    assert_eq!(one.status, 200);
    assert!(one.head.contains("content-type: text/html; charset=utf-8"), "{}", one.head);
    let nonce = |head: &str| {
        let (_, rest) = head.split_once("script-src 'nonce-").expect("scripts have a number");
        rest.split_once('\'').expect("it ends").0.to_owned()
    };
    let number = nonce(&one.head);
    assert_ne!(number, nonce(&other.head), "it is a new one each time");
    assert_eq!(one.body.matches(&format!("<script nonce=\"{number}\">")).count(), 1);
    assert_eq!(one.body.matches("<script").count(), 1);
    assert!(one.head.contains("default-src 'none'"), "{}", one.head);
    for outside in ["http://", "https://", "src=", "@import", "url(", "innerHTML", "{script}"] {
        assert!(!one.body.contains(outside), "{outside}");
    }
    page.shutdown();
}

#[test]
fn figures_are_told_in_the_format_of_prometheus() {
    let _watch = watch();
    let page = page();
    let runtime = named("a \"name\" with \\ and\nmore", 2);
    let (_, gate) = park(&runtime, 7);
    runtime.block_on(async { task::yield_now().await });
    let text = get(page.local_addr(), "/metrics");
    let samples = samples(&text);
    let info = "gosched_runtime_info{runtime=\"N\",name=\"a \\\"name\\\" with \\\\ and\\nmore\"}";
    let number = runtime.handle().id().to_string();
    assert_eq!(samples[&info.replace('N', &number)], 1.0);
    let value = |name: &str| samples[&format!("gosched_{name}{{runtime=\"{number}\"}}")];
    assert_eq!((value("tasks"), value("spawned_tasks_total"), value("permits")), (7.0, 7.0, 2.0));
    assert!(value("polls_total") >= 1.0);
    assert!(value("busy_seconds_total") >= 0.0);
    drop(gate);
    page.shutdown();
}

#[test]
fn tasks_are_grouped_filtered_and_told_one_by_one() {
    let _watch = watch();
    let (page, name) = (page(), "grouped");
    let address = page.local_addr();
    let runtime = named(name, 2);
    let (place, gate) = park(&runtime, 250);
    let lock = Arc::new(Mutex::new(()));
    let guard = runtime.block_on(lock.clone().lock_owned());
    for n in 0..5 {
        let lock = lock.clone();
        let waits = async move { drop(lock.lock().await) };
        let name = format!("Session-{n}");
        task::Builder::new().name(&name).spawn_on(waits, runtime.handle()).unwrap();
    }
    let is_parked = |found: &Value| {
        let counts: Vec<_> = groups_of(found).iter().map(|group| group["count"].as_u64()).collect();
        counts == [Some(250), Some(5)]
    };
    let found = until("all wait", || groups(address, name, ""), is_parked);
    assert_eq!((&found["listed"], &found["unlisted"]), (&255.into(), &0.into()));
    let [many, few] = groups_of(&found) else { panic!("{found}") };
    assert!(many["place"].as_str().unwrap().starts_with(&place), "{many} {place}");
    assert_eq!((&many["reason"], &many["state"]), (&"semaphore".into(), &"waiting".into()));
    assert_eq!((&few["reason"], &few["kind"]), (&"mutex".into(), &"task".into()));
    assert_eq!(few["names"].as_array().unwrap().len(), 3);

    let by_reason = groups(address, name, "&by=reason");
    let [many, few] = groups_of(&by_reason) else { panic!("{by_reason}") };
    assert_eq!((&many["reason"], &many["place"]), (&"semaphore".into(), &Value::Null));
    assert_eq!((&few["reason"], &few["count"]), (&"mutex".into(), &5.into()));

    for filter in ["session-3", "SESSION-3", "Session%2D3"] {
        let filtered = groups(address, name, &format!("&filter={filter}"));
        assert_eq!((&filtered["selected"], &filtered["listed"]), (&1.into(), &255.into()));
    }
    let filtered = groups(address, name, "&filter=semaphore");
    assert_eq!(filtered["selected"], 250);
    assert_eq!(groups(address, name, "&filter=nothing+of+that")["selected"], 0);

    let number = number_of(address, name);
    let one = |group: &Value| {
        let group = group["group"].as_str().unwrap();
        get_json(address, &format!("/debug/group.json?runtime={number}&group={group}"))
    };
    let [many, few] = groups_of(&found) else { panic!("{found}") };
    let (many, few) = (one(many), one(few));
    assert_eq!((&many["count"], many["tasks"].as_array().unwrap().len()), (&250.into(), 100));
    let names = few["tasks"].as_array().unwrap().iter().map(|task| task["name"].as_str().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    assert_eq!(names, [0, 1, 2, 3, 4].map(|n| format!("Session-{n}")));
    for nonsense in ["", "zz", "0", "99999999999999999999999"] {
        let path = format!("/debug/group.json?runtime={number}&group={nonsense}");
        assert_eq!(get_json(address, &path)["count"], 0);
    }
    assert_eq!(ask(address, "GET", "/debug/tasks.json?runtime=99999999", "").status, 404);
    drop((guard, gate));
    page.shutdown();
}

fn groups_of(found: &Value) -> &[Value] {
    found["groups"].as_array().expect("it is a list")
}

#[test]
fn a_name_with_html_in_it_stays_a_text() {
    let _watch = watch();
    let (page, name) = (page(), "html <script>");
    let runtime = named(name, 1);
    let gate = Arc::new(Semaphore::new(0));
    let waits = {
        let gate = gate.clone();
        async move { drop(gate.acquire().await) }
    };
    task::Builder::new().name(HTML).spawn_on(waits, runtime.handle()).unwrap();
    runtime.block_on(async { task::yield_now().await });
    let address = page.local_addr();
    let has_it = |found: &Value| found["groups"][0]["names"][0] == HTML;
    until("it is told of", || groups(address, name, ""), has_it);
    let number = number_of(address, name);
    for path in [format!("/debug/tasks.json?runtime={number}"), "/debug/status.json".into()] {
        let reply = ask(address, "GET", &path, "");
        assert!(!reply.body.contains('<'), "no reader takes it for markup: {}", reply.body);
        assert!(reply.head.contains("content-type: application/json"), "{}", reply.head);
        assert!(reply.head.contains("x-content-type-options: nosniff"), "{}", reply.head);
    }
    drop(gate);
    page.shutdown();
}

#[test]
fn it_answers_while_every_permit_is_taken() {
    let _watch = watch();
    let (page, name) = (page(), "spinning");
    let address = page.local_addr();
    // With no thread to be had, no permit is retaken.
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).max_blocking_threads(1).enable_all().name(name);
    let runtime = builder.build().unwrap();
    let gate = Gate::new("the page has answered");
    let place = format!("{}:{}:", file!(), line!() + 3);
    for _ in 0..4 {
        let gate = gate.clone();
        runtime.spawn(async move {
            while !gate.is_open() {
                std::hint::spin_loop();
            }
        });
    }
    let all_spin = |status: &Value| {
        let posts = status["posts"].as_array().unwrap();
        let spins = |post: &&Value| {
            post["is_polling"] == true && post["place"].as_str().unwrap().starts_with(&place)
        };
        posts.iter().filter(spins).count() >= 2
    };
    until("all permits are taken", || status_of(address, name), all_spin);
    for path in ["/", "/metrics", "/debug/status.json", "/debug/tasks.json"] {
        get(address, path);
    }
    let is_listed = |status: &Value| {
        let stalls = status["stalls"].as_array().unwrap();
        stalls.iter().any(|stall| stall["place"].as_str().unwrap().starts_with(&place))
    };
    until("the stall is told of", || status_of(address, name), is_listed);
    gate.open();
    page.shutdown();
}

#[test]
fn the_pages_own_runtime_is_not_shown() {
    let _watch = watch();
    let (one, other) = (page(), page());
    let runtime = named("shown", 1);
    let status = get_json(one.local_addr(), "/debug/status.json");
    let shown = status["runtimes"].as_array().unwrap();
    assert!(shown.iter().any(|found| found["number"] == *runtime.handle().id().to_string()));
    assert!(shown.iter().all(|found| !found["name"].is_null()), "all of the tests have names");
    one.shutdown();
    other.shutdown();
}

#[test]
fn it_ends_when_it_is_asked_to_and_not_before() {
    let _watch = watch();
    let first = page();
    let address = first.local_addr();
    let taken = debug::serve(address).unwrap_err();
    assert_eq!(taken.kind(), std::io::ErrorKind::AddrInUse);
    first.shutdown();
    assert!(std::net::TcpStream::connect(address).is_err());
    let again = debug::serve(address).expect("its port is free");
    drop(again);
    get(address, "/metrics");
}

#[test]
fn it_can_be_started_and_ended_in_a_task() {
    let _watch = watch();
    let runtime = named("inside", 1);
    let address = runtime.block_on(async {
        runtime::spawn(async {
            let page = page();
            let address = page.local_addr();
            let asked = task::spawn_blocking(move || get(address, "/metrics"));
            samples(&asked.await.unwrap());
            page.shutdown();
            address
        })
        .await
        .unwrap()
    });
    assert!(std::net::TcpStream::connect(address).is_err());
}

/// What it costs is in proportion to the tasks, and what is sent is not.
#[test]
fn of_very_many_tasks_little_is_sent() {
    let _watch = watch();
    let (page, name) = (page(), "crowded");
    let address = page.local_addr();
    let runtime = named(name, 2);
    let many = support::rounds(300_000);
    let gate = Arc::new(Semaphore::new(0));
    for n in 0..many {
        let gate = gate.clone();
        let waits = async move { drop(gate.acquire().await) };
        if n % 8 == 0 {
            let name = format!("n{n}");
            task::Builder::new().name(&name).spawn_on(waits, runtime.handle()).unwrap();
        } else {
            runtime.spawn(waits);
        }
    }
    let all_wait =
        |found: &Value| found["groups"][0]["count"].as_u64().unwrap_or(0) > (many / 2) as u64;
    until("they wait", || groups(address, name, ""), all_wait);
    let number = number_of(address, name);
    let text = get(address, &format!("/debug/tasks.json?runtime={number}"));
    assert!(text.len() < 10_000, "{} bytes", text.len());
    let begin = Instant::now();
    let askers: Vec<_> = (0..20)
        .map(|n| {
            let path =
                format!("/debug/tasks.json?runtime={number}&by={}", ["place", "type"][n % 2]);
            thread::spawn(move || get_json(address, &path)["took"].as_f64().unwrap())
        })
        .collect();
    let took: Vec<_> = askers.into_iter().map(|asker| asker.join().unwrap()).collect();
    // Those who ask for the same get the same, so there were no more than a few dumps.
    let longest = took.iter().fold(0.0, |a: f64, b| a.max(*b));
    let limit = Duration::from_secs_f64(longest * 5.0 * 20.0 + 5.0);
    assert!(begin.elapsed() < limit, "{:?}", begin.elapsed());
    drop(gate);
    page.shutdown();
}
