"""The description of the HTTP interface, made from the types that the code itself uses.

`python -m local.openapi` writes `brain/http/openapi.json` (which `docs/openapi.json` points to) and
`public/wire.d.ts`; with `--check` it only says whether they are up to date.
"""
