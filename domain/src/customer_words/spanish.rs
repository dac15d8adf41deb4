//! Spanish, with “usted”.

use super::{
    Around, GoneWords, LinkReason, LinkWords, MailWords, PageWords, PermissionWords, ProblemWords,
    Resources, ResultWords, Sentences, StatusWords, Times, Titled,
};
use crate::{customer::Language, error::AuthorizationProblem};

pub(super) const SENTENCES: Sentences = Sentences {
    language: Language::Spanish,
    page: PageWords {
        questions: "¿Preguntas?",
        languages: "Idioma",
        begin_again: "Empezar de nuevo",
        never_sees_password: |tenant| format!("{tenant} nunca ve su contraseña de Gorgias."),
    },
    times: Times {
        weekdays: ["lun", "mar", "mié", "jue", "vie", "sáb", "dom"],
        months: [
            "ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic",
        ],
        date: |weekday, day, month, year| format!("{weekday}, {day} {month} {year}"),
        zone: |letters| letters,
        days: |count| match count {
            1 => "1 día".to_owned(),
            count => format!("{count} días"),
        },
        now: "ahora mismo",
        ago: |span| format!("hace {span}"),
        ahead: |span| format!("dentro de {span}"),
    },
    permissions: PermissionWords {
        see: "Ver:",
        change: "Modificar:",
        everything: (
            "Hacer todo",
            "lo que usted mismo puede hacer en el helpdesk",
        ),
        stay: ("Seguir conectada", "sin preguntar cada día"),
        know: "Saber quién dio su aprobación",
        name: ": su nombre",
        email: ": su dirección de correo electrónico",
        name_and_email: ": su nombre y su dirección de correo electrónico",
        newer: "Usar permisos más recientes:",
        resources: Resources {
            account: "la configuración de la cuenta, como el horario comercial",
            users: "su equipo",
            customers: "los clientes",
            tickets: "los tickets",
            custom_fields: "los campos personalizados",
            events: "el registro de cambios de la cuenta",
            integrations: "integraciones",
            jobs: "las tareas de larga duración, como las exportaciones",
            macros: "las macros",
            rules: "las reglas",
            satisfaction_surveys: "las encuestas de satisfacción",
            statistics: "las estadísticas",
            tags: "las etiquetas",
            apps: "las aplicaciones instaladas",
        },
        // “y” becomes “e” before the sound of an i.
        and: |last| {
            if last.starts_with(['i', 'í']) || last.starts_with("hi") {
                " e "
            } else {
                " y "
            }
        },
        by_name: |count| match count {
            1 => "El permiso por su nombre".to_owned(),
            count => format!("Los {count} permisos por su nombre"),
        },
    },
    link: LinkWords {
        connect: Around("Conectar ", ""),
        reconnect: Around("Volver a conectar ", ""),
        why: |reason, tenant, app| match reason {
            LinkReason::Connect => format!(
                "{tenant} le pide que conecte {app} con su helpdesk. Hasta que usted dé su aprobación, {app} no tiene acceso."
            ),
            LinkReason::MorePermissions => format!(
                "{app} de {tenant} funciona, pero le faltan algunos permisos. Dé su aprobación una vez más para añadirlos."
            ),
            LinkReason::StopsSoon => format!(
                "{app} de {tenant} no puede renovar por sí misma su acceso a su helpdesk y pronto dejará de funcionar. Dé su aprobación una vez más para que siga funcionando."
            ),
            LinkReason::Lost => format!(
                "{app} de {tenant} ha perdido el acceso a su helpdesk. Lo más habitual es que alguien haya desactivado la aplicación. Hasta que se recupere, no se sincroniza nada."
            ),
            LinkReason::Again => {
                format!("{tenant} le pide que vuelva a aprobar {app} para su helpdesk.")
            }
        },
        go_on: "Continuar a Gorgias",
        admin: Around(
            "Debe ser administrador de ",
            " en Gorgias. Si no lo es, reenvíe la dirección de esta página a alguien que lo sea; abrirla no consume nada.",
        ),
        asks_for: |app| format!("Qué pide {app}"),
        next: "Qué ocurre después",
        steps: [
            "Gorgias le pide que inicie sesión y que dé su aprobación.",
            "Usted vuelve aquí y lee si ha funcionado.",
        ],
        works_until: "Este enlace es válido hasta el",
        for_one_approval: |relative| format!("{relative}, para una sola aprobación"),
        sent_by: "Enviado por",
        cannot_begin: "En este momento no se puede empezar. Consulte a la persona que le envió este enlace.",
    },
    gone: GoneWords {
        window: "Este enlace no se puede usar",
        unknown: Titled {
            title: "Este enlace no se conoce",
            text: "Es posible que la dirección esté incompleta: a veces los enlaces largos se cortan en los correos.",
        },
        used: Titled {
            title: "Este enlace ya se ha usado",
            text: "La aplicación se aprobó después de que se enviara este enlace. Un enlace sirve para una sola aprobación.",
        },
        expired: Titled {
            title: "Este enlace ha caducado",
            text: "Los enlaces son válidos por un tiempo limitado, para que los correos antiguos no abran nada.",
        },
        revoked: Titled {
            title: "Este enlace se ha retirado",
            text: "La persona que lo envió lo ha retirado.",
        },
        ask: "Pida uno nuevo a la persona que lo envió. Abrir esta página no ha cambiado nada.",
    },
    result: ResultWords {
        connected: |account| format!("{account} está conectada"),
        reconnected: |account| format!("{account} vuelve a estar conectada"),
        ended: |account| format!("{account} se aprobó, pero ya no está conectada"),
        approved_by: |name| format!("Aprobación de {name}."),
        has_access: |app| format!("{app} ya tiene acceso a"),
        had_access: |app| format!("{app} tenía acceso a"),
        limited: |app| {
            format!(
                "Gorgias no ha concedido todo lo que {app} pedía. Funciona, con menos posibilidades. Falta:"
            )
        },
        stops: |app, until| {
            let until = match until {
                Some(until) => format!("Su acceso termina el {until}."),
                None => "Su acceso terminará pronto.".to_owned(),
            };
            format!("{app} funciona, pero no puede renovar su acceso por sí misma. {until}")
        },
        stops_by_app: |app| {
            format!(
                "El proveedor de {app} debe cambiar antes la aplicación y después le pedirá su aprobación una vez más. Por ahora usted no puede hacer nada."
            )
        },
        stops_by_approval: "Dé su aprobación una vez más para que siga funcionando.",
        setup_fault: |app| {
            format!(
                "La propia {app} tiene ahora un problema con Gorgias. Debe resolverlo su proveedor; usted no tiene que hacer nada."
            )
        },
        waiting: |app| {
            format!(
                "Gorgias no ha respondido a {app} últimamente. Continuará por sí sola; usted no tiene que hacer nada."
            )
        },
        no_access: |app| {
            format!(
                "{app} ya no tiene acceso. Si debería tenerlo, pida un enlace nuevo a su proveedor."
            )
        },
        all_done: "Puede cerrar esta página: aquí no hay nada más que configurar.",
        close: "Puede cerrar esta página.",
        go_on: |app| format!("Ir a {app}"),
        may_do: |app| format!("Qué puede hacer {app}"),
        take_back: "Puede retirar el acceso cuando quiera en la configuración de su helpdesk, eliminando la aplicación.",
        under_way: Titled {
            title: "Un momento",
            text: "La aprobación se está entregando a Gorgias. Esta página mostrará el resultado en cuanto esté disponible.",
        },
    },
    status: StatusWords {
        connected: Around("", " está conectada"),
        not_connected: Around("", " no está conectada"),
        works: "Funciona",
        needs_approval: "Necesita una nueva aprobación",
        looked_at: |vendor| format!("{vendor} se está ocupando"),
        works_text: |app| {
            format!("{app} tiene acceso a su helpdesk. Usted no tiene que hacer nada.")
        },
        needs_approval_text: |app| {
            format!("{app} necesita otra aprobación de un administrador de su helpdesk.")
        },
        looked_at_text: |app, vendor| {
            format!(
                "Es posible que {app} no esté al día en este momento. {vendor} se está ocupando; usted no tiene que hacer nada."
            )
        },
        approve_again: "Aprobar de nuevo",
        approved_by: "Aprobado por",
        somebody: "Un administrador de su helpdesk",
        how_it_is: "Estado actual",
        last_seen: |relative| format!("Última comprobación: {relative}"),
        this_page: "Esta página",
        shown_until: |until| format!("Muestra el estado hasta el {until}"),
        not_twice: "Puede conservar el enlace; no sirve para otra aprobación.",
    },
    problem,
    mail: MailWords {
        subject: |account, app| format!("Vuelva a conectar {account}.gorgias.com con {app}"),
        text: "{app} ha perdido el acceso a {subdomain}.gorgias.com. Un clic basta para recuperarlo.",
        button: "Ver qué pide y volver a conectar",
        works_until: "Válido hasta el",
        good_for: "Para",
        one_approval: "una sola aprobación",
        not_you: |account| {
            format!(
                "¿No es para usted? Reenvíe este correo a quien se ocupe de Gorgias en {account}; abrir el enlace no consume nada."
            )
        },
        leads_to: |here, account| {
            format!(
                "El botón lleva a {here} y después a {account}.gorgias.com. Nunca pedimos contraseñas."
            )
        },
    },
};

fn problem(problem: &AuthorizationProblem) -> ProblemWords {
    use AuthorizationProblem as P;
    const UNCHANGED: &str = "No se ha cambiado nada.";
    const FROM_THE_START: &str =
        "Empiece de nuevo donde comenzó: en Gorgias o con el enlace que recibió.";
    let (title, explanation, remedy) = match problem {
        P::StateUnknown => (
            "Esta aprobación ya no se puede usar".to_owned(),
            "Una aprobación sirve una vez, durante diez minutos y en el navegador en el que se empezó.".to_owned(),
            FROM_THE_START,
        ),
        P::Malformed => (
            "Esta dirección está incompleta".to_owned(),
            "Gorgias envía aquí después de la aprobación; en la dirección faltaba algo.".to_owned(),
            FROM_THE_START,
        ),
        P::OtherPerson => (
            "Ahora ha iniciado sesión otra persona".to_owned(),
            "La aprobación la empezó otra persona en este navegador.".to_owned(),
            "Inicie sesión como la persona que empezó, o empiece de nuevo.",
        ),
        P::Refused { code } if code == "access_denied" => (
            "La aplicación no se ha aprobado".to_owned(),
            "Alguien canceló en Gorgias, o no puede aprobar aplicaciones allí.".to_owned(),
            "Empiece de nuevo si fue un error. Debe ser administrador en Gorgias.",
        ),
        P::Refused { code } => (
            "Gorgias ha comunicado un error".to_owned(),
            format!("Gorgias llama al error «{code}»."),
            "Empiece de nuevo. Debe ser administrador en Gorgias.",
        ),
        P::WrongAccount { expected } => (
            format!("Esa no era {expected}.gorgias.com"),
            format!("La aprobación vino de otra cuenta de Gorgias, no de {expected}.gorgias.com."),
            "Inicie sesión en la cuenta correcta de Gorgias y empiece de nuevo.",
        ),
        P::AppRefused => (
            "Gorgias no acepta esta aplicación".to_owned(),
            "Se rechazaron las credenciales de la propia aplicación. Usted no puede arreglarlo; su proveedor, sí.".to_owned(),
            "Avise al proveedor de la aplicación y empiece de nuevo después.",
        ),
        P::CodeRefused => (
            "Gorgias no ha aceptado la aprobación".to_owned(),
            "Quizá tardó demasiado o ya se había usado.".to_owned(),
            FROM_THE_START,
        ),
        P::Unavailable => (
            "Gorgias no responde".to_owned(),
            "Usted dio su aprobación, pero Gorgias no concedió el acceso.".to_owned(),
            "Espere un minuto y empiece de nuevo.",
        ),
        P::BadAnswer => (
            "La respuesta de Gorgias no es de confianza".to_owned(),
            "Por seguridad, no la hemos usado.".to_owned(),
            "Empiece de nuevo; si vuelve a ocurrir, avise al proveedor de la aplicación.",
        ),
        P::LinkGone => (
            "Este enlace ya no se puede usar".to_owned(),
            "Se usó, se retiró o ha caducado.".to_owned(),
            "Pida uno nuevo a la persona que lo envió.",
        ),
        P::RoleGone => (
            "Ya no puede conectar aplicaciones".to_owned(),
            "Su función cambió mientras usted estaba en Gorgias.".to_owned(),
            "Consulte a la persona responsable en su empresa.",
        ),
        P::NoAccount { subdomain } => (
            format!("No existe la cuenta {subdomain}.gorgias.com"),
            format!("Ninguna cuenta de Gorgias responde en {subdomain}.gorgias.com, así que la aprobación no se entregó."),
            "Compruebe la dirección de su helpdesk y empiece de nuevo con su primera parte.",
        ),
        P::Busy => (
            "Hay demasiadas aprobaciones en curso".to_owned(),
            "Muchas aprobaciones de cuentas nuevas fallaron en pocos minutos, así que las siguientes tienen que esperar.".to_owned(),
            "Empiece de nuevo dentro de diez minutos, o pida un enlace al proveedor de la aplicación: los enlaces no tienen que esperar.",
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
