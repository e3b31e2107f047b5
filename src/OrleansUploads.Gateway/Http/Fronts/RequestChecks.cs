using Microsoft.AspNetCore.Http.Features;
using OrleansUploads.Core.Policies;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Errors;

namespace OrleansUploads.Gateway.Http.Fronts;

/// <summary>The checks that every request goes through before its front serves it, in this order: host, headers, origin, signature, scope of
/// the key. No upload bytes are read until every check has passed.</summary>
internal sealed class RequestChecks(GatewayOptions options, DocumentLimits documents)
{
    /// <summary>Checks a request and lets its front serve it.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="registered">The front that serves it.</param>
    /// <param name="credentials">Its credentials.</param>
    /// <returns>The front's answer, or an error if a check failed.</returns>
    public async ValueTask<FrontAnswer> AnswerAsync(
        HttpExchange exchange, RegisteredFront registered, RequestCredentials credentials)
    {
        var front = registered.Front;
        var recognized = front.Recognize(exchange);
        exchange.OperationName = recognized.OperationName;
        var maxDocumentBytes = recognized.MaxDocumentBytes ?? options.MaxDocumentBytes;
        LimitBody(exchange.Context, recognized.IsUpload, maxDocumentBytes);
        var request = exchange.Context.Request;
        if (options.AnonymousAccount is not null && !LoopbackHost.Matches(request.Host))
        {
            return front.DescribeError(new HttpError.HostNotLoopback(request.Host.ToString()));
        }

        if (CheckHeaders(request.Headers) is { } unreadable)
        {
            return front.DescribeError(unreadable);
        }

        var payload = new RequestPayload(
            exchange,
            recognized.IsUpload,
            maxDocumentBytes,
            documents.For(request.ContentLength, maxDocumentBytes),
            front.Signing.AllowsPayloadModes);
        if (recognized.ChecksSender)
        {
            return await recognized.AnswerAsync(default, payload);
        }

        if (options.AnonymousAccount is not null && RequestOrigin.FindForeign(request) is { } origin)
        {
            return front.DescribeError(new HttpError.ForeignOrigin(origin));
        }

        var sender = await registered.Authenticator.AuthenticateAsync(exchange, credentials, payload);
        if (sender.Error is { } rejected)
        {
            return front.DescribeError(rejected);
        }

        var scope = sender.Credential?.Scope ?? KeyScope.Unlimited;
        if (!scope.IsUnlimited && !recognized.AccessesOf(sender.Account).All(scope.Permits))
        {
            return front.DescribeError(new HttpError.KeyNotPermitted(
                sender.Credential!.AccessKeyId, scope.ToString(), recognized.OperationName));
        }

        exchange.Account = sender.Account;
        exchange.Credential = sender.Credential;
        exchange.Connection?.BeginVerifiedRequest(sender.Account);
        return await recognized.AnswerAsync(sender.Account, payload);
    }

    /// <summary>Sets Kestrel's limit for the body. It applies to documents, and is only the second line of defense, because it counts
    /// the framing of chunks too. Uploads state their length, and the protocol limits it. Kestrel's limit is lifted even for an
    /// upload that will be refused, so that the rest of the body can be drained and the client reads the response.</summary>
    private static void LimitBody(HttpContext context, bool isUpload, int maxDocumentBytes)
    {
        var limitBytes = 2L * maxDocumentBytes;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = isUpload ? null : limitBytes;
        }

        // Kestrel does not drain a body beyond its limit. It would close the connection without a word on the next request.
        if (!isUpload && context.Request.ContentLength > limitBytes)
        {
            context.Response.Headers.Connection = "close";
        }
    }

    private HttpError? CheckHeaders(IHeaderDictionary headers)
    {
        const int SeparatorBytes = 4;
        var bytes = 0;
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
            {
                if (!HeaderText.IsValid(value))
                {
                    return new HttpError.MalformedRequest($"The value of the header '{name}' is not UTF-8. Encode it as UTF-8.");
                }

                bytes += name.Length + (value?.Length ?? 0) + SeparatorBytes;
            }
        }

        return bytes > options.MaxHeaderBytes ? new HttpError.HeadersTooLong(bytes, options.MaxHeaderBytes) : null;
    }
}
