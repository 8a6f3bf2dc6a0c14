//! What `patchbay dev` prints: where it listens, and lines to paste into a shell.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use patchbay_domain::Organisation;
use secrecy::ExposeSecret;

use super::Demo;
use crate::cli::Place;

/// The whole text. The key stands in it, this once. `sandbox` is where that is.
pub fn text(address: SocketAddr, sandbox: &str, demo: &Demo, place: &Place) -> String {
    let Organisation { id, name, .. } = &demo.organisation;
    let base = format!("http://{}", reachable(address));
    let start = format!(
        "\nPatchbay listens on {base}\n\n  sandbox       {sandbox}  (fake third parties: every provider, and manifests)\n  \
         organisation  {id}  ({name})\n"
    );
    let rest = if let Some(created) = &demo.key {
        let key = created.text.expose_secret();
        let url = format!("{base}/api/v1/organisations/{id}/integrations");
        let slack = format!("{base}/api/v1/slack/organisations/{id}");
        let telex = telex_lines(&url, key) + &sandbox_lines(&url, &slack, key, sandbox);
        let aloochat = aloochat_lines(&format!("{base}/api/public/integrations"), key);
        format!(
            "  key           {key}  (shown this once)\n\nThe Telex API, to paste into another terminal:\n\n{telex}\n\
             The AlooChat API, over the same integrations:\n\n{aloochat}"
        )
    } else {
        let command = another_key(&demo.organisation, place);
        format!("\nIts first key was shown when it was made. This makes another one:\n\n{command}\n")
    };
    format!("{start}{rest}\nCtrl-C stops it.\n\n")
}

/// An address that a client on this machine can use.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// Lines for a shell that use the Telex API, in an order in which each of them works.
fn telex_lines(url: &str, key: &str) -> String {
    let curl = format!("curl -sS -H 'Authorization: Bearer {key}'");
    let json = "-H 'Content-Type: application/json'";
    let shop = r#"{"name":"Shop","json_url":"https://shop.example/app.json","auth_credential":"a-very-secret-token"}"#;
    let newest_id = r#"sed -n 's/.*"id":"\([^"]*\)".*/\1/p'"#;
    [
        "# create an integration".to_owned(),
        format!("{curl} {json} -d '{shop}' '{url}'; echo"),
        "# list them all".to_owned(),
        format!("{curl} '{url}'; echo"),
        "# take the id of the newest one".to_owned(),
        format!("ID=$({curl} '{url}' | {newest_id}); echo \"$ID\""),
        "# show it, switch it off, delete it".to_owned(),
        format!("{curl} '{url}/'\"$ID\"; echo"),
        format!("{curl} {json} -X PATCH -d '{{\"is_active\":false}}' '{url}/'\"$ID\"; echo"),
        format!("{curl} -X DELETE '{url}/'\"$ID\"; echo"),
    ]
    .map(|line| line + "\n")
    .concat()
}

/// Lines for a shell that use the AlooChat API, in an order in which each of them works.
fn aloochat_lines(url: &str, key: &str) -> String {
    let curl = format!("curl -sS -H 'x-api-key: {key}'");
    let json = "-H 'Content-Type: application/json'";
    let desk =
        r#"{"name":"Desk","type":"zendesk","config":{"subdomain":"acme","api_token":"a-very-secret-token"}}"#;
    [
        "# which types there are".to_owned(),
        format!("{curl} '{url}/types'; echo"),
        "# add an integration: its token is kept, and never shown".to_owned(),
        format!("{curl} {json} -d '{desk}' '{url}'; echo"),
        "# list those that other APIs made too".to_owned(),
        format!("{curl} '{url}'; echo"),
    ]
    .map(|line| line + "\n")
    .concat()
}

/// Lines for a shell that have the sandbox play a third party.
fn sandbox_lines(url: &str, slack: &str, key: &str, sandbox: &str) -> String {
    let curl = format!("curl -sS -H 'Authorization: Bearer {key}'");
    let json = "-H 'Content-Type: application/json'";
    let manifest = format!(r#"{{"json_url":"{sandbox}/manifests/interval.json"}}"#);
    let code = r#"{"oauth_code":"sandbox-ok-acme"}"#;
    [
        "# install an app by its manifest, which is the sandbox's, and list it".to_owned(),
        format!("{curl} {json} -d '{manifest}' '{url}/custom'; echo"),
        format!("{curl} '{url}/custom'; echo"),
        "# connect Slack, which the sandbox plays, by a code that is good once, and show it".to_owned(),
        format!("{curl} {json} -d '{code}' '{slack}/token-exchg'; echo"),
        format!("{curl} '{slack}'; echo"),
    ]
    .map(|line| line + "\n")
    .concat()
}

/// The command that makes another key.
fn another_key(organisation: &Organisation, place: &Place) -> String {
    let config = place.config.as_deref().map(|file| format!(" --config {}", quoted(file)));
    format!(
        "patchbay key create{}{} --organisation {} --name another --all-permissions",
        config.unwrap_or_default(),
        format_args!(" --data-dir {}", quoted(&place.data_dir)),
        organisation.id
    )
}

/// A path as one word for a shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use patchbay_application::operator::CreatedKey;
    use patchbay_domain::{
        ApiKey, ApiKeyId, ApiKeyName, EnvironmentId, KeyHash, KeyKind, OrganisationId, OrganisationName,
        Permissions,
    };
    use uuid::Uuid;

    const KEY: &str = "ck_0123456789abcdef";
    const SANDBOX: &str = "http://127.0.0.1:8090";

    fn demo(with_key: bool) -> Demo {
        let id = OrganisationId::from_uuid(Uuid::from_u128(7));
        let created_at = DateTime::UNIX_EPOCH;
        let key = ApiKey {
            id: ApiKeyId::from_uuid(Uuid::nil()),
            organisation_id: id,
            environment_id: None,
            name: ApiKeyName::parse("demo").unwrap(),
            kind: KeyKind::Generic,
            prefix: "ck_01234567".to_owned(),
            hash: KeyHash::from_bytes([7; 32]),
            permissions: Permissions::all(),
            requests_per_minute: None,
            expires_at: None,
            created_at,
            last_used_at: None,
            revoked_at: None,
        };
        let organisation = Organisation {
            id,
            name: OrganisationName::parse("demo").unwrap(),
            default_environment: EnvironmentId::from_uuid(Uuid::nil()),
            created_at,
        };
        Demo { organisation, key: with_key.then(|| CreatedKey { key, text: KEY.into() }) }
    }

    fn said(address: &str, with_key: bool, data_dir: &str) -> String {
        let place = Place { config: Some("my file.toml".into()), data_dir: data_dir.into() };
        text(address.parse().unwrap(), SANDBOX, &demo(with_key), &place)
    }

    #[test]
    fn the_first_start_shows_the_key_in_lines_that_need_no_filling_in() {
        let said = said("127.0.0.1:8080", true, "data");
        let curls: Vec<_> = said.lines().filter(|line| line.contains("curl ")).collect();
        assert_eq!(curls.len(), 13, "{said}");
        let organisation = "organisations/00000000-0000-0000-0000-000000000007";
        let integrations = format!("'http://127.0.0.1:8080/api/v1/{organisation}/integrations");
        let slack = format!("'http://127.0.0.1:8080/api/v1/slack/{organisation}");
        let aloochat = "'http://127.0.0.1:8080/api/public/integrations";
        assert!(curls[6].contains(r#"'{"json_url":"http://127.0.0.1:8090/manifests/"#), "{said}");
        for (number, line) in curls.into_iter().enumerate() {
            let url = match number {
                0..8 => &integrations,
                8..10 => &slack,
                _ => aloochat,
            };
            assert!(line.contains(url) && line.contains(KEY), "{line}");
            assert_eq!(line.matches('\'').count() % 2, 0, "{line}");
        }
    }

    #[test]
    fn a_later_start_shows_no_key_and_how_to_make_one() {
        let said = said("127.0.0.1:8080", false, "it's");
        assert!(!said.contains("curl") && !said.contains("ck_"), "{said}");
        let command = r"patchbay key create --config 'my file.toml' --data-dir 'it'\''s' --organisation 0";
        assert!(said.contains(command) && said.contains(SANDBOX), "{said}");
    }

    #[test]
    fn an_address_that_stands_for_all_is_shown_as_one_that_can_be_used() {
        assert!(said("0.0.0.0:8080", true, "data").contains("http://127.0.0.1:8080"));
        assert!(said("[::]:8080", true, "data").contains("http://[::1]:8080"));
    }
}
