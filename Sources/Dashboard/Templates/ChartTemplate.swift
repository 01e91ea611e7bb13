/// The chart of a day, with the same figures as a table.
enum ChartTemplate {
    static let text = """
        <p class="figures"><span><b>{{sent}}</b> sent</span> <span><b>{{failed}}</b> failed</span> <span><b>{{deferred}}</b> put off</span> <span><b>{{claimed}}</b> taken in</span>{{#pace}} <span><b>{{pace}}</b> in the last hour</span>{{/pace}}</p>
        <svg class="chart" viewBox="0 0 {{width}} {{height}}" role="img" aria-labelledby="chart-title chart-text">
        <title id="chart-title">Sent and failed messages in each of the last 24 hours</title>
        <desc id="chart-text">{{description}}</desc>
        <defs><pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="4" height="4" class="hatch-ground"/><rect width="2" height="4" class="hatch-line"/></pattern></defs>
        {{#lines}}
        <line class="grid" x1="{{left}}" x2="{{right}}" y1="{{y}}" y2="{{y}}"/><text class="axis" x="{{textX}}" y="{{textY}}" text-anchor="end">{{label}}</text>
        {{/lines}}
        {{#bars}}
        <g><title>{{title}}</title><rect class="area" x="{{areaX}}" y="{{top}}" width="{{areaWidth}}" height="{{areaHeight}}"/>{{#sentBar}}<rect class="sent" x="{{x}}" y="{{y}}" width="{{width}}" height="{{height}}"/>{{/sentBar}}{{#failedBar}}<rect class="failed" x="{{x}}" y="{{y}}" width="{{width}}" height="{{height}}"/>{{/failedBar}}</g>
        {{/bars}}
        {{#hours}}
        <text class="axis" x="{{x}}" y="{{y}}" text-anchor="middle">{{label}}</text>
        {{/hours}}
        </svg>
        <p class="legend"><svg class="key" viewBox="0 0 12 12" aria-hidden="true"><rect class="sent" width="12" height="12"/></svg> Sent: accepted by the server <svg class="key" viewBox="0 0 12 12" aria-hidden="true"><rect class="failed" width="12" height="12"/></svg> Failed</p>
        <details id="day-table">
        <summary>The figures as a table</summary>
        <table class="narrow">
        <caption class="hidden">Messages in each of the last 24 hours</caption>
        <thead><tr><th scope="col">Hour from</th><th scope="col" class="n">Taken in</th><th scope="col" class="n">Sent</th><th scope="col" class="n">Failed</th><th scope="col" class="n">Put off</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr><th scope="row">{{hour}}</th><td class="n">{{claimed}}</td><td class="n">{{sent}}</td><td class="n">{{failed}}</td><td class="n">{{deferred}}</td></tr>
        {{/rows}}
        </tbody>
        </table>
        </details>

        """
}
