//! What an exchange gives.

use serde_json::{Value, json};

/// How long a token that rotates may be used, in seconds.
const LIFE_TIME_S: u32 = 43_200;

/// What an exchange is to give.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Wish {
    /// Whether the person chose a channel to post to.
    pub(super) webhook: bool,
    /// Whether the token expires and comes with one to refresh it.
    pub(super) rotating: bool,
    /// Whether the person granted something too.
    pub(super) user: bool,
    /// What becomes of the token when it is used.
    pub(super) standing: Standing,
}

/// What becomes of a token when it is used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Live,
    Revoked,
    Throttled,
}

impl Wish {
    /// What most applications ask for.
    pub(super) const USUAL: Self =
        Self { webhook: true, rotating: false, user: false, standing: Standing::Live };

    /// The scopes of the bot.
    pub(super) const fn scope(self) -> &'static str {
        if self.webhook { "incoming-webhook,chat:write" } else { "chat:write" }
    }
}

/// A workspace.
#[derive(Clone)]
pub(super) struct Team {
    pub(super) id: String,
    pub(super) name: String,
    /// Its name as a part of addresses and tokens: small letters and digits.
    pub(super) word: String,
}

impl Team {
    /// The workspace that is called `name`; always alike for the same name.
    pub(super) fn named(name: &str) -> Self {
        let name = if name.is_empty() { "sandbox" } else { name };
        let word: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let word = if word.is_empty() { "sandbox".to_owned() } else { word.to_ascii_lowercase() };
        Self { id: format!("T{}", word.to_ascii_uppercase()), name: name.to_owned(), word }
    }

    /// Another id of something in it: the first letter says of what.
    pub(super) fn id_of(&self, letter: char) -> String {
        format!("{letter}{}", self.word.to_ascii_uppercase())
    }

    fn document(&self) -> Value {
        json!({ "id": self.id, "name": self.name })
    }
}

/// The tokens that one exchange gave.
pub(super) struct Tokens {
    pub(super) bot: String,
    pub(super) user: Option<String>,
    pub(super) refresh: Option<String>,
}

impl Tokens {
    /// Tokens that no other exchange of the sandbox gave, by its number.
    pub(super) fn numbered(number: u64, wish: Wish, team: &Team) -> Self {
        let word = &team.word;
        let rotates = if wish.rotating { "xoxe." } else { "" };
        Self {
            bot: format!("{rotates}xoxb-sandbox-{word}-{number}"),
            user: wish.user.then(|| format!("{rotates}xoxp-sandbox-{word}-{number}")),
            refresh: wish.rotating.then(|| format!("xoxe-sandbox-{word}-{number}")),
        }
    }
}

/// What Slack answers when it has given tokens.
pub(super) fn document(wish: Wish, team: &Team, tokens: &Tokens, number: u64) -> Value {
    let mut person = json!({ "id": team.id_of('U') });
    if let Some(token) = &tokens.user {
        person["scope"] = json!("search:read");
        person["access_token"] = json!(token);
        person["token_type"] = json!("user");
    }
    let mut document = json!({
        "ok": true,
        "app_id": "ASANDBOX",
        "authed_user": person,
        "scope": wish.scope(),
        "token_type": "bot",
        "access_token": tokens.bot,
        "bot_user_id": team.id_of('W'),
        "team": team.document(),
        "enterprise": null,
        "is_enterprise_install": false,
    });
    if let Some(token) = &tokens.refresh {
        document["refresh_token"] = json!(token);
        document["expires_in"] = json!(LIFE_TIME_S);
    }
    if wish.webhook {
        let (hook, word) = (team.id_of('B'), &team.word);
        document["incoming_webhook"] = json!({
            "channel": format!("#{word}"),
            "channel_id": team.id_of('C'),
            "configuration_url": format!("https://{word}.slack.com/services/{hook}"),
            "url": format!("https://hooks.slack.com/services/{}/{hook}/{number}", team.id),
        });
    }
    document
}

/// The texts of Telex's documented example.
pub(super) mod example {
    use super::{Team, Value, json};

    pub(in crate::slack) const TOKEN: &str = "your_access_token";

    pub(in crate::slack) fn team() -> Team {
        Team { id: "your_team_id".to_owned(), name: "your_team_name".to_owned(), word: "example".to_owned() }
    }

    pub(in crate::slack) fn document() -> Value {
        json!({
            "ok": true,
            "scope": "incoming-webhook",
            "token_type": "bot",
            "access_token": TOKEN,
            "team": team().document(),
            "incoming_webhook": {
                "channel": "your_channel",
                "channel_id": "your_channel_id",
                "configuration_url": "your_configuration_url",
                "url": "your_webhook_url",
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_team_is_alike_for_the_same_name_and_fit_for_addresses() {
        let team = Team::named("Acme_7!");
        assert_eq!(
            (team.id.as_str(), team.name.as_str(), team.word.as_str()),
            ("TACME7", "Acme_7!", "acme7")
        );
        assert_eq!(team.id_of('C'), "CACME7");
        assert_eq!(Team::named("").name, "sandbox");
        assert_eq!(Team::named("é").word, "sandbox");
    }
}
