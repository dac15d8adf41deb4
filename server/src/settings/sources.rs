//! Where settings come from: flags first, then variables, then the file.

use super::{
    SettingsError,
    table::{CONFIG, SETTINGS, Setting},
};
use service::host::text_file::{self, bare};
use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
};

/// The given settings, still as text.
#[derive(Default)]
pub struct Sources {
    flags: HashMap<String, String>,
    variables: HashMap<String, String>,
    file: HashMap<String, String>,
    file_path: PathBuf,
}

/// A value and the name under which it was given, for error messages.
pub struct Given {
    /// Such as `MOORING_LISTEN`.
    pub name: String,
    /// The text.
    pub text: String,
}

impl Sources {
    /// Reads the settings file that a flag or a variable names, else `mooring.toml`
    /// in the folder if it exists. Empty variables count as not set.
    ///
    /// # Errors
    /// If the file can't be read, is no TOML, or has a key that is no setting.
    pub fn new(
        flags: HashMap<String, String>,
        variables: impl IntoIterator<Item = (String, String)>,
        folder: &Path,
    ) -> Result<Self, SettingsError> {
        // A list of variables with Windows line ends leaves a `\r` at the end of each value.
        let variables: HashMap<_, _> = variables
            .into_iter()
            .map(|(name, value)| (name, bare(&value).to_owned()))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let mut sources = Self {
            flags,
            variables,
            ..Self::default()
        };
        let named = sources
            .at(Source::Flag, CONFIG.key)
            .or_else(|| sources.at(Source::Variable, CONFIG.key));
        if let Some(named) = named {
            sources.file_path = folder.join(&named.text);
            let text = text_file::read(&sources.file_path).map_err(|e| {
                SettingsError::new(
                    &named.name,
                    &format!("{} can't be read: {e}", named.text),
                    "name a file that is there",
                )
            })?;
            sources.read_file(&text)?;
        } else {
            sources.file_path = folder.join("mooring.toml");
            match text_file::read(&sources.file_path) {
                Ok(text) => sources.read_file(&text)?,
                Err(e) if e.kind() == io::ErrorKind::NotFound => (),
                // Without the file, Mooring would run with other settings than intended.
                Err(e) => {
                    return Err(SettingsError::new(
                        &sources.file_path.display().to_string(),
                        &format!("it can't be read: {e}"),
                        "let this user read it, or name another with MOORING_CONFIG",
                    ));
                }
            }
        }
        Ok(sources)
    }

    fn read_file(&mut self, text: &str) -> Result<(), SettingsError> {
        let path = self.file_path.display().to_string();
        // The parser's error quotes the line, which may hold a key.
        let table: toml::Table = text.parse().map_err(|e: toml::de::Error| {
            let line = e
                .span()
                .map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            SettingsError::new(
                &path,
                &format!("line {line} is not TOML"),
                "write lines such as listen = \"127.0.0.1:3000\"",
            )
        })?;
        for (key, value) in table {
            let known = SETTINGS
                .iter()
                .any(|s| s.key == key || s.file_key().as_deref() == Some(&key));
            if !known {
                return Err(SettingsError::new(
                    &format!("{key} in {path}"),
                    "there is no such setting",
                    "remove it, or correct its name (`mooring serve --help` lists all)",
                ));
            }
            let Some(text) = as_text(&value) else {
                return Err(SettingsError::new(
                    &format!("{key} in {path}"),
                    "the value is neither text, number, true/false nor a list of texts",
                    "write it between quotation marks",
                ));
            };
            self.file.insert(key, text);
        }
        Ok(())
    }

    /// The value of a setting from the first source that has it.
    ///
    /// # Errors
    /// If a secret is given both by value and by file, or its file can't be read.
    pub fn get(&self, setting: &Setting) -> Result<Option<Given>, SettingsError> {
        for source in [Source::Flag, Source::Variable, Source::File] {
            let by_value = self.at(source, setting.key);
            let by_file = setting.file_key().and_then(|key| self.at(source, &key));
            return match (by_value, by_file) {
                (None, None) => continue,
                (Some(given), None) => Ok(Some(given)),
                (None, Some(file)) => read_secret(file).map(Some),
                (Some(value), Some(file)) => Err(SettingsError::new(
                    &value.name,
                    &format!("it is given together with {}", file.name),
                    "give only one of the two",
                )),
            };
        }
        Ok(None)
    }

    /// The file that holds a secret, if the secret was given that way.
    pub fn file(&self, setting: &Setting) -> Option<Given> {
        let key = setting.file_key()?;
        [Source::Flag, Source::Variable, Source::File]
            .into_iter()
            .find(|source| {
                self.at(*source, setting.key).is_some() || self.at(*source, &key).is_some()
            })
            .and_then(|source| self.at(source, &key))
    }

    /// Every file that holds a secret; relative paths count from `folder`.
    pub fn secret_files(&self, folder: &Path) -> Vec<PathBuf> {
        let secrets = || SETTINGS.iter().filter(|setting| setting.secret);
        let mut files: Vec<PathBuf> = secrets()
            .filter_map(|setting| self.file(setting))
            .map(|file| folder.join(file.text))
            .collect();
        if secrets().any(|setting| self.file.contains_key(setting.key)) {
            files.push(self.file_path.clone());
        }
        files
    }

    fn at(&self, source: Source, key: &str) -> Option<Given> {
        let (name, text) = match source {
            Source::Flag => {
                let flag = key.replace('_', "-");
                (format!("--{flag}"), self.flags.get(&flag)?)
            }
            Source::Variable => {
                let variable = format!("MOORING_{}", key.to_ascii_uppercase());
                let text = self.variables.get(&variable)?;
                (variable, text)
            }
            Source::File => (
                format!("{key} in {}", self.file_path.display()),
                self.file.get(key)?,
            ),
        };
        Some(Given {
            name,
            text: text.clone(),
        })
    }
}

#[derive(Clone, Copy)]
enum Source {
    Flag,
    Variable,
    File,
}

fn read_secret(file: Given) -> Result<Given, SettingsError> {
    match text_file::read(Path::new(&file.text)) {
        Ok(text) => Ok(Given {
            name: file.name,
            text: bare(&text).to_owned(),
        }),
        Err(e) => Err(SettingsError::new(
            &file.name,
            &format!("{} can't be read: {e}", file.text),
            "name a file that this user may read",
        )),
    }
}

fn as_text(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(true) => Some("on".into()),
        toml::Value::Boolean(false) => Some("off".into()),
        toml::Value::Array(values) => values
            .iter()
            .map(|v| v.as_str().map(str::to_owned))
            .collect::<Option<Vec<_>>>()
            .map(|texts| texts.join(",")),
        _ => None,
    }
}
