//! The first reading of an XML document: which elements stand where.

use std::io::{Read, Seek};

use super::super::DEPTH_MAX;
use super::super::row::utf8;
use super::names;
use super::shape::{Shape, TOP};
use super::tokens::{Token, Tokens};
use crate::cells::Cells;
use crate::error::DecodeError;
use crate::open::Wanted;

/// Walks over the whole document and notes what stands where.
pub(super) fn survey<R: Read + Seek>(
    tokens: &mut Tokens<R>,
    cells: Cells,
    wanted: &Wanted<'_>,
) -> Result<Shape, DecodeError> {
    let mut shape = Shape::new();
    let mut open: Vec<(usize, Vec<u8>)> = Vec::new();
    let (mut decoded, mut elements) = (Vec::new(), 0u64);
    loop {
        let token = tokens.next()?;
        let body = utf8(cells, tokens.body(), &mut decoded).text;
        match token {
            Token::Open { ends } => {
                let place = open.last().map(|(place, _)| *place);
                if open.len() >= DEPTH_MAX
                    || (place.is_none() && elements > 0)
                    || names::name(body).is_empty()
                {
                    return Err(DecodeError::Broken(tokens.offset()));
                }
                elements += 1;
                let columns_max = wanted.limits.columns_max;
                let field = names::field_name(body);
                let name = field.unwrap_or(names::name(body));
                let place = shape.meet(place.unwrap_or(TOP), name, columns_max)?;
                for (attribute, _) in names::attributes(body).filter(|_| field.is_none()) {
                    shape.meet(place, attribute, columns_max)?;
                }
                if !ends {
                    open.push((place, names::name(body).to_vec()));
                }
            }
            Token::Close => match open.pop() {
                Some((_, name)) if name == names::name(body) => {}
                _ => return Err(DecodeError::Broken(tokens.offset())),
            },
            Token::Text | Token::Verbatim | Token::TooLong => {
                let is_blank = token != Token::TooLong && body.trim_ascii().is_empty();
                match open.last() {
                    Some((place, _)) if !is_blank => shape.has_text(*place),
                    None if !is_blank && body.iter().any(|byte| *byte != 0x1A) => {
                        return Err(DecodeError::Broken(tokens.offset()));
                    }
                    _ => {}
                }
            }
            Token::End if open.is_empty() && elements > 0 => return Ok(shape),
            Token::End => return Err(DecodeError::Truncated),
        }
    }
}
