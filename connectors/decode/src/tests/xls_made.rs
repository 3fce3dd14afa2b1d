//! Makes XLS workbooks record by record, so that a test can write what no spreadsheet program would.

/// Records of a stream.
#[derive(Default, Clone)]
pub(super) struct Stream(pub Vec<u8>);

impl Stream {
    pub fn record(mut self, kind: u16, body: &[u8]) -> Self {
        self.0.extend(kind.to_le_bytes());
        self.0.extend(u16::try_from(body.len()).unwrap().to_le_bytes());
        self.0.extend(body);
        self
    }

    pub fn begin(self, kind: u16) -> Self {
        self.record(0x0809, &[&[0, 6][..], &kind.to_le_bytes(), &[0; 12]].concat())
    }

    pub fn end(self) -> Self {
        self.record(0x000A, &[])
    }

    pub fn number(self, row: u16, column: u16, style: u16, number: f64) -> Self {
        let place = [row, column, style].map(u16::to_le_bytes).concat();
        self.record(0x0203, &[place, number.to_le_bytes().to_vec()].concat())
    }

    pub fn label(self, row: u16, column: u16, text: &str) -> Self {
        let body = [[row, column, 0].map(u16::to_le_bytes).concat(), wide(text)].concat();
        self.record(0x0204, &body)
    }

    pub fn shared(self, row: u16, column: u16, number: u32) -> Self {
        let place = [row, column, 0].map(u16::to_le_bytes).concat();
        self.record(0x00FD, &[place, number.to_le_bytes().to_vec()].concat())
    }

    pub fn header(self, row: u16) -> Self {
        self.label(row, 0, "户号").label(row, 1, "电量")
    }
}

/// A string with a length of two bytes, in two bytes per character.
pub(super) fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut body = u16::try_from(units.len()).unwrap().to_le_bytes().to_vec();
    body.push(1);
    body.extend(units.into_iter().flat_map(u16::to_le_bytes));
    body
}

/// A workbook to be.
#[derive(Default, Clone)]
pub(super) struct Book {
    /// Name, state, rows.
    pub sheets: Vec<(&'static str, u8, Stream)>,
    pub more: Stream,
}

impl Book {
    pub fn sheet(mut self, name: &'static str, rows: Stream) -> Self {
        self.sheets.push((name, 0, rows));
        self
    }

    pub fn stream(&self) -> Vec<u8> {
        let bound = |at: usize, state: u8, name: &str| {
            let units: Vec<u16> = name.encode_utf16().collect();
            let mut body = u32::try_from(at).unwrap().to_le_bytes().to_vec();
            body.extend([state, 0, u8::try_from(units.len()).unwrap(), 1]);
            body.extend(units.into_iter().flat_map(u16::to_le_bytes));
            body
        };
        let whole = |places: &[usize]| {
            let mut whole = Stream::default().begin(5);
            // Style 0 is a number; style 1 is format 14, a day; style 2 one that is written out.
            for format in [0u16, 14, 164] {
                whole = whole.record(
                    0x00E0,
                    &[[0, 0].as_slice(), &format.to_le_bytes(), &[0; 16]].concat(),
                );
            }
            whole = whole.record(
                0x041E,
                &[164u16.to_le_bytes().to_vec(), wide("yyyy\"年\"m\"月\"d\"日\"")].concat(),
            );
            for ((name, state, _), at) in self.sheets.iter().zip(places) {
                whole = whole.record(0x0085, &bound(*at, *state, name));
            }
            whole.0.extend(&self.more.0);
            whole.end().0
        };
        let mut places = vec![0; self.sheets.len()];
        let mut at = whole(&places).len();
        for ((_, _, rows), place) in self.sheets.iter().zip(&mut places) {
            *place = at;
            at += rows.0.len() + 20 + 4;
        }
        let mut stream = whole(&places);
        for (_, _, rows) in &self.sheets {
            let sheet = Stream::default().begin(0x10);
            stream.extend(Stream([sheet.0, rows.0.clone()].concat()).end().0);
        }
        stream
    }

    pub fn bytes(&self) -> Vec<u8> {
        contain("Workbook", &self.stream())
    }
}

/// A compound file with one stream.
pub(super) fn contain(name: &str, stream: &[u8]) -> Vec<u8> {
    const SECTOR: usize = 512;
    let small = stream.len() < 4096;
    let padded = stream.len().div_ceil(SECTOR) * SECTOR;
    let sectors = padded / SECTOR;
    let tables = (sectors + 3).div_ceil(SECTOR / 4).max(1);
    // The table of sectors, the directory, the table of small sectors, then the stream.
    let (directory, small_table, first) = (tables, tables + 1, tables + 2);
    let mut next: Vec<u32> = vec![0xFFFF_FFFD; tables];
    next.extend([0xFFFF_FFFE, 0xFFFF_FFFE]);
    next.extend((1..sectors).map(|index| u32::try_from(first + index).unwrap()));
    next.push(0xFFFF_FFFE);
    next.resize(tables * SECTOR / 4, 0xFFFF_FFFF);
    let mut file = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    file.extend([0; 16]);
    for number in [0x3Eu16, 3, 0xFFFE, 9, 6, 0, 0, 0] {
        file.extend(number.to_le_bytes());
    }
    let number = |number: usize| u32::try_from(number).unwrap();
    for number in [
        0,
        number(tables),
        number(directory),
        0,
        4096,
        number(small_table),
        1,
        0xFFFF_FFFE,
        0,
    ] {
        file.extend(number.to_le_bytes());
    }
    file.extend(
        (0..109).flat_map(|index| if index < tables { number(index) } else { u32::MAX }.to_le_bytes()),
    );
    file.extend(next.into_iter().flat_map(u32::to_le_bytes));
    let entry = |name: &str, kind: u8, child: u32, start: u32, bytes: usize| {
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut entry = units.clone();
        entry.resize(64, 0);
        entry.extend(u16::try_from(units.len() + 2).unwrap().to_le_bytes());
        entry.extend([kind, 1]);
        entry.extend([u32::MAX, u32::MAX, child].into_iter().flat_map(u32::to_le_bytes));
        entry.resize(116, 0);
        entry.extend(start.to_le_bytes());
        entry.extend(u64::try_from(bytes).unwrap().to_le_bytes());
        entry
    };
    let (home, start) = if small {
        (number(first), 0)
    } else {
        (0xFFFF_FFFE, number(first))
    };
    let mut entries = entry("Root Entry", 5, 1, home, if small { padded } else { 0 });
    entries.extend(entry(name, 2, u32::MAX, start, stream.len()));
    entries.resize(SECTOR, 0);
    file.extend(entries);
    let small_next = (1..=SECTOR as u32 / 4).map(|index| {
        if (index as usize) < padded / 64 {
            index
        } else {
            u32::MAX
        }
    });
    file.extend(small_next.flat_map(u32::to_le_bytes));
    file.extend(stream);
    file.resize(file.len() + padded - stream.len(), 0);
    file
}
