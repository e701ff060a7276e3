"""The floor under every HTTP face: one look, one set of rules, no knowledge of what is served.

Knows: the design system (`static/posko.css`, `templates/ui`), security headers and tags, languages,
error pages, who a client is in a count, serving. Deliberately does not know: SQL, what a request
is, its states and their words, settings; it imports nothing else of this project. What a template
here shows is handed to it. The words about requests that residents read are those of
`appliance.ticket_pages`.

A face (portal, kiosk, desk, command center) is made in four steps:

    app = new_app(__name__, plate=Plate(name="Posko", place="Kecamatan Bukit Raya"))
    app.add_url_rule("/", "home", home)     # home is tagged @public or @staff (web.security)
    open_per_request(app, connect)          # optional: web.database, then `web.database.db()`
    check_endpoints(app)                    # refuses an untagged endpoint

`@staff` endpoints need `new_app(..., staff_gate=f)`: `f()` returns None to let the request pass, or
a response (a redirect to the login page). Its templates are looked up in the face's own folder,
then in `new_app(..., more_templates=folders)`, then here. A staff page:

    {% extends "layout.html" %}{% import "ui/components.html" as ui %}
    {% block masthead_class %}page-wide-head{% endblock %}
    {% block page_class %}page-wide{% endblock %}
    {% block switch %}<nav>links</nav>{% endblock %}
    {% block main %}
    <dl class="tallies"><div class="tally"><dt>Baru</dt><dd>12</dd></div></dl>
    <form class="filters" method="get">{{ ui.select("status", "Status", choices, chosen) }}
      {{ ui.button("Saring", kind="quiet") }}</form>
    <div class="table-wrap"><table class="table"><thead>...</thead><tbody><tr>
      <td class="cell-number">{{ ticket }}</td>
      <td class="cell-text"><span class="clamp">{{ text }}</span></td>
      <td class="cell-tight">{{ ui.chip("Diproses", "work") }}</td></tr></tbody></table></div>
    <p class="pager">...</p>
    <div class="detail"><div class="stack">the text, <dl class="facts">...</dl></div>
      <form class="card stack" method="post">{{ ui.select(...) }}{{ ui.text_area(...) }}
        {{ ui.button("Simpan") }}</form></div>
    {% endblock %}

Nothing found: `<p class="empty">`. Times: `{{ words.moment(at|local) }}` from `ui/words.html`.
The CSP forbids `style=` attributes and inline scripts; use the classes.
"""
