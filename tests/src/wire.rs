//! A connection, byte by byte: for what no HTTP client would send.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What has not come by then never comes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection to a service.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
}

impl Wire {
    /// Connects.
    pub async fn to(address: SocketAddr) -> Result<Self> {
        Ok(Self { stream: TcpStream::connect(address).await? })
    }

    /// Makes so many connections, each of which has sent these bytes.
    pub async fn many(address: SocketAddr, number: usize, bytes: &[u8]) -> Result<Vec<Self>> {
        let mut wires = Vec::with_capacity(number);
        for made in 0..number {
            let mut wire = Self::to(address).await.with_context(|| format!("connection {made}"))?;
            wire.send(bytes).await;
            wires.push(wire);
        }
        Ok(wires)
    }

    /// Sends these bytes. The other side may have closed before it has read them all.
    pub async fn send(&mut self, bytes: &[u8]) {
        drop(self.stream.write_all(bytes).await);
    }

    /// Sends as many of these bytes as there is room for on the way, without waiting for more.
    pub fn send_what_fits(&mut self, bytes: &[u8]) {
        drop(self.stream.try_write(bytes));
    }

    /// Reads so many answers that have a body, each as one text.
    pub async fn answers(&mut self, number: usize) -> Result<Vec<String>> {
        let mut read = Vec::new();
        let mut answers = Vec::new();
        while answers.len() < number {
            while let Some(end) = end_of_answer(&read) {
                answers.push(String::from_utf8(read.drain(..end).collect())?);
            }
            if answers.len() < number {
                let mut bytes = [0; 4096];
                let more = tokio::time::timeout(PATIENCE, self.stream.read(&mut bytes)).await;
                let more = more.context("no answer comes")??;
                anyhow::ensure!(more > 0, "closed after {} answers", answers.len());
                read.extend_from_slice(&bytes[..more]);
            }
        }
        Ok(answers)
    }

    /// Reads all that still comes, until the other side closes.
    pub async fn rest(mut self) -> Result<String> {
        let mut rest = Vec::new();
        let read = tokio::time::timeout(PATIENCE, self.stream.read_to_end(&mut rest)).await;
        // A connection that is torn down is closed too.
        drop(read.context("the other side does not close")?);
        Ok(String::from_utf8_lossy(&rest).into_owned())
    }
}

/// Where the first answer ends, when it is there as a whole.
fn end_of_answer(read: &[u8]) -> Option<usize> {
    let head = read.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&read[..head]).to_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let end = head + length.unwrap_or(0_usize);
    (read.len() >= end).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_where_its_length_says() {
        let read = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1";
        assert_eq!(end_of_answer(read), Some(read.len() - 8));
        assert_eq!(end_of_answer(&read[..read.len() - 9]), None);
        assert_eq!(end_of_answer(b"HTTP/1.1 304 Not Modified\r\n\r\n"), Some(29));
    }
}
