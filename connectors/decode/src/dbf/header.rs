//! The header of a DBF file, and whether a file is one: there is no mark to know it by, but the lengths of its fields must
//! add up to that of a record.

/// Kinds of fields of all dialects, from dBase II to Visual FoxPro.
const KINDS: &[u8] = b"CNFDLMBGPTYI@O+VQW0";
/// dBase knows fewer.
const FIELDS_MAX: usize = 2048;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    version: u8,
    pub records: u32,
    pub header_bytes: u64,
    pub record_bytes: usize,
    /// Which code page the program that wrote the file says it had; 0 if it does not.
    pub language: u8,
    pub is_encrypted: bool,
    /// Those that the program keeps for itself included.
    pub fields: Vec<Field>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub name: Vec<u8>,
    pub kind: u8,
    /// In the record.
    pub at: usize,
    pub bytes: usize,
    /// The program's own: marks of empty values.
    pub is_system: bool,
    pub is_nullable: bool,
}

/// How the fields are described.
#[derive(Clone, Copy)]
struct Layout {
    from: usize,
    step: usize,
    name: usize,
    /// Clipper put the upper half of a text's length where the decimals of a number are.
    long_texts: bool,
}

impl Header {
    /// `None` if this is no DBF file. `head` holds the whole header, or the file's first 64 KiB.
    pub fn read(head: &[u8]) -> Option<Self> {
        let version = *head.first()?;
        let known = matches!(version, 0x02..=0x05 | 0x30..=0x32 | 0x43 | 0x63 | 0x83 | 0x8B | 0x8C | 0xCB | 0xE5 | 0xF5 | 0xFB);
        if !known || head.get(2).is_none_or(|month| *month > 12) || head.get(3).is_none_or(|day| *day > 31) {
            return None;
        }
        let u16_at = |at: usize| Some(u16::from_le_bytes(head.get(at..at + 2)?.try_into().ok()?));
        let records = u32::from_le_bytes(head.get(4..8)?.try_into().ok()?);
        let (header_bytes, record_bytes) = (u16_at(8)?, usize::from(u16_at(10)?));
        let old = Layout {
            from: 32,
            step: 32,
            name: 11,
            long_texts: false,
        };
        let layouts = [
            old,
            Layout {
                long_texts: true,
                ..old
            },
            Layout {
                from: 68,
                step: 48,
                name: 32,
                long_texts: false,
            },
        ];
        let head_of_file = head.get(..head.len().min(usize::from(header_bytes)))?;
        // The last layout is that of dBase 7 alone.
        let known = if version & 7 == 4 { 3 } else { 2 };
        let mut tried = layouts
            .into_iter()
            .take(known)
            .map(|layout| fields(head_of_file, layout));
        let fields = tried.find_map(|fields| {
            let fields = fields?;
            let last = fields.last()?;
            (last.at + last.bytes == record_bytes).then_some(fields)
        })?;
        Some(Self {
            version,
            records,
            header_bytes: u64::from(header_bytes),
            record_bytes,
            language: *head.get(29)?,
            is_encrypted: matches!(version, 0x03..=0x05 | 0x43 | 0x83 | 0x8B) && *head.get(15)? == 1,
            fields,
        })
    }

    pub fn is_foxpro(&self) -> bool {
        matches!(self.version, 0x30..=0x32)
    }

    /// The header and so many records.
    pub fn bytes_with(&self, records: u32) -> u64 {
        self.header_bytes + u64::from(records) * self.record_bytes as u64
    }
}

/// The fields as described; `None` if these are no descriptions.
fn fields(head: &[u8], layout: Layout) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    // The mark of deletion comes first.
    let mut at = 1;
    for description in head.get(layout.from..)?.chunks_exact(layout.step) {
        if description.first() == Some(&b'\r') {
            break;
        }
        let name = description.get(..layout.name)?;
        let name = name.split(|byte| *byte == 0).next()?.trim_ascii();
        let (kind, length, decimals) = match *description.get(layout.name..layout.name + 8)? {
            // Between name and length the old layout keeps an address.
            [kind, _, _, _, _, length, decimals, _] if layout.step == 32 => (kind, length, decimals),
            [kind, length, decimals, ..] => (kind, length, decimals),
            _ => return None,
        };
        let bytes = match layout.long_texts && kind == b'C' {
            true => usize::from(u16::from_le_bytes([length, decimals])),
            false => usize::from(length),
        };
        if !KINDS.contains(&kind) || name.is_empty() || bytes == 0 || fields.len() == FIELDS_MAX {
            return None;
        }
        let flags = if layout.step == 32 {
            *description.get(18)?
        } else {
            0
        };
        fields.push(Field {
            name: name.to_vec(),
            kind,
            at,
            bytes,
            is_system: flags & 1 == 1 || kind == b'0',
            is_nullable: flags & 2 == 2,
        });
        at += bytes;
    }
    Some(fields)
}
