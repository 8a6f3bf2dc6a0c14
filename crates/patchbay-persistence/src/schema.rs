//! The tables, as the migrations make them on both databases.

diesel::table! {
    organisations (id) {
        id -> Text,
        name -> Text,
        default_environment_id -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    environments (organisation_id, id) {
        organisation_id -> Text,
        id -> Text,
        name -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    integrations (organisation_id, id) {
        organisation_id -> Text,
        id -> Text,
        environment_id -> Text,
        provider -> Text,
        name -> Text,
        kind -> Text,
        origin -> Text,
        status -> Text,
        manifest_url -> Nullable<Text>,
        manifest_app -> Nullable<Text>,
        credentials -> Nullable<Binary>,
        credentials_key -> Nullable<Text>,
        unique_rules -> Text,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        deleted_at -> Nullable<Timestamp>,
        deleted_by -> Nullable<Text>,
        grant_tokens -> Nullable<Binary>,
        grant_key -> Nullable<Text>,
        grant_info -> Nullable<Text>,
        grant_expires_at -> Nullable<Timestamp>,
        facts -> Nullable<Text>,
        configuration -> Nullable<Text>,
        visibility -> Text,
        agent -> Nullable<Text>,
        identifier -> Nullable<Text>,
        conditions -> Nullable<Text>,
        provider_name -> Nullable<Text>,
        provider_channel -> Nullable<Text>,
    }
}

diesel::table! {
    unique_keys (organisation_id, key) {
        organisation_id -> Text,
        key -> Text,
        integration_id -> Text,
    }
}

diesel::table! {
    rankings (organisation_id, environment_id, channel) {
        organisation_id -> Text,
        environment_id -> Text,
        channel -> Text,
        members -> Text,
        has_primary -> Bool,
        version -> Integer,
    }
}

diesel::table! {
    leases (organisation_id, key) {
        organisation_id -> Text,
        key -> Text,
        holder -> Text,
        until -> Timestamp,
    }
}

diesel::table! {
    manifests (organisation_id, integration_id) {
        organisation_id -> Text,
        integration_id -> Text,
        environment_id -> Text,
        document -> Text,
    }
}

diesel::table! {
    health (organisation_id, integration_id) {
        organisation_id -> Text,
        integration_id -> Text,
        environment_id -> Text,
        state -> Text,
        since -> Nullable<Timestamp>,
        class -> Nullable<Text>,
        detail -> Nullable<Text>,
        checked_at -> Nullable<Timestamp>,
        due_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    authorizations (organisation_id, id) {
        organisation_id -> Text,
        id -> Text,
        environment_id -> Text,
        integration_id -> Text,
        provider -> Text,
        begun_by -> Text,
        redirect_uri -> Text,
        return_to -> Nullable<Text>,
        link -> Binary,
        state -> Nullable<Binary>,
        cookie -> Nullable<Binary>,
        used_at -> Nullable<Timestamp>,
        expires_at -> Timestamp,
        scopes -> Nullable<Text>,
    }
}

diesel::table! {
    token_refreshes (organisation_id, integration_id) {
        organisation_id -> Text,
        integration_id -> Text,
        environment_id -> Text,
        fence -> BigInt,
        due_at -> Nullable<Timestamp>,
        leased_until -> Nullable<Timestamp>,
        attempt_at -> Nullable<Timestamp>,
        attempt_spent -> Nullable<Binary>,
        previous -> Nullable<Binary>,
        previous_key -> Nullable<Text>,
        failures -> BigInt,
    }
}

diesel::table! {
    receipts (organisation_id, id) {
        organisation_id -> Text,
        id -> Text,
        integration_id -> Text,
        state -> Text,
        fingerprint -> Binary,
        content -> Binary,
        content_key -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    settings (organisation_id, id) {
        organisation_id -> Text,
        id -> Text,
        environment_id -> Text,
        integration_id -> Text,
        channel -> Text,
        label -> Text,
        value -> Nullable<Text>,
        sealed -> Nullable<Binary>,
        sealed_key -> Nullable<Text>,
        version -> Integer,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    api_keys (organisation_id, id) {
        organisation_id -> Text,
        id -> Text,
        environment_id -> Nullable<Text>,
        name -> Text,
        kind -> Text,
        prefix -> Text,
        hash -> Binary,
        permissions -> Text,
        expires_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        last_used_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
        requests_per_minute -> Nullable<Integer>,
    }
}

diesel::table! {
    events (organisation_id, id) {
        organisation_id -> Text,
        id -> Text,
        environment_id -> Nullable<Text>,
        actor -> Text,
        event_type -> Text,
        entity -> Text,
        entity_id -> Text,
        digest -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    installation (id) {
        id -> Integer,
        canary -> Binary,
        canary_key -> Text,
    }
}

diesel::joinable!(api_keys -> organisations (organisation_id));
diesel::allow_tables_to_appear_in_same_query!(api_keys, organisations);
diesel::allow_tables_to_appear_in_same_query!(unique_keys, integrations);
