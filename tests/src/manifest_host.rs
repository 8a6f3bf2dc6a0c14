//! A host of manifests on loopback.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What is answered on one path.
#[derive(Clone, Debug)]
enum Page {
    /// These bytes, and the end of the connection.
    Says(Vec<u8>),
    /// Nothing, for as long as the other side waits.
    Hangs,
    /// The beginning of an answer, then a byte of it a second.
    Drips,
    /// An answer that has no end, as fast as it is read.
    Floods,
}

/// Of an answer that promises more than anyone waits for.
const BEGINNING: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{";

/// What the host answers, and what it was asked for.
#[derive(Debug, Default)]
struct Desk {
    pages: BTreeMap<String, Page>,
    asked: Vec<String>,
    holding: usize,
}

/// A host of manifests on 127.0.0.1, in plain http. An unknown path is answered 404.
#[derive(Debug)]
pub struct ManifestHost {
    address: SocketAddr,
    desk: Arc<Mutex<Desk>>,
    task: JoinHandle<()>,
}

impl ManifestHost {
    /// Starts a host on a free port.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let desk = Arc::<Mutex<Desk>>::default();
        let shared = Arc::clone(&desk);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // The other side may go at any moment: then this ends.
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Ok(Self { address, desk, task })
    }

    /// Its scheme, address and port.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The URL of a path on it.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// From now on answers `path` with this document, and answers its URL.
    #[must_use = "drop it where the URL is known"]
    pub fn shows(&self, path: &str, document: &Value) -> String {
        self.says(path, "200 OK", "", &document.to_string())
    }

    /// From now on answers `path` with this status, these header lines and this body, and
    /// answers its URL.
    #[must_use = "drop it where the URL is known"]
    pub fn says(&self, path: &str, status: &str, headers: &str, body: &str) -> String {
        let length = body.len();
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}\r\n{body}");
        self.put(path, Page::Says(answer.into_bytes()))
    }

    /// From now on never answers `path`, and answers its URL.
    #[must_use = "drop it where the URL is known"]
    pub fn hangs(&self, path: &str) -> String {
        self.put(path, Page::Hangs)
    }

    /// From now on answers `path` with a byte a second, and answers its URL.
    #[must_use = "drop it where the URL is known"]
    pub fn drips(&self, path: &str) -> String {
        self.put(path, Page::Drips)
    }

    /// From now on answers `path` without end, and answers its URL.
    #[must_use = "drop it where the URL is known"]
    pub fn floods(&self, path: &str) -> String {
        self.put(path, Page::Floods)
    }

    /// How many requests it was sent that it hangs on or drips at right now: whoever sent
    /// them is still waiting.
    #[must_use]
    pub fn holding(&self) -> usize {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner).holding
    }

    /// The paths that it was asked for, in order.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner).asked.clone()
    }

    fn put(&self, path: &str, page: Page) -> String {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner).pages.insert(path.to_owned(), page);
        self.url(path)
    }
}

impl Drop for ManifestHost {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A request that the host holds; let go when dropped.
struct Held(Arc<Mutex<Desk>>);

impl Held {
    fn by(desk: &Arc<Mutex<Desk>>) -> Self {
        desk.lock().unwrap_or_else(PoisonError::into_inner).holding += 1;
        Self(Arc::clone(desk))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).holding -= 1;
    }
}

async fn serve(stream: TcpStream, desk: Arc<Mutex<Desk>>) -> Result<()> {
    let mut stream = BufReader::new(stream);
    let mut first = String::new();
    stream.read_line(&mut first).await?;
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 2 {
        line.clear();
    }
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let page = {
        let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
        desk.asked.push(path.clone());
        desk.pages.get(&path).cloned()
    };
    match page {
        Some(Page::Says(answer)) => stream.write_all(&answer).await?,
        Some(Page::Hangs) => {
            let _held = Held::by(&desk);
            stream.read_to_end(&mut Vec::new()).await?;
        }
        Some(Page::Drips) => {
            let _held = Held::by(&desk);
            drip(&mut stream).await?;
        }
        Some(Page::Floods) => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n{").await?;
            loop {
                stream.write_all(&[b' '; 8192]).await?;
            }
        }
        None => stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").await?,
    }
    Ok(())
}

/// Ends with an error once the other side is gone.
async fn drip(stream: &mut BufReader<TcpStream>) -> Result<()> {
    stream.write_all(BEGINNING).await?;
    let mut second = tokio::time::interval(Duration::from_secs(1));
    let mut unread = Vec::new();
    loop {
        tokio::select! {
            gone = stream.read_to_end(&mut unread) => { gone?; bail!("the other side is gone") }
            _ = second.tick() => stream.write_all(b" ").await?,
        }
    }
}
