// The folder of pictures, and a page to leaf through them.

import { readdirSync, writeFileSync } from 'node:fs';

/** The folder, which `cargo xtask pictures` names. */
export const PICTURES = process.env.MOORING_E2E_PICTURES ?? '';

export const THEMES = ['light', 'dark'] as const;
export const SIZES = [
  [320, 568],
  [768, 1024],
  [1280, 800],
  [1920, 1080],
] as const;

/** Writes `index.html`: one theme and one width at a time, chosen at the top. */
export function writeIndex(): void {
  const names = readdirSync(PICTURES).flatMap((file) => /^(.+)-1280-light\.png$/.exec(file)?.[1] ?? []);
  const choices = [...THEMES, ...SIZES.map(([width]) => `${width}`)];
  const radio = (name: string, value: string, on: boolean) =>
    `<label><input type="radio" name="${name}" id="c${value}"${on ? ' checked' : ''}> ${value}</label>`;
  const hidden = choices.map((choice) => `body:not(:has(#c${choice}:checked)) [data-c~="${choice}"]`).join(',');
  const pictures = (name: string) =>
    THEMES.flatMap((theme) =>
      SIZES.map(([width]) => {
        const file = `${name}-${width}-${theme}.png`;
        return `<a data-c="${theme} ${width}" href="${file}"><img loading="lazy" width="${width}" src="${file}" alt="${name}, ${width} px, ${theme}"></a>`;
      }),
    ).join('');
  const sections = names.sort().map((name) => `<section id="${name}"><h2><a href="#${name}">${name.replaceAll('-', ' ')}</a></h2>${pictures(name)}</section>`);
  const page = `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Pictures of Mooring</title>
<style>
:root { color-scheme: light dark; font: 14px/1.5 system-ui; }
form { position: sticky; top: 0; display: flex; gap: 1rem; padding: .75rem; background: Canvas; border-bottom: 1px solid; }
section { padding: 0 .75rem 2rem; scroll-margin-top: 3.5rem; }
h2 { font-size: 1rem; }
img { max-width: 100%; height: auto; border: 1px solid GrayText; }
${hidden} { display: none; }
</style>
<form>${THEMES.map((theme, n) => radio('theme', theme, n === 0)).join('')}${SIZES.map(([width], n) => radio('width', `${width}`, n === 2)).join('')}<span>${names.length} screens</span></form>
${sections.join('\n')}
</html>
`;
  writeFileSync(`${PICTURES}/index.html`, page);
}
