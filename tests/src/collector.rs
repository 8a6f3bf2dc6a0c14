//! A collector of spans on loopback: what the service tells of its work, taken in over HTTP.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A collector on 127.0.0.1, in plain http. It keeps what it is sent and understands nothing.
#[derive(Debug)]
pub struct Collector {
    address: SocketAddr,
    taken: Arc<Mutex<Vec<u8>>>,
    task: JoinHandle<()>,
}

impl Collector {
    /// Starts one on a free port.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let taken = Arc::<Mutex<Vec<u8>>>::default();
        let shared = Arc::clone(&taken);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // The other side may go at any moment: then this ends.
                tokio::spawn(take(stream, Arc::clone(&shared)));
            }
        });
        Ok(Self { address, taken, task })
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything that it was sent, heads and bodies one behind the other, as far as it is text.
    #[must_use]
    pub fn text(&self) -> String {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&taken).into_owned()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Takes in one request, and says that all is well.
async fn take(stream: TcpStream, taken: Arc<Mutex<Vec<u8>>>) -> Result<()> {
    let mut stream = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    while !head.ends_with("\r\n\r\n") {
        let begins = head.len();
        anyhow::ensure!(stream.read_line(&mut head).await? > 0, "the head breaks off");
        if let Some(announced) = head[begins..].to_lowercase().strip_prefix("content-length:") {
            length = announced.trim().parse()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    taken.lock().unwrap_or_else(PoisonError::into_inner).extend([head.as_bytes(), &body].concat());
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await?;
    Ok(())
}
