namespace OrleansUploads.Client.Models;

/// <summary>The maximum number of attempts for a request that fails transiently, and the delays between them.</summary>
/// <remarks>
/// Transient failures are failed connections, timeouts, the statuses 408, 429 and 5xx, and <c>ThrottlingException</c>. All
/// operations of the protocol are safe to repeat except UploadArchive, which would create a second archive;
/// <see cref="GlacierClient"/> never retries it. If the response to an initiate request is lost, the retry leaves an empty
/// upload or an unused job behind, which the server removes later.
/// </remarks>
public sealed record RetryPolicy
{
    /// <summary>At most eight attempts within about half a minute.</summary>
    public static RetryPolicy Default { get; } = new();

    /// <summary>One attempt, without retries.</summary>
    public static RetryPolicy None { get; } = new() { MaxAttempts = 1 };

    /// <summary>Retries for hours: all parts are stored, and only the archive ID is missing.</summary>
    internal static RetryPolicy OfCompletion { get; } = new() { MaxAttempts = 500, MaxDelay = TimeSpan.FromSeconds(30) };

    /// <summary>The maximum number of attempts, including the first; at least 1.</summary>
    public int MaxAttempts { get; init; } = 8;

    /// <summary>The maximum delay after the first attempt. It doubles with every further attempt.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The maximum delay between attempts. It also limits the delay that the server asks for.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Returns a random number from 0 to 1, which spreads the retries of clients that failed at the same time. Must be
    /// thread-safe.</summary>
    public Func<double> Jitter { get; init; } = Random.Shared.NextDouble;

    /// <summary>Called before each delay with the failure and the delay, so that a program can tell why it waits. Must be
    /// thread-safe.</summary>
    public Action<GlacierException, TimeSpan>? OnRetry { get; init; }

    /// <summary>Called after each attempt that succeeds, so that a program can tell that the server does its work again. Must be
    /// thread-safe.</summary>
    public Action? OnSuccess { get; init; }

    /// <summary>Returns the delay before the next attempt: half of the doubled delay is fixed, the other half is multiplied by
    /// <see cref="Jitter"/>. The result is never shorter than <paramref name="retryAfter"/>, up to
    /// <see cref="MaxDelay"/>.</summary>
    /// <param name="failedAttempts">The number of failed attempts so far; at least 1.</param>
    /// <param name="retryAfter">The delay that the server asked for, or null for none.</param>
    public TimeSpan DelayAfter(int failedAttempts, TimeSpan? retryAfter = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failedAttempts, 1);
        const int MaxDoublings = 30;
        var doubled = FirstDelay * Math.Pow(2, Math.Min(failedAttempts - 1, MaxDoublings));
        var longest = doubled < MaxDelay ? doubled : MaxDelay;
        var jittered = longest * (0.5 + (0.5 * Jitter()));
        var requested = retryAfter ?? TimeSpan.Zero;
        var minimum = requested < MaxDelay ? requested : MaxDelay;
        return jittered > minimum ? jittered : minimum;
    }

    /// <summary>Runs attempts until one succeeds, one fails permanently, or the maximum number is reached.</summary>
    /// <param name="attempt">Runs one attempt. The first argument is its number, starting at 1.</param>
    /// <param name="timeProvider">The clock for the delays.</param>
    /// <param name="cancellationToken">Cancels the attempts and delays.</param>
    /// <exception cref="GlacierException">The failure of the last attempt.</exception>
    public async Task<T> RunAsync<T>(
        Func<int, CancellationToken, Task<T>> attempt, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        for (var number = 1; ; number++)
        {
            TimeSpan delay;
            try
            {
                var result = await attempt(number, cancellationToken).ConfigureAwait(false);
                OnSuccess?.Invoke();
                return result;
            }
            catch (GlacierException failure) when (failure.IsTransient && number < MaxAttempts)
            {
                delay = DelayAfter(number, failure.RetryAfter);
                OnRetry?.Invoke(failure, delay);
            }

            await Task.Delay(delay, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }
}
