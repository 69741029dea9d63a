"""The reader's site: pages, feeds, sitemaps and structured data, made from what the HTTP interface answers too.

Nothing here knows who is reading: a page is the same for everybody, so that a CDN may keep it, and the browser asks `/v1`
who is logged in. Begin with `views`, which says what each page shows; `render` makes HTML of it.
"""
