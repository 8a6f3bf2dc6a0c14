//! The page that asks a person, as HTML.

/// A way to go on from the page.
pub(super) struct Link {
    /// What it is called in the page, for programs.
    pub(super) id: String,
    /// What it says.
    pub(super) text: String,
    /// Where it leads.
    pub(super) to: String,
}

/// What stands on the page.
pub(super) struct Page {
    pub(super) provider: String,
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) allow: Link,
    pub(super) deny: Link,
    pub(super) but: Vec<Link>,
    /// The parameters that the page was opened with.
    pub(super) query: Vec<(String, String)>,
    /// The parameter that names the account, and its value.
    pub(super) account: (&'static str, String),
}

impl Page {
    /// The page as HTML. Nothing in it is fetched from elsewhere.
    pub(super) fn html(&self) -> String {
        let facts = self.facts.iter().map(|(name, value)| format!("<dt>{name}<dd>{}\n", escaped(value)));
        let but = self.but.iter().map(|link| format!("<li>{}\n", link.html()));
        let hidden = self.query.iter().filter(|(name, _)| name != self.account.0).map(|(name, value)| {
            format!(r#"<input type="hidden" name="{}" value="{}">"#, escaped(name), escaped(value))
        });
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{provider} (sandbox)</title>\n\
             <link rel=\"icon\" href=\"data:,\">\n\
             <h1>{provider}, as the sandbox plays it</h1>\n<p>An application asks to be let in.\n<dl>\n{facts}</dl>\n\
             <p>{allow}\n<p>{deny}\n\
             <form method=\"get\">{hidden}<label>as the account <input name=\"{name}\" value=\"{account}\"></label> \
             <button>take this one</button></form>\n\
             <h2>Allow, but …</h2>\n<ul>\n{but}</ul>\n</html>\n",
            provider = escaped(&self.provider),
            facts = facts.collect::<String>(),
            allow = self.allow.html(),
            deny = self.deny.html(),
            hidden = hidden.collect::<String>(),
            name = self.account.0,
            account = escaped(&self.account.1),
            but = but.collect::<String>(),
        )
    }
}

impl Link {
    fn html(&self) -> String {
        format!(r#"<a id="{}" href="{}">{}</a>"#, escaped(&self.id), escaped(&self.to), escaped(&self.text))
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
