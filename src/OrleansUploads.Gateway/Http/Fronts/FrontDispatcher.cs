using Microsoft.AspNetCore.Connections;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Bodies;
using OrleansUploads.Gateway.Http.Errors;
using OrleansUploads.Gateway.Http.Telemetry;

namespace OrleansUploads.Gateway.Http.Fronts;

/// <summary>Serves every request of every protocol: chooses the front, turns faults into errors, and writes the request log. Every
/// response carries a request ID.</summary>
internal sealed class FrontDispatcher(
    FrontTable fronts,
    RequestChecks checks,
    GatewayOptions options,
    RecentRefusals refusals,
    TimeProvider time,
    ILogger<FrontDispatcher> log)
{
    private readonly MinBodyRate _minRate = MinBodyRate.From(options);
    private readonly LogRate _unavailable = new(EngineLog.MaxMessages, EngineLog.Window, time);
    private readonly LogRate _failed = new(EngineLog.MaxMessages, EngineLog.Window, time);

    /// <summary>Serves one request; never throws.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var exchange = new HttpExchange(context, _minRate, time, options.NodeName);
        var credentials = RequestCredentials.Read(context.Request, exchange.Target);
        exchange.AccessKeyId = credentials.Authorization?.AccessKeyId;
        var registered = fronts.Choose(
            exchange.Target, credentials, context.Features.Get<OwnAddress>() is not null);
        context.Response.Headers[registered.Front.RequestIdHeader] = exchange.RequestId;
        using var activity = GatewayTelemetry.StartActivity(registered.Front.Signing.Service);
        try
        {
            await WriteAsync(exchange, await checks.AnswerAsync(exchange, registered, credentials));
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
        var isExplained = error is HttpError.OutcomeUnknown or HttpError.JournalUnavailable or HttpError.JournalFull
            or HttpError.JournalDamaged or HttpError.StorageUnavailable or HttpError.StorageFull or HttpError.StorageFailed
            or HttpError.DataDamaged;
        if (!isExplained || FaultText.IsBug(fault))
        {
            if (_failed.TryPass(out var unlogged))
            {
                RequestLog.WriteFailed(log, exchange, fault, unlogged);
            }
        }
        else if (_unavailable.TryPass(out var unlogged))
        {
            RequestLog.WriteUnavailable(log, exchange, fault, unlogged);
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

        var error = HttpFaults.ToError(fault, exchange.RequestId, options.MaxDocumentBytes);
        var answer = front.DescribeError(error);
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
            context.Response.Clear();
            context.Response.Headers[front.RequestIdHeader] = exchange.RequestId;
            await WriteAsync(exchange, answer);
        }
        catch (Exception unsent) when (unsent is IOException or OperationCanceledException)
        {
            exchange.Status = HttpExchange.ClientClosedRequest;
        }
    }
}
