using OrleansUploads.Core.Policies;
using OrleansUploads.Gateway.Dashboard.Answers;
using OrleansUploads.Gateway.Dashboard.Protocol;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Errors;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Dashboard;

/// <summary>The front of the dashboard: a page for people, and the documents and events that it shows.</summary>
internal sealed class DashboardFront(DashboardPipeline pipeline) : IFront
{
    /// <inheritdoc/>
    public SigningRules Signing => SigningRules.Dashboard;

    /// <inheritdoc/>
    public bool IsForBrowsers => true;

    /// <inheritdoc/>
    public string RequestIdHeader => RequestId.AmazonHeader;

    /// <inheritdoc/>
    public bool ClaimsPath(RequestTarget target) => target.Segments is [DashboardRoute.Root, ..];

    /// <inheritdoc/>
    public FrontRequest Recognize(HttpExchange exchange) =>
        new DashboardRequest(pipeline, exchange, DashboardRoute.Parse(exchange.Context.Request.Method, exchange.Target));

    /// <inheritdoc/>
    /// <remarks>The words are those of the vault API, which fit any reader.</remarks>
    public FrontAnswer DescribeError(HttpError error) => new DashboardErrorAnswer(GlacierHttpErrors.Describe(error));

    private sealed class DashboardRequest(DashboardPipeline pipeline, HttpExchange exchange, DashboardRoute? route) : FrontRequest
    {
        public override string OperationName => route is null ? HttpExchange.UnknownOperation : $"Dashboard{route.Operation}";

        public override bool IsUpload => false;

        public override bool ChecksSender => true;

        public override IEnumerable<KeyAccess> AccessesOf(AccountId account) =>
            [route is null ? new KeyAccess(KeyAccessKind.Change, null) : route.Access ?? new KeyAccess(KeyAccessKind.Look, null)];

        public override async ValueTask<FrontAnswer> AnswerAsync(AccountId account, RequestPayload payload) =>
            await pipeline.AnswerAsync(exchange, route, payload);
    }
}
