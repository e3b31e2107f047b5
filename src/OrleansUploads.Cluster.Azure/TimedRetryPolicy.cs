using System.Diagnostics;
using System.Net;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using OrleansUploads.Cluster.Journal;

namespace OrleansUploads.Cluster.Azure;

/// <summary>Repeats a request to the storage account until its time is over.</summary>
/// <remarks>The SDK's own policy counts attempts, and each may take 100 seconds, so an outage would hold every request for that long. A
/// repeated write may find that its first attempt took effect. Its ETag then refuses it, and the journal is read again. A request that the
/// account forbids fails with a <see cref="StorageRefusedException"/>, unless an earlier attempt may have taken effect.</remarks>
internal sealed class TimedRetryPolicy() : RetryPolicy(int.MaxValue, Delays)
{
    /// <summary>The maximum time between a request and its answer, repetitions included.</summary>
    internal static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(3);

    private const string ErrorCodeHeader = "x-ms-error-code";

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MinAttemptTime = TimeSpan.FromMilliseconds(100);
    private static readonly DelayStrategy Delays = DelayStrategy.CreateExponentialDelayStrategy(FirstDelay, MaxDelay);

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        message.SetProperty(typeof(TimedRetryPolicy), Stopwatch.GetTimestamp());
        try
        {
            await base.ProcessAsync(message, pipeline);
        }
        catch (AggregateException attempts)
        {
            // Its message repeats every attempt's.
            throw Readable(message, attempts.InnerExceptions[^1]);
        }
        catch (OperationCanceledException canceled)
        {
            throw Readable(message, canceled);
        }

        if (message is { HasResponse: true, ProcessingContext.RetryNumber: 0 }
            && (HttpStatusCode)message.Response.Status is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized)
        {
            throw new StorageRefusedException(Describe(message.Response));
        }
    }

    /// <summary>The SDK reports that the time is over as a cancellation, and tells programmers how to change the limit.</summary>
    private static Exception Readable(HttpMessage message, Exception fault) =>
        fault is OperationCanceledException && !message.CancellationToken.IsCancellationRequested
            ? new RequestFailedException($"no answer within {MaxTime.TotalSeconds:F0} seconds", fault)
            : fault;

    private static string Describe(Response response)
    {
        var code = response.Headers.TryGetValue(ErrorCodeHeader, out var named) ? named : response.ReasonPhrase;
        return $"Azure Storage refuses a request ({response.Status} {code}); check the account's name and key, or give the silos' identity the "
            + "role Storage Table Data Contributor.";
    }

    protected override async ValueTask OnSendingRequestAsync(HttpMessage message)
    {
        var left = TimeLeft(message);
        message.NetworkTimeout = left > MinAttemptTime ? left : MinAttemptTime;
        await base.OnSendingRequestAsync(message);
    }

    protected override async ValueTask<bool> ShouldRetryAsync(HttpMessage message, Exception? exception) =>
        await base.ShouldRetryAsync(message, exception) && NextDelay(message) + MinAttemptTime < TimeLeft(message);

    /// <summary>The delay before the next attempt; longer if the account asked for it.</summary>
    private static TimeSpan NextDelay(HttpMessage message) =>
        Delays.GetNextDelay(message.HasResponse ? message.Response : null, message.ProcessingContext.RetryNumber + 1);

    private static TimeSpan TimeLeft(HttpMessage message) =>
        message.TryGetProperty(typeof(TimedRetryPolicy), out var startedAt)
            ? MaxTime - Stopwatch.GetElapsedTime((long)startedAt!)
            : MaxTime;
}
