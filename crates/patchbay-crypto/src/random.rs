//! Random bytes.

use patchbay_domain::BoxError;
use rand::TryCryptoRng;
use secrecy::zeroize::Zeroizing;

/// `N` bytes from `source`; wiped from memory when dropped.
pub(crate) fn bytes<const N: usize>(source: &mut impl TryCryptoRng) -> Result<Zeroizing<[u8; N]>, BoxError> {
    let mut bytes = Zeroizing::new([0; N]);
    source.try_fill_bytes(bytes.as_mut_slice()).map_err(|error| error.to_string())?;
    Ok(bytes)
}

#[cfg(test)]
pub(crate) mod tests {
    use rand::{TryCryptoRng, TryRng};

    /// A generator that has failed for good.
    pub(crate) struct Broken;

    /// What [`Broken`] answers.
    #[derive(Debug, thiserror::Error)]
    #[error("no entropy")]
    pub(crate) struct NoEntropy;

    impl TryRng for Broken {
        type Error = NoEntropy;

        fn try_next_u32(&mut self) -> Result<u32, NoEntropy> {
            Err(NoEntropy)
        }

        fn try_next_u64(&mut self) -> Result<u64, NoEntropy> {
            Err(NoEntropy)
        }

        fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), NoEntropy> {
            Err(NoEntropy)
        }
    }

    impl TryCryptoRng for Broken {}
}
