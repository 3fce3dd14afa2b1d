//! The rates comparison models compute with at this hub: the built-in ones, and the operator's file over them.

use std::path::Path;

use schemas::{Rates, RatesError};

/// # Errors
/// A file that is not whole stops the start: half of the figures would give leads nobody can explain.
pub fn load(file: &Path) -> Result<Rates, RatesError> {
    let product = Rates::embedded()?;
    if file.as_os_str().is_empty() {
        return Ok(product);
    }
    let text = std::fs::read_to_string(file).map_err(|error| RatesError::Syntax(error.kind().to_string()))?;
    Ok(product.with(Rates::parse(&text)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operators_file_goes_over_the_built_in_rates() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rates.toml");
        assert!(load(&file).is_err(), "a file that is named must be there");
        let own = "[[rate]]\nkey = \"m35.tolerance_yuan\"\nvalue = \"10\"\nvalid_from = 2020-01-01\nsource_doc = \"doc\"\nconfirmed_by = \"tax\"\n";
        std::fs::write(&file, own).unwrap();
        let day = "2025-01-01".parse().unwrap();
        let value = |rates: Rates, key: &str| rates.on(key, day).map(|rate| rate.value.clone());
        assert_eq!(
            value(load(&file).unwrap(), "m35.tolerance_yuan").as_deref(),
            Some("10")
        );
        assert_eq!(value(load(&file).unwrap(), "leaf.rate").as_deref(), Some("0.20"));
        assert_eq!(
            value(load(Path::new("")).unwrap(), "m35.tolerance_yuan").as_deref(),
            Some("1")
        );
        std::fs::write(&file, own.replace("\"10\"", "\"ten\"")).unwrap();
        assert_eq!(
            load(&file),
            Err(RatesError::Value("m35.tolerance_yuan".to_owned()))
        );
    }
}
