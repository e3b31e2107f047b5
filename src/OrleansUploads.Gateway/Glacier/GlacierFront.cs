using OrleansUploads.Core.Policies;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Errors;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>The front of the vault API.</summary>
internal sealed class GlacierFront(GlacierPipeline pipeline) : IFront
{
    /// <inheritdoc/>
    public SigningRules Signing => SigningRules.Glacier;

    /// <inheritdoc/>
    public string RequestIdHeader => RequestId.AmazonHeader;

    /// <inheritdoc/>
    public bool ClaimsPath(RequestTarget target) =>
        target.Segments is [_, "vaults" or "policies" or "provisioned-capacity", ..];

    /// <inheritdoc/>
    public FrontRequest Recognize(HttpExchange exchange) =>
        new GlacierRequest(pipeline, exchange, GlacierRoute.Parse(exchange.Context.Request.Method, exchange.Target));

    /// <inheritdoc/>
    public FrontAnswer DescribeError(HttpError error) => new ErrorAnswer(GlacierHttpErrors.Describe(error));

    private sealed class GlacierRequest(GlacierPipeline pipeline, HttpExchange exchange, GlacierRoute? route) : FrontRequest
    {
        /// <summary>One of 33 names, or "Unknown".</summary>
        public override string OperationName => route?.Action.ToString() ?? HttpExchange.UnknownOperation;

        public override bool IsUpload => route is { Operation.IsUpload: true };

        public override IEnumerable<KeyAccess> AccessesOf(AccountId account) =>
            [GlacierAccess.Of(route, exchange.Target, account)];

        public override async ValueTask<FrontAnswer> AnswerAsync(AccountId account, RequestPayload payload)
        {
            exchange.Context.Response.Headers[GlacierHeaders.Accepts] = PayloadModes.NotSigned;
            return await pipeline.AnswerAsync(exchange, route, account, payload);
        }
    }
}
