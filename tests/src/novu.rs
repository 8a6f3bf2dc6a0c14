//! The Novu dialect, as a client of one organisation speaks it.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{Answer, Http, Request};

/// What stands before every path of the dialect.
pub const NOVU_PREFIX: &str = "/v1";

/// Speaks Novu with one key, which says whose integrations are meant.
#[derive(Clone, Debug)]
pub struct Novu {
    http: Http,
    key: String,
}

impl Novu {
    /// Speaks through `http`.
    #[must_use]
    pub fn new(http: Http, key: &str) -> Self {
        Self { http, key: key.to_owned() }
    }

    /// The same with another key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self.clone() }
    }

    /// A request that presents no key; `below` comes after the prefix.
    #[must_use]
    pub fn anonymous(&self, method: &str, below: &str) -> Request {
        self.http.request(method, &format!("{NOVU_PREFIX}{below}"))
    }

    /// A request to any path below the prefix.
    #[must_use]
    pub fn at(&self, method: &str, below: &str) -> Request {
        self.anonymous(method, below).header("authorization", format!("ApiKey {}", self.key))
    }

    /// A request to the integrations, or something below.
    #[must_use]
    pub fn request(&self, method: &str, below: &str) -> Request {
        self.at(method, &format!("/integrations{below}"))
    }

    /// N1.
    pub async fn create(&self, body: &Value) -> Result<Answer> {
        self.request("POST", "").json(body).send().await
    }

    /// N1, which must succeed; answers what was made.
    pub async fn made(&self, body: &Value) -> Result<Value> {
        Ok(self.create(body).await?.expect_status(201).data())
    }

    /// N1, which must succeed; answers the id.
    pub async fn created(&self, body: &Value) -> Result<String> {
        id_of(&self.made(body).await?)
    }

    /// N2.
    pub async fn list(&self) -> Result<Answer> {
        self.request("GET", "").send().await
    }

    /// N3.
    pub async fn active(&self) -> Result<Answer> {
        self.request("GET", "/active").send().await
    }

    /// N4.
    pub async fn update(&self, id: &str, body: &Value) -> Result<Answer> {
        self.request("PUT", &format!("/{id}")).json(body).send().await
    }

    /// N4, which must succeed; answers what became of it.
    pub async fn updated(&self, id: &str, body: &Value) -> Result<Value> {
        Ok(self.update(id, body).await?.expect_status(200).data())
    }

    /// N4 with its credentials merged.
    pub async fn patch(&self, id: &str, body: &Value) -> Result<Answer> {
        self.request("PATCH", &format!("/{id}")).json(body).send().await
    }

    /// N5, as its clients send it: without a body.
    pub async fn set_primary(&self, id: &str) -> Result<Answer> {
        self.request("POST", &format!("/{id}/set-primary")).send().await
    }

    /// N6.
    pub async fn delete(&self, id: &str) -> Result<Answer> {
        self.request("DELETE", &format!("/{id}")).send().await
    }

    /// N10.
    pub async fn find(&self, id: &str) -> Result<Answer> {
        self.request("GET", &format!("/{id}")).send().await
    }

    /// N10, which must succeed.
    pub async fn found(&self, id: &str) -> Result<Value> {
        Ok(self.find(id).await?.expect_status(200).data())
    }

    /// The members `name` of all that is listed, in order.
    pub async fn listed(&self, name: &str) -> Result<Vec<Value>> {
        Ok(self.list().await?.expect_status(200).of_each(name))
    }

    /// The order in which a channel's integrations are used, the first before all others and those
    /// that are not used at the end: each as its name and priority, with a star if it is primary.
    ///
    /// Asserts what is true of any order: those in use have the priorities from 1 up, all others
    /// have none, and of primary ones there is one at the most, which comes first.
    pub async fn order(&self, channel: &str) -> Result<Vec<String>> {
        let listed = self.list().await?.expect_status(200);
        let mut all: Vec<_> = listed.elements().into_iter().filter(|one| one["channel"] == channel).collect();
        all.sort_by_key(|one| std::cmp::Reverse(one["priority"].as_u64()));
        let used: Vec<_> = all.iter().filter(|one| one["active"] == true).collect();
        let priorities = used.iter().filter_map(|one| one["priority"].as_u64());
        assert!(priorities.eq((1..=used.len() as u64).rev()), "{listed}");
        assert!(all[used.len()..].iter().all(|one| one["priority"] == 0), "{listed}");
        assert!(all.iter().skip(1).all(|one| one["primary"] == false), "{listed}");
        assert!(all.first().is_none_or(|one| one["primary"] == false || one["active"] == true), "{listed}");
        let said = |one: &Value| {
            let star = if one["primary"] == true { "*" } else { "" };
            format!("{} {}{star}", one["name"].as_str().unwrap_or_default(), one["priority"])
        };
        Ok(all.iter().map(said).collect())
    }
}

/// The id of an integration as Novu shows it.
pub fn id_of(integration: &Value) -> Result<String> {
    Ok(integration["_id"].as_str().with_context(|| format!("no id in {integration}"))?.to_owned())
}

impl Answer {
    /// What stands in the member `data`, which must be the only one.
    #[must_use]
    pub fn data(&self) -> Value {
        let mut document = self.json();
        assert!(document.as_object().is_some_and(|members| members.len() == 1), "{self}");
        document["data"].take()
    }

    /// The elements of the list in `data`.
    #[must_use]
    pub fn elements(&self) -> Vec<Value> {
        let data = self.data();
        assert!(data.is_array(), "no list: {self}");
        data.as_array().cloned().unwrap_or_default()
    }

    /// The members `name` of the elements of the list in `data`, in order.
    #[must_use]
    pub fn of_each(&self, name: &str) -> Vec<Value> {
        self.elements().iter().map(|one| one[name].clone()).collect()
    }
}
