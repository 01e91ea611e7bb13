/// The list of messages with its filter.
enum MessagesTemplate {
    static let text = """
        {{<layout}}
        {{$main}}
        <h1>Messages</h1>
        <form class="filter" method="get" action="/messages" role="search" aria-label="Messages">
        <p class="wide"><label for="text">Text</label><input type="search" id="text" name="text" value="{{text}}" maxlength="200" placeholder="File, address, subject, Message-ID or id"></p>
        {{#choices}}
        <p><label for="{{key}}">{{label}}</label><select id="{{key}}" name="{{key}}">
        {{#options}}
        <option value="{{value}}"{{#isChosen}} selected{{/isChosen}}>{{word}}</option>
        {{/options}}
        </select></p>
        {{/choices}}
        <p class="go"><button>Search</button> {{#isFiltered}}<a href="/messages">Show all</a>{{/isFiltered}}</p>
        </form>
        {{#remark}}
        <p class="notice warning">{{remark}}</p>
        {{/remark}}
        {{#messages}}
        <table class="cards list">
        <caption class="dim">{{caption}}</caption>
        <thead><tr><th scope="col">Last event</th><th scope="col">State</th><th scope="col">Message</th><th scope="col">From and to</th><th scope="col">Pickup, route</th></tr></thead>
        <tbody>
        {{#some}}
        <tr>
        <td data-label="Last event"><time datetime="{{iso}}">{{time}}</time></td>
        <td data-label="State"><span class="state {{tone}}">{{state}}</span></td>
        <th scope="row">{{#href}}<a href="{{href}}">{{/href}}{{title}}{{#href}}</a>{{/href}}<br><span class="dim small path">{{file}}</span>{{#reason}}<br><span class="small">{{reason}}</span>{{/reason}}</th>
        <td data-label="From and to" class="address">{{sender}}{{#recipients}}<br>{{recipients}}{{/recipients}}</td>
        <td data-label="Pickup, route">{{pickup}}{{#route}}<br><span class="dim">{{route}}</span>{{/route}}</td>
        </tr>
        {{/some}}
        </tbody>
        </table>
        {{/messages}}
        {{^messages}}
        <p class="empty">{{empty}}</p>
        {{/messages}}
        <nav class="pager" aria-label="More messages">
        {{#first}}<a href="{{first}}">Newest</a>{{/first}}
        {{#next}}<a href="{{next}}" rel="next">Older messages</a>{{/next}}
        </nav>
        {{/main}}
        {{/layout}}
        """
}
