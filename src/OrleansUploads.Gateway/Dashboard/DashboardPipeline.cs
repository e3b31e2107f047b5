using OrleansUploads.Core.Policies;
using OrleansUploads.Gateway.Dashboard.Answers;
using OrleansUploads.Gateway.Dashboard.Assets;
using OrleansUploads.Gateway.Dashboard.Calls;
using OrleansUploads.Gateway.Dashboard.Live;
using OrleansUploads.Gateway.Dashboard.Protocol;
using OrleansUploads.Gateway.Http.Authentication;

namespace OrleansUploads.Gateway.Dashboard;

/// <summary>The checks of a request to the dashboard, in this order: path, origin, session, scope of the key. The operation checks the
/// vault with its policies, or the bucket, after that.</summary>
internal sealed class DashboardPipeline(
    DashboardOperations operations, DashboardSignIn signIn, DashboardAssets assets, LiveStreams streams, GatewayOptions options)
{
    private const string LiveParameter = "live";

    /// <summary>Only files of the server itself run in the page, and no other page can embed it.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; "
        + "base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Checks a request and answers it.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="route">Its operation, or null if its method and path are no operation's.</param>
    /// <param name="payload">The request's body.</param>
    public async ValueTask<DashboardAnswer> AnswerAsync(HttpExchange exchange, DashboardRoute? route, RequestPayload payload)
    {
        AddHeaders(exchange.Context.Response);
        if (route is null)
        {
            return DashboardErrors.NotFound(exchange.Target.Path);
        }

        var request = exchange.Context.Request;
        if (route.Operation != DashboardOperation.GetAsset && RequestOrigin.FindForeign(request) is { } foreign)
        {
            return DashboardErrors.ForeignOrigin(foreign);
        }

        if (route.Changes && !RequestOrigin.IsOwn(request))
        {
            return DashboardErrors.ForeignOrigin(request.Headers.Origin.ToString());
        }

        return route.Operation switch
        {
            DashboardOperation.GetAsset => GetAsset(request, route.Id!, exchange.Target.Path),
            DashboardOperation.GetChallenge => signIn.CreateChallenge(),
            DashboardOperation.SignIn => await signIn.SignInAsync(exchange, payload),
            DashboardOperation.SignOut => signIn.SignOut(exchange),
            _ when exchange.Target.Query.FirstValue(LiveParameter) is not null && !route.Changes =>
                await GoLiveAsync(exchange, route, payload),
            _ => await AskAsync(exchange, route, payload),
        };
    }

    private static void AddHeaders(HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    private DashboardAnswer GetAsset(HttpRequest request, string name, string path) =>
        name.Length == 0 ? new RedirectAnswer($"/{DashboardRoute.Root}/")
        : assets.Find(name) is { } asset ? new AssetAnswer(asset, request.Headers.IfNoneMatch == asset.ETag)
        : DashboardErrors.NotFound(path);

    /// <summary>Begins a live view. A view that cannot be shown at all is answered like any other request.</summary>
    private async ValueTask<DashboardAnswer> GoLiveAsync(HttpExchange exchange, DashboardRoute route, RequestPayload payload)
    {
        var first = await AskAsync(exchange, route, payload);
        if (first is not JsonAnswer { Error: null } document)
        {
            return first;
        }

        if (streams.TryOpen(exchange.Account!.Value) is not { } open)
        {
            return DashboardErrors.TooManyViews;
        }

        exchange.Context.Response.RegisterForDispose(open);
        var lastEventId = exchange.Context.Request.Headers[LiveAnswer.LastEventIdHeader].ToString();
        return new LiveAnswer(document, lastEventId, () => AskAsync(exchange, route, payload), streams);
    }

    /// <summary>Answers what needs a session. A live view does this again and again, so it ends when the session does.</summary>
    private async ValueTask<DashboardAnswer> AskAsync(HttpExchange exchange, DashboardRoute route, RequestPayload payload)
    {
        var credential = await signIn.FindAsync(exchange);
        if ((credential?.Account ?? options.AnonymousAccount) is not { } account)
        {
            return DashboardErrors.NotSignedIn;
        }

        var scope = credential?.Scope ?? KeyScope.Unlimited;
        if ((route.Access is { } access && !scope.Permits(access)) || (route.IsForOperators && !scope.IsUnlimited))
        {
            return DashboardErrors.KeyNotPermitted(credential?.AccessKeyId, scope.ToString());
        }

        // A live view follows the scope of its key.
        exchange.Credential = credential;
        if (exchange.Account is null)
        {
            exchange.Account = account;
            exchange.Connection?.BeginVerifiedRequest(account);
        }

        return await operations.ExecuteAsync(new DashboardCall
        {
            Exchange = exchange,
            Route = route,
            Account = account,
            Scope = scope,
            AccessKeyId = credential?.AccessKeyId,
            Region = options.Region,
            Payload = payload,
        });
    }
}
