//! The logo. Only PNG and JPEG are decoded, within bounds, and what is stored is
//! written anew from the pixels: nothing else of the file that somebody sent is ever
//! given to a browser (OWASP ASVS 5.0, 5.2 and 5.3).

use super::{SettingsError, brand::change, changed};
use crate::{
    core::{
        error::InternalError,
        services::{Inner, ProcessState},
    },
    tenancy::Actor,
};
use domain::permission::Permission;
use image::{
    DynamicImage, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder, imageops::FilterType,
};
use std::io::Cursor;
use tokio::sync::Semaphore;

/// The largest file, in bytes.
pub const MOST_BYTES: usize = 200 * 1_024;
/// The largest picture, in pixels of a side: a small file can unfold to gigabytes.
const MOST_PIXELS: u32 = 4_096;
/// The smallest picture.
const LEAST_PIXELS: u32 = 16;
/// What decoding may take, in bytes: a picture of the largest size, at 4 bytes a pixel.
const MOST_MEMORY: u64 = 4 * (MOST_PIXELS as u64) * (MOST_PIXELS as u64);
/// The side of the picture that is stored, at most.
const STORED: u32 = 256;
/// Of a JPEG that is written.
const QUALITY: u8 = 90;

const NOT_A_PICTURE: &str = "This is neither a PNG nor a JPEG, whatever its name says. Save the logo as PNG and choose that file; SVG is not taken, since it can hold scripts.";

/// How many pictures are decoded at once in this process.
const AT_ONCE: usize = 2;

/// Places for decoding.
struct Decoders(Semaphore);

impl ProcessState for Decoders {
    fn begin(_: &Inner) -> Self {
        Self(Semaphore::new(AT_ONCE))
    }
}

/// Stores a logo.
///
/// # Errors
/// [`SettingsError`]; the logo before stays then.
pub async fn save_logo(actor: &Actor, bytes: Vec<u8>) -> Result<(), SettingsError> {
    actor.require(Permission::ManageTenant)?;
    // Decoding takes longer than other requests should wait for, and much memory.
    let made = {
        let _place = actor.state::<Decoders>().0.acquire().await;
        tokio::task::spawn_blocking(move || written_anew(&bytes)).await
    };
    let made = made.map_err(InternalError::from)?;
    let (kind, logo) = made.map_err(|message| SettingsError::invalid("logo", message))?;
    let tx = actor.write().await?;
    change(actor, &tx, |row| {
        row.logo_type = Some(kind.to_mime_type().to_owned());
        row.logo = Some(logo);
    })
    .await?;
    changed(actor, &tx, "logo=set").await?;
    tx.commit().await?;
    Ok(())
}

/// Removes the logo.
///
/// # Errors
/// [`SettingsError`]; nothing is changed then.
pub async fn remove_logo(actor: &Actor) -> Result<(), SettingsError> {
    actor.require(Permission::ManageTenant)?;
    let tx = actor.write().await?;
    change(actor, &tx, |row| {
        row.logo_type = None;
        row.logo = None;
    })
    .await?;
    changed(actor, &tx, "logo=removed").await?;
    tx.commit().await?;
    Ok(())
}

/// The picture, decoded and written anew, or a message for the person.
fn written_anew(bytes: &[u8]) -> Result<(ImageFormat, Vec<u8>), String> {
    if bytes.is_empty() {
        return Err("Choose a file.".to_owned());
    }
    if bytes.len() > MOST_BYTES {
        return Err(format!(
            "This file has {} kB, and a logo may have 200 kB. Save it smaller and choose it again.",
            bytes.len().div_ceil(1_024)
        ));
    }
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| NOT_A_PICTURE)?;
    let format = reader
        .format()
        .filter(|format| matches!(format, ImageFormat::Png | ImageFormat::Jpeg))
        .ok_or(NOT_A_PICTURE)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_PIXELS);
    limits.max_image_height = Some(MOST_PIXELS);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| match error {
        image::ImageError::Limits(_) => format!(
            "This picture is too large: {MOST_PIXELS} × {MOST_PIXELS} pixels are the most. Make it smaller; {STORED} pixels are enough."
        ),
        _ => "This picture is damaged and can’t be read. Save it anew and choose it again.".to_owned(),
    })?;
    if picture.width().min(picture.height()) < LEAST_PIXELS {
        return Err(format!(
            "This picture is too small: it needs {LEAST_PIXELS} × {LEAST_PIXELS} pixels at least, better {STORED}."
        ));
    }
    let picture = if picture.width().max(picture.height()) > STORED {
        picture.resize(STORED, STORED, FilterType::Lanczos3)
    } else {
        picture
    };
    let written = write(&picture, format);
    written
        .map_err(|_| "This picture can’t be stored. Save it as PNG and choose it again.".to_owned())
}

fn write(
    picture: &DynamicImage,
    format: ImageFormat,
) -> Result<(ImageFormat, Vec<u8>), image::ImageError> {
    let mut bytes = Vec::new();
    match format {
        ImageFormat::Jpeg => {
            let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
            picture.to_rgb8().write_with_encoder(encoder)?;
        }
        _ => {
            // 8 bits a channel: some pictures have more than any screen shows.
            let picture = DynamicImage::ImageRgba8(picture.to_rgba8());
            picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)?;
        }
    }
    Ok((format, bytes))
}
