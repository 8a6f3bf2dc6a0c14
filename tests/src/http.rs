//! A small HTTP client: no proxy, no redirects, no TLS.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
#[cfg(test)]
use reqwest::header::CONTENT_TYPE;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::contract::violation;
use crate::difference;

/// An answer that has not come by then never comes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Speaks to one service.
#[derive(Clone, Debug)]
pub struct Http {
    client: Client,
    root: String,
}

impl Http {
    /// Speaks to what listens on `address`.
    #[must_use]
    pub fn to(address: SocketAddr) -> Self {
        let client = Client::builder().no_proxy().redirect(Policy::none()).timeout(PATIENCE).build();
        assert!(client.is_ok(), "no HTTP client: {client:?}");
        Self { client: client.unwrap_or_default(), root: format!("http://{address}") }
    }

    /// A request to be completed and sent.
    #[must_use]
    pub fn request(&self, method: &str, path: &str) -> Request {
        let known = Method::from_bytes(method.as_bytes());
        assert!(known.is_ok(), "{method} is no method");
        let builder = self.client.request(known.unwrap_or_default(), format!("{}{path}", self.root));
        Request { asked: format!("{method} {path}"), builder }
    }

    /// Sends these bytes as they are, and reads the answer while it does.
    pub async fn raw(&self, request: impl Into<Vec<u8>>) -> Result<Answer> {
        let request = request.into();
        let asked = String::from_utf8_lossy(&request).lines().next().unwrap_or_default().to_owned();
        let address = self.root.trim_start_matches("http://");
        let (mut reader, mut writer) = TcpStream::connect(address).await?.into_split();
        // Who answers early may close: what counts is the answer.
        let writing = async { drop(writer.write_all(&request).await) };
        let (answer, ()) = tokio::join!(tokio::time::timeout(PATIENCE, whole_answer(&mut reader)), writing);
        let (head, body) = answer.with_context(|| asked.clone())?.with_context(|| asked.clone())?;
        parsed(asked.clone(), &head, body).with_context(|| format!("{asked}: {head}"))
    }

    /// A request of a path.
    #[must_use]
    pub fn get(&self, path: &str) -> Request {
        self.request("GET", path)
    }
}

/// Reads the head of an answer, and as much of a body as that announces.
async fn whole_answer(stream: &mut (impl AsyncRead + Unpin)) -> Result<(String, Vec<u8>)> {
    let mut stream = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        ensure!(stream.read_line(&mut line).await? > 0, "the answer breaks off: {head}");
        if line.trim().is_empty() {
            break;
        }
        if let Some(announced) = line.to_lowercase().strip_prefix("content-length:") {
            length = announced.trim().parse()?;
        }
        head += &line;
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok((head, body))
}

fn parsed(asked: String, head: &str, body: Vec<u8>) -> Result<Answer> {
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).context("no status")?.parse()?;
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(':').context("no header")?;
        headers.append(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value.trim())?);
    }
    Ok(Answer { asked, status, headers, text: String::from_utf8(body)? })
}

/// A request that was not sent yet.
#[derive(Debug)]
pub struct Request {
    asked: String,
    builder: RequestBuilder,
}

impl Request {
    /// Adds a header.
    #[must_use]
    pub fn header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let read = HeaderValue::from_bytes(value.as_ref());
        assert!(read.is_ok(), "{name} cannot have this value");
        let value = read.unwrap_or_else(|_| HeaderValue::from_static(""));
        Self { builder: self.builder.header(name, value), ..self }
    }

    /// Presents a key as a bearer.
    #[must_use]
    pub fn bearer(self, key: &str) -> Self {
        self.header("authorization", format!("Bearer {key}"))
    }

    /// Sends a JSON document.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        Self { builder: self.builder.json(body), ..self }
    }

    /// Sends any bytes, and calls them JSON.
    #[must_use]
    pub fn body(self, bytes: impl Into<Vec<u8>>) -> Self {
        let called = self.header("content-type", "application/json");
        Self { builder: called.builder.body(bytes.into()), ..called }
    }

    /// Sends any bytes, and does not say what they are.
    #[must_use]
    pub fn nameless_body(self, bytes: impl Into<Vec<u8>>) -> Self {
        Self { builder: self.builder.body(bytes.into()), ..self }
    }

    /// Sends it and reads the whole answer, which must be one that its API documents.
    pub async fn send(self) -> Result<Answer> {
        let Self { asked, builder } = self;
        let response = builder.send().await.with_context(|| asked.clone())?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.with_context(|| format!("{asked}: the answer breaks off"))?;
        let text = String::from_utf8(bytes.into()).with_context(|| format!("{asked}: no UTF-8"))?;
        let answer = Answer { asked, status, headers, text };
        let (method, path) = answer.asked.split_once(' ').unwrap_or_default();
        let undocumented = violation(method, path, &answer);
        assert!(
            undocumented.is_none(),
            "{answer}\nagainst its document: {}",
            undocumented.unwrap_or_default()
        );
        Ok(answer)
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    asked: String,
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl Answer {
    /// An answer that nobody gave.
    #[cfg(test)]
    pub(crate) fn planted(status: u16, content_type: &'static str, text: &str) -> Self {
        let content_type = (CONTENT_TYPE, HeaderValue::from_static(content_type));
        let headers = HeaderMap::from_iter([content_type]);
        Self { asked: "a planted request".to_owned(), status, headers, text: text.to_owned() }
    }

    /// Asserts the status code.
    #[must_use = "chain on, or say with `drop` that the status is all there is to see"]
    pub fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// Asserts the whole body, the order of its members too. Of those that `volatile` names
    /// (as in `data[].id`) only type and form count.
    #[must_use = "chain on, or say with `drop` that the body is all there is to see"]
    pub fn expect_json(self, expected: &Value, volatile: &[&str]) -> Self {
        let found = difference(expected, &self.json(), volatile);
        assert!(found.is_none(), "{self}\n{}", found.unwrap_or_default());
        self
    }

    /// The body as a JSON document, its members in their order.
    #[must_use]
    pub fn json(&self) -> Value {
        let document = serde_json::from_str(&self.text);
        assert!(document.is_ok(), "no JSON document: {self}");
        document.unwrap_or_default()
    }

    /// The path that was asked for, with its query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.asked.split_once(' ').unwrap_or_default().1
    }

    /// A header's text; empty when it is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was answered {}: {}", self.asked, self.status, self.text)
    }
}
