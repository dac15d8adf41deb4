//! Bodies in the encodings that servers and proxies use.

use std::io::Write as _;

use axum::response::{IntoResponse as _, Response};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use http::{HeaderValue, StatusCode, header};
use serde_json::Value;

use crate::behaviour::Packing;

/// 200 with a JSON body in this encoding.
pub(crate) fn response(packing: Packing, body: &Value) -> Response {
    let Ok(bytes) = pack(packing, body.to_string().as_bytes()) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let encoding = match packing {
        Packing::Plain | Packing::ByteOrderMark | Packing::Utf16 | Packing::GzipUnannounced => None,
        Packing::Gzip => Some("gzip"),
        Packing::XGzip => Some("x-gzip"),
        Packing::Deflate | Packing::BareDeflate => Some("deflate"),
    };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    let json = HeaderValue::from_static("application/json");
    headers.insert(header::CONTENT_TYPE, json);
    if let Some(encoding) = encoding {
        let encoding = HeaderValue::from_static(encoding);
        headers.insert(header::CONTENT_ENCODING, encoding);
    }
    response
}

fn pack(packing: Packing, json: &[u8]) -> std::io::Result<Vec<u8>> {
    let best = Compression::best();
    Ok(match packing {
        Packing::Plain => json.to_vec(),
        Packing::ByteOrderMark => [b"\xef\xbb\xbf", json].concat(),
        Packing::Utf16 => {
            let text = String::from_utf8_lossy(json);
            text.encode_utf16().flat_map(u16::to_le_bytes).collect()
        }
        Packing::Gzip | Packing::XGzip | Packing::GzipUnannounced => {
            let mut to = GzEncoder::new(Vec::new(), best);
            to.write_all(json)?;
            to.finish()?
        }
        Packing::Deflate => {
            let mut to = ZlibEncoder::new(Vec::new(), best);
            to.write_all(json)?;
            to.finish()?
        }
        Packing::BareDeflate => {
            let mut to = DeflateEncoder::new(Vec::new(), best);
            to.write_all(json)?;
            to.finish()?
        }
    })
}
