using OrleansUploads.Core.Policies;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Errors;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Gateway.S3.Protocol;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.S3;

/// <summary>The front of S3.</summary>
internal sealed class S3Front(S3Pipeline pipeline, GatewayOptions options) : IFront
{
    /// <inheritdoc/>
    public SigningRules Signing => SigningRules.S3;

    /// <inheritdoc/>
    public string RequestIdHeader => S3Headers.RequestId;

    /// <inheritdoc/>
    /// <remarks>Any path may be an object's.</remarks>
    public bool ClaimsEveryPath => true;

    /// <inheritdoc/>
    public bool ClaimsPath(RequestTarget target) => true;

    /// <inheritdoc/>
    public FrontRequest Recognize(HttpExchange exchange)
    {
        var request = exchange.Context.Request;
        var address = S3Address.Parse(exchange.Target.Path, request.Host.Host, options.S3Domain);
        var query = exchange.Target.Query;
        S3Route? route = !PresignedHeaders.TryRead(request.Headers, query, out var headers, out var invalid) ? invalid
            : address is null ? null
            : S3Router.Recognize(request.Method, address.Level, query, headers);
        return new S3Request(pipeline, exchange, address, route, headers ?? request.Headers);
    }

    /// <inheritdoc/>
    public FrontAnswer DescribeError(HttpError error) => new ErrorAnswer(S3HttpErrors.Describe(error));

    private sealed class S3Request(
        S3Pipeline pipeline, HttpExchange exchange, S3Address? address, S3Route? route, IHeaderDictionary headers) : FrontRequest
    {
        /// <summary>The name of an operation, or "Unknown".</summary>
        public override string OperationName => route is S3Route.To to ? to.Operation.Name : HttpExchange.UnknownOperation;

        public override bool IsUpload => route is S3Route.To { Operation.Body: S3Body.Bytes };

        public override int? MaxDocumentBytes => route is S3Route.To { Operation.Body: S3Body.LongDocument } ? S3Xml.MaxLongDocumentBytes : null;

        /// <inheritdoc/>
        /// <remarks>A form has its signature in its fields. They are not read, because every form is refused.</remarks>
        public override bool ChecksSender => route is S3Route.Missing { Feature: S3Router.Form }
            && exchange.Context.Request.ContentType is { } type
            && type.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase);

        public override IEnumerable<KeyAccess> AccessesOf(AccountId account) =>
            S3Access.Of(route, address, headers);

        public override async ValueTask<FrontAnswer> AnswerAsync(AccountId account, RequestPayload payload) =>
            await pipeline.AnswerAsync(exchange, address, route, headers, account, payload);
    }
}
