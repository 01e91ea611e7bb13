/// The overview: whether mail flows, and what waits.
enum OverviewTemplate {
    static let page = """
        {{<layout}}
        {{$main}}
        <div id="live" data-live="/live">
        {{>live}}
        </div>
        {{/main}}
        {{/layout}}
        """

    /// The part that is renewed while somebody looks.
    static let live = """
        <section class="answer {{answerTone}}" aria-labelledby="answer">
        <p class="question">Is mail flowing?</p>
        <h1 id="answer">{{answer}}</h1>
        <p>{{summary}}</p>
        {{#obstacles}}
        <ul class="obstacles">
        {{#some}}
        <li><strong>{{subject}}</strong> {{reason}}{{#advice}} <span class="advice">{{advice}}</span>{{/advice}}</li>
        {{/some}}
        </ul>
        {{/obstacles}}
        <p class="dim small">As of {{takenAt}}{{#startedAt}} · running since {{startedAt}}{{/startedAt}}</p>
        </section>

        {{#alerts}}
        <section aria-labelledby="alerts">
        <h2 id="alerts">Open alerts</h2>
        <ul class="alerts">
        {{#some}}
        <li class="{{severity}}"><span class="tag">{{severityWord}}</span> <strong>{{sentence}}</strong> {{advice}} <span class="dim">Since {{since}}.</span></li>
        {{/some}}
        </ul>
        </section>
        {{/alerts}}

        {{#soon}}
        <section aria-labelledby="soon">
        <h2 id="soon">Soon due</h2>
        <ul>
        {{#some}}
        <li>{{sentence}}</li>
        {{/some}}
        </ul>
        </section>
        {{/soon}}

        <section aria-labelledby="day">
        <h2 id="day">The last 24 hours</h2>
        {{#chart}}
        {{>chart}}
        {{/chart}}
        {{^chart}}
        <p>{{noChart}}</p>
        {{/chart}}
        </section>

        <section aria-labelledby="pickups">
        <h2 id="pickups">Pickups</h2>
        <table class="cards">
        <caption class="hidden">Pickups with their messages</caption>
        <thead><tr><th scope="col">Pickup</th><th scope="col">State</th><th scope="col">Route</th><th scope="col" class="n">Waiting</th><th scope="col" class="n">To retry</th><th scope="col" class="n">Sending</th><th scope="col" class="n">Failed</th><th scope="col" class="n">Held</th><th scope="col">Oldest</th><th scope="col">Sent in</th>{{#canAct}}<th scope="col"><span class="hidden">Action</span></th>{{/canAct}}</tr></thead>
        <tbody>
        {{#pickups}}
        <tr>
        <th scope="row"><a href="/messages?pickup={{name}}">{{name}}</a></th>
        <td data-label="State"><span class="state {{tone}}">{{state}}</span></td>
        <td data-label="Route">{{route}}</td>
        <td data-label="Waiting" class="n">{{waiting}}</td>
        <td data-label="To retry" class="n">{{deferred}}</td>
        <td data-label="Sending" class="n">{{underWay}}</td>
        <td data-label="Failed" class="n">{{#failed}}<a href="/messages?pickup={{name}}&amp;state=failed">{{failed}}</a>{{/failed}}{{^failed}}{{noFailed}}{{/failed}}</td>
        <td data-label="Held" class="n">{{#held}}<a href="/messages?pickup={{name}}&amp;state=held">{{held}}</a>{{/held}}{{^held}}{{noHeld}}{{/held}}</td>
        <td data-label="Oldest">{{oldest}}</td>
        <td data-label="Sent in">{{backlog}}</td>
        {{#canAct}}<td class="act"><form method="post" action="/pickups/{{name}}/{{switch}}"><input type="hidden" name="form_token" value="{{csrf}}"><button class="quiet">{{switchWord}}<span class="hidden"> {{name}}</span></button></form></td>{{/canAct}}
        </tr>
        {{/pickups}}
        </tbody>
        </table>
        </section>

        <section aria-labelledby="routes">
        <h2 id="routes">Routes</h2>
        <table class="cards">
        <caption class="hidden">Routes with what they send</caption>
        <thead><tr><th scope="col">Route</th><th scope="col">State</th><th scope="col" class="n">Sending</th><th scope="col" class="n">At most</th><th scope="col" class="n">Sent since the start</th></tr></thead>
        <tbody>
        {{#routes}}
        <tr>
        <th scope="row"><a href="/routes#route-{{name}}">{{name}}</a></th>
        <td data-label="State"><span class="state {{tone}}">{{state}}</span></td>
        <td data-label="Sending" class="n">{{submitting}}</td>
        <td data-label="At most" class="n">{{connections}}</td>
        <td data-label="Sent since the start" class="n">{{sent}}</td>
        </tr>
        {{/routes}}
        </tbody>
        </table>
        </section>

        {{#disks}}
        <section aria-labelledby="disks">
        <h2 id="disks">Disks</h2>
        <table class="cards">
        <caption class="hidden">File systems that Postchute writes to</caption>
        <thead><tr><th scope="col">Used for</th><th scope="col">Folder</th><th scope="col">Free</th><th scope="col">State</th></tr></thead>
        <tbody>
        {{#some}}
        <tr><th scope="row">{{use}}</th><td data-label="Folder" class="path">{{path}}</td><td data-label="Free">{{free}}</td><td data-label="State"><span class="state {{tone}}">{{state}}</span></td></tr>
        {{/some}}
        </tbody>
        </table>
        </section>
        {{/disks}}

        """
}
