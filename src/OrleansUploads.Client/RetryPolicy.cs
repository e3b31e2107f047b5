namespace OrleansUploads.Client;

/// <summary>How often, and after which delays, a request that failed for a passing reason is sent again.</summary>
/// <remarks>
/// Passing reasons are failed connections, timeouts, the statuses 408, 429 and 5xx, and <c>ThrottlingException</c>. Every
/// operation of the protocol is safe to repeat but one: a repeated UploadArchive makes a second archive, so
/// <see cref="GlacierClient"/> never repeats that one. Repeating an initiate whose answer was lost leaves an empty upload
/// or an unused job behind, which the server removes in time.
/// </remarks>
public sealed record RetryPolicy
{
    /// <summary>Eight attempts within about half a minute.</summary>
    public static RetryPolicy Default { get; } = new();

    /// <summary>One attempt.</summary>
    public static RetryPolicy None { get; } = new() { MaxAttempts = 1 };

    /// <summary>Attempts in all, the first one included; at least 1.</summary>
    public int MaxAttempts { get; init; } = 8;

    /// <summary>Longest delay after the first attempt; each further one doubles it.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>No delay is longer than this, not even where the server asks for more.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Draws a number from 0 to 1, to spread clients that failed together. Must be safe for many threads.</summary>
    public Func<double> Jitter { get; init; } = Random.Shared.NextDouble;

    /// <summary>The delay before the next attempt: half of the doubled delay is certain, half is drawn.</summary>
    /// <param name="failedAttempts">Attempts so far; at least 1.</param>
    /// <param name="retryAfter">What the server asked for, where it did.</param>
    public TimeSpan DelayAfter(int failedAttempts, TimeSpan? retryAfter = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failedAttempts, 1);
        const int MaxDoublings = 30;
        var doubled = FirstDelay * Math.Pow(2, Math.Min(failedAttempts - 1, MaxDoublings));
        var longest = doubled < MaxDelay ? doubled : MaxDelay;
        var drawn = longest * (0.5 + (0.5 * Jitter()));
        var asked = retryAfter is { } wish && wish < MaxDelay ? wish : retryAfter is null ? TimeSpan.Zero : MaxDelay;
        return drawn > asked ? drawn : asked;
    }

    /// <summary>Runs attempts until one succeeds, fails for good, or the last one has failed.</summary>
    /// <param name="attempt">One attempt; it is told its number, from 1.</param>
    /// <param name="timeProvider">The clock that the delays follow.</param>
    /// <param name="cancellationToken">Ends attempts and delays.</param>
    /// <exception cref="GlacierException">The last attempt's.</exception>
    public async Task<T> RunAsync<T>(
        Func<int, CancellationToken, Task<T>> attempt, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        for (var number = 1; ; number++)
        {
            TimeSpan delay;
            try
            {
                return await attempt(number, cancellationToken);
            }
            catch (GlacierException failure) when (failure.IsTransient && number < MaxAttempts)
            {
                delay = DelayAfter(number, failure.RetryAfter);
            }

            await Task.Delay(delay, timeProvider, cancellationToken);
        }
    }
}
