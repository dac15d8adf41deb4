//! Keeps this process's memory off the disk, and hidden from other processes.

use std::io;

/// Switches core dumps off for good. On Linux, other processes of the same user can
/// then read neither the memory nor the environment, which may hold the master
/// keys.
///
/// # Errors
/// If the system refuses.
pub fn forbid() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    #[cfg(unix)]
    rustix::process::setrlimit(
        rustix::process::Resource::Core,
        rustix::process::Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    )?;
    Ok(())
}
