//! One round of work: its order, and what remains to do if something fails.

use super::changes::Work;
use anyhow::Result;

/// The parts of the work.
pub trait Workshop {
    /// Bundles the style sheets.
    fn style(&mut self) -> Result<()>;
    /// Copies the icons.
    fn icons(&mut self) -> Result<()>;
    /// Builds the server, and restarts it if it has changed.
    fn server(&mut self) -> Result<Outcome>;
    /// Builds the wasm.
    fn browser(&mut self) -> Result<Outcome>;
    /// Makes open pages reload their style sheets.
    fn reload_style(&mut self);
    /// Makes open pages reload.
    fn reload_pages(&mut self);
    fn failed(&mut self, error: &anyhow::Error);
}

/// Whether a build changed its result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Changed,
    Same,
}

/// Does the work; first what is visible soonest. Returns the work that failed, to
/// be tried again with the next change. Pages reload when the server is up and
/// don't wait for the wasm: most changes of a page don't change it.
pub fn carry_out(work: Work, workshop: &mut impl Workshop) -> Work {
    let mut left = Work::default();
    if work.style {
        match workshop.style() {
            Ok(()) => workshop.reload_style(),
            Err(error) => {
                workshop.failed(&error);
                left.style = true;
            }
        }
    }
    let icons = work
        .icons
        .then(|| workshop.icons().map(|()| Outcome::Changed));
    left.icons = finish(icons, workshop);
    let server = work.server.then(|| workshop.server());
    left.server = finish(server, workshop);
    if left.server {
        // The build of the wasm would fail for the same reason and show the error again.
        left.browser = work.browser;
    } else {
        let browser = work.browser.then(|| workshop.browser());
        left.browser = finish(browser, workshop);
    }
    left
}

/// Makes pages reload if something is new; returns whether it failed.
fn finish(outcome: Option<Result<Outcome>>, workshop: &mut impl Workshop) -> bool {
    match outcome {
        Some(Ok(Outcome::Changed)) => workshop.reload_pages(),
        Some(Ok(Outcome::Same)) | None => (),
        Some(Err(error)) => {
            workshop.failed(&error);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::bail;
    use std::path::Path;

    /// Records the calls; parts in `fails` fail, parts in `same` don't change.
    #[derive(Default)]
    struct Notes {
        done: Vec<&'static str>,
        fails: &'static str,
        same: &'static str,
    }

    impl Notes {
        fn work(&mut self, name: &'static str) -> Result<Outcome> {
            self.done.push(name);
            if self.fails == name {
                bail!("{name} fails");
            }
            Ok(if self.same == name {
                Outcome::Same
            } else {
                Outcome::Changed
            })
        }
    }

    impl Workshop for Notes {
        fn style(&mut self) -> Result<()> {
            self.work("style").map(drop)
        }
        fn icons(&mut self) -> Result<()> {
            self.work("icons").map(drop)
        }
        fn server(&mut self) -> Result<Outcome> {
            self.work("server")
        }
        fn browser(&mut self) -> Result<Outcome> {
            self.work("browser")
        }
        fn reload_style(&mut self) {
            self.done.push("reload style");
        }
        fn reload_pages(&mut self) {
            self.done.push("reload pages");
        }
        fn failed(&mut self, _: &anyhow::Error) {
            self.done.push("failed");
        }
    }

    fn after(path: &str) -> Work {
        Work::after(Path::new(path))
    }

    #[test]
    fn style_is_swapped_and_pages_stay() {
        let mut notes = Notes::default();
        let left = carry_out(after("style/base.css"), &mut notes);
        assert!(left.is_none());
        assert_eq!(notes.done, ["style", "reload style"]);
    }

    #[test]
    fn pages_do_not_wait_for_the_part_in_the_browser() {
        let mut notes = Notes {
            same: "browser",
            ..Notes::default()
        };
        carry_out(after("app/src/pages/signin.rs"), &mut notes);
        assert_eq!(notes.done, ["server", "reload pages", "browser"]);
    }

    #[test]
    fn a_build_that_changes_nothing_reloads_nothing() {
        let mut notes = Notes {
            same: "server",
            ..Notes::default()
        };
        carry_out(after("service/src/lib.rs"), &mut notes);
        assert_eq!(notes.done, ["server"]);
    }

    #[test]
    fn what_failed_is_left_and_the_rest_is_done() {
        let mut notes = Notes {
            fails: "server",
            ..Notes::default()
        };
        let both = after("app/src/lib.rs");
        let left = carry_out(both.and(after("style/base.css")), &mut notes);
        assert_eq!(left, both);
        assert_eq!(notes.done, ["style", "reload style", "server", "failed"]);
        let mut notes = Notes {
            fails: "style",
            ..Notes::default()
        };
        let left = carry_out(after("public/a.svg").and(after("style/a.css")), &mut notes);
        assert_eq!(left, after("style/a.css"));
        assert_eq!(notes.done, ["style", "failed", "icons", "reload pages"]);
    }
}
