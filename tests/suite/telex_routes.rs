//! Every route of the Telex dialect, as a table for what all of them have in common.
//!
//! A route that is added to the dialect gets a row here, and with it every check of bad
//! input, of permissions and of other organisations.

mod routed;

pub use routed::{Routed, set};

/// What a member of a body takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Text of this many characters, from and to.
    Text(usize, usize),
    /// The same, and numbers and booleans.
    Scalar(usize),
    /// The address of a manifest, of this many characters at the most.
    Manifest(usize),
    /// The id of a setting.
    Id,
    Boolean,
    Object,
}

/// A member of a body: its path from the body, what it takes, whether it must be there.
pub type Member = (&'static str, Takes, bool);

/// One route.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// Its number among Telex's operations; additions of our own have a name.
    pub name: &'static str,
    pub method: &'static str,
    /// Its path below the prefix. What stands in braces is filled by [`Routed`].
    pub path: &'static str,
    pub permission: &'static str,
    /// The status and the message of its success.
    pub done: (u16, &'static str),
    /// Whether that shows anything, in `data`.
    pub shows: bool,
    /// The status and the message for an organisation id that is no UUID.
    pub bad_organisation: (u16, &'static str),
    /// The status and the message of a body that is wrong.
    pub bad_body: (u16, &'static str),
    /// The message of a 404 for the organisation.
    pub no_organisation: &'static str,
    /// The message of a 404 for the integration.
    pub no_integration: &'static str,
    /// The members of its body; none where it reads no body.
    pub members: &'static [Member],
}

const NO_PLACE: &str = "Organisation or integration not found";
const NO_INTEGRATION: &str = "Integration not found";

const ALL: &str = "/organisations/{org}/integrations";
const ONE: &str = "/organisations/{org}/integrations/{integration}";
const SETTINGS: &str = "/organisations/{org}/integrations/{integration}/settings";
const SOME_SETTING: &str = "/organisations/{org}/integrations/{integration}/settings?setting_id={setting}";
const SETTING: &str = "/organisations/{org}/integrations/{integration}/settings/{setting}";
const CHANNEL: &str = "/organisations/{org}/integrations/{integration}/channels/{channel}/settings";
const CHANNEL_SETTING: &str =
    "/organisations/{org}/integrations/{integration}/channels/{channel}/settings/{channel_setting}";
const ALL_CUSTOM: &str = "/organisations/{org}/integrations/custom";
const CUSTOM: &str = "/organisations/{org}/integrations/custom/{custom}";
const CUSTOM_SETTINGS: &str = "/organisations/{org}/integrations/custom/{custom}/settings";

/// What most routes about one integration have in common.
const OF_INTEGRATION: Route = Route {
    name: "",
    method: "GET",
    path: ONE,
    permission: "integrations:write",
    done: (200, ""),
    shows: false,
    bad_organisation: (400, "Invalid input"),
    bad_body: (400, "Invalid input"),
    no_organisation: NO_INTEGRATION,
    no_integration: NO_INTEGRATION,
    members: &[],
};

/// What most routes about its settings have in common.
const OF_SETTINGS: Route = Route {
    path: SETTINGS,
    permission: "settings:write",
    bad_organisation: (400, "Invalid request"),
    bad_body: (400, "Invalid request"),
    no_organisation: NO_PLACE,
    no_integration: NO_PLACE,
    ..OF_INTEGRATION
};

/// What the lists of integrations have in common.
const LIST: Route = Route {
    path: ALL,
    permission: "integrations:read",
    done: (200, "Integrations retrieved successfully."),
    shows: true,
    bad_organisation: (400, "Invalid organisation_id or request"),
    no_organisation: "Organisation not found",
    ..OF_INTEGRATION
};

const PAIR: &[Member] =
    &[("form_field_label", Takes::Text(1, 255), true), ("form_field_value", Takes::Scalar(8192), true)];
const PAIR_CHANGE: &[Member] =
    &[("form_field_label", Takes::Text(1, 255), false), ("form_field_value", Takes::Scalar(8192), false)];
const MANIFEST: &[Member] = &[("json_url", Takes::Manifest(2048), true)];

/// Every route. What deletes comes last: the rows before need what it takes away.
pub const ROUTES: &[Route] = &[
    Route {
        name: "T3",
        method: "POST",
        path: ALL,
        done: (201, "Integration app created successfully"),
        shows: true,
        bad_organisation: (400, "Invalid request"),
        bad_body: (400, "Invalid request"),
        no_organisation: "Organization not found",
        members: &[
            ("name", Takes::Text(1, 255), true),
            ("json_url", Takes::Text(1, 2048), true),
            ("auth_credential", Takes::Text(0, 8192), false),
            ("integration_type", Takes::Text(0, 64), false),
        ],
        ..OF_INTEGRATION
    },
    Route { name: "T4", ..LIST },
    Route {
        name: "one integration",
        permission: "integrations:read",
        done: (200, "Integration retrieved successfully"),
        shows: true,
        ..OF_INTEGRATION
    },
    Route {
        name: "T5",
        method: "PATCH",
        done: (200, "Integrations updated successfully"),
        shows: true,
        members: &[
            ("name", Takes::Text(1, 255), false),
            ("json_url", Takes::Text(1, 2048), false),
            ("auth_credential", Takes::Text(0, 8192), false),
            ("integration_type", Takes::Text(0, 64), false),
            ("is_active", Takes::Boolean, false),
        ],
        ..OF_INTEGRATION
    },
    Route {
        name: "T7",
        method: "POST",
        done: (200, "Integration setting added successfully"),
        members: PAIR,
        ..OF_SETTINGS
    },
    Route {
        name: "T8",
        permission: "settings:read",
        done: (200, "Integration setting retrieved successfully"),
        shows: true,
        bad_organisation: (404, NO_PLACE),
        ..OF_SETTINGS
    },
    Route {
        name: "T9",
        method: "PATCH",
        path: SOME_SETTING,
        done: (200, "Integration setting updated successfully"),
        members: &[
            ("form_field_label", Takes::Text(1, 255), false),
            ("form_field_value", Takes::Scalar(8192), false),
            ("id", Takes::Id, false),
        ],
        ..OF_SETTINGS
    },
    Route {
        name: "change of one setting",
        method: "PATCH",
        path: SETTING,
        done: (200, "Integration setting updated successfully"),
        members: PAIR_CHANGE,
        ..OF_SETTINGS
    },
    Route {
        name: "T10",
        method: "POST",
        path: CHANNEL,
        done: (200, "Channel Integration setting added successfully"),
        members: PAIR,
        ..OF_SETTINGS
    },
    Route {
        name: "T11",
        path: CHANNEL,
        permission: "settings:read",
        done: (200, "Channel Integration settings retrieved successfully"),
        shows: true,
        ..OF_SETTINGS
    },
    Route {
        name: "T12",
        method: "PATCH",
        path: CHANNEL_SETTING,
        done: (200, "Integration setting updated successfully"),
        members: PAIR_CHANGE,
        ..OF_SETTINGS
    },
    Route {
        name: "T14",
        method: "POST",
        path: ALL_CUSTOM,
        done: (201, "Integration app created successfully"),
        bad_organisation: (400, "Invalid JSON URL supplied"),
        bad_body: (400, "Invalid JSON URL supplied"),
        no_organisation: "Organisation not found",
        members: MANIFEST,
        ..OF_INTEGRATION
    },
    Route { name: "T15", path: ALL_CUSTOM, ..LIST },
    Route {
        name: "T16",
        method: "PUT",
        path: CUSTOM,
        done: (200, "Integrations updated successfully"),
        members: MANIFEST,
        ..OF_INTEGRATION
    },
    Route {
        name: "T18",
        method: "PUT",
        path: CUSTOM_SETTINGS,
        permission: "settings:write",
        done: (200, "Integrations Settings updated successfully"),
        members: &[
            ("setting_entry", Takes::Object, true),
            ("setting_entry.field_name", Takes::Text(1, 255), true),
            ("setting_entry.value", Takes::Scalar(8192), true),
        ],
        ..OF_INTEGRATION
    },
    Route { name: "T19", path: CUSTOM_SETTINGS, permission: "settings:read", ..LIST },
    Route {
        name: "verification",
        method: "POST",
        path: "/organisations/{org}/integrations/{integration}/verify",
        done: (200, "Integration verified"),
        shows: true,
        ..OF_INTEGRATION
    },
    Route {
        name: "T13",
        method: "DELETE",
        path: CHANNEL_SETTING,
        done: (200, "Channel Integration setting deleted successfully"),
        ..OF_SETTINGS
    },
    Route {
        name: "deletion of one setting",
        method: "DELETE",
        path: SETTING,
        done: (200, "Integration setting deleted successfully"),
        ..OF_SETTINGS
    },
    Route {
        name: "T6",
        method: "DELETE",
        done: (200, "Integrations deleted successfully"),
        shows: true,
        ..OF_INTEGRATION
    },
    Route {
        name: "T17",
        method: "DELETE",
        path: CUSTOM,
        done: (200, "Integrations deleted successfully"),
        ..OF_INTEGRATION
    },
];

/// The routes that take a body.
pub fn with_a_body() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(|route| !route.members.is_empty())
}
