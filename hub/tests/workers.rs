//! Worker processes as they really are: what they may, how they die, and that nobody else notices.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail loudly"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use engine::{EngineSettings, Kind as StatementKind, Parameter, QueryLimits, Task};
use futures::StreamExt;
use hub::config::Log;
use hub::metrics::Metrics;
use hub::worker::{
    Hello, Kind, Lost, Pool, PoolSettings, ProcessLimits, QueryHello, QueryWorkers, Spawner, WorkerChecker,
};
use intake::{CheckEvent, CheckFailure, CheckRequest, Checker, LocalChecker};
use lake::LakeSettings;
use policy::BootKey;
use rustix::process::{Pid, Signal, kill_process};
use schemas::{Contract, Period, RegionCode};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::time::Instant;

struct Yard {
    pool: Pool,
    metrics: Arc<Metrics>,
    folder: TempDir,
    kind: Kind,
    before: Vec<i32>,
}

impl Yard {
    async fn open(kind: Kind, ready: usize) -> Yard {
        let folder = tempfile::tempdir().unwrap();
        let before = children(kind);
        let hello = Hello {
            limits: ProcessLimits {
                address_space_bytes: 8 << 30,
                cpu_seconds: 600,
                file_bytes: 0,
                files_open: 512,
            },
            log: Log::default(),
            threads: 2,
            query: Some(QueryHello {
                boot_key: BootKey::random().unwrap().export().to_string(),
                lake: LakeSettings {
                    url: url::Url::from_directory_path(folder.path()).unwrap(),
                    options: BTreeMap::new(),
                },
                engine: EngineSettings::default(),
            }),
        };
        let settings = PoolSettings {
            kind,
            ready,
            at_once: 4,
            tasks_max: 100,
            queue_time: Duration::from_millis(300),
        };
        let metrics = Arc::new(Metrics::new());
        let spawner = Spawner::start(Some(PathBuf::from(env!("CARGO_BIN_EXE_taxhub")))).unwrap();
        let pool = Pool::start(settings, spawner, &hello, metrics.clone())
            .await
            .unwrap();
        Yard {
            pool,
            metrics,
            folder,
            kind,
            before,
        }
    }

    fn workers(&self) -> QueryWorkers {
        QueryWorkers::new(self.pool.clone())
    }

    /// Processes of this yard.
    fn processes(&self) -> Vec<i32> {
        children(self.kind)
            .into_iter()
            .filter(|pid| !self.before.contains(pid))
            .collect()
    }

    async fn ends(&self, reason: &str) {
        let line = format!(
            "taxhub_worker_ends_total{{kind=\"{}\",reason=\"{reason}\"}} ",
            self.kind.name()
        );
        for _ in 0..100 {
            if self.metrics.render().contains(&line) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("no worker ended as {reason}: {}", self.metrics.render());
    }
}

/// Worker processes that this process has started.
fn children(kind: Kind) -> Vec<i32> {
    let me = std::process::id().to_string();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<i32>().ok())
        else {
            continue;
        };
        let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        let words = fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        let ours = parent.is_some_and(|parent| parent.trim() == me);
        if ours && words.replace('\0', " ").trim() == format!("taxhub worker --kind {}", kind.name()) {
            found.push(pid);
        }
    }
    found
}

fn signal(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
}

fn task(sql: &str) -> Task {
    Task {
        query_id: "q_1".to_owned(),
        sql: sql.to_owned(),
        parameters: Vec::new(),
        grants: Vec::new(),
        views: Vec::new(),
        snapshots: Vec::new(),
        rates: None,
        duties: None,
        limits: QueryLimits::default(),
        shown: None,
        explain: false,
    }
}

/// Work for hours, with an answer of one row.
fn long_task() -> Task {
    let ten = "(VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9))";
    let many: Vec<String> = (0..12).map(|at| format!("{ten} AS t{at}(n)")).collect();
    task(&format!(
        "SELECT count(*) FROM {} WHERE t0.n + t11.n > 1",
        many.join(", ")
    ))
}

fn power() -> (Arc<Contract>, Period, RegionCode) {
    let contracts = schemas::feeds::embedded().unwrap();
    let contract = contracts
        .into_iter()
        .find(|contract| contract.id().as_str() == "pow_usage")
        .unwrap();
    let period = Period::parse(contract.period_kind(), "202501").unwrap();
    (Arc::new(contract), period, RegionCode::parse("433100").unwrap())
}

fn request(folder: &Path) -> CheckRequest {
    let (contract, period, unit) = power();
    let example = schemas::feeds::example(contract.id(), schemas::feeds::Example::Refused).unwrap();
    let path = folder.join("body");
    fs::write(&path, example).unwrap();
    CheckRequest {
        contract,
        period,
        unit,
        path,
        earlier: Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_gives_up_what_it_does_not_need() {
    let yard = Yard::open(Kind::Query, 1).await;
    let pid = yard.processes()[0];
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let limit = |name: &str| {
        let line = limits
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap()
            .to_owned();
        let words: Vec<String> = line[26..].split_whitespace().map(str::to_owned).collect();
        (words[0].clone(), words[1].clone())
    };
    for (name, most) in [
        ("Max address space", (8_u64 << 30).to_string()),
        ("Max cpu time", "600".to_owned()),
        ("Max file size", "0".to_owned()),
        ("Max open files", "512".to_owned()),
        ("Max core file size", "0".to_owned()),
    ] {
        assert_eq!(limit(name), (most.clone(), most), "{name}");
    }
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap();
    assert_eq!(String::from_utf8_lossy(&environment), "MALLOC_ARENA_MAX=2\0");
    let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap();
    assert_eq!(String::from_utf8_lossy(&words), "taxhub\0worker\0--kind\0query\0");
}

#[tokio::test(flavor = "multi_thread")]
async fn sql_is_read_described_and_run_next_door() {
    let yard = Yard::open(Kind::Query, 1).await;
    let workers = yard.workers();
    let statements = workers
        .classify("BEGIN; SELECT a FROM v_x WHERE b = $1; COMMIT")
        .await
        .unwrap();
    assert_eq!(
        (statements.len(), &statements[1].kind),
        (3, &StatementKind::Query)
    );
    assert_eq!(statements[1].relations, ["v_x"]);
    assert_eq!(
        workers.classify("DROP TABLE v_x").await.unwrap_err().sqlstate,
        "0A000"
    );
    let deep = format!("SELECT 1{}", "+1".repeat(20_000));
    assert!(
        workers
            .classify(&deep)
            .await
            .unwrap_err()
            .sqlstate
            .starts_with("54")
    );

    let described = workers.describe(task("SELECT 1 AS n, 'x' AS t")).await.unwrap();
    assert_eq!(described.columns.field(0).name(), "n");
    let deadline = || Instant::now() + Duration::from_secs(20);
    let mut run = workers.run(task("SELECT 2 AS n"), deadline()).await.unwrap();
    let batch = run.batches.next().await.unwrap().unwrap();
    assert_eq!(batch.column(0).as_primitive::<Int64Type>().value(0), 2);
    assert!(run.batches.next().await.is_none());
    let mut echo = task("SELECT $1 AS t");
    echo.parameters = vec![Parameter {
        text: Some("电".to_owned()),
        kind: None,
    }];
    let mut run = workers.run(echo, deadline()).await.unwrap();
    assert_eq!(
        run.batches
            .next()
            .await
            .unwrap()
            .unwrap()
            .column(0)
            .as_string::<i32>()
            .value(0),
        "电"
    );
    let refused = workers
        .run(task("SELECT a FROM v_x"), deadline())
        .await
        .err()
        .unwrap();
    assert_eq!(refused.sqlstate, "42P01");
    // One process did all of it.
    assert_eq!(
        yard.metrics.render().matches("taxhub_worker_ends_total{").count(),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_worker_is_one_refusal_and_the_next_query_has_another() {
    let yard = Yard::open(Kind::Query, 1).await;
    let workers = yard.workers();
    for (with, sqlstate) in [
        (Signal::TERM, "57P02"),
        (Signal::ABORT, "53200"),
        (Signal::KILL, "53200"),
    ] {
        let victim = yard.processes()[0];
        let running = workers.run(long_task(), Instant::now() + Duration::from_secs(30));
        let killing = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            signal(victim, with);
        };
        let (lost, ()) = tokio::join!(running, killing);
        let sqlstate_seen = match lost {
            Err(problem) => problem.sqlstate,
            Ok(mut rows) => rows.batches.next().await.unwrap().unwrap_err().sqlstate(),
        };
        assert_eq!(sqlstate_seen, sqlstate);
        assert!(workers.classify("SELECT 1 FROM v_x").await.is_ok());
        for _ in 0..100 {
            if yard.pool.idle() == 1 && !yard.processes().contains(&victim) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_and_a_reader_who_leaves_both_end_the_process() {
    let yard = Yard::open(Kind::Query, 0).await;
    let workers = yard.workers();
    let started = Instant::now();
    let late = match workers
        .run(long_task(), Instant::now() + Duration::from_millis(500))
        .await
    {
        Err(problem) => problem.sqlstate,
        Ok(mut rows) => rows.batches.next().await.unwrap().unwrap_err().sqlstate(),
    };
    assert_eq!(late, "57014");
    assert!(started.elapsed() < Duration::from_secs(5));
    yard.ends("deadline").await;
    let running = workers.run(long_task(), Instant::now() + Duration::from_secs(30));
    assert!(
        tokio::time::timeout(Duration::from_millis(500), async {
            running.await?.batches.next().await;
            Ok::<_, hub::front::Problem>(())
        })
        .await
        .is_err()
    );
    yard.ends("cancelled").await;
    for _ in 0..100 {
        if yard.processes().is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("a process outlived its query: {:?}", yard.processes());
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_are_limited_and_the_wait_for_one_as_well() {
    let yard = Yard::open(Kind::Query, 0).await;
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut seats = Vec::new();
    for _ in 0..4 {
        seats.push(yard.pool.seat(deadline).await.unwrap());
    }
    assert_eq!(yard.pool.seat(deadline).await.err(), Some(Lost::Busy));
    seats.pop();
    assert!(yard.pool.seat(deadline).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_checked_next_door_reads_as_one_checked_here() {
    let yard = Yard::open(Kind::Parse, 1).await;
    let request = request(yard.folder.path());
    let local = LocalChecker {
        limits: check::Limits::default(),
    };
    let remote = WorkerChecker::new(yard.pool.clone(), Duration::from_secs(60));
    let (here, there) = (told(&local, &request).await, told(&remote, &request).await);
    assert_eq!(here.0, there.0);
    assert_eq!(here.1, there.1);
    assert!(here.0.findings_total > 0 && !here.1.is_empty());
}

/// The report, and everything said on the way but progress.
async fn told(checker: &dyn Checker, request: &CheckRequest) -> (check::Report, Vec<String>) {
    let (sender, mut receiver) = mpsc::channel(4);
    let listening = async {
        let mut heard = Vec::new();
        while let Some(event) = receiver.recv().await {
            match event {
                CheckEvent::Progress { .. } => {}
                other => heard.push(format!("{other:?}")),
            }
        }
        heard.sort();
        heard
    };
    let (report, heard) = tokio::join!(checker.check(request.clone(), sender), listening);
    (report.unwrap(), heard)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_cannot_end_is_ended() {
    let yard = Yard::open(Kind::Parse, 1).await;
    // Opening a pipe that nobody writes to never returns.
    let path = yard.folder.path().join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &path,
        rustix::fs::FileType::Fifo,
        0o600.into(),
        0,
    )
    .unwrap();
    let checker = WorkerChecker::new(yard.pool.clone(), Duration::from_millis(500));
    let (sender, _receiver) = mpsc::channel(4);
    let mut stuck = request(yard.folder.path());
    stuck.path = path;
    assert_eq!(checker.check(stuck, sender).await, Err(CheckFailure::TimedOut));
    yard.ends("deadline").await;
    let (sender, _receiver) = mpsc::channel(64);
    let missing = CheckRequest {
        path: yard.folder.path().join("none"),
        ..request(yard.folder.path())
    };
    assert_eq!(checker.check(missing, sender).await, Err(CheckFailure::Died));
}
