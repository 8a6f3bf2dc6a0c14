//! Where people are sent to.

use patchbay_catalogue::Pkce;
use patchbay_domain::{AskedScopes, AuthorizationRequest, OAuthScope};
use rstest::rstest;
use url::Url;

use super::entries::all;
use super::*;

fn request() -> AuthorizationRequest {
    AuthorizationRequest {
        state: "the-state".into(),
        redirect_uri: "https://here.example/back?x=1".to_owned(),
        scopes: AskedScopes::usual(),
        // RFC 7636, appendix B.
        verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into(),
    }
}

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn url(exchanger: &HttpOAuthExchanger, connection: &OpenConnection) -> Result<String, ExchangeError> {
    exchanger.authorize_url(connection, &request()).map(|url| url.expose_secret().to_owned())
}

/// The address itself.
fn real(connection: &OpenConnection) -> Result<String, ExchangeError> {
    url(&exchanger(HashMap::from([(connection.provider.clone(), application())])), connection)
}

#[test]
fn every_entry_sends_people_with_all_that_its_provider_documents() {
    for way in all() {
        let shown = real(&way.connection).unwrap();
        let url = Url::parse(&shown).unwrap();
        let mut expected: BTreeMap<String, String> = [
            ("response_type", "code"),
            ("client_id", "the id"),
            ("redirect_uri", "https://here.example/back?x=1"),
            ("state", "the-state"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let exchange = &way.exchange;
        let mut add = |name: &str, value: String| assert_eq!(expected.insert(name.to_owned(), value), None);
        let lists = [("scope", &exchange.scopes)].into_iter();
        let further = exchange.scope_params.iter().map(|(name, scopes)| (name.as_str(), scopes));
        for (name, scopes) in lists.chain(further).filter(|(_, scopes)| !scopes.is_empty()) {
            add(name, scopes.join(&exchange.scope_separator));
        }
        if exchange.pkce == Pkce::S256 {
            add("code_challenge", CHALLENGE.to_owned());
            add("code_challenge_method", "S256".to_owned());
        }
        for (name, template) in &exchange.authorize_params {
            add(name, template.to_string());
        }
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        assert_eq!(pairs.len(), expected.len(), "{shown}");
        assert_eq!(pairs.into_iter().collect::<BTreeMap<_, _>>(), expected);
        let template = exchange.authorize_url.as_ref().unwrap();
        assert_eq!(way.path(template, &[]), url.path());
        assert_eq!(url.scheme(), "https");
        assert!(!shown.contains("planted") && !shown.contains("dBjftJeZ"), "{shown}");
    }
}

#[test]
fn slack_is_asked_as_it_documents() {
    assert_eq!(
        real(&connection("slack", nothing(), &[])).unwrap(),
        "https://slack.com/oauth/v2/authorize?response_type=code&client_id=the+id\
         &redirect_uri=https%3A%2F%2Fhere.example%2Fback%3Fx%3D1&state=the-state\
         &scope=incoming-webhook%2Cchat%3Awrite"
    );
}

#[test]
fn scopes_that_are_asked_for_stand_in_the_place_of_the_entrys_first_list() {
    let lists = "scopes = ['usual']\nscope_separator = ','\nscope_params = { user_scope = ['me'] }";
    let exchanger = foreign(&way(lists, STABLE), 4000);
    let scopes = ["admin", "a&b"].map(|scope| OAuthScope::parse(scope).unwrap());
    let asked = AuthorizationRequest { scopes: AskedScopes::new(scopes.into()).unwrap(), ..request() };
    let url = exchanger.authorize_url(&connection("foreign", nothing(), &[]), &asked).unwrap();
    assert!(url.expose_secret().contains("&scope=admin%2Ca%26b&user_scope=me"), "{url:?}");
}

#[test]
fn a_tenants_host_comes_from_the_connection() {
    let shop = json!({"shop_domain": "acme.myshopify.com"});
    let shown = real(&connection("shopify", shop, &[])).unwrap();
    assert!(
        shown.starts_with("https://acme.myshopify.com/admin/oauth/authorize?response_type=code&"),
        "{shown}"
    );
}

#[test]
fn where_a_provider_has_a_stand_in_people_go_there_and_it_is_told_which_host_was_meant() {
    for way in all() {
        let shown = url(&exchanger_at(way.id(), 4000), &way.connection).unwrap();
        let mut of_itself = Url::parse(&real(&way.connection).unwrap()).unwrap();
        let meant = format!("host=\"{}\";proto=https", of_itself.host_str().unwrap());
        of_itself.query_pairs_mut().append_pair("forwarded", &meant);
        let path = &of_itself[url::Position::BeforePath..];
        assert_eq!(shown, format!("http://127.0.0.1:4000{path}"));
    }
}

#[test]
fn parameters_of_the_address_itself_stay() {
    let exchanger = foreign(&way("scopes = []\nauthorize_params = { c = '{redirect_uri}' }", STABLE), 4000);
    let shown = url(&exchanger, &connection("foreign", nothing(), &[])).unwrap();
    let expected = "http://127.0.0.1:4000/authorize?a=b&response_type=code&client_id=the+id\
        &redirect_uri=https%3A%2F%2Fhere.example%2Fback%3Fx%3D1&state=the-state\
        &c=https%3A%2F%2Fhere.example%2Fback%3Fx%3D1&forwarded=host%3D%22a.example%22%3Bproto%3Dhttps";
    assert_eq!(shown, expected);
}

#[rstest]
#[case("shopify", nothing(), "shop_domain")]
#[case("shopify", json!({"shop_domain": "evil.example"}), "shop_domain")]
#[case("zendesk", nothing(), "subdomain")]
#[case("zendesk", json!({"subdomain": "a.evil.example/"}), "subdomain")]
fn nobody_is_sent_while_something_is_missing(
    #[case] id: &str,
    #[case] configuration: Value,
    #[case] missing: &str,
) {
    let error = real(&connection(id, configuration, &[])).unwrap_err();
    assert!(matches!(&error, ExchangeError::Incomplete { what } if what == missing), "{error:?}");
    assert_eq!(error.to_string(), format!("{missing} is missing"));
}

#[test]
fn all_that_is_missing_is_named_and_the_exchange_is_thought_of() {
    let fields = "[[fields]]\nkey = 'realm'\nkind = 'text'\n[[fields]]\nkey = 'team'\nkind = 'text'\n";
    let text = way("needs = ['team']\nscopes = []\ntoken_params = { realm = '{realm}' }", STABLE);
    let exchanger = foreign(&format!("{fields}{text}"), 4000);
    let error = url(&exchanger, &connection("foreign", nothing(), &[])).unwrap_err();
    assert!(matches!(&error, ExchangeError::Incomplete { what } if what == "team, realm"), "{error:?}");
}

#[rstest]
#[case::no_application("slack")]
#[case::nobody_to_send("messenger")]
#[case::unknown("nobody")]
fn nobody_is_sent_where_that_is_not_configured(#[case] id: &str) {
    let other = HashMap::from([(provider("notion"), application()), (provider("messenger"), application())]);
    let error = url(&exchanger(other), &connection(id, nothing(), &[])).unwrap_err();
    assert!(matches!(error, ExchangeError::NotConfigured), "{error:?}");
}

const OWN: &str = "[[fields]]\nkey = 'client_id'\nkind = 'text'\n\
    [[fields]]\nkey = 'client_secret'\nkind = 'text'\nsecret = true\nwire = { novu = 'secretKey' }\n";

#[tokio::test]
async fn an_application_of_the_connections_own_counts_in_the_place_of_ours() {
    let mut server = scripted(vec![json_answer(200, &json!({"access_token": "t"}))]).await;
    let exchanger = foreign(&format!("{OWN}{}", way("scopes = []", STABLE)), server.port);
    let own = connection("foreign", json!({"client_id": "own"}), &[("client_secret", "planted-own")]);
    assert!(url(&exchanger, &own).unwrap().contains("&client_id=own&"));
    exchanger.exchange(&own, &code()).await.unwrap();
    let sent = Heard::by(&mut server).await.parameters();
    assert_eq!((sent["client_id"].as_str(), sent["client_secret"].as_str()), ("own", "planted-own"));
    assert_eq!(sent["redirect_uri"], REDIRECT, "codes are handed out to where they were");

    let half = connection("foreign", json!({"client_id": "own"}), &[]);
    let error = url(&exchanger, &half).unwrap_err();
    assert!(matches!(&error, ExchangeError::Incomplete { what } if what == "client_secret"), "{error:?}");
    let ours = connection("foreign", nothing(), &[("client_secret", "planted-own")]);
    assert!(url(&exchanger, &ours).unwrap().contains("&client_id=the+id&"), "a secret alone is none");
}

/// Novu's owners enter their application as `clientId` and `secretKey`, which are these fields.
#[test]
fn a_team_of_slack_may_have_an_application_of_its_own() {
    let own = connection("slack", json!({"client_id": "own"}), &[("client_secret", "planted-own")]);
    for exchanger in
        [exchanger(HashMap::from([(own.provider.clone(), application())])), exchanger(HashMap::new())]
    {
        let shown = url(&exchanger, &own).unwrap();
        assert!(shown.contains("&client_id=own&") && !shown.contains("planted"), "{shown}");
    }
}

#[test]
fn the_first_way_that_is_meant_counts() {
    let field = "[[fields]]\nkey = 'region'\nkind = 'enum'\nvalues = ['eu', 'us']\n";
    let eu = way("when = { region = 'eu' }\nscopes = ['eu']", STABLE);
    let us = way("when = { region = 'us' }\nscopes = ['us']", STABLE).replace("id = 'oauth'", "id = 'us'");
    let exchanger = foreign(&format!("{field}{eu}{us}"), 4000);
    for region in ["eu", "us"] {
        let shown = url(&exchanger, &connection("foreign", json!({"region": region}), &[])).unwrap();
        assert!(shown.contains(&format!("&scope={region}")), "{shown}");
    }
    let error = url(&exchanger, &connection("foreign", nothing(), &[])).unwrap_err();
    assert!(matches!(error, ExchangeError::NotConfigured), "{error:?}");
}
