//! The settings of one chat channel.

use super::{ChannelId, Setting};
use crate::IntegrationId;

/// An integration's settings for one chat channel. A channel needs no making: its first
/// setting makes it, and without settings it is as if it never was.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelConfig {
    /// The integration.
    pub integration_id: IntegrationId,
    /// The channel.
    pub channel: ChannelId,
    /// Its settings, oldest first (then by id).
    pub settings: Vec<Setting>,
}

impl ChannelConfig {
    /// What is in force in the channel: its own settings laid over those of the integration
    /// as a whole, by label. An overlaid one keeps the place of what it covers; what only
    /// the channel has comes after.
    #[must_use]
    pub fn over(self, of_integration: Vec<Setting>) -> Vec<Setting> {
        let mut own = self.settings;
        let mut effective: Vec<_> = of_integration
            .into_iter()
            .map(|general| match own.iter().position(|setting| setting.label() == general.label()) {
                Some(place) => own.remove(place),
                None => general,
            })
            .collect();
        effective.append(&mut own);
        effective
    }
}
