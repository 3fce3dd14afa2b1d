//! Who is reminded: a file of mail addresses by department and reporting unit, and of the coordinating office.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use schemas::{DepartmentCode, RegionCode};
use serde::Deserialize;

use super::ReminderStage;
use crate::config::is_address;
use crate::duties::Duty;

const FILE_BYTES_MAX: u64 = 1 << 20;
/// Addresses of one mail.
const RECIPIENTS_MAX: usize = 50;

/// The contacts, checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contacts {
    office: BTreeSet<String>,
    departments: BTreeMap<DepartmentCode, Department>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Department {
    mail: BTreeSet<String>,
    escalate: BTreeSet<String>,
    units: BTreeMap<RegionCode, BTreeSet<String>>,
}

/// Why a file of contacts is none. For whoever writes it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContactsError {
    #[error("not a file of contacts: {0}")]
    Syntax(String),
    #[error("an address of `{0}` is not a plain mail address")]
    Address(String),
    #[error("`{0}` is there twice")]
    Twice(String),
    #[error("`{0}` has more than 50 addresses")]
    TooMany(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    office: WrittenOffice,
    #[serde(default)]
    department: Vec<WrittenDepartment>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenOffice {
    #[serde(default)]
    mail: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDepartment {
    code: DepartmentCode,
    #[serde(default)]
    mail: Vec<String>,
    #[serde(default)]
    escalate: Vec<String>,
    #[serde(default)]
    unit: Vec<WrittenUnit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenUnit {
    unit: RegionCode,
    mail: Vec<String>,
}

impl Contacts {
    /// # Errors
    /// A file that is not whole stops the start: a department nobody reminds would be blamed all the same.
    pub fn load(file: &Path) -> Result<Contacts, ContactsError> {
        let unreadable = |error: std::io::Error| ContactsError::Syntax(error.kind().to_string());
        if std::fs::metadata(file).map_err(unreadable)?.len() > FILE_BYTES_MAX {
            return Err(ContactsError::Syntax("too long".to_owned()));
        }
        Contacts::parse(&std::fs::read_to_string(file).map_err(unreadable)?)
    }

    pub fn parse(text: &str) -> Result<Contacts, ContactsError> {
        let file: File =
            toml::from_str(text).map_err(|error| ContactsError::Syntax(error.message().to_owned()))?;
        let mut contacts = Contacts {
            office: addresses("office", file.office.mail)?,
            departments: BTreeMap::new(),
        };
        for written in file.department {
            let code = written.code.to_string();
            let mut department = Department {
                mail: addresses(&code, written.mail)?,
                escalate: addresses(&code, written.escalate)?,
                units: BTreeMap::new(),
            };
            for unit in written.unit {
                let name = format!("{code} {}", unit.unit);
                if department
                    .units
                    .insert(unit.unit, addresses(&name, unit.mail)?)
                    .is_some()
                {
                    return Err(ContactsError::Twice(name));
                }
            }
            if contacts.departments.insert(written.code, department).is_some() {
                return Err(ContactsError::Twice(code));
            }
        }
        Ok(contacts)
    }

    /// Whom to write to about a duty at this stage; nobody if nobody is known.
    pub fn of(&self, duty: &Duty, stage: ReminderStage) -> BTreeSet<String> {
        let Some(department) = self.departments.get(&duty.department) else {
            return match stage {
                ReminderStage::Escalated => self.office.clone(),
                ReminderStage::Soon | ReminderStage::Late => BTreeSet::new(),
            };
        };
        let near = department.units.get(&duty.slot.unit).unwrap_or(&department.mail);
        match stage {
            ReminderStage::Soon | ReminderStage::Late => near.clone(),
            ReminderStage::Escalated => {
                let above = department.escalate.iter().chain(&self.office);
                near.iter().chain(above).cloned().collect()
            }
        }
    }
}

fn addresses(of: &str, written: Vec<String>) -> Result<BTreeSet<String>, ContactsError> {
    if written.len() > RECIPIENTS_MAX {
        return Err(ContactsError::TooMany(of.to_owned()));
    }
    if !written.iter().all(|address| is_address(address)) {
        return Err(ContactsError::Address(of.to_owned()));
    }
    Ok(written.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "
[office]
mail = ['office@tg.example']

[[department]]
code = 'pow'
mail = ['clerk@pow.example']
escalate = ['head@pow.example']

[[department.unit]]
unit = '433101'
mail = ['jishou@pow.example']
";

    #[test]
    fn a_file_with_a_line_break_in_an_address_or_a_department_twice_is_refused() {
        assert!(Contacts::parse(FILE).is_ok());
        for (from, to) in [
            ("'clerk@pow.example'", "\"clerk@pow.example\\r\\nRCPT TO:<x@y>\""),
            ("clerk@pow.example", "clerk"),
            ("clerk@pow.example", "clerk@pow@example"),
            ("clerk@pow.example", "供电@pow.example"),
            ("mail =", "mails ="),
            ("code = 'pow'", "code = 'POW'"),
            ("[office]", "[[department]]\ncode = 'pow'\n[office]"),
        ] {
            assert!(
                Contacts::parse(&FILE.replacen(from, to, 1)).is_err(),
                "{from} -> {to}"
            );
        }
    }
}
