/// One message: what became of it and what can be done.
enum MessageTemplate {
    static let page = """
        {{<layout}}
        {{$main}}
        <p class="crumb"><a href="/messages">Messages</a></p>
        <h1 class="subject">{{heading}}</h1>
        <p class="lead"><span class="state {{tone}}">{{state}}</span> {{stateSentence}}</p>
        {{#reason}}
        <div class="reason">
        <h2>What happened</h2>
        <p>{{reason}}</p>
        {{#advice}}
        <h3>What to do</h3>
        <p>{{advice}}</p>
        {{/advice}}
        </div>
        {{/reason}}
        {{#remarks}}
        <p class="notice warning">{{line}}</p>
        {{/remarks}}
        {{#actions}}
        <div class="actions">
        {{#some}}
        <form method="{{method}}" action="{{action}}">{{#isPost}}<input type="hidden" name="form_token" value="{{csrf}}">{{/isPost}}<button class="{{look}}">{{label}}</button></form>
        {{/some}}
        </div>
        {{/actions}}
        <section aria-labelledby="facts">
        <h2 id="facts">Facts</h2>
        <dl class="facts">
        {{#facts}}
        <dt>{{label}}</dt><dd>{{value}}</dd>
        {{/facts}}
        </dl>
        </section>
        {{#recipients}}
        <section aria-labelledby="recipients">
        <h2 id="recipients">Recipients</h2>
        <table class="cards">
        <caption class="hidden">Recipients and what became of each</caption>
        <thead><tr><th scope="col">Address</th><th scope="col">Outcome</th><th scope="col">Reply</th></tr></thead>
        <tbody>
        {{#some}}
        <tr><th scope="row" class="address">{{address}}</th><td data-label="Outcome"><span class="state {{tone}}">{{outcome}}</span></td><td data-label="Reply" class="reply">{{reply}}</td></tr>
        {{/some}}
        </tbody>
        </table>
        {{#more}}<p>{{more}}</p>{{/more}}
        </section>
        {{/recipients}}
        {{>timeline}}
        {{>message-content}}
        {{/main}}
        {{/layout}}
        """

    static let timeline = """
        <section aria-labelledby="timeline">
        <h2 id="timeline">What became of it</h2>
        {{#events}}
        <ol class="timeline">
        {{#some}}
        <li><p><time datetime="{{iso}}">{{time}}</time> <span class="state {{tone}}">{{what}}</span>{{#who}} <span>by {{who}}</span>{{/who}}</p>
        {{#reason}}<p>{{reason}}</p>{{/reason}}
        {{#advice}}<p class="advice">{{advice}}</p>{{/advice}}
        {{#reply}}<pre class="reply"><span class="hidden">Reply: </span>{{reply}}</pre>{{/reply}}
        {{#details}}<p class="dim small">{{details}}</p>{{/details}}
        </li>
        {{/some}}
        </ol>
        {{/events}}
        {{^events}}
        <p class="empty">{{noEvents}}</p>
        {{/events}}
        </section>

        """

    static let content = """
        {{#reasonText}}
        <section aria-labelledby="reason-text">
        <h2 id="reason-text">The text beside the file</h2>
        <pre>{{reasonText}}</pre>
        </section>
        {{/reasonText}}
        <section aria-labelledby="headers">
        <h2 id="headers">Headers</h2>
        {{#headers}}
        <dl class="headers">
        {{#some}}
        <dt>{{name}}</dt><dd>{{value}}</dd>
        {{/some}}
        </dl>
        {{#cut}}<p class="dim">{{cut}}</p>{{/cut}}
        {{/headers}}
        {{^headers}}
        <p class="empty">{{noHeaders}}</p>
        {{#headersLink}}<p><a href="{{headersLink}}">Look for the file and show its headers</a></p>{{/headersLink}}
        {{/headers}}
        </section>

        """
}

/// The question before a message is removed.
enum ConfirmTemplate {
    static let text = """
        {{<layout}}
        {{$main}}
        <p class="crumb"><a href="{{back}}">Back to the message</a></p>
        <h1>{{question}}</h1>
        <p>{{consequence}}</p>
        <dl class="facts">
        {{#facts}}
        <dt>{{label}}</dt><dd>{{value}}</dd>
        {{/facts}}
        </dl>
        <div class="actions">
        <form method="post" action="{{action}}"><input type="hidden" name="form_token" value="{{csrf}}"><button class="danger">{{label}}</button></form>
        <a href="{{back}}">Keep it</a>
        </div>
        {{/main}}
        {{/layout}}
        """
}
