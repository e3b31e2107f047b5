namespace OrleansUploads.Serving;

/// <summary>Says why a start takes long. A store that does not answer is tried for minutes, and an orchestrator may end the process before the
/// last try. A folder on a file server that does not answer is waited for without end.</summary>
internal static partial class SlowStore
{
    internal static readonly TimeSpan PromptTime = TimeSpan.FromSeconds(10);

    /// <summary>Waits until a store of the bytes is open. If that takes long, a warning is logged.</summary>
    /// <param name="opening">Opens the store.</param>
    /// <param name="store">As messages name it.</param>
    public static Task<T> WarnIfSlowAsync<T>(this Task<T> opening, string store, ILogger log, TimeProvider time) =>
        WarnIfSlowAsync(opening, () => Waits(log, PromptTime.TotalSeconds, store), time);

    /// <summary>Uses a folder on another thread, because the system's calls cannot be cancelled. If that takes long, a warning is logged.
    /// </summary>
    /// <param name="folder">As messages name it.</param>
    /// <param name="use">Uses the folder. It is given up when the token is cancelled.</param>
    public static Task<T> UseFolderAsync<T>(
        string folder, Func<Task<T>> use, ILogger log, TimeProvider time, CancellationToken cancellationToken) => WarnIfSlowAsync(
        Task.Run(use, CancellationToken.None).WaitAsync(cancellationToken), () => WaitsForFolder(log, PromptTime.TotalSeconds, folder), time);

    private static async Task<T> WarnIfSlowAsync<T>(Task<T> opening, Action warn, TimeProvider time)
    {
        if (await Task.WhenAny(opening, Task.Delay(PromptTime, time)) != opening)
        {
            warn();
        }

        return await opening;
    }

    [LoggerMessage(
        4009,
        LogLevel.Warning,
        "The start has waited {Seconds} seconds for {Store}, and tries it for some minutes. Check its address, the network and the firewalls")]
    private static partial void Waits(ILogger log, double seconds, string store);

    [LoggerMessage(
        4010,
        LogLevel.Warning,
        "The start has waited {Seconds} seconds for the folder {Folder}, and waits until it answers. Check its disk or its file server")]
    private static partial void WaitsForFolder(ILogger log, double seconds, string folder);
}
