using Microsoft.Extensions.Primitives;
using OrleansUploads.Core.Policies;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Errors;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Gateway.S3.Objects;
using OrleansUploads.Gateway.S3.Protocol;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.S3;

/// <summary>The front of S3.</summary>
internal sealed class S3Front(
    IServiceProvider services, TransferLimiters transfers, GatewayOptions options, IStorageSpace? space = null) : IFront
{
    private const string IfNoneMatch = "If-None-Match";
    private const string AnyObject = "*";

    private readonly IServiceProvider _services = Handler<S3Call>.Require(services, S3Operation.All.Select(static operation => operation.Handler));

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
        return new S3Request(this, exchange, address, route, headers ?? request.Headers);
    }

    /// <inheritdoc/>
    public FrontAnswer DescribeError(HttpError error) => new ErrorAnswer(S3HttpErrors.Describe(error));

    /// <summary>Checks a request whose signature has been verified, in this order: address, headers, operation, body, disk space. The
    /// operation checks the bucket and its parameters after that. It reads a body that is a document itself, after it has checked the
    /// bucket.</summary>
    private async ValueTask<FrontAnswer> AnswerAsync(
        HttpExchange exchange, S3Address? address, S3Route? route, IHeaderDictionary headers, AccountId signer, RequestPayload payload)
    {
        var request = exchange.Context.Request;

        // An empty body needs no 100 (Continue), so none is sent. boto3 then misreads the next response on the connection.
        if (request.ContentLength == 0 && request.Headers.Expect.Count > 0)
        {
            exchange.Context.Response.Headers.Connection = "close";
        }

        if (address is null)
        {
            return new ErrorAnswer(new(S3ErrorCode.InvalidURI, "Couldn't parse the specified URI.", ("URI", exchange.Target.Path)));
        }

        if (ProtectionHeaders.FindUnsupported(headers, exchange.Target.Query) is { } header)
        {
            return new ErrorAnswer(S3Error.NotImplemented(header));
        }

        if (route is not S3Route.To { Operation: var operation })
        {
            return new ErrorAnswer(Refuse(route, request.Method));
        }

        if (operation.Body is not (S3Body.Document or S3Body.LongDocument)
            && await payload.ReadDocumentAsync(signer, exchange.Aborted) is { } unreadable)
        {
            return DescribeError(unreadable);
        }

        space?.RequireFor(operation.Space);
        var (admitted, throttled) = await transfers.AcquireAsync(exchange, signer, operation.Transfer);
        using var slot = admitted;
        if (throttled is not null)
        {
            return DescribeError(throttled);
        }

        try
        {
            return await operation.Handler.RunAsync(_services, new S3Call
            {
                Exchange = exchange,
                Headers = headers,
                Address = address,
                Account = signer,
                Region = options.Region,
                Payload = payload,
            });
        }
        catch (FrontErrorException refused)
        {
            return new ErrorAnswer((S3Error)refused.Error);
        }
    }

    private static S3Error Refuse(S3Route? route, string method) => route switch
    {
        S3Route.Missing missing => S3Error.NotImplemented(missing.Feature),
        S3Route.Invalid invalid => S3Error.InvalidArgument(
            invalid.Argument, invalid.Value, $"Invalid argument {invalid.Argument}: '{invalid.Value}'. {invalid.Reason}"),
        _ => new S3Error(
            S3ErrorCode.MethodNotAllowed, "The specified method is not allowed against this resource.", ("Method", method)),
    };

    private sealed class S3Request(
        S3Front front, HttpExchange exchange, S3Address? address, S3Route? route, IHeaderDictionary headers) : FrontRequest
    {
        private S3Operation? Operation => (route as S3Route.To)?.Operation;

        /// <summary>The name of an operation, or "Unknown".</summary>
        public override string OperationName => Operation?.Name ?? HttpExchange.UnknownOperation;

        public override bool IsUpload => Operation is { Body: S3Body.Bytes };

        public override int? MaxDocumentBytes => Operation is { Body: S3Body.LongDocument } ? S3Xml.MaxLongDocumentBytes : null;

        /// <inheritdoc/>
        /// <remarks>A form has its signature in its fields. They are not read, because every form is refused.</remarks>
        public override bool ChecksSender => route is S3Route.Missing { Feature: S3Router.Form }
            && exchange.Context.Request.ContentType is { } type
            && type.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase);

        /// <summary>One access, or two if the request copies.</summary>
        public override IEnumerable<KeyAccess> AccessesOf(AccountId account)
        {
            // An object that is stored under its key replaces the one before it, unless the request forbids that. A part replaces only a
            // part of an upload that is not complete.
            var adds = Operation is { MayReplace: true } && headers[IfNoneMatch] == new StringValues(AnyObject);
            yield return new KeyAccess(adds ? KeyAccessKind.Add : Operation?.Access ?? KeyAccessKind.Change, address?.Bucket);
            if (Operation is { Copies: true })
            {
                yield return new KeyAccess(KeyAccessKind.Read, CopySource.Parse(headers[S3Headers.CopySource].ToString())?.Bucket);
            }
        }

        public override ValueTask<FrontAnswer> AnswerAsync(AccountId account, RequestPayload payload) =>
            front.AnswerAsync(exchange, address, route, headers, account, payload);
    }
}
