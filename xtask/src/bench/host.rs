//! The host: its cores, and the facts that belong beside every number.

use crate::{paths, process};
use std::fs;
use std::path::Path;
use std::process::Command;

/// The cores of the measured and the measuring side.
#[derive(Clone, Copy)]
pub struct Cores {
    /// For Mooring, the program it is compared with, and PostgreSQL.
    server: Option<usize>,
    /// For the load and the simulator.
    load: Option<usize>,
}

/// The cores on which a process runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Server,
    Load,
    /// On any core.
    Anywhere,
}

impl Cores {
    /// Two cores that this process may use; none if there is only one, or no `taskset`.
    pub fn find() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let list = status
            .lines()
            .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))
            .unwrap_or_default();
        let cores = expand(list);
        let usable = process::works(Command::new("taskset").arg("--version"));
        match (usable, cores.as_slice()) {
            (true, [server, load, ..]) => Self {
                server: Some(*server),
                load: Some(*load),
            },
            _ => Self {
                server: None,
                load: None,
            },
        }
    }

    fn of(self, side: Side) -> Option<usize> {
        match side {
            Side::Server => self.server,
            Side::Load => self.load,
            Side::Anywhere => None,
        }
    }

    /// A command that runs the program on one side's core.
    pub fn command(self, program: &Path, side: Side) -> Command {
        match self.of(side) {
            Some(core) => {
                let mut command = Command::new("taskset");
                command.args(["-c", &core.to_string()]).arg(program);
                command
            }
            None => Command::new(program),
        }
    }

    /// Moves a running process, and the processes that it will start.
    pub fn keep(self, pid: u32, side: Side) {
        let core = match (side, self.server, self.load) {
            (Side::Anywhere, Some(one), Some(other)) => format!("{one},{other}"),
            _ => match self.of(side) {
                Some(core) => core.to_string(),
                None => return,
            },
        };
        process::works(Command::new("taskset").args(["-a", "-c", "-p", &core, &pid.to_string()]));
    }
}

/// The numbers of a list such as `0-2,5`.
fn expand(list: &str) -> Vec<usize> {
    let mut all = Vec::new();
    for part in list.trim().split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        if let (Ok(first), Ok(last)) = (first.parse(), last.parse::<usize>()) {
            all.extend(first..=last);
        }
    }
    all
}

/// The facts that belong beside every number.
pub struct Host(Vec<(&'static str, String)>);

impl Host {
    /// Reads the facts; unknown ones are left out.
    pub fn look(databases: &[String], short: bool) -> Self {
        let mut facts = Vec::new();
        let mut fact = |name, value: Option<String>| {
            facts.extend(
                value
                    .filter(|text| !text.is_empty())
                    .map(|text| (name, text)),
            );
        };
        let run = |words: &[&str]| {
            let (program, arguments) = words.split_first()?;
            let mut command = Command::new(program);
            process::output(command.args(arguments).current_dir(paths::root())).ok()
        };
        let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpus
            .lines()
            .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
            .map(|(_, model)| model.trim().to_owned());
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let memory = memory
            .lines()
            .find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB"))
            .and_then(|text| text.parse::<u64>().ok())
            .map(|kilobytes| format!(", {} GB of memory", kilobytes.div_ceil(1024 * 1024)));
        fact(
            "host",
            model.map(|model| format!("{model}, {cores} cores{}", memory.unwrap_or_default())),
        );
        fact("system", run(&["uname", "-srm"]));
        fact("compiler", run(&["rustc", "--version"]));
        fact(
            "build",
            Some(if short { "debug" } else { "release" }.to_owned()),
        );
        fact("databases", Some(databases.join(", ")));
        fact("date", run(&["date", "-u", "+%Y-%m-%d %H:%M UTC"]));
        let changed = run(&["git", "status", "--porcelain", "--untracked-files=no"])
            .is_some_and(|list| !list.is_empty());
        fact(
            "commit",
            run(&["git", "rev-parse", "--short=12", "HEAD"]).map(|commit| {
                let more = if changed { ", with changes" } else { "" };
                format!("{commit}{more}")
            }),
        );
        Self(facts)
    }

    /// The facts as a list.
    pub fn markdown(&self) -> String {
        self.0
            .iter()
            .map(|(name, value)| format!("- {name}: {value}\n"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_cores_are_read() {
        assert_eq!(expand("\t0-1\n"), [0, 1]);
        assert_eq!(expand("0,2-4,9"), [0, 2, 3, 4, 9]);
        assert_eq!(expand(""), Vec::<usize>::new());
    }
}
