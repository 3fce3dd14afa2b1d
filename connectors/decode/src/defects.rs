//! What is wrong with a record, as defects of its row.

use std::io::{Read, Seek};

use crate::frame::DefectKind;
use crate::reader::Records;
use crate::rows;
use crate::split::Flaw;

impl<R: Read + Seek> Records<R> {
    pub(crate) fn flaw_defect(&self, flaw: Flaw) -> DefectKind {
        match flaw {
            Flaw::UnclosedQuote { at } => DefectKind::UnclosedQuote {
                offset: self.window.offset(at),
            },
            Flaw::StrayQuote { at } => DefectKind::StrayQuote {
                offset: self.window.offset(at),
            },
            Flaw::ControlCharacter { at } => DefectKind::ControlCharacter {
                offset: self.window.offset(at),
            },
        }
    }

    /// A record may end in delimiters that separate nothing, and may leave out columns that have no name.
    pub(crate) fn width_defect(&self, record: &[u8]) -> Option<DefectKind> {
        let (found, expected) = (self.spans.len(), self.header.len());
        if found < self.columns_named {
            return Some(DefectKind::TooFewFields { found, expected });
        }
        let filled = self
            .spans
            .iter()
            .skip(expected)
            .any(|span| !rows::is_blank(record, *span, self.cells));
        filled.then_some(DefectKind::TooManyFields { found, expected })
    }
}
