using System.Diagnostics;
using Microsoft.AspNetCore.Connections;
using OrleansUploads.Gateway.Glacier.Answers;
using OrleansUploads.Gateway.Glacier.Errors;
using OrleansUploads.Gateway.Telemetry;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>The vault API on the wire: every request gets an answer with a request ID, and a line in the log.</summary>
internal sealed class GlacierFront(
    GlacierPipeline pipeline, GatewayOptions options, TimeProvider time, ILogger<GlacierFront> log)
{
    /// <summary>The only version of the API.</summary>
    public const string ApiVersion = "2012-06-01";

    /// <summary>Serves one request; never throws.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var begunAt = time.GetTimestamp();
        var exchange = new GlacierExchange(context, options.BodyPatience, time);
        context.Response.Headers[RequestId.Header] = exchange.RequestId;
        using var activity = GatewayTelemetry.Activities.StartActivity("glacier", ActivityKind.Internal);
        try
        {
            await WriteAsync(exchange, await pipeline.AnswerAsync(exchange));
        }
        catch (Exception fault)
        {
            await FailAsync(exchange, fault);
        }

        var elapsed = time.GetElapsedTime(begunAt);
        GatewayTelemetry.Record(exchange, elapsed, activity);
        RequestLog.Served(log, exchange, elapsed);
    }

    private static Task WriteAsync(GlacierExchange exchange, GlacierAnswer answer)
    {
        exchange.Status = answer.Status;
        exchange.Code = answer.Error?.Code;
        return answer.WriteAsync(exchange.Context.Response, exchange.Sent, exchange.Context.RequestAborted);
    }

    /// <summary>Answers a fault. Where bytes are out already, all that can be told is that they are not the whole: the
    /// connection is cut, so that nobody takes them for the answer.</summary>
    private async Task FailAsync(GlacierExchange exchange, Exception fault)
    {
        var context = exchange.Context;
        if (context.RequestAborted.IsCancellationRequested || fault is ConnectionResetException)
        {
            exchange.Status = GlacierExchange.ClientClosedRequest;
            exchange.Code = null;
            return;
        }

        var error = FaultErrors.Describe(fault, exchange.RequestId);
        if (error.Status >= StatusCodes.Status500InternalServerError)
        {
            RequestLog.Failed(log, exchange.RequestId, exchange.OperationName, fault);
        }

        if (context.Response.HasStarted)
        {
            exchange.Code = error.Code;
            context.Abort();
            return;
        }

        try
        {
            context.Response.Clear();
            context.Response.Headers[RequestId.Header] = exchange.RequestId;
            await WriteAsync(exchange, error);
        }
        catch (Exception unsent) when (unsent is IOException or OperationCanceledException)
        {
            exchange.Status = GlacierExchange.ClientClosedRequest;
        }
    }
}
