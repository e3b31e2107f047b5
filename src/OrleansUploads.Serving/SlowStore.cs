namespace OrleansUploads.Serving;

/// <summary>Says why a start takes long. A store that does not answer is tried for minutes, and an orchestrator may end the process before the
/// last try.</summary>
internal static partial class SlowStore
{
    internal static readonly TimeSpan PromptTime = TimeSpan.FromSeconds(10);

    /// <summary>Waits until a store of the bytes is open. If that takes long, a warning is logged.</summary>
    /// <param name="opening">Opens the store.</param>
    /// <param name="store">As messages name it.</param>
    public static async Task<T> WarnIfSlowAsync<T>(this Task<T> opening, string store, ILogger log, TimeProvider time)
    {
        if (await Task.WhenAny(opening, Task.Delay(PromptTime, time)) != opening)
        {
            Waits(log, PromptTime.TotalSeconds, store);
        }

        return await opening;
    }

    [LoggerMessage(
        4009,
        LogLevel.Warning,
        "The start has waited {Seconds} seconds for {Store}, and tries it for some minutes. Check its address, the network and the firewalls")]
    private static partial void Waits(ILogger log, double seconds, string store);
}
