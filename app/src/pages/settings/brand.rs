//! What customers see: logo, colours, contact.

use super::Data;
use crate::{
    address::Address,
    components::{Button, Field, FileField, FormKey, Glyph, Icon, Kind, Panel, PostButton, Size},
    pages::setup::problem,
    shell::BrandName,
};
use domain::color::{Color, Look, ratio};
use leptos::prelude::*;

/// What the saved colour is like.
fn measured(color: Option<Color>, look: Look) -> String {
    match (color, look) {
        (Some(color), Look::Light) => {
            format!("{} on a light page, fine", ratio(color.contrast_on(look)))
        }
        (Some(color), Look::Dark) => {
            format!("{} on a dark page, fine", ratio(color.contrast_on(look)))
        }
        (None, _) => "Mooring’s own, unless you enter one such as #2b3fa0".to_owned(),
    }
}

pub(super) fn section(data: &Data) -> AnyView {
    let aside = view! { <span class="sub">"What your customers see"</span> }.into_any();
    let body = view! {
        <div class="body pair">
            <div class="form">{logo(data)} {colors(data)}</div>
            {preview(data)}
        </div>
    }
    .into_any();
    view! {
        <Panel id="brand" title="Brand" aside>
            {body}
        </Panel>
    }
    .into_any()
}

fn logo(data: &Data) -> AnyView {
    let form = data.form("settings_logo");
    let tenant = data.tenant.as_str();
    let remove = data.shown.has_logo.then(|| {
        view! {
            <PostButton
                action=Address::RemoveLogo { tenant }.to_string()
                kind=Kind::Quiet
                size=Size::Small
            >
                "Remove logo"
            </PostButton>
        }
    });
    let save = if data.shown.has_logo {
        "Replace logo"
    } else {
        "Save logo"
    };
    view! {
        <form
            class="form"
            method="post"
            enctype="multipart/form-data"
            action=Address::SettingsLogo { tenant }.to_string()
        >
            <FormKey/>
            {problem(&form)}
            <FileField
                name="logo"
                label="Logo"
                accept="image/png,image/jpeg"
                hint="PNG or JPEG, best square, 200 kB at most. It is stored with 256 pixels a side."
                error=form.error("logo")
            />
            <p class="actions">
                <Button size=Size::Small>{save}</Button>
            </p>
        </form>
        {remove}
    }
    .into_any()
}

fn colors(data: &Data) -> AnyView {
    let form = data.form("settings_brand");
    let brand = &data.brand;
    let text = |color: Option<Color>| color.map(|color| color.to_string()).unwrap_or_default();
    let action = Address::SettingsBrand {
        tenant: &data.tenant,
    };
    view! {
        <form class="form" method="post" action=action.to_string() data-bar="Brand">
            <FormKey/>
            {problem(&form)}
            <div class="pair">
                <Field
                    name="color_light"
                    label="Colour, light"
                    plain=true
                    maxlength=7_u32
                    autocomplete="off"
                    hint=measured(brand.light, Look::Light)
                    value=form.value_or("color_light", text(brand.light))
                    error=form.error("color_light")
                />
                <Field
                    name="color_dark"
                    label="Colour, dark"
                    plain=true
                    maxlength=7_u32
                    autocomplete="off"
                    hint=measured(brand.dark, Look::Dark)
                    value=form.value_or("color_dark", text(brand.dark))
                    error=form.error("color_dark")
                />
            </div>
            <Field
                name="contact"
                label="Contact"
                plain=true
                maxlength=254_u32
                inputmode="email"
                autocomplete="off"
                hint="Under “Questions?” on every page for customers"
                value=form.value_or("contact", brand.contact.clone().unwrap_or_default())
                error=form.error("contact")
            />
            <p class="actions">
                <Button about="brand">"Save"</Button>
            </p>
        </form>
    }
    .into_any()
}

/// The customer's page, as it is now. Nothing in it can be pressed.
fn preview(data: &Data) -> AnyView {
    let contact = data.shown.contact.clone();
    view! {
        <div class="form">
            <p>"As customers see it now"</p>
            <div class="preview" data-brand=data.shown.file_name.is_some() inert>
                <div class="sheet">
                    <span class="brand">
                        <BrandName brand=data.shown.clone()/>
                    </span>
                    <p>
                        <b>"Reconnect acme"</b>
                        <span class="sub">".gorgias.com"</span>
                    </p>
                    <Button kind=Kind::Primary wide=true plain=true>
                        "Continue to Gorgias"
                        <Icon name=Glyph::ArrowRight/>
                    </Button>
                    {contact.map(|contact| view! { <p class="sub">{format!("Questions? {contact}")}</p> })}
                </div>
            </div>
        </div>
    }
    .into_any()
}
