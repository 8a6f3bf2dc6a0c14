//! Every provider of the catalogue, as the sandbox plays it, asked by the verifier itself:
//! every result that the rules of its entry can give is reached. All of it is computed from
//! the entries, so that a new one is covered without a line here.

#[cfg(test)]
mod connections;
#[cfg(test)]
mod expected;

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Arc;
    use std::time::Duration;

    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use chrono::{DateTime, Utc};
    use patchbay_catalogue::{AuthType, CatalogueFiles, Entry, ReloadableCatalogue, Test};
    use patchbay_domain::{
        Clock, CredentialName, CredentialVerifier, OpenConnection, Verification, VerificationClass as Class,
    };
    use patchbay_providers::{
        GuardedClient, HttpCredentialVerifier, Method, OutboundPolicy, OutboundRequest, OutboundUrl,
    };
    use patchbay_sandbox::{RunningSandbox, Sandbox};
    use serde_json::Value;
    use tokio::task::JoinSet;

    use super::connections::{Asking, asking};
    use super::expected::{Expected, expected};

    /// Always the same moment.
    struct Stopped;

    impl Clock for Stopped {
        fn now(&self) -> DateTime<Utc> {
            DateTime::UNIX_EPOCH
        }
    }

    /// How long is waited for an answer that never comes.
    const IMPATIENT: Duration = Duration::from_millis(300);
    /// The same for one that does.
    const PATIENT: Duration = Duration::from_secs(60);

    /// The providers of a catalogue, and who asks them.
    struct Played {
        catalogue: Arc<ReloadableCatalogue>,
        sandbox: RunningSandbox,
        patient: HttpCredentialVerifier,
        impatient: HttpCredentialVerifier,
    }

    impl Played {
        fn start(files: CatalogueFiles) -> Self {
            let catalogue = Arc::new(ReloadableCatalogue::open(files).unwrap());
            let sandbox = Sandbox::bind(0).unwrap().start(catalogue.clone()).unwrap();
            let at = |entry: &Arc<Entry>| {
                let place = format!("{}/{}", sandbox.url(), entry.id);
                (entry.id.clone(), place.parse().unwrap())
            };
            let origins: HashMap<_, _> = catalogue.current().entries().iter().map(at).collect();
            let verifier = |timeout| {
                let policy = OutboundPolicy { timeout, ..OutboundPolicy::default() };
                let client = GuardedClient::new(policy);
                HttpCredentialVerifier::new(client, catalogue.clone(), origins.clone(), Arc::new(Stopped))
            };
            let (patient, impatient) = (verifier(PATIENT), verifier(IMPATIENT));
            Self { catalogue, sandbox, patient, impatient }
        }

        fn entries(&self) -> Vec<Arc<Entry>> {
            let current = self.catalogue.current();
            current.entries().iter().filter(|entry| !entry.checks.is_empty()).cloned().collect()
        }
    }

    /// The compiled-in entries, and one that uses what none of them does.
    fn everything() -> (Played, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("unlike.toml");
        std::fs::write(&file, include_str!("unlike.toml")).unwrap();
        (Played::start(CatalogueFiles { files: vec![file], ..CatalogueFiles::default() }), folder)
    }

    /// Every way in which connections of an entry are asked about.
    fn ways(entry: &Entry) -> Vec<Asking<'_>> {
        let asks = |kind| !matches!(kind, AuthType::None | AuthType::Adapter);
        let methods = entry.auth.iter().filter(|method| asks(method.auth_type));
        let ways = methods.flat_map(|method| {
            let is_meant = |id: &String| method.checks.as_ref().is_none_or(|ids| ids.contains(id));
            let checks = (1..).zip(&entry.checks).filter(move |(_, check)| is_meant(&check.id));
            checks.map(move |(number, check)| Asking { entry, method, check, number })
        });
        ways.collect()
    }

    #[actix_web::test]
    async fn every_result_that_the_rules_of_an_entry_can_give_is_reached() {
        let (played, _folder) = everything();
        let mut asked = JoinSet::new();
        let mut count = 0;
        for entry in played.entries() {
            for way in ways(&entry) {
                for Expected { word, class, says, hangs } in expected(&entry, way.check) {
                    let verifier = if hangs { &played.impatient } else { &played.patient }.clone();
                    let connection = asking(&way, &word);
                    let name = format!("{} {} {} {word}", entry.id, way.method.id, way.check.id);
                    count += 1;
                    asked.spawn_local(async move { (name, class, says, verifier.verify(&connection).await) });
                }
            }
        }
        let mut wrong = Vec::new();
        while let Some(done) = asked.join_next().await {
            let (name, class, says, Verification { class: found, detail, .. }) = done.unwrap();
            let detail = detail.unwrap_or_default();
            if found != class || !detail.contains(says) {
                wrong.push(format!("{name}: {found:?} ({detail}) and not {class:?} ({says})"));
            }
        }
        wrong.sort();
        assert!(wrong.is_empty(), "{} of {count}: {wrong:#?}", wrong.len());
        assert!(count > 300, "{count}");
    }

    #[actix_web::test]
    async fn a_good_answer_tells_all_that_its_entry_keeps() {
        let (played, _folder) = everything();
        for entry in played.entries() {
            for way in ways(&entry) {
                let name = format!("{} {} {}", entry.id, way.method.id, way.check.id);
                let found = played.patient.verify(&asking(&way, "good")).await;
                assert_eq!((found.class, found.detail), (Class::Ok, None), "{name}");
                let is_plain = |key: &&String| entry.field(key).is_some_and(|field| !field.is_secret);
                for key in way.check.put.keys().filter(is_plain) {
                    let value = found.facts.get(key).cloned().unwrap_or_default();
                    assert!(!value.is_null() && value != "", "{name}: {key}");
                }
            }
        }
    }

    /// The connection, with the fields that a check compares as a good answer has them.
    fn compared(way: &Asking<'_>, word: &str, facts: &serde_json::Map<String, Value>) -> OpenConnection {
        let connection = asking(way, word);
        let mut members = connection.configuration.members().clone();
        for test in &way.check.expect.all {
            if let Test::SameAs(key) = &test.test
                && let Some(fact) = facts.get(key)
            {
                members.entry(key.clone()).or_insert(fact.clone());
            }
        }
        let configuration = patchbay_domain::Configuration::from_stored(members);
        OpenConnection { configuration, ..connection }
    }

    #[actix_web::test]
    async fn another_account_is_told_from_the_own_one_wherever_an_entry_compares() {
        let (played, _folder) = everything();
        let mut count = 0;
        for entry in played.entries() {
            for way in ways(&entry) {
                let compares = |test: &patchbay_catalogue::BodyTest| {
                    matches!(test.test, Test::SameAs(_)) && !test.is_warning
                };
                if !way.check.expect.all.iter().any(compares) {
                    continue;
                }
                let name = format!("{} {} {}", entry.id, way.method.id, way.check.id);
                let facts = played.patient.verify(&asking(&way, "good")).await.facts;
                let same = played.patient.verify(&compared(&way, "good", &facts)).await;
                assert_eq!(same.class, Class::Ok, "{name}: {:?}", same.detail);
                let other = played.patient.verify(&compared(&way, "mismatch", &facts)).await;
                assert_eq!(other.class, Class::Mismatch, "{name}: {:?}", other.detail);
                count += 1;
            }
        }
        assert!(count > 5, "{count}");
    }

    /// Asks an address of the entry that is unlike all others, and answers what is said.
    async fn asked_of_unlike(
        played: &Played,
        method: Method,
        path: &str,
        authorization: &str,
        body: &str,
    ) -> (u16, Value) {
        let origin = format!("{}/unlike", played.sandbox.url()).parse().unwrap();
        let url = OutboundUrl::parse(&format!("https://eu.unlike.example{path}")).unwrap();
        let form =
            if body.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
        let request = OutboundRequest::by_way_of(Some(&origin), method, url).unwrap();
        let request =
            request.header("authorization", authorization).unwrap().header("content-type", form).unwrap();
        let client = GuardedClient::new(OutboundPolicy::default());
        let answer = client.send(request.body(body)).await.unwrap();
        (answer.status(), serde_json::from_slice(answer.body()).unwrap())
    }

    /// `Basic` of a name and of a secret that says this.
    fn basic(secret: &str) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(format!("tenant:{secret}")))
    }

    #[actix_web::test]
    async fn an_application_that_asks_for_itself_is_given_a_token_and_gives_it_back() {
        let (played, _folder) = everything();
        let form = "grant_type=client_credentials";
        let ask = async |secret: &str| {
            asked_of_unlike(&played, Method::POST, "/v7/token", &basic(secret), form).await
        };
        let (status, given) = ask("planted").await;
        let token = given["data"]["token"].as_str().unwrap_or_default();
        assert_eq!((status, &given["data"]["ttl"]), (200, &3600.into()), "{given}");
        assert_eq!(ask("sandbox-refused").await.0, 400);
        assert_eq!(ask("sandbox-500").await.0, 500);
        let (_, wordy) = ask("sandbox-ok-acme-then-reject2").await;
        assert!(wordy["data"]["token"].as_str().unwrap().contains("-reject2-"), "{wordy}");

        let entry = played.entries().into_iter().find(|entry| entry.id.as_str() == "unlike").unwrap();
        let way = ways(&entry).into_iter().find(|way| way.method.id == "app").unwrap();
        let mut connection = asking(&way, "good");
        connection.tokens.set(CredentialName::access_token(), token.into());
        assert_eq!(played.patient.verify(&connection).await.class, Class::Ok);
        let body = serde_json::json!({ "token": token }).to_string();
        let bearer = format!("Bearer {token}");
        let ended = asked_of_unlike(&played, Method::DELETE, "/v7/token", &bearer, &body).await;
        assert_eq!(ended.0, 200, "{}", ended.1);
        assert_eq!(played.patient.verify(&connection).await.class, Class::CredentialsRejected);
    }

    #[actix_web::test]
    async fn entries_that_are_read_anew_are_played_as_they_are_then() {
        let folder = tempfile::tempdir().unwrap();
        let files = CatalogueFiles { directory: Some(folder.path().to_owned()), ..CatalogueFiles::default() };
        let played = Played::start(files);
        std::fs::write(folder.path().join("unlike.toml"), include_str!("unlike.toml")).unwrap();
        played.catalogue.reload().unwrap();
        let place = format!("{}/unlike", played.sandbox.url());
        let entry = played.entries().into_iter().find(|entry| entry.id.as_str() == "unlike").unwrap();
        let origins = HashMap::from([(entry.id.clone(), place.parse().unwrap())]);
        let client = GuardedClient::new(OutboundPolicy::default());
        let verifier =
            HttpCredentialVerifier::new(client, played.catalogue.clone(), origins, Arc::new(Stopped));
        let found = verifier.verify(&asking(&ways(&entry)[0], "good")).await;
        assert_eq!(found.class, Class::Ok, "{:?}", found.detail);
    }
}
