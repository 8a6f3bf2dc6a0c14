//! An organisation to send every route its requests in.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use patchbay_tests::{Answer, Backend, ManifestHost, Request, Service};
use serde_json::{Map, Value, json};

use super::{Route, Takes};
use crate::given::{Acme, an_integration};

/// An organisation in which every route has what its path names.
pub struct Routed {
    pub acme: Acme,
    host: ManifestHost,
    places: Vec<(&'static str, String)>,
    made: AtomicUsize,
}

impl Routed {
    /// On a service that may ask a host of manifests on loopback.
    pub async fn on(backend: Backend) -> Result<Self> {
        let builder = Service::builder(backend).without("providers.json_manifest.base_url");
        let builder = builder.config("outbound.allowed_private_networks", "['127.0.0.1/32']");
        let acme = Acme::of(builder.start().await?).await?;
        let host = ManifestHost::start().await?;
        let mut routed = Self { acme, host, places: Vec::new(), made: AtomicUsize::new(0) };
        let telex = &routed.acme.telex;
        let integration = telex.created(&an_integration("shop")).await?;
        let setting = telex.settings(&integration).put("colour", "red").await?;
        let channel_setting = telex.channel(&integration, "general").put("colour", "red").await?;
        let custom = telex.installed(&routed.manifest(40)).await?;
        drop(telex.put_entry(&custom, "colour", &json!("red")).await?.expect_status(200));
        let org = routed.acme.tenant.id.clone();
        routed.places = vec![
            ("{org}", org),
            ("{integration}", integration),
            ("{setting}", setting),
            ("{channel}", "general".to_owned()),
            ("{channel_setting}", channel_setting),
            ("{custom}", custom),
        ];
        Ok(routed)
    }

    /// The path of a route, with everything in its place but what `other` names.
    pub fn path_but(&self, route: &Route, other: (&str, &str)) -> String {
        let places = self.places.iter().map(|(name, value)| (*name, value.as_str()));
        std::iter::once(other)
            .chain(places)
            .fold(route.path.to_owned(), |path, (name, value)| path.replace(name, value))
    }

    /// The path of a route, with everything in its place.
    pub fn path(&self, route: &Route) -> String {
        self.path_but(route, ("", ""))
    }

    /// A request of a route, with everything in its place and every permission, and no body.
    pub fn request(&self, route: &Route) -> Request {
        self.request_with(&self.acme.key, route)
    }

    /// The same with another key.
    pub fn request_with(&self, key: &str, route: &Route) -> Request {
        self.acme.service.http().request(route.method, &self.path(route)).bearer(key)
    }

    /// Sends a route a request to this path, with every permission and a body that it takes.
    pub async fn send_to(&self, route: &Route, path: &str) -> Result<Answer> {
        let request = self.acme.service.http().request(route.method, path).bearer(&self.acme.key);
        match route.members {
            [] => request.send().await,
            _ => request.json(&self.body(route)).send().await,
        }
    }

    /// The address, of this many characters, of a manifest that can be read and is not taken.
    pub fn manifest(&self, length: usize) -> String {
        let path = format!("/{}/", self.made.fetch_add(1, Ordering::Relaxed));
        let missing = length - self.host.url(&path).len();
        let app = json!({ "descriptions": { "app_name": "App" } });
        self.host.shows(&format!("{path}{}", "x".repeat(missing)), &app)
    }

    /// A value that a member takes, unlike all before it.
    fn value(&self, takes: Takes) -> Value {
        let unique = || format!("text {}", self.made.fetch_add(1, Ordering::Relaxed));
        match takes {
            Takes::Text(..) | Takes::Scalar(_) => unique().into(),
            Takes::Manifest(_) => self.manifest(40).into(),
            Takes::Id => Value::Null,
            Takes::Boolean => true.into(),
            Takes::Object => json!({}),
        }
    }

    /// A body that a route takes.
    pub fn body(&self, route: &Route) -> Value {
        let mut body = Value::Object(Map::new());
        for (name, takes, _) in route.members {
            set(&mut body, name, self.value(*takes));
        }
        body
    }
}

/// Sets the member of this path.
pub fn set(body: &mut Value, path: &str, value: Value) {
    match path.split_once('.') {
        Some((outer, inner)) => set(&mut body[outer], inner, value),
        None => body[path] = value,
    }
}
