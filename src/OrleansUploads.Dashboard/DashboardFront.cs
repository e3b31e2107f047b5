using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Signing;

namespace OrleansUploads.Dashboard;

/// <summary>The front of the dashboard: a page for people, and the documents and events that it shows.</summary>
/// <remarks>The checks of a request are, in this order: path, origin, session, scope of the key. The operation checks the vault with its
/// policies, or the bucket, after that.</remarks>
internal sealed class DashboardFront(
    DashboardOperations operations, DashboardSignIn signIn, LiveStreams streams, FrontServices services, bool hasOwnAddress) : IFront
{
    private const string LiveParameter = "live";

    /// <summary>Only files of the server itself run in the page, and no other page can embed it.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; "
        + "base-uri 'none'; frame-ancestors 'none'";

    public SigningRules Signing => SigningRules.Dashboard;

    public bool HasOwnAddress => hasOwnAddress;

    public string RequestIdHeader => RequestId.AmazonHeader;

    public bool ClaimsPath(RequestTarget target) => target.Segments is [DashboardOperations.Root, ..];

    public bool ServesUnsigned(RequestTarget target) => ClaimsPath(target) || hasOwnAddress;

    public FrontRequest Recognize(HttpExchange exchange) =>
        new DashboardRequest(this, exchange, operations.Find(exchange.Context.Request.Method, exchange.Target));

    public FrontError Describe(HttpError error) => DashboardErrors.Describe(error);

    public FrontAnswer AnswerOf(HttpExchange exchange, FrontError error) => DashboardAnswer.OfError(error);

    /// <summary>Checks a request and executes its operation. The answer is an error if the path has no operation.</summary>
    public async ValueTask<FrontAnswer> AnswerAsync(HttpExchange exchange, DashboardOperation? operation, RequestPayload payload)
    {
        var request = exchange.Context.Request;
        AddHeaders(exchange.Context.Response.Headers);
        if (operation is null)
        {
            return DashboardAnswer.OfError(DashboardErrors.NotFound(exchange.Target.Path));
        }

        if (operation is not DashboardOperation.OfPage && RequestOrigin.FindForeign(request) is { } foreign)
        {
            return DashboardAnswer.OfError(DashboardErrors.ForeignOrigin(foreign));
        }

        if (operation.Changes && !RequestOrigin.IsOwn(request))
        {
            return DashboardAnswer.OfError(DashboardErrors.ForeignOrigin(request.Headers.Origin.ToString()));
        }

        return operation switch
        {
            DashboardOperation.OfPage page => page.Answer(exchange),
            DashboardOperation.OfSession session => await session.AnswerAsync(exchange, payload),
            DashboardOperation.OfUser { IsView: true } view when exchange.Target.Query.FirstValue(LiveParameter) is not null =>
                await GoLiveAsync(exchange, view, payload),
            DashboardOperation.OfUser ofUser => await AskAsync(exchange, ofUser, payload),
            _ => throw new System.Diagnostics.UnreachableException($"No code executes {operation.Name}."),
        };
    }

    private static void AddHeaders(IHeaderDictionary headers)
    {
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    /// <summary>Begins a live view. A view that cannot be shown at all is answered like any other request.</summary>
    private async ValueTask<FrontAnswer> GoLiveAsync(
        HttpExchange exchange, DashboardOperation.OfUser view, RequestPayload payload)
    {
        var first = await AskAsync(exchange, view, payload);
        if (first.Error is not null)
        {
            return first;
        }

        if (streams.TryOpen(exchange.Account!.Value) is not { } open)
        {
            return DashboardAnswer.OfError(DashboardErrors.TooManyViews);
        }

        exchange.Context.Response.RegisterForDispose(open);
        var lastEventId = exchange.Context.Request.Headers[LiveAnswer.LastEventIdHeader].ToString();
        return new LiveAnswer(first, lastEventId, () => AskAsync(exchange, view, payload), streams);
    }

    /// <summary>Answers what needs a session. A live view does this again and again, so it ends when the session does.</summary>
    private async ValueTask<FrontAnswer> AskAsync(
        HttpExchange exchange, DashboardOperation.OfUser operation, RequestPayload payload)
    {
        var credential = await signIn.FindAsync(exchange);
        if ((credential?.Account ?? services.Options.AnonymousAccount) is not { } account)
        {
            return DashboardAnswer.OfError(DashboardErrors.NotSignedIn);
        }

        var scope = credential?.Scope ?? KeyScope.Unlimited;
        var call = new DashboardCall(services, exchange, account, scope, credential?.AccessKeyId);
        if ((operation.Access is { } access && !scope.Permits(access)) || (operation.IsForOperators && !call.IsOperator))
        {
            return DashboardAnswer.OfError(DashboardErrors.KeyNotPermitted(call));
        }

        // A live view follows the scope of its key.
        exchange.Credential = credential;
        if (exchange.Account is null)
        {
            exchange.Account = account;
            exchange.Connection?.BeginVerifiedRequest(account);
        }

        try
        {
            return await operation.AnswerAsync(call, payload);
        }
        catch (FrontError refused)
        {
            return DashboardAnswer.OfError(refused);
        }
    }
}

/// <summary>A request to the dashboard, with its operation, or null if it is for none.</summary>
internal sealed class DashboardRequest(DashboardFront front, HttpExchange exchange, DashboardOperation? operation) : FrontRequest
{
    public override string OperationName => operation is null ? HttpExchange.UnknownOperation : $"{DashboardOperation.Prefix}{operation.Name}";

    public override bool IsUpload => operation is DashboardOperation.OfUser { Receives: true };

    public override bool ChecksSender => true;

    public override IEnumerable<KeyAccess> AccessesOf(AccountId signer) =>
        [operation is null ? new KeyAccess(KeyAccessKind.Change, null) : operation.Access ?? new KeyAccess(KeyAccessKind.Look, null)];

    public override ValueTask<FrontAnswer> AnswerAsync(AccountId signer, RequestPayload payload) => front.AnswerAsync(exchange, operation, payload);
}
