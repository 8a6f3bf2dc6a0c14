//! Small servers on loopback, for tests.

pub(crate) mod connections;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// A server and what it heard.
pub(crate) struct Server {
    pub(crate) port: u16,
    connections: Arc<AtomicUsize>,
    heads: mpsc::UnboundedReceiver<String>,
}

impl Server {
    /// How often someone connected.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Waits for the next request and tells its head; a scripted server tells its body too.
    pub(crate) async fn heard(&mut self) -> String {
        self.heads.recv().await.unwrap()
    }
}

/// What a server does with each connection, once it has the head of a request.
#[derive(Clone)]
pub(crate) enum Manner {
    /// Writes this and closes.
    Says(Vec<u8>),
    /// Writes this and then nothing more.
    Hangs(&'static str),
    /// Writes the first, and then the second for ever, one every second.
    Trickles(&'static str, &'static str),
    /// Writes the first, and then the second for ever, as fast as it can.
    Floods(&'static str, &'static str),
}

pub(crate) fn says(text: &str) -> Manner {
    Manner::Says(text.as_bytes().to_vec())
}

/// A whole and proper answer.
pub(crate) fn healthy() -> Manner {
    says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-From: server\r\n\r\nok")
}

pub(crate) async fn server(manner: Manner) -> Server {
    server_at("127.0.0.1:0".parse().unwrap(), manner).await
}

pub(crate) async fn server_at(address: SocketAddr, manner: Manner) -> Server {
    let listener = TcpListener::bind(address).await.unwrap();
    serve(listener, move |stream, heads| talk(stream, manner.clone(), heads))
}

/// Has every connection handled by `talk`.
pub(crate) fn serve<F, T>(listener: TcpListener, talk: F) -> Server
where
    F: Fn(TcpStream, mpsc::UnboundedSender<String>) -> T + Send + 'static,
    T: Future<Output = ()> + Send + 'static,
{
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let (sender, heads) = mpsc::unbounded_channel();
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(talk(stream, sender.clone()));
        }
    });
    Server { port, connections, heads }
}

async fn talk(mut stream: TcpStream, manner: Manner, heads: mpsc::UnboundedSender<String>) {
    let head = head(&mut stream).await;
    let _ = heads.send(head);
    act(stream, manner).await;
}

async fn act(mut stream: TcpStream, manner: Manner) {
    // The other side may be gone at any moment: then this ends.
    match manner {
        Manner::Says(bytes) => {
            let _ = stream.write_all(&bytes).await;
        }
        Manner::Hangs(text) => {
            let _ = stream.write_all(text.as_bytes()).await;
            let _ = stream.read_to_end(&mut Vec::new()).await;
        }
        Manner::Trickles(first, piece) => {
            let mut next = first;
            while stream.write_all(next.as_bytes()).await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
                next = piece;
            }
        }
        Manner::Floods(first, piece) => {
            let mut next = first;
            while stream.write_all(next.as_bytes()).await.is_ok() {
                next = piece;
            }
        }
    }
}

/// A server that gives each connection the next of `answers`, the last one again and again.
/// It hears whole requests: head and body.
pub(crate) async fn scripted(answers: Vec<Manner>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let given = Arc::new(AtomicUsize::new(0));
    serve(listener, move |mut stream, requests| {
        let next = given.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        let manner = answers[next].clone();
        async move {
            let mut request = head(&mut stream).await;
            let mut body = vec![0; length(&request)];
            let _ = stream.read_exact(&mut body).await;
            request.push_str(&String::from_utf8(body).unwrap());
            let _ = requests.send(request);
            act(stream, manner).await;
        }
    })
}

/// How many bytes of body a head announces.
fn length(head: &str) -> usize {
    let head = head.to_ascii_lowercase();
    let value = head.split("content-length:").nth(1).and_then(|rest| rest.lines().next());
    value.map_or(0, |value| value.trim().parse().unwrap())
}

/// Reads the head of a request.
pub(crate) async fn head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}
