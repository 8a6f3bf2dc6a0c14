//! A browser, and the pages of the sandbox's providers. All that these suites know of the
//! sandbox's authorisation is here.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use patchbay_tests::{Answer, Http, InstallationBuilder, Sandbox};

/// The providers that people are sent to here.
const PROVIDERS: [&str; 2] = ["shopify", "slack"];

/// Has the sandbox play the providers, at each of which the service has an application.
pub fn with_providers(builder: InstallationBuilder, sandbox: &Sandbox) -> InstallationBuilder {
    PROVIDERS.iter().fold(builder, |builder, id| {
        let setting = |name: &str| format!("providers.{id}.{name}");
        builder
            .config(&setting("base_url"), &format!("'{}'", sandbox.url(&format!("/{id}"))))
            .config(&setting("client_id"), &format!("'{}'", sandbox.client_id()))
            .config(&setting("client_secret"), &format!("'{}'", sandbox.client_secret()))
    })
}

/// A browser of one person. It keeps cookies, and follows nothing by itself.
#[derive(Clone)]
pub struct Browser {
    service: Http,
    sandbox: String,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    pub fn new(service: Http, sandbox: &str) -> Self {
        Self { service, sandbox: sandbox.to_owned(), cookies: BTreeMap::new() }
    }

    /// Its cookies, by their names.
    pub const fn cookies(&self) -> &BTreeMap<String, String> {
        &self.cookies
    }

    /// Opens an address of the service, wherever that is said to be.
    pub async fn open(&mut self, address: &str) -> Result<Answer> {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.service.get(&path_of(address)?);
        let request = if cookies.is_empty() { request } else { request.header("cookie", cookies.join("; ")) };
        let answer = request.send().await?;
        for set in answer.headers.get_all("set-cookie") {
            self.keep(set.to_str()?)?;
        }
        Ok(answer)
    }

    fn keep(&mut self, set: &str) -> Result<()> {
        let (name, value) = set.split(';').next().and_then(|pair| pair.split_once('=')).context("no pair")?;
        if set.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Ok(())
    }

    /// Follows a link to the page of its provider.
    pub async fn leave(&mut self, link: &str) -> Result<Page> {
        let sent = self.open(link).await?.expect_status(303);
        Page::at(sent.header("location"), &self.sandbox).await
    }

    /// Follows a link, and what is called `choice` on the page of the provider; answers what is
    /// shown then.
    pub async fn choose(&mut self, link: &str, choice: &str) -> Result<Answer> {
        let page = self.leave(link).await?;
        self.open(&page.link(choice)?).await
    }
}

/// The page of a provider, on which a person decides.
pub struct Page(Answer);

impl Page {
    async fn at(address: &str, sandbox: &str) -> Result<Self> {
        let below = address.strip_prefix(sandbox).with_context(|| format!("{address} is no sandbox's"))?;
        let authority = sandbox.strip_prefix("http://").context("no plain http")?;
        let shown = Http::to(authority.parse()?).get(below).send().await?;
        Ok(Self(shown.expect_status(200)))
    }

    /// Whether it says that.
    pub fn says(&self, text: &str) -> bool {
        self.0.text.contains(text)
    }

    /// Where what is called `choice` leads: `allow`, `deny`, `no-state`, `wrong-PARAMETER`, the
    /// kind of a code.
    pub fn link(&self, choice: &str) -> Result<String> {
        let begin = format!(r#"<a id="{choice}" href=""#);
        let found = self.0.text.split_once(&begin).with_context(|| format!("no {choice}: {}", self.0))?;
        Ok(found.1.split('"').next().unwrap_or_default().replace("&amp;", "&"))
    }
}

/// The path and the query of an address.
fn path_of(address: &str) -> Result<String> {
    let (_, rest) = address.split_once("://").with_context(|| format!("{address} is no address"))?;
    let path = rest.find('/').with_context(|| format!("{address} has no path"))?;
    Ok(rest[path..].to_owned())
}
