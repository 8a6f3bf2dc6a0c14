//! The reference server from outside: started as the driver starts it.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use patchbay_bench::reference::{ANSWER_BYTES, FIRST_SEQUENCE, Row, row_id};
use reqwest::Client;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(30);

struct Reference {
    process: Child,
    url: String,
    http: Client,
    _directory: TempDir,
}

impl Reference {
    fn start(reads: &str) -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        let address_file = directory.path().join("address");
        let process = Command::new(env!("CARGO_BIN_EXE_reference"))
            .arg("--database")
            .arg(format!("sqlite://{}", directory.path().join("rows.db").display()))
            .arg("--address-file")
            .arg(&address_file)
            .args(["--reads", reads, "--seed", "120", "--workers", "2"])
            .stdin(Stdio::null())
            .spawn()?;
        let deadline = Instant::now() + PATIENCE;
        let mut started = Self {
            process,
            url: String::new(),
            http: Client::builder().no_proxy().build()?,
            _directory: directory,
        };
        let address = loop {
            if let Ok(address) = fs::read_to_string(&address_file) {
                break address;
            }
            assert!(started.process.try_wait()?.is_none(), "the reference ended early");
            assert!(Instant::now() < deadline, "the reference did not start");
            thread::yield_now();
        };
        started.url = format!("http://{address}");
        Ok(started)
    }

    async fn get(&self, path: &str) -> reqwest::Result<reqwest::Response> {
        self.http.get(format!("{}{path}", self.url)).send().await
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

#[tokio::test]
async fn a_row_is_answered_in_345_bytes_whichever_way_it_is_read() {
    for reads in ["inline", "threads"] {
        let reference = Reference::start(reads).unwrap();
        let answer = reference.get(&format!("/rows/{}", row_id(FIRST_SEQUENCE + 7))).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "application/json");
        assert_eq!(answer.bytes().await.unwrap().len(), ANSWER_BYTES, "{reads}");
        assert_eq!(reference.get("/rows/nothing").await.unwrap().status(), 404);
    }
}

#[tokio::test]
async fn a_page_is_the_fifty_rows_after_a_place() {
    let reference = Reference::start("threads").unwrap();
    let page = reference.get(&format!("/rows?after={}", FIRST_SEQUENCE + 49)).await.unwrap();
    let places: Vec<i64> = page.json::<Vec<Row>>().await.unwrap().iter().map(|row| row.sequence).collect();
    assert_eq!(places, (FIRST_SEQUENCE + 50..FIRST_SEQUENCE + 100).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_was_acknowledged_can_be_read() {
    let reference = Reference::start("inline").unwrap();
    let body = json!({"name": "Shop", "json_url": "not-a-url"});
    let answer = reference.http.post(format!("{}/rows", reference.url)).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let made: Row = answer.json().await.unwrap();
    let read: Row = reference.get(&format!("/rows/{}", made.id)).await.unwrap().json().await.unwrap();
    assert_eq!((read.name.as_str(), &read), ("Shop", &made));
}

#[tokio::test]
async fn sigterm_ends_it_with_success() {
    let mut reference = Reference::start("threads").unwrap();
    kill_process(Pid::from_child(&reference.process), Signal::TERM).unwrap();
    assert!(reference.process.wait().unwrap().success());
}
