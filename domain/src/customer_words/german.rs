//! German, with “Sie”.

use super::{
    Around, GoneWords, LinkReason, LinkWords, MailWords, PageWords, PermissionWords, ProblemWords,
    Resources, ResultWords, Sentences, StatusWords, Times, Titled,
};
use crate::{customer::Language, error::AuthorizationProblem};

pub(super) const SENTENCES: Sentences = Sentences {
    language: Language::German,
    page: PageWords {
        questions: "Fragen?",
        languages: "Sprache",
        begin_again: "Noch einmal beginnen",
        never_sees_password: |tenant| format!("{tenant} sieht Ihr Gorgias-Passwort nie."),
    },
    times: Times {
        weekdays: ["Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So."],
        months: [
            "Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.",
            "Dez.",
        ],
        date: |weekday, day, month, year| format!("{weekday}, {day}. {month} {year}"),
        zone: |letters| match letters {
            "CET" => "MEZ",
            "CEST" => "MESZ",
            other => other,
        },
        days: |count| match count {
            1 => "1 Tag".to_owned(),
            count => format!("{count} Tagen"),
        },
        now: "gerade eben",
        ago: |span| format!("vor {span}"),
        ahead: |span| format!("in {span}"),
    },
    permissions: PermissionWords {
        see: "Sehen:",
        change: "Ändern:",
        everything: ("Alles tun,", "was Sie selbst im Helpdesk dürfen"),
        stay: ("Verbunden bleiben,", "ohne täglich zu fragen"),
        know: "Wissen, wer zugestimmt hat",
        name: ": Ihr Name",
        email: ": Ihre E-Mail-Adresse",
        name_and_email: ": Ihr Name und Ihre E-Mail-Adresse",
        newer: "Neuere Berechtigungen nutzen:",
        resources: Resources {
            account: "Kontoeinstellungen wie Geschäftszeiten",
            users: "Ihr Team",
            customers: "Kundschaft",
            tickets: "Tickets",
            custom_fields: "eigene Felder",
            events: "das Änderungsprotokoll des Kontos",
            integrations: "Integrationen",
            jobs: "lang laufende Aufträge wie Exporte",
            macros: "Makros",
            rules: "Regeln",
            satisfaction_surveys: "Zufriedenheitsumfragen",
            statistics: "Statistiken",
            tags: "Schlagwörter (Tags)",
            apps: "installierte Apps",
        },
        and: |_| " und ",
        by_name: |count| match count {
            1 => "Die Berechtigung mit Namen".to_owned(),
            count => format!("Alle {count} Berechtigungen mit Namen"),
        },
    },
    link: LinkWords {
        connect: Around("", " verbinden"),
        reconnect: Around("", " wieder verbinden"),
        why: |reason, tenant, app| match reason {
            LinkReason::Connect => format!(
                "{tenant} bittet Sie, {app} mit Ihrem Helpdesk zu verbinden. Solange Sie nicht zustimmen, hat {app} keinen Zugriff."
            ),
            LinkReason::MorePermissions => format!(
                "{app} von {tenant} funktioniert, aber einige benötigte Berechtigungen fehlen. Stimmen Sie noch einmal zu, um sie zu ergänzen."
            ),
            LinkReason::StopsSoon => format!(
                "{app} von {tenant} kann den Zugriff auf Ihren Helpdesk nicht selbst erneuern und hört bald auf zu funktionieren. Stimmen Sie noch einmal zu, damit es weitergeht."
            ),
            LinkReason::Lost => format!(
                "{app} von {tenant} hat den Zugriff auf Ihren Helpdesk verloren. Meist hat jemand die App deaktiviert. Bis sie wieder verbunden ist, wird nichts synchronisiert."
            ),
            LinkReason::Again => {
                format!("{tenant} bittet Sie, {app} für Ihren Helpdesk erneut zuzustimmen.")
            }
        },
        go_on: "Weiter zu Gorgias",
        admin: Around(
            "Sie müssen in Gorgias Admin von ",
            " sein. Falls nicht, leiten Sie die Adresse dieser Seite bitte weiter; das Öffnen verbraucht nichts.",
        ),
        asks_for: |app| format!("Worum {app} bittet"),
        next: "Wie es weitergeht",
        steps: [
            "Gorgias bittet Sie, sich anzumelden und dann zuzustimmen.",
            "Sie kommen hierher zurück und lesen, ob es geklappt hat.",
        ],
        works_until: "Dieser Link gilt bis",
        for_one_approval: |relative| format!("{relative}, für eine Zustimmung"),
        sent_by: "Gesendet von",
        cannot_begin: "Die Zustimmung kann gerade nicht begonnen werden. Fragen Sie bitte die Person, die Ihnen diesen Link gesendet hat.",
    },
    gone: GoneWords {
        window: "Dieser Link kann nicht verwendet werden",
        unknown: Titled {
            title: "Dieser Link ist nicht bekannt",
            text: "Die Adresse ist vielleicht unvollständig: Lange Links werden in E-Mails manchmal abgeschnitten.",
        },
        used: Titled {
            title: "Dieser Link wurde bereits verwendet",
            text: "Der App wurde zugestimmt, nachdem dieser Link gesendet worden war. Ein Link gilt nur für eine Zustimmung.",
        },
        expired: Titled {
            title: "Dieser Link ist abgelaufen",
            text: "Links gelten nur für begrenzte Zeit, damit alte E-Mails nichts mehr öffnen.",
        },
        revoked: Titled {
            title: "Dieser Link wurde zurückgezogen",
            text: "Wer ihn gesendet hat, hat ihn zurückgenommen.",
        },
        ask: "Bitten Sie die Person, die ihn gesendet hat, um einen neuen. Das Öffnen dieser Seite hat nichts verändert.",
    },
    result: ResultWords {
        connected: |account| format!("{account} ist verbunden"),
        reconnected: |account| format!("{account} ist wieder verbunden"),
        ended: |account| format!("{account} ist trotz Zustimmung nicht mehr verbunden"),
        approved_by: |name| format!("Zugestimmt hat {name}."),
        has_access: |app| format!("{app} hat jetzt Zugriff auf"),
        had_access: |app| format!("{app} hatte Zugriff auf"),
        limited: |app| {
            format!(
                "Gorgias hat nicht alles gewährt, worum {app} gebeten hat. Es funktioniert, aber eingeschränkt. Es fehlt:"
            )
        },
        stops: |app, until| {
            let until = match until {
                Some(until) => format!("Der Zugriff endet am {until}."),
                None => "Der Zugriff endet bald.".to_owned(),
            };
            format!("{app} funktioniert, kann den Zugriff aber nicht selbst erneuern. {until}")
        },
        stops_by_app: |app| {
            format!(
                "Der Anbieter von {app} muss zuerst etwas ändern und bittet Sie dann noch einmal um Ihre Zustimmung. Im Moment können Sie nichts tun."
            )
        },
        stops_by_approval: "Stimmen Sie noch einmal zu, damit es weitergeht.",
        setup_fault: |app| {
            format!(
                "{app} selbst hat gerade ein Problem mit Gorgias. Das muss der Anbieter lösen; Sie brauchen nichts zu tun."
            )
        },
        waiting: |app| {
            format!(
                "Gorgias hat {app} in letzter Zeit nicht geantwortet. Es geht von selbst weiter; Sie brauchen nichts zu tun."
            )
        },
        no_access: |app| {
            format!(
                "{app} hat keinen Zugriff mehr. Bitten Sie den Anbieter um einen neuen Link, falls das nicht so sein soll."
            )
        },
        all_done: "Sie können diese Seite schließen: Hier ist nichts weiter einzurichten.",
        close: "Sie können diese Seite schließen.",
        go_on: |app| format!("Weiter zu {app}"),
        may_do: |app| format!("Was {app} darf"),
        take_back: "Sie können das jederzeit in den Einstellungen Ihres Helpdesks zurücknehmen, indem Sie die App entfernen.",
        under_way: Titled {
            title: "Einen Moment bitte",
            text: "Die Zustimmung wird gerade bei Gorgias eingereicht. Diese Seite zeigt das Ergebnis, sobald es da ist.",
        },
    },
    status: StatusWords {
        connected: Around("", " ist verbunden"),
        not_connected: Around("", " ist nicht verbunden"),
        works: "Funktioniert",
        needs_approval: "Braucht eine neue Zustimmung",
        looked_at: |vendor| format!("{vendor} kümmert sich darum"),
        works_text: |app| {
            format!("{app} hat Zugriff auf Ihren Helpdesk. Sie brauchen nichts zu tun.")
        },
        needs_approval_text: |app| {
            format!("{app} braucht eine weitere Zustimmung durch einen Admin Ihres Helpdesks.")
        },
        looked_at_text: |app, vendor| {
            format!(
                "{app} ist im Moment vielleicht nicht auf dem neuesten Stand. {vendor} kümmert sich darum; Sie brauchen nichts zu tun."
            )
        },
        approve_again: "Erneut zustimmen",
        approved_by: "Zugestimmt hat",
        somebody: "Ein Admin Ihres Helpdesks",
        how_it_is: "Wie es jetzt steht",
        last_seen: |relative| format!("Zuletzt geprüft: {relative}"),
        this_page: "Diese Seite",
        shown_until: |until| format!("Zeigt den Stand bis {until}"),
        not_twice: "Sie können den Link behalten; für eine weitere Zustimmung gilt er nicht.",
    },
    problem,
    mail: MailWords {
        subject: |account, app| format!("{account}.gorgias.com wieder mit {app} verbinden"),
        text: "{app} hat den Zugriff auf {subdomain}.gorgias.com verloren. Ein Klick stellt ihn wieder her.",
        button: "Ansehen, worum es geht, und wieder verbinden",
        works_until: "Gilt bis",
        good_for: "Für",
        one_approval: "eine Zustimmung",
        not_you: |account| {
            format!(
                "Nicht für Sie? Leiten Sie diese E-Mail an die Person weiter, die bei {account} für Gorgias zuständig ist; das Öffnen des Links verbraucht nichts."
            )
        },
        leads_to: |here, account| {
            format!(
                "Die Schaltfläche führt zu {here} und dann zu {account}.gorgias.com. Wir fragen nie nach einem Passwort."
            )
        },
    },
};

fn problem(problem: &AuthorizationProblem) -> ProblemWords {
    use AuthorizationProblem as P;
    const UNCHANGED: &str = "Es wurde nichts verändert.";
    const FROM_THE_START: &str = "Beginnen Sie bitte dort noch einmal, wo Sie angefangen haben: in Gorgias oder mit dem Link, den Sie erhalten haben.";
    let (title, explanation, remedy) = match problem {
        P::StateUnknown => (
            "Diese Zustimmung kann nicht mehr verwendet werden".to_owned(),
            "Eine Zustimmung gilt einmal, zehn Minuten lang und in dem Browser, in dem sie begonnen wurde.".to_owned(),
            FROM_THE_START,
        ),
        P::Malformed => (
            "Diese Adresse ist unvollständig".to_owned(),
            "Gorgias leitet Sie nach der Zustimmung hierher; in der Adresse fehlte etwas.".to_owned(),
            FROM_THE_START,
        ),
        P::OtherPerson => (
            "Sie sind inzwischen als jemand anderes angemeldet".to_owned(),
            "Die Zustimmung wurde in diesem Browser von einer anderen Person begonnen.".to_owned(),
            "Melden Sie sich als die Person an, die begonnen hat, oder beginnen Sie noch einmal.",
        ),
        P::Refused { code } if code == "access_denied" => (
            "Der App wurde nicht zugestimmt".to_owned(),
            "Bei Gorgias wurde abgebrochen, oder die angemeldete Person darf dort keinen Apps zustimmen.".to_owned(),
            "Beginnen Sie noch einmal, falls das ein Versehen war. Sie müssen in Gorgias Admin sein.",
        ),
        P::Refused { code } => (
            "Gorgias hat einen Fehler gemeldet".to_owned(),
            format!("Gorgias nennt den Fehler „{code}“."),
            "Beginnen Sie bitte noch einmal. Sie müssen in Gorgias Admin sein.",
        ),
        P::WrongAccount { expected } => (
            format!("Das war nicht {expected}.gorgias.com"),
            format!("Die Zustimmung kam von einem anderen Gorgias-Konto als {expected}.gorgias.com."),
            "Melden Sie sich in Gorgias im richtigen Konto an und beginnen Sie dann noch einmal.",
        ),
        P::AppRefused => (
            "Gorgias akzeptiert diese App nicht".to_owned(),
            "Die Zugangsdaten der App selbst wurden abgelehnt. Das können nicht Sie beheben, sondern der Anbieter der App.".to_owned(),
            "Sagen Sie bitte dem Anbieter der App Bescheid, und beginnen Sie danach noch einmal.",
        ),
        P::CodeRefused => (
            "Gorgias hat die Zustimmung nicht angenommen".to_owned(),
            "Vielleicht hat sie zu lange gedauert oder wurde schon verwendet.".to_owned(),
            FROM_THE_START,
        ),
        P::Unavailable => (
            "Gorgias antwortet nicht".to_owned(),
            "Sie haben zugestimmt, aber Gorgias hat keinen Zugriff erteilt.".to_owned(),
            "Warten Sie eine Minute und beginnen Sie dann noch einmal.",
        ),
        P::BadAnswer => (
            "Die Antwort von Gorgias ist nicht vertrauenswürdig".to_owned(),
            "Sicherheitshalber haben wir sie nicht verwendet.".to_owned(),
            "Beginnen Sie noch einmal; wenn es wieder geschieht, sagen Sie bitte dem Anbieter der App Bescheid.",
        ),
        P::LinkGone => (
            "Dieser Link kann nicht mehr verwendet werden".to_owned(),
            "Er wurde verwendet, zurückgezogen oder ist abgelaufen.".to_owned(),
            "Bitten Sie die Person, die ihn gesendet hat, um einen neuen.",
        ),
        P::RoleGone => (
            "Sie dürfen Apps nicht mehr verbinden".to_owned(),
            "Ihre Rolle wurde geändert, während Sie bei Gorgias waren.".to_owned(),
            "Fragen Sie bitte die verantwortliche Person in Ihrem Unternehmen.",
        ),
        P::NoAccount { subdomain } => (
            format!("Es gibt kein Konto {subdomain}.gorgias.com"),
            format!("Unter {subdomain}.gorgias.com antwortet kein Gorgias-Konto. Die Zustimmung wurde deshalb nicht eingereicht."),
            "Sehen Sie nach, wie die Adresse Ihres Helpdesks beginnt, und beginnen Sie damit noch einmal.",
        ),
        P::Busy => (
            "Gerade gibt es zu viele Zustimmungen".to_owned(),
            "Viele Zustimmungen für neue Konten sind in wenigen Minuten fehlgeschlagen, deshalb müssen weitere warten.".to_owned(),
            "Beginnen Sie in zehn Minuten noch einmal, oder bitten Sie den Anbieter der App um einen Link: Links müssen nicht warten.",
        ),
    };
    let explanation = match problem {
        P::LinkGone => explanation,
        _ => format!("{explanation} {UNCHANGED}"),
    };
    ProblemWords {
        title,
        explanation,
        remedy: remedy.to_owned(),
    }
}
