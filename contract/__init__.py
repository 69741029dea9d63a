"""The HTTP contract as OpenAPI 3.1, and the documents made from the code. Nothing of it is deployed.

`answers` says what the routes answer, `operations` what each of them takes and can refuse, both with neighbours for comments
and accounts. `document` puts them together with the template's routes and the input models. `python -m contract` writes
`docs/openapi.json` and `docs/table.md`.
"""
