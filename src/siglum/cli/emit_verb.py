"""`siglum emit`: hand-written machine code, as hex digits or assembly, to a file that runs or links."""

from __future__ import annotations

import os

import click

from siglum.cli.suggest import chosen
from siglum.cli.verb import Output, Verb
from siglum.errors import UserError, echo

_FORMS = {".hex": "hex", ".asm": "asm", ".s": "asm", ".S": "asm"}
_SUFFIXES = {"exe": "", "o": ".o", "so": ".so"}


@click.command("emit", cls=Verb)
@click.argument("file", required=False)
@click.option("--form", help="hex or asm; read off the file's suffix (.hex, .asm, .s) by default.")
@click.option("--emit", "outputs", default="exe", show_default=True, help="Any of exe,o,so, separated by commas.")
@click.option("--syntax", default="intel", show_default=True, help="Assembly syntax: intel or att.")
@click.option("--name", help="Name of the output and of the exported function; the file's by default.")
@click.option("-o", "folder", default=".", show_default=True, help="Folder for the output.")
def command(file: str | None, form: str | None, outputs: str, syntax: str, name: str | None, folder: str) -> Output:
    """Turn FILE of hex digits or assembly (`-` for standard input) into an executable, an object or a shared library."""
    from siglum.files import check_output, read_bytes, write_files
    from siglum.host.emit import KINDS, emit

    if file is None:
        raise UserError("nothing to emit", None, "give a .hex or .asm file", "E-001")
    stem, suffix = os.path.splitext(os.path.basename(file)) if file != "-" else ("code", "")
    form = form or _FORMS.get(suffix)
    if form is None:
        raise UserError(f"the suffix of {echo(file)} tells no form", None, "name it .hex or .asm, or give --form", "E-002")
    chosen("form", form, ("hex", "asm"))
    chosen("syntax", syntax, ("intel", "att"))
    kinds = [chosen("output", kind.strip(), KINDS) for kind in outputs.split(",")]
    title = name or "".join(c if c.isalnum() and c.isascii() else "_" for c in stem)
    symbol = title if not title[:1].isdigit() else f"_{title}"
    names = {kind: title + _SUFFIXES[kind] for kind in kinds}
    check_output(folder, names.values(), [file])
    text = read_bytes(file)
    source = "<standard input>" if file == "-" else file
    made = {kind: emit(text, form, kind, syntax=syntax, name=symbol, source=source) for kind in names}
    files = {names[kind]: result.file for kind, result in made.items()}
    paths = write_files(folder, files, [names["exe"]] if "exe" in names else [])
    lines = [f"{path}: {line}" for path, result in zip(paths, made.values(), strict=True) for line in result.lines()]
    data = [{"path": path, **result.as_json()} for path, result in zip(paths, made.values(), strict=True)]
    return Output("\n".join(lines), {"outputs": data})
