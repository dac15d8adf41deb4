//! All that the sentences of a language say.

use crate::{
    customer_words::{
        GoneWords, LinkReason, LinkWords, MailWords, PageWords, PermissionWords, Resources,
        ResultWords, Sentences, StatusWords, Times, Titled,
    },
    error::AuthorizationProblem as Problem,
};

/// Names that no sentence has by itself.
pub(super) const NAMES: [&str; 4] = ["⟨one⟩", "⟨two⟩", "⟨three⟩", "⟨four⟩"];

/// Each problem of an authorization.
pub(super) fn problems() -> Vec<Problem> {
    let refused = |code: &str| Problem::Refused {
        code: code.to_owned(),
    };
    vec![
        Problem::StateUnknown,
        Problem::Malformed,
        Problem::OtherPerson,
        refused("access_denied"),
        refused("server_error"),
        Problem::WrongAccount {
            expected: "acme".parse().unwrap(),
        },
        Problem::AppRefused,
        Problem::CodeRefused,
        Problem::Unavailable,
        Problem::BadAnswer,
        Problem::LinkGone,
        Problem::RoleGone,
        Problem::NoAccount {
            subdomain: "acme".parse().unwrap(),
        },
        Problem::Busy,
    ]
}

/// Everything that is said, with its field's name. A new field has to be added here.
#[allow(clippy::too_many_lines)]
pub(super) fn said(sentences: &Sentences) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    let [one, two, ..] = NAMES;
    macro_rules! say {
        ($($text:expr),* $(,)?) => {
            $(all.push((stringify!($text).to_owned(), String::from($text)));)*
        };
    }
    macro_rules! titled {
        ($($titled:expr),* $(,)?) => {
            $({
                let Titled { title, text } = $titled;
                all.push((format!("{}.title", stringify!($titled)), title.to_owned()));
                all.push((format!("{}.text", stringify!($titled)), text.to_owned()));
            })*
        };
    }
    let Sentences {
        language: _,
        page,
        times,
        permissions,
        link,
        gone,
        result,
        status,
        problem,
        mail,
    } = sentences;
    let PageWords {
        questions,
        languages,
        begin_again,
        never_sees_password,
    } = page;
    say!(
        *questions,
        *languages,
        *begin_again,
        never_sees_password(one)
    );
    let Times {
        weekdays: _,
        months: _,
        date: _,
        zone: _,
        days,
        now,
        ago,
        ahead,
    } = times;
    say!(days(1), days(2), *now, ago(one), ahead(one));
    let PermissionWords {
        see,
        change,
        everything,
        stay,
        know,
        name,
        email,
        name_and_email,
        newer,
        resources,
        and,
        by_name,
    } = permissions;
    say!(
        *see,
        *change,
        everything.0,
        everything.1,
        stay.0,
        stay.1,
        *know
    );
    say!(
        *name,
        *email,
        *name_and_email,
        *newer,
        and("z"),
        by_name(1),
        by_name(2)
    );
    let Resources {
        account,
        users,
        customers,
        tickets,
        custom_fields,
        events,
        integrations,
        jobs,
        macros,
        rules,
        satisfaction_surveys,
        statistics,
        tags,
        apps,
    } = *resources;
    say!(
        account,
        users,
        customers,
        tickets,
        custom_fields,
        events,
        integrations,
        jobs
    );
    say!(macros, rules, satisfaction_surveys, statistics, tags, apps);
    let LinkWords {
        connect,
        reconnect,
        why,
        go_on,
        admin,
        asks_for,
        next,
        steps,
        works_until,
        for_one_approval,
        sent_by,
        cannot_begin,
    } = link;
    say!(
        connect.of(one),
        reconnect.of(one),
        *go_on,
        admin.of(one),
        asks_for(one),
        *next
    );
    say!(
        steps[0],
        steps[1],
        *works_until,
        for_one_approval(one),
        *sent_by,
        *cannot_begin
    );
    for reason in LinkReason::ALL {
        all.push((format!("why {reason:?}"), why(reason, one, two)));
    }
    let GoneWords {
        window,
        unknown,
        used,
        expired,
        revoked,
        ask,
    } = gone;
    say!(*window, *ask);
    titled!(*unknown, *used, *expired, *revoked);
    let ResultWords {
        connected,
        reconnected,
        ended,
        approved_by,
        has_access,
        had_access,
        limited,
        stops,
        stops_by_app,
        stops_by_approval,
        setup_fault,
        waiting,
        no_access,
        all_done,
        close,
        go_on,
        may_do,
        take_back,
        under_way,
    } = result;
    say!(
        connected(one),
        reconnected(one),
        ended(one),
        approved_by(one),
        has_access(one)
    );
    say!(
        had_access(one),
        limited(one),
        stops(one, None),
        stops(one, Some(two))
    );
    say!(
        stops_by_app(one),
        *stops_by_approval,
        setup_fault(one),
        waiting(one)
    );
    say!(
        no_access(one),
        *all_done,
        *close,
        go_on(one),
        may_do(one),
        *take_back
    );
    titled!(*under_way);
    let StatusWords {
        connected,
        not_connected,
        works,
        needs_approval,
        looked_at,
        works_text,
        needs_approval_text,
        looked_at_text,
        approve_again,
        approved_by,
        somebody,
        how_it_is,
        last_seen,
        this_page,
        shown_until,
        not_twice,
    } = status;
    say!(
        connected.of(one),
        not_connected.of(one),
        *works,
        *needs_approval,
        looked_at(one)
    );
    say!(
        works_text(one),
        needs_approval_text(one),
        looked_at_text(one, two),
        *approve_again
    );
    say!(
        *approved_by,
        *somebody,
        *how_it_is,
        last_seen(one),
        *this_page,
        shown_until(one)
    );
    say!(*not_twice);
    for one in problems() {
        let words = problem(&one);
        all.push((format!("{one:?} title"), words.title));
        all.push((format!("{one:?} explanation"), words.explanation));
        all.push((format!("{one:?} remedy"), words.remedy));
    }
    let MailWords {
        subject,
        text,
        button,
        works_until,
        good_for,
        one_approval,
        not_you,
        leads_to,
    } = mail;
    say!(
        subject(one, two),
        *text,
        *button,
        *works_until,
        *good_for,
        *one_approval
    );
    say!(not_you(one), leads_to(one, two));
    all
}
