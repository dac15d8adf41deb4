//! French, with “vous”. Blanks before a sign of punctuation don't break.

use super::{
    Around, GoneWords, LinkReason, LinkWords, MailWords, PageWords, PermissionWords, ProblemWords,
    Resources, ResultWords, Sentences, StatusWords, Times, Titled,
};
use crate::{customer::Language, error::AuthorizationProblem};

pub(super) const SENTENCES: Sentences = Sentences {
    language: Language::French,
    page: PageWords {
        questions: "Des questions\u{202f}?",
        languages: "Langue",
        begin_again: "Recommencer",
        never_sees_password: |tenant| {
            format!("{tenant} ne voit jamais votre mot de passe Gorgias.")
        },
    },
    times: Times {
        weekdays: ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."],
        months: [
            "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.",
            "nov.", "déc.",
        ],
        date: |weekday, day, month, year| match day {
            1 => format!("{weekday} 1er {month} {year}"),
            day => format!("{weekday} {day} {month} {year}"),
        },
        zone: |letters| letters,
        days: |count| match count {
            0 | 1 => format!("{count} jour"),
            count => format!("{count} jours"),
        },
        now: "à l’instant",
        ago: |span| format!("il y a {span}"),
        ahead: |span| format!("dans {span}"),
    },
    permissions: PermissionWords {
        see: "Voir\u{a0}:",
        change: "Modifier\u{a0}:",
        everything: (
            "Tout faire",
            "de ce que vous pouvez faire vous-même dans le helpdesk",
        ),
        stay: ("Rester connectée", "sans demander chaque jour"),
        know: "Savoir qui a donné son accord",
        name: "\u{a0}: votre nom",
        email: "\u{a0}: votre adresse e-mail",
        name_and_email: "\u{a0}: votre nom et votre adresse e-mail",
        newer: "Utiliser des autorisations plus récentes\u{a0}:",
        resources: Resources {
            account: "les paramètres du compte, comme les horaires d’ouverture",
            users: "votre équipe",
            customers: "les clients",
            tickets: "les tickets",
            custom_fields: "les champs personnalisés",
            events: "l’historique des modifications du compte",
            integrations: "les intégrations",
            jobs: "les tâches de longue durée, comme les exports",
            macros: "les macros",
            rules: "les règles",
            satisfaction_surveys: "les enquêtes de satisfaction",
            statistics: "les statistiques",
            tags: "les tags",
            apps: "les applications installées",
        },
        and: |_| " et ",
        by_name: |count| match count {
            1 => "L’autorisation par son nom".to_owned(),
            count => format!("Les {count} autorisations par leur nom"),
        },
    },
    link: LinkWords {
        connect: Around("Connecter ", ""),
        reconnect: Around("Reconnecter ", ""),
        why: |reason, tenant, app| match reason {
            LinkReason::Connect => format!(
                "{tenant} vous demande de connecter {app} à votre helpdesk. Tant que vous n’avez pas donné votre accord, {app} n’a aucun accès."
            ),
            LinkReason::MorePermissions => format!(
                "{app} de {tenant} fonctionne, mais il lui manque des autorisations. Donnez votre accord encore une fois pour les ajouter."
            ),
            LinkReason::StopsSoon => format!(
                "{app} de {tenant} ne peut pas renouveler seule son accès à votre helpdesk et va bientôt s’arrêter. Donnez votre accord encore une fois pour qu’elle continue de fonctionner."
            ),
            LinkReason::Lost => format!(
                "{app} de {tenant} a perdu son accès à votre helpdesk. Le plus souvent, quelqu’un a désactivé l’application. D’ici à son rétablissement, rien n’est synchronisé."
            ),
            LinkReason::Again => format!(
                "{tenant} vous demande de donner à nouveau votre accord à {app} pour votre helpdesk."
            ),
        },
        go_on: "Continuer vers Gorgias",
        admin: Around(
            "Vous devez être admin Gorgias de ",
            ". Sinon, transmettez l’adresse de cette page à une personne qui l’est\u{202f}; l’ouvrir ne consomme rien.",
        ),
        asks_for: |app| format!("Ce que demande {app}"),
        next: "La suite",
        steps: [
            "Gorgias vous demande de vous identifier, puis de donner votre accord.",
            "Vous revenez ici et lisez si tout s’est bien passé.",
        ],
        works_until: "Ce lien est valable jusqu’au",
        for_one_approval: |relative| format!("{relative}, pour un seul accord"),
        sent_by: "Envoyé par",
        cannot_begin: "Il n’est pas possible de commencer pour le moment. Adressez-vous à la personne qui vous a envoyé ce lien.",
    },
    gone: GoneWords {
        window: "Ce lien n’est pas utilisable",
        unknown: Titled {
            title: "Ce lien est inconnu",
            text: "L’adresse est peut-être incomplète\u{a0}: les longs liens sont parfois coupés dans les e-mails.",
        },
        used: Titled {
            title: "Ce lien a déjà été utilisé",
            text: "L’application a reçu un accord après l’envoi de ce lien. Un lien ne vaut que pour un seul accord.",
        },
        expired: Titled {
            title: "Ce lien a expiré",
            text: "Les liens ont une durée limitée, afin que les anciens e-mails n’ouvrent plus rien.",
        },
        revoked: Titled {
            title: "Ce lien a été retiré",
            text: "La personne qui l’a envoyé l’a retiré.",
        },
        ask: "Demandez-en un nouveau à la personne qui l’a envoyé. Ouvrir cette page n’a rien changé.",
    },
    result: ResultWords {
        connected: |account| format!("{account} est connecté"),
        reconnected: |account| format!("{account} est reconnecté"),
        ended: |account| format!("{account} a été connecté, mais ne l’est plus"),
        approved_by: |name| format!("Accord donné par {name}."),
        has_access: |app| format!("{app} a maintenant accès à"),
        had_access: |app| format!("{app} avait accès à"),
        limited: |app| {
            format!(
                "Gorgias n’a pas accordé tout ce que {app} demandait. L’application fonctionne, avec moins de possibilités. Il manque\u{a0}:"
            )
        },
        stops: |app, until| {
            let until = match until {
                Some(until) => format!("Son accès prend fin le {until}."),
                None => "Son accès prendra bientôt fin.".to_owned(),
            };
            format!("{app} fonctionne, mais ne peut pas renouveler seule son accès. {until}")
        },
        stops_by_app: |app| {
            format!(
                "L’éditeur de {app} doit d’abord modifier l’application, puis vous demandera encore une fois votre accord. Vous ne pouvez rien faire pour le moment."
            )
        },
        stops_by_approval: "Donnez votre accord encore une fois pour qu’elle continue de fonctionner.",
        setup_fault: |app| {
            format!(
                "{app} rencontre actuellement un problème avec Gorgias. C’est à son éditeur de le résoudre\u{202f}; vous n’avez rien à faire."
            )
        },
        waiting: |app| {
            format!(
                "Gorgias n’a pas répondu à {app} dernièrement. Tout reprend automatiquement\u{202f}; vous n’avez rien à faire."
            )
        },
        no_access: |app| {
            format!(
                "{app} n’a plus d’accès. Si ce n’est pas voulu, demandez un nouveau lien à son éditeur."
            )
        },
        all_done: "Vous pouvez fermer cette page\u{a0}: il n’y a rien d’autre à configurer ici.",
        close: "Vous pouvez fermer cette page.",
        go_on: |app| format!("Continuer vers {app}"),
        may_do: |app| format!("Ce que {app} peut faire"),
        take_back: "Vous pouvez y mettre fin à tout moment dans les paramètres de votre helpdesk, en supprimant l’application.",
        under_way: Titled {
            title: "Un instant",
            text: "Votre accord est en cours de transmission à Gorgias. Cette page affichera le résultat dès qu’il sera disponible.",
        },
    },
    status: StatusWords {
        connected: Around("", " est connecté"),
        not_connected: Around("", " n’est pas connecté"),
        works: "Fonctionne",
        needs_approval: "Un nouvel accord est nécessaire",
        looked_at: |vendor| format!("{vendor} s’en occupe"),
        works_text: |app| format!("{app} a accès à votre helpdesk. Vous n’avez rien à faire."),
        needs_approval_text: |app| {
            format!("{app} a de nouveau besoin de l’accord d’un admin de votre helpdesk.")
        },
        looked_at_text: |app, vendor| {
            format!(
                "{app} n’est peut-être pas à jour en ce moment. {vendor} s’en occupe\u{202f}; vous n’avez rien à faire."
            )
        },
        approve_again: "Donner à nouveau mon accord",
        approved_by: "Accord donné par",
        somebody: "Un admin de votre helpdesk",
        how_it_is: "État actuel",
        last_seen: |relative| format!("Dernière vérification\u{a0}: {relative}"),
        this_page: "Cette page",
        shown_until: |until| format!("Affiche l’état jusqu’au {until}"),
        not_twice: "Vous pouvez conserver le lien\u{202f}; il ne permet pas de donner un autre accord.",
    },
    problem,
    mail: MailWords {
        subject: |account, app| format!("Reconnecter {account}.gorgias.com à {app}"),
        text: "{app} a perdu son accès à {subdomain}.gorgias.com. Un clic suffit à le rétablir.",
        button: "Voir ce qui est demandé et reconnecter",
        works_until: "Valable jusqu’au",
        good_for: "Pour",
        one_approval: "un seul accord",
        not_you: |account| {
            format!(
                "Cet e-mail ne vous concerne pas\u{202f}? Transmettez-le à la personne qui s’occupe de Gorgias chez {account}\u{202f}; ouvrir le lien ne consomme rien."
            )
        },
        leads_to: |here, account| {
            format!(
                "Le bouton mène à {here}, puis à {account}.gorgias.com. Nous ne demandons jamais de mot de passe."
            )
        },
    },
};

fn problem(problem: &AuthorizationProblem) -> ProblemWords {
    use AuthorizationProblem as P;
    const UNCHANGED: &str = "Rien n’a été modifié.";
    const FROM_THE_START: &str = "Recommencez là où vous aviez commencé\u{a0}: dans Gorgias ou avec le lien que vous avez reçu.";
    let (title, explanation, remedy) = match problem {
        P::StateUnknown => (
            "Cet accord n’est plus utilisable".to_owned(),
            "Un accord vaut une seule fois, pendant dix minutes, dans le navigateur où il a été commencé.".to_owned(),
            FROM_THE_START,
        ),
        P::Malformed => (
            "Cette adresse est incomplète".to_owned(),
            "Gorgias vous envoie ici après votre accord\u{202f}; il manquait quelque chose dans l’adresse.".to_owned(),
            FROM_THE_START,
        ),
        P::OtherPerson => (
            "Une autre personne est maintenant connectée".to_owned(),
            "L’accord a été commencé par une autre personne dans ce navigateur.".to_owned(),
            "Identifiez-vous en tant que la personne qui a commencé, ou recommencez.",
        ),
        P::Refused { code } if code == "access_denied" => (
            "L’application n’a pas reçu d’accord".to_owned(),
            "Quelqu’un a annulé chez Gorgias, ou n’a pas le droit d’y accepter des applications.".to_owned(),
            "Recommencez s’il s’agit d’une erreur. Vous devez être admin dans Gorgias.",
        ),
        P::Refused { code } => (
            "Gorgias a signalé une erreur".to_owned(),
            format!("Gorgias nomme cette erreur «\u{a0}{code}\u{a0}»."),
            "Recommencez. Vous devez être admin dans Gorgias.",
        ),
        P::WrongAccount { expected } => (
            format!("Ce n’était pas {expected}.gorgias.com"),
            format!("L’accord provient d’un autre compte Gorgias que {expected}.gorgias.com."),
            "Identifiez-vous dans le bon compte Gorgias, puis recommencez.",
        ),
        P::AppRefused => (
            "Gorgias n’accepte pas cette application".to_owned(),
            "Les identifiants de l’application elle-même ont été refusés. Vous n’y pouvez rien\u{202f}; son éditeur, si.".to_owned(),
            "Prévenez l’éditeur de l’application, puis recommencez.",
        ),
        P::CodeRefused => (
            "Gorgias n’a pas accepté l’accord".to_owned(),
            "Il a peut-être pris trop de temps, ou a déjà été utilisé.".to_owned(),
            FROM_THE_START,
        ),
        P::Unavailable => (
            "Gorgias ne répond pas".to_owned(),
            "Vous avez donné votre accord, mais Gorgias n’a pas fourni d’accès.".to_owned(),
            "Patientez une minute, puis recommencez.",
        ),
        P::BadAnswer => (
            "La réponse de Gorgias n’est pas fiable".to_owned(),
            "Par précaution, nous ne l’avons pas utilisée.".to_owned(),
            "Recommencez\u{202f}; si cela se reproduit, prévenez l’éditeur de l’application.",
        ),
        P::LinkGone => (
            "Ce lien n’est plus utilisable".to_owned(),
            "Il a été utilisé ou retiré, ou il a expiré.".to_owned(),
            "Demandez-en un nouveau à la personne qui l’a envoyé.",
        ),
        P::RoleGone => (
            "Vous ne pouvez plus connecter d’applications".to_owned(),
            "Votre rôle a été modifié pendant que vous étiez chez Gorgias.".to_owned(),
            "Adressez-vous à la personne responsable dans votre entreprise.",
        ),
        P::NoAccount { subdomain } => (
            format!("Le compte {subdomain}.gorgias.com n’existe pas"),
            format!("Aucun compte Gorgias ne répond à l’adresse {subdomain}.gorgias.com\u{202f}; l’accord n’a donc pas été transmis."),
            "Vérifiez l’adresse de votre helpdesk, puis recommencez avec sa première partie.",
        ),
        P::Busy => (
            "Trop de demandes sont en cours".to_owned(),
            "De nombreux accords pour de nouveaux comptes ont échoué en quelques minutes\u{202f}; les suivants doivent donc attendre.".to_owned(),
            "Recommencez dans dix minutes, ou demandez un lien à l’éditeur de l’application\u{a0}: les liens n’ont pas à attendre.",
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
