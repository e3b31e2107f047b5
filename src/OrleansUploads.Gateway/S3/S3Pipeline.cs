using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.S3;

/// <summary>The checks of a request to S3 whose signature has been verified, in this order: address, operation, headers, body, disk
/// space. The operation checks the bucket and its parameters after that. It reads a body that is a document itself, after it has
/// checked the bucket.</summary>
internal sealed class S3Pipeline(S3Operations operations, GatewayOptions options, IStorageSpace? space = null)
{
    /// <summary>Checks a request and executes its operation.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="address">What it addresses, or null if the path is malformed.</param>
    /// <param name="route">What it asks for, or null if the path is malformed.</param>
    /// <param name="headers">Its headers, with those in a presigned URL.</param>
    /// <param name="signer">The account that the signer acts for.</param>
    /// <param name="payload">The request's body.</param>
    public async ValueTask<S3Answer> AnswerAsync(
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
            return new S3Error(S3ErrorCode.InvalidURI, "Couldn't parse the specified URI.", ("URI", exchange.Target.Path));
        }

        if (ProtectionHeaders.FindUnsupported(headers, exchange.Target.Query) is { } header)
        {
            return S3Error.NotImplemented(header);
        }

        if (route is not S3Route.To known)
        {
            return Refuse(route, request.Method);
        }

        var operation = known.Operation;
        if (operation.Body is not (S3Body.Document or S3Body.LongDocument) && await payload.ReadDocumentAsync(signer, exchange.Aborted) is { } unreadable)
        {
            return S3HttpErrors.Describe(unreadable);
        }

        space?.RequireFor(operation.Space);
        try
        {
            return await operation.Run(operations, new S3Call
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
            return (S3Error)refused.Error;
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
}
