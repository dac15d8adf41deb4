//! The folder of the files that browsers load: script, wasm, style, icons.

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, header::CACHE_CONTROL},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use leptos::config::LeptosOptions;
use std::path::{Path, PathBuf};
use tower_http::services::{ServeDir, ServeFile};

/// The folder of the site.
#[derive(Debug, Clone)]
pub struct Site {
    root: PathBuf,
}

impl Default for Site {
    /// The folder `site` beside the executable.
    fn default() -> Self {
        let executable = std::env::current_exe().unwrap_or_default();
        let folder = executable.parent().unwrap_or(Path::new("."));
        Self::new(folder.join("site"))
    }
}

impl Site {
    /// A site in that folder.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The folder that `LEPTOS_SITE_ROOT` names, else `site` beside the executable.
    pub fn find() -> Self {
        std::env::var_os("LEPTOS_SITE_ROOT")
            .map_or_else(Self::default, |root| Self::new(root.into()))
    }

    /// The list of hashes of a release, whose file names change with the content.
    fn hashes(&self) -> Option<PathBuf> {
        let path = std::path::absolute(self.root.join("hash.txt")).ok()?;
        path.is_file().then_some(path)
    }

    /// The options that Leptos needs to name the files.
    pub fn leptos_options(&self) -> LeptosOptions {
        let hashes = self.hashes();
        LeptosOptions::builder()
            .output_name("mooring")
            .site_root(self.root.display().to_string())
            .hash_files(hashes.is_some())
            .hash_file(hashes.unwrap_or_default().display().to_string().into())
            .build()
    }

    /// Serves the files; compressed ones if the browser accepts them.
    pub fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let pkg = ServeDir::new(self.root.join("pkg"))
            .append_index_html_on_directories(false)
            .precompressed_br()
            .precompressed_gzip();
        let mut routes = Router::new().nest_service("/pkg", pkg);
        for icon in ["favicon.svg", "favicon.ico"] {
            let path = self.root.join(icon);
            if path.is_file() {
                let file = ServeFile::new(path).precompressed_br().precompressed_gzip();
                routes = routes.route_service(&format!("/{icon}"), file);
            }
        }
        routes.layer(from_fn_with_state(self.hashes().is_some(), cache))
    }
}

/// Files with a hash in their name never change; browsers ask for others each time.
async fn cache(
    axum::extract::State(hashed): axum::extract::State<bool>,
    request: Request,
    next: Next,
) -> Response {
    let for_ever = hashed && carries_hash(request.uri().path());
    let mut response = next.run(request).await;
    if response.status().is_success() {
        let value = if for_ever {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        response
            .headers_mut()
            .insert(CACHE_CONTROL, HeaderValue::from_static(value));
    }
    response
}

/// `mooring.0123456789abcdef01234567.css`
fn carries_hash(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.')
        .any(|part| part.len() >= 16 && part.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_stay() {
        assert!(carries_hash("/pkg/mooring.0123456789abcdef01234567.css"));
        assert!(!carries_hash("/pkg/mooring.css"));
        assert!(!carries_hash("/favicon.svg"));
    }
}
