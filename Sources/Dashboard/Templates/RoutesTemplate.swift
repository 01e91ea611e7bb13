/// Routes with what they may send and what they sign in with.
enum RoutesTemplate {
    static let text = """
        {{<layout}}
        {{$main}}
        <h1>Routes</h1>
        {{#soon}}
        <ul class="alerts">
        {{#some}}
        <li class="warning"><span class="tag">Soon due</span> {{sentence}}</li>
        {{/some}}
        </ul>
        {{/soon}}
        {{#routes}}
        <section class="route" id="route-{{name}}" aria-labelledby="name-{{name}}">
        <h2 id="name-{{name}}">{{name}} <span class="state {{tone}}">{{state}}</span></h2>
        {{#reason}}<p class="reason">{{reason}}{{#advice}} <span class="advice">{{advice}}</span>{{/advice}}{{#nextLook}} {{nextLook}}{{/nextLook}}</p>{{/reason}}
        <dl class="facts">
        {{#facts}}
        <dt>{{label}}</dt><dd>{{value}}</dd>
        {{/facts}}
        </dl>
        {{#gauges}}
        <h3>Limits</h3>
        <ul class="gauges">
        {{#some}}
        <li>{{>meter}}</li>
        {{/some}}
        </ul>
        {{/gauges}}
        {{#verification}}
        {{>verification}}
        {{/verification}}
        {{#canAct}}
        <div class="actions">
        <form method="post" action="/routes/{{name}}/verify"><input type="hidden" name="form_token" value="{{csrf}}"><button>Verify<span class="hidden"> {{name}}</span></button></form>
        {{#canPause}}<form method="post" action="/routes/{{name}}/pause"><input type="hidden" name="form_token" value="{{csrf}}"><button class="quiet">Pause<span class="hidden"> {{name}}</span></button></form>{{/canPause}}
        {{#canResume}}<form method="post" action="/routes/{{name}}/resume"><input type="hidden" name="form_token" value="{{csrf}}"><button class="quiet">Resume<span class="hidden"> {{name}}</span></button></form>{{/canResume}}
        </div>
        {{/canAct}}
        </section>
        {{/routes}}
        {{/main}}
        {{/layout}}
        """

    /// What a look at a route found.
    static let verification = """
        <h3>Verification of {{target}}</h3>
        <p class="dim small">{{when}}</p>
        <ol class="steps">
        {{#steps}}
        <li><span class="state {{tone}}">{{outcome}}</span> <strong>{{subject}}</strong> {{sentence}}{{#advice}} <span class="advice">{{advice}}</span>{{/advice}}</li>
        {{/steps}}
        </ol>
        <p>{{conclusion}}</p>

        """

    /// A limit: the picture and, for everybody, the words.
    static let meter = """
        <span class="label">{{label}}</span> {{#limit}}<meter min="0" max="{{limit}}" value="{{used}}" high="{{high}}" optimum="0" aria-label="{{label}}">{{words}}</meter> {{/limit}}<span>{{words}}</span>{{#room}} <span class="advice">{{room}}</span>{{/room}}
        """
}
