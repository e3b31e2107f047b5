using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using OrleansUploads.Core.Policies;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Bodies;
using OrleansUploads.Gateway.Http.Telemetry;

namespace OrleansUploads.Gateway.Http.Fronts;

/// <summary>Serves every request of every protocol: chooses the front, turns faults into errors, and writes the request log. Every
/// response carries a request ID.</summary>
internal sealed class FrontDispatcher(
    FrontTable fronts,
    DocumentLimits documents,
    GatewayOptions options,
    RecentRefusals refusals,
    TimeProvider time,
    ILogger<FrontDispatcher> log)
{
    /// <summary>Maximum length in bytes of a request's headers, names and values together.</summary>
    private const int MaxHeaderBytes = 16 * 1024;

    private readonly string _hostId = HostId.Of(options.NodeName);
    private readonly MinBodyRate _minRate = MinBodyRate.From(options);
    private readonly MinDataRate? _lastDefense = LastDefenseOf(options);
    private readonly LogRate _unavailable = new(time);
    private readonly LogRate _failed = new(time);

    /// <summary>The rate below which the web server ends a body, should the gateway not do so; null if there is no minimum.</summary>
    public static MinDataRate? LastDefenseOf(GatewayOptions options) =>
        options.MinBodyBytesPerSecond > 0 ? new(options.MinBodyBytesPerSecond, 2 * options.BodyRateWindow) : null;

    /// <summary>Serves one request; never throws.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var exchange = new HttpExchange(context, _minRate, time, options.NodeName, _hostId);
        CurrentRequest.Id = exchange.RequestId;
        var credentials = RequestCredentials.Read(context.Request, exchange.Target);
        exchange.AccessKeyId = credentials.AccessKeyId;
        if (credentials.IsPresigned)
        {
            exchange.QueryHeaders = QueryHeaders.Read(exchange.Target.Query, isVersion2: credentials.Version2 is not null);
        }

        var registered = fronts.Choose(
            exchange.Target, credentials, context.Features.Get<OwnAddress>() is not null);
        Identify(exchange, registered.Front);
        using var activity = GatewayTelemetry.StartActivity(registered.Front.Signing.Service);
        try
        {
            await WriteAsync(exchange, await CheckAndAnswerAsync(exchange, registered, credentials));
        }
        catch (Exception fault)
        {
            await WriteFaultAsync(exchange, registered.Front, fault);
        }
        finally
        {
            exchange.Connection?.EndRequest();
        }

        var elapsed = exchange.Elapsed;
        GatewayTelemetry.Record(exchange, elapsed, activity);
        KeepRefusal(exchange);
        RequestLog.WriteServed(log, exchange, elapsed);
    }

    /// <summary>Checks a request and lets its front serve it. The checks come in this order: host, headers, origin, signature, scope of
    /// the key. No upload bytes are read until every check has passed.</summary>
    /// <returns>The front's answer, or an error if a check failed.</returns>
    private async ValueTask<FrontAnswer> CheckAndAnswerAsync(
        HttpExchange exchange, RegisteredFront registered, RequestCredentials credentials)
    {
        var front = registered.Front;
        var recognized = front.Recognize(exchange);
        exchange.OperationName = recognized.OperationName;
        var maxDocumentBytes = recognized.MaxDocumentBytes ?? GatewayOptions.MaxDocumentBytes;
        LimitBody(exchange.Context, recognized.IsUpload, maxDocumentBytes);
        var request = exchange.Context.Request;
        var payload = new RequestPayload(exchange, recognized.IsUpload, maxDocumentBytes, documents, front.Describe)
        {
            AllowsModes = front.Signing.AllowsPayloadModes,
            IsPresigned = credentials.IsPresigned,
        };
        try
        {
            if (options.AnonymousAccount is not null && !LoopbackHost.Matches(request.Host))
            {
                return Refuse(new HttpError.HostNotLoopback(request.Host.ToString()));
            }

            if (CheckHeaders(request.Headers) is { } unreadable)
            {
                return Refuse(unreadable);
            }

            if (recognized.ChecksSender)
            {
                return await recognized.AnswerAsync(default, payload);
            }

            if (options.AnonymousAccount is not null && RequestOrigin.FindForeign(request) is { } origin)
            {
                return Refuse(new HttpError.ForeignOrigin(origin));
            }

            var sent = exchange.Target;
            var sender = await registered.Authenticator.AuthenticateAsync(exchange, credentials, payload, recognized.Version2Prefix);
            if (sender.Error is { } rejected)
            {
                return Refuse(rejected);
            }

            // The signature is for another path than the one on the wire, and so for the same operation on another resource.
            if (!ReferenceEquals(exchange.Target, sent))
            {
                recognized = front.Recognize(exchange);
            }

            exchange.Account = sender.Account;
            exchange.Credential = sender.Credential;
            var scope = sender.Credential?.Scope ?? KeyScope.Unlimited;
            if (!scope.IsUnlimited && !recognized.AccessesOf(sender.Account).All(scope.Permits))
            {
                return Refuse(new HttpError.KeyNotPermitted(
                    sender.Credential!.AccessKeyId, scope.ToString(), recognized.OperationName));
            }

            exchange.Connection?.BeginVerifiedRequest(sender.Account);
            return await recognized.AnswerAsync(sender.Account, payload);
        }
        catch (FrontError refused)
        {
            return front.AnswerOf(exchange, refused);
        }

        FrontAnswer Refuse(HttpError error) => front.AnswerOf(exchange, front.Describe(error));
    }

    /// <summary>Sets Kestrel's limit for the body. It applies to documents, and is only the second line of defense, because it counts
    /// the framing of chunks too. Uploads state their length, and the protocol limits it. Kestrel's limit is lifted even for an
    /// upload that will be refused, so that the rest of the body can be drained and the client reads the response.</summary>
    private void LimitBody(HttpContext context, bool isUpload, int maxDocumentBytes)
    {
        var limitBytes = 2L * maxDocumentBytes;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = isUpload ? null : limitBytes;
        }

        // In HTTP/2 the rate is that of the connection.
        if (!HttpProtocol.IsHttp2(context.Request.Protocol)
            && !HttpProtocol.IsHttp3(context.Request.Protocol)
            && context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = _lastDefense;
        }

        // Kestrel does not drain a body beyond its limit. It would close the connection without a word on the next request.
        if (!isUpload && context.Request.ContentLength > limitBytes)
        {
            context.Response.Headers.Connection = "close";
        }
    }

    private static HttpError? CheckHeaders(IHeaderDictionary headers)
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

        return bytes > MaxHeaderBytes ? new HttpError.HeadersTooLong(bytes, MaxHeaderBytes) : null;
    }

    /// <summary>Keeps a refusal, so that operators can see it. Refusals without an account are left out, because anonymous senders could
    /// replace all others.</summary>
    private void KeepRefusal(HttpExchange exchange)
    {
        if (exchange is
            {
                Account: { } account,
                ErrorCode: { } code,
                Status: >= StatusCodes.Status400BadRequest and < HttpExchange.ClientClosedRequest,
            })
        {
            refusals.Add(new RefusedRequest(
                time.GetUtcNow(),
                exchange.OperationName,
                exchange.Status,
                code,
                account,
                exchange.AccessKeyId,
                exchange.ClientAddress?.ToString(),
                RequestSubject.Describe(exchange.Target, location: null)));
        }
    }

    /// <summary>Logs why a request failed: an outage or damaged data in one line, which is what an operator needs, and a bug with its
    /// stack. During an outage every request fails for the same reason, so the number of messages is limited. The metrics count all
    /// requests.</summary>
    private void WriteLog(HttpExchange exchange, HttpError error, Exception fault)
    {
        if (error is not HttpError.Explained || FaultText.IsBug(fault))
        {
            if (_failed.TryPass(out var unlogged))
            {
                RequestLog.WriteFailed(log, exchange.RequestId, exchange.OperationName, unlogged, fault);
            }
        }
        else if (_unavailable.TryPass(out var unlogged))
        {
            RequestLog.WriteUnavailable(log, exchange.RequestId, exchange.OperationName, FaultText.Describe(fault), unlogged);
        }
    }

    private static Task WriteAsync(HttpExchange exchange, FrontAnswer answer)
    {
        exchange.Status = answer.Status;
        exchange.ErrorCode = answer.Error?.Code;
        return answer.WriteAsync(exchange.Context.Response, exchange.Sent, exchange.Aborted);
    }

    /// <summary>Answers a fault. If part of the response has already been sent, the connection is closed, so that the client does not
    /// take the part for the whole.</summary>
    private async Task WriteFaultAsync(HttpExchange exchange, IFront front, Exception fault)
    {
        var context = exchange.Context;
        if (context.RequestAborted.IsCancellationRequested || fault is ConnectionResetException)
        {
            exchange.Status = HttpExchange.ClientClosedRequest;
            exchange.ErrorCode = null;
            return;
        }

        var error = HttpFaults.ToError(fault, exchange.RequestId, GatewayOptions.MaxDocumentBytes);
        var answer = front.AnswerOf(exchange, front.Describe(error));
        if (answer.Status >= StatusCodes.Status500InternalServerError)
        {
            WriteLog(exchange, error, fault);
        }

        if (context.Response.HasStarted)
        {
            exchange.ErrorCode = answer.Error?.Code;
            context.Abort();
            return;
        }

        try
        {
            // What closes the connection is the request, so it does so after a fault too.
            var connection = context.Response.Headers.Connection;
            context.Response.Clear();
            context.Response.Headers.Connection = connection;
            Identify(exchange, front);
            await WriteAsync(exchange, answer);
        }
        catch (Exception unsent) when (unsent is IOException or OperationCanceledException)
        {
            exchange.Status = HttpExchange.ClientClosedRequest;
        }
    }

    private static void Identify(HttpExchange exchange, IFront front)
    {
        var headers = exchange.Context.Response.Headers;
        headers[front.RequestIdHeader] = exchange.RequestId;
        if (front.HostIdHeader is { } name)
        {
            headers[name] = exchange.HostId;
        }
    }
}
